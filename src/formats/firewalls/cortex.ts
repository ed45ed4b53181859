/** Palo Alto Strata Logging Service (Cortex Data Lake, Prisma Access) JSON: the PAN-OS logs under their long names. */
import type { Event } from "../../model/event.js";
import { parseEpoch, parseIsoTime } from "../time.js";
import { keyedJson } from "./keyed-json.js";
import type { Fields, Judgement } from "./keyed.js";
import { counted, countersOf, isBlocked, sessionBegan } from "./verdict.js";

function judge(f: Fields, event: Event): Judgement {
  const kind = (f["LogType"] ?? "").toUpperCase();
  const subtype = f["Subtype"] ?? f["LogSubtype"] ?? "";
  if (kind === "GLOBALPROTECT") {
    const words = `${f["EventIDValue"] ?? f["EventID"] ?? ""} ${f["Stage"] ?? ""}`.trim();
    const status = f["EventStatus"] ?? "";
    const before = /prelogin|before-login/.test(words);
    event.event = { ...event.event, action: words };
    return {
      outcome:
        status === "failure" ? "refused" : status !== "success" ? "unknown" : before ? "established" : "authenticated",
      outcomeReason: `${words}: ${status}`,
      initiator: "source",
      observerIsAsset: true,
    };
  }
  const action = f["Action"] ?? "";
  const said = `Action=${action}`;
  if (isBlocked(action) || (kind === "TRAFFIC" && /^(?:deny|drop)$/.test(subtype)))
    return { outcome: "blocked", outcomeReason: said, ...sessionBegan("blocked", event) };
  if (kind === "TRAFFIC") {
    if (/^(?:policy-deny|threat)$/.test(f["SessionEndReason"] ?? ""))
      return {
        outcome: "blocked",
        outcomeReason: `${said}, SessionEndReason=${f["SessionEndReason"]}`,
        ...sessionBegan("blocked", event),
      };
    if (subtype === "start")
      return { outcome: "unknown", outcomeReason: `${said}, Subtype=start`, ...sessionBegan("unknown", event) };
    const judged = counted(countersOf(event), said);
    return { ...judged, ...sessionBegan(judged.outcome, event) };
  }
  if (event.network?.transport === "tcp" && /^(?:THREAT|URL|FILE)$/.test(kind) && !/flood|scan|packet/.test(subtype))
    return {
      outcome: "established",
      outcomeReason: `${said}, ${kind} over TCP needs a handshake`,
      ...sessionBegan("established", event),
    };
  if (event.destination === undefined)
    return {
      outcome: "unknown",
      outcomeReason: kind,
      initiator: event.source ? "source" : "unknown",
      observerIsAsset: true,
    };
  return { outcome: "unknown", outcomeReason: said, ...sessionBegan("unknown", event) };
}

export const cortex = keyedJson({
  id: "paloalto.cortex",
  title: "Palo Alto Strata Logging Service (Cortex Data Lake, Prisma Access), JSON",
  reference: "https://docs.paloaltonetworks.com/strata-logging-service/log-reference",
  vendor: "Palo Alto Networks",
  product: "Strata Logging Service",
  is: (record) =>
    typeof record["LogType"] === "string" &&
    (record["TimeReceived"] ?? record["DeviceSN"] ?? record["LogSourceID"]) !== undefined,
  names: {
    src: "SourceAddress PublicIPv4 PublicIPv6 SourceIP",
    sport: "SourcePort",
    sbytes: "BytesSent",
    spackets: "PacketsSent",
    snat: "NATSource PrivateIPv4",
    snatport: "NATSourcePort",
    dst: "DestinationAddress DestinationIP",
    dport: "DestinationPort",
    dbytes: "BytesReceived",
    dpackets: "PacketsReceived",
    dnat: "NATDestination",
    dnatport: "NATDestinationPort",
    transport: "Protocol",
    protocol: "Application",
    action: "Action",
    user: "SourceUser SourceUserName",
    url: "URL",
    domain: "URLDomain",
    agent: "UserAgentString UserAgent",
    referrer: "Referer HTTPReferer",
    forwarded: "X-Forwarded-ForIP XForwardedFor",
    method: "HTTPMethod",
    rule: "ThreatName RuleMatched Rule",
    device: "DeviceName",
    duration: "SessionDuration TotalTimeElapsed",
  },
  time(f) {
    const stated = f["TimeGenerated"] ?? f["LogTime"] ?? f["TimeReceived"];
    return stated === undefined ? undefined : (parseEpoch(stated) ?? parseIsoTime(stated));
  },
  judge,
});

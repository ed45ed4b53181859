/** Stormshield Network Security (SNS, formerly NETASQ): `id=firewall time="…" fw="…" tz=+0100 startime="…" … logtype="connection"`. */
import type { Event } from "../../model/event.js";
import { parseIsoTime } from "../time.js";
import { integer, keyValues } from "../values.js";
import { icmpBeginning } from "../initiator.js";
import { keyedFormat, type Fields, type Judgement } from "./keyed.js";
import { counted, countersOf, isBlocked, packetBegan, sessionBegan } from "./verdict.js";

function judge(f: Fields, event: Event): Judgement {
  const kind = f["logtype"] ?? "";
  const action = f["action"] ?? "";
  const said = `logtype=${kind}, action=${action}`;
  if (kind === "auth" || kind === "xvpn" || (kind === "server" && f["error"] !== undefined)) {
    const error = f["error"] ?? "";
    return {
      outcome: error === "0" ? (event.user?.name === undefined ? "unknown" : "authenticated") : "refused",
      outcomeReason: `logtype=${kind}, error=${error}`,
      initiator: "source",
      observerIsAsset: true,
    };
  }
  if (kind === "vpn")
    return { outcome: "unknown", outcomeReason: f["msg"] ?? said, initiator: "unknown", initiatorReason: "VPN peers" };
  const icmp = event.network?.transport === "icmp" || event.network?.transport === "ipv6-icmp";
  if (isBlocked(action) && icmp && f["icmptype"] !== undefined)
    return {
      outcome: "blocked",
      outcomeReason: said,
      ...icmpBeginning(integer(f["icmptype"]), f["ipv"] === "6" ? 6 : 4, true),
    };
  if (!event.source && !event.destination) return { outcome: "unknown", initiator: "unknown", observerIsAsset: true };
  if (isBlocked(action)) {
    if (kind === "alarm")
      return { outcome: "blocked", outcomeReason: said, ...packetBegan(event, "an alarm's packet") };
    return { outcome: "blocked", outcomeReason: said, ...sessionBegan("blocked", event) };
  }
  // An alarm or a filter line speaks of one packet; connection and plugin lines are written at a connection's end.
  if (kind === "filter" || kind === "alarm")
    return { outcome: "unknown", outcomeReason: `${said}: one packet`, ...packetBegan(event, "one packet") };
  const judged = counted(countersOf(event), said);
  return { ...judged, ...sessionBegan(judged.outcome, event) };
}

export const stormshield = keyedFormat({
  id: "stormshield.sns",
  title: "Stormshield Network Security (SNS) logs",
  reference:
    "https://documentation.stormshield.eu/SNS/v4/en/Content/Description_of_Audit_logs/Specific_fields-connection.htm",
  vendor: "Stormshield",
  product: "SNS",
  marks: ["startime="],
  find(line) {
    if (!line.includes("fw=") || !line.includes("startime=")) return -1;
    const m = /(?:^|[\s>])((?:id=\S{1,64} )?time="\d{4}-)/.exec(line.slice(0, 420));
    return m ? m.index + m[0].length - m[1]!.length : -1;
  },
  fields: (line, start) => keyValues(line.slice(start)),
  names: {
    src: "src address",
    sport: "srcport",
    sbytes: "sent",
    sname: "srcname",
    snat: "modsrc",
    snatport: "modsrcport",
    dst: "dst",
    dport: "dstport",
    dbytes: "rcvd",
    dname: "dstname",
    dnat: "origdst",
    dnatport: "origdstport",
    transport: "ipproto",
    protocol: "proto",
    action: "action",
    user: "user",
    url: "arg",
    method: "op",
    status: "result",
    sni: "sni",
    rule: "rulename msg ruleid",
    device: "fw",
    duration: "duration",
  },
  time: (f) => parseIsoTime(`${f["time"] ?? ""}${f["tz"] ?? ""}`) ?? parseIsoTime(f["time"] ?? ""),
  judge(f, event) {
    if (f["logtype"] === "web" && event.destination?.domain !== undefined)
      event.url = { ...event.url, domain: event.destination.domain };
    return judge(f, event);
  },
  dataset: (f) => (f["logtype"] === undefined ? undefined : `stormshield.sns.${f["logtype"]}`),
});

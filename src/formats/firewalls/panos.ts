/** Palo Alto Networks PAN-OS: traffic, threat, URL, decryption, system, authentication, User-ID, HIP match and configuration logs. */
import type { Event } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { tell } from "../messages.js";
import { quotesAnother, shaped, timestamp } from "../shape.js";
import { keyedEvent, type Fields, type Judgement, type Names } from "./keyed.js";
import { findPanos, PANOS_MARKS, panosTime, readPanos } from "./panos-columns.js";
import { SYSTEM_SENTENCES } from "./panos-system.js";
import { counted, countersOf, isBlocked, onlyBare, sessionBegan, type Judged } from "./verdict.js";

/** The columns are named by their slots. */
export const SLOTS: Names = Object.fromEntries(
  (
    "src sport sbytes spackets sname snat snatport dst dport dbytes dpackets dnat dnatport transport protocol action " +
    "user agent forwarded referrer method rule device duration url domain"
  )
    .split(" ")
    .map((slot) => [slot, slot]),
);

/** What stands for an application that was not, or not yet, recognised. */
const NO_APPLICATION = /^(?:incomplete|not-applicable|insufficient-data|unknown-\w{1,8}|any)$/;

function named(f: Fields): Fields {
  return NO_APPLICATION.test(f["protocol"] ?? "") ? { ...f, protocol: "", app: f["protocol"]! } : f;
}

function trafficOutcome(f: Fields, event: Event): Judged {
  const action = f["action"] ?? "";
  const reason = f["reason"] ?? "";
  const said = `action=${action}`;
  if (isBlocked(action)) return { outcome: "blocked", outcomeReason: said };
  if (f["subtype"] === "deny" || f["subtype"] === "drop")
    return { outcome: "blocked", outcomeReason: `subtype=${f["subtype"]}` };
  if (/^(?:policy-deny|threat|decrypt-\S{1,32})$/.test(reason))
    return { outcome: "blocked", outcomeReason: `${said}, session_end_reason=${reason}` };
  if (f["subtype"] === "start")
    return { outcome: "unknown", outcomeReason: `${said}, subtype=start: the session only began` };
  const counters = countersOf(event);
  const judged = counted(counters, said);
  if (counters.transport !== "tcp" || counters.received === 0) return judged;
  if (reason === "tcp-rst-from-server" && onlyBare(counters))
    return { outcome: "refused", outcomeReason: `${judged.outcomeReason}, session_end_reason=${reason}` };
  // "incomplete": the handshake was not finished, or no data followed it.
  if (f["app"] === "incomplete")
    return {
      outcome: reason === "tcp-rst-from-server" ? "refused" : "unknown",
      outcomeReason: `${judged.outcomeReason}, app=incomplete`,
    };
  return judged;
}

/** Threat logs that look into a connection's data, which over TCP there is none of before the handshake. */
const CONTENT = new Set([
  "url",
  "virus",
  "spyware",
  "vulnerability",
  "file",
  "wildfire",
  "wildfire-virus",
  "data",
  "ml-virus",
  "dlp",
]);

function threatOutcome(f: Fields, event: Event): Judged {
  const said = `action=${f["action"] ?? ""}`;
  if (isBlocked(f["action"])) return { outcome: "blocked", outcomeReason: said };
  if (event.network?.transport === "tcp" && CONTENT.has(f["subtype"] ?? ""))
    return { outcome: "established", outcomeReason: `${said}, subtype=${f["subtype"]} over TCP needs a handshake` };
  return { outcome: "unknown", outcomeReason: said };
}

function session(f: Fields, event: Event): Judgement {
  const threat = f["type"] === "THREAT";
  if (threat) {
    const misc = f["misc"] ?? "";
    if (f["subtype"] === "url" || /^[a-z]{2,8}:\/\//i.test(misc)) {
      const m = /^(?:[a-z]{2,8}:\/\/)?([^/:?#\s]{1,253})(?::\d{1,5})?(\/\S*)?/i.exec(misc);
      if (m) event.url = { original: misc, domain: m[1]!, ...(m[2] === undefined ? {} : { path: m[2] }) };
    }
    event.rule = { ...event.rule, ...(f["threat"] && f["subtype"] !== "url" ? { name: f["threat"] } : {}) };
  }
  const judged =
    threat || f["type"] === "DECRYPTION" || f["type"] === "GTP" ? threatOutcome(f, event) : trafficOutcome(f, event);
  return { ...judged, ...sessionBegan(judged.outcome, event, "the source column is the session's initiator") };
}

/** Logs of who acted or logged in: the address is the client's, the firewall is the asset. */
function account(f: Fields): Judgement {
  const near: Pick<Judgement, "initiator" | "observerIsAsset"> = { initiator: "source", observerIsAsset: true };
  switch (f["type"]) {
    case "AUTH":
    case "AUTHENTICATION": {
      const words = `${f["event"] ?? ""} ${f["message"] ?? ""}`;
      const fails = /fail|denied|reject|invalid|timeout|lock/i.test(words);
      return {
        outcome: fails ? "refused" : /succ|authenticated/i.test(words) ? "authenticated" : "unknown",
        outcomeReason: words.trim().slice(0, 80),
        ...near,
      };
    }
    case "CONFIG": {
      const result = f["result"] ?? "";
      return {
        outcome: /^(?:Failed|Unauthorized)/i.test(result) ? "refused" : "authenticated",
        outcomeReason: `an administrator's change: ${result}`,
        ...near,
      };
    }
    case "USERID":
      return f["subtype"] === "login" && /vpn|globalprotect/i.test(f["origin"] ?? "")
        ? { outcome: "authenticated", outcomeReason: `User-ID login by ${f["origin"]}`, ...near }
        : { outcome: "unknown", outcomeReason: `User-ID ${f["subtype"] ?? ""}`, initiator: "unknown" };
    default:
      return { outcome: "unknown", initiator: "unknown" };
  }
}

function parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
  const found = findPanos(line);
  if (!found || found.type === "GLOBALPROTECT" || quotesAnother(line.slice(0, found.start))) return undefined;
  const f = named(readPanos(line, found.start, found.type));
  const at = timestamp(panosTime(f), context, envelope);
  const event = keyedEvent(f, SLOTS);
  let judged: Omit<FormatResult, "event">;
  if (found.type === "SYSTEM") {
    const told = tell(f["message"] ?? "", SYSTEM_SENTENCES);
    if (told) {
      const { event: said, ...rest } = told;
      Object.assign(event, said);
      judged = rest;
    } else judged = { outcome: "unknown", initiator: "unknown", observerIsAsset: true };
    event.event = { action: event.event?.action ?? f["event"] ?? "system" };
  } else if ("dst" in f) judged = session(f, event);
  else {
    judged = account(f);
    const kind = f["subtype"] === "0" ? "" : f["subtype"];
    event.event = { action: f["event"] || f["action"] || kind || found.type.toLowerCase() };
  }
  return shaped({
    ...judged,
    event: {
      timestamp: at,
      ...event,
      event: { ...event.event, dataset: `paloalto.panos.${found.type.toLowerCase()}` },
      observer: {
        name: event.observer?.name ?? envelope?.hostname,
        vendor: "Palo Alto Networks",
        product: "PAN-OS",
      },
    },
  });
}

export const panos: Format = {
  id: "paloalto.panos",
  prose: true,
  title: "Palo Alto Networks PAN-OS traffic, threat, URL, system and authentication logs",
  reference:
    "https://docs.paloaltonetworks.com/pan-os/11-1/pan-os-admin/monitoring/use-syslog-for-monitoring/syslog-field-descriptions",
  marks: PANOS_MARKS,
  parse,
};

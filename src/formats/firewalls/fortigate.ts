/** FortiGate (FortiOS 5 to 7) key=value logs: traffic, UTM and event types. */
import { canonicalIp } from "../../model/ip.js";
import type { Endpoint, Event } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext, ParsedTime } from "../format.js";
import { parseEpoch, parseIsoTime } from "../time.js";
import { endpoint, integer, keyValues, port, text, transport } from "../values.js";
import { fortigateEvent } from "./fortigate-event.js";
import { quotesAnother, shaped, timestamp } from "../shape.js";
import { replyPorts, type Beginning } from "../initiator.js";

type Fields = Record<string, string>;
type Judged = Pick<FormatResult, "outcome" | "outcomeReason">;

const BLOCKED_TRAFFIC = new Set(["deny", "denied", "blocked", "block", "dropped", "drop", "violation", "reject"]);

/** "Security action performed": IPS 16384, web filter 13056, antivirus 8192, DNS 54000 and kin of the Log Message Reference. */
const BLOCKED_UTM = new Set([
  "block",
  "blocked",
  "blocked-endpoint",
  "deny",
  "denied",
  "drop",
  "dropped",
  "drop_session",
  "reset",
  "reset_client",
  "reset_server",
  "clear_session",
  "quarantine",
  "redirect",
  "ban",
  "ban-ip",
]);

/** UTM logs of an application layer: over TCP, such a log needs a finished handshake. */
const APPLICATION_UTM = new Set([
  "webfilter",
  "app-ctrl",
  "ips",
  "virus",
  "emailfilter",
  "dlp",
  "waf",
  "ssl",
  "ssh",
  "cifs",
  "file-filter",
  "icap",
  "voip",
]);

function lineTime(fields: Fields): ParsedTime | undefined {
  const zone = fields["tz"] ?? "";
  const stated =
    fields["date"] && fields["time"] ? parseIsoTime(`${fields["date"]} ${fields["time"]}${zone}`) : undefined;
  const epoch = fields["eventtime"] ? parseEpoch(fields["eventtime"]) : undefined;
  if (!stated) return epoch;
  if (epoch?.kind !== "instant") return stated;
  // eventtime is UTC and finer. Where the line names its zone, it adds the fraction of the second that the line states.
  if (stated.kind === "instant")
    return Math.trunc(epoch.ms / 1000) * 1000 === stated.ms ? { ...stated, ms: epoch.ms } : stated;
  const wall = Date.UTC(stated.year!, stated.month - 1, stated.day, stated.hour, stated.minute, stated.second);
  return Math.abs(wall - epoch.ms) <= 15 * 3_600_000 ? epoch : stated;
}

function natIp(value: string | undefined): string | undefined {
  return value === "0.0.0.0" || value === "::" ? undefined : value;
}

/** The initiator's end. `transip`/`transport` are the translated source (Log Message Reference: "NAT Source IP"). */
function sourceOf(f: Fields): Endpoint | undefined {
  return endpoint({
    ip: f["srcip"],
    port: f["srcport"],
    bytes: f["sentbyte"],
    packets: f["sentpkt"],
    domain: f["srcname"],
    natIp: natIp(f["transip"]),
    natPort: natIp(f["transip"]) && f["transport"],
  });
}

/** `tranip`/`tranport` are the translated destination. */
function destinationOf(f: Fields): Endpoint | undefined {
  return endpoint({
    ip: f["dstip"],
    port: f["dstport"],
    bytes: f["rcvdbyte"],
    packets: f["rcvdpkt"],
    domain: text(f["hostname"]) ?? f["dstname"],
    natIp: natIp(f["tranip"]),
    natPort: natIp(f["tranip"]) && f["tranport"],
  });
}

/** Interface roles set by the administrator: `lan`, `dmz`, `wan`, `undefined`. */
function direction(f: Fields): string | undefined {
  const from = f["srcintfrole"];
  const to = f["dstintfrole"];
  const inside = (role: string | undefined): boolean => role === "lan" || role === "dmz";
  if (inside(from) && to === "wan") return "outbound";
  if (from === "wan" && inside(to)) return "inbound";
  return inside(from) && inside(to) ? "internal" : undefined;
}

function trafficOutcome(f: Fields): Judged {
  const action = f["action"] ?? "";
  const said = `action=${action}`;
  if (BLOCKED_TRAFFIC.has(action)) return { outcome: "blocked", outcomeReason: said };
  const utm = f["utmaction"];
  if (utm !== undefined && BLOCKED_UTM.has(utm))
    return { outcome: "blocked", outcomeReason: `${said}, utmaction=${utm}` };
  if (action === "start") return { outcome: "unknown", outcomeReason: "action=start: the session only began" };
  if (action === "ip-conn")
    return { outcome: "unanswered", outcomeReason: "action=ip-conn: the connection attempt failed" };
  const sent = integer(f["sentbyte"]);
  const received = integer(f["rcvdbyte"]);
  if (sent === undefined || received === undefined)
    return action === "server-rst"
      ? { outcome: "refused", outcomeReason: said }
      : { outcome: "unknown", outcomeReason: `${said}, no byte counts` };
  const counts = `${said}, sentbyte=${sent}, rcvdbyte=${received}`;
  if (received === 0) return { outcome: action === "server-rst" ? "refused" : "unanswered", outcomeReason: counts };
  // A bare reset is 40 bytes; a SYN-ACK carries options and is longer. So 40 a packet means nothing but resets came.
  if (action === "server-rst" && received <= 40 * (integer(f["rcvdpkt"]) ?? 1))
    return { outcome: "refused", outcomeReason: counts };
  return sent > 0 ? { outcome: "established", outcomeReason: counts } : { outcome: "unknown", outcomeReason: counts };
}

function utmOutcome(f: Fields): Judged {
  const action = f["action"] ?? "";
  const said = `action=${action}`;
  if (BLOCKED_UTM.has(action)) return { outcome: "blocked", outcomeReason: said };
  if ((integer(f["sentbyte"]) ?? 0) > 0 && (integer(f["rcvdbyte"]) ?? 0) > 0)
    return { outcome: "established", outcomeReason: `${said}, sentbyte=${f["sentbyte"]}, rcvdbyte=${f["rcvdbyte"]}` };
  if (f["eventtype"] === "dns-response") return { outcome: "established", outcomeReason: "eventtype=dns-response" };
  const subtype = f["subtype"] ?? f["type"] ?? "";
  if (f["proto"] === "6" && APPLICATION_UTM.has(subtype))
    return { outcome: "established", outcomeReason: `${said}, subtype=${subtype} over TCP needs a handshake` };
  return { outcome: "unknown", outcomeReason: said };
}

/** FortiGate keeps sessions: srcip began it. A denied datagram has no session, and may be a late reply. */
function beginning(f: Fields): Beginning {
  if (
    BLOCKED_TRAFFIC.has(f["action"] ?? "") &&
    f["proto"] !== "6" &&
    replyPorts(port(f["srcport"]), port(f["dstport"]))
  )
    return { initiator: "unknown", initiatorReason: "denied, from a service port: may be a late reply" };
  return { initiator: "source", initiatorReason: "srcip is the session's initiator" };
}

function addresses(value: string | undefined): string[] {
  return (value ?? "").split(/[,; ]/).flatMap((part) => canonicalIp(part) ?? []);
}

function sessionEvent(f: Fields): Event {
  const address = text(f["url"]);
  const whole = address !== undefined && /^[a-z]{2,8}:\/\//i.test(address);
  const service = f["service"];
  const name = text(f["qname"]);
  return {
    source: sourceOf(f),
    destination: destinationOf(f),
    network: {
      transport: transport(f["proto"]),
      protocol: service && /^[A-Za-z][\w.-]{0,31}$/.test(service) ? service.toLowerCase() : undefined,
      direction: direction(f),
      forwarded_ip: addresses(f["forwardedfor"] ?? f["trueclntip"]),
    },
    url: { original: whole ? address : undefined, domain: text(f["hostname"]), path: whole ? undefined : address },
    http: { request: { method: text(f["httpmethod"]), referrer: text(f["referralurl"]) } },
    dns:
      name === undefined
        ? undefined
        : { question: { name, type: text(f["qtype"]) }, resolved_ip: addresses(f["ipaddr"]) },
    user_agent: { original: text(f["agent"]) },
    rule: { name: text(f["attack"]) ?? text(f["policyname"]) ?? text(f["policyid"]) },
  };
}

function duration(f: Fields): number | undefined {
  const seconds = integer(f["duration"]);
  return seconds === undefined ? undefined : seconds * 1e9;
}

function parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
  const mark = line.indexOf("logid=");
  if (mark < 0 || !line.includes("type=") || quotesAnother(line.slice(0, mark))) return undefined;
  // `set csv enable` puts commas between the pairs.
  const f = keyValues(line.replace(/^<\d{1,3}>/, ""), /,(?:time|devname|logid|type)=/.test(line) ? "," : "");
  const type = f["type"];
  if (type === undefined || !/^"?\d{4,10}"?$/.test(f["logid"] ?? "") || (f["date"] ?? f["eventtime"]) === undefined)
    return undefined;
  const judged: FormatResult =
    type === "event"
      ? fortigateEvent(f, sourceOf(f), destinationOf(f))
      : type === "traffic"
        ? { event: sessionEvent(f), ...trafficOutcome(f), ...beginning(f) }
        : { event: sessionEvent(f), ...utmOutcome(f), ...beginning(f) };
  const event: Event = {
    timestamp: timestamp(lineTime(f), context, envelope),
    ...judged.event,
    event: {
      action: text(f["action"]) ?? text(f["eventtype"]),
      dataset: `fortinet.fortigate.${type}`,
      duration: duration(f),
    },
    user: { name: text(f["user"]) },
    observer: {
      name: text(f["devname"]) ?? text(f["devid"]) ?? envelope?.hostname,
      vendor: "Fortinet",
      product: "FortiGate",
    },
  };
  return shaped({ ...judged, event });
}

export const fortigate: Format = {
  id: "fortinet.fortigate",
  title: "FortiGate (FortiOS) traffic, UTM and event logs",
  reference: "https://docs.fortinet.com/document/fortigate/7.6.0/fortios-log-message-reference/160372",
  marks: ["logid="],
  parse,
};

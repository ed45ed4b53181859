/** Microsoft DNS server: the debug log of packets, and the analytical channel (ETW) as text or JSON. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { findTime } from "../fallback/find-time.js";
import { object, string, type Json } from "../json-fields.js";
import { timestamp } from "../shape.js";
import { dnsResult, rcodeName, typeName, type Lookup } from "./dns-event.js";
import { wordTable } from "../../model/word-table.js";

/** `Rcv 192.0.2.5 a1b2   Q [0001   D   NOERROR] A      (3)www(7)example(3)com(0)`; `R` before the opcode marks a response. */
const PACKET =
  /\bPACKET {1,3}(?:[0-9A-Fa-f]{8,16} {1,2})?(UDP|TCP) (Rcv|Snd) ([0-9A-Fa-f.:]{2,45}(?:%\d{1,6})?) {1,40}[0-9A-Fa-f]{4} (R| ) ([QNU?]) \[[0-9A-Fa-f]{4} [A-Z ]{1,8} {1,4}([A-Za-z]{3,16}|\d{1,5})\] (\S{1,24}) {1,10}(\S{1,2048})$/;

/** `(3)www(7)example(3)com(0)`: each label behind its length; a label may hold a dot. `.example.com.` is also written. */
export function decodeLabels(text: string): string {
  if (!text.startsWith("(")) return text.replace(/^\./, "");
  const labels = text.split(/\(\d{1,3}\)/).filter((label) => label !== "");
  return labels.length === 0 ? "." : labels.join(".");
}

const debugReason = {
  asked: "Rcv Q: the client asked",
  answered: "Snd R: this server answered the client",
  forwarded: "Snd Q: this server asked",
  reply: "Rcv R: the server that was asked answered",
};

/** A packet's far end is the client when a question comes in or an answer goes out, else the server that was asked. */
function packet(received: boolean, response: boolean, far: string, rcode: string | undefined): Partial<Lookup> {
  if (received !== response) {
    return {
      client: far,
      ...(response ? { rcode } : { outcome: "unknown", reason: "a DNS query alone" }),
      initiatorReason: response ? debugReason.answered : debugReason.asked,
    };
  }
  return {
    server: far,
    ...(response ? { rcode } : { outcome: "unknown", reason: "a DNS query alone" }),
    initiatorReason: response ? debugReason.reply : debugReason.forwarded,
  };
}

export const windowsDnsDebug: Format = {
  id: "microsoft.dns-debug",
  title: "Microsoft DNS server debug log",
  reference:
    "https://learn.microsoft.com/en-us/previous-versions/windows/it-pro/windows-server-2008-r2-and-2008/cc776361(v=ws.10)",
  marks: [" PACKET "],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (!line.includes(" PACKET ")) return undefined;
    const m = PACKET.exec(line.trimEnd());
    if (!m || m.index > 80) return undefined;
    const found = findTime(line.slice(0, m.index));
    return dnsResult({
      timestamp: timestamp(found?.time, context, envelope),
      transport: m[1],
      type: m[7],
      name: decodeLabels(m[8]!),
      action: m[4] === "R" ? "response" : "query",
      ...packet(m[2] === "Rcv", m[4] === "R", m[3]!, m[6]),
    });
  },
};

/** Events of the analytical channel. `far`: which end `Source` or `Destination` is. */
const EVENTS: Readonly<
  Record<string, { name: string; far: "client" | "server"; outcome?: "unknown" | "blocked" | "refused" | "unanswered" }>
> = wordTable({
  "256": { name: "QUERY_RECEIVED", far: "client", outcome: "unknown" },
  "257": { name: "RESPONSE_SUCCESS", far: "client" },
  "258": { name: "RESPONSE_FAILURE", far: "client" },
  "259": { name: "IGNORED_QUERY", far: "client", outcome: "blocked" },
  "260": { name: "RECURSE_QUERY_OUT", far: "server", outcome: "unknown" },
  "261": { name: "RECURSE_RESPONSE_IN", far: "server" },
  "262": { name: "RECURSE_QUERY_DROP", far: "server", outcome: "unanswered" },
  "263": { name: "DYN_UPDATE_RECV", far: "client", outcome: "unknown" },
  "264": { name: "DYN_UPDATE_RESPONSE", far: "client" },
  "279": { name: "INTERNAL_LOOKUP_CNAME", far: "client", outcome: "unknown" },
  "280": { name: "INTERNAL_LOOKUP_ADDITIONAL", far: "client", outcome: "unknown" },
});
const BY_NAME: ReadonlyMap<string, string> = new Map(Object.entries(EVENTS).map(([id, e]) => [e.name, id]));

function analytical(
  id: string,
  f: (name: string) => string | undefined,
  time: number | undefined,
): FormatResult | undefined {
  const event = EVENTS[id];
  if (!event) return undefined;
  const far = f("Source") ?? f("Destination") ?? f("RemoteIP");
  const near = f("InterfaceIP");
  const client = event.far === "client";
  return dnsResult({
    timestamp: time,
    client: client ? far : near,
    clientPort: client ? f("Port") : undefined,
    server: client ? near : far,
    serverPort: client ? undefined : f("Port"),
    name: f("QNAME"),
    type: typeName(f("QTYPE")),
    rcode: rcodeName(f("RCODE")),
    transport: f("TCP") === "1" ? "tcp" : f("TCP") === "0" ? "udp" : undefined,
    action: event.name,
    ...(event.outcome === undefined ? {} : { outcome: event.outcome, reason: event.name }),
  });
}

/** `QUERY_RECEIVED: TCP=0; InterfaceIP=192.0.2.53; Source=192.0.2.5; RD=1; QNAME=www.example.com.; QTYPE=1; …`. */
export const windowsDnsAnalytical: Format = {
  id: "microsoft.dns-analytical",
  title: "Microsoft DNS server analytical events, as text",
  reference: "https://learn.microsoft.com/en-us/windows-server/networking/dns/dns-logging-and-diagnostics",
  marks: ["QNAME="],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (!line.includes("QNAME=")) return undefined;
    const m = /\b([A-Z]{3,10}_[A-Z_]{4,24}): (?:TCP=|Reason=|InterfaceIP=|Version=)/.exec(line.slice(0, 400));
    const id = m ? BY_NAME.get(m[1]!) : undefined;
    if (!m || id === undefined) return undefined;
    const fields = new Map<string, string>();
    for (const part of line.slice(m.index + m[1]!.length + 2).split(";", 40)) {
      const equals = part.indexOf("=");
      if (equals > 0) fields.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
    }
    const found = findTime(line.slice(0, m.index));
    return analytical(id, (name) => fields.get(name), timestamp(found?.time, context, envelope));
  },
};

/** Winlogbeat's and NXLog's form of the same events. */
export const windowsDnsJson: Format = {
  id: "microsoft.dns-analytical-json",
  title: "Microsoft DNS server analytical events, as JSON",
  reference: "https://learn.microsoft.com/en-us/windows-server/networking/dns/dns-logging-and-diagnostics",
  json: true,
  parse(line: string, context: LineContext, envelope?: EnvelopeFields, record?: Json): FormatResult | undefined {
    if (!record || !line.includes('"QNAME"') || !line.includes('"QTYPE"')) return undefined;
    const winlog = object(record["winlog"]) ?? record;
    const data = object(winlog["event_data"]) ?? object(winlog["EventData"]) ?? winlog;
    const id =
      string(winlog["event_id"]) ?? string(record["EventID"]) ?? string(record["event_id"]) ?? string(record["Id"]);
    if (id === undefined) return undefined;
    const stamp = string(record["@timestamp"]) ?? string(record["EventTime"]) ?? string(record["TimeCreated"]);
    return analytical(
      id,
      (name) => string(data[name]),
      timestamp(stamp === undefined ? undefined : findTime(stamp)?.time, context, envelope),
    );
  },
};

/** Honeypots: Cowrie and Kippo, Dionaea, Honeytrap, OpenCanary. The honeypot is the asset, and what speaks to it came by itself. */
import type { Outcome } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { findTime, timeOfValue } from "../fallback/find-time.js";
import { object, string, type Json } from "../json-fields.js";
import { tell, type Sentence } from "../messages.js";
import { endpoint } from "../values.js";
import { shaped, timestamp } from "../shape.js";
import { wordTable } from "../../model/word-table.js";
import { markedFormat, type MarkedProduct } from "../marked-json.js";

/** Events of Cowrie, https://docs.cowrie.org/en/latest/OUTPUT.html. What is not here is said in a session that was established. */
const COWRIE: Readonly<Record<string, Outcome>> = wordTable({
  "cowrie.login.success": "authenticated",
  "cowrie.login.failed": "refused",
  "cowrie.command.input": "authenticated",
  "cowrie.command.success": "authenticated",
  "cowrie.command.failed": "authenticated",
  "cowrie.session.file_download": "authenticated",
  "cowrie.session.file_upload": "authenticated",
  "cowrie.session.input": "authenticated",
});

interface Pot {
  time: string | undefined;
  source: string | undefined;
  sourcePort: string | undefined;
  destination: string | undefined;
  destinationPort: string | undefined;
  action: string | undefined;
  protocol?: string | undefined;
  user?: string | undefined;
  url?: string | undefined;
  outcome: Outcome;
  product: string;
  sensor?: string | undefined;
}

interface Product extends MarkedProduct {
  read(r: Json): Pot | undefined;
}

const PRODUCTS: readonly Product[] = [
  {
    id: "cowrie.json",
    title: "Cowrie honeypot, JSON",
    reference: "https://docs.cowrie.org/en/latest/OUTPUT.html",
    marks: ['"eventid"', '"cowrie.'],
    read: (r) => {
      const event = string(r["eventid"]);
      // Of a request to forward, dst_ip is where the visitor wanted to go: Cowrie does not go there.
      const forward = event?.startsWith("cowrie.direct-tcpip") === true;
      return {
        time: string(r["timestamp"]),
        source: string(r["src_ip"]),
        sourcePort: string(r["src_port"]),
        destination: forward ? undefined : string(r["dst_ip"]),
        destinationPort: forward ? undefined : string(r["dst_port"]),
        action: event,
        protocol: string(r["protocol"]),
        user: string(r["username"]),
        url: string(r["url"]),
        outcome: COWRIE[event ?? ""] ?? "established",
        product: "Cowrie",
        sensor: string(r["sensor"]),
      };
    },
  },
  {
    id: "dionaea.json",
    title: "Dionaea honeypot, JSON",
    reference: "https://dionaea.readthedocs.io/en/latest/ihandler/log_json.html",
    marks: ['"connection"', '"transport"', '"src_ip"', '"dst_ip"'],
    read: (r) => {
      const connection = object(r["connection"]);
      const type = string(connection?.["type"]);
      if (!connection || type === undefined) return undefined;
      return {
        time: string(r["timestamp"]),
        source: string(r["src_ip"]),
        sourcePort: string(r["src_port"]),
        destination: string(r["dst_ip"]),
        destinationPort: string(r["dst_port"]),
        action: type,
        protocol: string(connection["protocol"]),
        outcome: type === "accept" ? "established" : type === "reject" ? "refused" : "unknown",
        product: "Dionaea",
      };
    },
  },
  {
    id: "honeytrap.json",
    title: "Honeytrap honeypot, JSON",
    reference: "https://github.com/armedpot/honeytrap",
    marks: ['"attack_connection"', '"remote_ip"'],
    read: (r) => {
      const c = object(r["attack_connection"]);
      if (!c) return undefined;
      const payload = object(c["payload"]);
      return {
        time: string(r["timestamp"]) ?? string(r["@timestamp"]),
        source: string(c["remote_ip"]),
        sourcePort: string(c["remote_port"]),
        destination: string(c["local_ip"]),
        destinationPort: string(c["local_port"]),
        action: "connection",
        protocol: string(c["protocol"]),
        outcome: Number(string(payload?.["length"]) ?? 0) > 0 ? "established" : "unknown",
        product: "Honeytrap",
      };
    },
  },
  {
    id: "opencanary.json",
    title: "OpenCanary honeypot, JSON",
    reference: "https://opencanary.readthedocs.io/en/latest/starting/correlator.html",
    marks: ['"logtype"', '"src_host"', '"node_id"'],
    read: (r) => {
      const data = object(r["logdata"]);
      const type = string(r["logtype"]) ?? "";
      // Types that end with 001 to 009 of a service are logins; 5001 to 5008 are port scans.
      const scan = /^500\d$/.test(type);
      const user = string(data?.["USERNAME"]);
      return {
        time: string(r["utc_time"]) ?? string(r["local_time"]),
        source: string(r["src_host"]),
        sourcePort: string(r["src_port"]),
        destination: string(r["dst_host"]),
        destinationPort: string(r["dst_port"]),
        action: `logtype ${type}`,
        user,
        outcome: scan ? "unknown" : user === undefined ? "established" : "refused",
        product: "OpenCanary",
        sensor: string(r["node_id"]),
      };
    },
  },
];

function formatOf(product: Product): Format {
  return markedFormat(product, (record, context, envelope) => {
    const p = product.read(record);
    const source = p && endpoint({ ip: p.source, port: p.sourcePort });
    if (!p || !source) return undefined;
    return shaped({
      event: {
        timestamp: timestamp(timeOfValue(p.time), context, envelope),
        source,
        destination: endpoint({ ip: p.destination, port: p.destinationPort }),
        network: { protocol: p.protocol },
        event: { action: p.action },
        url: { original: p.url },
        user: { name: p.user },
        observer: { name: p.sensor, product: p.product },
      },
      outcome: p.outcome,
      outcomeReason: p.action ?? "",
      initiator: "source",
      initiatorReason: "it came to a honeypot",
      observerIsAsset: true,
    });
  });
}

export const honeypotJsonFormats: readonly Format[] = PRODUCTS.map(formatOf);

const A = String.raw`\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{2,41}`;
const TRANSPORT = String.raw`^\[(?:HoneyPot\w{0,24}|Cowrie\w{0,32}|\w{1,24}),\d{1,10},(?<ip>${A})\]`;
const SENTENCES: readonly Sentence[] = [
  {
    says: new RegExp(
      String.raw`^\[[\w.]{1,64}\] New connection: (?<ip>${A}):(?<port>\d{1,5}) \((?<near>${A}):(?<nearPort>\d{1,5})\) \[session: `,
    ),
    outcome: "established",
    reason: "a new connection",
    action: "connection",
  },
  {
    says: new RegExp(String.raw`${TRANSPORT} login attempt \[(?<user>.{0,128})\/.{0,255}\] succeeded$`),
    outcome: "authenticated",
    reason: "login succeeded",
    action: "login",
  },
  {
    says: new RegExp(String.raw`${TRANSPORT} login attempt \[(?<user>.{0,128})\/.{0,255}\] failed$`),
    outcome: "refused",
    reason: "login failed",
    action: "login",
  },
  {
    says: new RegExp(String.raw`${TRANSPORT} (?:CMD: |Command found: )`),
    outcome: "authenticated",
    reason: "a command",
    action: "command",
  },
  { says: new RegExp(TRANSPORT), outcome: "established", reason: "a session" },
];

export const cowrieText: Format = {
  id: "cowrie.log",
  title: "Cowrie and Kippo honeypots, text",
  reference: "https://docs.cowrie.org/en/latest/",
  prose: true,
  marks: ["[cowrie", "[kippo.", "[HoneyPot"],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const m =
      /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d{4})) (?=\[(?:cowrie\.|kippo\.|HoneyPot|Cowrie))/.exec(
        line,
      );
    if (!m) return undefined;
    return tell(line.slice(m[0].length), SENTENCES, {
      process: "cowrie",
      timestamp: timestamp(findTime(m[1]!)?.time, context, envelope),
    });
  },
};

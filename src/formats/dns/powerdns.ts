/** PowerDNS: recursor (old sentences and structured lines), authoritative server, dnsdist. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { findTime } from "../fallback/find-time.js";
import { parseEpoch } from "../time.js";
import { addressAndPort, keyValues } from "../values.js";
import { timestamp } from "../shape.js";
import { dnsResult, tellDns, type DnsSentence } from "./dns-event.js";

/** `192.0.2.1:53` or `[2001:db8::1]:53`; the port may be missing. */
const at = (ip: string, port: string): string =>
  String.raw`(?:\[?(?<${ip}>\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{2,41}?)\]?(?::(?<${port}>\d{1,5}))?)(?![\w:])`;
const FAR = at("ip", "port");
const NEAR = at("near", "nearPort");
const QUESTION = String.raw`'?(?<name>[^\s'|]{1,1024})[| ](?<type>[A-Z0-9]{1,16})'?`;
const re = (source: string): RegExp => new RegExp(source);

const SENTENCES: readonly DnsSentence[] = [
  // dnsdist
  {
    says: re(
      String.raw`^Got query for ${QUESTION} from ${FAR}(?: \([^)]{1,64}\))?, relayed to (?:\S{1,64} \()?${NEAR}`,
    ),
    action: "relayed",
    reason: "relayed to the backend",
  },
  {
    says: re(String.raw`^Got answer from ${NEAR}(?: \([^)]{1,64}\))?, relayed to ${FAR}`),
    action: "answer",
    outcome: "established",
    reason: "the answer was relayed",
  },
  {
    says: re(
      String.raw`^(?:Packet|Query) (?:from|of size \d{1,6} from) ${FAR}(?: for ${QUESTION})?.{0,120}(?:dropped|denied|refused|blocked)`,
    ),
    action: "query",
    outcome: "blocked",
    reason: "dropped by a rule",
  },
  { says: re(String.raw`^(?:Query from|Packet from|Dropped query from) ${FAR}(?: for ${QUESTION})?`), action: "query" },
  // Recursor
  {
    says: re(
      String.raw`^(?:\d{1,6} )?\[[\d/]{1,16}\] (?:QQQQ )?question (?:for ${QUESTION}|answered from packet cache(?: tag=\d{1,10})?) from ${FAR}`,
    ),
    action: "question",
  },
  {
    says: re(String.raw`^question answered from packet cache(?: tag=\d{1,10})? from ${FAR}`),
    action: "answer",
    outcome: "established",
    reason: "answered from the packet cache",
  },
  {
    says: re(String.raw`^.{0,24}answer to question ${QUESTION}: (?<rcode>[A-Z][A-Za-z ]{3,24}?),? `),
    action: "answer",
    initiator: "unknown",
  },
  {
    says: re(String.raw`^Ignoring (?:empty|truncated|non-query).{0,60} from (?:client |server at )?${FAR}`),
    action: "ignored",
    initiator: "unknown",
    reason: "ignored",
  },
  {
    says: re(String.raw`^\[?\w{0,16}\]?.{0,60}dropping (?:TCP |UDP )?query from ${FAR}, address .{0,60}`),
    action: "query",
    outcome: "blocked",
    reason: "not allowed to ask",
  },
  {
    says: re(String.raw`^.{0,16}(?:Sending|Resolved) '?(?<name>[^\s'|]{1,1024})'?.{0,60} to:? ${FAR}$`),
    action: "upstream query",
    away: true,
  },
  // Authoritative
  { says: re(String.raw`^Remote ${FAR}(?:<-\S{1,64})? wants ${QUESTION}`), action: "query" },
  {
    says: re(
      String.raw`^(?:Not authoritative for '(?<name>[^\s'|]{1,1024})', sending (?<rcode>servfail|refused) to|.{0,60}sending (?<rcode2>servfail|refused) to) ${FAR}`,
    ),
    action: "refusal",
  },
  {
    says: re(
      String.raw`^[AI]XFR(?:-out zone)? (?:of domain |zone )?'?(?<name>[^\s'|]{1,1024}?)'? denied: client IP ${FAR}`,
    ),
    action: "zone transfer",
    outcome: "refused",
    reason: "no permission",
  },
  {
    says: re(
      String.raw`^[AI]XFR(?:-out zone)? (?:of domain )?'(?<name>[^\s'|]{1,1024})'(?:,| initiated by| to| failed:)? .{0,40}?${FAR}`,
    ),
    action: "zone transfer",
    outcome: "unknown",
    reason: "a zone transfer",
  },
  {
    says: re(
      String.raw`^Received (?:valid |unsuccessful |secure )?NOTIFY (?:reply )?(?:for|about) (?<name>\S{1,255}) .{0,40}from (?:master |primary )?${FAR}.{0,80}(?:[Rr]efus|not a (?:master|primary)|denied)`,
    ),
    action: "notify",
    outcome: "refused",
    reason: "not a primary",
  },
  {
    says: re(
      String.raw`^Received (?:valid |secure )?NOTIFY for (?<name>\S{1,255}) .{0,40}from (?:master |primary )?${FAR}`,
    ),
    action: "notify",
  },
];

const PROGRAM = /^(?:pdns(?:_server|_recursor|-recursor)?|dnsdist)$/;

/** `ts="1614834367.123" msg="Question" subsystem="syncres" … proto="udp" qname="www.example.com" qtype="A" remote="192.0.2.5:51234"`. */
function structured(
  line: string,
  context: LineContext,
  envelope: EnvelopeFields | undefined,
): FormatResult | undefined {
  const f = keyValues(line);
  const name = f["qname"] ?? f["domain"] ?? f["name"];
  const stamp = f["ts"];
  const time = timestamp(
    stamp === undefined ? undefined : (parseEpoch(stamp) ?? findTime(stamp)?.time),
    context,
    envelope,
  );
  const away = f["auth"] ?? f["server"] ?? (f["subsystem"] === "out" ? f["remote"] : undefined);
  const client = f["remote"] ?? f["source"] ?? f["from"] ?? f["client"] ?? f["address"];
  const upstream = away !== undefined && addressAndPort(away).ip !== undefined;
  if (!upstream && addressAndPort(client).ip === undefined) return undefined;
  const refused = /not allowed|disallowed|refus|deny|denied|dropp/i.test(f["msg"] ?? "");
  return dnsResult({
    timestamp: time,
    ...(upstream ? { server: away } : { client }),
    name,
    type: f["qtype"],
    rcode: f["rcode"],
    transport: f["proto"],
    answers: [],
    action: f["msg"],
    ...(refused ? { outcome: "blocked" as const, reason: f["msg"] } : {}),
  });
}

export const powerdns: Format = {
  id: "powerdns.powerdns",
  title: "PowerDNS recursor, authoritative server and dnsdist",
  reference: "https://doc.powerdns.com/recursor/running.html#logging",
  marks: ['subsystem="', "pdns", "dnsdist"],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    const known = program !== undefined && PROGRAM.test(program);
    if (line.includes('subsystem="') && line.includes('msg="') && line.includes('prio="'))
      return structured(line, context, envelope);
    if (program !== undefined && !known) return undefined;
    const tag = /^(?:[A-Z][a-z]{2} \d{2} \d{2}:\d{2}:\d{2} )?(?:pdns\w{0,12}|dnsdist)(?:\[\d{1,10}\])?: /.exec(line);
    if (!known && !tag) return undefined;
    const text = tag ? line.slice(tag[0].length) : line;
    const time = findTime(text.slice(0, 30));
    const message = time?.start === 0 ? text.slice(time.end).trimStart() : text;
    return tellDns(message, SENTENCES, timestamp(time?.start === 0 ? time.time : undefined, context, envelope));
  },
};

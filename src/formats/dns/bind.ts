/** BIND 9's named: queries, refusals, response policy, transfers and what the resolver met. Infoblox's named writes the same. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { findTime } from "../fallback/find-time.js";
import { timestamp } from "../shape.js";
import { dnsResult, tellDns, type DnsSentence } from "./dns-event.js";

const ADDRESS = String.raw`[0-9A-Fa-f.:]{2,45}(?:%[\w.-]{1,16})?`;
const FAR = String.raw`(?<ip>${ADDRESS})#(?<port>\d{1,5})`;
const ZONED = String.raw`'(?<name>[^'/]{0,255})(?:\/(?<type>[A-Z0-9]{1,16}))?\/[A-Z]{2,8}'`;
const re = (source: string): RegExp => new RegExp(source);

/** `client @0x7f… 192.0.2.1#53/key tsig (name): view internal: …`. */
const CLIENT = new RegExp(
  String.raw`^client (?:@0x[0-9a-f]{1,16} )?(${ADDRESS})#(\d{1,5})(?:\/key (\S{1,255}))?(?: \(([^)]{0,1024})\))?:? (?:(UDP|TCP|TLS|HTTPS?): )?(?:view (\S{1,128}): )?`,
);

/** What follows the client. Groups as in `DnsSentence`. */
const OF_CLIENT: readonly DnsSentence[] = [
  // Infoblox writes questions and answers: `query: a.example IN A response: NOERROR +AED a.example. 28800 IN A 192.0.2.1; …`.
  {
    says: /^query: (?<name>\S{1,1024}) [A-Z]{2,8} (?<type>\S{1,16}) response: (?<rcode>[A-Z]{3,16})\b/,
    action: "response",
  },
  {
    says: /^query: (?<name>\S{1,1024}) [A-Z]{2,8} (?<type>\S{1,16}) [+-][A-Z0-9()]{0,16}T[A-Z0-9()]{0,16}(?: \((?<near>[0-9A-Fa-f.:]{2,45}))?/,
    action: "query",
    outcome: "established",
    reason: "the query came over TCP",
  },
  {
    says: /^query: (?<name>\S{1,1024}) [A-Z]{2,8} (?<type>\S{1,16})(?: [+-][A-Z0-9()]{0,24})?(?: \((?<near>[0-9A-Fa-f.:]{2,45})\))?/,
    action: "query",
  },
  {
    says: /^(?:disabled )?rpz (?<rule>[A-Z-]{2,16}) (?:PASSTHRU|TCP-ONLY) rewrite (?<name>[^\s/]{1,1024})(?:\/(?<type>[A-Z0-9]{1,16})\/[A-Z]{2})? /,
    action: "rpz",
  },
  {
    says: /^disabled rpz (?<rule>[A-Z-]{2,16}) \S{1,32} rewrite (?<name>[^\s/]{1,1024})(?:\/(?<type>[A-Z0-9]{1,16}))?/,
    action: "rpz",
  },
  {
    says: /^rpz (?<rule>[A-Z-]{2,16} \S{1,32}) rewrite (?<name>[^\s/]{1,1024})(?:\/(?<type>[A-Z0-9]{1,16})\/[A-Z]{2}| \[(?<type2>[A-Z0-9]{1,16})\])? /,
    action: "rpz",
    outcome: "blocked",
    reason: "a response policy rewrote the answer",
  },
  {
    says: re(String.raw`^(?:query(?: \(cache\))?|zone transfer|update(?: forwarding)?|notify) ${ZONED} denied`),
    action: "denied",
    outcome: "refused",
    reason: "denied",
  },
  {
    says: re(String.raw`^bad zone transfer request: '(?<name>[^'/]{0,255})\/`),
    action: "denied",
    outcome: "refused",
    reason: "bad zone transfer request",
  },
  {
    says: /^query failed \((?<rcode>[A-Z]{3,16})\) for (?<name>[^\s/]{1,1024})\/[A-Z]{2,8}\/(?<type>[A-Z0-9]{1,16})/,
    action: "query",
  },
  {
    says: /^query failed \([^)]{1,64}\) for (?<name>[^\s/]{1,1024})\/[A-Z]{2,8}\/(?<type>[A-Z0-9]{1,16})/,
    action: "query",
    outcome: "unknown",
    reason: "the query failed",
  },
  {
    says: /^rate limit (?:drop|slip) (?:.{1,64} )?response to \S{1,64}(?: for (?<name>\S{1,1024}) [A-Z]{2} (?<type>[A-Z0-9]{1,16}))?/,
    action: "rate limit",
    outcome: "blocked",
    reason: "the rate limit kept the answer back",
  },
  {
    says: /^transfer of '(?<name>[^'/]{0,255})\/[A-Z]{2}': (?:AXFR|IXFR|[A-Z]{4}-style IXFR) (?:started|ended)/,
    action: "zone transfer",
    outcome: "established",
    reason: "the zone was sent",
  },
  {
    says: re(String.raw`^(?:signer "[^"]{1,255}" approved|updat(?:e|ing zone) '(?<name>[^'/]{0,255})\/)`),
    action: "update",
    outcome: "established",
    reason: "an update was taken",
  },
  { says: /^received notify for zone '(?<name>[^']{0,255})'/, action: "notify" },
];

/** Sentences that name no client: this server asked, or another server spoke to it. */
const OTHERS: readonly DnsSentence[] = [
  {
    says: re(
      String.raw`^(?:error \()?(?:connection refused|unexpected RCODE \(?REFUSED)\)? resolving ${ZONED}: ${FAR}`,
    ),
    action: "resolve",
    outcome: "refused",
    reason: "refused by the name server asked",
    away: true,
  },
  {
    says: re(
      String.raw`^(?:error \()?(?:network unreachable|host unreachable|timed out)\)? resolving ${ZONED}: ${FAR}`,
    ),
    action: "resolve",
    outcome: "unanswered",
    reason: "the name server asked was not reached",
    away: true,
  },
  {
    says: re(
      String.raw`^(?:error \()?(?:unexpected RCODE \(?[A-Z]{3,16}|FORMERR|broken trust chain|no valid (?:DS|KEY|RRSIG|signature found)|insecurity proof failed|lame server)\)? resolving ${ZONED}(?: \([^)]{1,300}\))?: ${FAR}`,
    ),
    action: "resolve",
    outcome: "established",
    reason: "the name server asked answered",
    away: true,
  },
  {
    says: re(
      String.raw`^lame server (?:on|resolving) '(?<name>[^']{1,255})' \(in '[^']{0,255}'\?\): (?<ip>${ADDRESS})(?:#(?<port>\d{1,5}))?`,
    ),
    action: "resolve",
    outcome: "established",
    reason: "the name server asked answered",
    away: true,
  },
  {
    says: re(String.raw`^DNS format error from ${FAR} resolving (?<name>[^\s/]{1,1024})\/(?<type>[A-Z0-9]{1,16})`),
    action: "resolve",
    outcome: "established",
    reason: "the name server asked answered",
    away: true,
  },
  { says: re(String.raw`^.{1,120} resolving ${ZONED}: ${FAR}`), action: "resolve", outcome: "unknown", away: true },
  {
    says: re(
      String.raw`^transfer of '(?<name>[^'/]{0,255})\/[A-Z]{2}(?:\/\S{1,64})?' from ${FAR}: (?:connected|Transfer (?:completed|status: success))`,
    ),
    action: "zone transfer",
    outcome: "established",
    reason: "the zone's primary answered",
    away: true,
  },
  {
    says: re(
      String.raw`^transfer of '(?<name>[^'/]{0,255})\/[A-Z]{2}(?:\/\S{1,64})?' from ${FAR}: .{0,80}(?:REFUSED|NOTAUTH|connection refused)`,
    ),
    action: "zone transfer",
    outcome: "refused",
    reason: "the zone's primary refused",
    away: true,
  },
  {
    says: re(String.raw`^transfer of '(?<name>[^'/]{0,255})\/[A-Z]{2}(?:\/\S{1,64})?' from ${FAR}: `),
    action: "zone transfer",
    away: true,
  },
  {
    says: re(
      String.raw`^zone (?<name>[^\s/]{1,255})\/[A-Z]{2}(?:\/\S{1,64})?: refused notify from non-(?:master|primary): ${FAR}`,
    ),
    action: "notify",
    outcome: "refused",
    reason: "refused: not a primary of the zone",
  },
  { says: re(String.raw`^zone (?<name>[^\s/]{1,255})\/[A-Z]{2}(?:\/\S{1,64})?: notify from ${FAR}`), action: "notify" },
  {
    says: re(
      String.raw`^zone (?<name>[^\s/]{1,255})\/[A-Z]{2}(?:\/\S{1,64})?: refresh: .{0,80} (?:master|primary) ${FAR}`,
    ),
    action: "refresh",
    outcome: "unknown",
    away: true,
  },
];

/** `info: `, `queries: info: `: what print-category and print-severity put before the message. */
const LABELS = /^(?:[a-z][a-z-]{2,24}: )?(?:(?:debug(?: \d{1,2})?|info|notice|warning|error|critical|dynamic): )?/;
const CATEGORIES =
  /^(?:named|infoblox-responses|queries|query-errors|security|client|rpz|rpz-passthru|resolver|lame-servers|xfer-in|xfer-out|notify|update|update-security|general|default|dnssec|network|rate-limit|cname|serve-stale)$/;
const ANSWER = /\sIN (?:A|AAAA) ([0-9A-Fa-f.:]{2,45})(?=[;\s]|$)/g;

const OWN_TIME = /^\d{1,2}-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d\.\d{3} (?:[a-z-]{2,24}: ){0,2}client /;

/** The time that print-time puts before a message, and the message. */
function split(line: string): { time: ReturnType<typeof findTime>; message: string } {
  const time = /^(?:\d{1,2}-[A-Z][a-z]{2}-\d{4} |\d{4}-\d\d-\d\dT|[A-Z][a-z]{2} [ \d]\d )/.test(line)
    ? findTime(line.slice(0, 48))
    : undefined;
  return {
    time: time?.start === 0 ? time : undefined,
    message: time?.start === 0 ? line.slice(time.end).trimStart() : line,
  };
}

export const bind: Format = {
  id: "isc.bind",
  title: "BIND 9 named, Infoblox DNS",
  reference: "https://bind9.readthedocs.io/en/latest/reference.html#logging-block-grammar",
  marks: ["client ", " resolving ", "lame server ", "transfer of '", "notify from ", ": refresh: "],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    const known = program !== undefined && CATEGORIES.test(program);
    // In a container's log the program is the container: named's own time before the message then vouches for it.
    if (program !== undefined && !known && !OWN_TIME.test(line)) return undefined;
    // A client's address or a server's always has `#port`.
    if (!/[0-9A-Fa-f]#\d|lame server/.test(line)) return undefined;
    const own = split(line.replace(/^(?:named|infoblox-responses)(?:\[\d{1,10}\])?: /, ""));
    const message = own.message.replace(LABELS, "");
    const time = timestamp(own.time?.time, context, envelope);
    const client = CLIENT.exec(message);
    if (!client) return known || own.time ? tellDns(message, OTHERS, time) : undefined;
    const [head, ip, port, key, inBrackets, transport] = client;
    const rest = message.slice(head.length);
    const told = tellDns(rest, OF_CLIENT, time) ?? dnsResult({ timestamp: time, action: "client", outcome: "unknown" });
    const { event } = told;
    const from = dnsResult({ client: ip, clientPort: port, transport, user: key }).event;
    const answers = event.event?.action === "response" ? [...rest.matchAll(ANSWER)].map((m) => m[1]) : [];
    const read = dnsResult({ answers, name: event.dns?.question?.name ?? inBrackets, type: event.dns?.question?.type });
    return {
      ...told,
      event: {
        ...event,
        source: { ...from.source },
        ...(from.network ? { network: from.network } : {}),
        ...(from.user ? { user: from.user } : {}),
        ...(read.event.dns ? { dns: { ...event.dns, ...read.event.dns } } : {}),
      },
      ...(read.notes ? { notes: read.notes } : {}),
    };
  },
};

const DNSTAP = new RegExp(
  String.raw`^(?:\d{1,2}-[A-Z][a-z]{2}-\d{4} )?(\d{2}:\d{2}:\d{2}\.\d{1,9}) ([CRFASTU])([QR]) (${ADDRESS})(?::(\d{1,5}))? (?:(->|<-) (${ADDRESS})(?::(\d{1,5}))? )?(UDP|TCP|DOT|DOH|DOQ|DNSCrypt\w{0,8}) \d{1,6}b "?([^\s/"]{1,1024})(?:"? [A-Z]{2} |\/[A-Z]{2}\/)([A-Z0-9]{1,16})`,
);

/**
 * dnstap as text (`dnstap-read`, `dnstap -q`): the type's first letter is the role (client, resolver, forwarder, authoritative,
 * stub, tool, update), its second query or response; the first address is always the one that asked.
 */
export const dnstap: Format = {
  id: "dnstap.text",
  title: "dnstap messages as text",
  reference: "https://bind9.readthedocs.io/en/latest/manpages.html#dnstap-read",
  marks: [" UDP ", " TCP ", " DOT ", " DOH ", " DOQ ", " DNSCrypt"],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const code = line.charCodeAt(0);
    if (code < 48 || code > 57) return undefined;
    const m = DNSTAP.exec(line);
    if (!m) return undefined;
    const found = findTime(line.slice(0, 40));
    const dated = found?.start === 0 ? found.time : undefined;
    return dnsResult({
      timestamp: timestamp(dated, context, envelope),
      client: m[4],
      clientPort: m[5],
      server: m[7],
      serverPort: m[8],
      transport: m[9],
      name: m[10],
      type: m[11],
      action: m[3] === "Q" ? "query" : "response",
      ...(m[3] === "R" ? { outcome: "established" as const, reason: `${m[2]}R: a response` } : {}),
      initiatorReason: "dnstap names the end that asked first",
    });
  },
};

/** dnsmasq and Pi-hole's FTL: queries, what was forwarded where, answers, DHCP. One line an act, in no session. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { findTime } from "../fallback/find-time.js";
import { timestamp } from "../shape.js";
import { tellDns, type DnsSentence } from "./dns-event.js";

const ADDRESS = String.raw`[0-9A-Fa-f.:]{2,45}`;
/** `log-queries=extra` puts a serial number and the client before each line. */
const EXTRA = String.raw`^(?:\d{1,10} (?<ip>${ADDRESS})\/(?<port>\d{1,5}) )?`;
const re = (source: string): RegExp => new RegExp(source);

const SENTENCES: readonly DnsSentence[] = [
  {
    says: re(
      String.raw`^(?:\d{1,10} \S{3,64} )?(?:tcp )?query\[(?<type>[^\]]{1,24})\] (?<name>\S{1,1024}) from (?<ip>${ADDRESS})(?:#(?<port>\d{1,5}))?$`,
    ),
    action: "query",
  },
  {
    says: re(
      String.raw`^(?:\d{1,10} (?<near>${ADDRESS})\/(?<nearPort>\d{1,5}) )?(?:forwarded (?<name>\S{1,1024})|dnssec-(?:query|retry)\[(?<type>[^\]]{1,24})\] \S{1,1024}) to (?<ip>${ADDRESS})(?:#(?<port>\d{1,5}))?$`,
    ),
    action: "forwarded",
    away: true,
    initiatorReason: "forwarded to the upstream server",
  },
  {
    says: re(
      String.raw`${EXTRA}(?:(?:gravity|regex|exactly|special) (?:blocked|blacklisted|denied)|exactly (?:blacklisted|denied)|(?:regex|black)list(?:ed)?|special domain) (?<name>\S{1,1024}) is \S{1,255}$`,
    ),
    action: "blocked",
    outcome: "blocked",
    reason: "on a block list",
  },
  {
    says: re(
      String.raw`${EXTRA}(?:reply|cached|cached-stale|config|custom|domain|DHCP|\/\S{1,255}) (?<name>\S{1,1024}) is (?<answer>${ADDRESS})$`,
    ),
    action: "reply",
    initiator: "unknown",
    initiatorReason: "the line names no client",
  },
  {
    says: re(
      String.raw`${EXTRA}(?:reply|cached|cached-stale|config|validation) (?<name>\S{1,1024}) is (?<rcode>NXDOMAIN|SERVFAIL|REFUSED|NODATA)(?:-IPv[46])?$`,
    ),
    action: "reply",
    initiator: "unknown",
    initiatorReason: "the line names no client",
  },
  {
    says: re(
      String.raw`${EXTRA}(?:reply|cached|cached-stale|config|validation|custom) (?<name>\S{1,1024}) is (?:<[^>]{1,64}>|\S{1,255}|[A-Z]{3,16} \([^)]{1,64}\))$`,
    ),
    action: "reply",
    outcome: "established",
    reason: "a reply",
    initiator: "unknown",
    initiatorReason: "the line names no client",
  },
  {
    says: re(String.raw`^(?:using|ignoring) nameserver (?<ip>${ADDRESS})(?:#(?<port>\d{1,5}))?`),
    action: "nameserver",
    outcome: "unknown",
    reason: "the upstream server is set",
    away: true,
  },
  {
    says: re(String.raw`^nameserver (?<ip>${ADDRESS}) refused to do a recursive query`),
    action: "nameserver",
    outcome: "refused",
    reason: "the upstream server refused",
    away: true,
  },
  {
    says: re(String.raw`^reducing DNS packet size for nameserver (?<ip>${ADDRESS}) `),
    action: "nameserver",
    outcome: "unknown",
    away: true,
  },
  {
    says: re(String.raw`^(?:Rate-limiting|Rate limiting) (?:client )?(?<ip>${ADDRESS}) `),
    action: "rate limit",
    outcome: "blocked",
    reason: "the client asked too much",
  },
];

/** `DHCPACK(br0) 192.0.2.5 00:00:5e:00:53:01 name`. The address is the client's. */
const DHCP: readonly DnsSentence[] = [
  {
    says: /^(?:\d{1,10} )?DHCP(?:ACK|REPLY6?|v6-REPLY)\([^)]{1,32}\) (?<ip>[0-9A-Fa-f.:]{2,45}) /,
    action: "dhcp ack",
    outcome: "established",
    reason: "the client was given the address",
  },
  {
    says: /^(?:\d{1,10} )?DHCP(?:NAK|DECLINE)\([^)]{1,32}\) (?<ip>[0-9A-Fa-f.:]{2,45}) /,
    action: "dhcp nak",
    outcome: "refused",
    reason: "the address was not given",
  },
  { says: /^(?:\d{1,10} )?DHCP[A-Z0-9]{3,16}\([^)]{1,32}\) (?<ip>[0-9A-Fa-f.:]{2,45}) /, action: "dhcp" },
];

/** Pi-hole's FTL with debug.queries: `**** new UDP IPv4 query[A] query "www.example.com" from br0/192.0.2.5#51234 (…)`. */
const FTL: readonly DnsSentence[] = [
  {
    says: re(
      String.raw`^\*{4} new (?<proto>UDP|TCP) (?:IPv[46] )?query(?:\[(?<type>[^\]]{1,24})\])? query "(?<name>[^"]{1,1024})" from [^/\s]{1,64}\/(?<ip>${ADDRESS})(?:#(?<port>\d{1,5}))?`,
    ),
    action: "query",
  },
  {
    says: re(String.raw`^\*{4} forwarded (?<name>\S{1,1024}) to (?<ip>${ADDRESS})(?:#(?<port>\d{1,5}))?`),
    action: "forwarded",
    away: true,
    initiatorReason: "forwarded to the upstream server",
  },
  {
    says: re(
      String.raw`^\*{4} got (?:upstream )?reply from (?<ip>${ADDRESS})(?:#(?<port>\d{1,5}))?: (?<name>\S{1,1024}) is (?<answer>${ADDRESS})`,
    ),
    action: "reply",
    away: true,
    outcome: "established",
    reason: "the upstream server answered",
  },
  {
    says: re(String.raw`^(?:WARNING: )?Rate-limiting (?<ip>${ADDRESS}) `),
    action: "rate limit",
    outcome: "blocked",
    reason: "the client asked too much",
  },
];
const FTL_HEAD =
  /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (?:[A-Z]{3,5} )?\d{1,10}[\w/]{0,16}\] (?:DEBUG_QUERIES: |INFO: )?/;

/** The daemon's own file repeats the syslog form: `Mar  4 05:06:07 dnsmasq[123]: `. */
const TAG = /^(?:dnsmasq(?:-dhcp)?|pihole-FTL)(?:\[\d{1,10}\])?: /;
const PROGRAM = /^(?:dnsmasq(?:-dhcp)?|pihole-FTL)$/;

export const dnsmasq: Format = {
  id: "thekelleys.dnsmasq",
  title: "dnsmasq, Pi-hole",
  reference: "https://thekelleys.org.uk/dnsmasq/docs/dnsmasq-man.html",
  marks: ["dnsmasq", "pihole-FTL", "**** new ", "**** forwarded ", "**** got ", "Rate-limiting "],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    if (line.charCodeAt(0) === 91) {
      const head = FTL_HEAD.exec(line);
      const stated = head ? findTime(head[0])?.time : undefined;
      return head ? tellDns(line.slice(head[0].length), FTL, timestamp(stated, context, envelope)) : undefined;
    }
    const tag = TAG.exec(line);
    if (!tag && (program === undefined || !PROGRAM.test(program))) return undefined;
    const message = tag ? line.slice(tag[0].length) : line;
    const time = timestamp(undefined, context, envelope);
    const dhcp = tellDns(message, DHCP, time);
    if (!dhcp) return tellDns(message, SENTENCES, time);
    return { ...dhcp, event: { ...dhcp.event, network: { protocol: "dhcp", transport: "udp" } } };
  },
};

const ZONED = String.raw`\[\[?(?<ip>[0-9A-Fa-f.:]{2,45})\]?:(?<port>\d{1,5})\]`;
const TECHNITIUM: readonly DnsSentence[] = [
  {
    says: re(
      String.raw`^${ZONED} \[(?<proto>[A-Z-]{3,8})\] QNAME: (?<name>[^;]{1,1024}); QTYPE: (?<type>[A-Z0-9]{1,16}); QCLASS: [A-Z]{2,8}; RCODE: (?<rcode>\w{3,16}); ANSWER: \[(?<answer>[0-9A-Fa-f.:]{2,45})`,
    ),
    action: "response",
  },
  {
    says: re(
      String.raw`^${ZONED} \[(?<proto>[A-Z-]{3,8})\] QNAME: (?<name>[^;]{1,1024}); QTYPE: (?<type>[A-Z0-9]{1,16}); QCLASS: [A-Z]{2,8}; RCODE: (?<rcode>\w{3,16})`,
    ),
    action: "response",
  },
  {
    says: re(String.raw`^${ZONED} .{0,200}(?:refused|not allowed|denied)`),
    action: "denied",
    outcome: "refused",
    reason: "refused",
  },
  {
    says: re(String.raw`^${ZONED} .{0,80}Invalid username or password`),
    action: "login",
    outcome: "refused",
    reason: "failed login",
  },
  {
    says: re(String.raw`^${ZONED} \[(?<user>[^\]]{1,128})\] User logged in`),
    action: "login",
    outcome: "authenticated",
    reason: "logged in",
  },
  { says: re(String.raw`^${ZONED} `), action: "message", outcome: "unknown", reason: "a message about the client" },
];

export const technitium: Format = {
  id: "technitium.dnsserver",
  title: "Technitium DNS Server",
  reference: "https://github.com/TechnitiumSoftware/DnsServer/blob/master/APIDOCS.md",
  marks: [" UTC] [", " Local] ["],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (line.charCodeAt(0) !== 91) return undefined;
    const m = /^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:UTC|Local))\] (?=\[\[?[0-9A-Fa-f.:]{2,45}\]?:\d{1,5}\] )/.exec(
      line,
    );
    if (!m) return undefined;
    return tellDns(line.slice(m[0].length), TECHNITIUM, timestamp(findTime(m[1]!)?.time, context, envelope));
  },
};

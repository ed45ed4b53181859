/** Unbound: log-queries, log-replies, local actions and what it met upstream. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { findTime } from "../fallback/find-time.js";
import { timestamp } from "../shape.js";
import { tellDns, type DnsSentence } from "./dns-event.js";

const ADDRESS = String.raw`[0-9A-Fa-f.:]{2,45}`;
const QUESTION = String.raw`(?<name>\S{1,1024}) (?<type>[A-Z0-9]{1,16}) (?:IN|CH|HS|ANY|CLASS\d{1,5})`;
const re = (source: string): RegExp => new RegExp(source);

const SENTENCES: readonly DnsSentence[] = [
  {
    says: re(
      String.raw`^(?:reply: )?(?<ip>${ADDRESS}) ${QUESTION} (?<rcode>[A-Z]{4,16}) \d{1,6}\.\d{1,9} \d \d{1,6}(?: on (?<proto>[a-z]{3,5}) (?<near>${ADDRESS}) (?<nearPort>\d{1,5}))?`,
    ),
    action: "reply",
  },
  { says: re(String.raw`^(?:query: )?(?<ip>${ADDRESS}) ${QUESTION}$`), action: "query" },
  {
    says: re(
      String.raw`^(?:rpz: applied )?(?:\[[^\]]{1,128}\] )?\S{1,255} (?:(?:always_)?(?:nodata|transparent|typetransparent)|rpz-passthru|inform) (?<ip>${ADDRESS})@(?<port>\d{1,5}) ${QUESTION}`,
    ),
    action: "local action",
  },
  {
    says: re(
      String.raw`^(?:rpz: applied )?(?:\[[^\]]{1,128}\] )?(?<rule>\S{1,255} [a-z_-]{3,32}) (?<ip>${ADDRESS})@(?<port>\d{1,5}) ${QUESTION}`,
    ),
    action: "local action",
    outcome: "blocked",
    reason: "answered by a local zone or response policy",
  },
  {
    says: re(String.raw`^reply from <[^>]{0,255}> (?<ip>${ADDRESS})#(?<port>\d{1,5})`),
    action: "upstream reply",
    outcome: "established",
    reason: "the name server asked answered",
    away: true,
  },
  {
    says: re(String.raw`^sending to target: <[^>]{0,255}> (?<ip>${ADDRESS})#(?<port>\d{1,5})`),
    action: "upstream query",
    away: true,
  },
  {
    says: re(
      String.raw`^validation failure <?(?<name>\S{1,1024}) (?<type>[A-Z0-9]{1,16}) IN>?: .{0,200} from (?<ip>${ADDRESS})(?:\s|$)`,
    ),
    action: "validation failure",
    outcome: "established",
    reason: "the name server asked answered",
    away: true,
  },
  {
    says: re(
      String.raw`^(?:tcp connect|connect|sendto failed|read \(in tcp s\)|tcp write|ssl handshake failed).{0,160}? (?:for |\(remote address |address )?(?<ip>${ADDRESS}) port (?<port>\d{1,5})`,
    ),
    action: "upstream error",
    outcome: "unknown",
    away: true,
  },
];

const LEVELS = ["info", "notice", "warning", "error", "debug", "query", "reply"] as const;
/** `[1614834367] unbound[1234:0] info: `, `[1234:0] info: ` after a syslog tag. */
const HEAD = re(
  String.raw`^(?:\[?(?:\d{10}|[A-Z][a-z]{2} \d{2} \d{2}:\d{2}:\d{2}|\d{4}-\d\d-\d\dT[\d:.+-]{8,21}Z?)\]? )?(?:unbound)?\[\d{1,10}:[0-9a-f]{1,4}\] (?:${LEVELS.join("|")}): `,
);

export const unbound: Format = {
  id: "nlnetlabs.unbound",
  title: "Unbound",
  reference: "https://unbound.docs.nlnetlabs.nl/en/latest/manpages/unbound.conf.html",
  marks: LEVELS.map((level) => `] ${level}: `),
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    const head = HEAD.exec(line);
    if (!head || (program !== undefined && program !== "unbound" && !head[0].includes("unbound["))) return undefined;
    const time = findTime(head[0]);
    return tellDns(line.slice(head[0].length), SENTENCES, timestamp(time?.time, context, envelope));
  },
};

const NSD: readonly DnsSentence[] = [
  {
    says: /^(?:xfrd: |xfrd )?axfr for (?<name>\S{1,255}) from (?<ip>[0-9A-Fa-f.:]{2,45}) refused/,
    action: "zone transfer",
    outcome: "refused",
    reason: "refused by the access list",
  },
  {
    says: /^(?:query|axfr|ixfr|notify) for (?<name>\S{1,255}) from (?<ip>[0-9A-Fa-f.:]{2,45})\b.{0,80}refused/,
    action: "query",
    outcome: "refused",
    reason: "refused by the access list",
  },
  {
    says: /^ratelimit (?:block|slip) (?<name>\S{1,255}) type \S{1,16} target \S{1,64} query (?<ip>[0-9A-Fa-f.:]{2,45}) (?<type>TYPE\d{1,5}|[A-Z0-9]{1,16})/,
    action: "rate limit",
    outcome: "blocked",
    reason: "the rate limit kept the answer back",
  },
  {
    says: /^notify for (?<name>\S{1,255}) from (?<ip>[0-9A-Fa-f.:]{2,45})/,
    action: "notify",
  },
  {
    says: /^xfrd: zone (?<name>\S{1,255}) committed .{0,80} from (?<ip>[0-9A-Fa-f.:]{2,45})/,
    action: "zone transfer",
    outcome: "established",
    reason: "the zone's primary answered",
    away: true,
  },
  {
    says: /^xfrd: zone (?<name>\S{1,255}): .{0,80}(?:REFUSED|refused).{0,40} (?:from|by) (?<ip>[0-9A-Fa-f.:]{2,45})/,
    action: "zone transfer",
    outcome: "refused",
    reason: "the zone's primary refused",
    away: true,
  },
  {
    says: /^(?:axfr|ixfr) for (?<name>\S{1,255}) from (?<ip>[0-9A-Fa-f.:]{2,45})/,
    action: "zone transfer",
    outcome: "established",
    reason: "the zone was asked for",
  },
];

const NSD_HEAD = /^(?:\[[\d :.TZ+-]{10,35}\] )?nsd\[\d{1,10}\]: (?:info|notice|warning|error|debug): /;

export const nsd: Format = {
  id: "nlnetlabs.nsd",
  title: "NSD",
  reference: "https://nsd.docs.nlnetlabs.nl/en/latest/manpages/nsd.conf.html",
  marks: ["query for ", "axfr for ", "ixfr for ", "notify for ", "ratelimit ", "xfrd: zone "],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    if (program !== undefined && program !== "nsd") return undefined;
    const head = NSD_HEAD.exec(line);
    if (!head && program === undefined) return undefined;
    const message = head ? line.slice(head[0].length) : line.replace(/^(?:info|notice|warning|error|debug): /, "");
    return tellDns(message, NSD, timestamp(head ? findTime(head[0])?.time : undefined, context, envelope));
  },
};

const KNOT_REMOTE = String.raw`remote (?<ip>[0-9A-Fa-f.:]{2,45})@(?<port>\d{1,5})`;
const KNOT: readonly DnsSentence[] = [
  {
    says: re(
      String.raw`^\[(?<name>[^\]]{1,255})\] (?:AXFR|IXFR|zone file|refresh|DS check|AXFR-style IXFR), ?(?:incoming, )?${KNOT_REMOTE}.{0,64}, .{0,80}(?:REFUSED|NOTAUTH|connection refused)`,
    ),
    action: "zone transfer",
    outcome: "refused",
    reason: "the remote server refused",
    away: true,
  },
  {
    says: re(
      String.raw`^\[(?<name>[^\]]{1,255})\] (?:AXFR|IXFR|refresh|AXFR-style IXFR|notify), (?:(?:incoming|outgoing), )?${KNOT_REMOTE}.{0,64}, .{0,80}(?:timeout|not reachable|failed to connect)`,
    ),
    action: "zone transfer",
    outcome: "unanswered",
    reason: "the remote server was not reached",
    away: true,
  },
  {
    says: re(
      String.raw`^\[(?<name>[^\]]{1,255})\] (?:(?:AXFR|IXFR|AXFR-style IXFR), incoming|refresh|notify, outgoing), ${KNOT_REMOTE}`,
    ),
    action: "to another server",
    outcome: "unknown",
    away: true,
  },
  {
    says: re(
      String.raw`^(?:\[(?<name>[^\]]{1,255})\] )?(?:ACL|[A-Z]{4}, outgoing|notify, incoming|DDNS|query|update).{0,40}, (?:denied|refused|not authorized).{0,80}${KNOT_REMOTE}`,
    ),
    action: "denied",
    outcome: "refused",
    reason: "denied",
  },
  {
    says: re(String.raw`^(?:\[(?<name>[^\]]{1,255})\] )?ACL, (?:denied|refused).{0,80}?${KNOT_REMOTE}`),
    action: "denied",
    outcome: "refused",
    reason: "denied",
  },
  {
    says: re(
      String.raw`^\[(?<name>[^\]]{1,255})\] (?:AXFR|IXFR), outgoing, ${KNOT_REMOTE}.{0,64}, (?:started|finished|buffering)`,
    ),
    action: "zone transfer",
    outcome: "established",
    reason: "the zone was sent",
  },
  {
    says: re(
      String.raw`^\[(?<name>[^\]]{1,255})\] (?:notify, incoming|DDNS|update|[A-Z]{4}, outgoing).{0,40}, ${KNOT_REMOTE}`,
    ),
    action: "from another server",
    outcome: "unknown",
  },
];

export const knot: Format = {
  id: "cznic.knot-dns",
  title: "Knot DNS",
  reference: "https://www.knot-dns.cz/docs/latest/html/configuration.html",
  marks: ["remote "],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    if (program !== undefined && program !== "knotd") return undefined;
    if (!line.includes("remote ") || !line.includes("@")) return undefined;
    const m = /^(?:\d{4}-\d\d-\d\dT[\d:.+-]{8,21}Z? )?(?:debug|info|notice|warning|error|critical): /.exec(line);
    if (!m) return undefined;
    return tellDns(line.slice(m[0].length), KNOT, timestamp(findTime(m[0])?.time, context, envelope));
  },
};

/** Addresses in columns that no name heads and no word places. */
import type { FoundAddress } from "./addresses.js";
import type { Facts } from "./facts.js";

const SERVICE_PORTS = 1024;
/** What parts two columns, with the quotes that close and open them. */
const GAP = String.raw`["']?[ \t,;|]{1,8}["']?`;
const END = String.raw`(?=["' \t,;|]|$)`;
const ADJACENT = new RegExp(`^${GAP}$`);
const PORT_BETWEEN = new RegExp(`^${GAP}\\d{1,5}${GAP}$`);
const NUMBER = new RegExp(`^${GAP}(\\d{1,5})${END}`);
const TWO_PORTS = new RegExp(`^${GAP}(?:[\\w-]{0,16}/(?:tcp|udp)${GAP})?(\\d{1,5})${GAP}(\\d{1,5})${END}`, "i");
/** Start and end of a flow. */
const FLOW_SPAN = /[ ,\t;|]1\d{9}[ ,\t;|]1\d{9}(?![^\s,;|])/;
const SOURCE_FIRST = "two addresses in columns: source before destination";
/** A transport, or a filter's word, in a column of its own. */
const TRAFFIC =
  /(?<=[ \t,;|"'])(?:tcp|udp|icmp|TCP|UDP|ICMP|ALLOW|PERMIT|DENY|DROP|BLOCK(?:ED)?|ACCEPT|REJECT)(?=[ \t,;|"']|$)/;
const SENSOR = /\b(?:login|logon|attempt\w*|bann?(?:ed)?|waf|honeypot|attack\w*)\b/i;
/** A web server's record: its own address may come first. */
const METHOD = /[ \t,;|"'](?:GET|POST|PUT|HEAD|OPTIONS)[ \t,;|"']/;
const NUMBER_COLUMN = /(?<=[,;|])["' ]{0,2}\d{1,10}(?=["' ]{0,2}(?:[,;|]|$))/;

/**
 * Two ends with ports and no word that places them (`1.2.3.4:25,5.6.7.8:53722`, `1.2.3.4 12345 5.6.7.8 443`): the one with the
 * service's port is the destination.
 */
export function guessPair(text: string, open: readonly FoundAddress[], facts: Facts): void {
  const [a, b] = open;
  if (!a || !b) return;
  const portOf = (f: FoundAddress): number | undefined => f.port ?? nextNumber(text, f.end);
  const [p, q] = [portOf(a), portOf(b)];
  if (p === undefined || q === undefined || b.start - a.end > 24 || new Set(open.map((f) => f.ip)).size !== 2) return;
  if (p >= SERVICE_PORTS === q >= SERVICE_PORTS) return;
  const [client, service] = p >= SERVICE_PORTS ? [a, b] : [b, a];
  facts.phrase("source", client.ip, Math.max(p, q), 1);
  facts.phrase("destination", service.ip, Math.min(p, q), 1);
  facts.byPorts = true;
}

/** `10.0.0.5 203.0.113.7 50000 443`, `… https/tcp 50000 443`: firewalls write source, destination and their ports in this order. */
export function twoAndTwo(text: string, all: readonly FoundAddress[], facts: Facts): boolean {
  const [a, b] = all;
  if (!a || !b || a.port !== undefined || b.port !== undefined || !ADJACENT.test(text.slice(a.end, b.start)))
    return false;
  const m = TWO_PORTS.exec(text.slice(b.end, b.end + 60));
  if (!m || Number(m[1]) > 65_535 || Number(m[2]) > 65_535 || facts.hasRoles) return false;
  facts.phrase("source", a.ip, Number(m[1]), 1);
  facts.phrase("destination", b.ip, Number(m[2]), 1);
  facts.notes.push(SOURCE_FIRST);
  if (FLOW_SPAN.test(text))
    facts.packet ??= { initiator: "unknown", reason: "a flow's start and end: one direction of it" };
  return true;
}

/**
 * Two addresses side by side in a filter's record, `… | 203.0.113.7 | 198.51.100.4 | 443 | tcp | DROP`: source before destination. Lists,
 * chains of proxies and servers that log their own address first look the same, so much of a record must stand around them.
 * @param said as in `readPhrases`
 */
export function guessAdjacent(text: string, said: string, all: readonly FoundAddress[], facts: Facts): void {
  const [a, b] = all;
  if (!a || !b || a.ip === b.ip || facts.hasEnd("destination") || facts.hasEnd("remote")) return;
  if (facts.began || facts.statusCode !== undefined) return;
  if (facts.hasRoles && facts.ends.source.ip?.value !== a.ip) return;
  const gap = text.slice(a.end, b.start);
  const portBetween = PORT_BETWEEN.test(gap);
  if ((!ADJACENT.test(gap) && !portBetween) || /\/\d/.test(text.slice(a.start, b.end))) return;
  const parted = /[,;|]/.exec(gap)?.[0];
  if (parted === undefined || text.split(parted, 6).length < 6) return;
  if (!TRAFFIC.test(said) || !NUMBER_COLUMN.test(text) || METHOD.test(text)) return;
  // A third beside them (a proxy's own address) leaves no telling; a third and a fourth are the translated ones.
  const beside = (from: FoundAddress, to: FoundAddress | undefined): boolean =>
    to !== undefined && ADJACENT.test(text.slice(from.end, to.start));
  if (beside(b, all[2]) && !beside(all[2]!, all[3])) return;
  // A sensor's own address stands before the attacker's: it has no port behind it.
  if (!portBetween && !beside(b, all[2]) && nextNumber(text, b.end) === undefined) return;
  if (SENSOR.test(said)) return;
  facts.phrase("source", a.ip, a.port ?? (portBetween ? nextNumber(text, a.end) : undefined), 1);
  facts.phrase("destination", b.ip, b.port ?? nextNumber(text, b.end), 1);
  facts.byColumns = true;
  facts.notes.push(SOURCE_FIRST);
}

/** True for `1.2.3.4 12345 5.6.7.8 443`: addresses and ports as columns. */
export function portColumns(text: string, all: readonly FoundAddress[]): boolean {
  const [a, b] = all;
  return (
    a !== undefined &&
    b !== undefined &&
    PORT_BETWEEN.test(text.slice(a.end, b.start)) &&
    nextNumber(text, b.end) !== undefined
  );
}

function nextNumber(text: string, at: number): number | undefined {
  const m = NUMBER.exec(text.slice(at, at + 20));
  return m && Number(m[1]) <= 65_535 ? Number(m[1]) : undefined;
}

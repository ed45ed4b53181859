/**
 * The slow twin of the kernel, and the place where the token rules are written down: here those of addresses; names, mail and digests,
 * user-agents at the top of reference-names.ts, reference-tokens.ts, reference-agents.ts. It reads the rules token by token with
 * model/ip.ts and shares no code with the kernel; property tests hold the two together.
 *
 * TOKEN RULES. Classes are ASCII; bytes from 0x80 up separate tokens, like any punctuation not named here. The region's
 * edges count as newlines. "Alnum" is a letter or a digit.
 *
 * E. Escapes. A token may begin right after an escape sequence, although that ends in a letter or digit:
 *    `\b \f \n \r \t`, `\xHH`, `\uHHHH`, `\0oo` (octal control characters and space), rsyslog's `#0oo` and `#177`
 *    (control characters), a colour or erase sequence's end `[0;31m` `[K` (its ESC may be written in any way, or be lost),
 *    sysklogd's `^I ^J ^M`, and `%HH`, where `%25HH` up to `%252525HH` are the same encoded again.
 *    (`\v` is left out: `C:\v1.2.3.4` is a version.) Where several escapes could end, the latest end counts.
 *
 * IPv4.
 * 1. Four runs of digits joined by single dots; each of 1..3 digits, 0..255, leading zeros decimal. The last run is a
 *    maximal run of digits; the first begins at the latest place in its maximal run that follows an escape and gives
 *    1..3 digits up to 255, else at the start of the run.
 * 2. Before it: no alnum, and no dot that itself follows an alnum, the ends of escapes excepted.
 * 3. After it: no letter, and no dot followed by an alnum. The exception is the port of tcpdump and pf:
 *    `203.0.113.7.443 > …`. The fifth run must be 1..5 digits up to 65535, not followed by a letter or by a dot with an
 *    alnum, and the context must show it: ` >`, ` <` or `:` after the port, or `> ` or `< ` before the address.
 *    Any other fifth run makes an OID, a version or a host name.
 * 4. An IPv4 that is the tail of a reading by the IPv6 rules is not a token of its own.
 *
 * IPv6. A run is a maximal sequence of hex digits, colons and dots.
 * 5. Start: the latest escape end between the run's start and its first colon (at most 8 bytes in). Else, when a letter
 *    stands before the run (`IPv6:2001:db8::1`, `std::`), the run up to and with its first colon is dropped.
 *    End: when a letter stands after the run (`2001:db8::1:from`), the last colon and what follows are dropped.
 * 6. Trim: leading dots, then one leading colon unless exactly two stand there; trailing dots, then one trailing colon
 *    unless exactly two stand there.
 * 7. The rest is an address when it is an RFC 4291 2.2 text form, with `.port` (1..5 digits up to 65535) after it or not.
 *    Otherwise there are up to two readings: without the last colon and what follows it (`…:443`), and without the first
 *    colon and what precedes it (`dad:…`), each trimmed again.
 * 8. Without `::`, and with every group between the first and the last colon exactly two digits, it is a MAC, an EUI-64 or
 *    a hex dump, no address.
 * 9. Addresses that embed an IPv4 (see embeddedIpv4) are that IPv4 and match IPv4 indicators only.
 * 10. A run gives at most one hit: the first reading that is in the set. Its extent is the whole text of the address,
 *    `::ffff:` included; brackets, zone, prefix length and port are outside it.
 */
import type { Indicator } from "../model/indicator.js";
import { embeddedIpv4, parseIp, parseIpv4, parseIpv6Groups, rangeContains } from "../model/ip.js";
import type { IpAddress } from "../model/ip.js";
import type { CompiledSet, Hit } from "./matcher.js";
import { agentTokens, agentsOf } from "./reference-agents.js";
import { nameTokens, namesOf, urlHost } from "./reference-names.js";
import { followsEscape, isAlnum, isLetter } from "./reference-text.js";
import type { Found } from "./reference-text.js";
import { digestTokens, ja4Tokens, literalsOf, mailTokens } from "./reference-tokens.js";

interface Token {
  /** Extent in the line. */
  start: number;
  end: number;
  ip: IpAddress;
}

/** Rules 1 to 3. */
function ipv4Tokens(line: string): Token[] {
  const runs = [...line.matchAll(/[0-9]+/g)].map((m) => ({ start: m.index, end: m.index + m[0].length }));
  const tokens: Token[] = [];
  for (let i = 0; i + 3 < runs.length; i++) {
    const [a, b, c, d] = [runs[i]!, runs[i + 1]!, runs[i + 2]!, runs[i + 3]!];
    const joined = [a, b, c].every((run, k) => line[run.end] === "." && runs[i + k + 1]!.start === run.end + 1);
    if (!joined) continue;
    const start = ipv4Start(line, a.start, a.end);
    if (start === undefined) continue;
    const value = parseIpv4(line.slice(start, d.end));
    if (value === undefined || !endsIpv4(line, start, d.end)) continue;
    tokens.push({ start, end: d.end, ip: { version: 4, value: BigInt(value) } });
  }
  return tokens;
}

/** Where the address begins in its first run of digits [start, end), or undefined when it may not begin there. */
function ipv4Start(line: string, start: number, end: number): number | undefined {
  for (let at = end - 1; at >= start && at >= end - 3; at--)
    if (followsEscape(line, at) && Number(line.slice(at, end)) <= 255) return at;
  const before = line[start - 1];
  if (isAlnum(before)) return undefined;
  if (before === "." && isAlnum(line[start - 2]) && !followsEscape(line, start - 1)) return undefined;
  return start;
}

function endsIpv4(line: string, start: number, end: number): boolean {
  if (isLetter(line[end])) return false;
  if (line[end] !== "." || !isAlnum(line[end + 1])) return true;
  const port = /^[0-9]*/.exec(line.slice(end + 1, end + 7))![0];
  const after = end + 1 + port.length;
  if (!isPort(port) || isAlnum(line[after])) return false;
  if (line[after] === "." && isAlnum(line[after + 1])) return false;
  const next = line.slice(after, after + 2);
  const previous = line.slice(Math.max(0, start - 2), start);
  return next === " >" || next === " <" || next.startsWith(":") || previous === "> " || previous === "< ";
}

const isPort = (text: string): boolean => /^[0-9]{1,5}$/.test(text) && Number(text) <= 65535;

/** Rules 5 to 8: the readings of each run, in order. */
function ipv6Runs(line: string): Token[][] {
  const out: Token[][] = [];
  for (const m of line.matchAll(/[0-9A-Fa-f:.]+/g)) {
    const firstColon = m[0].indexOf(":");
    if (firstColon < 0) continue;
    const readings = ipv6Readings(line, m.index, m.index + m[0].length, m.index + firstColon);
    if (readings.length > 0) out.push(readings);
  }
  return out;
}

function ipv6Readings(line: string, runStart: number, runEnd: number, firstColon: number): Token[] {
  let start = isLetter(line[runStart - 1]) ? firstColon + 1 : runStart;
  for (let at = runStart; at <= firstColon && at <= runStart + 8; at++) if (followsEscape(line, at)) start = at;
  let end = runEnd;
  if (isLetter(line[runEnd])) {
    const dropped = line.slice(start, runEnd).lastIndexOf(":");
    if (dropped < 0) return [];
    end = start + dropped;
  }
  [start, end] = trim(line, start, end);
  const whole = ipv6Token(line, start, end);
  if (whole) return [whole];
  const text = line.slice(start, end);
  if (!text.includes(":")) return [];
  const withoutLast = ipv6Token(line, ...trim(line, start, start + text.lastIndexOf(":")));
  const withoutFirst = ipv6Token(line, ...trim(line, start + text.indexOf(":") + 1, end));
  return [withoutLast, withoutFirst].filter((token) => token !== undefined);
}

/** Rule 6. */
function trim(line: string, from: number, to: number): [number, number] {
  let text = line.slice(from, to);
  const leading = /^\.*/.exec(text)![0].length;
  text = text.slice(leading);
  let start = from + leading;
  if (/^:(?!:)|^:::/.test(text)) {
    text = text.slice(1);
    start++;
  }
  while (text.endsWith(".")) text = text.slice(0, -1);
  if (text.endsWith(":::") || (text.endsWith(":") && !text.endsWith("::"))) text = text.slice(0, -1);
  return [start, start + text.length];
}

/** Rules 7 and 8: one address, with or without `.port`. */
function ipv6Token(line: string, start: number, end: number): Token | undefined {
  const text = line.slice(start, end);
  const port = /\.([0-9]{1,5})$/.exec(text);
  for (const address of port && isPort(port[1]!) ? [text, text.slice(0, port.index)] : [text]) {
    const groups = parseIpv6Groups(address);
    if (!groups) continue;
    const inner = address.split(":").slice(1, -1);
    if (!address.includes("::") && inner.every((group) => group.length === 2)) return undefined;
    const v4 = embeddedIpv4(groups);
    const ip = v4 === undefined ? parseIp(address)! : { version: 4 as const, value: BigInt(v4) };
    return { start, end: start + address.length, ip };
  }
  return undefined;
}

/** Whether an address is that indicator, or lies in it, or is the host of its URL. */
function stands({ type, value, range }: Indicator): (ip: IpAddress) => boolean {
  if (range) return (ip) => rangeContains(range, ip);
  const host = type === "url" ? urlHost(value) : undefined;
  if (typeof host !== "object") return () => false;
  return (ip) => ip.version === host.version && ip.value === host.value;
}

function addressTokens(line: string, tests: readonly ((ip: IpAddress) => boolean)[]): Found[] {
  const runs = ipv6Runs(line);
  const covered = (t: Token): boolean => runs.some((run) => run.some((r) => r.start < t.start && t.end <= r.end));
  const found: Found[] = [];
  for (const run of [...runs, ...ipv4Tokens(line).flatMap((t) => (covered(t) ? [] : [[t]]))]) {
    for (const { start, end, ip } of run) {
      const members = tests.flatMap((test, i) => (test(ip) ? [i] : []));
      if (members.length === 0) continue;
      found.push({ start, end, members });
      break;
    }
  }
  return found;
}

/**
 * Every hit in `bytes`, in order of offset, then of length and slot. `indicators` are those the set was compiled from; `set` gives
 * only the names of the slots (which slot lists which indicators), so that hits compare equal to the kernel's.
 */
export function referenceScan(set: CompiledSet, indicators: readonly Indicator[], bytes: Uint8Array): Hit[] {
  const slotOf = new Map(set.slots.map((members, slot) => [members.join(), slot]));
  const tests = indicators.map(stands);
  const names = namesOf(indicators);
  const literals = literalsOf(indicators);
  const agents = agentsOf(indicators);
  const hits: Hit[] = [];
  let lineStart = 0;
  for (const [lineIndex, line] of Buffer.from(bytes).toString("latin1").split("\n").entries()) {
    const found = [
      ...addressTokens(line, tests),
      ...nameTokens(line, names),
      ...mailTokens(line, literals),
      ...digestTokens(line, literals),
      ...ja4Tokens(line, literals),
      ...agentTokens(line, agents),
    ];
    for (const { start, end, members } of found) {
      const slot = slotOf.get(members.join());
      if (slot === undefined) throw new Error(`no slot for indicators ${members.join()}`);
      hits.push({ offset: lineStart + start, length: end - start, slot, lineStart, lineIndex });
    }
    lineStart += line.length + 1;
  }
  return hits.sort((a, b) => a.offset - b.offset || a.length - b.length || a.slot - b.slot);
}

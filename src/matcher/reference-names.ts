/**
 * The slow twin for host names: domains and the hosts of URLs.
 *
 * NAMES. A label is a run of letters, digits, `-` and `_`; letters are alike in either case. Bytes from 0x80 up are letters of a name
 * listed with A-labels and written in UTF-8 (U-labels, in the lower case that IDNA gives); for any other name they are separators. The
 * punctuation marks U+0080..00BF, U+2000..207F, U+3000..303F, U+FEC0..FF3F always are.
 * N1. A name ends with a label of at most 63 bytes after a dot, where no further label byte follows, and no dot with an alnum after it.
 *     (`evil.com` ends in `evil.com.`, `evil.com:80`, `evil.com/`; not in `evil.com.example.org`, `evil.community`, `evil.com-x`.)
 * N2. It begins after a dot, after a separator, after an escape (rule E), or, when its first byte is ASCII, after a byte from 0x80
 *     up. It does not begin with the two digits of a `%HH`. (`%2Fevil.com` holds `evil.com`, not `2fevil.com`.)
 * N3. Of the listed names that end at one place the longest that says something counts. A name marked `exact`, and the host of a
 *     URL, says nothing when a dot with a label, or a byte from 0x80 up, stands before it: that is a subdomain. Otherwise it
 *     stands for itself and for every listed name above it that is not `exact`.
 * N4. The token is the name with the labels before it, at most 253 bytes, from the latest escape's end before the name where there is one.
 * N5. Windows DNS debug logs: `(4)evil(3)com(0)`, lengths right, is `evil.com`. The token is all of it.
 * A URL stands for its host: a name (`exact`), or an address (rules 1 to 10). A name has two labels or more, and at most 253 bytes.
 */
import { domainToASCII, domainToUnicode } from "node:url";
import type { Indicator } from "../model/indicator.js";
import { parseIp } from "../model/ip.js";
import type { IpAddress } from "../model/ip.js";
import { followsEscape, inPercent, isAlnum, listed, lower, utf8 } from "./reference-text.js";
import type { Found } from "./reference-text.js";

const MAX_NAME = 253;
const MAX_LABEL = 63;

interface Member {
  indicator: number;
  exact: boolean;
}

/** The listed names, as a line would spell them in Latin-1. */
export type Names = ReadonlyMap<string, readonly Member[]>;

/** The host of a URL: an address, or a name. */
export function urlHost(value: string): IpAddress | string | undefined {
  let host: string;
  try {
    host = new URL(value).hostname;
  } catch {
    return undefined;
  }
  return parseIp(host) ?? host;
}

export function namesOf(indicators: readonly Indicator[]): Names {
  const names = new Map<string, Member[]>();
  for (const [indicator, { type, value, exact }] of indicators.entries()) {
    const host = type === "domain-name" ? value : type === "url" ? urlHost(value) : undefined;
    if (typeof host !== "string") continue;
    const name = lower(host.replace(/\.$/, ""));
    if (!/.\../.test(name) || name.length > MAX_NAME) continue;
    const member = { indicator, exact: exact === true || type === "url" };
    listed(names, name, member);
    const wide = domainToUnicode(name).toLowerCase();
    if (wide !== name && domainToASCII(wide) === name && utf8(wide).length <= MAX_NAME)
      listed(names, utf8(wide), member);
  }
  return names;
}

const isLabel = (c: string | undefined): boolean => c !== undefined && /^[0-9A-Za-z_-]$/.test(c);
const isHigh = (c: string | undefined): boolean => c !== undefined && c >= "\x80";

/** U+0080..00BF, U+2000..207F, U+3000..303F, U+FEC0..FF3F in UTF-8, by their first bytes. */
const MARK = /^(?:\xc2|\xe2[\x80\x81]|\xe3\x80|\xef[\xbb\xbc])/;
const beginsMark = (line: string, at: number): boolean => MARK.test(line.slice(at, at + 2));
const endsMark = (line: string, at: number): boolean =>
  line[at - 2] === "\xc2" || (at > 2 && line[at - 3] !== "\xc2" && beginsMark(line, at - 3));

export function nameTokens(line: string, names: Names): Found[] {
  const tokens: Found[] = [];
  if (names.size === 0) return tokens;
  for (const { index: dot } of line.matchAll(/\./g)) {
    for (const end of nameEnds(line, dot)) {
      const found = longestName(line, dot, end, names);
      if (!found) continue;
      tokens.push({ start: tokenStart(line, found.start, end), end, members: found.members });
      break;
    }
  }
  for (const { index } of line.matchAll(/\(0\)/g)) {
    const found = notation(line, index, names);
    if (found) tokens.push(found);
  }
  return tokens;
}

/** Rule N1: where a name whose last dot is `dot` may end, the end of a label in UTF-8 first. */
function nameEnds(line: string, dot: number): number[] {
  const ends: number[] = [];
  const ascii = dot + 1 + /^[0-9A-Za-z_-]{0,64}/.exec(line.slice(dot + 1, dot + 66))![0].length;
  let wide = ascii;
  while (wide < ascii + 4 * MAX_LABEL && (isLabel(line[wide]) || isHigh(line[wide])) && !beginsMark(line, wide)) wide++;
  const goesOn = (at: number): boolean => line[at] === "." && isAlnum(line[at + 1]);
  if (isHigh(line[ascii]) && wide > ascii && wide < ascii + 4 * MAX_LABEL && !goesOn(wide)) ends.push(wide);
  const length = ascii - dot - 1;
  if (length > 0 && length <= MAX_LABEL && !goesOn(ascii)) ends.push(ascii);
  return ends;
}

/** Rules N2 and N3. */
function longestName(
  line: string,
  dot: number,
  end: number,
  names: Names,
): { start: number; members: number[] } | undefined {
  for (let start = Math.max(0, end - MAX_NAME); start < dot; start++) {
    const name = lower(line.slice(start, end));
    if (!names.has(name) || !mayBegin(line, start)) continue;
    // What ends a mark is no part of a label.
    if ([...name].some((c, i) => isHigh(c) && endsMark(line, start + i + 1))) continue;
    const members = membersOf(name, isBelow(line, start), names);
    if (members.length > 0) return { start, members };
  }
  return undefined;
}

function mayBegin(line: string, at: number): boolean {
  const before = line[at - 1];
  if (isLabel(before)) return followsEscape(line, at);
  if (isHigh(before)) return !isHigh(line[at]) || endsMark(line, at);
  return !inPercent(line, at);
}

const isBelow = (line: string, at: number): boolean =>
  line[at - 1] === "." && (isLabel(line[at - 2]) || isHigh(line[at - 2]));

function membersOf(name: string, below: boolean, names: Names): number[] {
  const members = new Set<number>();
  for (const { indicator, exact } of names.get(name)!) if (!exact || !below) members.add(indicator);
  for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1))
    for (const { indicator, exact } of names.get(name.slice(dot + 1)) ?? []) if (!exact) members.add(indicator);
  return [...members].sort((a, b) => a - b);
}

/** Rule N4. */
function tokenStart(line: string, name: number, end: number): number {
  if (!isBelow(line, name)) return name;
  let start = name;
  while (start > end - MAX_NAME && (isLabel(line[start - 1]) || (line[start - 1] === "." && isLabel(line[start - 2]))))
    start--;
  if (line[start] === ".") start++;
  for (let at = Math.min(name, start + 18); at > start; at--) if (followsEscape(line, at)) return at;
  return start;
}

/** Rule N5; the `(0)` stands at `close`. */
function notation(line: string, close: number, names: Names): Found | undefined {
  let start = close;
  let name = "";
  for (;;) {
    const part = /\((\d{1,2})\)([0-9A-Za-z_-]{1,63})$/.exec(line.slice(Math.max(0, start - 67), start));
    if (!part || Number(part[1]) !== part[2]!.length || part[2]!.length + 1 + name.length > MAX_NAME) break;
    start -= part[0].length;
    name = name === "" ? part[2]! : `${part[2]!}.${name}`;
  }
  const found = longestName(name, name.lastIndexOf("."), name.length, names);
  return found && { start, end: close + 3, members: found.members };
}

/**
 * IP addresses as values: parsing, canonical text, ranges.
 *
 * Canonical text is dotted decimal for IPv4 and RFC 5952 for IPv6. An IPv4-mapped (`::ffff:0:0/96`, RFC 4291 2.5.5.2),
 * IPv4-compatible (`::/96`, 2.5.5.1, `::` and `::1` excepted) or NAT64 (`64:ff9b::/96`, RFC 6052) address names an IPv4
 * host and is read as that host, because logs write the same peer either way.
 */

/** An address as an unsigned integer with its family. IPv4: 32 bits; IPv6: 128 bits. */
export interface IpAddress {
  readonly version: 4 | 6;
  readonly value: bigint;
}

/** An inclusive range of one family. A CIDR block is such a range. */
export interface IpRange {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

const V4_OCTET = /^\d{1,3}$/;

/** Dotted decimal to a number (0 .. 2^32-1), or undefined. Leading zeros are read as decimal, as padded logs write them. */
export function parseIpv4(text: string): number | undefined {
  if (text.length < 7 || text.length > 15) return undefined;
  let value = 0;
  let octet = -1;
  let digits = 0;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 48 && c <= 57) {
      octet = (octet < 0 ? 0 : octet) * 10 + (c - 48);
      if (++digits > 3 || octet > 255) return undefined;
    } else if (c === 46) {
      if (octet < 0 || ++dots > 3) return undefined;
      value = value * 256 + octet;
      octet = -1;
      digits = 0;
    } else return undefined;
  }
  if (dots !== 3 || octet < 0) return undefined;
  return value * 256 + octet;
}

export function formatIpv4(value: number): string {
  return `${(value >>> 24) & 255}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

/** IPv6 text (no brackets, no zone) to eight 16-bit groups, or undefined. RFC 4291 2.2, all three forms. */
export function parseIpv6Groups(text: string): number[] | undefined {
  if (text.length < 2 || text.length > 45) return undefined;
  let body = text;
  let tail: number[] = [];
  const lastColon = body.lastIndexOf(":");
  if (lastColon < 0) return undefined;
  const afterColon = body.slice(lastColon + 1);
  if (afterColon.includes(".")) {
    const v4 = parseIpv4(afterColon);
    if (v4 === undefined) return undefined;
    tail = [Math.floor(v4 / 65536), v4 % 65536];
    body = body.slice(0, lastColon + 1);
    // "…:1.2.3.4": the colon belongs to the IPv4 part unless it closes a "::".
    if (body.endsWith("::")) body = body.slice(0, -1) + ":";
    else body = body.slice(0, -1);
  }
  const gap = body.indexOf("::");
  if (gap !== body.lastIndexOf("::")) return undefined;
  const groups = (part: string): number[] | undefined => {
    if (part === "") return [];
    const out: number[] = [];
    for (const group of part.split(":")) {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
      out.push(parseInt(group, 16));
    }
    return out;
  };
  if (gap < 0) {
    const all = groups(body);
    if (!all || all.length + tail.length !== 8) return undefined;
    return [...all, ...tail];
  }
  const head = groups(body.slice(0, gap));
  const rest = groups(body.slice(gap + 2));
  if (!head || !rest) return undefined;
  const missing = 8 - head.length - rest.length - tail.length;
  if (missing < 1) return undefined;
  return [...head, ...new Array<number>(missing).fill(0), ...rest, ...tail];
}

/** RFC 5952 text. */
export function formatIpv6(groups: readonly number[]): string {
  let bestStart = -1;
  let bestLength = 1; // a single zero group is not shortened (RFC 5952 4.2.2)
  for (let i = 0; i < 8;) {
    let j = i;
    while (j < 8 && groups[j] === 0) j++;
    if (j - i > bestLength) {
      bestStart = i;
      bestLength = j - i;
    }
    i = j === i ? i + 1 : j;
  }
  const hex = (part: readonly number[]): string => part.map((g) => g.toString(16)).join(":");
  if (bestStart < 0) return hex(groups);
  return `${hex(groups.slice(0, bestStart))}::${hex(groups.slice(bestStart + bestLength))}`;
}

/** The IPv4 host that an IPv6 address embeds (mapped, compatible, NAT64), or undefined. */
export function embeddedIpv4(groups: readonly number[]): number | undefined {
  const [a, b, c, d, e, f, g, h] = groups as [number, number, number, number, number, number, number, number];
  const low = g * 65536 + h;
  if (a === 0x64 && b === 0xff9b && (c | d | e | f) === 0) return low;
  if ((a | b | c | d) !== 0) return undefined;
  if (e === 0 && f === 0xffff) return low;
  if (e === 0xffff && f === 0) return low; // IPv4-translated, RFC 2765
  if (e === 0 && f === 0 && low > 0xffff) return low; // compatible; "::" and "::1" stay IPv6
  return undefined;
}

/**
 * One address in any form a log writes it: brackets, zone (`%eth0`), mapped, padded. No port, no prefix length.
 * Returns undefined for anything else, `-` and empty included.
 */
export function parseIp(text: string): IpAddress | undefined {
  let s = text;
  if (s.charCodeAt(0) === 91 /* [ */) {
    if (!s.endsWith("]")) return undefined;
    s = s.slice(1, -1);
  }
  if (!s.includes(":")) {
    const v4 = parseIpv4(s);
    return v4 === undefined ? undefined : { version: 4, value: BigInt(v4) };
  }
  const zone = s.indexOf("%");
  if (zone >= 0) s = s.slice(0, zone);
  const groups = parseIpv6Groups(s);
  if (!groups) return undefined;
  const v4 = embeddedIpv4(groups);
  if (v4 !== undefined) return { version: 4, value: BigInt(v4) };
  let value = 0n;
  for (const g of groups) value = (value << 16n) | BigInt(g);
  return { version: 6, value };
}

export function formatIp(ip: IpAddress): string {
  if (ip.version === 4) return formatIpv4(Number(ip.value));
  const groups: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(Number((ip.value >> shift) & 0xffffn));
  return formatIpv6(groups);
}

/** Canonical text of an address as a log writes it, or undefined when it is not one. The fast path is a plain IPv4. */
export function canonicalIp(text: string | undefined): string | undefined {
  if (text === undefined || text.length < 2) return undefined;
  const v4 = parseIpv4(text);
  if (v4 !== undefined) return formatIpv4(v4);
  const ip = parseIp(text);
  return ip && formatIp(ip);
}

/** `a.b.c.d/n`, `v6/n` (host bits ignored) or a bare address, as an inclusive range; undefined when it is neither. */
export function parseCidr(text: string): IpRange | undefined {
  const slash = text.indexOf("/");
  const base = parseIp(slash < 0 ? text : text.slice(0, slash));
  if (!base) return undefined;
  const width = base.version === 4 ? 32 : 128;
  let prefix = width;
  if (slash >= 0) {
    const n = text.slice(slash + 1);
    if (!/^\d{1,3}$/.test(n)) return undefined;
    prefix = Number(n);
    // "::ffff:203.0.113.0/120" is an IPv4 block written in IPv6.
    if (base.version === 4 && text.slice(0, slash).includes(":")) prefix -= 96;
    if (prefix < 0 || prefix > width) return undefined;
  }
  const size = 1n << BigInt(width - prefix);
  const first = base.value - (base.value % size);
  return { version: base.version, first, last: first + size - 1n };
}

export function rangeContains(range: IpRange, ip: IpAddress): boolean {
  return range.version === ip.version && range.first <= ip.value && ip.value <= range.last;
}

/** The canonical name of a range: an address, a CIDR block where it is one, else `first-last`. */
export function formatRange(range: IpRange): string {
  const first = formatIp({ version: range.version, value: range.first });
  if (range.first === range.last) return first;
  const size = range.last - range.first + 1n;
  const width = range.version === 4 ? 32 : 128;
  if ((size & (size - 1n)) === 0n && range.first % size === 0n)
    return `${first}/${width - (size.toString(2).length - 1)}`;
  return `${first}-${formatIp({ version: range.version, value: range.last })}`;
}

/** True when `text` is four decimal groups but not an address (`999.1.1.1`): used to explain a rejected line. */
export function looksLikeIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((p) => V4_OCTET.test(p));
}

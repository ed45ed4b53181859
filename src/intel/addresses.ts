/**
 * Addresses, blocks and ranges from refanged text.
 *
 * Decisions, each a test:
 * - A host ending in `.0` is a host. Only a prefix, a netmask, a range or a wildcard makes a network.
 * - A block with host bits set (`192.0.2.4/24`) is its network, with a note. `/32` and `/128` are plain addresses.
 * - Octets with leading zeros are decimal only when all four are padded to three digits (`010.001.002.003`); otherwise
 *   they could be octal, and the value is rejected.
 * - Whether a private, reserved or very wide value makes sense is for warning lists to say.
 */
import { formatRange, parseCidr, parseIp, parseIpv4, type IpRange } from "../model/ip.js";
import type { Refusal, Value } from "./value.js";
import { wordTable } from "../model/word-table.js";

/** Addresses that logs write for "none" or "everyone". */
const NOT_A_PEER: Readonly<Record<string, string>> = wordTable({
  "0.0.0.0": "0.0.0.0 stands for no address",
  "::": ":: stands for no address",
  "255.255.255.255": "255.255.255.255 is the broadcast address",
});

const ALL = { 4: (1n << 32n) - 1n, 6: (1n << 128n) - 1n } as const;

function fromRange(range: IpRange, note?: string): Value | Refusal {
  if (range.first === 0n && range.last === ALL[range.version]) return { reason: "covers every address" };
  const value = formatRange(range);
  if (Object.hasOwn(NOT_A_PEER, value)) return { reason: NOT_A_PEER[value]! };
  const type = range.version === 4 ? "ipv4-addr" : "ipv6-addr";
  return note === undefined ? { type, value, range } : { type, value, range, note };
}

/** True when decimal and octal readings could differ. */
function ambiguousZeros(text: string): boolean {
  if (!/(?:^|\.)0\d/.test(text)) return false;
  return text.length !== 15;
}

const AMBIGUOUS: Refusal = { reason: "leading zeros: octal or decimal" };

/** One address, no port. */
export function address(text: string): Value | Refusal | undefined {
  const ip = parseIp(text);
  if (!ip) return undefined;
  if (ip.version === 4 && !text.includes(":") && ambiguousZeros(text)) return AMBIGUOUS;
  return fromRange({ version: ip.version, first: ip.value, last: ip.value });
}

/** Prefix length of a contiguous netmask, or undefined. */
export function maskPrefix(text: string): number | undefined {
  const mask = parseIpv4(text);
  if (mask === undefined || mask < 0xff000000) return undefined;
  const inverted = 2 ** 32 - 1 - mask;
  return (inverted & (inverted + 1)) === 0 ? 32 - Math.log2(inverted + 1) : undefined;
}

/** `192.0.2.0/24`, `192.0.2.0/255.255.255.0`, `2001:db8::/32`. */
export function block(text: string): Value | Refusal | undefined {
  const slash = text.indexOf("/");
  if (slash < 0) return undefined;
  const base = text.slice(0, slash);
  const ip = parseIp(base);
  if (!ip) return undefined;
  const mask = maskPrefix(text.slice(slash + 1));
  const prefix = mask === undefined ? text.slice(slash + 1) : String(mask);
  if (!/^\d{1,3}$/.test(prefix)) return undefined;
  if (ip.version === 4 && !base.includes(":") && ambiguousZeros(base)) return AMBIGUOUS;
  const range = parseCidr(`${base}/${prefix}`);
  if (!range) return { reason: `/${prefix} is no prefix length for this address` };
  if (range.first === ip.value || range.first === range.last) return fromRange(range);
  return fromRange(range, `host bits set: read as ${formatRange(range)}`);
}

/** `192.0.2.4-192.0.2.9`, `192.0.2.4-9`. */
export function span(text: string): Value | Refusal | undefined {
  const m = /^([0-9A-Fa-f.:[\]]{2,47})\s{0,3}(?:-|\bto\b)\s{0,3}([0-9A-Fa-f.:[\]]{1,47})$/.exec(text);
  if (!m) return undefined;
  const first = parseIp(m[1]!);
  if (!first) return undefined;
  // "192.0.2.4-9": the last octet alone.
  const short = first.version === 4 && /^\d{1,3}$/.test(m[2]!);
  const last = parseIp(short ? m[1]!.slice(0, m[1]!.lastIndexOf(".") + 1) + m[2]! : m[2]!);
  if (!last || last.version !== first.version) return { reason: "a range whose end is no address of the same family" };
  if (ambiguousZeros(m[1]!) || ambiguousZeros(m[2]!)) return AMBIGUOUS;
  if (last.value < first.value) return { reason: "a range that ends before it begins" };
  return fromRange({ version: first.version, first: first.value, last: last.value });
}

/** `192.0.2.*`, `192.0.*.*`, `192.0.2.x`. */
export function wildcard(text: string): Value | Refusal | undefined {
  const m =
    /^(\d{1,3}\.\d{1,3}\.\d{1,3}|\d{1,3}\.\d{1,3}(?=\.[*x]\.)|\d{1,3}(?=\.[*x]\.[*x]\.))((?:\.[*x]){1,3})$/i.exec(text);
  if (!m) return undefined;
  const stars = m[2]!.length / 2;
  return block(`${m[1]!}${".0".repeat(stars)}/${32 - 8 * stars}`);
}

/**
 * From a text as a feed writes it to indicator values, or the reason why it is none. Shared by every reader; pure.
 *
 * Decisions, each a test:
 * - A host ending in `.0` is a host. Only a prefix, a netmask, a range or a wildcard makes a network.
 * - A block with host bits set (`192.0.2.4/24`) is its network, with a note. `/32` and `/128` are plain addresses.
 * - A port is dropped (`192.0.2.1:443`, `192.0.2.1|443`), as is a zone; the assertion keeps the text.
 * - A URL whose host is an address gives that address: what is hunted is the host. Other URLs are rejected for now.
 * - Octets with leading zeros are decimal only when all four are padded to three digits (`010.001.002.003`); otherwise
 *   they could be octal, and the value is rejected.
 * - Private, loopback, multicast and documentation addresses are kept: whether they make sense is for warning lists to say.
 */
import type { IndicatorType } from "../model/indicator.js";
import { formatIpv4, formatRange, looksLikeIpv4, parseCidr, parseIp, parseIpv4, type IpRange } from "../model/ip.js";
import { unhuntedKind, isDomain, type UnhuntedKind } from "./kinds.js";
import { MAX_VALUE_LENGTH, refang, trimAround } from "./refang.js";

export interface Value {
  type: IndicatorType;
  /** Canonical. */
  value: string;
  range: IpRange;
  note?: string;
}

export interface Refusal {
  reason: string;
  /** Set when the text is an indicator of a kind that is not hunted. */
  kind?: UnhuntedKind;
}

/** The widest block taken: a shorter prefix would match a good part of every log. */
export const SHORTEST_PREFIX = { 4: 8, 6: 16 } as const;

/** Addresses that logs write for "none" or "everyone". */
const NOT_A_PEER: Readonly<Record<string, string>> = {
  "0.0.0.0": "0.0.0.0 stands for no address",
  "::": ":: stands for no address",
  "255.255.255.255": "255.255.255.255 is the broadcast address",
};

const WIDTH = { 4: 32, 6: 128 } as const;

function fromRange(range: IpRange, note?: string): Value | Refusal {
  const size = range.last - range.first + 1n;
  if (size > 1n << BigInt(WIDTH[range.version] - SHORTEST_PREFIX[range.version]))
    return { reason: `covers too much: wider than a /${SHORTEST_PREFIX[range.version]}` };
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

function single(text: string): Value | Refusal | undefined {
  const ip = parseIp(text);
  if (!ip) return undefined;
  if (ip.version === 4 && !text.includes(":") && ambiguousZeros(text)) return AMBIGUOUS;
  return fromRange({ version: ip.version, first: ip.value, last: ip.value });
}

/** Prefix length of a contiguous netmask, or undefined. */
function maskPrefix(text: string): number | undefined {
  const mask = parseIpv4(text);
  if (mask === undefined || mask < 0xff000000) return undefined;
  const inverted = 2 ** 32 - 1 - mask;
  return (inverted & (inverted + 1)) === 0 ? 32 - Math.log2(inverted + 1) : undefined;
}

function block(text: string): Value | Refusal | undefined {
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

function span(text: string): Value | Refusal | undefined {
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
function wildcard(text: string): Value | Refusal | undefined {
  const m =
    /^(\d{1,3}\.\d{1,3}\.\d{1,3}|\d{1,3}\.\d{1,3}(?=\.[*x]\.)|\d{1,3}(?=\.[*x]\.[*x]\.))((?:\.[*x]){1,3})$/i.exec(text);
  if (!m) return undefined;
  const stars = m[2]!.length / 2;
  return block(`${m[1]!}${".0".repeat(stars)}/${32 - 8 * stars}`);
}

/** Port, port range, or `*`, after an address; brackets around it. */
const WITH_PORT = /^(\[[0-9A-Fa-f:.%]{2,60}\]|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}):(?:\d{1,5}(?:-\d{1,5})?|\*)?$/;

const SCHEME = /^[a-z][a-z0-9+.-]{1,20}:\/\//i;
/** Further URLs in the same text: then it is a list. */
const NEXT_URL = /[,;|][a-z][a-z0-9+.-]{1,20}:\/\//i;
/** What follows an address when a block is meant, whatever comes after it. */
const PREFIX = /^\/\d{1,3}(?![\w./?=-])/;

/** The host of `scheme://user@host:port/path`, or of `192.0.2.1/path` and `192.0.2.1:80/path`. One URL only, no list. */
function urlHost(text: string): string | undefined {
  if (/\s/.test(text)) return undefined;
  const scheme = SCHEME.exec(text)?.[0];
  if (scheme === undefined ? /[,;|]/.test(text) : NEXT_URL.test(text)) return undefined;
  const rest = scheme === undefined ? text : text.slice(scheme.length);
  const end = rest.search(/[/?#]/);
  if (scheme === undefined && (end < 0 || PREFIX.test(rest.slice(end)))) return undefined;
  const authority = end < 0 ? rest : rest.slice(0, end);
  return authority.slice(authority.lastIndexOf("@") + 1);
}

function host(text: string): Value | Refusal | undefined {
  return single(WITH_PORT.exec(text)?.[1] ?? text);
}

/** `IP: 192.0.2.1`, `ipv4=192.0.2.1`. Not `ip` alone before a colon in an IPv6 address: no word here is hexadecimal. */
const NAMED = /^(?:ip(?:v?[46])?|ioc|host|address)(?:-addr)?\s{0,2}[:=]\s{0,2}/i;

/** One refanged token: an address, block, range, address with port, or URL with an address for host. */
function token(text: string): Value | Refusal {
  if (text === "") return { reason: "empty" };
  const found = host(text) ?? block(text) ?? span(text) ?? wildcard(text);
  if (found) return found;
  // "192.0.2.0/24#a remark", "192.0.2.1#53"
  const remark = SCHEME.test(text) ? -1 : text.indexOf("#");
  if (remark > 0) return token(text.slice(0, remark).trimEnd());
  if (NAMED.test(text)) return token(text.replace(NAMED, ""));
  const inner = urlHost(text);
  const fromUrl = inner === undefined ? undefined : host(inner);
  if (fromUrl) return fromUrl;
  const kind = unhuntedKind(text);
  if (kind) return { reason: kind.reason, kind: kind.kind };
  const bare = WITH_PORT.exec(text)?.[1] ?? text.split(/[/:]/, 1)[0]!;
  if (looksLikeIpv4(bare)) return { reason: "not an address: an octet is greater than 255" };
  return { reason: "no address, block or range" };
}

export function isValue(result: Value | Refusal): result is Value {
  return "value" in result;
}

const SEPARATORS = /[\s,;|]+/;
/** A port or score that stands beside an address. */
const NUMBER = /^\d{1,5}$/;

function isHostsFileLine(tokens: readonly string[]): boolean {
  const first = tokens[0]!;
  return (first === "0.0.0.0" || first === "::" || first === "::1" || first.startsWith("127.")) && isDomain(tokens[1]!);
}

/**
 * All values of one candidate's text. A text of several tokens gives every address when all its tokens are values
 * (`192.0.2.1, 192.0.2.2`, `example.org|192.0.2.1`, `192.0.2.1|443`); otherwise it is a value with a remark, and only its
 * first token counts: an address inside a remark is not an indicator.
 */
export function normalise(text: string): Value[] | Refusal {
  const quick = text.length <= 15 ? parseIpv4(text) : undefined;
  // The usual case, canonical as it stands: not worth a single regular expression.
  if (quick !== undefined && quick !== 0 && quick !== 0xffffffff && formatIpv4(quick) === text) {
    const n = BigInt(quick);
    return [{ type: "ipv4-addr", value: text, range: { version: 4, first: n, last: n } }];
  }
  if (text.length > MAX_VALUE_LENGTH) return { reason: "longer than any list of indicators" };
  const clean = refang(text);
  const whole = token(clean);
  if (isValue(whole)) return [whole];
  const tokens = clean
    .split(SEPARATORS)
    .map(trimAround)
    .filter((part) => part !== "");
  if (tokens.length < 2) return whole;
  if (isHostsFileLine(tokens))
    return { reason: "a hosts file's line: domain names are not hunted yet", kind: "domain-name" };
  const mask = tokens.length === 2 && parseIpv4(tokens[0]!) !== undefined ? maskPrefix(tokens[1]!) : undefined;
  if (mask !== undefined && mask < 32) {
    const network = token(`${tokens[0]!}/${mask}`);
    return isValue(network) ? [network] : network;
  }
  // "192.0.2.4 - 192.0.2.9 a remark"
  if (tokens.length > 3 && /^(?:-|to)$/i.test(tokens[1]!)) {
    const range = span(`${tokens[0]!}-${tokens[2]!}`);
    if (range) return isValue(range) ? [range] : range;
  }
  const results = tokens.map(token);
  const first = results[0]!;
  const allValues = results.every((r, i) => isValue(r) || r.kind !== undefined || NUMBER.test(tokens[i]!));
  const values = allValues ? results.filter(isValue) : isValue(first) ? [first] : [];
  if (values.length > 0) return values;
  if (results.some(isValue)) return { reason: "an address inside other text: not taken" };
  return isValue(first) ? whole : first.kind === undefined && whole.reason !== first.reason ? whole : first;
}

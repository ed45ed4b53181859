/**
 * From a text as a feed writes it to indicator values, or the reason why it is none. Shared by every reader; pure.
 *
 * What each kind decides stands with it: addresses.ts, names.ts, fingerprints.ts. Here: which kind a text is, and what a text of
 * several values gives.
 */
import type { IndicatorType } from "../model/indicator.js";
import { formatIpv4, looksLikeIpv4, parseIpv4 } from "../model/ip.js";
import { block, maskPrefix, span, wildcard } from "./addresses.js";
import { fileHash, ja4, stated } from "./fingerprints.js";
import { domain, email, endpoint, isTopLevel, SCHEME, url } from "./names.js";
import { MAX_VALUE_LENGTH, refang, trimAround } from "./refang.js";
import { isValue, type Refusal, type Value } from "./value.js";

/** Further URLs in the same text: then it is a list. */
const NEXT_URL = /[,;|][a-z][a-z0-9+.-]{1,20}:\/\//i;
/** What follows an address when a block is meant, whatever comes after it. */
const PREFIX = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}:[0-9a-f:]{1,38})\/\d{1,3}(?![\w./?=-])/i;

/** One URL, no list of them and no block. A URL without a scheme holds no separators of lists. */
function oneUrl(text: string, trusted: boolean): Value | Refusal | undefined {
  if (/\s/.test(text) && !trusted) return undefined;
  if (NEXT_URL.test(text)) return undefined;
  if (!SCHEME.test(text) && ((!trusted && /[,;|]/.test(text)) || PREFIX.test(text))) return undefined;
  return url(text, trusted);
}

/** `IP: 192.0.2.1`, `domain=evil.example`. Not `ip` alone before a colon in an IPv6 address: no word here is hexadecimal. */
const NAMED = /^(?:ip(?:v?[46])?|ioc|host(?:name)?|domain|fqdn|url|address|e-?mail)(?:-addr)?\s{0,2}[:=]\s{0,2}/i;

/** `/gate.php`, as Maltrail lists them: on every other host too. Not `//host/path`. */
const PATH_ALONE = /^\/(?!\/)/;
const TOP_LEVEL_ALONE = /^\*?\.([a-z][a-z0-9-]{1,62})$/i;
const EXPRESSION = /\[[^\]\s]{1,60}\][+*?{]|\.[*+]|\(\?|\\[dws]/;

/** Why a text is no value, where that can be said better than by "no indicator". */
function unfit(text: string): Refusal | undefined {
  const top = TOP_LEVEL_ALONE.exec(text)?.[1];
  if (top !== undefined && isTopLevel(top.toLowerCase())) return { reason: "a top-level domain alone: not hunted" };
  return EXPRESSION.test(text) ? { reason: "a regular expression: not hunted" } : undefined;
}

/** One refanged token of any kind. */
function token(text: string, as?: IndicatorType): Value | Refusal {
  if (text === "") return { reason: "empty" };
  if (PATH_ALONE.test(text)) return { reason: "a path without a host: not hunted alone" };
  const found =
    endpoint(text) ??
    block(text) ??
    span(text) ??
    wildcard(text) ??
    domain(text, as === "domain-name") ??
    fileHash(text) ??
    ja4(text) ??
    email(text) ??
    oneUrl(text, as === "url");
  if (found) return found;
  // "192.0.2.0/24#a remark", "192.0.2.1#53"
  const remark = SCHEME.test(text) ? -1 : text.indexOf("#");
  if (remark > 0) return token(text.slice(0, remark).trimEnd(), as);
  if (NAMED.test(text)) return token(text.replace(NAMED, ""), as);
  const why = unfit(text);
  if (why) return why;
  if (looksLikeIpv4(text.split(/[/:]/, 1)[0]!)) return { reason: "not an address: an octet is greater than 255" };
  return { reason: "no indicator" };
}

const SEPARATORS = /[\s,;|]+/;
/** A port or score that stands beside an address. */
const NUMBER = /^\d{1,5}$/;

function isSinkhole(text: string): boolean {
  return text === "0.0.0.0" || text === "::" || text === "::1" || text.startsWith("127.");
}

/** A port beside one address or name (`192.0.2.1|443`); several numbers are not told apart. */
function withPort(values: Value[], tokens: readonly string[]): Value[] {
  const port = tokens.length === 2 && values.length === 1 && NUMBER.test(tokens[1]!) ? Number(tokens[1]) : 0;
  const [only] = values;
  return port > 0 && port < 65536 && only?.port === undefined && only !== undefined ? [{ ...only, port }] : values;
}

/**
 * All values of a text of several tokens. When all are values each counts (`192.0.2.1, 192.0.2.2`, `evil.example|192.0.2.1`,
 * `192.0.2.1|443`); otherwise it is a value with a remark, and only its first token counts: an address inside a remark is no
 * indicator.
 */
function several(clean: string, whole: Refusal, as?: IndicatorType): Value[] | Refusal {
  const tokens = clean
    .split(SEPARATORS)
    .map(trimAround)
    .filter((part) => part !== "");
  if (tokens.length < 2) return whole;
  const [head, second] = [tokens[0]!, tokens[1]!];
  if (isSinkhole(head)) {
    const names = tokens.slice(1).map((name) => token(name));
    if (names.every((name) => isValue(name) && name.type === "domain-name")) return names as Value[];
  }
  const mask = tokens.length === 2 && parseIpv4(head) !== undefined ? maskPrefix(second) : undefined;
  if (mask !== undefined && mask < 32) {
    const network = token(`${head}/${mask}`);
    return isValue(network) ? [network] : network;
  }
  // "192.0.2.4 - 192.0.2.9 a remark"
  if (tokens.length > 3 && /^(?:-|to)$/i.test(second)) {
    const range = span(`${head}-${tokens[2]!}`);
    if (range) return isValue(range) ? [range] : range;
  }
  const results = tokens.map((part) => token(part, as));
  const first = results[0]!;
  const allValues = results.every((r, i) => isValue(r) || r.kind !== undefined || NUMBER.test(tokens[i]!));
  const values = allValues ? results.filter(isValue) : isValue(first) ? [first] : [];
  if (values.length > 0) return withPort(values, tokens);
  if (isValue(first) || results.some(isValue)) return { reason: "a value inside other text: not taken" };
  return first.kind === undefined && whole.reason !== first.reason ? whole : first;
}

/** The usual cases, canonical as they stand: not worth a single regular expression. */
function quick(text: string): Value | undefined {
  if (text.length > 15) return undefined;
  const ipv4 = parseIpv4(text);
  if (ipv4 === undefined || ipv4 === 0 || ipv4 === 0xffffffff || formatIpv4(ipv4) !== text) return undefined;
  const n = BigInt(ipv4);
  return { type: "ipv4-addr", value: text, range: { version: 4, first: n, last: n } };
}

/** A name, a hash or an address: nothing that refanging or trimming would change, and one token. */
const PLAIN = /^[0-9a-z](?:[0-9a-z._-]{0,251}[0-9a-z])$/;

/**
 * All values of one candidate's text.
 * @param as what the publisher says it is. It decides where the text alone does not tell (`ja3`, `user-agent`), and otherwise lets
 *   unusual values through: a text that is plainly something else is that.
 */
export function normalise(text: string, as?: IndicatorType): Value[] | Refusal {
  const canonical = quick(text);
  if (canonical) return [canonical];
  if (text.length > MAX_VALUE_LENGTH) return { reason: "longer than any list of indicators" };
  if (as !== undefined) {
    const asked = stated(text, as);
    if (asked) return isValue(asked) ? [asked] : asked;
  }
  if (PLAIN.test(text) && !text.includes("dot")) {
    const name = domain(text, as === "domain-name");
    if (name && isValue(name)) return [name];
  }
  const clean = refang(text);
  const whole = token(clean, as);
  return isValue(whole) ? [whole] : several(clean, whole, as);
}

export { isValue, type Refusal, type Value } from "./value.js";

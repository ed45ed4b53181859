/** File hashes, TLS fingerprints and user-agents from text. */
import type { HashAlgorithm, IndicatorType } from "../model/indicator.js";
import type { Refusal, Value } from "./value.js";

const BY_LENGTH: Readonly<Record<number, HashAlgorithm>> = { 32: "MD5", 40: "SHA-1", 64: "SHA-256", 128: "SHA-512" };

/** Other digests, by length in hexadecimal or by name: named, not hunted. */
const NOT_HUNTED: Readonly<Record<number, string>> = { 56: "SHA-224", 96: "SHA-384" };

const HEX = /^[0-9a-f]+$/i;

/** `md5:…`, `SHA256=…`, `sha-1 …`. */
const NAMED = /^(md5|sha-?1|sha-?224|sha-?256|sha-?384|sha-?512|ja3s?|hash)\s{0,2}[:=]\s{0,2}/i;

/** A file hash by its length. */
export function fileHash(text: string): Value | Refusal | undefined {
  const bare = text.replace(NAMED, "");
  if (!HEX.test(bare)) return undefined;
  const hash = BY_LENGTH[bare.length];
  if (hash) return { type: "file", value: bare.toLowerCase(), hash };
  const kind = NOT_HUNTED[bare.length];
  return kind === undefined ? undefined : { reason: `a ${kind} hash: logs hold none`, kind };
}

/** FoxIO, JA4 technical details: protocol, TLS version, SNI, counts, ALPN; two truncated SHA-256. */
const JA4 = /^[tqd](?:1[0-3]|s[1-3]|d[1-3]|00)[di]\d{4}[0-9a-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}$/i;

export function ja4(text: string): Value | undefined {
  return JA4.test(text) ? { type: "ja4", value: text.toLowerCase() } : undefined;
}

/** Shorter texts stand in every log. */
const MIN_USER_AGENT = 4;
/** The kernel's longest literal. */
const MAX_USER_AGENT = 512;

/** A value whose kind the text does not tell. */
export function stated(text: string, as: IndicatorType): Value | Refusal | undefined {
  const bare = text.trim();
  if (as === "ja3" || as === "ja3s") {
    const digest = bare.replace(NAMED, "");
    if (digest.length !== 32 || !HEX.test(digest)) return { reason: `no ${as}: not 32 hexadecimal digits` };
    return { type: as, value: digest.toLowerCase() };
  }
  if (as === "ja4") return ja4(bare) ?? { reason: "no ja4: not in the form a_b_c" };
  if (as === "user-agent") {
    if (bare.length < MIN_USER_AGENT) return { reason: `a user-agent shorter than ${MIN_USER_AGENT} characters` };
    const size = Buffer.byteLength(bare);
    if (size > MAX_USER_AGENT) return { reason: `a user-agent longer than ${MAX_USER_AGENT} bytes` };
    // A control character never reaches a log as it is.
    // eslint-disable-next-line no-control-regex
    if (/[\x00-\x1f\x7f]/.test(bare)) return { reason: "a user-agent with a control character" };
    return { type: "user-agent", value: bare };
  }
  return undefined;
}

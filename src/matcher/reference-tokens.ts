/**
 * The slow twin for mail addresses, digests and JA4.
 *
 * M. Mail. `local@host`, letters alike in either case; the `@` may be written `%40` or `%2540`. The host is the listed one, whole: it goes
 *    on after a dot with an alnum, and is at most 253 bytes. The local part (RFC 5322 atext and dots, 1 to 64 bytes) begins where no
 *    letter, digit, `.`, `_`, `+` or `-` stands before it, or after an escape (rule E), and not with the two digits of a `%HH`.
 *    The longest listed address counts. Its host is a token of its own by the rules N.
 * H. Digests (files; JA3 and JA3S). A maximal run of hex digits, in either case, with no other letter beside it; it may begin after an
 *    escape that ends in its first 8 bytes, and never with the two digits of a `%HH`. Of 128, 64, 40 and 32 digits before its end the
 *    first that is listed counts.
 * J. JA4. `a_b_c` with 10, 12 and 12 letters and digits, in either case. No letter, digit or `_` beside it, escapes before it excepted.
 */
import type { Indicator } from "../model/indicator.js";
import { followsEscape, inPercent, isAlnum, listed, lower } from "./reference-text.js";
import type { Found } from "./reference-text.js";

export interface Literals {
  mail: ReadonlyMap<string, number[]>;
  digests: ReadonlyMap<string, number[]>;
  ja4: ReadonlyMap<string, number[]>;
}

const DIGESTS: ReadonlySet<string> = new Set(["file", "ja3", "ja3s"]);
const DIGEST_LENGTHS = [128, 64, 40, 32];

export function literalsOf(indicators: readonly Indicator[]): Literals {
  const mail = new Map<string, number[]>();
  const digests = new Map<string, number[]>();
  const ja4 = new Map<string, number[]>();
  for (const [i, { type, value }] of indicators.entries()) {
    if (type === "email-addr") listed(mail, lower(value), i);
    else if (DIGESTS.has(type)) listed(digests, lower(value), i);
    else if (type === "ja4") listed(ja4, lower(value), i);
  }
  return { mail, digests, ja4 };
}

/** Nothing before `at` belongs to the token. */
function standsAlone(line: string, at: number): boolean {
  return isAlnum(line[at - 1]) ? followsEscape(line, at) : !inPercent(line, at);
}

export function mailTokens(line: string, { mail }: Literals): Found[] {
  const tokens: Found[] = [];
  if (mail.size === 0) return tokens;
  for (const sign of line.matchAll(/@|%40|%2540/g)) {
    const at = sign.index + sign[0].length;
    const host = /^[0-9A-Za-z_-]+(?:\.(?=[0-9A-Za-z])[0-9A-Za-z_-]+)*/.exec(line.slice(at, at + 300))?.[0];
    if (host === undefined || host.length > 253) continue;
    const local =
      /[0-9A-Za-z.!#$%&'*+/=?^_`{|}~-]{1,64}$/.exec(line.slice(Math.max(0, sign.index - 64), sign.index))?.[0] ?? "";
    for (let start = sign.index - local.length; start < sign.index; start++) {
      const before = line[start - 1];
      const apart =
        before !== undefined && /[0-9A-Za-z._+-]/.test(before) ? followsEscape(line, start) : !inPercent(line, start);
      const members = mail.get(lower(`${line.slice(start, sign.index)}@${host}`));
      if (!apart || !members) continue;
      tokens.push({ start, end: at + host.length, members });
      break;
    }
  }
  return tokens;
}

export function digestTokens(line: string, { digests }: Literals): Found[] {
  const tokens: Found[] = [];
  if (digests.size === 0) return tokens;
  for (const run of line.matchAll(/[0-9A-Fa-f]{32,}/g)) {
    const end = run.index + run[0].length;
    if (isAlnum(line[end])) continue;
    for (const length of DIGEST_LENGTHS) {
      const start = end - length;
      if (start < run.index || start > run.index + 8 || !standsAlone(line, start)) continue;
      const members = digests.get(lower(line.slice(start, end)));
      if (!members) continue;
      tokens.push({ start, end, members });
      break;
    }
  }
  return tokens;
}

export function ja4Tokens(line: string, { ja4 }: Literals): Found[] {
  const tokens: Found[] = [];
  if (ja4.size === 0) return tokens;
  for (const { index } of line.matchAll(/(?=[0-9A-Za-z]{10}_[0-9A-Za-z]{12}_[0-9A-Za-z]{12}(?![0-9A-Za-z_]))/g)) {
    const members = ja4.get(lower(line.slice(index, index + 36)));
    if (members && line[index - 1] !== "_" && standsAlone(line, index))
      tokens.push({ start: index, end: index + 36, members });
  }
  return tokens;
}

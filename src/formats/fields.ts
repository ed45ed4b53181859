/** What the formats of this folder share: absent fields, request lines, forwarded-for lists, tokens of a log line. */
import { canonicalIp, parseIpv4 } from "../model/ip.js";
import type { LineContext, ParsedTime } from "./format.js";
import { civilTime, milliseconds } from "./time.js";
import { addressAndPort, integer, text } from "./values.js";
import { DEFAULT_PORTS } from "../model/url.js";
import { monthOf } from "./months.js";

/** The decided time of a line, or undefined when it carries none. */
export function timeOf(context: LineContext, time: ParsedTime | undefined): number | undefined {
  return time === undefined ? undefined : context.resolveTime(time);
}

const CTIME = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))? (\d{4})(?=[\] ]|$)/;

/** C's `ctime` at the start of `text`: `Mon Dec 26 16:22:08.123 2016`, with the length it takes. Local time. */
export function ctime(line: string): { time: ParsedTime; length: number } | undefined {
  const m = CTIME.exec(line);
  const month = m && monthOf(m[1]!);
  if (!m || !month) return undefined;
  const ms = milliseconds(m[6]);
  const time = civilTime(+m[7]!, month, +m[2]!, +m[3]!, +m[4]!, +m[5]!, ms);
  return time && { time, length: m[0].length };
}

/**
 * `GET /path?query HTTP/1.1` to its parts. A line that is no request (`\x16\x03…`, `HELP`, `-`) gives `original` alone,
 * and a path with spaces is kept whole.
 */
export function requestLine(request: string | undefined): { method?: string; original?: string; path?: string } {
  const line = text(request);
  if (line === undefined) return {};
  const m = /^([A-Za-z][A-Za-z_-]{0,31}) (\S.*)$/.exec(line);
  if (!m) return { original: line };
  const target = m[2]!.replace(/ HTTP\/\d(?:\.\d)?$/, "");
  return { method: m[1]!, original: target, ...pathOf(target) };
}

/** The path of an absolute path (`/a?b`); a proxy's absolute URL or `CONNECT host:port` has none here. */
function pathOf(target: string): { path?: string } {
  if (!target.startsWith("/")) return {};
  const end = target.search(/[?#]/);
  return { path: end < 0 ? target : target.slice(0, end) };
}

/** Loopback, private, link-local, CGNAT or unique-local: no client on the Internet. RFC 1918, 3927, 4193, 6598. */
export function isPrivate(ip: string): boolean {
  if (ip.includes(":")) return ip === "::1" || /^f[cd]/.test(ip) || /^fe[89ab]/.test(ip);
  const value = parseIpv4(ip);
  if (value === undefined) return false;
  const a = value >>> 24;
  const b = (value >>> 16) & 255;
  return (
    a === 10 ||
    a === 127 ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b <= 127)
  );
}

/** Longest list read: what follows is the adversary's padding. */
const MAX_FORWARDED = 32;

/**
 * The addresses of an `X-Forwarded-For` value (or RFC 7239 `for=` list), left to right, or undefined when the text is no
 * such list: every element must be an address, `unknown`, `-` or an obfuscated identifier.
 */
export function forwardedList(value: string | undefined): string[] | undefined {
  if (value === undefined || value.length < 2) return undefined;
  const out: string[] = [];
  for (const part of value.split(",", MAX_FORWARDED)) {
    const element = part.trim();
    const named = /(?:^|;)\s?for="?([^";]{1,64})/i.exec(element);
    const { ip } = addressAndPort(named ? named[1] : element);
    if (ip !== undefined) out.push(ip);
    else if (!named && element !== "-" && element !== "unknown" && element !== "") return undefined;
  }
  return out.length > 0 ? out : undefined;
}

/** True for a bare address (brackets allowed, no port). */
export function isAddress(token: string): boolean {
  return canonicalIp(token) !== undefined;
}

export interface Token {
  readonly text: string;
  /** `"` quoted, `[` bracketed, or bare. */
  readonly kind: "quoted" | "bracketed" | "bare";
}

/**
 * Splits the tail of an access line into bare words, `"quoted \" text"` and `[bracketed text]`. Linear; stops after `limit`
 * tokens. An opening quote without its end takes the rest of the line.
 */
export function tokens(line: string, from = 0, limit = 48): Token[] {
  const out: Token[] = [];
  const n = line.length;
  let i = from;
  while (i < n && out.length < limit) {
    const c = line[i]!;
    if (c === " " || c === "\t") {
      i++;
    } else if (c === '"') {
      let j = i + 1;
      while (j < n && line[j] !== '"') j += line[j] === "\\" ? 2 : 1;
      out.push({ text: line.slice(i + 1, Math.min(j, n)), kind: "quoted" });
      i = j + 1;
    } else if (c === "[") {
      const end = line.indexOf("]", i);
      const j = end < 0 ? n : end;
      out.push({ text: line.slice(i + 1, j), kind: "bracketed" });
      i = j + 1;
    } else {
      let j = i;
      while (j < n && line[j] !== " " && line[j] !== "\t") j++;
      out.push({ text: line.slice(i, j), kind: "bare" });
      i = j;
    }
  }
  return out;
}

export interface Target {
  ip?: string;
  domain?: string;
  port?: number;
  path?: string;
}

/** Where a proxy is asked to go: `http://host:port/path` or CONNECT's `host:port`. `error:invalid-request` and the like name no target. */
export function proxyTarget(method: string, url: string): Target {
  const m =
    method === "CONNECT"
      ? /^()(\[[0-9A-Fa-f:.]{2,45}\]|[^/:@\s]{1,255})(?::(\d{1,5}))?$/.exec(url)
      : /^([a-z]{2,6}):\/\/(?:[^/@\s]{1,255}@)?(\[[0-9A-Fa-f:.]{2,45}\]|[^/:?#\s]{1,255})(?::(\d{1,5}))?(\/[^?#]*)?/.exec(
          url,
        );
  if (!m) return {};
  const { ip } = addressAndPort(m[2]!);
  const port = integer(m[3]) ?? DEFAULT_PORTS[m[1]!];
  const out: Target = ip === undefined ? { domain: m[2]! } : { ip };
  if (port !== undefined && port <= 65535) out.port = port;
  if (m[4] !== undefined) out.path = m[4];
  return out;
}

/** Small readers of field values that every format shares. `-`, empty, `N/A` and `(empty)` are no value. */
import { canonicalIp } from "../model/ip.js";
import type { Endpoint } from "../model/event.js";
import { wordTable } from "../model/word-table.js";

const EMPTY = new Set(["", "-", "--", "N/A", "n/a", "(empty)", "(none)", "null", "undefined", "unset", "UNKNOWN_IP"]);

export function text(value: string | undefined): string | undefined {
  return value === undefined || EMPTY.has(value) ? undefined : value;
}

/** A whole number ≥ 0, or undefined. */
export function integer(value: string | number | undefined): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? Math.trunc(value) : undefined;
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/** 0..65535, or undefined. */
export function port(value: string | number | undefined): number | undefined {
  const n = integer(value);
  return n !== undefined && n <= 65535 ? n : undefined;
}

/** IPv4, bracketed IPv6 or bare IPv6, then a separator and a port. */
const ADDRESS_PORT =
  /^(?:(\d{1,3}(?:\.\d{1,3}){3})|\[([0-9A-Fa-f:.]{2,45})(?:%[\w.-]{1,32})?\]|([0-9A-Fa-f:.]{2,45})(?:%[\w.-]{1,32})?)(?:[:/#(,](\d{1,5})\)?)?$/;

/** Splits `1.2.3.4:443`, `[2001:db8::1]:443`, `1.2.3.4/443` (Cisco), `1.2.3.4(443)`, `1.2.3.4#443` (BIND), `1.2.3.4`, `2001:db8::1`. */
export function addressAndPort(value: string | undefined): { ip?: string; port?: number } {
  if (value === undefined || value.length < 2) return {};
  const whole = canonicalIp(value);
  if (whole !== undefined) return { ip: whole };
  const m = ADDRESS_PORT.exec(value);
  let ip = m ? canonicalIp(m[1] ?? m[2] ?? m[3]) : undefined;
  let stated = m?.[4];
  if (ip === undefined) {
    // IPv6 without brackets before a port (Apache's error log): read only where the whole is no address itself.
    const colon = value.lastIndexOf(":");
    ip = colon > 1 ? canonicalIp(value.slice(0, colon)) : undefined;
    stated = value.slice(colon + 1);
    if (ip === undefined || !/^\d{1,5}$/.test(stated)) return {};
  }
  const p = port(stated);
  return p === undefined ? { ip } : { ip, port: p };
}

/** An endpoint of the parts that are there, or undefined when none is. An `ip` that is no address becomes `domain`. */
export function endpoint(parts: {
  ip?: string | undefined;
  port?: string | number | undefined;
  bytes?: string | number | undefined;
  packets?: string | number | undefined;
  domain?: string | undefined;
  natIp?: string | undefined;
  natPort?: string | number | undefined;
}): Endpoint | undefined {
  const out: Endpoint = {};
  const stated = text(parts.ip);
  const ip = canonicalIp(stated);
  const domain = text(parts.domain) ?? (ip === undefined ? stated : undefined);
  const p = port(parts.port);
  const bytes = integer(parts.bytes);
  const packets = integer(parts.packets);
  const natIp = canonicalIp(text(parts.natIp));
  const natPort = port(parts.natPort);
  if (ip !== undefined) out.ip = ip;
  if (p !== undefined) out.port = p;
  if (bytes !== undefined) out.bytes = bytes;
  if (packets !== undefined) out.packets = packets;
  if (domain !== undefined) out.domain = domain;
  if (natIp !== undefined || natPort !== undefined)
    out.nat = { ...(natIp === undefined ? {} : { ip: natIp }), ...(natPort === undefined ? {} : { port: natPort }) };
  return Object.keys(out).length > 0 ? out : undefined;
}

/** IANA protocol number to the ECS `network.transport` word; a name passes through in lower case. */
export function transport(value: string | number | undefined): string | undefined {
  if (value === undefined) return undefined;
  const name = String(value).toLowerCase();
  if (name === "" || name === "-") return undefined;
  // A log may say `constructor`.
  return Object.hasOwn(PROTOCOLS, name) ? PROTOCOLS[name] : name;
}

const PROTOCOLS: Readonly<Record<string, string>> = wordTable({
  "1": "icmp",
  "2": "igmp",
  "6": "tcp",
  "17": "udp",
  "41": "ipv6",
  "47": "gre",
  "50": "esp",
  "51": "ah",
  "58": "ipv6-icmp",
  "89": "ospf",
  "132": "sctp",
});

/**
 * HTTP status to outcome, with its reason: 2xx and 3xx established, 401/403/407 and other 4xx/5xx refused (DESIGN: the ladder).
 * `authenticated` is not decided here: a named user on a 2xx is the format's to say.
 */
export function httpOutcome(status: number | undefined): {
  outcome: "established" | "refused" | "unknown";
  outcomeReason?: string;
} {
  if (status === undefined || status < 100 || status > 599) return { outcome: "unknown" };
  return { outcome: status < 400 ? "established" : "refused", outcomeReason: `status ${status}` };
}

/**
 * `key=value key="quoted \"value\"" key='v'` to a record, first value of a repeated key kept. Linear; a line without `=` gives {}.
 * `separator` is what stands between pairs besides white space (`,` or `;` in some dialects).
 */
export function keyValues(line: string, separator = ""): Record<string, string> {
  const out: Record<string, string> = Object.create(null) as Record<string, string>;
  const n = line.length;
  const isGap = (c: number): boolean =>
    c === SPACE || c === TAB || (separator !== "" && separator.includes(String.fromCharCode(c)));
  let i = 0;
  while (i < n) {
    let c = line.charCodeAt(i);
    while (i < n && isGap(c)) c = line.charCodeAt(++i);
    const keyStart = i;
    while (i < n && c !== EQUALS && c !== QUOTE && !isGap(c)) c = line.charCodeAt(++i);
    if (i >= n || c !== EQUALS) {
      // A bare word: not a pair. A quote is stepped over so that the loop always advances.
      if (i === keyStart) i++;
      continue;
    }
    const key = line.slice(keyStart, i);
    c = line.charCodeAt(++i);
    let value: string;
    if (c === QUOTE || c === APOSTROPHE) {
      const quote = c;
      const start = ++i;
      let escaped = false;
      while (i < n && (c = line.charCodeAt(i)) !== quote) {
        if (c === BACKSLASH && i + 1 < n) {
          escaped = true;
          i++;
        }
        i++;
      }
      value = line.slice(start, i++);
      if (escaped) value = value.replace(/\\(["'\\])/g, "$1");
    } else {
      const start = i;
      while (i < n && !isGap(c)) c = line.charCodeAt(++i);
      value = line.slice(start, i);
    }
    // Half the time of `in`: a line has some twenty.
    if (key !== "" && out[key] === undefined) out[key] = value;
  }
  return out;
}

const SPACE = 32;
const TAB = 9;
const QUOTE = 34;
const APOSTROPHE = 39;
const EQUALS = 61;
const BACKSLASH = 92;

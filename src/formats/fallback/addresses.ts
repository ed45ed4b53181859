/** Finds addresses in free text, with the port that stands by them. */
import { canonicalIp } from "../../model/ip.js";
import { port } from "../values.js";

export interface FoundAddress {
  /** Canonical. */
  ip: string;
  port?: number;
  /** Position of the address itself. */
  start: number;
  /** Position after the address, its bracket and its port. */
  end: number;
}

const CANDIDATE = /\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,42}/g;
/** What follows an address: the bracket that closes it, then a port in the notations of `addressAndPort` and in words. */
const PORT =
  /^(?:%[\w.-]{1,16})?\]?(?:(?:[:#(]|\/(?=\d{2,5}\b)|\[|,? ?port[ :=]{1,2}|:port=)(\d{1,5})(?![\w.])[\])]?)?/;
/** More than a line states in earnest: a list of a thousand addresses has no roles. */
const MOST = 64;

function isWord(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

/** Addresses in order, at most 64. Linear: a candidate is at most 47 characters, and each ends the search at its first colon. */
export function findAddresses(text: string): FoundAddress[] {
  const out: FoundAddress[] = [];
  CANDIDATE.lastIndex = 0;
  let afterWord = -1;
  for (let m = CANDIDATE.exec(text); m && out.length < MOST; m = CANDIDATE.exec(text)) {
    const start = m.index;
    const token = m[0];
    const v4 = !token.includes(":");
    let length = token.length;
    // "2001:db8::1: text", "::1."
    if (!v4)
      while (length > 2 && (token[length - 1] === ":" || token[length - 1] === ".") && token[length - 2] !== ":")
        length--;
    const before = start === 0 ? 32 : text.charCodeAt(start - 1);
    const after = start + length < text.length ? text.charCodeAt(start + length) : 32;
    const fifth =
      v4 && after === 46 && isDigit(text.charCodeAt(start + length + 1)) ? dottedPort(text, start, start + length) : 0;
    const whole = v4
      ? !isWord(before) && before !== 46 && !isWord(after) && fifth !== undefined
      : !isWord(before) && (before !== 58 || start === afterWord) && !isWord(after) && before !== 46;
    const ip = whole && length > 2 ? canonicalIp(token.slice(0, length)) : undefined;
    const portless = ip === undefined && whole && !v4 ? ipv6WithPort(token.slice(0, length)) : undefined;
    if (portless) {
      const end = start + length;
      out.push({ ...portless, start, end });
      CANDIDATE.lastIndex = end;
      continue;
    }
    if (ip === undefined) {
      CANDIDATE.lastIndex = v4 ? start + token.length : start + token.indexOf(":") + 1;
      // "IPv6:2001:db8::1": the word ends at the colon, and the address begins after it.
      if (!v4 && isWord(before)) afterWord = CANDIDATE.lastIndex;
      continue;
    }
    if (fifth) {
      const end = start + length + 1 + String(fifth).length;
      out.push({ ip, port: fifth, start, end });
      CANDIDATE.lastIndex = end;
      continue;
    }
    const tail = PORT.exec(text.slice(start + length, start + length + 40));
    const p = port(tail?.[1]);
    const end = start + length + (tail ? tail[0].length : 0);
    out.push(p === undefined ? { ip, start, end } : { ip, port: p, start, end });
    CANDIDATE.lastIndex = end;
  }
  return out;
}

/** `2001:db8::1:50229` and tcpdump's `2001:db8::1.443`: a port that cannot be read as part of the address. */
function ipv6WithPort(token: string): { ip: string; port: number } | undefined {
  const m = /^(.{2,45})[:.](\d{1,5})$/.exec(token);
  const ip = m ? canonicalIp(m[1]) : undefined;
  const p = m ? port(m[2]) : undefined;
  return ip === undefined || p === undefined || !ip.includes(":") ? undefined : { ip, port: p };
}

/** tcpdump's, pf's and argus's `203.0.113.7.443 > `: the port, or undefined when a fifth run makes it something else (an OID, a version). */
function dottedPort(text: string, start: number, end: number): number | undefined {
  const m = /^\.(\d{1,5})(?![\w.]\w?)/.exec(text.slice(end, end + 8));
  const value = m ? port(m[1]) : undefined;
  if (!m || value === undefined) return undefined;
  const after = text.slice(end + m[0].length, end + m[0].length + 24);
  const before = text.slice(Math.max(0, start - 16), start);
  return /^(?: {1,16}(?:[<>]|-{1,2}>)|:)/.test(after) || /[<>] {1,16}$/.test(before) ? value : undefined;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

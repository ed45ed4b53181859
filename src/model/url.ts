/**
 * What a log must hold for a URL: its path and query, in whatever way the log writes them. Both sides are compared decoded, since a
 * client, a proxy and a server each percent-encode as they like (RFC 3986 6.2.2), and JSON writes `\/` and `\u0026`.
 */

import { wordTable } from "./word-table.js";

/** Ports by the scheme of a URL that names none. */
export const DEFAULT_PORTS: Readonly<Record<string, number>> = wordTable({
  http: 80,
  https: 443,
  ws: 80,
  wss: 443,
  ftp: 21,
});

export interface UrlTarget {
  host: string;
  /** As the URL names it; undefined for its scheme's own, where http and https are not told apart. */
  port: number | undefined;
  /** Decoded, with its leading slash and without a trailing one; empty for the root. */
  path: Uint8Array;
  /** Decoded, without the question mark. */
  query: Uint8Array | undefined;
}

const CANONICAL = /^[a-z][a-z0-9+.-]{1,20}:\/\/(\[[0-9a-f:.]{2,45}\]|[^/?#:]{1,253})(?::(\d{1,5}))?([^?#]*)(\?[^#]*)?$/;

/** Of a canonical URL (`Indicator.value`); undefined for anything else. */
export function urlTarget(value: string): UrlTarget | undefined {
  const m = CANONICAL.exec(value);
  if (!m) return undefined;
  return {
    host: m[1]!.replace(/^\[|\]$/g, ""),
    port: m[2] === undefined ? undefined : Number(m[2]),
    path: decoded(m[3]!.endsWith("/") ? m[3]!.slice(0, -1) : m[3]!),
    query: m[4] === undefined || m[4] === "?" ? undefined : decoded(m[4].slice(1)),
  };
}

const PERCENT = 0x25;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const QUESTION = 0x3f;
const PLUS = 0x2b;
const SPACE = 0x20;

function hex(c: number | undefined): number {
  if (c === undefined) return -1;
  if (c >= 0x30 && c <= 0x39) return c - 0x30;
  const letter = c | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** The byte that two hexadecimal digits at `at` write, or -1. */
function hexByte(bytes: Uint8Array, at: number): number {
  const high = hex(bytes[at]);
  const low = hex(bytes[at + 1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function decoded(text: string): Uint8Array {
  const bytes = Buffer.from(text, "utf8");
  const out = Buffer.alloc(bytes.length);
  let n = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] === PERCENT ? hexByte(bytes, i + 1) : -1;
    out[n++] = byte < 0 ? bytes[i]! : byte;
    if (byte >= 0) i += 2;
  }
  return out.subarray(0, n);
}

/** What stands at one place of a line: how many bytes of text, and which byte they write; a longer character's bytes are in `more`. */
interface Read {
  byte: number;
  length: number;
  more: Uint8Array | undefined;
}

const plain = (byte: number, length: number): Read => ({ byte, length, more: undefined });

/** A backslash and what it escapes: `\/`, `\x2f` (nginx, Apache), `\u0026` (JSON). Any other backslash stands for itself. */
function escaped(line: Uint8Array, at: number): Read {
  const c = line[at + 1];
  if (c === SLASH) return plain(SLASH, 2);
  if (c === 0x78) {
    const byte = hexByte(line, at + 2);
    if (byte >= 0) return plain(byte, 4);
  }
  if (c === 0x75) {
    const unit = codeUnit(line, at);
    if (unit >= 0 && unit < 0x80) return plain(unit, 6);
    if (unit >= 0xd800 && unit < 0xdc00) {
      const low = line[at + 6] === BACKSLASH && line[at + 7] === 0x75 ? codeUnit(line, at + 6) : -1;
      if (low >= 0xdc00 && low < 0xe000) return longer(String.fromCharCode(unit, low), 12);
    } else if (unit >= 0) return longer(String.fromCharCode(unit), 6);
  }
  return plain(BACKSLASH, 1);
}

function codeUnit(line: Uint8Array, at: number): number {
  const high = hexByte(line, at + 2);
  const low = hexByte(line, at + 4);
  return high < 0 || low < 0 ? -1 : high * 256 + low;
}

function longer(character: string, length: number): Read {
  const more = Buffer.from(character, "utf8");
  return { byte: more[0]!, length, more };
}

/** Where `target` ends when it stands at `at`, or -1. */
function textEnd(line: Uint8Array, at: number, target: Uint8Array): number {
  let p = at;
  for (let i = 0; i < target.length;) {
    const c = line[p];
    const wanted = target[i]!;
    if (c === undefined) return -1;
    if (c === BACKSLASH) {
      const read = escaped(line, p);
      for (const byte of read.more ?? [read.byte]) if (byte !== target[i++]) return -1;
      p += read.length;
      continue;
    }
    const byte = c === PERCENT ? hexByte(line, p + 1) : -1;
    if (byte >= 0) {
      if (byte !== wanted) return -1;
      p += 3;
    } else {
      // IIS writes a blank as `+`.
      if (c !== wanted && !(c === PLUS && wanted === SPACE)) return -1;
      p++;
    }
    i++;
  }
  return p;
}

/** Characters that end a URL in a log: quotes, brackets, the separators of fields, of query parameters and of the fragment. */
const ENDS = new Set([...`"'<>|,;)]}^\`#&`].map((c) => c.charCodeAt(0)));
/** The same as ends of a URL that stands encoded within another's query. */
const ENCODED_ENDS = new Set([...`?&#"'<> `].map((c) => c.charCodeAt(0)));

function endsAt(line: Uint8Array, at: number, nested: boolean): boolean {
  const c = line[at];
  if (c === undefined || c <= SPACE || c === 0x7f || ENDS.has(c)) return true;
  if (c === BACKSLASH) return escaped(line, at).byte !== SLASH;
  if (c === PERCENT) return nested && ENCODED_ENDS.has(hexByte(line, at + 1));
  // A sentence's full stop, or the colon of `Get http://…: timeout`.
  if (c === 0x2e || c === 0x3a) return line[at + 1] === undefined || line[at + 1]! <= SPACE || line[at + 1] === 0x22;
  return false;
}

/** Bytes of a target's path that tell most paths apart. */
const KEY_BYTES = 8;

/** The beginning of a path as it stands in a line, decoded: what `keyOf` gives for every target that may stand there. */
export function keyAt(line: Uint8Array, at: number): string {
  let key = "";
  for (let p = at; key.length < KEY_BYTES && p < line.length;) {
    const c = line[p]!;
    const byte = c === PERCENT ? hexByte(line, p + 1) : -1;
    if (byte >= 0) {
      key += keyCharacter(byte);
      p += 3;
    } else if (c === BACKSLASH) {
      const read = escaped(line, p);
      for (const part of read.more ?? [read.byte]) key += keyCharacter(part);
      p += read.length;
    } else {
      key += keyCharacter(c);
      p++;
    }
  }
  return key.slice(0, KEY_BYTES);
}

/** Undefined for a path too short to have a key. */
export function keyOf({ path }: UrlTarget): string | undefined {
  return path.length < KEY_BYTES ? undefined : Array.from(path.subarray(0, KEY_BYTES), keyCharacter).join("");
}

function keyCharacter(byte: number): string {
  return byte === SPACE ? "+" : String.fromCharCode(byte);
}

/** Behind a slash at `at`, however it is written; -1 when none stands there. */
function behind(line: Uint8Array, at: number, byte: number): number {
  const c = line[at];
  if (c === byte) return at + 1;
  if (c === PERCENT) return hexByte(line, at + 1) === byte ? at + 3 : -1;
  if (c !== BACKSLASH) return -1;
  const read = escaped(line, at);
  return read.byte === byte && read.more === undefined ? at + read.length : -1;
}

/** True when a path or a query begins at `at`. */
export function beginsTarget(line: Uint8Array, at: number): boolean {
  return behind(line, at, SLASH) >= 0 || behind(line, at, QUESTION) >= 0;
}

/**
 * True when the path, and the query if there is one, stand at `at` as a whole: `/a` in `/a`, `/a/`, `/a?x=1`, not in `/ab` or `/a/b`.
 * A query may stand in a field of its own. A path that ends in a bare `?` has lost its query on the way to the log (Squid's
 * `strip_query_terms`, on by default).
 */
export function holdsTarget(line: Uint8Array, at: number, target: UrlTarget): boolean {
  const nested = line[at] === PERCENT;
  const end = textEnd(line, at, target.path);
  if (end < 0) return false;
  const slashed = behind(line, end, SLASH);
  for (const p of slashed < 0 ? [end] : [end, slashed]) {
    const query = behind(line, p, QUESTION);
    if (query >= 0 && (nested || line[p] !== PERCENT)) {
      if (target.query === undefined || endsAt(line, query, nested)) return true;
      const last = textEnd(line, query, target.query);
      if (last >= 0 && endsAt(line, last, nested)) return true;
    } else if (endsAt(line, p, nested)) {
      // The root needs its slash: an empty path ends anywhere.
      if (target.query === undefined || (p > at && queryField(line, target.query))) return true;
    }
  }
  return false;
}

/** The query as a field of its own: `/gate.php id=1` (IIS), `"query":"?id=1"`. */
function queryField(line: Uint8Array, query: Uint8Array): boolean {
  for (let at = 0; at < line.length; at++) {
    if (!startsField(line, at)) continue;
    const from = line[at] === QUESTION ? at + 1 : at;
    const end = textEnd(line, from, query);
    if (end >= 0 && endsAt(line, end, false)) return true;
  }
  return false;
}

/** Characters that may stand right before a field. */
const BEFORE = new Set([..."\"'=,|;:([{<>`"].map((c) => c.charCodeAt(0)));

function startsField(line: Uint8Array, at: number): boolean {
  const before = line[at - 1];
  if (before === undefined || before <= SPACE || BEFORE.has(before)) return true;
  // `\t`, `\n`, `\r`
  return (before === 0x74 || before === 0x6e || before === 0x72) && line[at - 2] === BACKSLASH;
}

/** Where paths stand as fields of their own: a slash after a separator, and no `//`. */
export function pathFields(line: Uint8Array): number[] {
  const out: number[] = [];
  for (let at = 0; at < line.length; at++) {
    const c = line[at];
    if (c !== SLASH && !(c === BACKSLASH && line[at + 1] === SLASH)) continue;
    if (!startsField(line, at)) continue;
    const next = at + (c === SLASH ? 1 : 2);
    if (behind(line, next, SLASH) < 0) out.push(at);
  }
  return out;
}

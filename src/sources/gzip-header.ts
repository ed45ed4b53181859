/** The header of a gzip member (RFC 1952 2.3), read from a cursor; its length is the adversary's choice, so it is never held. */
import { crc32 } from "node:zlib";
import type { ByteCursor } from "./byte-cursor.js";

const FHCRC = 0x02;
const FEXTRA = 0x04;
const FNAME = 0x08;
const FCOMMENT = 0x10;
const RESERVED = 0xe0;

export type GzipHeader =
  | {
      kind: "member";
      /** Epoch seconds; 0 when not said. */ mtime: number;
      /** False when FHCRC does not match. */ crcMatches: boolean;
    }
  | { kind: "truncated" }
  | { kind: "invalid"; reason: string };

/** Consumes header bytes and keeps their CRC-32, whose low half is FHCRC. */
class HeaderBytes {
  crc = 0;
  readonly #cursor: ByteCursor;

  constructor(cursor: ByteCursor) {
    this.#cursor = cursor;
  }

  consume(bytes: Uint8Array): void {
    this.crc = crc32(bytes, this.crc);
    this.#cursor.moveTo(this.#cursor.position + bytes.length);
  }

  /** Skips `count` bytes; false when the input ends before. */
  async skip(count: number): Promise<boolean> {
    let left = count;
    while (left > 0) {
      const bytes = await this.#cursor.from(this.#cursor.position);
      if (bytes.length === 0) return false;
      const part = bytes.subarray(0, left);
      this.consume(part);
      left -= part.length;
    }
    return true;
  }

  /** Skips a zero-terminated text. */
  async skipText(): Promise<boolean> {
    for (;;) {
      const bytes = await this.#cursor.from(this.#cursor.position);
      if (bytes.length === 0) return false;
      const zero = bytes.indexOf(0);
      this.consume(zero < 0 ? bytes : bytes.subarray(0, zero + 1));
      if (zero >= 0) return true;
    }
  }
}

/** True when `bytes` (a stream's next three, fewer at its end) may begin a member. */
export function beginsMember(bytes: Uint8Array): boolean {
  if (bytes.length === 0 || bytes[0] !== 0x1f) return false;
  return bytes.length === 1 || (bytes[1] === 0x8b && (bytes.length === 2 || bytes[2] === 8));
}

/** Reads one header; the cursor then stands at the deflate stream. */
export async function readGzipHeader(cursor: ByteCursor): Promise<GzipHeader> {
  const fixed = await cursor.peek(10);
  if (!beginsMember(fixed.subarray(0, 3))) return { kind: "invalid", reason: "no gzip member begins here" };
  if (fixed.length < 10) return { kind: "truncated" };
  const view = new DataView(fixed.buffer, fixed.byteOffset, fixed.byteLength);
  const flags = view.getUint8(3);
  if ((flags & RESERVED) !== 0) return { kind: "invalid", reason: "the member's header has reserved flags set" };
  const mtime = view.getUint32(4, true);
  const header = new HeaderBytes(cursor);
  header.consume(fixed);
  if ((flags & FEXTRA) !== 0) {
    const length = await cursor.peek(2);
    if (length.length < 2) return { kind: "truncated" };
    header.consume(length);
    if (!(await header.skip((length[0] ?? 0) + 256 * (length[1] ?? 0)))) return { kind: "truncated" };
  }
  if ((flags & FNAME) !== 0 && !(await header.skipText())) return { kind: "truncated" };
  if ((flags & FCOMMENT) !== 0 && !(await header.skipText())) return { kind: "truncated" };
  let crcMatches = true;
  if ((flags & FHCRC) !== 0) {
    const stored = await cursor.peek(2);
    if (stored.length < 2) return { kind: "truncated" };
    crcMatches = (header.crc & 0xffff) === (stored[0] ?? 0) + 256 * (stored[1] ?? 0);
    header.consume(stored);
  }
  return { kind: "member", mtime, crcMatches };
}

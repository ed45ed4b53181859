/** The contract of a compression format that is read as one stream of bytes. One format, one file, listed in `index.ts`. */
import type { ErrorCode } from "../../model/errors.js";
import type { ByteCursor } from "../byte-cursor.js";
import type { StreamContainer } from "../source.js";

/**
 * Yields decompressed bytes in pieces of a few MiB at the most, and throws a DecodeError for what is wrong, after all that could be read
 * before it. A piece must not be changed until the next is asked for.
 */
export type Decode = (stored: ByteCursor, keep?: Keep) => AsyncGenerator<Uint8Array, void>;

/** Copies what a codec is about to overwrite, and returns what is to be yielded for it. A codec need not ask. */
export type Keep = (bytes: Uint8Array) => Uint8Array;

export interface Codec {
  readonly id: StreamContainer;
  readonly decode: Decode;
}

/** Why decompression ended before the end. */
export class DecodeError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    /** In the codec's input, bytes. */
    readonly offset: number,
  ) {
    super(message);
    this.name = "DecodeError";
  }

  /** What a library threw. */
  static of(error: unknown, code: ErrorCode, offset: number): DecodeError {
    return new DecodeError(code, error instanceof Error ? error.message : String(error), offset);
  }
}

/** Exactly `count` bytes from the cursor, which is moved past them; throws `decompress-truncated` when the input ends within. */
export async function take(stored: ByteCursor, count: number, what: string): Promise<Uint8Array> {
  const bytes = await stored.peek(count);
  if (bytes.length < count)
    throw new DecodeError("decompress-truncated", `the file ends inside ${what}`, stored.position + bytes.length);
  stored.moveTo(stored.position + count);
  return bytes;
}

export function u32(bytes: Uint8Array, at = 0): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/** True when only zero bytes are left: padding of tapes and block devices. Consumes them. */
export async function onlyZerosFollow(stored: ByteCursor): Promise<boolean> {
  for (;;) {
    const bytes = await stored.from(stored.position);
    if (bytes.length === 0) return true;
    const end = bytes.findIndex((byte) => byte !== 0);
    if (end >= 0) return false;
    stored.moveTo(stored.position + bytes.length);
  }
}

/** A skippable frame, 0x184D2A50 to 0x184D2A5F (RFC 8878 3.1.2), which LZ4 has as well. */
export function isSkippable(magic: number): boolean {
  return (magic & 0xfffffff0) >>> 0 === 0x184d2a50;
}

/** The cursor stands at its magic number. */
export async function skipFrame(stored: ByteCursor): Promise<void> {
  for (let left = u32(await take(stored, 8, "a skippable frame"), 4); left > 0;) {
    const bytes = await stored.from(stored.position);
    if (bytes.length === 0)
      throw new DecodeError("decompress-truncated", "the file ends inside a skippable frame", stored.position);
    const step = Math.min(left, bytes.length);
    stored.moveTo(stored.position + step);
    left -= step;
  }
}

/**
 * bzip2: every stream of the file, block checksums verified, by unbzip2-stream. Slow (some 16 MB/s): the format is. The package's own loop
 * decodes all the input it holds at once, gigabytes for a bomb of a kilobyte, so its functions are called from here, a block at a time.
 */
import bitIterator, { type BitReader } from "unbzip2-stream/lib/bit_iterator.js";
import bzip2Blocks from "unbzip2-stream/lib/bzip2.js";
import type { ByteCursor } from "../byte-cursor.js";
import { DecodeError, type Codec } from "./codec.js";

/** Symbols of a block, a level. */
const LEVEL = 100_000;
/** A block's tables, and 20 bits for each symbol, the longest code there is: its length in the file, bytes, at the most. */
const mostStored = (level: number): number => 30_000 + (level * LEVEL * 20) / 8;
const PIECE = 2 ** 21;

class Truncated extends Error {}

/** What is read ahead for the decoder, which cannot wait. */
class Stored {
  #pieces: Uint8Array[] = [];
  #bits: BitReader | undefined;
  #length = 0;
  ended = false;

  constructor(readonly cursor: ByteCursor) {}

  get left(): number {
    return this.#length - (this.#bits?.bytesRead ?? 0);
  }

  get bits(): BitReader {
    return (this.#bits ??= bitIterator(() => {
      const piece = this.#pieces.shift();
      if (piece) return piece;
      throw new Truncated("its bytes end");
    }));
  }

  /** Until `count` bytes are there, or all that is. */
  async ahead(count: number): Promise<void> {
    while (!this.ended && this.left < count) {
      const bytes = await this.cursor.from(this.cursor.position);
      this.ended = bytes.length === 0;
      if (this.ended) return;
      this.#pieces.push(new Uint8Array(bytes));
      this.#length += bytes.length;
      this.cursor.moveTo(this.cursor.position + bytes.length);
    }
  }
}

/** A block's bytes. Five symbols may stand for a run of 259 of them, so a block for 46 MB. */
class Output {
  #bytes = new Uint8Array(PIECE);
  #length = 0;

  readonly write = (byte: number): void => {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = byte;
  };

  *pieces(): Generator<Uint8Array, void> {
    for (let at = 0; at < this.#length; at += PIECE) yield this.#bytes.subarray(at, Math.min(at + PIECE, this.#length));
    this.#length = 0;
  }
}

async function* decode(cursor: ByteCursor): AsyncGenerator<Uint8Array, void> {
  const stored = new Stored(cursor);
  const output = new Output();
  /** Undefined between streams. */
  let level: number | undefined;
  let checksum = 0;
  let streams = 0;
  let work = new Int32Array();
  for (;;) {
    await stored.ahead(mostStored(level ?? 0));
    if (level === undefined && stored.left === 0) return;
    try {
      if (level === undefined) {
        level = bzip2Blocks.header(stored.bits);
        checksum = 0;
        streams++;
        if (work.length < level * LEVEL) work = new Int32Array(level * LEVEL);
        continue;
      }
      const next = bzip2Blocks.decompress(stored.bits, output.write, work, level * LEVEL, checksum);
      if (next === null) level = undefined;
      else checksum = next;
    } catch (error) {
      throw failure(error, { isBetween: level === undefined && streams > 0, stored });
    }
    yield* output.pieces();
  }
}

function failure(error: unknown, { isBetween, stored }: { isBetween: boolean; stored: Stored }): DecodeError {
  const offset = stored.cursor.position - stored.left;
  if (isBetween)
    return new DecodeError("decompress-trailing", "bytes that are no bzip2 stream follow the last one", offset);
  // Not ended: tables of endless length, which no valid block has.
  if (error instanceof Truncated && stored.ended)
    return new DecodeError("decompress-truncated", "the file ends inside a bzip2 stream", offset);
  const said = error instanceof Error ? error.message : String(error);
  return new DecodeError("decompress-corrupt", `a bzip2 stream is damaged (${said})`, offset);
}

export const bzip2: Codec = { id: "bzip2", decode };

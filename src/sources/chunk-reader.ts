/** Chunks that are made as they are asked for, as a reader with the limits and errors that every reader has. */
import type { SourceError } from "../model/coverage.js";
import { ByteCursor } from "./byte-cursor.js";
import { DecodeError, type Codec } from "./codecs/codec.js";
import { expansionLimit } from "./expansion.js";
import { BLOCK } from "./codecs/block.js";
import type { ByteReader, Container, Encoding } from "./source.js";
import { systemError } from "./system-error.js";

const NOTHING = new Uint8Array(0);

export interface ChunkSource {
  /** What the chunks come out of. */
  container: Container;
  chunks: AsyncGenerator<Uint8Array, void>;
  /** Where the stored bytes come from: its position and errors count as the reader's own. */
  stored: Pick<ByteReader, "consumed" | "errors">;
  /** Decompressed bytes after which reading stops; by default DEFAULT_EXPANSION (expansion.ts). */
  maxExpandedBytes?: number | undefined;
  /** What the stored bytes were taken out of, as ` (inside gzip)`; empty for the file itself, whose offsets are worth telling. */
  inside: string;
  /** Frees the chunks and what is below; called once. */
  close(): Promise<void>;
}

export class ChunkReader implements ByteReader {
  readonly encoding: Encoding = "utf-8";
  readonly #source: ChunkSource;
  readonly #errors: SourceError[] = [];
  #rest: Uint8Array = NOTHING;
  #total = 0;
  #ended = false;
  #open = true;

  constructor(source: ChunkSource) {
    this.#source = source;
  }

  get container(): Container {
    return this.#source.container;
  }

  get errors(): readonly SourceError[] {
    return [...this.#source.stored.errors, ...this.#errors];
  }

  get consumed(): number {
    return this.#source.stored.consumed;
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#rest.length === 0 && !this.#ended) await this.#next();
    const taken = this.#rest.subarray(0, into.length);
    into.set(taken);
    this.#rest = this.#rest.subarray(taken.length);
    return taken.length;
  }

  originalOffset(position: number): number {
    return position;
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#ended = true;
    this.#rest = NOTHING;
    await this.#source.close();
  }

  async #next(): Promise<void> {
    // The chunk's memory may be taken back for the next one.
    this.#rest = NOTHING;
    try {
      const { done, value } = await this.#source.chunks.next();
      if (done === true) this.#ended = true;
      else this.#deliver(value);
    } catch (error) {
      this.#ended = true;
      this.#errors.push(this.#described(error));
    }
  }

  #deliver(chunk: Uint8Array): void {
    const { maxExpandedBytes, inside } = this.#source;
    const room = expansionLimit(maxExpandedBytes, this.consumed) - this.#total;
    this.#rest = chunk.length <= room ? chunk : chunk.subarray(0, Math.max(0, room));
    this.#total += this.#rest.length;
    if (this.#rest.length === chunk.length) return;
    this.#ended = true;
    const message = `stopped after ${this.#total} decompressed bytes${inside}`;
    this.#errors.push({ code: "expansion-limit", message, offset: this.consumed });
  }

  #described(error: unknown): SourceError {
    if (!(error instanceof DecodeError)) return systemError(error, this.consumed);
    const { code, message, offset } = error;
    const { inside } = this.#source;
    return inside === "" ? { code, message, offset } : { code, message: `${message}${inside}` };
  }
}

/** What a codec makes of `stored`, which it takes ownership of. */
export function decodingReader(
  stored: ByteReader,
  codec: Codec,
  options: { maxExpandedBytes?: number | undefined; inside: string },
): ChunkReader {
  const chunks = codec.decode(new ByteCursor(stored, { blockSize: BLOCK }));
  // First what a read may be waiting for: a pipe that gives nothing.
  const close = async (): Promise<void> => {
    await stored.close();
    await chunks.return().catch(() => undefined);
  };
  return new ChunkReader({ container: codec.id, chunks, stored, ...options, close });
}

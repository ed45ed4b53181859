/** A forward cursor over a reader's bytes that may look ahead of its position by whole blocks. */
import type { ByteReader } from "./source.js";

interface Block {
  start: number;
  data: Uint8Array;
}

const FIRST_BLOCK = 16 * 1024;
const NOTHING = new Uint8Array(0);

export class ByteCursor {
  /** Offset of the next byte, in the reader's bytes. */
  position: number;
  readonly #reader: ByteReader;
  readonly #maxBlock: number;
  /** Doubles up to the largest: thousands of small files must not leave large buffers to the collector. */
  #blockSize = FIRST_BLOCK;
  /** Unconsumed blocks, adjoining, the first holding `position`. */
  #blocks: Block[] = [];
  #readTo: number;
  #ended = false;

  constructor(reader: ByteReader, options: { start?: number; blockSize: number }) {
    this.#reader = reader;
    this.#maxBlock = options.blockSize;
    this.position = options.start ?? 0;
    this.#readTo = this.position;
  }

  /** The buffered bytes from `offset` (not before `position`) to the end of their block; empty at the end of input. */
  async from(offset: number): Promise<Uint8Array> {
    while (offset >= this.#readTo && !this.#ended) await this.#readBlock();
    return this.buffered(offset);
  }

  /** As `from`, without reading: empty when nothing is buffered there. */
  buffered(offset: number): Uint8Array {
    for (const block of this.#blocks)
      if (offset >= block.start && offset < block.start + block.data.length)
        return block.data.subarray(offset - block.start);
    return NOTHING;
  }

  /** Consumes up to `offset`. Blocks still held by someone else (a write under way) stay alive with them. */
  moveTo(offset: number): void {
    this.position = offset;
    let done = 0;
    for (const block of this.#blocks) {
      if (block.start + block.data.length > offset) break;
      done++;
    }
    if (done > 0) this.#blocks.splice(0, done);
  }

  /** Looks at `count` (a few) bytes from `position`; fewer at the end of input. */
  async peek(count: number): Promise<Uint8Array> {
    const first = await this.from(this.position);
    if (first.length >= count) return first.subarray(0, count);
    const out = new Uint8Array(count);
    out.set(first);
    let filled = first.length;
    while (filled < count) {
      const more = await this.from(this.position + filled);
      if (more.length === 0) break;
      const part = more.subarray(0, count - filled);
      out.set(part, filled);
      filled += part.length;
    }
    return out.subarray(0, filled);
  }

  async #readBlock(): Promise<void> {
    // A fresh block each time: zlib's thread may still be reading the last one.
    const data = new Uint8Array(this.#blockSize);
    const got = await this.#reader.read(data);
    if (got === 0) {
      this.#ended = true;
      return;
    }
    // A short read keeps a small block, so that many short reads do not hold many large buffers.
    this.#blocks.push({
      start: this.#readTo,
      data: got < this.#blockSize / 2 ? data.slice(0, got) : data.subarray(0, got),
    });
    this.#readTo += got;
    this.#blockSize = Math.min(this.#blockSize * 2, this.#maxBlock);
  }
}

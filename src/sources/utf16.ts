/** UTF-16 to UTF-8, with the way back from a position in the UTF-8 to the byte it came from. */
import { TextDecoder, TextEncoder } from "node:util";
import type { SourceError } from "../model/coverage.js";
import type { ByteReader, Container, Encoding } from "./source.js";
import { readHead } from "./stored.js";

const BLOCK = 64 * 1024;

/** A transcoded block. Every UTF-16 code unit is two bytes of the original, a lone surrogate (now U+FFFD) included. */
interface Block {
  utf8Start: number;
  /** In code units. */
  unitStart: number;
  units: number;
  bytes: Uint8Array;
}

export class Utf16Reader implements ByteReader {
  readonly encoding: Encoding;
  readonly #inner: ByteReader;
  readonly #window: number;
  readonly #decoder: TextDecoder;
  readonly #encoder = new TextEncoder();
  /** Recent blocks, the last `window` bytes handed over at least. */
  #blocks: Block[] = [];
  #pending: Uint8Array = new Uint8Array(0);
  #utf8Total = 0;
  #unitTotal = 0;
  #innerTotal = 0;
  #ended = false;
  /** Where the last question ended: questions mostly ascend, so a block is counted through once. */
  #memo = { block: -1, position: 0, units: 0 };

  /** `window`: how far back of the end of what was handed over `originalOffset` still answers, in bytes. */
  constructor(inner: ByteReader, encoding: "utf-16le" | "utf-16be", window: number) {
    this.#inner = inner;
    this.encoding = encoding;
    this.#window = window;
    // The byte order mark is passed on, as it is for UTF-8: position 0 stays offset 0.
    this.#decoder = new TextDecoder(encoding, { ignoreBOM: true });
  }

  get container(): Container {
    return this.#inner.container;
  }
  get errors(): readonly SourceError[] {
    return this.#inner.errors;
  }
  get consumed(): number {
    return this.#inner.consumed;
  }
  get innerTimeMs(): number | undefined {
    return this.#inner.innerTimeMs;
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#pending.length === 0 && !this.#ended) await this.#next();
    const taken = this.#pending.subarray(0, into.length);
    into.set(taken);
    this.#pending = this.#pending.subarray(taken.length);
    return taken.length;
  }

  originalOffset(position: number): number {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#blocks[middle]?.utf8Start ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    const block = this.#blocks[low];
    if (!block) return 0;
    const units = block.unitStart + this.#unitsBefore(block, position - block.utf8Start);
    // A last odd byte became one U+FFFD.
    return Math.min(units * 2, this.#innerTotal);
  }

  close(): Promise<void> {
    this.#ended = true;
    return this.#inner.close();
  }

  #unitsBefore(block: Block, position: number): number {
    if (block.units === block.bytes.length) return Math.min(position, block.units);
    const memo = this.#memo;
    if (memo.block !== block.utf8Start || memo.position > position)
      this.#memo = { block: block.utf8Start, position: 0, units: 0 };
    let { units } = this.#memo;
    for (let i = this.#memo.position; i < position && i < block.bytes.length; i++) {
      const byte = block.bytes[i] ?? 0;
      // One code unit for every lead byte, two for a four-byte sequence.
      if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
    }
    this.#memo = { block: block.utf8Start, position, units };
    return units;
  }

  async #next(): Promise<void> {
    const read = await readHead(this.#inner, BLOCK);
    if (this.#ended) return;
    this.#innerTotal += read.length;
    const last = read.length < BLOCK;
    const text = this.#decoder.decode(read, { stream: !last });
    if (last) this.#ended = true;
    if (text.length === 0) return;
    const bytes = this.#encoder.encode(text);
    this.#blocks.push({ utf8Start: this.#utf8Total, unitStart: this.#unitTotal, units: text.length, bytes });
    this.#pending = bytes;
    this.#utf8Total += bytes.length;
    this.#unitTotal += text.length;
    // The new block is not handed over yet, so the window is measured from its start.
    let done = 0;
    for (const block of this.#blocks) {
      if (block.utf8Start + block.bytes.length > this.#utf8Total - bytes.length - this.#window) break;
      done++;
    }
    if (done > 0) this.#blocks.splice(0, done);
  }
}

/** Goes forward through a log's decoded text to given places: the line there, its neighbours, its number. Memory is bounded. */
import type { ByteReader } from "./source.js";

const CAPACITY = 2 * 1024 * 1024;
/** Kept before a place, for the lines that stand there. */
const BEHIND = 128 * 1024;
/** Read after a place, for its line and those that follow. */
const AHEAD = 512 * 1024;
const NEWLINE = 10;

export class LineWindow {
  readonly #reader: ByteReader;
  readonly #buffer = Buffer.allocUnsafeSlow(CAPACITY);
  #filled = 0;
  /** Position in the decoded stream of the buffer's first byte. */
  #base: number;
  #atEnd = false;
  /** Index of the place in the buffer. */
  #at = 0;
  /** Newlines before the index `#counted`. */
  #newlines = 0;
  #counted = 0;

  /** @param start position in the decoded stream of the first byte that the reader gives; numbers are then counted from there */
  constructor(reader: ByteReader, start = 0) {
    this.#reader = reader;
    this.#base = start;
  }

  /** Goes to an offset as sightings give it (in the stream's own encoding), not before the last one. False: the text ends before it. */
  async seek(offset: number): Promise<boolean> {
    while (!this.#atEnd && this.#reader.originalOffset(this.#base + this.#filled) <= offset)
      await this.#advance(this.#filled);
    this.#at = this.#indexOf(offset);
    if (this.#filled - this.#at < AHEAD) await this.#advance(this.#at);
    return this.#at < this.#filled;
  }

  /** Position of the place in the decoded stream. */
  get position(): number {
    return this.#base + this.#at;
  }

  get atLineStart(): boolean {
    return this.#at === 0 ? this.#base === 0 : this.#buffer[this.#at - 1] === NEWLINE;
  }

  /** Number of the line at the place, from 1 where the reader began. */
  get number(): number {
    this.#count(this.#at);
    return this.#newlines + 1;
  }

  /** The bytes from the place to the end of its line; undefined when the window does not hold them all. Valid until the next call. */
  get line(): Buffer | undefined {
    const end = this.#lineEnd(this.#at);
    return end < 0 && !this.#atEnd ? undefined : this.#buffer.subarray(this.#at, end < 0 ? this.#filled : end);
  }

  /** The lines before the place that the window holds whole, at most `count`. */
  before(count: number): Buffer[] {
    const lines: Buffer[] = [];
    for (let end = this.#at - 1; end >= 0 && lines.length < count;) {
      const newline = end === 0 ? -1 : this.#buffer.lastIndexOf(NEWLINE, end - 1);
      if (newline < 0 && this.#base > 0) break;
      lines.unshift(this.#buffer.subarray(newline + 1, end));
      end = newline;
    }
    return lines;
  }

  /** The lines after the one at the place that the window holds whole, at most `count`. */
  after(count: number): Buffer[] {
    const lines: Buffer[] = [];
    for (let end = this.#lineEnd(this.#at); end >= 0 && end + 1 < this.#filled && lines.length < count;) {
      const start = end + 1;
      end = this.#lineEnd(start);
      if (end < 0 && !this.#atEnd) break;
      lines.push(this.#buffer.subarray(start, end < 0 ? this.#filled : end));
    }
    return lines;
  }

  /** A line of any length, in pieces that overlap by so many bytes. The place goes forward with them. */
  async *pieces(overlap: number): AsyncGenerator<Buffer> {
    for (;;) {
      const end = this.#lineEnd(this.#at);
      const stop = end < 0 ? this.#filled : end;
      yield this.#buffer.subarray(this.#at, stop);
      if (end >= 0 || this.#atEnd) return;
      this.#at = Math.max(this.#at, stop - overlap);
      await this.#advance(this.#at);
    }
  }

  #lineEnd(from: number): number {
    return this.#buffer.subarray(0, this.#filled).indexOf(NEWLINE, from);
  }

  /** The first index that stands at the offset or after it. */
  #indexOf(offset: number): number {
    let low = 0;
    let high = this.#filled;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#reader.originalOffset(this.#base + middle) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Lets go of what lies far before an index, and reads on. */
  async #advance(index: number): Promise<void> {
    const gone = Math.max(0, index - BEHIND);
    this.#count(gone);
    this.#buffer.copyWithin(0, gone, this.#filled);
    this.#base += gone;
    this.#filled -= gone;
    this.#at -= gone;
    this.#counted -= gone;
    while (this.#filled < CAPACITY && !this.#atEnd) {
      const got = await this.#reader.read(this.#buffer.subarray(this.#filled));
      this.#filled += got;
      this.#atEnd = got === 0;
    }
  }

  #count(index: number): void {
    for (; this.#counted < index; this.#counted++) if (this.#buffer[this.#counted] === NEWLINE) this.#newlines++;
  }
}

/** Readers of bytes as they are stored: a file on disk, a pipe, nothing at all; and a reader whose head was looked at. */
import { closeSync, fstatSync, readSync } from "node:fs";
import type { Readable } from "node:stream";
import type { SourceError } from "../model/coverage.js";
import type { ByteReader, Container, Encoding } from "./source.js";
import { errnoOf, systemError } from "./system-error.js";

/**
 * A range of a seekable file, read straight into the target. It ends where the file ended when it was opened: what a
 * live log gains meanwhile is not part of this reading, and a file that is shorter by then is reported.
 */
export class FileReader implements ByteReader {
  readonly container: Container = "plain";
  readonly encoding: Encoding = "utf-8";
  readonly errors: SourceError[] = [];
  readonly #fd: number;
  readonly #start: number;
  readonly #end: number;
  #position: number;
  #open = true;
  #ended = false;

  /** Takes ownership of the descriptor. `expected`: bytes the file had when it was found; 0 when unknown. */
  constructor(fd: number, options: { start?: number | undefined; end?: number | undefined; expected?: number }) {
    this.#fd = fd;
    this.#start = options.start ?? 0;
    this.#position = this.#start;
    let size = 0;
    try {
      size = fstatSync(fd).size;
    } catch (error) {
      this.#fail(systemError(error));
    }
    // Files of /proc say 0 and hold something: such a file is read until it ends.
    this.#end =
      options.end ?? (size > 0 || (options.expected ?? 0) > 0 ? Math.max(size, options.expected ?? 0) : Infinity);
  }

  get consumed(): number {
    return this.#position - this.#start;
  }

  read(into: Uint8Array): number {
    let filled = 0;
    while (filled < into.length && !this.#ended) {
      const want = Math.min(into.length - filled, this.#end - this.#position);
      if (want <= 0) {
        this.#ended = true;
        break;
      }
      let got: number;
      try {
        got = readSync(this.#fd, into, filled, want, this.#position);
      } catch (error) {
        if (errnoOf(error) === "EINTR") continue;
        this.#fail(systemError(error, this.#position));
        break;
      }
      if (got === 0) {
        this.#ended = true;
        if (Number.isFinite(this.#end))
          this.errors.push({
            code: "file-changed",
            message: `ended at byte ${this.#position} of ${this.#end}: it was cut while it was read`,
            offset: this.#position,
          });
        break;
      }
      filled += got;
      this.#position += got;
    }
    return filled;
  }

  originalOffset(position: number): number {
    return position;
  }

  close(): Promise<void> {
    if (this.#open) {
      this.#open = false;
      this.#ended = true;
      try {
        closeSync(this.#fd);
      } catch {
        // The bytes were read; a failing close of a read-only descriptor loses none.
      }
    }
    return Promise.resolve();
  }

  #fail(error: SourceError): void {
    this.#ended = true;
    this.errors.push(error);
  }
}

/** A pipe or standard input: read once, in order, as it comes. */
export class StreamReader implements ByteReader {
  readonly container: Container = "plain";
  readonly encoding: Encoding = "utf-8";
  readonly errors: SourceError[] = [];
  consumed = 0;
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<unknown>;
  #rest: Uint8Array = new Uint8Array(0);
  #ended = false;

  constructor(stream: Readable) {
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#rest.length === 0 && !this.#ended) await this.#next();
    const taken = this.#rest.subarray(0, into.length);
    into.set(taken);
    this.#rest = this.#rest.subarray(taken.length);
    this.consumed += taken.length;
    return taken.length;
  }

  originalOffset(position: number): number {
    return position;
  }

  close(): Promise<void> {
    this.#ended = true;
    this.#stream.destroy();
    return Promise.resolve();
  }

  async #next(): Promise<void> {
    try {
      const next = await this.#chunks.next();
      if (next.done === true) this.#ended = true;
      else if (next.value instanceof Uint8Array) this.#rest = next.value;
    } catch (error) {
      // A read that close() cut short is no loss to report.
      if (!this.#ended) this.errors.push(systemError(error, this.consumed));
      this.#ended = true;
    }
  }
}

/** Nothing to read, and why. */
export class FailedReader implements ByteReader {
  readonly encoding: Encoding = "utf-8";
  readonly errors: readonly SourceError[];
  readonly consumed = 0;

  constructor(
    errors: readonly SourceError[],
    readonly container: Container = "plain",
  ) {
    this.errors = errors;
  }

  read(): number {
    return 0;
  }

  originalOffset(position: number): number {
    return position;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Gives back a head that was read to be looked at, then the rest. */
export class HeadReader implements ByteReader {
  readonly #inner: ByteReader;
  #head: Uint8Array;

  constructor(inner: ByteReader, head: Uint8Array) {
    this.#inner = inner;
    this.#head = head;
  }

  get container(): Container {
    return this.#inner.container;
  }
  get encoding(): Encoding {
    return this.#inner.encoding;
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

  read(into: Uint8Array): number | Promise<number> {
    if (this.#head.length === 0) return this.#inner.read(into);
    const taken = this.#head.subarray(0, into.length);
    into.set(taken);
    this.#head = this.#head.subarray(taken.length);
    return taken.length;
  }

  originalOffset(position: number): number {
    return this.#inner.originalOffset(position);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

/** Reads up to `size` bytes, and at least `least` unless the end comes first. */
export async function readHead(reader: ByteReader, size: number, least = size): Promise<Uint8Array> {
  const head = new Uint8Array(size);
  let filled = 0;
  while (filled < least) {
    const got = await reader.read(head.subarray(filled));
    if (got === 0) break;
    filled += got;
  }
  return head.subarray(0, filled);
}

/**
 * One raw deflate stream (RFC 1951) through zlib's asynchronous engine, which inflates on libuv's thread pool while this
 * thread scans what came before. node:zlib's gunzip is not used: on an error it drops the output of the write at fault,
 * and it stops at zero bytes after a member without a word.
 */
import { constants, createInflateRaw, inflateRawSync, type InflateRaw, type ZlibOptions } from "node:zlib";
import { errnoOf } from "./system-error.js";

/** `failed`: the data is no deflate stream. `truncated`: `finish` came before the stream's end. */
export type InflaterState = "running" | "ended" | "truncated" | "failed" | "closed";

export class RawInflater {
  state: InflaterState = "running";
  reason = "";
  readonly #engine: InflateRaw;
  readonly #onChunk: (chunk: Uint8Array) => void;
  readonly #waiting = new Set<() => void>();
  #pending: Uint8Array[] = [];

  /** `onChunk` is called in order, and for the last time before `state` leaves `running`. */
  constructor(chunkSize: number, onChunk: (chunk: Uint8Array) => void) {
    this.#onChunk = onChunk;
    this.#engine = createInflateRaw({ chunkSize });
    this.#engine.on("data", (chunk: Uint8Array) => {
      // The engine goes on with its next write only when this returns: work on the chunk starts after that.
      if (this.#pending.push(chunk) === 1) queueMicrotask(() => this.#flush());
    });
    this.#engine.on("end", () => this.#settle("ended"));
    this.#engine.on("error", (error) => {
      this.reason = error.message;
      this.#settle(errnoOf(error) === "Z_BUF_ERROR" ? "truncated" : "failed");
    });
  }

  get running(): boolean {
    return this.state === "running";
  }

  /** Compressed bytes used. When `failed`, those of the writes before the one at fault. */
  get consumed(): number {
    return this.#engine.bytesWritten;
  }

  /** Resolves when the engine took the slice, or is no longer running. The slice must not change until then. */
  write(slice: Uint8Array): Promise<void> {
    if (!this.running) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        resolve();
      };
      this.#waiting.add(done);
      this.#engine.write(slice, done);
    });
  }

  /** No more input. Resolves once `state` says whether the stream was whole. All writes must have resolved. */
  async finish(): Promise<void> {
    // An error would drop what still waits to be handed over.
    while (this.running && this.#engine.readableLength > 0) await new Promise((resolve) => setImmediate(resolve));
    if (!this.running) return;
    await new Promise<void>((resolve) => {
      this.#waiting.add(resolve);
      this.#engine.end();
    });
  }

  pause(): void {
    this.#engine.pause();
  }

  resume(): void {
    if (this.running) this.#engine.resume();
  }

  close(): void {
    this.#settle("closed");
  }

  #flush(): void {
    const chunks = this.#pending;
    this.#pending = [];
    for (const chunk of chunks) this.#onChunk(chunk);
  }

  #settle(state: InflaterState): void {
    if (!this.running) return;
    if (state === "closed") this.#pending = [];
    this.#flush();
    // The receiver of the last chunk may have closed it.
    if (!this.running) return;
    this.state = state;
    this.#engine.destroy();
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** Output at most this much in one synchronous call: it keeps the thread. */
const SMALL_OUTPUT = 2 * 1024 * 1024;

/**
 * A small deflate stream at the start of `slice`, at once: 10 µs where a streaming engine costs 90 µs, which decides the
 * speed of files made of thousands of members. Undefined when it does not surely end within the slice.
 */
export function inflateSmall(slice: Uint8Array): { output: Uint8Array; consumed: number } | undefined {
  const options: ZlibOptions = {
    info: true,
    finishFlush: constants.Z_SYNC_FLUSH,
    maxOutputLength: SMALL_OUTPUT,
    chunkSize: 64 * 1024,
  };
  try {
    const result: unknown = inflateRawSync(slice, options);
    if (!isInfoResult(result)) return undefined;
    const consumed = result.engine.bytesWritten;
    return consumed < slice.length ? { output: result.buffer, consumed } : undefined;
  } catch {
    return undefined;
  }
}

/** What zlib's convenience methods return with `info: true`; the type declarations leave it out. */
function isInfoResult(value: unknown): value is { buffer: Uint8Array; engine: { bytesWritten: number } } {
  return typeof value === "object" && value !== null && "buffer" in value && "engine" in value;
}

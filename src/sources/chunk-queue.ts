import { Signal } from "./signal.js";

/** Chunks from a producer to a reader, bounded: the producer waits for room, the reader for bytes. */
export class ChunkQueue {
  /** Bytes waiting. */
  bytes = 0;
  readonly #limit: number;
  #chunks: Uint8Array[] = [];
  #ended = false;
  #wanted = 0;
  readonly #arrived = new Signal();
  readonly #room = new Signal();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get full(): boolean {
    return this.bytes >= this.#limit;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0 || this.#ended) return;
    // A small view would keep its whole buffer alive and so break the bound.
    this.#chunks.push(chunk.length * 4 < chunk.buffer.byteLength ? new Uint8Array(chunk) : chunk);
    this.bytes += chunk.length;
    if (this.bytes >= this.#wanted) this.#arrived.notify();
  }

  end(): void {
    this.#ended = true;
    this.#arrived.notify();
    this.#room.notify();
  }

  /** True when `take` would give `wanted` bytes, or all there will be. */
  ready(wanted: number): boolean {
    return this.#ended || this.bytes >= Math.min(wanted, this.#limit);
  }

  /** Resolves when `ready(wanted)`. One reader waits at a time. */
  waitFor(wanted: number): Promise<void> {
    if (this.ready(wanted)) return Promise.resolve();
    this.#wanted = Math.min(wanted, this.#limit);
    return this.#arrived.wait();
  }

  /** Resolves when the queue is below its limit, or ended. One producer waits at a time. */
  waitForRoom(): Promise<void> {
    if (!this.full || this.#ended) return Promise.resolve();
    return this.#room.wait();
  }

  /** Moves bytes into the target; returns how many. */
  take(into: Uint8Array): number {
    let filled = 0;
    let used = 0;
    for (const chunk of this.#chunks) {
      const room = into.length - filled;
      if (room === 0) break;
      const part = chunk.length <= room ? chunk : chunk.subarray(0, room);
      into.set(part, filled);
      filled += part.length;
      if (part.length < chunk.length) {
        this.#chunks[used] = chunk.subarray(part.length);
        break;
      }
      used++;
    }
    if (used > 0) this.#chunks.splice(0, used);
    this.bytes -= filled;
    if (!this.full) this.#room.notify();
    return filled;
  }
}

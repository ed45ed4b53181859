/** Decompression in a thread of its own: what both sides say to each other, and the thread's side. */
import { parentPort } from "node:worker_threads";
import type { SourceError } from "../../model/coverage.js";
import type { ErrorCode } from "../../model/errors.js";
import { ByteCursor } from "../byte-cursor.js";
import { Signal } from "../signal.js";
import type { ByteReader, Container, Encoding, StreamContainer } from "../source.js";
import { BLOCK } from "./block.js";
import { DecodeError, type Keep } from "./codec.js";
import { loadCodec } from "./index.js";

/** Blocks of stored bytes that lie in the thread's hands, so that it need not wait for the other. */
export const BLOCKS_AHEAD = 4;
/** Of each piece of memory that chunks lie in; a message for less would cost more than the bytes. */
const PIECE = 1024 * 1024;
/** Left of a piece, it is sent: what a codec makes at once may not fit. */
const LEAST_ROOM = 320 * 1024;
/** Pieces in use at once, some of them not taken by the other side yet. */
const PIECES = 8;
/** Small frames make small chunks. */
const MOST_CHUNKS = 256;

/** A decompressed chunk, and how many stored bytes had been taken up when it was made. */
export interface SentChunk {
  /** Where it lies in the piece; or its bytes, which did not fit. */
  bytes: { from: number; to: number } | Uint8Array;
  consumed: number;
  /** Errors that the stored bytes had by then. */
  errors: number;
}

export type ToDecoder =
  /** Comes first: the thread may be started before it is known. `consumed`: stored bytes read so far. */
  | { type: "begin"; container: StreamContainer; consumed: number }
  /** The next stored bytes, as one read gave them; none at their end. */
  | { type: "stored"; bytes: Uint8Array<ArrayBuffer>; consumed: number; errors: number }
  | { type: "taken"; piece: ArrayBuffer };
export type FromDecoder =
  | { type: "chunks"; chunks: SentChunk[]; piece: ArrayBuffer }
  /** A block of stored bytes was taken up. */
  | { type: "wanted" }
  | { type: "ended"; consumed: number; errors: number }
  | { type: "failed"; code: ErrorCode | undefined; message: string; offset: number; consumed: number; errors: number };

/** The stored bytes, as they are sent: read by read, so that what is consumed when is the same as without a thread. */
class SentReader implements ByteReader {
  readonly container: Container = "plain";
  readonly encoding: Encoding = "utf-8";
  readonly errors: readonly SourceError[] = [];
  consumed = 0;
  /** Of the stored bytes, when what was read last was read. */
  failures = 0;
  readonly #waiting: { bytes: Uint8Array; consumed: number; errors: number }[] = [];
  readonly #arrived = new Signal();

  /** @param took called when what was sent has been read */
  constructor(private readonly took: () => void) {}

  push(sent: { bytes: Uint8Array; consumed: number; errors: number }): void {
    this.#waiting.push(sent);
    this.#arrived.notify();
  }

  /** @param into as long as that of the read that filled the block: both sides' cursors ask alike */
  async read(into: Uint8Array): Promise<number> {
    while (this.#waiting.length === 0) await this.#arrived.wait();
    const { bytes, consumed, errors } = this.#waiting[0]!;
    this.consumed = consumed;
    this.failures = errors;
    if (bytes.length === 0) return 0;
    this.#waiting.shift();
    into.set(bytes);
    this.took();
    return bytes.length;
  }

  originalOffset(position: number): number {
    return position;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * Chunks on their way, in memory that is handed over and comes back: new memory for each would be paged in each time, and V8 copies
 * from and to shared memory at half the speed.
 */
class Shipment {
  private chunks: SentChunk[] = [];
  private piece: ArrayBuffer;
  private filled = 0;
  /** Bytes of chunks that did not fit the piece. */
  private apart = 0;
  /** Chunks that lie in the piece and were not handed to `add` yet: a codec may keep several before it yields the first. */
  private toCome = 0;
  private made = 1;
  private readonly free: ArrayBuffer[] = [];
  private readonly returned = new Signal();

  constructor(private readonly post: (message: FromDecoder, handedOver?: ArrayBuffer[]) => void) {
    this.piece = new ArrayBuffer(PIECE);
  }

  /** Copies into the piece, or where that is full into memory of its own. */
  readonly keep: Keep = (bytes) => {
    if (bytes.length > PIECE - this.filled) return new Uint8Array(bytes);
    const kept = new Uint8Array(this.piece, this.filled, bytes.length);
    kept.set(bytes);
    this.filled += bytes.length;
    this.toCome++;
    return kept;
  };

  async add(bytes: Uint8Array, { consumed, failures: errors }: SentReader): Promise<void> {
    const kept = bytes.buffer === this.piece ? bytes : this.keep(bytes);
    if (kept.buffer === this.piece) {
      const from = kept.byteOffset;
      this.chunks.push({ bytes: { from, to: from + kept.length }, consumed, errors });
      this.toCome--;
    } else {
      this.chunks.push({ bytes: kept, consumed, errors });
      this.apart += kept.length;
    }
    const full = PIECE - this.filled - this.apart < LEAST_ROOM || this.chunks.length >= MOST_CHUNKS;
    if (!full || this.toCome > 0) return;
    this.send();
    this.piece = await this.next();
    this.filled = 0;
  }

  private async next(): Promise<ArrayBuffer> {
    while (this.free.length === 0 && this.made === PIECES) await this.returned.wait();
    const free = this.free.pop();
    if (free) return free;
    this.made++;
    return new ArrayBuffer(PIECE);
  }

  send(): void {
    if (this.chunks.length === 0) return;
    const { chunks, piece } = this;
    const apart = chunks.flatMap(({ bytes }) => (bytes instanceof Uint8Array ? [bytes.buffer as ArrayBuffer] : []));
    this.post({ type: "chunks", chunks, piece }, [piece, ...apart]);
    this.chunks = [];
    this.apart = 0;
  }

  taken(piece: ArrayBuffer): void {
    this.free.push(piece);
    this.returned.notify();
  }
}

/** Runs in the thread until the other side ends it. */
export function serveDecoding(): void {
  const port = parentPort!;
  const post = (message: FromDecoder, handedOver: ArrayBuffer[] = []): void => port.postMessage(message, handedOver);
  const stored = new SentReader(() => post({ type: "wanted" }));
  const shipment = new Shipment(post);

  const decode = async (container: StreamContainer): Promise<void> => {
    try {
      const codec = await loadCodec(container);
      const chunks = codec.decode(new ByteCursor(stored, { blockSize: BLOCK }), shipment.keep);
      for await (const chunk of chunks) await shipment.add(chunk, stored);
      shipment.send();
      post({ type: "ended", consumed: stored.consumed, errors: stored.failures });
    } catch (error) {
      shipment.send();
      const code = error instanceof DecodeError ? error.code : undefined;
      const offset = error instanceof DecodeError ? error.offset : 0;
      const message = error instanceof Error ? error.message : String(error);
      post({ type: "failed", code, message, offset, consumed: stored.consumed, errors: stored.failures });
    }
  };

  port.on("message", (message: ToDecoder) => {
    if (message.type === "begin") {
      stored.consumed = message.consumed;
      void decode(message.container);
    } else if (message.type === "stored") stored.push(message);
    else shipment.taken(message.piece);
  });
}

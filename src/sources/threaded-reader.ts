/** What a codec makes of stored bytes in a thread of its own, while this one scans. */
import { Worker } from "node:worker_threads";
import { ByteCursor } from "./byte-cursor.js";
import { ChunkReader } from "./chunk-reader.js";
import { DecodeError } from "./codecs/codec.js";
import { BLOCK } from "./codecs/block.js";
import { BLOCKS_AHEAD, type FromDecoder, type ToDecoder } from "./codecs/thread.js";
import { Signal } from "./signal.js";
import type { ByteReader, StreamContainer } from "./source.js";

/** Where decompressing threads come from. */
export interface DecoderSource {
  /** Address of a module that calls `serveDecoding`. */
  entry: string;
  /** One that was started before: taken from here by the first who needs one. */
  started?: Worker | undefined;
}

/** The thread, and the stored bytes that it is fed with. */
class Decoder {
  /** Stored bytes that had been taken up when the last chunk that was handed out was made. */
  consumed = 0;
  private readonly worker: Worker;
  private readonly waiting: Extract<FromDecoder, { type: "chunks" }>[] = [];
  private over: Extract<FromDecoder, { type: "ended" | "failed" }> | undefined;
  private died: Error | undefined;
  private readonly heard = new Signal();
  /** Blocks are read one after the other. */
  private feeding = Promise.resolve();
  private readonly cursor: ByteCursor;
  /** All is sent, or nothing more is wanted. */
  private fed = false;
  /** Errors of the stored bytes that the decoder had come to. */
  private known = 0;

  constructor(
    private readonly stored: ByteReader,
    container: StreamContainer,
    source: DecoderSource,
  ) {
    this.cursor = new ByteCursor(stored, { blockSize: BLOCK });
    const { started } = source;
    // An id of -1: it has ended.
    this.worker = started && started.threadId !== -1 ? started : new Worker(new URL(source.entry));
    source.started = undefined;
    this.worker.ref();
    this.post({ type: "begin", container, consumed: stored.consumed });
    this.worker.on("message", (message: FromDecoder) => this.message(message));
    this.worker.on("error", (error: Error) => this.lost(error));
    this.worker.on("exit", () => this.lost(new Error("the decompressing thread ended")));
    for (let i = 0; i < BLOCKS_AHEAD; i++) this.feed();
  }

  /** Not those of bytes that were read ahead: without a thread nobody would know of them. */
  get errors(): ByteReader["errors"] {
    return this.stored.errors.slice(0, this.known);
  }

  async *chunks(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const batch = this.waiting.shift();
      if (batch) {
        for (const { bytes, consumed, errors } of batch.chunks) {
          this.consumed = consumed;
          this.known = errors;
          yield bytes instanceof Uint8Array ? bytes : new Uint8Array(batch.piece, bytes.from, bytes.to - bytes.from);
        }
        this.post({ type: "taken", piece: batch.piece }, [batch.piece]);
      } else if (this.over) {
        this.consumed = this.over.consumed;
        this.known = this.over.errors;
        if (this.over.type === "ended") return;
        const { code, message, offset } = this.over;
        throw code === undefined ? new Error(message) : new DecodeError(code, message, offset);
      } else if (this.died) throw this.died;
      else await this.heard.wait();
    }
  }

  async close(): Promise<void> {
    this.fed = true;
    await this.worker.terminate();
    // A read that is under way may be of a pipe that gives nothing.
    await this.stored.close();
  }

  private lost(error: Error): void {
    this.died ??= error;
    this.heard.notify();
  }

  private message(message: FromDecoder): void {
    if (message.type === "wanted") this.feed();
    else if (message.type === "chunks") this.waiting.push(message);
    else this.over = message;
    this.heard.notify();
  }

  private feed(): void {
    this.feeding = this.feeding.then(async () => {
      if (this.fed) return;
      const { cursor, stored } = this;
      const bytes = new Uint8Array(await cursor.from(cursor.position));
      cursor.moveTo(cursor.position + bytes.length);
      if (this.fed) return;
      this.fed = bytes.length === 0;
      this.post({ type: "stored", bytes, consumed: stored.consumed, errors: stored.errors.length }, [bytes.buffer]);
    });
  }

  private post(message: ToDecoder, handedOver: ArrayBuffer[] = []): void {
    this.worker.postMessage(message, handedOver);
  }
}

/** As `decodingReader`; what comes out, and every error, is the same. */
export function threadedReader(
  stored: ByteReader,
  container: StreamContainer,
  source: DecoderSource,
  options: { maxExpandedBytes?: number | undefined; inside: string },
): ChunkReader {
  const decoder = new Decoder(stored, container, source);
  return new ChunkReader({
    container,
    chunks: decoder.chunks(),
    stored: decoder,
    ...options,
    close: () => decoder.close(),
  });
}

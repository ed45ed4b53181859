/** Reads gzip (RFC 1952): every member, each checked, with what went wrong and where. */
import { crc32 } from "node:zlib";
import type { SourceError } from "../model/coverage.js";
import type { ErrorCode } from "../model/errors.js";
import { ByteCursor } from "./byte-cursor.js";
import { ChunkQueue } from "./chunk-queue.js";
import { expansionLimit } from "./expansion.js";
import { beginsMember, readGzipHeader } from "./gzip-header.js";
import { recoverDamaged } from "./gzip-recover.js";
import { inflateSmall, RawInflater } from "./raw-inflater.js";
import type { ByteReader, Container, Encoding } from "./source.js";
import { systemError } from "./system-error.js";

/** Sizes in bytes, by measurement on 350 MB of log text. */
const BLOCK = 256 * 1024;
const SLICE = 256 * 1024;
/** Where damage cannot be read again (a pipe), the output of one slice is what it costs. */
const SLICE_ONCE = 4 * 1024;
const CHUNK = 1024 * 1024;
/** Output that may wait for the reader. */
const AHEAD = 4 * 1024 * 1024;
/** A read is answered once this much is there, so that small members do not make small reads. */
const ANSWER = 256 * 1024;
/** A member after one that was smaller than this, compressed, is first tried in one go. */
const SMALL_MEMBER = 32 * 1024;
/** At most this much is tried in one go. */
const ATTEMPT = 64 * 1024;
/** What the first member is taken to have: small files are tried in one go too. */
const FIRST_GUESS = 8 * 1024;
/** Slices in zlib's hands at once: one at work, one so that it need not wait for this thread. */
const WRITES = 2;
/** A file of many thousand damaged members needs no line for each. */
const MAX_ERRORS = 32;

export interface GzipOptions {
  /** Output after which reading stops with `expansion-limit`; by default DEFAULT_EXPANSION (expansion.ts). */
  maxExpandedBytes?: number | undefined;
  /** Opens the stored bytes once more, from an offset: what a damaged member holds is then recovered to the byte. */
  reopenAt?: ((offset: number) => Promise<ByteReader>) | undefined;
  /** 1 for the stored bytes, 2 for gzip found inside. */
  level?: number;
}

interface Member {
  end: "whole" | "truncated" | "damaged" | "stopped";
  /** Of the stored bytes. */
  endOffset: number;
  reason: string;
}

export class GzipReader implements ByteReader {
  readonly container: Container = "gzip";
  readonly encoding: Encoding = "utf-8";
  innerTimeMs: number | undefined = undefined;
  readonly #stored: ByteReader;
  readonly #options: GzipOptions;
  readonly #cursor: ByteCursor;
  readonly #queue = new ChunkQueue(AHEAD);
  readonly #errors: SourceError[] = [];
  #inflater: RawInflater | undefined;
  #started = false;
  #stopped = false;
  #total = 0;
  /** Of the member being read. */
  #crc = 0;
  #size = 0;
  #lastMemberBytes = FIRST_GUESS;
  #sinceYield = 0;

  /** Takes ownership of `stored`. */
  constructor(stored: ByteReader, options: GzipOptions = {}) {
    this.#stored = stored;
    this.#options = options;
    this.#cursor = new ByteCursor(stored, { blockSize: BLOCK });
  }

  get errors(): readonly SourceError[] {
    return [...this.#stored.errors, ...this.#errors];
  }

  get consumed(): number {
    return this.#stored.consumed;
  }

  read(into: Uint8Array): number | Promise<number> {
    if (!this.#started) {
      this.#started = true;
      void this.#run();
    }
    const wanted = Math.min(into.length, ANSWER);
    if (this.#queue.ready(wanted)) return this.#queue.take(into);
    return this.#queue.waitFor(wanted).then(() => this.#queue.take(into));
  }

  originalOffset(position: number): number {
    return position;
  }

  async close(): Promise<void> {
    this.#stop();
    this.#queue.end();
    await this.#stored.close();
  }

  #stop(): void {
    this.#stopped = true;
    this.#inflater?.close();
  }

  /** The producer. Everything it meets becomes an error in the list; it never rejects. */
  async #run(): Promise<void> {
    try {
      let more = true;
      while (more && !this.#stopped) more = await this.#member();
    } catch (error) {
      this.#errors.push(systemError(error, this.consumed));
    }
    this.#queue.end();
  }

  /** One member and what follows it; true when another begins. */
  async #member(): Promise<boolean> {
    const memberStart = this.#cursor.position;
    const header = await readGzipHeader(this.#cursor);
    if (header.kind === "truncated") {
      this.#report("gzip-truncated", "the file ends inside a member's header", this.#cursor.position);
      return false;
    }
    if (header.kind === "invalid") {
      this.#report("gzip-corrupt", header.reason, memberStart);
      return false;
    }
    if (!header.crcMatches) this.#report("gzip-crc", "a member's header does not match its CRC-16", memberStart);
    if (header.mtime !== 0) this.innerTimeMs ??= header.mtime * 1000;

    this.#crc = 0;
    this.#size = 0;
    const start = this.#cursor.position;
    const member = (await this.#inflateAtOnce(start)) ?? (await this.#inflate(start));
    if (member.end === "stopped") return false;
    this.#cursor.moveTo(member.endOffset);
    if (member.end === "damaged") {
      this.#report("gzip-corrupt", `the compressed data is damaged: ${member.reason}`, member.endOffset);
      return false;
    }
    if (member.end === "truncated") {
      this.#report(
        "gzip-truncated",
        "the file ends inside a member's data: it was cut, or damaged before",
        member.endOffset,
      );
      return false;
    }
    this.#lastMemberBytes = member.endOffset - start;
    return (await this.#trailer()) && (await this.#next());
  }

  /** CRC-32 and ISIZE (RFC 1952 2.3.1). */
  async #trailer(): Promise<boolean> {
    const offset = this.#cursor.position;
    const trailer = await this.#cursor.peek(8);
    this.#cursor.moveTo(offset + trailer.length);
    if (trailer.length < 8) {
      this.#report("gzip-truncated", "the file ends before a member's checksum and length", offset + trailer.length);
      return false;
    }
    const view = new DataView(trailer.buffer, trailer.byteOffset, 8);
    if (view.getUint32(0, true) !== this.#crc)
      this.#report("gzip-crc", "a member's contents do not match its CRC-32", offset);
    if (view.getUint32(4, true) !== this.#size % 2 ** 32)
      this.#report("gzip-size", "a member's contents do not match its length", offset + 4);
    return true;
  }

  /** After a member: the end, zero padding, another member, or something else. */
  async #next(): Promise<boolean> {
    for (;;) {
      const bytes = await this.#cursor.from(this.#cursor.position);
      if (bytes.length === 0 || this.#stopped) return false;
      let zeros = 0;
      while (zeros < bytes.length && bytes[zeros] === 0) zeros++;
      this.#cursor.moveTo(this.#cursor.position + zeros);
      if (zeros < bytes.length) break;
    }
    if (beginsMember(await this.#cursor.peek(3))) return true;
    this.#report("gzip-trailing", "bytes that are no gzip member follow the last one", this.#cursor.position);
    return false;
  }

  /** A small member in one synchronous call; undefined when it must be streamed. */
  async #inflateAtOnce(start: number): Promise<Member | undefined> {
    if (this.#lastMemberBytes > SMALL_MEMBER) return undefined;
    const slice = await this.#cursor.peek(Math.min(ATTEMPT, this.#lastMemberBytes * 4 + 1024));
    const result = inflateSmall(slice);
    if (!result) return undefined;
    await this.#queue.waitForRoom();
    this.#sinceYield += result.output.length + result.consumed;
    if (this.#sinceYield > AHEAD) {
      // Nothing here leaves the microtask queue by itself: timers and signals want their turn.
      this.#sinceYield = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#tally(result.output);
    return { end: this.#deliver(result.output) ? "whole" : "stopped", endOffset: start + result.consumed, reason: "" };
  }

  async #inflate(start: number): Promise<Member> {
    const inflater = new RawInflater(CHUNK, (chunk) => {
      this.#tally(chunk);
      if (!this.#deliver(chunk)) this.#stop();
      else if (this.#queue.full) {
        inflater.pause();
        void this.#queue.waitForRoom().then(() => inflater.resume());
      }
    });
    this.#inflater = inflater;
    const sliceBytes = this.#options.reopenAt ? SLICE : SLICE_ONCE;
    const writes: Promise<void>[] = [];
    for (let offset = start; inflater.running;) {
      const slice = (await this.#cursor.from(offset)).subarray(0, sliceBytes);
      if (slice.length === 0) {
        await Promise.all(writes);
        await inflater.finish();
        break;
      }
      writes.push(inflater.write(slice));
      offset += slice.length;
      if (writes.length >= WRITES) await writes.shift();
      this.#cursor.moveTo(start + inflater.consumed);
    }
    this.#inflater = undefined;
    const endOffset = start + inflater.consumed;
    switch (inflater.state) {
      case "ended":
        return { end: "whole", endOffset, reason: "" };
      case "truncated":
        return { end: "truncated", endOffset, reason: "" };
      case "failed":
        return this.#recover(start, inflater);
      default:
        return { end: "stopped", endOffset, reason: "" };
    }
  }

  async #recover(start: number, inflater: RawInflater): Promise<Member> {
    const damage = { start, produced: this.#size, sound: inflater.consumed };
    const { reopenAt } = this.#options;
    const { sound } = reopenAt
      ? await recoverDamaged(
          damage,
          reopenAt,
          (chunk) => this.#deliver(chunk),
          () => this.#queue.waitForRoom(),
        )
      : damage;
    return { end: this.#stopped ? "stopped" : "damaged", endOffset: start + sound, reason: inflater.reason };
  }

  #tally(chunk: Uint8Array): void {
    this.#crc = crc32(chunk, this.#crc);
    this.#size += chunk.length;
  }

  /** Hands a chunk to the reader; false when no more may follow. */
  #deliver(chunk: Uint8Array): boolean {
    if (this.#stopped) return false;
    const room = expansionLimit(this.#options.maxExpandedBytes, this.consumed) - this.#total;
    const part = chunk.length <= room ? chunk : chunk.subarray(0, Math.max(0, room));
    this.#total += part.length;
    this.#queue.push(part);
    if (part.length === chunk.length) return true;
    this.#stopped = true;
    this.#report("expansion-limit", `stopped after ${this.#total} decompressed bytes`, this.consumed);
    return false;
  }

  /** `offset` is in this reader's input, which is the stored file at level 1 only. */
  #report(code: ErrorCode, message: string, offset: number): void {
    if (this.#errors.length > MAX_ERRORS) return;
    if (this.#errors.length === MAX_ERRORS)
      this.#errors.push({ code, message: "more errors of this file are not listed", offset: this.consumed });
    else if ((this.#options.level ?? 1) === 1) this.#errors.push({ code, message, offset });
    else this.#errors.push({ code, message: `${message} (gzip inside gzip, byte ${offset} of the inner one)` });
  }
}

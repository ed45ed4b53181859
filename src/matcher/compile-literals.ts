/**
 * Literals to tables (layout: assembly/layout.ts), one table a kind: the bytes one after the other, an entry for each, and a hash
 * behind a Bloom filter. A feed may hold a million of them: no object is made for one.
 */
import * as layout from "./assembly/layout.js";
import { addToBloom, aligned, bloomWords, powerOfTwo } from "./hashing.js";
import type { Bloom } from "./hashing.js";

function grown<T extends Uint8Array | Uint32Array>(array: T, made: T): T {
  made.set(array);
  return made;
}

/** The distinct literals of one kind and which indicators each stands for. */
export class Literals {
  /** The bytes of literal `id` are text[offsets[id] .. offsets[id + 1]). */
  text = new Uint8Array(4096);
  offsets = new Uint32Array(1024);
  count = 0;
  /** Slot + 1 of each literal, and of what lies below it. */
  slots = new Uint32Array(0);
  slotsBelow = new Uint32Array(0);
  /** Literals that are two spellings of one. */
  readonly alike = new Map<number, number>();

  #hashes = new Uint32Array(1024);
  #buckets = new Uint32Array(2048);
  #shift = 32 - 11;
  /** The last member of each literal, from 1; and of each member, the indicator's tag and the member before it. */
  #last = new Uint32Array(1024);
  #tags = new Uint32Array(1024);
  #previous = new Uint32Array(1024);
  #members = 0;

  /** @param seed of the image. @param hash over bytes [start, end), as the kernel hashes this kind's tokens. */
  constructor(
    readonly seed: number,
    private readonly hash: (seed: number, bytes: Uint8Array, start: number, end: number) => number,
  ) {}

  /** The number of the literal that bytes [from, to) spell; a new one when `add` is set, else -1 when there is none. */
  #locate(bytes: Uint8Array, from: number, to: number, add: boolean): number {
    const h = this.hash(this.seed, bytes, from, to);
    const mask = this.#buckets.length - 1;
    let bucket = h >>> this.#shift;
    for (; this.#buckets[bucket] !== 0; bucket = (bucket + 1) & mask) {
      const id = this.#buckets[bucket]! - 1;
      if (this.#hashes[id] === h && this.#spells(id, bytes, from, to)) return id;
    }
    if (!add) return -1;
    const id = this.count++;
    const length = to - from;
    this.#makeRoom(length);
    const start = this.offsets[id]!;
    for (let i = 0; i < length; i++) this.text[start + i] = bytes[from + i]!;
    this.offsets[id + 1] = start + length;
    this.#hashes[id] = h;
    this.#buckets[bucket] = id + 1;
    if (this.count * 2 > this.#buckets.length) this.#rehash();
    return id;
  }

  #spells(id: number, bytes: Uint8Array, from: number, to: number): boolean {
    const start = this.offsets[id]!;
    if (this.offsets[id + 1]! - start !== to - from) return false;
    for (let i = from; i < to; i++) if (this.text[start - from + i] !== bytes[i]) return false;
    return true;
  }

  #makeRoom(length: number): void {
    if (this.count + 1 >= this.offsets.length) {
      const size = this.offsets.length * 2;
      this.offsets = grown(this.offsets, new Uint32Array(size));
      this.#hashes = grown(this.#hashes, new Uint32Array(size));
      this.#last = grown(this.#last, new Uint32Array(size));
    }
    const needed = this.offsets[this.count - 1]! + length;
    if (needed > this.text.length) this.text = grown(this.text, new Uint8Array(Math.max(needed, this.text.length * 2)));
  }

  #rehash(): void {
    this.#buckets = new Uint32Array(this.#buckets.length * 4);
    this.#shift -= 2;
    const mask = this.#buckets.length - 1;
    for (let id = 0; id < this.count; id++) {
      let bucket = this.#hashes[id]! >>> this.#shift;
      while (this.#buckets[bucket] !== 0) bucket = (bucket + 1) & mask;
      this.#buckets[bucket] = id + 1;
    }
  }

  /** Indicator number `indicator` is found where bytes [0, length) stand; `tag` is one bit that comes back with it. Returns the literal's number. */
  add(bytes: Uint8Array, length: number, indicator: number, tag = 0): number {
    const id = this.#locate(bytes, 0, length, true);
    if (this.#members + 1 >= this.#tags.length) {
      const size = this.#tags.length * 2;
      this.#tags = grown(this.#tags, new Uint32Array(size));
      this.#previous = grown(this.#previous, new Uint32Array(size));
    }
    const member = ++this.#members;
    this.#tags[member] = indicator * 2 + tag;
    this.#previous[member] = this.#last[id]!;
    this.#last[id] = member;
    return id;
  }

  /** The number of the literal that is part [from, to) of this table's text, or -1. */
  find(from: number, to: number): number {
    return this.#locate(this.text, from, to, false);
  }

  /** `2 * indicator + tag` for each indicator of a literal, in the order they were added. */
  members(id: number): number[] {
    const list: number[] = [];
    for (let member = this.#last[id]!; member !== 0; member = this.#previous[member]!) list.push(this.#tags[member]!);
    return list.toReversed();
  }

  /** Makes room for the slots; call when all is added. */
  close(): void {
    this.slots = new Uint32Array(this.count);
    this.slotsBelow = new Uint32Array(this.count);
  }

  get #textBytes(): number {
    return this.count === 0 ? 0 : this.offsets[this.count]!;
  }

  get #bucketCount(): number {
    return Math.max(16, powerOfTwo(this.count * 2));
  }

  /** Bytes that `write` writes. */
  get bytes(): number {
    return (
      2 * aligned(bloomWords(this.count) * 8) +
      aligned(this.#bucketCount * 4) +
      aligned((this.count + 1) * layout.ENTRY_BYTES) +
      aligned(this.#textBytes) +
      aligned(layout.SIEVE_BYTES) +
      aligned(layout.HEAD_BYTES)
    );
  }

  /** Writes the table from byte `start` on, and its header. Returns where the filters are that the kinds fill themselves. */
  write(image: Uint32Array, header: number, start: number): Filters {
    let next = start;
    const place = (field: number, bytes: number): number => {
      const at = next;
      image[header + field] = at;
      next += aligned(bytes);
      return at;
    };
    const words = bloomWords(this.count);
    const bloomShift = 32 - Math.log2(words);
    const bloom = { at: place(layout.BLOOM, words * 8) / 4, shift: bloomShift };
    const first = { at: place(layout.FIRST, words * 8) / 4, shift: bloomShift };
    const bucketCount = this.#bucketCount;
    const bucketShift = 32 - Math.log2(bucketCount);
    image[header + layout.BLOOM_SHIFT] = bloomShift;
    image[header + layout.FIRST_SHIFT] = bloomShift;
    image[header + layout.BUCKET_SHIFT] = bucketShift;
    const buckets = place(layout.BUCKETS, bucketCount * 4) / 4;
    const entries = place(layout.ENTRIES, (this.count + 1) * layout.ENTRY_BYTES) / 4;
    for (let id = 0; id < this.count; id++) {
      const h = this.#hashes[id]!;
      addToBloom(image, bloom, h);
      let bucket = h >>> bucketShift;
      while (image[buckets + bucket] !== 0) bucket = (bucket + 1) & (bucketCount - 1);
      image[buckets + bucket] = id + 1;
      const entry = entries + (id * layout.ENTRY_BYTES) / 4;
      image[entry] = h;
      image[entry + 1] = this.offsets[id]!;
      image[entry + 2] = this.slots[id]!;
      image[entry + 3] = this.slotsBelow[id]!;
    }
    image[entries + (this.count * layout.ENTRY_BYTES) / 4 + 1] = this.#textBytes;
    const bytes = new Uint8Array(image.buffer);
    bytes.set(this.text.subarray(0, this.#textBytes), place(layout.TEXT, this.#textBytes));
    const sieve = bytes.subarray(place(layout.SIEVE, layout.SIEVE_BYTES)).subarray(0, layout.SIEVE_BYTES);
    return {
      first,
      sieve,
      heads: bytes.subarray(place(layout.HEADS, layout.HEAD_BYTES)).subarray(0, layout.HEAD_BYTES),
    };
  }
}

/** What stands before the look-up itself; see layout.ts. */
export interface Filters {
  first: Bloom;
  sieve: Uint8Array;
  heads: Uint8Array;
}

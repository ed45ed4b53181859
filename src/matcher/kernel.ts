/** The kernel's TypeScript side: loads the WASM module, lays out its memory, and hands blocks through it. */
import { existsSync, readFileSync } from "node:fs";
import { parseIp } from "../model/ip.js";
import { HIT_PAUSE, HIT_ROOM, HIT_WORDS, MARGIN } from "./assembly/layout.js";
import type { CompiledSet, Hit } from "./matcher.js";
import { familyOf, findSlot, toWords } from "./tables.js";
import type { Family } from "./tables.js";
import { aligned } from "./hashing.js";

interface Exports {
  memory: WebAssembly.Memory;
  heapBase(): number;
  configure(image: number, hits: number): void;
  begin(start: number, end: number): void;
  run(): number;
  newlines(): number;
}

const PAGE = 65536;
const DEFAULT_BLOCK = 4 << 20;
const MAX_BLOCK = 1 << 30;

let compiled: WebAssembly.Module | undefined;

function module(): WebAssembly.Module {
  if (compiled) return compiled;
  // Two places: seen from src/matcher and from dist/src/matcher.
  const candidates = ["../../build/kernel.wasm", "../../../build/kernel.wasm"].map((p) => new URL(p, import.meta.url));
  const found = candidates.find((url) => existsSync(url));
  if (!found) throw new Error("build/kernel.wasm is missing: run `npm run build`");
  compiled = new WebAssembly.Module(readFileSync(found));
  return compiled;
}

/** What a scan found. Owned by the kernel and overwritten by its next scan: copy what must outlive it. */
export class ScanResult {
  /** Hits, ascending by offset. */
  count = 0;
  /** Newline bytes in the region. */
  newlines = 0;
  /** Five words a hit, in the order of Hit's fields. May be longer than `count` needs. */
  words = new Uint32Array(0);

  offset(i: number): number {
    return this.words[i * HIT_WORDS]!;
  }
  length(i: number): number {
    return this.words[i * HIT_WORDS + 1]!;
  }
  slot(i: number): number {
    return this.words[i * HIT_WORDS + 2]!;
  }
  lineStart(i: number): number {
    return this.words[i * HIT_WORDS + 3]!;
  }
  lineIndex(i: number): number {
    return this.words[i * HIT_WORDS + 4]!;
  }
  hit(i: number): Hit {
    return {
      offset: this.offset(i),
      length: this.length(i),
      slot: this.slot(i),
      lineStart: this.lineStart(i),
      lineIndex: this.lineIndex(i),
    };
  }
}

/** By offset, length, slot. Hits are out of place by less than a token: insertion does it in a step or two. */
function sortHits(words: Uint32Array, count: number): void {
  const taken = new Uint32Array(HIT_WORDS);
  for (let i = 1; i < count; i++) {
    let at = i * HIT_WORDS;
    if (!follows(words, at - HIT_WORDS, words, at)) continue;
    taken.set(words.subarray(at, at + HIT_WORDS));
    for (; at > 0 && follows(words, at - HIT_WORDS, taken, 0); at -= HIT_WORDS)
      words.copyWithin(at, at - HIT_WORDS, at);
    words.set(taken, at);
  }
}

/** Whether the hit at `a` comes after the one at `b`. */
function follows(words: Uint32Array, a: number, others: Uint32Array, b: number): boolean {
  for (let i = 0; i < 3; i++) if (words[a + i] !== others[b + i]) return words[a + i]! > others[b + i]!;
  return false;
}

/**
 * One scanner with its own memory: one per worker. Callers read file bytes straight into `block` and scan a region of it.
 * Memory is blockBytes plus the set's image; it never grows later, so `block` stays valid.
 */
export class Kernel {
  readonly block: Uint8Array;
  readonly #exports: Exports;
  readonly #blockAt: number;
  readonly #hits: Uint32Array;
  readonly #result = new ScanResult();
  readonly #families: { 4: Family; 6: Family };
  /** Tokens may lie in each other, and are found by their middles: hits need sorting. */
  readonly #mixed: boolean;

  /** `blockBytes`: size of `block`, 1 byte to 1 GiB. */
  constructor(set: CompiledSet, blockBytes: number = DEFAULT_BLOCK) {
    if (!Number.isInteger(blockBytes) || blockBytes < 1 || blockBytes > MAX_BLOCK)
      throw new RangeError(`a block of ${blockBytes} bytes: 1 to ${MAX_BLOCK} are possible`);
    const exports = new WebAssembly.Instance(module(), {}).exports as unknown as Exports;
    const imageAt = aligned(exports.heapBase());
    const hitsAt = aligned(imageAt + set.image.byteLength);
    const blockAt = aligned(hitsAt + (HIT_PAUSE + HIT_ROOM) * HIT_WORDS * 4) + MARGIN;
    const total = blockAt + blockBytes + MARGIN;
    const pages = Math.ceil(total / PAGE) - exports.memory.buffer.byteLength / PAGE;
    if (pages > 0) exports.memory.grow(pages);
    const memory = exports.memory.buffer;
    new Uint8Array(memory, imageAt, set.image.byteLength).set(new Uint8Array(set.image));
    exports.configure(imageAt, hitsAt);
    this.#exports = exports;
    this.#blockAt = blockAt;
    this.#hits = new Uint32Array(memory, hitsAt, (HIT_PAUSE + HIT_ROOM) * HIT_WORDS);
    this.block = new Uint8Array(memory, blockAt, blockBytes);
    const image = new Uint32Array(set.image);
    const { ipv4: _, ipv6: __, ...others } = set.has;
    this.#mixed = Object.values(others).includes(true);
    this.#families = { 4: familyOf(image, 4), 6: familyOf(image, 6) };
  }

  /**
   * Finds every hit in block[start, end), read as if newlines stood on either side of it. Bytes around the region keep their
   * values. Positions in the result count from `start`.
   */
  scan(start: number, end: number): ScanResult {
    if (!(start >= 0 && start <= end && end <= this.block.length))
      throw new RangeError(`region ${start}..${end} is outside the block of ${this.block.length} bytes`);
    const result = this.#result;
    const exports = this.#exports;
    result.count = 0;
    exports.begin(this.#blockAt + start, this.#blockAt + end);
    let found: number;
    do {
      found = exports.run();
      if (found > 0) this.#take(found);
    } while (found >= HIT_PAUSE);
    result.newlines = exports.newlines();
    if (this.#mixed) sortHits(result.words, result.count);
    return result;
  }

  #take(found: number): void {
    const result = this.#result;
    const used = result.count * HIT_WORDS;
    const needed = used + found * HIT_WORDS;
    if (result.words.length < needed) {
      const grown = new Uint32Array(Math.max(1024, needed * 2));
      grown.set(result.words.subarray(0, used));
      result.words = grown;
    }
    result.words.set(this.#hits.subarray(0, found * HIT_WORDS), used);
    result.count += found;
  }

  /** The slot of one address as text (any form model/ip.ts reads), or -1: for sources of records, which skip the scan. */
  lookup(address: string): number {
    const ip = parseIp(address);
    if (!ip) return -1;
    const family = this.#families[ip.version];
    const key = new Uint32Array(family.width);
    toWords(ip.value, family.width, key, 0);
    return findSlot(family, key);
  }
}

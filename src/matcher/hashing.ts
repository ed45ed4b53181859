/** The hash of the tables for the compiler: the same as assembly/hash.ts. A seed of its own per run, so that no feed can be written to collide. */
import { MIX_1, MIX_2 } from "./assembly/layout.js";

export function mixWord(h: number, word: number): number {
  const mixed = Math.imul(h ^ word, MIX_1);
  return mixed ^ (mixed >>> 15);
}

export function finish(h: number): number {
  const mixed = Math.imul(h, MIX_2);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Of four words and what they stand for. */
function hashVector(seed: number, length: number, lanes: Int32Array): number {
  let h = mixWord(seed, length);
  for (let i = 0; i < 4; i++) h = mixWord(h, lanes[i]!);
  return finish(h);
}

const lanes = new Int32Array(4);
const block = new Uint8Array(16);
const words = new Int32Array(block.buffer);

/** The last `n` bytes before `end`, 1 to 16, letters in either case. */
export function hashKey(seed: number, bytes: Uint8Array, end: number, n: number): number {
  block.fill(0);
  for (let i = 1; i <= n; i++) block[16 - i] = bytes[end - i]! | 0x20;
  return hashVector(seed, n, words);
}

/** Bytes [start, end), letters in either case. */
export function hashText(seed: number, bytes: Uint8Array, start: number, end: number): number {
  return hashBlocks(seed, bytes, start, end, 0x20);
}

/** Bytes [start, end) as they are. */
export function hashField(seed: number, bytes: Uint8Array, start: number, end: number): number {
  return hashBlocks(seed, bytes, start, end, 0);
}

function hashBlocks(seed: number, bytes: Uint8Array, start: number, end: number, fold: number): number {
  lanes.fill(seed);
  for (let at = start; at < end; at += 16) {
    for (let i = 0; i < 16; i++) block[i] = at + i < end ? bytes[at + i]! | fold : 0;
    for (let i = 0; i < 4; i++) lanes[i] = mixWord(lanes[i]!, words[i]!);
  }
  return hashVector(seed, end - start, lanes);
}

/** Bytes [start, end) from the last to the first, letters in either case: a name's suffixes are hashed on the way. */
export function hashBackwards(seed: number, bytes: Uint8Array, start: number, end: number): number {
  let h = seed;
  for (let i = end - 1; i >= start; i--) h = mixWord(h, bytes[i]! | 0x20);
  return finish(h);
}

/** A Bloom filter: 64-bit words, one for each hash by its top bits, two bits set in it by its low ones. */
export interface Bloom {
  /** Word index in the image. */
  at: number;
  shift: number;
}

export function addToBloom(image: Uint32Array, bloom: Bloom, h: number): void {
  const word = bloom.at + (h >>> bloom.shift) * 2;
  const a = h & 63;
  const b = (h >>> 6) & 63;
  image[word + (a >>> 5)]! |= 1 << (a & 31);
  image[word + (b >>> 5)]! |= 1 << (b & 31);
}

export const powerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(n));
export const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;
/** Words of 64 bits for n hashes: 32 to 64 bits each while that stays in the L1 cache, 16 to 32 beyond. */
export const bloomWords = (n: number): number => Math.max(64, powerOfTwo(n <= 4096 ? n / 2 : n / 4));

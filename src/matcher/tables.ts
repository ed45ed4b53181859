/** Reading the table image from TypeScript: the compiler and `Kernel.lookup` share it. The kernel has its own copy in assembly/. */
import * as layout from "./assembly/layout.js";
import { finish, mixWord } from "./hashing.js";

/** One family's tables; positions are word indexes into `image`. */
export interface Family {
  /** Words of an address: 1 or 4. */
  width: number;
  seed: number;
  image: Uint32Array;
  bloom: number;
  bloomShift: number;
  hash: number;
  hashShift: number;
  rangeCount: number;
  ranges: number;
  rangeIndex: number;
  rangeBits: number;
}

export function familyOf(image: Uint32Array, version: 4 | 6): Family {
  const header = version === 4 ? layout.HEADER_V4 : layout.HEADER_V6;
  const field = (index: number): number => image[header + index]!;
  return {
    width: version === 4 ? 1 : 4,
    seed: image[layout.SEED]!,
    image,
    bloom: field(layout.BLOOM) / 4,
    bloomShift: field(layout.BLOOM_SHIFT),
    hash: field(layout.HASH) / 4,
    hashShift: field(layout.HASH_SHIFT),
    rangeCount: field(layout.RANGE_COUNT),
    ranges: field(layout.RANGES) / 4,
    rangeIndex: field(layout.RANGE_INDEX) / 4,
    rangeBits: field(layout.RANGE_BITS) / 4,
  };
}

/** An address to `width` words, most significant first. */
export function toWords(value: bigint, width: number, into: Uint32Array, at: number): void {
  if (width === 1) {
    into[at] = Number(value);
    return;
  }
  const high = value >> 64n;
  into[at] = Number(high >> 32n);
  into[at + 1] = Number(high & 0xffffffffn);
  into[at + 2] = Number((value >> 32n) & 0xffffffffn);
  into[at + 3] = Number(value & 0xffffffffn);
}

export function hashWords(seed: number, words: Uint32Array): number {
  let h = seed;
  for (let i = 0; i < words.length; i++) h = mixWord(h, words[i]!);
  return finish(h);
}

/** The slot of an address, exact or by range, or -1. */
export function findSlot(family: Family, key: Uint32Array): number {
  const { image, width } = family;
  const mask = 2 ** (32 - family.hashShift) - 1;
  let entry = hashWords(family.seed, key) >>> family.hashShift;
  for (;;) {
    const at = family.hash + entry * (width + 1);
    const slot = image[at + width]!;
    if (slot === 0) return findInterval(family, key);
    if (compareWords(image, at, key) === 0) return slot - 1;
    entry = (entry + 1) & mask;
  }
}

/** The slot of the interval that holds an address, or -1. */
export function findInterval(family: Family, key: Uint32Array): number {
  const { image, width } = family;
  if (family.rangeCount === 0) return -1;
  const stride = 2 * width + 1;
  let low = 0;
  let high = family.rangeCount;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareWords(image, family.ranges + middle * stride + width, key) < 0) low = middle + 1;
    else high = middle;
  }
  if (low === family.rangeCount) return -1;
  const at = family.ranges + low * stride;
  return compareWords(image, at, key) <= 0 ? image[at + 2 * width]! : -1;
}

/** Sign of (the address at `at`) - (the address `key`). */
function compareWords(image: Uint32Array, at: number, key: Uint32Array): number {
  for (let i = 0; i < key.length; i++) {
    const difference = image[at + i]! - key[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

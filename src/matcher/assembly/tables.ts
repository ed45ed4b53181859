/** Look-ups of addresses in the table image (layout.ts). Absolute addresses are read from the headers once, by `configureTables`. */
import { finish, inBloom, mixWord, seed } from "./hash";
import {
  BLOOM,
  BLOOM_SHIFT,
  FINE,
  FINE_SHIFT,
  HASH,
  HASH_SHIFT,
  HEADER_V4,
  HEADER_V6,
  RANGES,
  RANGE_BITS,
  RANGE_COUNT,
  RANGE_INDEX,
  WIDE_BITS,
} from "./layout";

let bloom4: usize = 0;
let bloomShift4: u32 = 0;
let hash4: usize = 0;
let hashShift4: u32 = 0;
let rangeCount4: u32 = 0;
let ranges4: usize = 0;
let rangeIndex4: usize = 0;
let rangeBits4: usize = 0;
let fine4: usize = 0;
let fineShift4: u32 = 0;
let wideBits4: usize = 0;
let bloom6: usize = 0;
let bloomShift6: u32 = 0;
let hash6: usize = 0;
let hashShift6: u32 = 0;
let rangeCount6: u32 = 0;
let ranges6: usize = 0;
let rangeIndex6: usize = 0;
let rangeBits6: usize = 0;
let fine6: usize = 0;
let fineShift6: u32 = 0;
let wideBits6: usize = 0;

export function configureTables(image: usize): void {
  const a: usize = image + (HEADER_V4 << 2);
  bloom4 = image + load<u32>(a + (BLOOM << 2));
  bloomShift4 = load<u32>(a + (BLOOM_SHIFT << 2));
  hash4 = image + load<u32>(a + (HASH << 2));
  hashShift4 = load<u32>(a + (HASH_SHIFT << 2));
  rangeCount4 = load<u32>(a + (RANGE_COUNT << 2));
  ranges4 = image + load<u32>(a + (RANGES << 2));
  rangeIndex4 = image + load<u32>(a + (RANGE_INDEX << 2));
  rangeBits4 = image + load<u32>(a + (RANGE_BITS << 2));
  fine4 = image + load<u32>(a + (FINE << 2));
  fineShift4 = load<u32>(a + (FINE_SHIFT << 2));
  wideBits4 = image + load<u32>(a + (WIDE_BITS << 2));
  const b: usize = image + (HEADER_V6 << 2);
  bloom6 = image + load<u32>(b + (BLOOM << 2));
  bloomShift6 = load<u32>(b + (BLOOM_SHIFT << 2));
  hash6 = image + load<u32>(b + (HASH << 2));
  hashShift6 = load<u32>(b + (HASH_SHIFT << 2));
  rangeCount6 = load<u32>(b + (RANGE_COUNT << 2));
  ranges6 = image + load<u32>(b + (RANGES << 2));
  rangeIndex6 = image + load<u32>(b + (RANGE_INDEX << 2));
  rangeBits6 = image + load<u32>(b + (RANGE_BITS << 2));
  fine6 = image + load<u32>(b + (FINE << 2));
  fineShift6 = load<u32>(b + (FINE_SHIFT << 2));
  wideBits6 = image + load<u32>(b + (WIDE_BITS << 2));
}

function inBits(bits: usize, top16: u32): bool {
  return ((load<u32>(bits + ((<usize>(top16 >>> 5)) << 2)) >>> (top16 & 31)) & 1) != 0;
}

/** False: the address is in no table. True: look it up. */
export function maybe4(v: u32): bool {
  return inBloom(bloom4, bloomShift4, finish(mixWord(seed, v))) || (rangeCount4 != 0 && maybeInRange4(v));
}

function maybeInRange4(v: u32): bool {
  const top = v >>> 16;
  if (!inBits(rangeBits4, top)) return false;
  return inBits(wideBits4, top) || inBloom(fine4, fineShift4, finish(mixWord(seed, v >>> 8)));
}

/** The slot of an IPv4 address, or -1. */
export function find4(v: u32): i32 {
  const h = finish(mixWord(seed, v));
  if (inBloom(bloom4, bloomShift4, h)) {
    const mask: u32 = <u32>(((<u64>1) << (32 - <u64>hashShift4)) - 1);
    for (let entry = h >>> hashShift4; ; entry = (entry + 1) & mask) {
      const at = hash4 + ((<usize>entry) << 3);
      const slot = load<u32>(at, 4);
      if (slot == 0) break;
      if (load<u32>(at) == v) return <i32>(slot - 1);
    }
  }
  const top = v >>> 16;
  if (rangeCount4 == 0 || !maybeInRange4(v)) return -1;
  let low = load<u32>(rangeIndex4 + ((<usize>top) << 2));
  let high = load<u32>(rangeIndex4 + ((<usize>top) << 2), 4);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (load<u32>(ranges4 + <usize>middle * 12, 4) < v) low = middle + 1;
    else high = middle;
  }
  if (low >= rangeCount4) return -1;
  const at = ranges4 + <usize>low * 12;
  return load<u32>(at) <= v ? <i32>load<u32>(at, 8) : -1;
}

/** Whether the 128-bit address at `at` is below w0..w3. */
function below6(at: usize, w0: u32, w1: u32, w2: u32, w3: u32): bool {
  const a = ((<u64>load<u32>(at)) << 32) | <u64>load<u32>(at, 4);
  const b = ((<u64>w0) << 32) | <u64>w1;
  if (a != b) return a < b;
  return (((<u64>load<u32>(at, 8)) << 32) | <u64>load<u32>(at, 12)) < (((<u64>w2) << 32) | <u64>w3);
}

/** False: no IPv6 address that begins with `w0` is in a table. */
export function maybe6(w0: u32): bool {
  return inBloom(fine6, fineShift6, finish(mixWord(seed, w0))) || inBits(wideBits6, w0 >>> 16);
}

/** The slot of an IPv6 address, most significant word first, or -1. */
export function find6(w0: u32, w1: u32, w2: u32, w3: u32): i32 {
  const h = finish(mixWord(mixWord(mixWord(mixWord(seed, w0), w1), w2), w3));
  if (inBloom(bloom6, bloomShift6, h)) {
    const mask: u32 = <u32>(((<u64>1) << (32 - <u64>hashShift6)) - 1);
    for (let entry = h >>> hashShift6; ; entry = (entry + 1) & mask) {
      const at = hash6 + <usize>entry * 20;
      const slot = load<u32>(at, 16);
      if (slot == 0) break;
      if (load<u32>(at) == w0 && load<u32>(at, 4) == w1 && load<u32>(at, 8) == w2 && load<u32>(at, 12) == w3)
        return <i32>(slot - 1);
    }
  }
  const top = w0 >>> 16;
  if (rangeCount6 == 0 || !inBits(rangeBits6, top)) return -1;
  let low = load<u32>(rangeIndex6 + ((<usize>top) << 2));
  let high = load<u32>(rangeIndex6 + ((<usize>top) << 2), 4);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (below6(ranges6 + <usize>middle * 36 + 16, w0, w1, w2, w3)) low = middle + 1;
    else high = middle;
  }
  if (low >= rangeCount6) return -1;
  const at = ranges6 + <usize>low * 36;
  // first <= address, said as: not (address < first).
  const first = ((<u64>load<u32>(at)) << 32) | <u64>load<u32>(at, 4);
  const value = ((<u64>w0) << 32) | <u64>w1;
  if (first > value) return -1;
  if (first == value && (((<u64>load<u32>(at, 8)) << 32) | <u64>load<u32>(at, 12)) > (((<u64>w2) << 32) | <u64>w3))
    return -1;
  return <i32>load<u32>(at, 32);
}

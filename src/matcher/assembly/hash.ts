/** The hash of the tables, its seed, and Bloom filters. hashing.ts is the same for the compiler. */
import { MIX_1, MIX_2 } from "./layout";

export let seed: u32 = 0;

/** 16 bytes of ones, then 16 of zeros: the first n bytes of a vector are kept by what stands at 16 - n. */
const keep: usize = memory.data(32, 16);

export function configureHash(value: u32): void {
  seed = value;
  memory.fill(keep, 0xff, 16);
  memory.fill(keep + 16, 0, 16);
}

export function mixWord(h: u32, word: u32): u32 {
  h = (h ^ word) * <u32>MIX_1;
  return h ^ (h >>> 15);
}

export function finish(h: u32): u32 {
  h = h * <u32>MIX_2;
  return h ^ (h >>> 16);
}

/** Whether both of the hash's bits are set in its 64-bit word. */
export function inBloom(bloom: usize, shift: u32, h: u32): bool {
  const word = load<u64>(bloom + ((<usize>(h >>> shift)) << 3));
  return ((word >>> (<u64>h & 63)) & (word >>> (<u64>(h >>> 6) & 63)) & 1) != 0;
}

/** The hash of 16 bytes. */
function hashVector(v: v128, length: u32): u32 {
  let h = mixWord(seed, length);
  h = mixWord(h, i32x4.extract_lane(v, 0));
  h = mixWord(h, i32x4.extract_lane(v, 1));
  h = mixWord(h, i32x4.extract_lane(v, 2));
  return finish(mixWord(h, i32x4.extract_lane(v, 3)));
}

/** The hash of the last `n` bytes before `end`, 1 to 16, letters in either case. */
export function hashKey(end: usize, n: u32): u32 {
  // Kept are the vector's last n bytes: not (the first 16 - n).
  const drop = v128.load(keep + <usize>n);
  const v = v128.or(v128.load(end - 16), i8x16.splat(0x20));
  return hashVector(v128.andnot(v, drop), n);
}

/** The hash of [p, p + length), letters in either case. May read 15 bytes beyond. */
export function hashText(p: usize, length: u32): u32 {
  let state = i32x4.splat(seed);
  const fold = i8x16.splat(0x20);
  let left = length;
  for (; left >= 16; left -= 16, p += 16) state = step(state, v128.or(v128.load(p), fold));
  if (left > 0) state = step(state, v128.and(v128.or(v128.load(p), fold), v128.load(keep + 16 - <usize>left)));
  return hashVector(state, length);
}

/** The hash of [p, p + length), `+` as a space. May read 15 bytes beyond. */
export function hashField(p: usize, length: u32): u32 {
  let state = i32x4.splat(seed);
  let left = length;
  for (; left >= 16; left -= 16, p += 16) state = step(state, spaced(v128.load(p)));
  if (left > 0) state = step(state, v128.and(spaced(v128.load(p)), v128.load(keep + 16 - <usize>left)));
  return hashVector(state, length);
}

function spaced(v: v128): v128 {
  return v128.bitselect(i8x16.splat(0x20), v, i8x16.eq(v, i8x16.splat(0x2b)));
}

function step(state: v128, block: v128): v128 {
  state = i32x4.mul(v128.xor(state, block), i32x4.splat(MIX_1));
  return v128.xor(state, i32x4.shr_u(state, 15));
}

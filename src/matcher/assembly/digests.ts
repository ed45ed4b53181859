/** Digests and JA4: rules H and J of reference-tokens.ts. */
import { ALNUM, HEX, at, followsEscape, inPercent, is } from "./bytes";
import { hashText } from "./hash";
import { HEADER_DIGESTS, HEADER_JA4 } from "./layout";
import { Literals, slotOf } from "./literals";
import { pend } from "./pending";

const DIGESTS: usize = 3;
const JA4: usize = 4;
const digests = changetype<Literals>(memory.data(32, 8));
const fingerprints = changetype<Literals>(memory.data(32, 8));
/** The last 16 bytes of the step before were all hexadecimal. */
let hexBefore: u32 = 0;
let barsBefore: u64 = 0;

export function configureDigests(image: usize): void {
  digests.configure(image, HEADER_DIGESTS);
  fingerprints.configure(image, HEADER_JA4);
}

export function beginDigests(): void {
  hexBefore = 0;
  barsBefore = 0;
}

function allHex(p: usize): u32 {
  const v = v128.load(p);
  const digit = i8x16.gt_s(i8x16.add(v, i8x16.splat(70)), i8x16.splat(117));
  // 'a'..'f' + 25 are the only values above 121 as signed bytes, once upper case is made lower.
  const letter = i8x16.gt_s(i8x16.add(v128.or(v, i8x16.splat(0x20)), i8x16.splat(25)), i8x16.splat(121));
  return i8x16.all_true(v128.or(digit, letter)) ? 1 : 0;
}

/** 32 digits hold 16 that begin at a multiple of 16: a run is read at the first such block of it. */
export function scanDigests(chunk: usize, end: usize): void {
  for (let p = chunk; p < end; p += 64) {
    const blocks = allHex(p) | (allHex(p + 16) << 1) | (allHex(p + 32) << 2) | (allHex(p + 48) << 3);
    for (let firsts = blocks & ~((blocks << 1) | hexBefore); firsts != 0; firsts &= firsts - 1)
      digest(p + <usize>(ctz(firsts) << 4));
    hexBefore = blocks >>> 3;
  }
}

/** The run around the block at `block`, all of whose 16 bytes are hexadecimal while the 16 before are not. */
function digest(block: usize): void {
  let start = block;
  while (is(start - 1, HEX)) start--;
  const stop = start + 137;
  let end = block + 16;
  while (end < stop && is(end, HEX)) end++;
  if (is(end, ALNUM)) return;
  if (digestOf(block, start, end, 128) || digestOf(block, start, end, 64)) return;
  if (!digestOf(block, start, end, 40)) digestOf(block, start, end, 32);
}

/** Whether the last `length` digits before `end` are a token in the set. */
function digestOf(block: usize, start: usize, end: usize, length: u32): bool {
  const p = end - <usize>length;
  if (p < start || p > start + 8 || !standsAlone(p)) return false;
  const entry = digests.find(hashText(p, length), p, length, false);
  if (entry == 0) return false;
  pend(DIGESTS, block, p, length, slotOf(entry));
  return true;
}

/** Nothing before `p` belongs to the token, the ends of escapes excepted. */
function standsAlone(p: usize): bool {
  return is(p - 1, ALNUM) ? followsEscape(p) : !inPercent(p);
}

function bars(p: usize): u64 {
  return <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(p), i8x16.splat(0x5f))));
}

/** JA4 is a_b_c with 10, 12 and 12 characters: two underscores 13 apart. */
export function scanJa4(chunk: usize, end: usize): void {
  for (let p = chunk; p < end; p += 64) {
    const found = bars(p) | (bars(p + 16) << 16) | (bars(p + 32) << 32) | (bars(p + 48) << 48);
    let marks = found & ((found << 13) | (barsBefore >>> 51));
    barsBefore = found;
    for (; marks != 0; marks &= marks - 1) {
      const place = p + <usize>ctz(marks);
      const start = place - 23;
      if (is(place + 13, ALNUM) || at(place + 13) == 0x5f || at(start - 1) == 0x5f || !standsAlone(start)) continue;
      const entry = fingerprints.find(hashText(start, 36), start, 36, false);
      if (entry != 0) pend(JA4, place, start, 36, slotOf(entry));
    }
  }
}

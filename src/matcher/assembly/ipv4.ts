/** IPv4 tokens: the quick test that nearly every candidate fails, and rules 1 to 4 of reference.ts. */
import { ALNUM, COLON, DIGIT, DOT, LETTER, at, decimal, followsEscape, is, plainBefore } from "./bytes";
import { inReading } from "./ipv6";
import { find4, maybe4 } from "./tables";

/**
 * For each shape of an IPv4 (3 x 3 x 3 x 3 lengths of its parts), where the digits of its parts are in 16 bytes whose 12th
 * is the first after the third dot: [hundreds, tens, ones, none] for each part; 128 reads as zero.
 */
const shapes: usize = memory.data(2048, 64);

export function configureIpv4(): void {
  memory.fill(shapes, 128, 2048);
  for (let third = 1; third <= 3; third++)
    for (let second = 1; second <= 3; second++)
      for (let first = 1; first <= 3; first++)
        for (let fourth = 1; fourth <= 3; fourth++) {
          const entry = shapes + (shapeOf(third, second, first, fourth) << 4);
          placePart(entry, 10 - third - second - 2, first);
          placePart(entry + 4, 10 - third - 1, second);
          placePart(entry + 8, 10, third);
          placePart(entry + 12, 11 + fourth, fourth);
        }
}

/** `length` digits, the last of them at byte `last`. */
function placePart(entry: usize, last: i32, length: i32): void {
  for (let i = 0; i < length; i++) store<u8>(entry + 2 - i, <u8>(last - i));
}

/** 0 to 80 for lengths of 1 to 3; anything below 128 otherwise. */
function shapeOf(third: i32, second: i32, first: i32, fourth: i32): usize {
  return <usize>(((third * 3 + second) * 3 + first) * 3 + fourth - 40) & 127;
}

/**
 * Whether the IPv4 whose last part begins at `p` may be in the set. Reads it from the 12 bytes before and the 4 from `p` on
 * without checking anything, so what it computes for other text is arbitrary; an address in the set never gives false.
 */
export function worthReading(p: usize): bool {
  const base = p - 12;
  const bytes = v128.load(base);
  // '0'..'9' + 70 are the only values above 117 as signed bytes.
  const others: u32 = ~(<u32>i8x16.bitmask(i8x16.gt_s(i8x16.add(bytes, i8x16.splat(70)), i8x16.splat(117))));
  // Non-digits below the third dot at 11: the second dot, the first, and the byte before the address.
  let m = others & 0x7ff;
  const dot2 = 31 - clz(m);
  m ^= 1 << dot2;
  const dot1 = 31 - clz(m);
  m ^= 1 << dot1;
  const start = 32 - clz(m);
  if (dot1 - start > 3 || !plainBefore(base + start)) return true;
  const shape = shapeOf(10 - dot2, dot2 - dot1 - 1, dot1 - start, ctz((others >>> 12) | 8));
  const parts = i8x16.swizzle(i8x16.sub(bytes, i8x16.splat(0x30)), v128.load(shapes + (shape << 4)));
  // 100 hundreds + 10 tens + ones gather in byte 2 of each part; what is carried beyond 255 is no address.
  const sums = i32x4.mul(parts, i32x4.splat(0x640a01));
  return maybe4(i32x4.extract_lane(i8x16.shuffle(sums, sums, 14, 10, 6, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0));
}

/** The token that `ipv4` found. */
export let start4: usize = 0;
export let end4: usize = 0;
export let slot4: i32 = -1;

/**
 * Rules 1 to 4 for the IPv4 whose last run of digits begins at `last`, after a dot: true when it is a token in the set.
 * The longest runs of digits cost no more than 16 bytes each way.
 */
export function ipv4(last: usize): bool {
  let end = last;
  while (is(end, DIGIT)) if (++end - last > 3) return false;
  const d = decimal(last, end);
  const dot3 = last - 1;
  const start3 = digitsBackUpTo3(dot3);
  const dot2 = start3 - 1;
  if (at(dot2) != DOT) return false;
  const start2 = digitsBackUpTo3(dot2);
  const dot1 = start2 - 1;
  if (at(dot1) != DOT) return false;
  if (!is(dot1 - 1, DIGIT)) return false;
  const c = decimal(start3, dot3);
  const b = decimal(start2, dot2);
  if (b > 255 || c > 255 || d > 255) return false;
  const start = ipv4Start(dot1);
  if (start == 0) return false;
  const slot = find4((decimal(start, dot1) << 24) | (b << 16) | (c << 8) | d);
  if (slot < 0 || !endsIpv4(start, end)) return false;
  if (at(start - 1) == COLON && inReading(start, end)) return false;
  start4 = start;
  end4 = end;
  slot4 = slot;
  return true;
}

function digitsBackUpTo3(p: usize): usize {
  let n = 0;
  while (n < 3 && is(p - 1, DIGIT)) {
    p--;
    n++;
  }
  return p;
}

/** Where the address begins in the run of digits before its first dot, or 0. */
function ipv4Start(dot: usize): usize {
  for (let p = dot - 1; p >= dot - 3 && is(p, DIGIT); p--) if (followsEscape(p) && decimal(p, dot) <= 255) return p;
  const start = digitsBackUpTo3(dot);
  if (decimal(start, dot) > 255) return 0;
  if (is(start - 1, ALNUM)) return 0;
  if (at(start - 1) == DOT && is(start - 2, ALNUM) && !followsEscape(start - 1)) return 0;
  return start;
}

/** Rule 3. */
function endsIpv4(start: usize, end: usize): bool {
  if (is(end, LETTER)) return false;
  if (at(end) != DOT || !is(end + 1, ALNUM)) return true;
  let after = end + 1;
  while (is(after, DIGIT) && after - end <= 6) after++;
  if (decimal(end + 1, after) > 65535 || is(after, ALNUM)) return false;
  if (at(after) == DOT && is(after + 1, ALNUM)) return false;
  if (at(after) == COLON) return true;
  if (at(after) == 0x20 && (at(after + 1) == 0x3e || at(after + 1) == 0x3c)) return true;
  return at(start - 1) == 0x20 && (at(start - 2) == 0x3e || at(start - 2) == 0x3c);
}

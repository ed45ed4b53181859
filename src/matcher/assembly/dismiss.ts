/** The quick way past IPv6 addresses that are not in the set. */
import { ALNUM, COLON, DOT_ONLY, INTRODUCER, PERCENT, is } from "./bytes";
import { groups, spread, word } from "./groups";
import { find6, maybe6 } from "./tables";

function groupMask(v: v128): u32 {
  const digits = i8x16.gt_s(i8x16.add(v, i8x16.splat(70)), i8x16.splat(117));
  // 'a'..'f' + 25 are the only values above 121 as signed bytes, once upper case is made lower.
  const letters = i8x16.gt_s(i8x16.add(v128.or(v, i8x16.splat(0x20)), i8x16.splat(25)), i8x16.splat(121));
  return i8x16.bitmask(v128.or(v128.or(digits, letters), i8x16.eq(v, i8x16.splat(COLON))));
}

function colonMask(v: v128): u64 {
  return <u64>(<u32>i8x16.bitmask(i8x16.eq(v, i8x16.splat(COLON))));
}

/** Up to four hex digits that end before `end` to a number. */
function hexGroup(end: usize, length: u32): u32 {
  const text = load<u32>(end - 4);
  let nibbles = (text & 0x0f0f0f0f) + 9 * ((text >>> 6) & 0x01010101);
  nibbles &= (<u32>-1) << ((4 - length) << 3);
  const bytes = ((nibbles << 4) | (nibbles >>> 8)) & 0x00ff00ff;
  return ((bytes & 0xff) << 8) | (bytes >>> 16);
}

/**
 * True when the run around the colon at `p` is a plain address, with nothing before or after it that the rules care about, and
 * in no table. False means nothing: read the run.
 */
export function dismissed(p: usize): bool {
  const after =
    <u64>groupMask(v128.load(p)) |
    ((<u64>groupMask(v128.load(p, 16))) << 16) |
    ((<u64>groupMask(v128.load(p, 32))) << 32);
  const before =
    ((<u64>groupMask(v128.load(p - 16))) << 48) |
    ((<u64>groupMask(v128.load(p - 32))) << 32) |
    ((<u64>groupMask(v128.load(p - 48))) << 16);
  const a = p - <usize>clz(~before);
  const b = p + <usize>ctz(~after);
  const n = <u32>(b - a);
  if (n > 39 || is(a - 1, ALNUM | PERCENT | INTRODUCER | DOT_ONLY) || is(b, ALNUM | DOT_ONLY)) return false;
  const every = ((<u64>1) << (<u64>n)) - 1;
  let colons = colonMask(v128.load(a)) | (colonMask(v128.load(a, 16)) << 16) | (colonMask(v128.load(a, 32)) << 32);
  colons &= every;
  const doubled = colons & (colons >>> 1);
  // Whether it is an address takes no loop: colons at the ends, number of "::", number of groups, groups of five. One that
  // begins with "::" may embed an IPv4 and is left to the rules.
  const trailing = colons >>> <u64>(n - 1);
  if ((colons & 1) != 0 || (trailing != 0 && doubled >>> <u64>(n - 2) == 0)) return false;
  if (doubled == 0 ? popcnt(colons) != 7 : (doubled & (doubled - 1)) != 0 || popcnt(colons) - trailing > 7)
    return false;
  const inGroup = every ^ colons;
  if ((inGroup & (inGroup >>> 1) & (inGroup >>> 2) & (inGroup >>> 3) & (inGroup >>> 4)) != 0) return false;
  dismissedEnd = b;
  const colon1 = <u32>ctz(colons);
  colons &= colons - 1;
  const colon2 = min(<u32>ctz(colons), n);
  const w0 =
    (hexGroup(a + colon1, colon1) << 16) | (colon2 == colon1 + 1 ? 0 : hexGroup(a + colon2, colon2 - colon1 - 1));
  if (w0 == 0 || w0 == 0x0064ff9b) return false;
  if (!maybe6(w0)) return true;
  // The other groups one by one.
  let count = 1;
  let gap = -1;
  store<u32>(groups, w0 >>> 16);
  for (let from = colon1 + 1; from < n;) {
    const end = colons != 0 ? <u32>ctz(colons) : n;
    colons &= colons - 1;
    if (end == from) gap = count;
    else store<u32>(groups + (count++ << 2), hexGroup(a + end, end - from));
    from = end + 1;
  }
  spread(count, gap);
  return find6(w0, word(1), word(2), word(3)) < 0;
}

/** Where the run that was dismissed last ends. */
export let dismissedEnd: usize = 0;

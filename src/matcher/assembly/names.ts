/** Host names: rules N of reference-names.ts. */
import { ALNUM, DIGIT, DOT, HIGH, LABEL, MAY_ESCAPE, at, followsEscape, has, inPercent, is } from "./bytes";
import { finish, hashKey, inBloom, mixWord, seed } from "./hash";
import { FLAGS, HEADER_NAMES, KEY_BYTES, MAX_LABEL, MAX_NAME, ODD_TOPS, SIEVE, UTF8_NAMES } from "./layout";
import { Literals, slotBelow, slotOf } from "./literals";
import { pend } from "./pending";
import { append, listStart } from "./places";

const NAMES: usize = 1;
const OPEN: u8 = 0x28;
/** Bytes of the longest escape's end that may stand in a label: `[`, 16 digits, `m`. */
const ESCAPE = 18;
const table = changetype<Literals>(memory.data(32, 8));
let sieve: usize = 0;
/** Some name is spelled in UTF-8: bytes from 0x80 up may belong to labels. */
let utf8 = false;
/** All bits set when a last label may begin or end with any byte. */
let oddTops: u64 = 0;
let highTops: u8 = 0;

/** A name in Windows DNS notation, spelled with dots, its end at `spelledEnd`; newlines around it. */
const spelled: usize = memory.data(384, 16) + 32;
const spelledEnd: usize = spelled + 320;

export function configureNames(image: usize): void {
  table.configure(image, HEADER_NAMES);
  sieve = image + load<u32>(image + ((HEADER_NAMES + SIEVE) << 2));
  const flags = load<u32>(image + (FLAGS << 2));
  utf8 = (flags & UTF8_NAMES) != 0;
  highTops = utf8 ? 0x80 : 0;
  oddTops = (flags & ODD_TOPS) != 0 ? ~(<u64>0) : 0;
  memory.fill(spelled - 32, 0x0a, 384);
}

/** Of the last step: dots, and letters (`tops`). */
let dotsBefore: u64 = 0;
let topsBefore: u64 = 0;

export function beginNames(): void {
  dotsBefore = 0;
  topsBefore = 0;
}

function letters(v: v128, high: v128): u64 {
  // 'a'..'z' + 5 are the only values above 101 as signed bytes, once upper case is made lower.
  const found = i8x16.gt_s(i8x16.add(v128.or(v, i8x16.splat(0x20)), i8x16.splat(5)), i8x16.splat(101));
  return <u64>(<u32>i8x16.bitmask(v128.or(found, v128.and(v, high))));
}

function opens(v: v128): u64 {
  return <u64>(<u32>i8x16.bitmask(i8x16.eq(v, i8x16.splat(OPEN))));
}

/** The names whose last label begins, or whose `(0)` opens, in [chunk, end). */
export function scanNames(chunk: usize, end: usize, dotBits: usize): void {
  const high = i8x16.splat(highTops);
  let listEnd = listStart;
  for (let p = chunk; p < end; p += 64, dotBits += 8) {
    const v0 = v128.load(p);
    const v1 = v128.load(p, 16);
    const v2 = v128.load(p, 32);
    const v3 = v128.load(p, 48);
    const dots = load<u64>(dotBits);
    const tops =
      oddTops | letters(v0, high) | (letters(v1, high) << 16) | (letters(v2, high) << 32) | (letters(v3, high) << 48);
    const open = opens(v0) | (opens(v1) << 16) | (opens(v2) << 32) | (opens(v3) << 48);
    const marks = (tops & ((dots << 1) | (dotsBefore >>> 63))) | (open & ((tops << 1) | (topsBefore >>> 63)));
    dotsBefore = dots;
    topsBefore = tops;
    listEnd = append(listEnd, p, marks);
  }
  let kept = listStart;
  for (let item = listStart; item < listEnd; item += 4) {
    const q = <usize>load<u32>(item);
    store<u32>(kept, <u32>q);
    kept += (<usize>(inSieve(q) | opensZero(q))) << 2;
  }
  for (let item = listStart; item < kept; item += 4) {
    const q = <usize>load<u32>(item);
    if (at(q) == OPEN) notation(q);
    else plain(q);
  }
}

/** 1 when some name has these bytes before and after its last dot; `q` follows the dot. */
function inSieve(q: usize): u32 {
  const three = ((<u32>at(q - 2) & 31) << 10) | ((<u32>at(q) & 31) << 5) | (<u32>at(q + 1) & 31);
  return (<u32>load<u8>(sieve + (three >>> 3)) >>> (three & 7)) & 1;
}

/** 1 when `(0)` stands at `q`. */
function opensZero(q: usize): u32 {
  return <u32>((load<u32>(q) & 0xffffff) == 0x293028);
}

/** The token whose last label begins at `q`, in dots. */
function plain(q: usize): void {
  const labelEnd = endOfLabel(q);
  if (utf8 && has(labelEnd, HIGH)) {
    const end = endOfWideLabel(labelEnd);
    if (end > labelEnd && find(q, end)) {
      pend(NAMES, q, startOfToken(end), <u32>(end - tokenStart), tokenSlot);
      return;
    }
  }
  if (labelEnd == q || labelEnd - q > <usize>MAX_LABEL) return;
  if (at(labelEnd) == DOT && is(labelEnd + 1, ALNUM)) return;
  if (find(q, labelEnd)) pend(NAMES, q, startOfToken(labelEnd), <u32>(labelEnd - tokenStart), tokenSlot);
}

/** Bit i: byte i belongs to a label. */
function labelBits(v: v128): u32 {
  // 'a'..'z' + 5 are the only values above 101 as signed bytes, '0'..'9' + 70 those above 117.
  const letter = i8x16.gt_s(i8x16.add(v128.or(v, i8x16.splat(0x20)), i8x16.splat(5)), i8x16.splat(101));
  const digit = i8x16.gt_s(i8x16.add(v, i8x16.splat(70)), i8x16.splat(117));
  const bar = v128.or(i8x16.eq(v, i8x16.splat(0x2d)), i8x16.eq(v, i8x16.splat(0x5f)));
  return i8x16.bitmask(v128.or(v128.or(letter, digit), bar));
}

/** The end of the label bytes from `p` on; at most MAX_LABEL + 1 are counted. */
function endOfLabel(p: usize): usize {
  const stop = p + MAX_LABEL + 1;
  const end = p + <usize>ctz(~labelBits(v128.load(p)));
  if (end != p + 16) return end;
  p = end;
  while (p < stop && has(p, LABEL)) p++;
  return p;
}

/** The start of the label bytes before `p`, or `furthest`. */
function startOfLabel(p: usize, furthest: usize): usize {
  const run = <usize>clz(~(labelBits(v128.load(p - 16)) << 16));
  p -= run;
  if (run == 16) while (p > furthest && has(p - 1, LABEL)) p--;
  return p;
}

/** The end of a label of any letters, `p` in the middle of it; `p` when the label is none. */
function endOfWideLabel(p: usize): usize {
  const from = p;
  const stop = p + 4 * MAX_LABEL;
  while (p < stop && has(p, LABEL | HIGH) && !beginsMark(p)) p++;
  return p == stop || (at(p) == DOT && is(p + 1, ALNUM)) ? from : p;
}

/** A punctuation mark in UTF-8 begins at `p`. */
function beginsMark(p: usize): bool {
  const c = at(p);
  if (c == 0xc2) return true;
  const next = at(p + 1);
  return (
    (c == 0xe2 && (next & 0xfe) == 0x80) || (c == 0xe3 && next == 0x80) || (c == 0xef && next >= 0xbb && next <= 0xbc)
  );
}

/** A punctuation mark in UTF-8 ends before `p`. */
function endsMark(p: usize): bool {
  return at(p - 2) == 0xc2 || (at(p - 3) != 0xc2 && beginsMark(p - 3));
}

let tokenStart: usize = 0;
let tokenSlot: i32 = -1;
/** The longest listed name found: where it begins. */
let nameStart: usize = 0;

/** Whether a listed name ends at `end`, whose last label begins at `q`; leaves the longest in nameStart and tokenSlot. */
function find(q: usize, end: usize): bool {
  const furthest = end - KEY_BYTES - ESCAPE;
  const start = startOfLabel(q - 1, furthest);
  if (start == q - 1 && !utf8 && start > furthest) return false;
  // An escape would stand in the key.
  if (start <= furthest || !has(start - 1, MAY_ESCAPE)) {
    const key = <u32>min<usize>(end - start, KEY_BYTES);
    if (!inBloom(table.first, table.firstShift, hashKey(end, key))) return false;
  }
  return walk(q, end);
}

/** Tries every place before `end` where a name may begin, label by label. */
function walk(q: usize, end: usize): bool {
  nameStart = 0;
  const furthest = end - MAX_NAME;
  let h = seed;
  let p = end;
  for (;;) {
    let s = p;
    while (s > furthest && inLabel(s - 1)) s--;
    if (s == p) break;
    const cut = inLabel(s - 1);
    const escaped = cut || has(s - 1, MAY_ESCAPE);
    while (p > s) {
      p--;
      h = mixWord(h, at(p) | 0x20);
      if (p >= q) continue;
      if (p > s || cut) {
        if (utf8 && has(p - 1, HIGH) && !has(p, HIGH)) probe(h, p, end);
        else if (escaped && followsEscape(p)) probe(h, p, end);
      } else if (!inPercent(p)) probe(h, p, end);
    }
    if (cut || at(s - 1) != DOT || !inLabel(s - 2)) break;
    p = s - 1;
    if (p <= furthest) break;
    h = mixWord(h, DOT | 0x20);
  }
  return nameStart != 0;
}

/** Whether the byte at `p` belongs to a label. */
function inLabel(p: usize): bool {
  return has(p, LABEL) || (utf8 && has(p, HIGH) && !endsMark(p + 1));
}

function probe(h: u32, p: usize, end: usize): void {
  const entry = table.find(finish(h), p, <u32>(end - p), false);
  if (entry == 0) return;
  const slot = isBelow(p) ? slotBelow(entry) : slotOf(entry);
  if (slot < 0) return;
  nameStart = p;
  tokenSlot = slot;
}

/** A label stands before the name. */
function isBelow(p: usize): bool {
  return at(p - 1) == DOT && has(p - 2, LABEL | HIGH);
}

/** The start of the whole token around the name found. */
function startOfToken(end: usize): usize {
  let p = nameStart;
  tokenStart = p;
  if (!isBelow(p)) return p;
  const furthest = end - MAX_NAME;
  while (p > furthest && (has(p - 1, LABEL) || (at(p - 1) == DOT && has(p - 2, LABEL)))) p--;
  if (at(p) == DOT) p++;
  for (let q = min(nameStart, p + ESCAPE); q > p; q--) {
    if (followsEscape(q)) {
      p = q;
      break;
    }
  }
  tokenStart = p;
  return p;
}

/** `(4)evil(3)com(0)`, its last parenthesis at `open`. */
function notation(open: usize): void {
  if (opensZero(open) == 0) return;
  let p = open;
  let out = spelledEnd;
  let last: usize = 0;
  let start: usize = 0;
  for (;;) {
    let s = p;
    while (p - s <= <usize>MAX_LABEL && has(s - 1, LABEL)) s--;
    const length = <u32>(p - s);
    if (length == 0 || length > <u32>MAX_LABEL || at(s - 1) != 0x29) break;
    let d = s - 2;
    let value: u32 = at(d) - 0x30;
    if (!is(d, DIGIT)) break;
    if (is(d - 1, DIGIT)) {
      d--;
      value += 10 * (at(d) - 0x30);
    }
    if (value != length || at(d - 1) != 0x28) break;
    if (<u32>(spelledEnd - out) + length + 1 > <u32>MAX_NAME) break;
    if (out != spelledEnd) store<u8>(--out, DOT);
    else last = spelledEnd - <usize>length;
    out -= <usize>length;
    memory.copy(out, s, length);
    start = d - 1;
    p = start;
  }
  if (start == 0 || out == last) return;
  memory.fill(out - 32, 0x0a, 32);
  if (inSieve(last) != 0 && find(last, spelledEnd)) pend(NAMES, open, start, <u32>(open + 3 - start), tokenSlot);
}

/** User-agents: rules U of reference-agents.ts. */
import { FIELD_END, HEX, KEY, at, has, is } from "./bytes";
import { finish, hashField, mixWord, seed } from "./hash";
import { HEADER_AGENTS, HEADS, MAX_AGENT, MAX_RAW_AGENT, MIN_AGENT, SIEVE } from "./layout";
import { Literals, slotOf } from "./literals";
import { pend } from "./pending";
import { append, listStart } from "./places";

const AGENTS: usize = 5;
const QUOTE: u8 = 0x22;
const APOSTROPHE: u8 = 0x27;
const SPACE: u8 = 0x20;
const EQUALS: u8 = 0x3d;
const BACKSLASH: u8 = 0x5c;
const TAB: u8 = 0x09;
const PERCENT_SIGN: u8 = 0x25;
/** How far back a quote is looked for that would hold a field between spaces. */
const QUOTED_WITHIN: usize = 256;

const table = changetype<Literals>(memory.data(32, 8));
let sieve: usize = 0;
let heads: usize = 0;
/** A field without its escapes. */
const room: usize = memory.data(544, 16);
/** Bit 63: the last byte of the last step was a delimiter. */
let delimitedBefore: u64 = 0;

export function configureAgents(image: usize): void {
  table.configure(image, HEADER_AGENTS);
  sieve = image + load<u32>(image + ((HEADER_AGENTS + SIEVE) << 2));
  heads = image + load<u32>(image + ((HEADER_AGENTS + HEADS) << 2));
}

export function beginAgents(): void {
  // The region begins after a newline.
  delimitedBefore = (<u64>1) << 63;
  bareFrom = 0;
  bareTo = 0;
  valueFrom = 0;
  valueTo = 0;
}

/** For each byte the bit that its high nibble has in HEADS. */
function nibbles(v: v128, high: v128): v128 {
  return i8x16.swizzle(high, v128.and(i16x8.shr_u(v, 4), i8x16.splat(15)));
}

/** Bytes that are in the set `low`; of those from 0x80 up also others. */
function inSet(v: v128, bits: v128, low: v128): u64 {
  const sets = i8x16.swizzle(low, v128.and(v, i8x16.splat(15)));
  return <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.and(sets, bits), bits)));
}

/** The fields that begin in [chunk, end). */
export function scanAgents(chunk: usize, end: usize): void {
  const first = v128.load(heads);
  const high = v128.load(heads, 16);
  // Space, quote, apostrophe; tab, newline; equals sign.
  const delimiters = i8x16(4, 0, 4, 0, 0, 0, 0, 4, 0, 1, 1, 0, 0, 8, 0, 0);
  let listEnd = listStart;
  for (let p = chunk; p < end; p += 64) {
    const v0 = v128.load(p);
    const v1 = v128.load(p, 16);
    const v2 = v128.load(p, 32);
    const v3 = v128.load(p, 48);
    const b0 = nibbles(v0, high);
    const b1 = nibbles(v1, high);
    const b2 = nibbles(v2, high);
    const b3 = nibbles(v3, high);
    const begun =
      inSet(v0, b0, first) | (inSet(v1, b1, first) << 16) | (inSet(v2, b2, first) << 32) | (inSet(v3, b3, first) << 48);
    const delimited =
      inSet(v0, b0, delimiters) |
      (inSet(v1, b1, delimiters) << 16) |
      (inSet(v2, b2, delimiters) << 32) |
      (inSet(v3, b3, delimiters) << 48);
    listEnd = append(listEnd, p, begun & ((delimited << 1) | (delimitedBefore >>> 63)));
    delimitedBefore = delimited;
  }
  let kept = listStart;
  for (let item = listStart; item < listEnd; item += 4) {
    const q = load<u32>(item);
    store<u32>(kept, q);
    kept += (<usize>inSieve(<usize>q)) << 2;
  }
  for (let item = listStart; item < kept; item += 4) field(<usize>load<u32>(item));
}

/** 1 when some user-agent has these four bytes first. */
function inSieve(p: usize): u32 {
  const h = finish(mixWord(seed, load<u32>(p))) >>> 17;
  return (<u32>load<u8>(sieve + (h >>> 3)) >>> (h & 7)) & 1;
}

/** Where the field ends whose end was looked for, and whether something in it is, or may be, escaped. */
let fieldEnd: usize = 0;
let escapes = false;

/** The field that begins at `start`, after a delimiter. */
function field(start: usize): void {
  const before = at(start - 1);
  if (before == QUOTE) {
    if (at(start - 2) == BACKSLASH ? endsEscapedQuote(start) : endsQuote(start)) check(start);
  } else if (before == APOSTROPHE) {
    if (endsAt(start, APOSTROPHE)) check(start);
  } else if (before == SPACE) {
    if (at(start - 2) == 0x3a && endsBare(start) && check(start)) return;
    if (endsAt(start, SPACE)) check(start, true);
  } else if (before == EQUALS) {
    if (endsValue(start)) check(start);
  } else if (has(start - 1, FIELD_END) && endsBare(start)) check(start);
}

/** The first byte from `p` on that is `closing`, a backslash, `%` or a control character; `p` + 16 when there is none. */
function nextSpecial(p: usize, closing: u8): usize {
  const v = v128.load(p);
  const special = v128.or(
    v128.or(i8x16.eq(v, i8x16.splat(closing)), i8x16.eq(v, i8x16.splat(BACKSLASH))),
    v128.or(i8x16.lt_u(v, i8x16.splat(0x20)), i8x16.eq(v, i8x16.splat(PERCENT_SIGN))),
  );
  return p + <usize>ctz(i8x16.bitmask(special) | 0x10000);
}

/** The first quote that no backslash escapes, in this line. */
function endsQuote(start: usize): bool {
  escapes = false;
  const stop = start + MAX_RAW_AGENT;
  for (let p = start, q: usize; (q = nextSpecial(p, QUOTE)) <= stop;) {
    const c = at(q);
    if (c == QUOTE) {
      fieldEnd = q;
      return true;
    }
    if (c == 0x0a || (c == BACKSLASH && at(q + 1) == 0x0a)) return false;
    if (c == BACKSLASH || c == PERCENT_SIGN) escapes = true;
    p = q == p + 16 ? q : c == BACKSLASH ? q + 2 : q + 1;
  }
  return false;
}

/** The first quote after a backslash; that is no part of the field. */
function endsEscapedQuote(start: usize): bool {
  escapes = false;
  const stop = start + MAX_RAW_AGENT;
  for (let p = start; p <= stop; p++) {
    const c = at(p);
    if (c == 0x0a) return false;
    if (c == BACKSLASH && at(p + 1) == QUOTE) {
      fieldEnd = p;
      return true;
    }
    if (c == BACKSLASH || c == PERCENT_SIGN) escapes = true;
  }
  return false;
}

/** `closing`: an apostrophe, which must be there, or a space, or else the end of the bare field. */
function endsAt(start: usize, closing: u8): bool {
  escapes = false;
  const stop = start + MAX_RAW_AGENT;
  for (let p = start, q: usize; (q = nextSpecial(p, closing)) <= stop;) {
    const c = at(q);
    if (c == closing || (closing == APOSTROPHE ? c == 0x0a : has(q, FIELD_END))) {
      fieldEnd = q;
      return closing != APOSTROPHE || c == closing;
    }
    if (c == BACKSLASH || c == PERCENT_SIGN) escapes = true;
    p = q == p + 16 ? q : q + 1;
  }
  return false;
}

/**
 * Bare fields and values may begin every few bytes and end far away, so what was read is remembered: no end stands in [from, to), and
 * the last byte there that may escape is at `escape`.
 */
let bareFrom: usize = 0;
let bareTo: usize = 0;
let bareEscape: usize = 0;
let valueFrom: usize = 0;
let valueTo: usize = 0;
let valueEscape: usize = 0;

/** A tab or the end of the line. */
function endsBare(start: usize): bool {
  if (start < bareFrom || start > bareTo) {
    bareFrom = start;
    bareTo = start;
    bareEscape = 0;
  }
  const stop = start + MAX_RAW_AGENT;
  for (let q: usize; (q = nextSpecial(bareTo, TAB)) <= stop;) {
    if (has(q, FIELD_END)) {
      bareTo = q;
      fieldEnd = q;
      escapes = bareEscape >= start;
      return true;
    }
    const c = at(q);
    if (c == BACKSLASH || c == PERCENT_SIGN) bareEscape = q;
    bareTo = q == bareTo + 16 ? q : q + 1;
  }
  return false;
}

/** After `=`: quotes, the end of the bare field, or a space before the next key and its `=`. */
function endsValue(start: usize): bool {
  if (start < valueFrom || start > valueTo) {
    valueFrom = start;
    valueTo = start;
    valueEscape = 0;
  }
  for (const stop = start + MAX_RAW_AGENT; valueTo <= stop; valueTo++) {
    const c = at(valueTo);
    if (c == QUOTE || c == APOSTROPHE || has(valueTo, FIELD_END) || (c == SPACE && keyFollows(valueTo + 1))) {
      fieldEnd = valueTo;
      escapes = valueEscape >= start;
      return true;
    }
    if (c == BACKSLASH || c == PERCENT_SIGN) valueEscape = valueTo;
  }
  return false;
}

/** 1 to 32 bytes of a key, and `=`. */
function keyFollows(p: usize): bool {
  const from = p;
  while (p - from <= 32 && has(p, KEY)) p++;
  return p > from && p - from <= 32 && at(p) == EQUALS;
}

/** The nearest quote before `start` opens something: what follows it tells. */
function isQuoted(start: usize): bool {
  for (let p = start - 1; start - p <= QUOTED_WITHIN; p--) {
    const c = at(p);
    if (c == 0x0a) return false;
    if (c == QUOTE) {
      const next = at(p + 1);
      return !(next == SPACE || next == 0x2c || next == 0x7d || next == 0x5d);
    }
  }
  return false;
}

/** Reports [start, fieldEnd) when it is in the set, and no quotes are around it where that matters. */
function check(start: usize, spaced: bool = false): bool {
  let p = start;
  let length = <u32>(fieldEnd - start);
  if (escapes) {
    p = room;
    length = withoutEscapes(start);
  }
  if (length < <u32>MIN_AGENT || length > <u32>MAX_AGENT) return false;
  const entry = table.find(hashField(p, length), p, length, true);
  if (entry == 0 || (spaced && isQuoted(start))) return false;
  pend(AGENTS, start, start, <u32>(fieldEnd - start), slotOf(entry));
  return true;
}

/** The field without its escapes in `room`; its length, or more than MAX_AGENT. */
function withoutEscapes(p: usize): u32 {
  let out = room;
  const end = fieldEnd;
  while (p < end) {
    if (out - room >= <usize>MAX_AGENT) return MAX_AGENT + 1;
    let c = at(p++);
    if (c == BACKSLASH && p < end) {
      const next = at(p);
      if (next == QUOTE || next == 0x2f || next == BACKSLASH) {
        c = next;
        p++;
      } else if (next == 0x75 && end - p >= 5) {
        const byte = fromUnicode(p + 1);
        if (byte != 0) {
          c = byte;
          p += 5;
        }
      }
    } else if (c == PERCENT_SIGN && end - p >= 2 && load<u16>(p) == 0x3032) {
      c = SPACE;
      p += 2;
    } else if (c == PERCENT_SIGN && end - p >= 4 && load<u32>(p) == 0x30323532) {
      c = SPACE;
      p += 4;
    }
    store<u8>(out++, c);
  }
  return <u32>(out - room);
}

/** The byte that JSON writers spell `\u00HH` for HTML's sake: `" & ' + < = >`. 0 for others. */
function fromUnicode(p: usize): u8 {
  if (at(p) != 0x30 || at(p + 1) != 0x30 || !is(p + 2, HEX) || !is(p + 3, HEX)) return 0;
  const c = <u8>((digit(at(p + 2)) << 4) | digit(at(p + 3)));
  return c == QUOTE || c == 0x26 || c == APOSTROPHE || c == 0x2b || c == 0x3c || c == EQUALS || c == 0x3e ? c : 0;
}

function digit(c: u8): u8 {
  return c <= 0x39 ? c & 15 : (c & 15) + 9;
}

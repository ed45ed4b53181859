/**
 * Bytes and their classes, and the little readers that the token rules (reference.ts) are made of. Every function may look a
 * few dozen bytes around its position: a scanned region stands between newlines.
 */

/** Byte classes, one bit each. */
export const DIGIT: u8 = 1;
/** A..F, a..f. */
const HEX_LETTER: u8 = 2;
/** G..Z, g..z. */
const OTHER_LETTER: u8 = 4;
const COLON_OR_DOT: u8 = 8;
/** `%`: an escape may begin here and swallow digits that look like an address's first. */
export const PERCENT: u8 = 16;
/** The other bytes that begin an escape: backslash, `^`, `#`. */
export const INTRODUCER: u8 = 64;
/** In addition to COLON_OR_DOT. */
export const DOT_ONLY: u8 = 32;
export const HEX: u8 = DIGIT | HEX_LETTER;
export const LETTER: u8 = HEX_LETTER | OTHER_LETTER;
export const ALNUM: u8 = DIGIT | LETTER;
export const RUN: u8 = HEX | COLON_OR_DOT;

export const DOT: u8 = 0x2e;
export const COLON: u8 = 0x3a;

/** Second set of classes. Bytes of a host name's label: letters, digits, `-`, `_`. */
export const LABEL: u8 = 1;
/** From 0x80 up: parts of UTF-8 characters. */
export const HIGH: u8 = 2;
/** What the escapes of rule E begin with, or hold beside letters and digits. */
export const MAY_ESCAPE: u8 = 4;
/** Of a mail address's local part (RFC 5322 atext, and dots). */
export const LOCAL: u8 = 8;
/** Before which a local part goes on to the left. */
export const JOINED: u8 = 16;
/** Tab, newline and return: the end of a field without quotes. */
export const FIELD_END: u8 = 32;
/** Bytes of a key before `=`. */
export const KEY: u8 = 64;

const classes: usize = memory.data(256, 64);
const others: usize = memory.data(256, 64);

export function configureBytes(): void {
  for (let c: usize = 0x30; c <= 0x39; c++) store<u8>(classes + c, DIGIT);
  for (let c: usize = 0x41; c <= 0x5a; c++) {
    const letter: u8 = c <= 0x46 ? HEX_LETTER : OTHER_LETTER;
    store<u8>(classes + c, letter);
    store<u8>(classes + c + 0x20, letter);
  }
  store<u8>(classes + DOT, COLON_OR_DOT | DOT_ONLY);
  store<u8>(classes + COLON, COLON_OR_DOT);
  store<u8>(classes + 0x25, PERCENT);
  store<u8>(classes + 0x5c, INTRODUCER);
  store<u8>(classes + 0x5e, INTRODUCER);
  store<u8>(classes + 0x23, INTRODUCER);
  configureOthers();
}

function mark(c: usize, bits: u8): void {
  store<u8>(others + c, load<u8>(others + c) | bits);
}

function configureOthers(): void {
  memory.fill(others, 0, 256);
  for (let c: usize = 0x30; c <= 0x39; c++) mark(c, LABEL | LOCAL | JOINED | KEY);
  for (let c: usize = 0x41; c <= 0x5a; c++) {
    mark(c, LABEL | LOCAL | JOINED | KEY);
    mark(c + 0x20, LABEL | LOCAL | JOINED | KEY);
  }
  for (let c: usize = 0x80; c <= 0xff; c++) mark(c, HIGH);
  // - _ . +
  mark(0x2d, LABEL | LOCAL | JOINED | KEY);
  mark(0x5f, LABEL | LOCAL | JOINED | KEY);
  mark(0x2e, LOCAL | JOINED | KEY);
  mark(0x2b, LOCAL | JOINED);
  // ! # $ % & ' * / = ? ^ ` { | } ~
  mark(0x21, LOCAL);
  for (let c: usize = 0x23; c <= 0x27; c++) mark(c, LOCAL);
  mark(0x2a, LOCAL);
  mark(0x2f, LOCAL);
  mark(0x3d, LOCAL);
  mark(0x3f, LOCAL);
  mark(0x5e, LOCAL);
  mark(0x60, LOCAL);
  for (let c: usize = 0x7b; c <= 0x7e; c++) mark(c, LOCAL);
  // % \ # ^ [ ;
  mark(0x25, MAY_ESCAPE);
  mark(0x5c, MAY_ESCAPE);
  mark(0x23, MAY_ESCAPE);
  mark(0x5e, MAY_ESCAPE);
  mark(0x5b, MAY_ESCAPE);
  mark(0x3b, MAY_ESCAPE);
  mark(0x09, FIELD_END);
  mark(0x0a, FIELD_END);
  mark(0x0d, FIELD_END);
}

export function at(p: usize): u8 {
  return load<u8>(p);
}

export function is(p: usize, mask: u8): bool {
  return (load<u8>(classes + <usize>load<u8>(p)) & mask) != 0;
}

/** Of the second set. */
export function has(p: usize, mask: u8): bool {
  return (load<u8>(others + <usize>load<u8>(p)) & mask) != 0;
}

/** A letter in lower case, any other byte as it is. */
export function lower(c: u8): u8 {
  return c >= 0x41 && c <= 0x5a ? c | 0x20 : c;
}

/** `%HH` begins right before `p`: what stands there belongs to the escape. */
export function inPercent(p: usize): bool {
  return at(p - 1) == 0x25 && is(p, HEX) && is(p + 1, HEX);
}

/** The byte before an IPv4 lets it begin there, whatever else stands around: the main loop's quick test. */
export function plainBefore(p: usize): bool {
  return !is(p - 1, ALNUM | PERCENT | DOT_ONLY);
}

/** Rule E. */
export function followsEscape(p: usize): bool {
  const last = at(p - 1);
  const second = at(p - 2);
  if (second == 0x5c) {
    // \b \f \n \r \t
    if (last == 0x6e || last == 0x74 || last == 0x72 || last == 0x62 || last == 0x66) return true;
  } else if (second == 0x5e) {
    // ^I ^J ^M
    if (last == 0x49 || last == 0x4a || last == 0x4d) return true;
  }
  if (last == 0x6d || last == 0x4b) return endsColour(p);
  if (!is(p - 1, HEX) || !is(p - 2, HEX)) return false;
  const third = at(p - 3);
  if (third == 0x25) return true;
  if (third == 0x78) return at(p - 4) == 0x5c;
  if (third == 0x35) {
    // %25HH, %2525HH, %252525HH
    for (let q = p - 4, n = 0; n < 3; q -= 2, n++) {
      if (at(q) != 0x32) break;
      if (at(q - 1) == 0x25) return true;
      if (at(q - 1) != 0x35) break;
    }
  }
  const fourth = at(p - 4);
  if (is(p - 3, HEX) && is(p - 4, HEX) && at(p - 5) == 0x75 && at(p - 6) == 0x5c) return true;
  if (last < 0x30 || last > 0x37) return false;
  if (fourth == 0x5c) return third == 0x30 && second >= 0x30 && second <= 0x37;
  if (fourth == 0x23) {
    if (third == 0x30) return second >= 0x30 && second <= 0x33;
    return third == 0x31 && second == 0x37 && last == 0x37;
  }
  return false;
}

/** `[`, up to 16 digits and semicolons, then the letter before `p`. */
function endsColour(p: usize): bool {
  let q = p - 2;
  while (p - q < 18 && (is(q, DIGIT) || at(q) == 0x3b)) q--;
  return at(q) == 0x5b;
}

/** Decimal digits [p, end), at most five, to a number; 99999 when there are none or more. */
export function decimal(p: usize, end: usize): u32 {
  if (end <= p || end - p > 5) return 99999;
  let value: u32 = 0;
  for (; p < end; p++) value = value * 10 + (at(p) & 15);
  return value;
}

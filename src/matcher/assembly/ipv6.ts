/** IPv6 tokens: rules 5 to 10 of reference.ts. */
import { COLON, DIGIT, DOT, HEX, LETTER, RUN, at, decimal, followsEscape, is } from "./bytes";
import { dismissed, dismissedEnd } from "./dismiss";
import { groups, spread, word } from "./groups";
import { find4, find6 } from "./tables";

/** The token that `ipv6` found. */
export let start6: usize = 0;
export let end6: usize = 0;
export let slot6: i32 = -1;

/** The run read last, and its readings: extents and slots. A run is read once, however many tokens ask for it. */
let runStart: usize = 0;
let runEnd: usize = 0;
let readings = 0;
let start0: usize = 0;
let end0: usize = 0;
let slot0: i32 = -1;
let start1: usize = 0;
let end1: usize = 0;
let slot1: i32 = -1;

export function forgetRun(): void {
  runStart = 0;
  runEnd = 0;
}

/** Rule 4: whether a reading of the run around [start, end) has it as its tail. */
export function inReading(start: usize, end: usize): bool {
  readRun(start);
  return (readings > 0 && start0 < start && end <= end0) || (readings > 1 && start1 < start && end <= end1);
}

/** Rule 10: true when the run around the colon at `p` holds a hit, left in start6, end6, slot6. */
export function ipv6(p: usize): bool {
  if (dismissed(p)) {
    endOfRun = dismissedEnd;
    return false;
  }
  readRun(p);
  endOfRun = runEnd;
  if (readings > 0 && slot0 >= 0) {
    start6 = start0;
    end6 = end0;
    slot6 = slot0;
    return true;
  }
  if (readings > 1 && slot1 >= 0) {
    start6 = start1;
    end6 = end1;
    slot6 = slot1;
    return true;
  }
  return false;
}

/** End of the run that `ipv6` looked at. */
export let endOfRun: usize = 0;

/** Rules 5 to 8 for the run around `p`. */
function readRun(p: usize): void {
  if (runStart <= p && p < runEnd) return;
  let a = p;
  while (is(a - 1, RUN)) a--;
  let b = p + 1;
  while (is(b, RUN)) b++;
  runStart = a;
  runEnd = b;
  readings = 0;
  const colon = firstColon(a, b);
  if (colon == b) return;
  let start: usize = 0;
  for (let q = min(colon, a + 8); q >= a; q--) {
    if (followsEscape(q)) {
      start = q;
      break;
    }
  }
  if (start == 0) start = is(a - 1, LETTER) ? colon + 1 : a;
  let end = b;
  if (is(b, LETTER)) {
    end = lastColon(start, b);
    if (end == 0) return;
  }
  start = trimStart(start, end);
  end = trimEnd(start, end);
  if (addReading(start, end)) return;
  const last = lastColon(start, end);
  if (last == 0) return;
  const first = firstColon(start, end) + 1;
  let s = trimStart(start, last);
  addReading(s, trimEnd(s, last));
  s = trimStart(first, end);
  addReading(s, trimEnd(s, end));
}

/** `end` when there is none. */
function firstColon(p: usize, end: usize): usize {
  while (p < end && at(p) != COLON) p++;
  return p;
}

/** 0 when there is none. */
function lastColon(start: usize, end: usize): usize {
  while (end > start) if (at(--end) == COLON) return end;
  return 0;
}

/** Rule 6. */
function trimStart(start: usize, end: usize): usize {
  while (start < end && at(start) == DOT) start++;
  if (start < end && at(start) == COLON) {
    const two = start + 1 < end && at(start + 1) == COLON;
    const three = two && start + 2 < end && at(start + 2) == COLON;
    if (!two || three) start++;
  }
  return start;
}

function trimEnd(start: usize, end: usize): usize {
  while (end > start && at(end - 1) == DOT) end--;
  if (end > start && at(end - 1) == COLON) {
    const two = end - 1 > start && at(end - 2) == COLON;
    const three = two && end - 2 > start && at(end - 3) == COLON;
    if (!two || three) end--;
  }
  return end;
}

/** Where the text of the address that was parsed last ends. */
let addressEnd: usize = 0;

function addReading(start: usize, end: usize): bool {
  if (!parse6(start, end)) return false;
  const w0 = word(0);
  const w1 = word(1);
  const w2 = word(2);
  const w3 = word(3);
  // Rule 9: mapped, translated, compatible, NAT64.
  const embedded =
    (w0 == 0x0064ff9b && (w1 | w2) == 0) ||
    ((w0 | w1) == 0 && (w2 == 0x0000ffff || w2 == 0xffff0000 || (w2 == 0 && w3 > 0xffff)));
  const slot = embedded ? find4(w3) : find6(w0, w1, w2, w3);
  if (readings == 0) {
    start0 = start;
    end0 = addressEnd;
    slot0 = slot;
  } else {
    start1 = start;
    end1 = addressEnd;
    slot1 = slot;
  }
  readings++;
  return true;
}

/** Rules 7 and 8. 51 bytes are the longest address with the longest port. */
function parse6(start: usize, end: usize): bool {
  if (end < start + 2 || end - start > 51) return false;
  let count = 0;
  let gap = -1;
  let pairs = true;
  let p = start;
  if (at(p) == COLON) {
    if (at(p + 1) != COLON) return false;
    gap = 0;
    p += 2;
  }
  addressEnd = end;
  while (p < end) {
    const from = p;
    let value: u32 = 0;
    while (p < end && is(p, HEX)) {
      const c = at(p++);
      value = (value << 4) | <u32>(c <= 0x39 ? c & 15 : (c & 15) + 9);
    }
    const length = p - from;
    if (p < end && at(p) == DOT) {
      const tail = dottedTail(from, end);
      if (tail == 0) return false;
      if (tail == 2) {
        if (count > 6) return false;
        store<u32>(groups + (count << 2), tailValue >>> 16);
        store<u32>(groups + (count << 2), tailValue & 0xffff, 4);
        count += 2;
        break;
      }
      // `.port`: what stands before it is the end, be it a group or "::".
      if (length == 0 && gap == count) break;
      end = p;
    }
    if (length == 0 || length > 4 || count > 7) return false;
    store<u32>(groups + (count << 2), value);
    count++;
    if (p == end) break;
    if (length != 2 && count > 1) pairs = false;
    if (++p == end) return false;
    if (at(p) == COLON) {
      if (gap >= 0) return false;
      gap = count;
      p++;
    }
  }
  if (gap < 0) return count == 8 && !pairs;
  if (count > 7) return false;
  spread(count, gap);
  return true;
}

let tailValue: u32 = 0;

/**
 * What follows the last colon when it holds a dot: 2 for an IPv4 (in tailValue), 1 for a group, 0 for neither, each with or
 * without a port. Leaves the end of the address in addressEnd.
 */
function dottedTail(start: usize, end: usize): i32 {
  let dots = 0;
  let p = end;
  for (let q = end - 1; q >= start; q--) {
    if (at(q) == COLON) return 0;
    if (at(q) == DOT) {
      dots++;
      p = q;
    }
  }
  if (dots == 1) {
    addressEnd = p;
    return isPort(p + 1, end) ? 1 : 0;
  }
  if (dots != 3 && dots != 4) return 0;
  let value: u32 = 0;
  p = start;
  for (let i = 0; i < 4; i++) {
    const from = p;
    while (is(p, DIGIT)) p++;
    const octet = decimal(from, p);
    if (p - from > 3 || octet > 255) return 0;
    value = (value << 8) | octet;
    if (i == 3) break;
    if (at(p) != DOT) return 0;
    p++;
  }
  tailValue = value;
  addressEnd = p;
  if (dots == 3) return p == end ? 2 : 0;
  return at(p) == DOT && isPort(p + 1, end) ? 2 : 0;
}

/** [p, end) is 1..5 digits up to 65535. */
function isPort(p: usize, end: usize): bool {
  const value = decimal(p, end);
  while (p < end && is(p, DIGIT)) p++;
  return p == end && value <= 65535;
}

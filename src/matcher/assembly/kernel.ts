/**
 * The scan, in chunks of 1,792 bytes and three passes over each:
 * 1. Bytes to bit masks (bit i = byte i of the chunk): dots and colons. Newlines are counted on the way.
 * 2. Bit arithmetic on windows of 56 bits, each with the 8 bits before it, marks the third dot of three that stand as in an
 *    IPv4, and colons that can belong to an IPv6 address. The bits before the window are the history that makes the result
 *    independent of where windows, chunks and vectors begin.
 * 3. Marked places are looked at one by one: value, Bloom filter, and for what is left the token rules (reference.ts).
 * The first two passes hold no calls and hardly a branch, so they keep everything in registers.
 *
 * Then, while the chunk is in the L1 cache, a pass for each other kind that the set has: names, mail, digests, JA4, user-agents.
 * Each marks with bit arithmetic the places where such a token may be, and tries a small filter before it reads one. What they
 * find waits in pending.ts, so that hits are written in order.
 */
import {
  CHUNK,
  FLAGS,
  HAS_ADDRESSES,
  HAS_AGENTS,
  HAS_DIGESTS,
  HAS_JA4,
  HAS_MAIL,
  HAS_NAMES,
  HIT_PAUSE,
  SEED,
} from "./layout";
import { beginAgents, configureAgents, scanAgents } from "./agents";
import { beginDigests, configureDigests, scanDigests, scanJa4 } from "./digests";
import { configureHash } from "./hash";
import { configureMail, scanMail } from "./mail";
import { beginNames, configureNames, scanNames } from "./names";
import { clearPending, pend, writePending } from "./pending";
import { beginHits, clearHits, configureHits, emit, hitCount } from "./hits";
import { configureBytes } from "./bytes";
import { configureIpv4, end4, ipv4, slot4, start4, worthReading } from "./ipv4";
import { end6, endOfRun, forgetRun, ipv6, slot6, start6 } from "./ipv6";
import { configureTables } from "./tables";

/** Bytes put aside and made newlines on either side of a region. */
const FENCE: usize = 128;
/** Marks a listed place as a colon; the rest of the word is its offset in the chunk. */
const IS_COLON: u32 = 0x8000_0000;

const saved: usize = memory.data(256, 64);
/** Masks of the chunk, one bit a byte, with one byte of history before them and room for the last window after them. */
const dotBits: usize = memory.data(320, 64) + 64;
const colonBits: usize = memory.data(320, 64) + 64;
/** Marked places of the chunk, ascending; at most one a byte, and room for two that are written ahead. */
const places: usize = memory.data(7232, 64);

let flags: u32 = 0;
/** The set has more than addresses. */
let others = false;
let regionStart: usize = 0;
let regionEnd: usize = 0;
let position: usize = 0;
let newlineCount: u32 = 0;
/** Colons before this belong to a run that has been dealt with. */
let readUpTo: usize = 0;
/** Of the last window: how many colons 2 to 5 apart it holds, and those that are not 3 apart. */
let lastSpaced: u64 = 0;
let lastUneven: u64 = 0;
/** First address that is free for the image, the hit table and the block. */
export function heapBase(): usize {
  return __heap_base;
}

export function configure(image: usize, hits: usize): void {
  flags = load<u32>(image + (FLAGS << 2));
  others = (flags & ~HAS_ADDRESSES) != 0;
  configureHash(load<u32>(image + (SEED << 2)));
  configureTables(image);
  configureHits(hits);
  configureBytes();
  configureIpv4();
  if (!others) return;
  configureNames(image);
  configureMail(image);
  configureDigests(image);
  configureAgents(image);
}

/** Starts a scan of [start, end), absolute addresses. */
export function begin(start: usize, end: usize): void {
  memory.copy(saved, start - FENCE, FENCE);
  memory.copy(saved + FENCE, end, FENCE);
  memory.fill(start - FENCE, 0x0a, FENCE);
  memory.fill(end, 0x0a, FENCE);
  regionStart = start;
  regionEnd = end;
  position = start;
  newlineCount = 0;
  readUpTo = 0;
  lastSpaced = 0;
  lastUneven = 0;
  store<u8>(dotBits - 1, 0);
  store<u8>(colonBits - 1, 0);
  beginHits(start);
  forgetRun();
  beginNames();
  beginDigests();
  beginAgents();
  clearPending();
}

/** Newlines in the region, once `run` has come to its end. */
export function newlines(): u32 {
  return newlineCount;
}

/** Pass 1 for [chunk, end), in whole steps of 64 bytes. Returns the number of newlines, those beyond `end` included. */
function toMasks(chunk: usize, end: usize): u32 {
  const dot = i8x16.splat(0x2e);
  const colon = i8x16.splat(0x3a);
  const newline = i8x16.splat(0x0a);
  let counters = i8x16.splat(0);
  for (let p = chunk, out: usize = 0; p < end; p += 64, out += 8) {
    const v0 = v128.load(p);
    const v1 = v128.load(p, 16);
    const v2 = v128.load(p, 32);
    const v3 = v128.load(p, 48);
    counters = i8x16.sub(
      counters,
      i8x16.add(
        i8x16.add(i8x16.eq(v0, newline), i8x16.eq(v1, newline)),
        i8x16.add(i8x16.eq(v2, newline), i8x16.eq(v3, newline)),
      ),
    );
    store<u16>(dotBits + out, <u16>i8x16.bitmask(i8x16.eq(v0, dot)));
    store<u16>(dotBits + out, <u16>i8x16.bitmask(i8x16.eq(v1, dot)), 2);
    store<u16>(dotBits + out, <u16>i8x16.bitmask(i8x16.eq(v2, dot)), 4);
    store<u16>(dotBits + out, <u16>i8x16.bitmask(i8x16.eq(v3, dot)), 6);
    store<u16>(colonBits + out, <u16>i8x16.bitmask(i8x16.eq(v0, colon)));
    store<u16>(colonBits + out, <u16>i8x16.bitmask(i8x16.eq(v1, colon)), 2);
    store<u16>(colonBits + out, <u16>i8x16.bitmask(i8x16.eq(v2, colon)), 4);
    store<u16>(colonBits + out, <u16>i8x16.bitmask(i8x16.eq(v3, colon)), 6);
  }
  const sums = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(counters));
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  );
}

/** Pass 2 for the first `bytes` bytes of the chunk. Returns the end of the list of places. */
function toPlaces(bytes: u32): usize {
  let list = places;
  let from = dotBits - 1;
  let spacedBefore = lastSpaced;
  let unevenBefore = lastUneven;
  for (let base: u32 = 0; base < bytes; base += 56, from += 7) {
    // An IPv4's dots lie 2 to 4 apart.
    const dots = load<u64>(from);
    const pairs = dots & ((dots << 2) | (dots << 3) | (dots << 4));
    let marks = (pairs & ((pairs << 2) | (pairs << 3) | (pairs << 4))) >>> 8;
    // An IPv6 address has "::", or else at least six colons 2 to 5 apart: five such distances, in this window or the last
    // one, and not all of them 3, as a MAC's are (rule 8).
    const colons = load<u64>(from + (colonBits - dotBits));
    let colonMarks = (colons & (colons << 1)) >>> 8;
    const uneven = (colons & ((colons << 2) | (colons << 4) | (colons << 5))) >>> 8;
    const spaced = uneven | ((colons & (colons << 3)) >>> 8);
    const count6 = popcnt(spaced);
    if (count6 + spacedBefore > 4 && (uneven | unevenBefore) != 0) colonMarks |= spaced;
    spacedBefore = count6;
    unevenBefore = uneven;
    if (colonMarks == 0) {
      // Two are written whether they are there or not: the usual numbers need no branch.
      const count = <u32>popcnt(marks);
      store<u32>(list, base + <u32>ctz(marks));
      let rest = marks & (marks - 1);
      store<u32>(list, base + <u32>ctz(rest), 4);
      let next = list + 8;
      list += count << 2;
      if (count > 2) {
        for (rest &= rest - 1; rest != 0; rest &= rest - 1, next += 4) store<u32>(next, base + <u32>ctz(rest));
      }
    } else {
      for (marks |= colonMarks; marks != 0; marks &= marks - 1, list += 4) {
        const bit = ctz(marks);
        const flag = ((colonMarks >>> bit) & 1) != 0 ? IS_COLON : 0;
        store<u32>(list, (base + <u32>bit) | flag);
      }
    }
  }
  lastSpaced = spacedBefore;
  lastUneven = unevenBefore;
  return list;
}

/** Pass 3 for the addresses of a chunk, whose places end at `listEnd`. */
function scanPlaces(chunk: usize, listEnd: usize): void {
  for (let at = places; at < listEnd; at += 4) {
    const place = load<u32>(at);
    const p = chunk + <usize>(place & ~IS_COLON);
    if (place & IS_COLON) {
      if (p < readUpTo) continue;
      const hit = ipv6(p);
      // A reading further on in the run waits for its own colons, so that hits stay in order.
      if (hit && p < start6) continue;
      readUpTo = endOfRun;
      if (hit) found(p, start6, end6, slot6, chunk);
    } else if (worthReading(p + 1) && ipv4(p + 1)) {
      found(p, start4, end4, slot4, chunk);
    }
  }
}

function found(p: usize, start: usize, end: usize, slot: i32, chunk: usize): void {
  if (others) pend(0, p, start, <u32>(end - start), slot);
  else emit(start, <u32>(end - start), slot, p, chunk, newlineCount);
}

/** The passes for other kinds than addresses. */
function scanOthers(chunk: usize, chunkEnd: usize): void {
  if (flags & HAS_NAMES) scanNames(chunk, chunkEnd, dotBits);
  if (flags & HAS_MAIL) scanMail(chunk, chunkEnd);
  if (flags & HAS_DIGESTS) scanDigests(chunk, chunkEnd);
  if (flags & HAS_JA4) scanJa4(chunk, chunkEnd);
  if (flags & HAS_AGENTS) scanAgents(chunk, chunkEnd);
  writePending(chunk, newlineCount);
}

/** Scans on from where it stopped. Returns the hits now in the table; fewer than HIT_PAUSE mean that the region is done. */
export function run(): u32 {
  clearHits();
  const end = regionEnd;
  let chunk = position;
  while (chunk < end && hitCount() < <u32>HIT_PAUSE) {
    const chunkEnd = min(end, chunk + <usize>CHUNK);
    if (chunkEnd - chunk < <usize>CHUNK) {
      memory.fill(dotBits, 0, 256);
      memory.fill(colonBits, 0, 256);
    }
    const newlinesFound = toMasks(chunk, chunkEnd);
    if (flags & HAS_ADDRESSES) scanPlaces(chunk, toPlaces(<u32>(chunkEnd - chunk)));
    if (others) scanOthers(chunk, chunkEnd);
    newlineCount += newlinesFound;
    store<u8>(dotBits - 1, load<u8>(dotBits + CHUNK / 8 - 1));
    store<u8>(colonBits - 1, load<u8>(colonBits + CHUNK / 8 - 1));
    chunk += <usize>CHUNK;
  }
  position = chunk;
  if (chunk >= end && regionStart != 0) {
    // Newlines of the fence that the last step reached into.
    newlineCount -= <u32>(regionStart - end) & 63;
    memory.copy(regionStart - FENCE, saved, FENCE);
    memory.copy(end, saved + FENCE, FENCE);
    regionStart = 0;
  }
  return hitCount();
}

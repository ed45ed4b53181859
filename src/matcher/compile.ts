/**
 * Indicators to tables (layout: assembly/layout.ts). Exact addresses go to a hash behind a Bloom filter; CIDR blocks and
 * ranges are cut into disjoint intervals behind a bitmap of the top 16 bits. Every table lookup is O(1) or a short binary
 * search, so the scan's cost hardly depends on the number of indicators.
 */
import { randomBytes } from "node:crypto";
import { LookbackError } from "../model/errors.js";
import type { Indicator } from "../model/indicator.js";
import * as layout from "./assembly/layout.js";
import type { CompiledSet } from "./matcher.js";
import { findInterval, hashWords, toWords } from "./tables.js";
import type { Family } from "./tables.js";

/** Ranges nested in ranges without end need a quadratic slot list: a feed that does that is refused, not obeyed. */
const MAX_SLOT_MEMBERS = 1 << 24;

/** The slot lists, with a bound on their sum. */
class Slots {
  readonly lists: number[][] = [];
  #members = 0;

  add(list: number[]): number {
    this.#members += list.length;
    if (this.#members > MAX_SLOT_MEMBERS)
      throw new LookbackError("intel-unusable", "the address ranges overlap too deeply to be compiled");
    return this.lists.push(list) - 1;
  }
}

/** Disjoint and ascending; `slot` covers all of first..last. */
interface Interval {
  first: bigint;
  last: bigint;
  slot: number;
}

/** Numbers of indicators, split by what table they go to. */
interface Share {
  exact: number[];
  ranges: number[];
}

/**
 * Compiles any number of indicators (100,000 in about 0.1 s). Throws LookbackError `intel-unusable` when ranges overlap so
 * deeply that listing who covers what would not fit in memory.
 */
export function compile(indicators: readonly Indicator[]): CompiledSet {
  const shares = { 4: { exact: [], ranges: [] } as Share, 6: { exact: [], ranges: [] } as Share };
  for (let i = 0; i < indicators.length; i++) {
    const { range } = indicators[i]!;
    if (!range) continue;
    const { version, first, last } = range;
    shares[version][first === last ? "exact" : "ranges"].push(i);
  }
  const slots = new Slots();
  const intervals = {
    4: cutIntervals(indicators, shares[4].ranges, slots),
    6: cutIntervals(indicators, shares[6].ranges, slots),
  };
  const sizes = { 4: planFamily(4, shares[4], intervals[4]), 6: planFamily(6, shares[6], intervals[6]) };
  const start = layout.HEADER_WORDS * 4;
  const image = new SharedArrayBuffer(start + sizes[4].bytes + sizes[6].bytes);
  const words = new Uint32Array(image);
  // A seed of our own per run, so that a feed cannot be written to collide.
  words[layout.SEED] = randomBytes(4).readUInt32LE(0);
  fillFamily(4, words, start, sizes[4], indicators, shares[4].exact, intervals[4], slots);
  fillFamily(6, words, start + sizes[4].bytes, sizes[6], indicators, shares[6].exact, intervals[6], slots);
  const present = (share: Share): boolean => share.exact.length + share.ranges.length > 0;
  return { slots: slots.lists, image, has: { ipv4: present(shares[4]), ipv6: present(shares[6]) } };
}

/** Overlapping ranges to disjoint intervals; each distinct list of covering indicators gets one slot. */
function cutIntervals(indicators: readonly Indicator[], members: readonly number[], slots: Slots): Interval[] {
  const byFirst = [...members].sort((a, b) => compareBig(indicators[a]!.range!.first, indicators[b]!.range!.first));
  const byLast = [...members].sort((a, b) => compareBig(indicators[a]!.range!.last, indicators[b]!.range!.last));
  const slotOf = new Map<string, number>();
  const intervals: Interval[] = [];
  const active: number[] = [];
  let from = 0n;
  const close = (last: bigint): void => {
    if (active.length === 0 || last < from) return;
    const key = active.join();
    let slot = slotOf.get(key);
    if (slot === undefined) {
      slot = slots.add([...active]);
      slotOf.set(key, slot);
    }
    intervals.push({ first: from, last, slot });
  };
  let opened = 0;
  for (const leaving of byLast) {
    const last = indicators[leaving]!.range!.last;
    for (; opened < byFirst.length; opened++) {
      const entering = byFirst[opened]!;
      const first = indicators[entering]!.range!.first;
      if (first > last) break;
      close(first - 1n);
      from = first;
      active.splice(insertionPoint(active, entering), 0, entering);
    }
    close(last);
    from = last + 1n;
    active.splice(insertionPoint(active, leaving), 1);
  }
  return intervals;
}

const compareBig = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** First place in ascending `list` whose value is >= `value`. */
function insertionPoint(list: readonly number[], value: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Table sizes in entries (powers of two) and their sum in bytes, each table rounded up to 64 bytes. */
interface Plan {
  bloomWords: number;
  hashEntries: number;
  fineWords: number;
  bytes: number;
}

const powerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(n));
const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

function planFamily(version: 4 | 6, share: Share, intervals: readonly Interval[]): Plan {
  const width = version === 4 ? 1 : 4;
  const n = share.exact.length;
  // 32 to 64 bits an address while that stays in the L1 cache, 16 to 32 beyond.
  const bloomWords = Math.max(64, powerOfTwo(n <= 4096 ? n / 2 : n / 4));
  const hashEntries = Math.max(16, powerOfTwo(n * 2));
  let networks = version === 4 ? 0 : n;
  for (const interval of intervals) if (isNarrow(version, interval)) networks += networksOf(version, interval);
  const fineWords = Math.max(64, powerOfTwo(networks / 4));
  const bytes =
    aligned(bloomWords * 8) +
    aligned(hashEntries * (width + 1) * 4) +
    aligned(intervals.length * (2 * width + 1) * 4) +
    aligned(65537 * 4) +
    2 * aligned(65536 / 8) +
    aligned(fineWords * 8);
  return { bloomWords, hashEntries, fineWords, bytes };
}

/** Bits below those that make the fine filter's networks (/24, /32), and below the top 16. */
const FINE_BITS = { 4: 8n, 6: 96n } as const;
const LOW_BITS = { 4: 16n, 6: 112n } as const;

function networksOf(version: 4 | 6, { first, last }: Interval): number {
  return Number((last >> FINE_BITS[version]) - (first >> FINE_BITS[version])) + 1;
}

function isNarrow(version: 4 | 6, interval: Interval): boolean {
  return networksOf(version, interval) <= layout.NARROW;
}

function fillFamily(
  version: 4 | 6,
  image: Uint32Array,
  start: number,
  plan: Plan,
  indicators: readonly Indicator[],
  exact: readonly number[],
  intervals: readonly Interval[],
  slots: Slots,
): void {
  const width = version === 4 ? 1 : 4;
  const header = version === 4 ? layout.HEADER_V4 : layout.HEADER_V6;
  let next = start;
  const place = (field: number, bytes: number): number => {
    const at = next;
    image[header + field] = at;
    next += aligned(bytes);
    return at / 4;
  };
  const family: Family = {
    width,
    seed: image[layout.SEED]!,
    image,
    bloom: place(layout.BLOOM, plan.bloomWords * 8),
    bloomShift: 32 - Math.log2(plan.bloomWords),
    hash: place(layout.HASH, plan.hashEntries * (width + 1) * 4),
    hashShift: 32 - Math.log2(plan.hashEntries),
    rangeCount: intervals.length,
    ranges: place(layout.RANGES, intervals.length * (2 * width + 1) * 4),
    rangeIndex: place(layout.RANGE_INDEX, 65537 * 4),
    rangeBits: place(layout.RANGE_BITS, 65536 / 8),
  };
  const fine = { at: place(layout.FINE, plan.fineWords * 8), shift: 32 - Math.log2(plan.fineWords) };
  const wideBits = place(layout.WIDE_BITS, 65536 / 8);
  image[header + layout.FINE_SHIFT] = fine.shift;
  image[header + layout.BLOOM_SHIFT] = family.bloomShift;
  image[header + layout.HASH_SHIFT] = family.hashShift;
  image[header + layout.RANGE_COUNT] = intervals.length;
  image[header + layout.EXACT_COUNT] = exact.length;
  fillRanges(family, version, intervals);
  fillFine(family, version, fine, wideBits, indicators, exact, intervals);
  fillExact(family, indicators, exact, slots);
}

function fillRanges(family: Family, version: 4 | 6, intervals: readonly Interval[]): void {
  const { image, width } = family;
  if (intervals.length === 0) return;
  const shift = LOW_BITS[version];
  let filled = 0;
  intervals.forEach(({ first, last, slot }, i) => {
    const at = family.ranges + i * (2 * width + 1);
    toWords(first, width, image, at);
    toWords(last, width, image, at + width);
    image[at + 2 * width] = slot;
    const to = Number(last >> shift);
    for (let h = Number(first >> shift); h <= to; h++) image[family.rangeBits + (h >>> 5)]! |= 1 << (h & 31);
    // Interval i is the first that ends at or after h << shift, for every h up to its own end's.
    while (filled <= to) image[family.rangeIndex + filled++] = i;
  });
  while (filled <= 65536) image[family.rangeIndex + filled++] = intervals.length;
}

interface Bloom {
  at: number;
  shift: number;
}

function addToBloom(image: Uint32Array, bloom: Bloom, h: number): void {
  const word = bloom.at + (h >>> bloom.shift) * 2;
  for (const bit of [h & 63, (h >>> 6) & 63]) image[word + (bit >>> 5)]! |= 1 << (bit & 31);
}

function fillFine(
  family: Family,
  version: 4 | 6,
  fine: Bloom,
  wideBits: number,
  indicators: readonly Indicator[],
  exact: readonly number[],
  intervals: readonly Interval[],
): void {
  const { image, seed } = family;
  const key = new Uint32Array(1);
  const add = (network: number): void => {
    key[0] = network;
    addToBloom(image, fine, hashWords(seed, key));
  };
  for (const interval of intervals) {
    const [first, last] = [interval.first, interval.last];
    if (isNarrow(version, interval)) {
      const to = Number(last >> FINE_BITS[version]);
      for (let network = Number(first >> FINE_BITS[version]); network <= to; network++) add(network);
    } else {
      const to = Number(last >> LOW_BITS[version]);
      for (let h = Number(first >> LOW_BITS[version]); h <= to; h++) image[wideBits + (h >>> 5)]! |= 1 << (h & 31);
    }
  }
  if (version === 6) for (const i of exact) add(Number(indicators[i]!.range!.first >> FINE_BITS[6]));
}

function fillExact(family: Family, indicators: readonly Indicator[], exact: readonly number[], slots: Slots): void {
  const { image, width } = family;
  const mask = 2 ** (32 - family.hashShift) - 1;
  const bloom = { at: family.bloom, shift: family.bloomShift };
  const key = new Uint32Array(width);
  for (const indicator of exact) {
    toWords(indicators[indicator]!.range!.first, width, key, 0);
    const h = hashWords(family.seed, key);
    let entry = h >>> family.hashShift;
    let at = family.hash + entry * (width + 1);
    while (image[at + width] !== 0 && !key.every((word, k) => image[at + k] === word)) {
      entry = (entry + 1) & mask;
      at = family.hash + entry * (width + 1);
    }
    const taken = image[at + width]!;
    if (taken !== 0) {
      // The same address again: this indicator joins the slot, and the slot stays ascending.
      const members = slots.lists[taken - 1]!;
      members.splice(insertionPoint(members, indicator), 0, indicator);
      continue;
    }
    const around = findInterval(family, key);
    const members = around < 0 ? [] : [...slots.lists[around]!];
    members.splice(insertionPoint(members, indicator), 0, indicator);
    for (let k = 0; k < width; k++) image[at + k] = key[k]!;
    image[at + width] = slots.add(members) + 1;
    addToBloom(image, bloom, h);
  }
}

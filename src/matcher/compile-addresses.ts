/**
 * Addresses to tables (layout: assembly/layout.ts). Exact addresses go to a hash behind a Bloom filter; CIDR blocks and ranges are
 * cut into disjoint intervals behind a bitmap of the top 16 bits. Every table lookup is O(1) or a short binary search, so the
 * scan's cost hardly depends on the number of indicators.
 */
import type { Indicator } from "../model/indicator.js";
import type { IpAddress } from "../model/ip.js";
import * as layout from "./assembly/layout.js";
import { addToBloom, aligned, bloomWords, powerOfTwo } from "./hashing.js";
import type { Bloom } from "./hashing.js";
import { insertionPoint } from "./slots.js";
import type { Slots } from "./slots.js";
import { findInterval, hashWords, toWords } from "./tables.js";
import type { Family } from "./tables.js";

/** Disjoint and ascending; `slot` covers all of first..last. */
interface Interval {
  first: bigint;
  last: bigint;
  slot: number;
}

/** Numbers of indicators, split by what table they go to. */
interface Share {
  exact: number[];
  /** The addresses of `exact`. */
  values: bigint[];
  ranges: number[];
}

const emptyShare = (): Share => ({ exact: [], values: [], ranges: [] });

/** The addresses of a set, in the order of its indicators, and the tables they come to. */
export class Addresses {
  readonly #shares = { 4: emptyShare(), 6: emptyShare() };
  readonly #intervals: Record<4 | 6, Interval[]> = { 4: [], 6: [] };
  readonly #plans: Partial<Record<4 | 6, Plan>> = {};

  /** Indicator number `i` is an address, a block or a range. */
  addRange(i: number, { version, first, last }: NonNullable<Indicator["range"]>): void {
    if (first === last) this.addExact(i, { version, value: first });
    else this.#shares[version].ranges.push(i);
  }

  /** Indicator number `i` is found where this address stands. */
  addExact(i: number, { version, value }: IpAddress): void {
    this.#shares[version].exact.push(i);
    this.#shares[version].values.push(value);
  }

  has(version: 4 | 6): boolean {
    return this.#shares[version].exact.length + this.#shares[version].ranges.length > 0;
  }

  /** Cuts the ranges. Bytes of the tables. */
  plan(indicators: readonly Indicator[], slots: Slots): number {
    let bytes = 0;
    for (const version of [4, 6] as const) {
      this.#intervals[version] = cutIntervals(indicators, this.#shares[version].ranges, slots);
      const plan = planFamily(version, this.#shares[version], this.#intervals[version]);
      this.#plans[version] = plan;
      bytes += plan.bytes;
    }
    return bytes;
  }

  /** Writes the tables that `plan` planned, from byte `start` on. */
  write(image: Uint32Array, start: number, slots: Slots): void {
    let next = start;
    for (const version of [4, 6] as const) {
      const plan = this.#plans[version]!;
      fillFamily(version, image, next, plan, this.#shares[version], this.#intervals[version], slots);
      next += plan.bytes;
    }
  }
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

/** Table sizes in entries (powers of two) and their sum in bytes, each table rounded up to 64 bytes. */
interface Plan {
  bloomWords: number;
  hashEntries: number;
  fineWords: number;
  bytes: number;
}

function planFamily(version: 4 | 6, share: Share, intervals: readonly Interval[]): Plan {
  const width = version === 4 ? 1 : 4;
  const n = share.exact.length;
  const words = bloomWords(n);
  const hashEntries = Math.max(16, powerOfTwo(n * 2));
  let networks = version === 4 ? 0 : n;
  for (const interval of intervals) if (isNarrow(version, interval)) networks += networksOf(version, interval);
  const fineWords = Math.max(64, powerOfTwo(networks / 4));
  const bytes =
    aligned(words * 8) +
    aligned(hashEntries * (width + 1) * 4) +
    aligned(intervals.length * (2 * width + 1) * 4) +
    aligned(65537 * 4) +
    2 * aligned(65536 / 8) +
    aligned(fineWords * 8);
  return { bloomWords: words, hashEntries, fineWords, bytes };
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
  share: Share,
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
  image[header + layout.EXACT_COUNT] = share.exact.length;
  fillRanges(family, version, intervals);
  fillFine(family, version, fine, wideBits, share.values, intervals);
  if (version === 4) fillExact4(family, share, slots);
  else fillExact(family, share, slots);
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

function fillFine(
  family: Family,
  version: 4 | 6,
  fine: Bloom,
  wideBits: number,
  values: readonly bigint[],
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
  if (version === 6) for (const value of values) add(Number(value >> FINE_BITS[6]));
}

/** As `fillExact`, without a big integer or a list for each of a million addresses. */
function fillExact4(family: Family, share: Share, slots: Slots): void {
  const { image } = family;
  const mask = 2 ** (32 - family.hashShift) - 1;
  const bloom = { at: family.bloom, shift: family.bloomShift };
  const key = new Uint32Array(1);
  const { exact, values } = share;
  for (let i = 0; i < exact.length; i++) {
    const indicator = exact[i]!;
    const value = Number(values[i]!);
    key[0] = value;
    const h = hashWords(family.seed, key);
    let entry = h >>> family.hashShift;
    let at = family.hash + entry * 2;
    while (image[at + 1] !== 0 && image[at] !== value) {
      entry = (entry + 1) & mask;
      at = family.hash + entry * 2;
    }
    if (image[at + 1] !== 0) {
      join(slots, image[at + 1]! - 1, indicator);
      continue;
    }
    image[at] = value;
    image[at + 1] = slots.add(membersAt(family, key, indicator, slots)) + 1;
    addToBloom(image, bloom, h);
  }
}

/** The same address again: this indicator joins the slot, and the slot stays ascending. */
function join(slots: Slots, slot: number, indicator: number): void {
  const members = slots.lists[slot]!;
  members.splice(insertionPoint(members, indicator), 0, indicator);
}

/** The indicator, and those whose ranges lie around its address. */
function membersAt(family: Family, key: Uint32Array, indicator: number, slots: Slots): number[] {
  const around = family.rangeCount === 0 ? -1 : findInterval(family, key);
  if (around < 0) return [indicator];
  const members = [...slots.lists[around]!];
  members.splice(insertionPoint(members, indicator), 0, indicator);
  return members;
}

function fillExact(family: Family, share: Share, slots: Slots): void {
  const { image, width } = family;
  const mask = 2 ** (32 - family.hashShift) - 1;
  const bloom = { at: family.bloom, shift: family.bloomShift };
  const key = new Uint32Array(width);
  share.exact.forEach((indicator, i) => {
    toWords(share.values[i]!, width, key, 0);
    const h = hashWords(family.seed, key);
    let entry = h >>> family.hashShift;
    let at = family.hash + entry * (width + 1);
    while (image[at + width] !== 0 && !key.every((word, k) => image[at + k] === word)) {
      entry = (entry + 1) & mask;
      at = family.hash + entry * (width + 1);
    }
    const taken = image[at + width]!;
    if (taken !== 0) {
      join(slots, taken - 1, indicator);
      return;
    }
    for (let k = 0; k < width; k++) image[at + k] = key[k]!;
    image[at + width] = slots.add(membersAt(family, key, indicator, slots)) + 1;
    addToBloom(image, bloom, h);
  });
}

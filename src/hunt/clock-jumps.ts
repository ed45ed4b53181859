/**
 * Jumps of a log's clock, from sampled lines: where two samples go back in time, the pair of neighbouring lines between which that
 * happens is sought, and a few lines on either side must bear it out. A log that writes long sessions when they end has
 * single lines out of order; a clock that was set has all that follow.
 */
import type { TimeAt } from "./sampler.js";

/** A jump, times in epoch milliseconds; `at`: byte offset of the first line after it. */
export interface Jump {
  at: number;
  before: number;
  after: number;
}

/** More than the end of summer time takes back, and than a record may be late by. */
export const BACK_MS = 90 * 60_000;
/** A leap ahead may be a silence as well; shorter ones are not looked for. */
export const AHEAD_MS = 86_400_000;
/** A leap of more than this is the clock's even if nothing undoes it: it stood at 1970 or 2000 until it was set. */
const SILENCE_MS = 366 * 86_400_000;
/** Jumps kept of a log; with more its times are in no order. */
export const MAX_JUMPS = 8;
/** Lines on either side that must lie on their side of the jump. */
const WITNESSES = 3;
/** Searches in one task, for each direction: times in no order must not have every line read. */
const SEARCHES = 64;
/** Samples of a block whose lines span a long time lie this close together in time, where the budget allows. */
export const PROBE_MS = 12 * 3_600_000;
const PROBES_A_BLOCK = 128;
const PROBES = 1024;
const PROBE_BYTES = 1024;
const NEWLINE = 10;

export interface Dated {
  at: number;
  time: number;
}

/** How a stretch of a log begins or ends in time. */
export interface Edge {
  time: number;
  /** The time is that of the very first or last line. */
  outermost: boolean;
  /** Time of a line a little farther in, which bears it out. */
  inner: number;
}

export interface Order {
  pairs: number;
  back: number;
}

/** From a fifth of all samples on, going back is how a log is. */
export function isUnordered(order: Order): boolean {
  return order.pairs >= 10 && order.back * 5 > order.pairs && !isNewestFirst(order);
}

/** An order too: a silence there looks like a clock that went back. */
export function isNewestFirst({ pairs, back }: Order): boolean {
  return pairs > 1 && back * 10 >= pairs * 9;
}

export class JumpFinder {
  readonly jumps: Jump[] = [];
  /** Neighbouring samples, and those of which the second is earlier by more than a line may be late. */
  readonly order: Order = { pairs: 0, back: 0 };
  private readonly searches = { back: 0, ahead: 0 };
  private probes = 0;

  /** @param a, b neighbouring samples of the region; @param base offset of the region in the stream */
  between(region: Buffer, base: number, a: Dated, b: Dated, timeAt: TimeAt): void {
    const wanted = Math.floor(
      Math.min(Math.abs(b.time - a.time) / PROBE_MS, (b.at - a.at) / PROBE_BYTES, PROBES_A_BLOCK),
    );
    const count = Math.min(wanted, PROBES - this.probes);
    this.probes += Math.max(0, count);
    // In a thin log the next sample is days away, and that is no leap.
    const usual = count < 2 ? 0 : (2 * Math.abs(b.time - a.time)) / count;
    let previous = a;
    for (let i = 1; i < count; i++) {
      const at = lineStart(region, a.at + Math.floor(((b.at - a.at) * i) / count));
      const time = at > previous.at ? timeAt(at) : undefined;
      if (time === undefined) continue;
      this.pair(region, base, previous, { at, time }, usual, timeAt);
      previous = { at, time };
    }
    this.pair(region, base, previous, b, usual, timeAt);
  }

  /** @param usual a leap ahead is more than that */
  private pair(region: Buffer, base: number, a: Dated, b: Dated, usual: number, timeAt: TimeAt): void {
    const ahead = b.time - a.time;
    this.order.pairs++;
    if (ahead < -BACK_MS) this.order.back++;
    if (ahead <= Math.max(AHEAD_MS, usual) && ahead >= -BACK_MS) return;
    if (this.searches[ahead < 0 ? "back" : "ahead"]++ >= SEARCHES) return;
    const pair = edge(region, a, b, timeAt);
    if (!pair) return;
    const bound = ahead < 0 ? BACK_MS : AHEAD_MS;
    const [low, high] = ahead < 0 ? [pair.after, pair.before] : [pair.before, pair.after];
    if (high.time - low.time <= bound) return;
    const middle = low.time + (high.time - low.time) / 2;
    const before = witnesses(region, pair.before.at, -1, timeAt);
    const after = witnesses(region, pair.after.at, 1, timeAt);
    const isBefore = (time: number): boolean => (ahead < 0 ? time > middle : time < middle);
    if (!before.every(isBefore) || after.some(isBefore)) return;
    this.jumps.push({ at: base + pair.after.at, before: pair.before.time, after: pair.after.time });
  }

  /** @param last of one block, @param first of the next: neighbours; @param base offset of the next one's first line */
  across(last: Edge, first: Edge, base: number): void {
    const jump = jumpAcross(last, first, base);
    if (jump && this.searches[jump.after < jump.before ? "back" : "ahead"]++ < SEARCHES) this.jumps.push(jump);
  }
}

/** The jump between two stretches of a log that follow each other; a line farther in on either side must bear it out. */
export function jumpAcross(last: Edge, first: Edge, at: number): Jump | undefined {
  if (!last.outermost || !first.outermost) return undefined;
  const before = [last.time, last.inner];
  const after = [first.time, first.inner];
  const isBack = Math.min(...before) - Math.max(...after) > BACK_MS;
  const isAhead = Math.min(...after) - Math.max(...before) > AHEAD_MS;
  return isBack || isAhead ? { at, before: last.time, after: first.time } : undefined;
}

/** The neighbouring lines between a and b at which the time crosses from a's side to b's. */
function edge(region: Buffer, a: Dated, b: Dated, timeAt: TimeAt): { before: Dated; after: Dated } | undefined {
  const middle = (a.time + b.time) / 2;
  let before = a;
  let after = b;
  for (;;) {
    const next = nextLine(region, before.at);
    if (next >= after.at) return { before, after };
    const half = lineStart(region, (before.at + after.at) >> 1);
    const at = half > before.at ? half : next;
    const time = timeAt(at);
    // A line without a time in the way: what is there cannot be told.
    if (time === undefined) return undefined;
    if (time > middle === a.time > middle) before = { at, time };
    else after = { at, time };
  }
}

/** Times of the few lines before or after one; undated ones are passed over. */
function witnesses(region: Buffer, from: number, direction: 1 | -1, timeAt: TimeAt): number[] {
  const times: number[] = [];
  for (let at = from, n = 0; n < WITNESSES; n++) {
    if (direction < 0 && at === 0) break;
    at = direction > 0 ? nextLine(region, at) : lineStart(region, at - 1);
    if (at >= region.length) break;
    const time = timeAt(at);
    if (time !== undefined) times.push(time);
  }
  return times;
}

function nextLine(region: Buffer, at: number): number {
  const newline = region.indexOf(NEWLINE, at);
  return newline < 0 ? region.length : newline + 1;
}

function lineStart(region: Buffer, at: number): number {
  return at <= 0 ? 0 : region.lastIndexOf(NEWLINE, at - 1) + 1;
}

/**
 * Those of a log's jumps that are the clock's: every one back, and a leap ahead that another undoes or that is longer than any
 * silence. Alone, a leap ahead is a gap.
 */
export function clockJumps(jumps: readonly Jump[]): Jump[] {
  const back = jumps.filter((jump) => jump.after < jump.before).map((jump) => jump.before - jump.after);
  return jumps.filter((jump) => {
    const ahead = jump.after - jump.before;
    return ahead < 0 || ahead > SILENCE_MS || back.some((size) => size > ahead / 2 && size < ahead * 2);
  });
}

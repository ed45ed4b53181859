/**
 * Coverage in time, cheap enough to be always on: the times of a few lines of each block are read, and the lines between
 * two samples are counted to their days. Never every line.
 *
 * Where two samples lie more than a day apart, the change between them is sought down to neighbouring lines, so that a day without
 * lines is one. What the budget leaves open is kept as `unsure` and never called a gap.
 */
import { JumpFinder, PROBE_MS, type Dated, type Edge, type Jump, type Order } from "./clock-jumps.js";

/** Reads the time of the line that starts at a position of the block; undefined when it has none that can be read. */
export type TimeAt = (lineStart: number) => number | undefined;

/** A span of days of which it is not known whether it has lines; day numbers since 1970, both ends inclusive. */
export type DaySpan = [first: number, last: number];

const NEWLINE = 10;
export const DAY_MS = 86_400_000;
/** A block of this many bytes gets its first and its last line read. */
const STRIDE = 2 * 1024 * 1024;
/** The head of a source is looked at more closely: most sources are small. */
const HEAD_STRIDE = 8 * 1024;
const HEAD_BYTES = 128 * 1024;
/** At most this many more lines of a block are read to find where its days change; times that jump about would take them all. */
const SEARCHES = 48;
/** Stop halving when this few lines are left between two samples of neighbouring days. */
const FINE = 16;
/** Lines of one task read to tell gaps from thin days. */
const GAP_SEARCHES = 4096;
/** Lines tried for one with a time: the headers of a Zeek log are eight. */
const TRIES = 16;
const MAX_SPANS = 256;
const NEAR_MS = 10 * 60_000;

interface Sample {
  time: number | undefined;
  /** Position of the line start in the region, and the number of newlines before it. */
  at: number;
  line: number;
}

export class DaySampler {
  readonly days: Record<string, number> = {};
  readonly unsure: DaySpan[] = [];
  first: number | undefined;
  last: number | undefined;
  /** The first and the last dated sample, in file order. */
  opening: Edge | undefined;
  closing: Edge | undefined;
  private readonly finder = new JumpFinder();
  private readonly hitDays = new Map<number, number>();
  private searches = 0;
  private gapSearches = 0;

  get jumps(): Jump[] {
    return this.finder.jumps;
  }

  get order(): Order {
    return this.finder.order;
  }

  note(time: number): void {
    if (this.first === undefined || time < this.first) this.first = time;
    if (this.last === undefined || time > this.last) this.last = time;
  }

  /** The time of a line that was read for another reason: its day has a line at least. */
  hit(time: number): void {
    this.note(time);
    const n = dayNumber(time);
    this.hitDays.set(n, (this.hitDays.get(n) ?? 0) + 1);
  }

  /** A line that is not sampled: what its day is, is not known. */
  skip(): void {
    if (this.closing) this.closing = { ...this.closing, outermost: false };
  }

  /** Call when all is read: days known by their hits alone. */
  close(): void {
    for (const [n, lines] of this.hitDays) this.days[dayText(n)] ??= lines;
  }

  /**
   * @param region whole lines; @param lines newlines in it (the last line may lack one)
   * @param atHead the region begins the source; @param base its offset in the stream
   */
  block(region: Buffer, lines: number, atHead: boolean, read: TimeAt, base = 0): void {
    if (region.length === 0) return;
    const timeAt = eachOnce(read);
    const total = region[region.length - 1] === NEWLINE ? lines : lines + 1;
    if (this.continues(region, timeAt)) {
      this.count(this.closing!.time, total);
      return;
    }
    const starts = [0];
    const stride = atHead && region.length <= HEAD_BYTES ? HEAD_STRIDE : STRIDE;
    // What is less than a stride from the end has the last line beside it.
    for (let at = stride; at < region.length - stride; at += stride) starts.push(lineStart(region, at));
    const end = lineStart(region, region.length - 1);

    const samples: { at: number; time: number | undefined }[] = [];
    const add = (sample: { at: number; time: number | undefined }): void => {
      if (samples.length > 0 && sample.at <= samples.at(-1)!.at) return;
      if (sample.time !== undefined) this.note(sample.time);
      samples.push(sample);
    };
    for (const at of starts) if (at > (samples.at(-1)?.at ?? -1)) add(datedFrom(region, at, end, timeAt));
    if (end > samples.at(-1)!.at) add(datedBefore(region, end, samples.at(-1)!.at, timeAt));
    this.join(region, samples, base, timeAt);
    const head = samples[0]!;
    if (samples.every((s) => s.time !== undefined && dayNumber(s.time) === dayNumber(head.time ?? s.time))) {
      // The usual case; it needs no count of lines between the samples.
      this.count(head.time, total);
      return;
    }
    this.searches = 0;
    // What stands before the first dated line, a header, is counted with it.
    let previous: Sample = { ...head, line: 0 };
    for (const { at, time } of samples.slice(1)) {
      const sample: Sample = { at, time, line: previous.line + newlines(region, previous.at, at) };
      this.between(region, previous, sample, timeAt);
      previous = sample;
    }
    this.count(previous.time, total - previous.line);
  }

  /**
   * The usual block of a busy log: its last line is of the day of the block before, and a little later. Its first line, which
   * follows that block's last, need not be read then.
   */
  private continues(region: Buffer, timeAt: TimeAt): boolean {
    const { closing } = this;
    if (!closing?.outermost || region.length > STRIDE) return false;
    const end = lineStart(region, region.length - 1);
    const time = timeAt(end);
    if (time === undefined || dayNumber(time) !== dayNumber(closing.time)) return false;
    const ahead = time - closing.time;
    if (ahead < 0 || ahead >= PROBE_MS) return false;
    const inner = ahead < NEAR_MS ? closing.time : timeAt(previousLine(region, previousLine(region, end)));
    if (inner === undefined) return false;
    this.note(time);
    this.finder.order.pairs++;
    this.closing = { time, outermost: true, inner };
    return true;
  }

  /** Jumps between the dated samples, what undated ones hide, and how the block follows the one before. */
  private join(
    region: Buffer,
    samples: readonly { at: number; time: number | undefined }[],
    base: number,
    timeAt: TimeAt,
  ): void {
    const dated = samples.filter((s): s is Dated => s.time !== undefined);
    const first = dated[0];
    const last = dated.at(-1);
    if (!first || !last) {
      this.skip();
      return;
    }
    // The other end of a block serves where it is near in time, as it is in a busy log.
    const near = Math.abs(last.time - first.time) < NEAR_MS;
    const inner = (at: number, step: (region: Buffer, at: number) => number, other: number): number =>
      near ? other : (timeAt(step(region, step(region, at))) ?? other);
    const opening: Edge = {
      time: first.time,
      outermost: first === samples[0],
      inner: inner(first.at, nextLine, last.time),
    };
    if (!this.opening) this.opening = opening;
    else if (this.closing) {
      if (!opening.outermost || !this.closing.outermost) this.doubt(this.closing.time, first.time);
      else this.finder.across(this.closing, opening, base);
    }
    this.closing = {
      time: last.time,
      outermost: last === samples.at(-1),
      inner: inner(last.at, previousLine, first.time),
    };
    for (let i = 1; i < dated.length; i++) {
      const [a, b] = [dated[i - 1]!, dated[i]!];
      this.finder.between(region, base, a, b, timeAt);
      if (samples[samples.indexOf(a) + 1] !== b) this.doubt(a.time, b.time);
    }
  }

  /** Counts the lines from `a` up to, not including, `b`. */
  private between(region: Buffer, a: Sample, b: Sample, timeAt: TimeAt): void {
    const n = b.line - a.line;
    if (n <= 0) return;
    if (a.time === undefined || b.time === undefined || dayNumber(a.time) === dayNumber(b.time)) {
      this.count(a.time ?? b.time, n);
      return;
    }
    const skips = Math.abs(dayNumber(a.time) - dayNumber(b.time)) > 1;
    const spent = this.searches >= SEARCHES || n <= FINE;
    if (n === 1 || (spent && (!skips || this.gapSearches >= GAP_SEARCHES))) {
      if (n > 1 && skips) this.doubt(a.time, b.time);
      this.count(a.time, n);
      return;
    }
    if (spent) this.gapSearches++;
    else this.searches++;
    const middle = this.middle(region, a, b, timeAt);
    if (!middle) {
      if (skips) this.doubt(a.time, b.time);
      this.count(a.time, n);
      return;
    }
    this.between(region, a, middle, timeAt);
    this.between(region, middle, b, timeAt);
  }

  /** A dated line about half way between two. */
  private middle(region: Buffer, a: Sample, b: Sample, timeAt: TimeAt): Sample | undefined {
    const half = lineStart(region, (a.at + b.at) >> 1);
    const from = half > a.at ? half : nextLine(region, a.at);
    const { at, time } = datedFrom(region, from, b.at - 1, timeAt);
    if (time === undefined) return undefined;
    this.note(time);
    return { time, at, line: a.line + newlines(region, a.at, at) };
  }

  /** Whether the days between two times have lines is not known. */
  private doubt(a: number, b: number): void {
    addSpan(this.unsure, a, b);
  }

  private count(time: number | undefined, lines: number): void {
    if (time === undefined || lines <= 0) return;
    const key = day(time);
    this.days[key] = (this.days[key] ?? 0) + lines;
  }
}

/** Adds the days that lie between two times to a bounded list of spans: the last one grows when it is full. */
export function addSpan(spans: DaySpan[], a: number, b: number): void {
  const first = Math.min(dayNumber(a), dayNumber(b)) + 1;
  const last = Math.max(dayNumber(a), dayNumber(b)) - 1;
  if (first > last) return;
  const end = spans.at(-1);
  if (spans.length < MAX_SPANS || !end) spans.push([first, last]);
  else {
    end[0] = Math.min(end[0], first);
    end[1] = Math.max(end[1], last);
  }
}

/** Days since 1970, UTC. */
export function dayNumber(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/** A day's number to `2021-03-04`. */
export function dayText(n: number): string {
  return day(n * DAY_MS);
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** No line is read twice. */
function eachOnce(read: TimeAt): TimeAt {
  const times = new Map<number, number | undefined>();
  return (at) => {
    if (!times.has(at)) times.set(at, read(at));
    return times.get(at);
  };
}

/** The line at a position, or the first with a time among the next few that start up to `end`; the line itself when none has. */
function datedFrom(
  region: Buffer,
  from: number,
  end: number,
  timeAt: TimeAt,
): { at: number; time: number | undefined } {
  for (let at = from, tries = 0; tries < TRIES && at <= end; tries++, at = nextLine(region, at)) {
    const time = timeAt(at);
    if (time !== undefined) return { at, time };
  }
  return { at: from, time: undefined };
}

/** The same backwards, down to a line after `start`. */
function datedBefore(
  region: Buffer,
  from: number,
  start: number,
  timeAt: TimeAt,
): { at: number; time: number | undefined } {
  for (let at = from, tries = 0; tries < TRIES && at > start; tries++, at = lineStart(region, at - 1)) {
    const time = timeAt(at);
    if (time !== undefined) return { at, time };
  }
  return { at: from, time: undefined };
}

/** Start of the line that holds position `at`. */
function lineStart(region: Buffer, at: number): number {
  return at <= 0 ? 0 : region.lastIndexOf(NEWLINE, at - 1) + 1;
}

function previousLine(region: Buffer, at: number): number {
  return lineStart(region, at - 1);
}

function nextLine(region: Buffer, at: number): number {
  const newline = region.indexOf(NEWLINE, at);
  return newline < 0 ? region.length : newline + 1;
}

function newlines(region: Buffer, from: number, to: number): number {
  let n = 0;
  for (let i = region.indexOf(NEWLINE, from); i >= 0 && i < to; i = region.indexOf(NEWLINE, i + 1)) n++;
  return n;
}

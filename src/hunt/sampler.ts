/**
 * Coverage in time, cheap enough to be always on: the times of a few lines of each block are read, and the lines between
 * two samples are counted to their days. Never every line.
 */

/** Reads the time of the line that starts at a position of the block; undefined when it has none that can be read. */
export type TimeAt = (lineStart: number) => number | undefined;

export interface Sampled {
  days: Record<string, number>;
  first: number | undefined;
  last: number | undefined;
}

const NEWLINE = 10;
/** A block of this many bytes gets its first and its last line read. */
const STRIDE = 2 * 1024 * 1024;
/** The head of a source is looked at more closely: most sources are small. */
const HEAD_STRIDE = 8 * 1024;
const HEAD_BYTES = 128 * 1024;
/** At most this many more lines of a block are read to find where its days change; times that jump about would take them all. */
const SEARCHES = 48;
/** Stop halving when this few lines are left between two samples of different days. */
const FINE = 16;

interface Sample {
  time: number | undefined;
  /** Position of the line start in the region, and the number of newlines before it. */
  at: number;
  line: number;
}

export class DaySampler {
  readonly days: Record<string, number> = {};
  first: number | undefined;
  last: number | undefined;

  note(time: number): void {
    if (this.first === undefined || time < this.first) this.first = time;
    if (this.last === undefined || time > this.last) this.last = time;
  }

  /**
   * @param region whole lines; @param lines newlines in it (the last line may lack one)
   * @param atHead the region begins the source
   */
  block(region: Buffer, lines: number, atHead: boolean, timeAt: TimeAt): void {
    if (region.length === 0) return;
    const total = region[region.length - 1] === NEWLINE ? lines : lines + 1;
    const starts = [0];
    const stride = atHead && region.length <= HEAD_BYTES ? HEAD_STRIDE : STRIDE;
    for (let at = stride; at < region.length; at += stride) starts.push(lineStart(region, at));
    starts.push(lineStart(region, region.length - 1));

    const samples: { at: number; time: number | undefined }[] = [];
    for (const at of starts) {
      if (samples.length > 0 && at <= samples.at(-1)!.at) continue;
      const time = timeAt(at);
      if (time !== undefined) this.note(time);
      samples.push({ at, time });
    }
    const head = samples[0]!;
    if (samples.every((s) => s.time !== undefined && day(s.time) === day(head.time ?? s.time))) {
      // The usual case; it needs no count of lines between the samples.
      this.count(head.time, total);
      return;
    }
    this.searches = 0;
    let previous: Sample = { ...head, line: 0 };
    for (const { at, time } of samples.slice(1)) {
      const sample: Sample = { at, time, line: previous.line + newlines(region, previous.at, at) };
      this.between(region, previous, sample, timeAt);
      previous = sample;
    }
    this.count(previous.time, total - previous.line);
  }

  /** Counts the lines from `a` up to, not including, `b`. */
  private between(region: Buffer, a: Sample, b: Sample, timeAt: TimeAt): void {
    const n = b.line - a.line;
    if (n <= 0) return;
    const settled = a.time === undefined || b.time === undefined || day(a.time) === day(b.time);
    if (settled || n <= FINE || this.searches >= SEARCHES) {
      this.count(a.time ?? b.time, n);
      return;
    }
    this.searches++;
    const at = lineStart(region, (a.at + b.at) >> 1);
    if (at <= a.at || at >= b.at) {
      this.count(a.time, n);
      return;
    }
    const middle: Sample = { time: timeAt(at), at, line: a.line + newlines(region, a.at, at) };
    if (middle.time !== undefined) this.note(middle.time);
    this.between(region, a, middle, timeAt);
    this.between(region, middle, b, timeAt);
  }

  private searches = 0;

  private count(time: number | undefined, lines: number): void {
    if (time === undefined || lines <= 0) return;
    const key = day(time);
    this.days[key] = (this.days[key] ?? 0) + lines;
  }
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Start of the line that holds position `at`. */
function lineStart(region: Buffer, at: number): number {
  return at <= 0 ? 0 : region.lastIndexOf(NEWLINE, at - 1) + 1;
}

function newlines(region: Buffer, from: number, to: number): number {
  let n = 0;
  for (let i = region.indexOf(NEWLINE, from); i >= 0 && i < to; i = region.indexOf(NEWLINE, i + 1)) n++;
  return n;
}

/** A line that does not fit the block: how it is cut into pieces so that no token and no record is lost. */
import { MAX_TOKEN } from "../matcher/matcher.js";
import type { LineHit } from "./line-hits.js";
import {
  innerRecords,
  RecordWalker,
  share,
  walkRecords,
  type RecordHits,
  type RecordSpan,
  type RecordWalk,
} from "./line-records.js";

/** Pieces of a line overlap by this: half of it is more than a token with what decides about it on both sides. */
const OVERLAP = 2 * (MAX_TOKEN + 128);

const BRACE = 123;

/** Hits that belong together. */
export type PiecePart =
  /** One record, which the piece holds whole. */
  | { hits: RecordHits; seen?: undefined }
  /** Too long for the block, or between records: parsed around each hit. @param seen indicators met in it before */
  | { hits: RecordHits; seen: Set<string> };

export interface Piece {
  parts: PiecePart[];
  /** From where on the block must be kept: the next piece begins there. */
  keep: number;
}

export class LongLine {
  /** Bytes of the line at the block's start that an earlier piece had. */
  kept = 0;
  /** A part of it was larger than the block: `line` or `record`. */
  cutShort: "line" | "record" | undefined;
  private readonly records: RecordWalk | undefined;
  /** Tokens are taken from this position on. */
  private from: number;
  private readonly seen = new Set<string>();
  /** The record that does not fit the block, and what was met in it. */
  private large: { index: number; seen: Set<string> } = { index: -1, seen: new Set() };

  /** @param start position of its first byte; @param head the block, full of it */
  constructor(
    readonly start: number,
    head: Buffer,
  ) {
    this.from = start;
    // Whether objects follow the first cannot be seen yet: it fills the block.
    this.records =
      walkRecords(head) ?? (head[0] === BRACE ? { walker: new RecordWalker(), from: 0, objects: true } : undefined);
    if (!this.records) this.cutShort = "line";
  }

  /** Takes the next piece. @param base position of its first byte; @param hits of the piece; @param last the line ends with it */
  take(region: Buffer, base: number, hits: readonly LineHit[], last: boolean): Piece {
    const spans: RecordSpan[] = [];
    const { keep, upTo } = this.cut(region, base, last, spans);
    const inPiece = hits
      .filter(({ offset }) => base + offset >= this.from && offset < upTo)
      .sort((a, b) => a.offset - b.offset);
    const parts: PiecePart[] = [];
    for (const part of share(inPiece, spans, { start: 0, end: region.length })) {
      if (part.index === undefined) parts.push({ hits: part, seen: this.seen });
      else if (part.start < 0) parts.push({ hits: part, seen: this.seenInRecord(part.index) });
      else for (const inner of this.records?.objects ? innerRecords(region, part) : [part]) parts.push({ hits: inner });
    }
    this.from = base + upTo;
    this.kept = region.length - keep;
    return { parts, keep };
  }

  /** Cuts before a record that goes on, else within the overlap. */
  private cut(region: Buffer, base: number, last: boolean, spans: RecordSpan[]): { keep: number; upTo: number } {
    const end = region.length;
    const overlap = last ? { keep: end, upTo: end } : { keep: end - OVERLAP, upTo: end - OVERLAP / 2 };
    if (!this.records) return overlap;
    const { walker, from } = this.records;
    walker.walk(region, base === this.start && this.from === this.start ? from : this.kept, end, base, spans);
    for (const span of spans) {
      span.start -= base;
      span.end -= base;
    }
    if (walker.open === undefined) {
      if (last) return overlap;
      // What was walked is taken: behind the list stands text, whose tokens may go on.
      const walked = (walker.ended ?? end + base) - base;
      return { keep: Math.max(walked, overlap.keep), upTo: Math.max(walked, overlap.upTo) };
    }
    const open = walker.open - base;
    if (open > 0 && !last) return { keep: open, upTo: open };
    // A record larger than the block, or one that the line's end cuts short.
    spans.push({ index: walker.next, start: open > 0 ? open : -1, end: overlap.upTo });
    return overlap;
  }

  private seenInRecord(index: number): Set<string> {
    if (this.large.index !== index) this.large = { index, seen: new Set() };
    this.cutShort ??= "record";
    return this.large.seen;
  }
}

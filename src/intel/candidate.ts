/**
 * The contract of an intel reader. One advisory format, one file, listed once in `readers.ts`.
 *
 * A reader finds where the values stand and what the publisher said of them; it does not decide what a value is. It hands
 * raw candidates to a sink, and the one normaliser (`normalise.ts`) turns each into indicator values or a reason.
 */
import type { IndicatorRole, Tlp } from "../model/indicator.js";

/** What the publisher said of a value, besides the value. */
export interface Statement {
  /** The publisher's own name for the feed or report. */
  feed?: string;
  /** The publisher's own type (`ip-dst`): data, never a role and never a direction. */
  statedType?: string;
  /** As written. */
  published?: string;
  tlp?: Tlp;
  labels?: readonly string[];
  confidence?: string;
  comment?: string;
  /** Only where the publisher names a role in so many words. */
  role?: IndicatorRole;
  /** Epoch milliseconds, inclusive. */
  validFrom?: number;
  validUntil?: number;
  notes?: readonly string[];
}

/** A value as written, and where. */
export interface Candidate extends Statement {
  text: string;
  /** From 1. */
  line: number;
}

/** Where a reader puts what it finds, in file order. */
export interface Sink {
  candidate(candidate: Candidate): void;
  /** Something that holds no value at all, such as a broken row or a column that was passed over. */
  reject(line: number, text: string, reason: string): void;
}

export interface ReaderOptions {
  /** The column with the indicators: a name (any case) or a number from 1; several apart by commas. */
  column?: string;
}

export interface Reader {
  readonly id: string;
  /** By content, never by name. Must be cheap: it may look at the beginning only. */
  recognises(text: string): boolean;
  /**
   * `text` is decoded, without byte order mark, its lines ending in `\n`.
   * Throws LookbackError `intel-unusable` when the file as a whole cannot be read as asked (an unknown column).
   */
  read(text: string, options: ReaderOptions, sink: Sink): void;
}

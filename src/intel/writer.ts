/** The contract of an intel writer (`intel convert --to`). One target format, one file, listed once in `writers.ts`. */
import type { Indicator, IndicatorType } from "../model/indicator.js";

export interface WriteOptions {
  /** Epoch milliseconds: the time of creation in formats that ask for one. Passed in, so that the same set gives the same text. */
  now: number;
}

/** Something that the target format cannot hold. */
export interface Loss {
  type: IndicatorType;
  value: string;
  /** What is lost: `the indicator` when it is left out, else the field: `role`, `a range that is no block`. */
  what: string;
}

export interface Written {
  text: string;
  /** In the set's order. Nothing is lost that is not listed here. */
  losses: Loss[];
}

export interface Writer {
  /** What `--to` takes. */
  readonly id: string;
  write(indicators: readonly Indicator[], options: WriteOptions): Written;
}

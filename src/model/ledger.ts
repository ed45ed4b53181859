/** The coverage ledger: which days of which log were there to be searched. Days are UTC dates, `2021-03-04`. */

/** Days without a line between a source's first and last day, both inclusive. */
export interface Gap {
  from: string;
  to: string;
  days: number;
}

/** The clock of a log jumped between two neighbouring lines. */
export interface ClockJump {
  path: string;
  /** Byte offset, in the decompressed stream, of the first line after it. */
  offset: number;
  /** RFC 3339, UTC: the time of the line before, and of the line after. */
  before: string;
  after: string;
  /** `after` less `before`; negative where time went back. */
  seconds: number;
}

/** One log as its owner thinks of it: rotated files are joined. */
export interface LedgerSource {
  /** As `logs` in lookback.yaml names it, else what its paths have in common. */
  name: string;
  /** In the order read. */
  paths: string[];
  lines: number;
  first_seen?: string;
  last_seen?: string;
  /** UTC date to lines, estimated from sampled lines. */
  days: Record<string, number>;
  gaps: Gap[];
  jumps: ClockJump[];
  /** Its times come in no order: gaps cannot be told. */
  unordered?: true;
  /** Lines without a time that can be read, estimated from the sampled ones. */
  undated: number;
  /** Lines in no known format, estimated in the same way. */
  unrecognised: number;
  /** Every file of it was read to its end. */
  complete: boolean;
}

/** A source that lookback.yaml expects. */
export interface ExpectedSource {
  /** The name or glob that was asked for. */
  name: string;
  from?: string;
  to?: string;
  /** `thin`: there, but with no line on more than half of the days, or with no date at all. */
  status: "present" | "thin" | "missing";
  /** Names of the sources that it stands for. */
  sources: string[];
  /** Days from `from` to `to` on which none of them has a line; absent when there is no such span. */
  days_missing?: number;
}

/** What keeps a "no" from being whole. */
export type LedgerLimit =
  | { kind: "interrupted" }
  | { kind: "nothing-read" }
  | { kind: "expected-missing" | "expected-thin"; source: string }
  | { kind: "unread"; source: string }
  | { kind: "outside" | "undated" | "unrecognised" | "unordered"; source: string }
  | { kind: "gap"; source: string; gaps: Gap[]; days: number }
  | { kind: "begins" | "ends"; source: string; day: string }
  | { kind: "jump"; source: string; jumps: ClockJump[] };

export type Assurance = "full" | "partial" | "none";

export interface Ledger {
  /** The days that were asked for; what the logs span where an end was left open. Absent: nothing is dated. */
  window: { from?: string; to?: string };
  assurance: Assurance;
  limits: LedgerLimit[];
  sources: LedgerSource[];
  expected: ExpectedSource[];
}

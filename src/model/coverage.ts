/** What was read: a "no findings" is worth as much as this. */
import type { Background } from "./background.js";
import type { ErrorCode } from "./errors.js";
import type { Ledger } from "./ledger.js";

export interface SourceError {
  code: ErrorCode;
  message: string;
  /** Byte offset in the stored file (compressed bytes for gzip), where it is known. */
  offset?: number;
}

export interface SourceCoverage {
  path: string;
  /** The format of most parsed lines, envelopes included; `unrecognised` when no format knew them. */
  format: string;
  /** Every format met in parsed lines, with the number of lines. */
  formats: Record<string, number>;
  timezone?: string;
  /** Decompressed bytes read. */
  bytes: number;
  lines: number;
  /** Lines that were parsed: every hit line and a sample of the others. */
  parsed: number;
  /** Of those, lines that no format understood. */
  unparsed: number;
  hits: number;
  first_seen?: string;
  last_seen?: string;
  /** UTC date to lines, estimated from sampled lines; lines whose time could not be read are left out. */
  days: Record<string, number>;
  errors: SourceError[];
  /** Read to its end, without loss. */
  complete: boolean;
}

export interface Coverage {
  sources: SourceCoverage[];
  ledger: Ledger;
  /** Absent when no decoys were hunted. */
  background?: Background;
  totals: {
    sources: number;
    complete: number;
    /** Sources in which most parsed lines were understood by a specific format. */
    recognised: number;
    bytes: number;
    lines: number;
    parsed: number;
    unparsed: number;
    hits: number;
    errors: number;
    first_seen?: string;
    last_seen?: string;
  };
}

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

/** Which stored files are hashed: those in which something was found, all, or none. */
export const HASH_CHOICES = ["hits", "all", "none"] as const;
export type HashChoice = (typeof HASH_CHOICES)[number];

export interface SourceCoverage {
  path: string;
  /** The stored file, where that is not the path itself: the archive of a member. */
  file?: string;
  /** Bytes of the stored file when the hunt found it; absent for pipes. */
  size?: number;
  /** SHA-256 of the stored file, lower-case hex, when it was hashed and had not changed since it was read. */
  sha256?: string;
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

/** Indicators and the sets they come in. Names follow STIX 2.1. */
import type { ErrorCode } from "./errors.js";
import type { IpRange } from "./ip.js";

/** STIX cyber-observable type names where there is one. CIDR blocks and ranges keep their family's type. */
export type IndicatorType = "ipv4-addr" | "ipv6-addr";

/** How the adversary uses it, as the analyst or the feed says. Never derived from `ip-src`/`ip-dst`. */
export type IndicatorRole = "relay" | "c2" | "scanner" | "delivery" | "unknown";
export const INDICATOR_ROLES: readonly IndicatorRole[] = ["relay", "c2", "scanner", "delivery", "unknown"];

/** TLP 2.0 markings (FIRST); TLP 1.0's WHITE is kept as the feed says it. */
export type Tlp = "TLP:CLEAR" | "TLP:WHITE" | "TLP:GREEN" | "TLP:AMBER" | "TLP:AMBER+STRICT" | "TLP:RED";

/** One place that said this indicator: nothing is lost when several do. */
export interface Assertion {
  /** The file as the user named it. */
  file: string;
  /** From 1. */
  line: number;
  /** The publisher's own name for the feed or report, where the file says it. */
  feed?: string;
  /** The publisher's own type for it (`ip-dst`), kept, never used as a direction. */
  statedType?: string;
  /** The text as written, before refanging. */
  original: string;
  /** When it was published, RFC 3339 or date, as written. */
  published?: string;
  tlp?: Tlp;
  labels: string[];
  confidence?: string;
  /** The publisher's remark on it, as written. */
  comment?: string;
  /** How it was read, where that is not plain: `host bits set: read as 1.2.3.0/24`. */
  notes?: string[];
}

export interface Indicator {
  type: IndicatorType;
  /** Canonical: dotted decimal, RFC 5952, CIDR, or `first-last` for a range that is no block. */
  value: string;
  range: IpRange;
  role: IndicatorRole;
  /** Epoch milliseconds, inclusive. Undefined: open. */
  validFrom?: number;
  validUntil?: number;
  tlp?: Tlp;
  /** Sorted, unique. */
  labels: string[];
  assertions: Assertion[];
}

/** Something in an intel file that is not huntable, with the place and the reason. */
export interface Rejection {
  file: string;
  line: number;
  text: string;
  reason: string;
}

/** What one intel file came to. */
export interface IntelFile {
  file: string;
  /** Reader id: `csv`, `text`; `none` when no reader knew it. */
  reader: string;
  /** Values that this file was the first to give. */
  accepted: number;
  /** Values already given by this or an earlier file. */
  duplicates: number;
  rejected: number;
}

/** An intel file or folder that was not, or not wholly, used. The others still are; the user is told (exit code 2). */
export interface IntelError {
  file: string;
  code: ErrorCode;
  message: string;
}

export interface IndicatorSet {
  /** Sorted by type, then by first address, then by last. */
  indicators: Indicator[];
  rejections: Rejection[];
  files: IntelFile[];
  errors: IntelError[];
  /** SHA-256 (hex) over the canonical indicators with role and validity: the same set gives the same hash. */
  hash: string;
}

/** Indicators and the sets they come in. Names follow STIX 2.1. */
import type { ErrorCode } from "./errors.js";
import type { IpRange } from "./ip.js";

/**
 * STIX cyber-observable type names where there is one. CIDR blocks and ranges keep their family's type. `ja3` and `ja3s` are
 * the MD5 forms of the TLS client's and server's fingerprint, `ja4` is FoxIO's.
 */
export const INDICATOR_TYPES = [
  "ipv4-addr",
  "ipv6-addr",
  "domain-name",
  "url",
  "email-addr",
  "file",
  "ja3",
  "ja3s",
  "ja4",
  "user-agent",
] as const;
export type IndicatorType = (typeof INDICATOR_TYPES)[number];

/** STIX 2.1's hash-algorithm-ov. */
export type HashAlgorithm = "MD5" | "SHA-1" | "SHA-256" | "SHA-512";

/** How the adversary uses it, as the analyst or the feed says. Never derived from `ip-src`/`ip-dst`. */
export type IndicatorRole = "relay" | "c2" | "scanner" | "delivery" | "unknown";
export const INDICATOR_ROLES: readonly IndicatorRole[] = ["relay", "c2", "scanner", "delivery", "unknown"];

/** TLP 2.0 markings (FIRST); TLP 1.0's WHITE is kept as the feed says it. */
export type Tlp = "TLP:CLEAR" | "TLP:WHITE" | "TLP:GREEN" | "TLP:AMBER" | "TLP:AMBER+STRICT" | "TLP:RED";

/** One place that said this indicator: nothing is lost when several do. */
export interface Assertion {
  /** The file as the user named it. */
  file: string;
  /** From 1; 0 when the format has no lines to speak of. */
  line: number;
  /** The object within the file: a STIX id, a MISP attribute's uuid. */
  object?: string;
  /** The publisher's version of that object: STIX `modified`, MISP `timestamp` as RFC 3339. */
  revision?: string;
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
  /** As the publisher writes it. */
  confidence?: string;
  /** The publisher's remark on it, as written. */
  comment?: string;
  /** The sentence of a prose advisory that it was found in. */
  context?: string;
  /** The whole pattern, when the value is one part of several that must come together (STIX AND, FOLLOWEDBY; OpenIOC AND). */
  pattern?: string;
  /** Related objects by STIX type: `{ "intrusion-set": ["APT31"], malware: ["…"] }`. */
  related?: Readonly<Record<string, readonly string[]>>;
  /** How it was read, where that is not plain: `host bits set: read as 1.2.3.0/24`. */
  notes?: string[];
}

export interface Indicator {
  type: IndicatorType;
  /**
   * Canonical. Addresses: dotted decimal, RFC 5952, CIDR, or `first-last` for a range that is no block. Domains: lower case,
   * A-labels, no final dot. URLs: as WHATWG writes them. Hashes, ja3, ja3s: lower-case hexadecimal. E-mail: domain in lower
   * case and A-labels. User-agents: as they are.
   */
  value: string;
  /** Addresses only. */
  range?: IpRange;
  /** `file` only. */
  hash?: HashAlgorithm;
  /** `domain-name` only: this name alone is meant, its subdomains are not. */
  exact?: boolean;
  /** Ports that came with an address (`192.0.2.1:443`), ascending. The address is hunted whatever the port. */
  ports?: number[];
  role: IndicatorRole;
  /** Epoch milliseconds, inclusive. Undefined: open. */
  validFrom?: number;
  validUntil?: number;
  /** 0 to 100 as in STIX; the highest that an assertion gives. */
  confidence?: number;
  tlp?: Tlp;
  /** Sorted, unique. */
  labels: string[];
  /** Warning lists that name it as known-benign: its findings' level is capped. */
  benign?: string[];
  assertions: Assertion[];
}

/** Something in an intel file that is not huntable, with the place and the reason. */
export interface Rejection {
  file: string;
  /** From 1; 0 for the file as a whole, or when the format has no lines to speak of. */
  line: number;
  /** The object within the file: a STIX id, a MISP attribute's uuid. */
  object?: string;
  text: string;
  reason: string;
  /** An indicator that is understood and left out on purpose: revoked, private, too wide. */
  setAside?: true;
}

/** What one intel file came to. */
export interface IntelFile {
  file: string;
  /** Reader id: `csv`, `text`, `stix` …; `none` when no reader knew it. */
  reader: string;
  /** Values that this file was the first to give. */
  accepted: number;
  /** Values already given by this or an earlier file. */
  duplicates: number;
  rejected: number;
  setAside: number;
  /** What there is to know of how it was had, where that is no error: `the collection may not be read: skipped`. */
  notes?: string[];
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

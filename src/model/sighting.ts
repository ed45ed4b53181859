/** Sightings and findings: the output contract's nouns. */
import type { Event, Outcome } from "./event.js";
import type { IndicatorRole, IndicatorType, Tlp } from "./indicator.js";

/** The indicator's place in the event. */
export type SightingRole = "source" | "destination" | "forwarded" | "translated" | "question" | "answer" | "mention";

/** When an event was, against the validity of its indicator; `unknown`: undated, or no validity is known. */
export const WINDOWS = ["inside", "before", "after", "unknown"] as const;
export type Window = (typeof WINDOWS)[number];

/** Worst first: the order of the ladder. */
export const VERDICTS = [
  "own-asset",
  "callout",
  "callout-attempt",
  "access",
  "contact",
  "resolution",
  "probe",
  "probe-blocked",
  "mention",
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Worst first. */
export const LEVELS = ["critical", "high", "medium", "low", "info"] as const;
export type Level = (typeof LEVELS)[number];

export const LEVEL_OF: Readonly<Record<Verdict, Level>> = {
  "own-asset": "critical",
  callout: "critical",
  "callout-attempt": "high",
  access: "high",
  contact: "medium",
  resolution: "medium",
  probe: "low",
  "probe-blocked": "info",
  mention: "info",
};

/** A verdict's level; that of an indicator known as benign is `low` at most. */
export function levelOf(verdict: Verdict, benign: readonly string[] | undefined): Level {
  const level = LEVEL_OF[verdict];
  return benign === undefined || benign.length === 0 || LEVELS.indexOf(level) > LEVELS.indexOf("low") ? level : "low";
}

/** Who said it: as much of an assertion as a reader needs to find it again. */
export interface AssertionRef {
  file: string;
  /** The publisher's own name for it. */
  feed?: string;
  /** From 1; absent when the format has no lines to speak of. */
  line?: number;
  /** A STIX id, a MISP attribute's uuid. */
  object?: string;
  /** RFC 3339 or date, as written. */
  published?: string;
  /** The publisher's version of that object: STIX `modified`, MISP `timestamp`. */
  revision?: string;
}

/** The indicator as sightings and findings name it. */
export interface SightedIndicator {
  type: IndicatorType;
  /** The canonical value. */
  name: string;
  role: IndicatorRole;
  labels: string[];
  /** 0 to 100. */
  confidence?: number;
  tlp?: Tlp;
  /** Warning lists that name it. */
  benign?: string[];
}

/** Where a line stands. */
export interface LogPosition {
  path: string;
  /** Byte offset of the line's start in the decompressed stream. */
  offset: number;
  /** From 1. */
  line: number;
  /** From 0: which record of a line that holds several. */
  record?: number;
}

export interface Judgement {
  role: SightingRole;
  outcome: Outcome;
  window: Window;
  verdict: Verdict;
  level: Level;
  reasons: string[];
  /** The own end of the traffic, as the finding names it. */
  asset: string;
  /** Finding id: a hash of (indicator, asset, verdict family). */
  finding: string;
}

export interface Sighting {
  event: Event;
  /** The line, decoded as UTF-8; shortened around the hit when it is very long. */
  original: string;
  log: LogPosition;
  indicator: SightedIndicator;
  /** The token in the line that matched, canonical: an address within a range, a name below a domain, the host of a URL. */
  observed: string;
  judgement: Judgement;
  format: string;
  timezone?: string;
}

/** One piece of evidence, enough to find the line again. */
export interface Evidence {
  path: string;
  offset: number;
  line: number;
  record?: number;
  /** RFC 3339, UTC. */
  timestamp?: string;
  verdict: Verdict;
  /** The line; around what was found, with `…` where it was cut, when it is longer than EVIDENCE_LIMIT. */
  original: string;
  /** The format that read the line; absent in what earlier versions wrote. */
  format?: string;
  /** How its time was read, where the line leaves the zone or the year open. */
  timezone?: string;
  /** SHA-256 of the stored file (of the archive, for a member), when it was hashed. */
  sha256?: string;
}

/** UTF-16 code units of a line that a piece of evidence keeps. A longer text in `original` is a cut one. */
export const EVIDENCE_LIMIT = 4096;
/** With the mark of a cut at either end: shown any shorter, a line may lack what was found in it. */
export const KEPT_LIMIT = EVIDENCE_LIMIT + 2;

export interface Finding {
  id: string;
  verdict: Verdict;
  level: Level;
  indicator: SightedIndicator & {
    /** Who said so: the first few. */
    assertions?: AssertionRef[];
  };
  asset: string;
  count: number;
  /** RFC 3339, UTC; absent when no sighting is dated. */
  first_seen?: string;
  last_seen?: string;
  /** UTC date to number of sightings. */
  days: Record<string, number>;
  /** Reasons of the worst sighting. */
  reasons: string[];
  /** Sightings by verdict, for a finding whose family holds several. */
  verdicts: Partial<Record<Verdict, number>>;
  /** Sightings by their time against the indicator's validity. */
  windows: Partial<Record<Window, number>>;
  /** Bounded: first, last, and the worst. */
  evidence: Evidence[];
}

/** A hunt's findings in their order. There may be millions, so they are gone through one by one, as often as need be. */
export interface FindingList extends Iterable<Finding> {
  readonly length: number;
  /** Each as the output has it, without a line end; absent where no texts were made. */
  texts?(): Iterable<string>;
}

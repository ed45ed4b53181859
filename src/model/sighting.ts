/** Sightings and findings: the output contract's nouns. */
import type { Event, Outcome } from "./event.js";
import type { IndicatorRole, IndicatorType } from "./indicator.js";

/** The indicator's place in the event. */
export type SightingRole = "source" | "destination" | "forwarded" | "translated" | "question" | "answer" | "mention";

export type Window = "inside" | "before" | "after" | "unknown";

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

/** Where a line stands. */
export interface LogPosition {
  path: string;
  /** Byte offset of the line's start in the decompressed stream. */
  offset: number;
  /** From 1. */
  line: number;
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
  indicator: { type: IndicatorType; name: string; role: IndicatorRole; labels: string[] };
  /** The address in the line that matched (differs from the name for CIDR and ranges). */
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
  /** RFC 3339, UTC. */
  timestamp?: string;
  verdict: Verdict;
  original: string;
}

export interface Finding {
  id: string;
  verdict: Verdict;
  level: Level;
  indicator: { type: IndicatorType; name: string; role: IndicatorRole; labels: string[] };
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
  /** Bounded: first, last, and the worst. */
  evidence: Evidence[];
}

/** What a finished hunt hands to the renderers for people. Plain data: the renderers read no clock and no file. */
import type { Coverage, SourceCoverage } from "../model/coverage.js";
import type { IntelFile } from "../model/indicator.js";
import { LEVEL_OF, LEVELS, VERDICTS, type FindingList } from "../model/sighting.js";
import type { Finding, Verdict } from "../model/sighting.js";

/** The indicators that were hunted, and where they came from. */
export interface IntelSummary {
  indicators: number;
  files: IntelFile[];
  /** Entries of the files that are not huntable. */
  rejected: number;
  /** IndicatorSet.hash. */
  hash: string;
  /** Labels and feeds named by the files (`APT31`, `CERTFR-2021-IOC-003`), for the heading. */
  labels?: string[];
  /** Validity of the indicators as used, RFC 3339 or date; absent when open. */
  validFrom?: string;
  validUntil?: string;
}

export interface HuntSummary {
  /** In any order: the renderers sort. */
  findings: FindingList;
  /** Sightings in all; the sum of the findings' counts when absent. */
  sightings?: number;
  coverage: Coverage;
  intel: IntelSummary;
  /** The time window that was asked for, RFC 3339 or date; absent ends are open. */
  window?: { since?: string; until?: string };
  /** Hits whose time lies outside `window`: in no file of the output. */
  outside?: number;
  /** Sightings that --window left out. */
  otherWindow?: number;
  own: {
    /** CIDR text. */
    networks: string[];
    /** No networks were named, so the private ranges stand in for them. */
    assumed: boolean;
  };
  elapsedMs: number;
  /** The output folder, as the user named it; absent when nothing was kept. */
  outDir?: string;
  /** Stopped before the end, by a signal or an error. */
  interrupted?: boolean;
}

/** How the hunt was run: the part of `manifest.json` that the page shows. */
export interface ReportProvenance {
  /** Lookback's version. */
  version: string;
  /** Node's version, `v20.20.2`. */
  node: string;
  /** RFC 3339, UTC. */
  startedAt: string;
  finishedAt: string;
  /** The command line as typed, without the program's name. */
  arguments: string[];
  /** Further lines for the page, name and value: a setting, a hash of an output file. */
  facts?: readonly (readonly [string, string])[];
}

/** What a report is made of. */
export type ReportInput = HuntSummary & { provenance: ReportProvenance };

/**
 * Worst first, by level and then by verdict: the two differ for known-benign indicators, whose level is capped. Within a verdict the
 * latest first, then the most frequent, then by id so that the order is always the same.
 */
export function compareFindings(a: Finding, b: Finding): number {
  const rank =
    LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict);
  if (rank !== 0) return rank;
  const seenA = a.last_seen ?? "";
  const seenB = b.last_seen ?? "";
  if (seenA !== seenB) return seenA > seenB ? -1 : 1;
  if (a.count !== b.count) return b.count - a.count;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

export function worstFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(compareFindings);
}

/** Incomplete first, then those with hits, then in the order read, so that a bounded table keeps what matters. */
export function sourcesWorstFirst(sources: readonly SourceCoverage[]): SourceCoverage[] {
  const rank = (s: SourceCoverage): number => (s.complete ? (s.errors.length > 0 ? 1 : s.hits > 0 ? 2 : 3) : 0);
  return [...sources].sort((a, b) => rank(a) - rank(b));
}

/** Its level is capped: a warning list knows the indicator. */
export function isBenign({ indicator }: Finding): boolean {
  return indicator.benign !== undefined && indicator.benign.length > 0;
}

export const isPressing = (verdict: Verdict): boolean =>
  LEVEL_OF[verdict] === "critical" || LEVEL_OF[verdict] === "high";

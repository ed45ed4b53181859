/** What was planted, line by line: the answer sheet that a hunt over the example is held against. */
import type { Outcome } from "../../src/model/event.js";
import type { SightingRole, Verdict } from "../../src/model/sighting.js";

/** What a planted line says of one indicator, decided by the vendor's documentation and the verdict ladder. */
export interface Plant {
  /** Names the story the line belongs to; all lines of one story carry the same. */
  case: string;
  indicator: string;
  role: SightingRole;
  outcome: Outcome;
  verdict: Verdict;
  note: string;
  /** Further outcomes that the line allows as well, when its words leave room. */
  outcomeAlso?: Outcome[];
  /** Further verdicts that one line alone allows; never `callout` beside anything else. */
  verdictAlso?: Verdict[];
  /** The line states no time. */
  undated?: true;
  /** The instant the line states, when it is not the one it is sorted by. Epoch milliseconds. */
  at?: number;
}

/** One expected sighting. Its key is (file, line, indicator). */
export interface PlantedSighting extends Omit<Plant, "undated" | "at"> {
  /** Below the log folder, `/` between parts. */
  file: string;
  /** From 1. */
  line: number;
  /** Byte offset of the line's start in the decompressed file. */
  offset: number;
  /** RFC 3339, UTC, cut to the second. Absent: the line carries no time. */
  timestamp?: string;
  /** Set when the line's time lies outside [from, to]. */
  outside?: "before" | "after";
}

/** A line made to look like a hit. It must give no sighting. */
export interface NearMiss {
  file: string;
  line: number;
  note: string;
}

export interface WrittenFile {
  path: string;
  lines: number;
  /** Decompressed. */
  bytes: number;
}

export interface Truth {
  seed: string;
  /** The window of the story, inclusive dates (UTC). */
  from: string;
  to: string;
  lines: number;
  /** Decompressed bytes of all files. */
  bytes: number;
  /** Verdicts the example cannot hold: nobody of its own is on the published list. */
  notCovered: Verdict[];
  files: WrittenFile[];
  /** In file, line, indicator order. */
  sightings: PlantedSighting[];
  nearMisses: NearMiss[];
}

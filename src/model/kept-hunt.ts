/** A finished hunt as its output folder keeps it. */
import type { Coverage } from "./coverage.js";
import type { Finding } from "./sighting.js";

/** Of `manifest.json`, what later commands ask for. */
export interface KeptManifest {
  /** Version of the program that hunted. */
  lookback: string;
  /** What relative paths start from; absent in what earlier versions wrote. */
  working_folder?: string;
  indicators: { count: number; hash: string };
  counts: { sightings: number; findings: number; sources: number };
  /** Of the output's other files, by name. */
  files?: Record<string, { sha256: string; bytes: number }>;
  /** RFC 3339, UTC. */
  started: string;
  finished: string;
  complete: boolean;
}

export interface KeptHunt {
  manifest: KeptManifest;
  /** What was read; what its silence is worth was said when it ended. */
  coverage: Pick<Coverage, "sources" | "totals">;
  findings: Finding[];
}

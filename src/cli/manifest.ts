/** `manifest.json`: how a hunt was given, and what it came to. It stands there from the start, so that the hunt can go on. */
import { backgroundJson } from "../report/findings-json.js";
import type { HuntRequest, HuntResult } from "../hunt/hunt.js";
import { isoTime } from "../model/iso-time.js";
import type { OutputFolder } from "./output-folder.js";
import { thisProcess, type Underway } from "./resume.js";
import { VERSION } from "./version.js";

/** --from and --to, epoch milliseconds. */
export interface Bounds {
  from: number | undefined;
  to: number | undefined;
}

/** How and when the hunt was first started. */
export type HuntStart = Omit<Underway, "process">;

/** What is known before the first log is read. Enough to go on with the hunt, should it be broken off. */
export function manifestAtStart(
  { indicators, own }: HuntRequest,
  began: HuntStart,
  bounds: Bounds,
): Record<string, unknown> {
  return {
    lookback: VERSION,
    node: process.version,
    ...howStarted(began),
    indicators: { count: indicators.indicators.length, hash: `sha256:${indicators.hash}` },
    own: { networks: own.cidrs, stated: own.stated },
    window: windowJson(bounds),
    started: began.started,
    ...(began.resumed === undefined ? {} : { resumed: began.resumed }),
    process: thisProcess(),
    finished: null,
    interrupted: true,
    complete: false,
  };
}

export function manifestOf(
  { indicators: set, own, hash }: HuntRequest,
  result: HuntResult,
  began: HuntStart,
  bounds: Bounds,
  finishedAt: Date,
  files: OutputFolder["digests"],
): Record<string, unknown> {
  const { totals } = result.coverage;
  const finished = finishedAt.toISOString();
  return {
    lookback: VERSION,
    node: process.version,
    ...howStarted(began),
    indicators: { count: set.indicators.length, hash: `sha256:${set.hash}`, files: set.files, errors: set.errors },
    own: { networks: own.cidrs, stated: own.stated },
    window: windowJson(bounds),
    counts: {
      sightings: result.sightings,
      findings: result.findings.length,
      outside_window: result.outside,
      other_validity: result.otherWindow,
      sources: totals.sources,
      bytes: totals.bytes,
      lines: totals.lines,
    },
    hashes: { algorithm: "SHA-256", of: hash ?? "none", ...result.hashes },
    files,
    assurance: result.coverage.ledger.assurance,
    background: result.coverage.background === undefined ? null : backgroundJson(result.coverage.background),
    started: began.started,
    ...resumedJson(began, result, finished),
    finished,
    interrupted: result.interrupted,
    complete: result.complete && set.errors.length === 0,
  };
}

function howStarted(began: HuntStart): Pick<HuntStart, "arguments" | "working_folder"> {
  return { arguments: began.arguments, working_folder: began.working_folder };
}

/** Every time that the hunt went on, and what was found then. */
function resumedJson(began: HuntStart, { resumed }: HuntResult, finished: string): { resumed?: unknown[] } {
  const before = began.resumed ?? [];
  const now = resumed ? [...before, { ...resumed, finished }] : before;
  return now.length === 0 ? {} : { resumed: now };
}

function windowJson({ from, to }: Bounds): { from: string | null; to: string | null } {
  return { from: from === undefined ? null : isoTime(from), to: to === undefined ? null : isoTime(to) };
}

/** `lookback hunt`: reads the flags, runs the hunt, writes what it came to. */
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";

import { DEFAULT_OWN, OwnNetworks } from "../triage/own.js";
import { hunt, type HuntRequest, type HuntResult, type HuntRim } from "../hunt/hunt.js";
import { checkResume } from "../hunt/resume.js";
import type { ScanSettings } from "../hunt/scan-task.js";
import type { IntelInput } from "../intel/index.js";
import { withoutPassword } from "../intel/taxii-address.js";
import { ERRORS, LookbackError } from "../model/errors.js";
import type { IndicatorSet } from "../model/indicator.js";
import type { HashChoice } from "../model/coverage.js";
import { LEVELS, type Level } from "../model/sighting.js";
import { findingJson } from "../report/findings-json.js";
import { jsonDocument } from "../report/json-text.js";
import { createProgress, type Progress } from "../report/progress.js";
import type { HuntSummary } from "../report/summary.js";
import { renderSummary } from "../report/terminal.js";
import { printable } from "../report/text.js";
import type { ReportId } from "./flags.js";
import { extraFiles, summaryOf, writeOutput, type FinishedHunt } from "./hunt-output.js";
import { manifestAtStart, type HuntStart } from "./manifest.js";
import { CHECKPOINT, OutputFolder, type Reuse } from "./output-folder.js";
import { resumedHunt, type Underway } from "./resume.js";
import { loadIndicators, warnOfErrors, warnOfSetAside } from "./intel-load.js";
import type { FlagValues } from "./parser.js";
import { asFlags, logInputs, parserSettings, settingsInForce } from "./settings.js";
import { serialise, serialiseTail } from "./serialise.js";
import { DECODER_ENTRY, startedThreads, WORKER_ENTRY } from "./warm-up.js";
import { usage } from "./usage.js";
import { VERSION } from "./version.js";

/** Exit codes of the contract. */
const DONE = 0;
const FAILED_ON = 1;
const INCOMPLETE = 2;

/** Decoys for each listed IPv4 address. */
const DECOYS = 1;

type WantedWindow = NonNullable<ScanSettings["window"]> | "any";

function windowWanted(wanted: WantedWindow | undefined): Pick<ScanSettings, "window"> {
  return wanted === undefined || wanted === "any" ? {} : { window: wanted };
}

export async function huntCommand(operands: string[], given: FlagValues): Promise<number> {
  if (given.resume === undefined) return runHunt(operands, given);
  const resumed = await resumedHunt(operands, given);
  if (resumed) return runHunt(resumed.operands, resumed.flags, resumed.underway);
  warn(`the hunt in ${String(given.resume)} had come to its end: there is nothing left to do`);
  return DONE;
}

/** @param underway of a hunt that is to go on */
async function runHunt(operands: string[], given: FlagValues, underway?: Underway): Promise<number> {
  const settings = await settingsInForce(given);
  const flags = asFlags(settings);
  const from = flags.from as number | undefined;
  const to = flags.to as number | undefined;
  if (flags.intel === undefined && settings.intel.length === 0)
    throw usage("a hunt needs indicators: --intel FILE, or intel sources in lookback.yaml");
  if (from !== undefined && to !== undefined && to < from) throw usage("--to lies before --from");
  const outDir = flags.output as string | undefined;
  if (outDir === undefined && settings.values.get("report")?.place === "--report")
    throw usage("--report needs a folder: -o DIR");

  const parser = parserSettings(settings);
  const inputs = logInputs(operands, settings);

  const startedAt = new Date();
  const began: HuntStart = underway ?? {
    arguments: process.argv.slice(2).map(withoutPassword),
    working_folder: process.cwd(),
    started: startedAt.toISOString(),
  };
  const named = flags.intel as IntelInput[] | undefined;
  const { set: indicators, paths: intelPaths } = await loadIndicators(named, flags, settings);
  warnOfErrors(indicators);
  warnOfSetAside(indicators);
  if (indicators.indicators.length === 0)
    throw new LookbackError("intel-unusable", "none of the --intel files holds an indicator that can be hunted");

  const reports = (flags.report as ReportId[] | undefined) ?? [];
  const isTold = outDir !== undefined || flags.quiet !== true;
  const stated = flags.own as string[] | undefined;
  const own = new OwnNetworks(stated ?? DEFAULT_OWN, stated !== undefined);
  const request: HuntRequest = {
    indicators,
    inputs,
    notLogs: [...intelPaths, ...(outDir === undefined ? [] : [outDir])],
    own,
    parser,
    settings: {
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...windowWanted(flags.window as WantedWindow | undefined),
      ...(isTold || flags.failOn !== undefined ? {} : { sightingsOnly: true }),
      ...(flags.maxExpanded === undefined ? {} : { maxExpandedBytes: flags.maxExpanded as number }),
    },
    // Nothing is kept without a folder, and a hash that is not kept proves nothing.
    hash: outDir === undefined ? "none" : ((flags.hash as HashChoice | undefined) ?? "hits"),
    expect: settings.expect.map(({ value }) => value),
    // The check is told by the summary and in the folder.
    decoys: isTold && flags.noDecoys !== true ? ((flags.decoys as number | undefined) ?? DECOYS) : 0,
    ...(flags.workers === undefined ? {} : { workers: flags.workers as number }),
  };
  const signals = new Signals();
  let output: OutputFolder | undefined;
  if (outDir !== undefined) {
    const program = `lookback ${VERSION}`;
    request.checkpoint = { path: join(outDir, CHECKPOINT), resume: underway !== undefined, program };
    // Before what a broken hunt left is taken away.
    if (underway) checkResume(request, request.checkpoint);
    output = OutputFolder.open(outDir, reuseOf(flags, underway), extraFiles(reports));
    output.manifest(jsonDocument(manifestAtStart(request, began, { from, to })));
  }

  const stdout = new StandardOutput();
  const result = await watched(request, flags, {
    sink: (lines) => {
      output?.sightings(lines);
      return flags.json === true ? stdout.write(lines) : undefined;
    },
    closed: stdout.closed,
    stopped: signals.stopped,
  });

  const finished: FinishedHunt = {
    request,
    result,
    settings,
    bounds: { from, to },
    began,
    startedAt,
    finishedAt: new Date(),
    ...(outDir === undefined ? {} : { outDir }),
  };
  let summary: HuntSummary | undefined;
  const summarise = (): HuntSummary => (summary ??= summaryOf(finished));
  try {
    if (output) await writeOutput(output, finished, summarise(), reports);
    if (!stdout.closed.aborted) {
      if (result.resumed) tellResumed(result.resumed);
      if (flags.quiet === true) warnOfLosses(result);
      else showSummary(summarise(), flags.json === true);
    }
    return exitCode(indicators, result, flags.failOn as Level | undefined);
  } finally {
    result.release();
  }
}

/**
 * Lets Ctrl-C end the hunt with what was found. Held to the program's end, so that a signal after the last log still leaves a whole
 * output and its exit code. A second signal ends the program as signals do.
 */
class Signals {
  private readonly abort = new AbortController();
  readonly stopped = this.abort.signal;
  private readonly stop = (): void => {
    this.restore();
    this.abort.abort();
  };

  constructor() {
    process.on("SIGINT", this.stop).on("SIGTERM", this.stop);
  }

  private restore(): void {
    process.off("SIGINT", this.stop).off("SIGTERM", this.stop);
  }
}

/** Runs the hunt with a progress bar. */
async function watched(
  request: HuntRequest,
  flags: FlagValues,
  out: { sink: HuntRim["sink"]; closed: AbortSignal; stopped: AbortSignal },
): Promise<HuntResult> {
  let progress: Progress | undefined;
  // A dumb terminal prints the sequences that redraw the line.
  const shown = flags.quiet !== true && process.env["TERM"] !== "dumb";
  // Decompressed chunks live outside the heap and die at once, but V8 starts marking the heap for every few of them: a third of the
  // time of a hunt over a large .gz. Marking in one go costs a millisecond now and then.
  setFlagsFromString("--no-incremental-marking");
  try {
    return await hunt(request, {
      sink: out.sink,
      serialise,
      serialiseTail,
      serialiseFinding: findingJson,
      workers: { entry: WORKER_ENTRY, decoder: DECODER_ENTRY, ...startedThreads() },
      onProgress: ({ bytes, totalBytes, hits, hashing }) => {
        progress ??= createProgress(process.stderr, shown, totalBytes);
        progress.update({ bytes, hits, ...(hashing === undefined ? {} : { hashing }) });
      },
      signal: AbortSignal.any([out.closed, out.stopped]),
    });
  } finally {
    progress?.stop();
  }
}

/** Standard output with back-pressure. A reader that goes away ends the hunt quietly. */
class StandardOutput {
  private readonly gone = new AbortController();
  readonly closed = this.gone.signal;
  private drained: Promise<void> | undefined;

  constructor() {
    process.stdout.on("error", () => this.gone.abort());
  }

  write(bytes: Uint8Array): void | Promise<void> {
    if (this.closed.aborted || process.stdout.write(bytes)) return undefined;
    this.drained ??= new Promise<void>((resolve) => {
      const go = (): void => {
        process.stdout.off("drain", go);
        this.closed.removeEventListener("abort", go);
        this.drained = undefined;
        resolve();
      };
      process.stdout.on("drain", go);
      this.closed.addEventListener("abort", go);
    });
    return this.drained;
  }
}

function reuseOf({ force }: FlagValues, underway: Underway | undefined): Reuse {
  if (underway) return "resume";
  return force === true ? "force" : "never";
}

function tellResumed({ done, tasks, changed, added }: NonNullable<HuntResult["resumed"]>): void {
  warn(`${done} of ${tasks} parts were read before the hunt was broken off`);
  for (const path of changed.slice(0, LOSSES_TOLD)) warn(`${path}: changed since the hunt began, so read again`);
  for (const path of added.slice(0, LOSSES_TOLD)) warn(`${path}: was not there when the hunt began, so not searched`);
  const more = Math.max(0, changed.length - LOSSES_TOLD) + Math.max(0, added.length - LOSSES_TOLD);
  if (more > 0) warn(`${more} more that changed or were added: see resumed in manifest.json`);
}

function showSummary(summary: HuntSummary, jsonOnStdout: boolean): void {
  // With --json standard output carries data only.
  const stream = jsonOnStdout ? process.stderr : process.stdout;
  const color = stream.isTTY === true && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
  stream.write(renderSummary(summary, { color, width: stream.columns ?? 100 }));
}

function exitCode(set: IndicatorSet, result: HuntResult, failOn: Level | undefined): number {
  if (!result.complete || result.interrupted || set.errors.length > 0) return INCOMPLETE;
  if (failOn === undefined) return DONE;
  // The first is of the worst level.
  const [worst] = result.findings;
  return worst && LEVELS.indexOf(worst.level) <= LEVELS.indexOf(failOn) ? FAILED_ON : DONE;
}

const LOSSES_TOLD = 10;

/** Without a summary, an exit code of 2 would otherwise say nothing of its reason. */
function warnOfLosses(result: HuntResult): void {
  const lost = result.coverage.sources.filter((source) => !source.complete);
  for (const { path, errors } of lost.slice(0, LOSSES_TOLD))
    for (const { code, message } of errors) if (ERRORS[code].loses) warn(`${path}: ${message} (${code})`);
  if (lost.length > LOSSES_TOLD) warn(`${lost.length - LOSSES_TOLD} more sources were not read to the end`);
}

function warn(message: string): void {
  process.stderr.write(`lookback: ${printable(message)}\n`);
}

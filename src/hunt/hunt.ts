/** The retro-hunt: indicators and log paths in; sightings to a sink, findings and coverage out. */
import { realpathSync } from "node:fs";
import { availableParallelism } from "node:os";
import { sep } from "node:path";

import type { ParserSettings } from "../formats/parser-settings.js";
import { pathNames } from "../formats/parser-settings.js";
import { compile } from "../matcher/compile.js";
import type { Coverage, HashChoice } from "../model/coverage.js";
import { ERRORS } from "../model/errors.js";
import type { Assertion, Indicator, IndicatorSet } from "../model/indicator.js";
import type { AssertionRef, FindingList } from "../model/sighting.js";
import type { FileHash } from "../sources/file-hash.js";
import type { SourceRef, WalkProblem } from "../sources/source.js";
import { walk } from "../sources/walk.js";
import { OwnNetworks } from "../triage/own.js";
import { background, drawDecoys } from "./background.js";
import { Collector, type SerialiseTail, type SightingSink } from "./collector.js";
import { coverageOf } from "./coverage.js";
import type { Complete, SerialiseFinding } from "./finding-store.js";
import { hashSources } from "./hash-sources.js";
import { shareIndicators } from "./indicator-table.js";
import type { Expectation } from "./ledger.js";
import { plan, type Task } from "./plan.js";
import { runTasks, type TaskHandlers, type WorkerSource } from "./pool.js";
import { openJournal, type Checkpoint, type Resumed } from "./resume.js";
import type { Serialise } from "./batch.js";
import type { ScanSettings } from "./scan-task.js";
import type { TaskResult } from "./task-result.js";
import type { ScanSetup } from "./worker.js";

export interface HuntRequest {
  indicators: IndicatorSet;
  /** Files, folders, globs, `-`. */
  inputs: readonly string[];
  /** Files and folders that are no logs although an input may hold them: the intel, the hunt's own output. */
  notLogs?: readonly string[];
  own: OwnNetworks;
  parser: ParserSettings;
  settings: ScanSettings;
  /** Which stored files are hashed once all is read (default: none). */
  hash?: HashChoice;
  /** Sources that should be there. */
  expect?: readonly Expectation[];
  /** Addresses of the background check for each listed IPv4 address; default: none. */
  decoys?: number;
  /** Threads, the calling one included; default: one a core. */
  workers?: number;
  /** Absent: a hunt that is broken off starts anew. */
  checkpoint?: Checkpoint;
}

/** What the rim gives: where results go, how they are written, who watches. */
export interface HuntRim {
  sink: SightingSink;
  serialise: Serialise;
  serialiseTail: SerialiseTail;
  serialiseFinding: SerialiseFinding;
  /** The module calls `serveTasks` with the same `serialise`. */
  workers: WorkerSource;
  /** Called a few times a second, with stored bytes read of all, and hits; then with the bytes hashed of those that are to be. */
  onProgress?: (progress: {
    bytes: number;
    totalBytes: number;
    hits: number;
    sources: number;
    hashing?: { bytes: number; total: number };
  }) => void;
  /** Aborting ends the hunt early; what was found is kept and marked incomplete. */
  signal?: AbortSignal;
}

export interface HuntResult {
  /** None with `sightingsOnly`. */
  findings: Required<FindingList>;
  coverage: Coverage;
  sightings: number;
  /** Hits whose time lies outside --from/--to: not reported. */
  outside: number;
  /** Hits left out because --window asks for others. */
  otherWindow: number;
  /** Everything was read to its end. */
  complete: boolean;
  interrupted: boolean;
  /** Stored files that were hashed, and those that could not be because they changed or went away meanwhile. */
  hashes: { hashed: number; changed: number };
  /** Of a hunt that went on where it was broken off. */
  resumed?: Resumed;
  /** Lets go of the temporary files that `findings` may stand in. */
  release(): void;
}

/** Below this a thread costs more than it saves. */
const WORTH_THREADS_BYTES = 16 * 1024 * 1024;
const PROGRESS_MS = 100;

export async function hunt(request: HuntRequest, rim: HuntRim): Promise<HuntResult> {
  const walked = await walk(request.inputs);
  const found = withoutOwnFiles(walked, request.inputs, request.notLogs ?? []);
  const progress = request.checkpoint && openJournal(request, request.checkpoint, found);
  const { sources, problems } = progress ?? found;
  const journal = progress?.journal;
  const tasks = plan(sources);
  const isDone = (task: Task): boolean => progress?.isDone(task) ?? false;
  const done = tasks.filter(isDone);
  const totalBytes = sources.reduce((n, s) => n + s.size, 0);

  const threads = request.workers ?? availableParallelism();
  const { indicators: listed } = request.indicators;
  const decoys = drawDecoys(request.indicators, request.own, request.decoys ?? 0);
  const hunted = decoys.indicators.length === 0 ? listed : [...listed, ...decoys.indicators];
  const { slots, ...compiled } = compile(hunted);
  const setup: ScanSetup = {
    compiled,
    indicators: shareIndicators(hunted, slots, listed.length),
    own: { cidrs: request.own.cidrs, stated: request.own.stated },
    parser: request.parser,
    settings: request.settings,
    stop: new SharedArrayBuffer(4),
    counters: new SharedArrayBuffer(24),
  };

  const results = new Map<number, TaskResult>();
  let hashes: ReadonlyMap<number, FileHash> = new Map();
  let interrupted = false;
  let toHashBytes = 0;
  const failures = new Map<number, string>();
  const { sink, serialiseTail, serialiseFinding } = rim;
  const collector = new Collector(tasks, sink, serialiseTail, serialiseFinding, request.settings.sightingsOnly);
  const handlers: TaskHandlers = {
    batch: (task, bytes) => {
      journal?.batch(task, bytes);
      return collector.batch(task, bytes);
    },
    result: async (result) => {
      results.set(result.id, result);
      if (!result.interrupted) journal?.finish(tasks[result.id]!, result);
      await collector.finish(tasks[result.id]!, result);
    },
    failed: async (task, message) => {
      failures.set(task.id, message);
      await collector.finish(task, undefined);
    },
  };

  const stop = new Int32Array(setup.stop);
  const onAbort = (): void => {
    Atomics.store(stop, 0, 1);
    Atomics.notify(stop, 0);
  };
  rim.signal?.addEventListener("abort", onAbort);
  if (rim.signal?.aborted) onAbort();
  const counters = new BigInt64Array(setup.counters);
  const tell = (): void =>
    rim.onProgress?.({
      bytes: Number(Atomics.load(counters, 0)),
      totalBytes,
      hits: Number(Atomics.load(counters, 1)),
      sources: sources.length,
      ...(toHashBytes > 0 ? { hashing: { bytes: Number(Atomics.load(counters, 2)), total: toHashBytes } } : {}),
    });
  const timer = rim.onProgress && setInterval(tell, PROGRESS_MS);
  try {
    const worthThreads = totalBytes >= WORTH_THREADS_BYTES || request.workers !== undefined;
    for (const task of done) {
      if (Atomics.load(stop, 0) !== 0) break;
      for (const bytes of journal!.batchesOf(task)) await collector.batch(task, bytes);
      const result = { ...journal!.resultOf(task), id: task.id };
      results.set(task.id, result);
      await collector.finish(task, result);
      Atomics.add(counters, 0, BigInt(storedBytes(task)));
    }
    const left = tasks.filter((task) => !isDone(task));
    if (worthThreads && left.length < threads) setup.decoder = rim.workers.decoder.href;
    await runTasks(left, worthThreads ? threads : 1, rim.workers, setup, rim.serialise, handlers);
    await finishUnrun(tasks, results, failures, collector);
    await collector.close();
    // Whoever stops the program from here on has no hashes, but all was searched.
    interrupted = rim.signal?.aborted ?? false;
    const wanted = toHash(request.hash ?? "none", sources, results.values());
    toHashBytes = wanted.reduce((n, index) => n + sources[index]!.size, 0);
    hashes = await hashSources(sources, wanted, threads, rim.workers.entry, setup);
  } finally {
    clearInterval(timer);
    rim.signal?.removeEventListener("abort", onAbort);
    collector.dispose();
    journal?.close();
  }
  tell();

  const ends = { results, failures, hashes };
  const coverage = coverageOf(sources, problems, tasks, ends, {
    from: request.settings.from,
    to: request.settings.to,
    expect: request.expect ?? [],
    named: pathNames(request.parser.paths ?? []),
    interrupted,
  });
  const findings = collector.findings.list(completing(coverage, listed));
  const check = background(decoys, collector.decoys.all(), findings);
  const logs = [...results.values()].flatMap((result) => result.logs);
  return {
    findings,
    coverage: check === undefined ? coverage : { ...coverage, background: check },
    sightings: collector.sightings,
    outside: logs.reduce((n, log) => n + log.outside, 0),
    otherWindow: logs.reduce((n, log) => n + log.otherWindow, 0),
    complete: coverage.sources.every((s) => s.complete),
    interrupted,
    hashes: {
      hashed: [...hashes.values()].filter((hash) => "sha256" in hash).length,
      changed: [...hashes.values()].filter((hash) => "code" in hash).length,
    },
    release: () => collector.findings.dispose(),
    ...(progress?.resumed ? { resumed: { done: done.length, tasks: tasks.length, ...progress.resumed } } : {}),
  };
}

function storedBytes({ ref, range }: Task): number {
  return range ? Math.min(range.end, ref.size) - range.start : ref.size;
}

/** Indexes of the sources to hash, in order. */
function toHash(choice: HashChoice, sources: readonly SourceRef[], results: Iterable<TaskResult>): number[] {
  if (choice === "none") return [];
  if (choice === "all") return sources.map((_, index) => index);
  const hit = new Set([...results].filter(({ logs }) => logs.some(({ hits }) => hits > 0)).map(({ source }) => source));
  return [...hit].sort((a, b) => a - b);
}

/** Assertions kept with a finding: enough to know who said so, whatever number of feeds repeat it. */
const ASSERTIONS = 3;

/** What findings get at the end: the hashes of stored files, and who said so, of which workers have no need. */
function completing(coverage: Coverage, indicators: readonly Indicator[]): (values: ReadonlySet<string>) => Complete {
  const hashes = new Map(
    coverage.sources.flatMap(({ path, sha256 }) => (sha256 === undefined ? [] : [[path, sha256]])),
  );
  return (values) => {
    // By value first: a key made for each of a million indicators would take longer than searching a large log.
    const assertions = new Map<string, AssertionRef[]>();
    if (values.size > 0)
      for (const indicator of indicators)
        if (values.has(indicator.value))
          assertions.set(
            `${indicator.type} ${indicator.value}`,
            indicator.assertions.slice(0, ASSERTIONS).map(assertionRef),
          );
    return (finding) => {
      const said = assertions.get(`${finding.indicator.type} ${finding.indicator.name}`);
      return {
        ...finding,
        ...(said === undefined ? {} : { indicator: { ...finding.indicator, assertions: said } }),
        evidence: finding.evidence.map((piece) => {
          const sha256 = hashes.get(piece.path);
          return sha256 === undefined ? piece : { ...piece, sha256 };
        }),
      };
    };
  };
}

function assertionRef({ file, feed, line, object, published, revision }: Assertion): AssertionRef {
  return {
    file,
    ...(feed === undefined ? {} : { feed }),
    ...(line > 0 ? { line } : {}),
    ...(object === undefined ? {} : { object }),
    ...(published === undefined ? {} : { published }),
    ...(revision === undefined ? {} : { revision }),
  };
}

/** After an interruption the tasks that never ran are passed over, so that what later ones found is still put out. */
async function finishUnrun(
  tasks: readonly Task[],
  results: ReadonlyMap<number, TaskResult>,
  failures: ReadonlyMap<number, string>,
  collector: Collector,
): Promise<void> {
  for (const task of tasks)
    if (!results.has(task.id) && !failures.has(task.id)) await collector.finish(task, undefined);
}

/** Takes the hunt's own files out of what the walk found: a list of indicators searched for itself would hit on every line. */
function withoutOwnFiles(
  { sources, problems }: { sources: SourceRef[]; problems: WalkProblem[] },
  inputs: readonly string[],
  paths: readonly string[],
): { sources: SourceRef[]; problems: WalkProblem[] } {
  const excluded = realPaths(paths);
  // Only then is it worth a look at every source: there may be a hundred thousand.
  const near = realPaths(inputs).some((input) => excluded.some((path) => within(path, input) || within(input, path)));
  if (!near) return { sources, problems };
  const own = new Set(
    sources.filter(
      (ref) => ref.seekable && realPaths([ref.path]).some((real) => excluded.some((path) => within(real, path))),
    ),
  );
  const error = { code: "not-searched", message: ERRORS["not-searched"].means } as const;
  return {
    sources: sources.filter((ref) => !own.has(ref)),
    problems: [...problems, ...[...own].map((ref) => ({ path: ref.path, error }))],
  };
}

/** Paths that do not exist are left out: whoever reads them reports them. */
function realPaths(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    try {
      return [realpathSync(path)];
    } catch {
      return [];
    }
  });
}

function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

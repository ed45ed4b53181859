/** Task results to the coverage of each source, and the totals. */
import { FORMATS } from "../formats/registry.js";
import { isoTime } from "../model/iso-time.js";
import type { Coverage, SourceCoverage, SourceError } from "../model/coverage.js";
import { ERRORS } from "../model/errors.js";
import type { FileHash } from "../sources/file-hash.js";
import type { SourceRef, WalkProblem } from "../sources/source.js";
import { jumpAcross, type Jump } from "./clock-jumps.js";
import { ledgerOf, type LedgerRequest, type LogTimes } from "./ledger.js";
import type { Task } from "./plan.js";
import { addSpan, type DaySpan } from "./sampler.js";
import type { LogResult, TaskResult } from "./task-result.js";

/** How a source's tasks ended. */
export interface TaskEnds {
  results: ReadonlyMap<number, TaskResult>;
  /** Tasks whose thread failed, with the message. */
  failures: ReadonlyMap<number, string>;
  /** SHA-256 of the stored files that were hashed, or why it is not known, by source. */
  hashes?: ReadonlyMap<number, FileHash>;
}

export function coverageOf(
  sources: readonly SourceRef[],
  problems: readonly WalkProblem[],
  tasks: readonly Task[],
  ends: TaskEnds,
  ledger: LedgerRequest,
): Coverage {
  const bySource = new Map<number, Task[]>();
  for (const task of tasks) bySource.set(task.source, [...(bySource.get(task.source) ?? []), task]);
  const logs = [
    ...sources.flatMap((ref, i) => sourceCoverage(ref, bySource.get(i) ?? [], ends, ends.hashes?.get(i))),
    ...problems.map((problem): LogTimes => ({ coverage: problemCoverage(problem), ...UNSAMPLED })),
  ];
  const list = logs.map(({ coverage }) => coverage);
  return { sources: list, ledger: ledgerOf(logs, ledger), totals: totals(list) };
}

const UNSAMPLED: Omit<LogTimes, "coverage"> = {
  sampled: { lines: 0, undated: 0, unrecognised: 0 },
  unsure: [],
  jumps: [],
  order: { pairs: 0, back: 0 },
};

/** A source's logs in the order they were read: itself, or an archive's members. */
function sourceCoverage(
  { path, size, seekable }: SourceRef,
  tasks: readonly Task[],
  ends: TaskEnds,
  hash: FileHash | undefined,
): LogTimes[] {
  const logs = new Map<string, LogResult[]>();
  const errors: SourceError[] = [];
  let interrupted = false;
  for (const task of tasks) {
    const failure = ends.failures.get(task.id);
    if (failure !== undefined) {
      const offset = task.range?.start;
      errors.push({ code: "worker-failed", message: failure, ...(offset === undefined ? {} : { offset }) });
    }
    const result = ends.results.get(task.id);
    interrupted ||= result ? result.interrupted : failure === undefined;
    for (const log of result?.logs ?? []) logs.set(log.path, [...(logs.get(log.path) ?? []), log]);
  }
  if (interrupted) errors.push({ code: "interrupted", message: ERRORS.interrupted.means });
  // What befell the source as a whole is told under its own name; it may be an archive whose members are told already.
  if (errors.length > 0 || logs.size === 0) logs.set(path, logs.get(path) ?? []);
  const changed = hash !== undefined && "code" in hash ? [hash] : [];
  return [...logs].map(([name, parts]) => {
    const { path: _, ...read } = logCoverage(name, parts, [...(name === path ? errors : []), ...changed]);
    const coverage = {
      path: name,
      ...(name === path ? {} : { file: path }),
      ...(seekable ? { size } : {}),
      ...(hash !== undefined && "sha256" in hash ? { sha256: hash.sha256 } : {}),
      ...read,
    };
    return { coverage, ...timesOf(parts) };
  });
}

/** @param parts the log's ranges, or the log as a whole */
function logCoverage(path: string, parts: readonly LogResult[], own: readonly SourceError[]): SourceCoverage {
  const formats: Record<string, number> = {};
  const timezones: Record<string, number> = {};
  const days: Record<string, number> = {};
  const errors: SourceError[] = [];
  const sum = { bytes: 0, lines: 0, parsed: 0, unparsed: 0, hits: 0 };
  let first: number | undefined;
  let last: number | undefined;
  for (const part of parts) {
    for (const key of ["bytes", "lines", "parsed", "unparsed", "hits"] as const) sum[key] += part[key];
    addAll(formats, part.formats);
    addAll(timezones, part.timezones);
    addAll(days, part.days);
    if (part.first !== undefined && (first === undefined || part.first < first)) first = part.first;
    if (part.last !== undefined && (last === undefined || part.last > last)) last = part.last;
    // Ranges of one file may tell of the same fault.
    for (const error of part.errors)
      if (!errors.some((e) => e.code === error.code && e.offset === error.offset)) errors.push(error);
  }
  errors.push(...own);
  const timezone = most(timezones);
  return {
    path,
    format: most(formats) ?? "unrecognised",
    formats: sorted(formats),
    ...(timezone === undefined ? {} : { timezone }),
    ...sum,
    ...(first === undefined ? {} : { first_seen: isoTime(first) }),
    ...(last === undefined ? {} : { last_seen: isoTime(last) }),
    days: sorted(days),
    errors,
    complete: !errors.some((e) => ERRORS[e.code].loses),
  };
}

/** What the sampling of a log's parts came to, and what lies between one part and the next. */
function timesOf(parts: readonly LogResult[]): Omit<LogTimes, "coverage"> {
  const sampled = { lines: 0, undated: 0, unrecognised: 0 };
  const unsure: DaySpan[] = [];
  const jumps: Jump[] = [];
  const order = { pairs: 0, back: 0 };
  let before: LogResult["closing"];
  let bytes = 0;
  for (const part of parts) {
    for (const key of ["lines", "undated", "unrecognised"] as const) sampled[key] += part.sampled[key];
    if (before && part.opening) {
      const across = jumpAcross(before, part.opening, bytes);
      if (across) jumps.push(across);
      if (!before.outermost || !part.opening.outermost) addSpan(unsure, before.time, part.opening.time);
    }
    unsure.push(...part.unsure);
    jumps.push(...part.jumps);
    order.pairs += part.order.pairs;
    order.back += part.order.back;
    before = part.closing ?? (before && { ...before, outermost: false });
    bytes += part.bytes;
  }
  return { sampled, unsure, jumps, order };
}

function problemCoverage(problem: WalkProblem): SourceCoverage {
  return {
    path: problem.path,
    format: "unrecognised",
    formats: {},
    bytes: 0,
    lines: 0,
    parsed: 0,
    unparsed: 0,
    hits: 0,
    days: {},
    errors: [problem.error],
    complete: !ERRORS[problem.error.code].loses,
  };
}

const KNOWN = new Set(FORMATS.map((format) => format.id));

/** A specific format, not a fallback, understood most of what was parsed. */
function isRecognised(source: SourceCoverage): boolean {
  return KNOWN.has(source.format.split(">").at(-1)!);
}

function totals(list: readonly SourceCoverage[]): Coverage["totals"] {
  const sum = (key: "bytes" | "lines" | "parsed" | "unparsed" | "hits"): number => list.reduce((n, s) => n + s[key], 0);
  const firsts = list.flatMap((s) => s.first_seen ?? []).sort();
  const lasts = list.flatMap((s) => s.last_seen ?? []).sort();
  return {
    sources: list.length,
    complete: list.filter((s) => s.complete).length,
    recognised: list.filter(isRecognised).length,
    bytes: sum("bytes"),
    lines: sum("lines"),
    parsed: sum("parsed"),
    unparsed: sum("unparsed"),
    hits: sum("hits"),
    errors: list.reduce((n, s) => n + s.errors.filter((e) => ERRORS[e.code].loses).length, 0),
    ...(firsts[0] === undefined ? {} : { first_seen: firsts[0] }),
    ...(lasts.at(-1) === undefined ? {} : { last_seen: lasts.at(-1)! }),
  };
}

function addAll(into: Record<string, number>, from: Readonly<Record<string, number>>): void {
  for (const [key, n] of Object.entries(from)) into[key] = (into[key] ?? 0) + n;
}

/** The key with the highest count; the first by name among equals. */
function most(counts: Readonly<Record<string, number>>): string | undefined {
  return Object.entries(counts).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0];
}

function sorted(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The coverage ledger: what is known of each log's times, held against the window of the hunt and what was expected. */
import { pathMatcher } from "../formats/parser-settings.js";
import { isoTime } from "../model/iso-time.js";
import type { SourceCoverage } from "../model/coverage.js";
import { ERRORS } from "../model/errors.js";
import type { Assurance, ClockJump, ExpectedSource, Gap, Ledger, LedgerLimit, LedgerSource } from "../model/ledger.js";
import { clockJumps, isNewestFirst, isUnordered, MAX_JUMPS, type Jump, type Order } from "./clock-jumps.js";
import { sourceNames } from "./logical-sources.js";
import { addSpan, DAY_MS, dayNumber, dayText, type DaySpan } from "./sampler.js";

/** What sampling tells of one file or member beside its coverage. */
export interface LogTimes {
  coverage: SourceCoverage;
  sampled: { lines: number; undated: number; unrecognised: number };
  unsure: readonly DaySpan[];
  jumps: readonly Jump[];
  order: Order;
}

/** A source that should be there: name or glob, and the days it should have, epoch milliseconds. */
export interface Expectation {
  name: string;
  /** The glob with its folder, where it is one over paths. */
  path?: string;
  from?: number;
  to?: number;
}

export interface LedgerRequest {
  from?: number | undefined;
  to?: number | undefined;
  expect: readonly Expectation[];
  named(path: string): string | undefined;
  interrupted: boolean;
}

/** A share of lines without a time from which on it is told: fewer are stack traces and banners. */
const UNDATED_SHARE = 0.1;
/** Every log holds some lines that no format knows; they are searched all the same. */
const UNRECOGNISED_SHARE = 0.5;
/** Days farther from the others than this, with few lines, are a clock's fault where the clock is known to have jumped. */
const STRAY_DAYS = 30;
const STRAY_SHARE = 0.05;

/** A log under way: its files' parts put together. */
interface Draft {
  source: LedgerSource;
  unsure: DaySpan[];
  unordered: boolean;
}

export function ledgerOf(logs: readonly LogTimes[], request: LedgerRequest): Ledger {
  const { from, to, expect, interrupted } = request;
  const read = logs.filter(({ coverage }) => isLog(coverage));
  const names = sourceNames(
    read.map(({ coverage }) => coverage.path),
    (path) => request.named(path),
  );
  const drafts = new Map<string, Draft>();
  for (const log of read) {
    const name = names.get(log.coverage.path)!;
    let draft = drafts.get(name);
    if (!draft) drafts.set(name, (draft = emptyDraft(name)));
    addLog(draft, log);
  }
  const sources = [...drafts.values()].map(finish);
  const dated = sources.flatMap(bodyOf);
  const first = from === undefined ? min(dated.map(([a]) => a)) : dayNumber(from);
  const last = to === undefined ? max(dated.map(([, b]) => b)) : dayNumber(to);
  const window = {
    ...(first === undefined ? {} : { from: dayText(first) }),
    ...(last === undefined ? {} : { to: dayText(last) }),
  };
  const bounds = { from: from === undefined ? undefined : first, to: to === undefined ? undefined : last };
  const expected = expect.map((one) => expectedSource(one, sources, bounds));
  const limits = limitsOf(sources, expected, bounds, interrupted);
  const lost = logs.filter(({ coverage }) => !isLog(coverage) && isLost(coverage));
  for (const { coverage } of lost) limits.push({ kind: "unread", source: coverage.path });
  return { window, assurance: assuranceOf(sources, limits, bounds), limits, sources, expected };
}

/** What the walk left out on purpose, and what could not be opened, is no log of its own. */
function isLog({ bytes, errors }: SourceCoverage): boolean {
  return bytes > 0 || errors.every(({ code }) => code === "empty") || errors.some(({ code }) => isPart(code));
}

/** Of what was not begun when the hunt was stopped, the stop is told, not each. */
function isLost({ complete, errors }: SourceCoverage): boolean {
  return !complete && !errors.every(({ code }) => code === "interrupted");
}

/** A file that was opened and of which nothing could be read still is a part of its log. */
function isPart(code: keyof typeof ERRORS): boolean {
  return (
    code.startsWith("gzip-") || code.startsWith("decompress-") || code === "read-failed" || code === "worker-failed"
  );
}

function emptyDraft(name: string): Draft {
  return {
    source: { name, paths: [], lines: 0, days: {}, gaps: [], jumps: [], undated: 0, unrecognised: 0, complete: true },
    unsure: [],
    unordered: false,
  };
}

function addLog(draft: Draft, { coverage, sampled, unsure, jumps, order }: LogTimes): void {
  const { source } = draft;
  const { path, lines, days, first_seen: first, last_seen: last, complete } = coverage;
  source.paths.push(path);
  source.lines += lines;
  source.complete &&= complete;
  for (const [day, n] of Object.entries(days)) source.days[day] = (source.days[day] ?? 0) + n;
  if (first !== undefined && (source.first_seen === undefined || first < source.first_seen)) source.first_seen = first;
  if (last !== undefined && (source.last_seen === undefined || last > source.last_seen)) source.last_seen = last;
  // By file: a large one must not hide what a small one is.
  source.undated += estimate(lines, sampled.undated, sampled.lines);
  source.unrecognised += estimate(lines, sampled.unrecognised, sampled.lines);
  draft.unsure.push(...unsure);
  const found = isNewestFirst(order) ? [] : clockJumps(jumps);
  draft.unordered ||= isUnordered(order) || found.filter((jump) => jump.after < jump.before).length > MAX_JUMPS;
  for (const { at, before, after } of found) {
    // What a clock leaps over is no silence.
    if (after > before) addSpan(draft.unsure, before, after);
    source.jumps.push({
      path,
      offset: at,
      before: isoTime(before),
      after: isoTime(after),
      seconds: Math.round((after - before) / 1000),
    });
  }
}

function estimate(lines: number, some: number, sampled: number): number {
  return sampled === 0 ? 0 : Math.round((lines * some) / sampled);
}

function finish(draft: Draft): LedgerSource {
  const { source, unsure, unordered } = draft;
  const days = Object.fromEntries(Object.entries(source.days).sort(([a], [b]) => (a < b ? -1 : 1)));
  const { first_seen, last_seen, paths, name, lines, undated, unrecognised, complete } = source;
  const sorted: LedgerSource = {
    name,
    paths,
    lines,
    ...(first_seen === undefined ? {} : { first_seen }),
    ...(last_seen === undefined ? {} : { last_seen }),
    days,
    gaps: [],
    jumps: source.jumps.slice(0, MAX_JUMPS),
    ...(unordered ? { unordered } : {}),
    undated,
    unrecognised,
    complete,
  };
  return { ...sorted, gaps: unordered ? [] : gapsOf(sorted, unsure) };
}

/** Numbers of the days that belong to the log's own time: days that a clock's fault alone wrote are left out. */
function bodyDays({ days, jumps }: Pick<LedgerSource, "days" | "jumps">): number[] {
  // Misread times give years that no date has.
  const all = Object.keys(days).map(numberOf).filter(Number.isFinite);
  all.sort((a, b) => a - b);
  if (!jumps.some(({ seconds }) => Math.abs(seconds) * 1000 > STRAY_DAYS * DAY_MS)) return all;
  const clusters: number[][] = [];
  for (const day of all) {
    const cluster = clusters.at(-1);
    if (cluster && day - cluster.at(-1)! <= STRAY_DAYS) cluster.push(day);
    else clusters.push([day]);
  }
  const lines = (list: readonly number[]): number => list.reduce((n, day) => n + days[dayText(day)]!, 0);
  const enough = lines(all) * STRAY_SHARE;
  return clusters.filter((cluster) => lines(cluster) >= enough).flat();
}

function bodyOf(source: LedgerSource): [number, number][] {
  const days = bodyDays(source);
  return days.length === 0 ? [] : [[days[0]!, days.at(-1)!]];
}

function gapsOf(source: Pick<LedgerSource, "days" | "jumps">, unsure: readonly DaySpan[]): Gap[] {
  const days = bodyDays(source);
  const gaps: Gap[] = [];
  for (let i = 1; i < days.length; i++) gaps.push(...certain([days[i - 1]! + 1, days[i]! - 1], unsure));
  return gaps;
}

/** What is left of a span without those of which nothing is known. */
function certain(span: DaySpan, unsure: readonly DaySpan[]): Gap[] {
  let left: DaySpan[] = [span];
  for (const [a, b] of unsure)
    left = left.flatMap(([first, last]): DaySpan[] =>
      b < first || a > last
        ? [[first, last]]
        : [
            [first, Math.min(last, a - 1)],
            [Math.max(first, b + 1), last],
          ],
    );
  return left.filter(([first, last]) => first <= last).map(gap);
}

function gap([first, last]: DaySpan): Gap {
  return { from: dayText(first), to: dayText(last), days: last - first + 1 };
}

interface Bounds {
  from: number | undefined;
  to: number | undefined;
}

const numberOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY_MS;

/** The part of a source's gaps that lies within the window. */
function gapsWithin({ gaps }: LedgerSource, { from, to }: Bounds): Gap[] {
  return gaps.flatMap((one) => {
    const first = Math.max(numberOf(one.from), from ?? -Infinity);
    const last = Math.min(numberOf(one.to), to ?? Infinity);
    return first <= last ? [gap([first, last])] : [];
  });
}

function expectedSource(expectation: Expectation, sources: readonly LedgerSource[], bounds: Bounds): ExpectedSource {
  const { name } = expectation;
  const meant = sources.filter(isMeant(expectation));
  const from = expectation.from === undefined ? bounds.from : dayNumber(expectation.from);
  const to = expectation.to === undefined ? bounds.to : dayNumber(expectation.to);
  const spans = {
    ...(from === undefined ? {} : { from: dayText(from) }),
    ...(to === undefined ? {} : { to: dayText(to) }),
  };
  const found = meant.map((source) => source.name);
  if (meant.length === 0) return { name, ...spans, status: "missing", sources: [] };
  const days = new Set(meant.flatMap((source) => Object.keys(source.days)));
  if (days.size === 0) return { name, ...spans, status: "thin", sources: found };
  if (from === undefined || to === undefined) return { name, ...spans, status: "present", sources: found };
  const wanted = to - from + 1;
  const there = [...days].filter((day) => numberOf(day) >= from && numberOf(day) <= to).length;
  const status = there === 0 ? "missing" : there * 2 < wanted ? "thin" : "present";
  return { name, ...spans, status, sources: found, days_missing: wanted - there };
}

/** By name, by the last part of a name, or by a glob over names and paths. */
function isMeant({ name: asked, path }: Expectation): (source: LedgerSource) => boolean {
  const ofName = pathMatcher(asked);
  const ofPath = path === undefined ? ofName : pathMatcher(path);
  return ({ name, paths }) =>
    name === asked || name.slice(name.lastIndexOf("/") + 1) === asked || ofName(name) || paths.some(ofPath);
}

function limitsOf(
  sources: readonly LedgerSource[],
  expected: readonly ExpectedSource[],
  bounds: Bounds,
  interrupted: boolean,
): LedgerLimit[] {
  const limits: LedgerLimit[] = interrupted ? [{ kind: "interrupted" }] : [];
  if (sources.every(({ lines }) => lines === 0)) limits.push({ kind: "nothing-read" });
  for (const { name, status } of expected)
    if (status !== "present") limits.push({ kind: `expected-${status}`, source: name });
  for (const source of sources) limits.push(...limitsOfSource(source, narrowed(bounds, source, expected)));
  return limits;
}

/** Whoever says from when on a log should be there knows that it is not there before. */
function narrowed({ from, to }: Bounds, { name }: LedgerSource, expected: readonly ExpectedSource[]): Bounds {
  const said = expected.filter(({ sources }) => sources.includes(name));
  const froms = said.flatMap((one) => (one.from === undefined ? [] : numberOf(one.from)));
  const tos = said.flatMap((one) => (one.to === undefined ? [] : numberOf(one.to)));
  const first = min(froms);
  const last = max(tos);
  return {
    from: from === undefined || first === undefined ? (from ?? first) : Math.max(from, first),
    to: to === undefined || last === undefined ? (to ?? last) : Math.min(to, last),
  };
}

function limitsOfSource(source: LedgerSource, bounds: Bounds): LedgerLimit[] {
  const { name, lines, undated, unrecognised, complete, unordered, jumps } = source;
  const limits: LedgerLimit[] = [];
  if (!complete) limits.push({ kind: "unread", source: name });
  const body = bodyOf(source)[0];
  if (body) {
    const [first, last] = body;
    const { from, to } = bounds;
    if ((to !== undefined && first > to) || (from !== undefined && last < from))
      limits.push({ kind: "outside", source: name });
    else {
      const gaps = gapsWithin(source, bounds);
      if (gaps.length > 0)
        limits.push({ kind: "gap", source: name, gaps, days: gaps.reduce((n, one) => n + one.days, 0) });
      if (from !== undefined && first > from) limits.push({ kind: "begins", source: name, day: dayText(first) });
      if (to !== undefined && last < to) limits.push({ kind: "ends", source: name, day: dayText(last) });
    }
  }
  if (unordered) limits.push({ kind: "unordered", source: name });
  else if (jumps.length > 0) limits.push({ kind: "jump", source: name, jumps: withinWindow(jumps, bounds) });
  if (lines > 0 && (!body || undated >= lines * UNDATED_SHARE)) limits.push({ kind: "undated", source: name });
  if (lines > 0 && unrecognised >= lines * UNRECOGNISED_SHARE) limits.push({ kind: "unrecognised", source: name });
  return limits.filter((limit) => limit.kind !== "jump" || limit.jumps.length > 0);
}

function withinWindow(jumps: readonly ClockJump[], { from, to }: Bounds): ClockJump[] {
  return jumps.filter(({ before, after }) => {
    const days = [numberOf(before.slice(0, 10)), numberOf(after.slice(0, 10))];
    return Math.max(...days) >= (from ?? -Infinity) && Math.min(...days) <= (to ?? Infinity);
  });
}

/** `none`: no line that was read can lie in the window. */
function assuranceOf(sources: readonly LedgerSource[], limits: readonly LedgerLimit[], bounds: Bounds): Assurance {
  if (limits.some(({ kind }) => kind === "nothing-read")) return "none";
  const searched = sources.some((source) => {
    const body = bodyOf(source)[0];
    if (!body) return source.lines > 0;
    return body[0] <= (bounds.to ?? Infinity) && body[1] >= (bounds.from ?? -Infinity);
  });
  if (!searched) return "none";
  return limits.length === 0 ? "full" : "partial";
}

function min(list: readonly number[]): number | undefined {
  return list.length === 0 ? undefined : list.reduce((a, b) => Math.min(a, b));
}

function max(list: readonly number[]): number | undefined {
  return list.length === 0 ? undefined : list.reduce((a, b) => Math.max(a, b));
}

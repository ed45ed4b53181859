/**
 * Which of two numbers is the day, in a file whose dates are like `03/04/2021`: decided once a file, by the dates at its beginning, so
 * that all its lines are read in one way and in any order.
 */
import { monthOf } from "./months.js";

export interface DayMonthOrder {
  order: "day-first" | "month-first";
  /** What decided it, for the line's decision text: `a day above 12 in the file`. */
  from: string;
}

/** Times in epoch milliseconds. */
export interface DayMonthEvidence {
  /** Lines from the source's beginning, in order. */
  lines: readonly string[];
  /** The end of the day that the path names. */
  named?: number | undefined;
  /** No line is younger than this. */
  written?: number | undefined;
}

interface Pair {
  a: number;
  b: number;
  year: number;
  /** Month and day that the same line names without doubt: its syslog header's. */
  sure: { month: number; day: number } | undefined;
  /** Seconds of the day. */
  clock: number;
  /** `AM` or `PM` in capitals, as the United States write them. */
  half: boolean;
}

/** The first numeric date of a line that a time of day follows or precedes. */
const NUMERIC =
  /(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:(?:[ T:;,\t]| - |, |", ?"|" "){1,2}(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?([AaPp])\.?([Mm]))?|(?![\d./-]))/;
const SYSLOG = /^(?:<\d{1,3}>)?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (?:\d{4} )?\d{2}:/;
const ISO = /^(?:<\d{1,3}>(?:1 )?)?\d{4}-(\d{2})-(\d{2})[T ]\d{2}:/;
const MOST_LINES = 2000;
/** How far into a line its own date stands, at most. */
const LEAD = 400;
const DAY = 86_400_000;

function pairOf(line: string): Pair | undefined {
  const head = line.length > LEAD ? line.slice(0, LEAD) : line;
  const m = NUMERIC.exec(head);
  if (!m) return undefined;
  const hour = Number(m[5] ?? 0);
  const half = m[8] === undefined ? hour : (hour % 12) + (/p/i.test(m[8]) ? 12 : 0);
  const clock = half * 3600 + Number(m[6] ?? 0) * 60 + Number(m[7] ?? 0);
  const year = m[4]!.length === 2 ? 2000 + Number(m[4]) : Number(m[4]);
  return {
    a: Number(m[1]),
    b: Number(m[3]),
    year,
    sure: m.index > 0 ? sureDate(head) : undefined,
    clock,
    half: /[AP]/.test(m[8] ?? "") && m[9] === "M",
  };
}

function sureDate(head: string): Pair["sure"] {
  const iso = ISO.exec(head);
  if (iso) return { month: Number(iso[1]), day: Number(iso[2]) };
  const bsd = SYSLOG.exec(head);
  const month = bsd ? monthOf(bsd[1]!) : undefined;
  return month === undefined ? undefined : { month, day: Number(bsd![2]) };
}

const moment = (p: Pair, order: DayMonthOrder["order"]): number =>
  Date.UTC(p.year, (order === "day-first" ? p.b : p.a) - 1, order === "day-first" ? p.a : p.b) + p.clock * 1000;

/** The order, when exactly one of the two stands the test; undefined when both or neither do. */
function only(test: (order: DayMonthOrder["order"]) => boolean, from: string): DayMonthOrder | undefined {
  const [day, month] = [test("day-first"), test("month-first")];
  return day === month ? undefined : { order: day ? "day-first" : "month-first", from };
}

/**
 * The order of the file, or undefined when nothing tells. Firmest first: a number above 12; an outer record's date on the same line;
 * the file's name; its lines' own order; no line younger than the file; dates that then follow each other closely.
 */
export function dayMonthOrder({ lines, named, written }: DayMonthEvidence): DayMonthOrder | undefined {
  const pairs: Pair[] = [];
  for (const line of lines.slice(0, MOST_LINES)) {
    const pair = pairOf(line);
    if (pair && (pair.a <= 12 || pair.b <= 12) && pair.a > 0 && pair.b > 0 && pair.a <= 31 && pair.b <= 31)
      pairs.push(pair);
  }
  if (pairs.length === 0) return undefined;
  const above = [pairs.some((p) => p.a > 12), pairs.some((p) => p.b > 12)];
  // Both occur: two programs write here, and each line with doubt stays in doubt.
  if (above[0] && above[1]) return undefined;
  if (above[0] || above[1])
    return { order: above[0] ? "day-first" : "month-first", from: "a day above 12 in the file" };
  const doubtful = pairs.filter((p) => p.a !== p.b);
  if (doubtful.length === 0) return undefined;
  const beside = doubtful.filter((p) => p.sure);
  const agrees = (order: DayMonthOrder["order"]): boolean =>
    beside.length > 0 &&
    beside.every((p) => Math.abs(moment(p, order) - Date.UTC(p.year, p.sure!.month - 1, p.sure!.day)) < 3 * DAY);
  return (
    only(agrees, "the outer record") ??
    (named === undefined
      ? undefined
      : only((o) => doubtful.every((p) => Math.abs(named - moment(p, o)) < 3 * DAY), "the file's name")) ??
    only((o) => rises(doubtful.map((p) => moment(p, o))), "the order of the lines") ??
    (written === undefined
      ? undefined
      : only((o) => doubtful.every((p) => moment(p, o) < written + 2 * DAY), "the file's time")) ??
    only((o) => isDense(doubtful.map((p) => moment(p, o))), "the distance of the dates") ??
    (pairs.some((p) => p.half) ? { order: "month-first", from: "AM and PM in the file" } : undefined)
  );
}

/** Log files grow with time; a few lines may be some minutes late. */
function rises(times: readonly number[]): boolean {
  let latest = -Infinity;
  for (const time of times) {
    if (time < latest - DAY / 24) return false;
    latest = Math.max(latest, time);
  }
  return true;
}

/** Three or more days that follow one another at once: in the other order they lie a month apart each. */
function isDense(times: readonly number[]): boolean {
  const days = [...new Set(times.map((t) => Math.floor(t / DAY)))];
  return days.length > 2 && days.slice(1).every((day, i) => Math.abs(day - days[i]!) <= 3);
}

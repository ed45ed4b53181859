/** Notations of time in logs, read without deciding zone or year (see LineContext.resolveTime). All parsers are linear. */
import type { ParsedTime } from "./format.js";
import { monthOf } from "./months.js";
import { wordTable } from "../model/word-table.js";

/** Digits of a fraction of a second to whole milliseconds. */
export function milliseconds(fraction: string | undefined): number {
  return fraction ? Math.trunc(Number(`0.${fraction}`) * 1000) : 0;
}

/** `Z`, `+02:00`, `-0330`, `+02`, `UTC`, `GMT`, `GMT+0200`, `UTC+2` to minutes east of UTC. */
export function parseOffset(text: string): number | undefined {
  if (text === "Z" || text === "z" || text === "UTC" || text === "GMT") return 0;
  const m = /^(?:(?:UTC|GMT) ?(?=[+-]))?([+-])(\d{2}):?(\d{2})?$/.exec(text) ?? /^(?:UTC|GMT) ?([+-])(\d)$/.exec(text);
  if (!m) return undefined;
  const minutes = Number(m[2]) * 60 + Number(m[3] ?? 0);
  return minutes > 14 * 60 ? undefined : m[1] === "-" ? -minutes : minutes;
}

/** Zone abbreviations that mean one thing: RFC 5322 4.3 and the European ones. `CST`, `IST`, `BST` are several zones: not read. */
const ZONES: Readonly<Record<string, number>> = wordTable({
  UTC: 0,
  GMT: 0,
  UT: 0,
  Z: 0,
  WET: 0,
  WEST: 60,
  CET: 60,
  CEST: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  EST: -300,
  EDT: -240,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
  JST: 540,
});

/** An offset or a zone abbreviation that means one thing, to minutes east of UTC. */
export function zoneOffset(text: string): number | undefined {
  return parseOffset(text) ?? ZONES[text];
}

/** Builds a time from its parts; an offset makes it an instant. Undefined when a part is out of range. */
export function civilTime(
  year: number | undefined,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  millisecond = 0,
  offsetMinutes?: number,
): ParsedTime | undefined {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 23 && minute <= 59 && second <= 60))
    return undefined;
  if (year !== undefined) {
    // The real length of the month: 30 February is a misread line, not 2 March.
    if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined;
    if (offsetMinutes !== undefined)
      return {
        kind: "instant",
        ms: Date.UTC(year, month - 1, day, hour, minute, second, millisecond) - offsetMinutes * 60_000,
        ...(offsetMinutes === 0 ? {} : { offsetMinutes }),
      };
  }
  return {
    kind: "local",
    ...(year === undefined ? {} : { year }),
    month,
    day,
    hour,
    minute,
    second,
    millisecond,
    ...(year === undefined && offsetMinutes !== undefined ? { offsetMinutes } : {}),
  };
}

/** A comma before a fraction, not before the next column's epoch, date or address. */
export const FRACTION_COMMA = String.raw`,(?!\d{10}|\d{4}[-/]\d{1,2}[-/]\d|\d{1,3}\.\d)`;
const ISO = new RegExp(
  String.raw`^(\d{4})[-/](\d{2})[-/](\d{2})[T _](\d{2}):(\d{2})(?::(\d{2})(?:(?:\.|${FRACTION_COMMA})(\d{1,9}))?)?[ ]?(Z|z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?`,
);

/** ISO 8601 / RFC 3339 at the start of `text`, `T`, space or `_` between date and time, fraction with `.` or `,`; zone optional. */
export function parseIsoTime(text: string): ParsedTime | undefined {
  const m = ISO.exec(text);
  if (!m) return undefined;
  const offset = m[8] === undefined ? undefined : parseOffset(m[8]);
  return civilTime(+m[1]!, +m[2]!, +m[3]!, +m[4]!, +m[5]!, +(m[6] ?? 0), milliseconds(m[7]), offset);
}

const CLF = /^\[?(\d{1,2})\/([A-Za-z]{3})\/(\d{4}):(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?: ([+-]\d{4}))?/;

/** Common log format: `[04/Mar/2021:05:06:07 +0100]`, brackets optional, zone optional (HAProxy writes none). */
export function parseClfTime(text: string): ParsedTime | undefined {
  const m = CLF.exec(text);
  const month = m && monthOf(m[2]!);
  if (!m || !month) return undefined;
  return civilTime(
    +m[3]!,
    month,
    +m[1]!,
    +m[4]!,
    +m[5]!,
    +m[6]!,
    milliseconds(m[7]),
    m[8] === undefined ? undefined : parseOffset(m[8]),
  );
}

const SYSLOG =
  /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (?:(\d{4}) )?(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?: (\d{4})(?= |:(?: |$)|$))?/;

/** RFC 3164 TIMESTAMP at the start of `text`: `Mar  4 05:06:07`, with the year before or after the time where a device adds it (Cisco). */
export function parseSyslogTime(text: string): ParsedTime | undefined {
  const m = SYSLOG.exec(text);
  const month = m && monthOf(m[1]!);
  if (!m || !month) return undefined;
  const year = m[3] ?? m[8];
  return civilTime(year === undefined ? undefined : +year, month, +m[2]!, +m[4]!, +m[5]!, +m[6]!, milliseconds(m[7]));
}

/** The years that a number is read as a time of, so that an id is not taken for one: 1990 to 2100. */
const EARLIEST = Date.UTC(1990, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

/** Other counts of time in numbers, by the milliseconds of 1970 in them and the counts a millisecond. */
const COUNTS: readonly { epoch: number; perMs: number }[] = [
  // Windows FILETIME: 100 ns since 1601.
  { epoch: Date.UTC(1601, 0, 1), perMs: 1e4 },
  // WebKit: microseconds since 1601.
  { epoch: Date.UTC(1601, 0, 1), perMs: 1e3 },
  // .NET ticks: 100 ns since the year 1.
  { epoch: -62_135_596_800_000, perMs: 1e4 },
];

/**
 * Seconds, milliseconds, microseconds or nanoseconds since 1970, Windows FILETIME, WebKit time and .NET ticks, told apart by
 * magnitude; a fraction is kept. Readings outside 1990..2100 are refused, so that an id is not taken for a time.
 */
export function parseEpoch(value: string | number): ParsedTime | undefined {
  const n =
    typeof value === "number"
      ? value
      : /^\d{9,20}(?:\.\d{1,9})?$|^\d\.\d{3,12}[Ee]\+?\d{1,2}$/.test(value)
        ? Number(value)
        : NaN;
  // Of a number near the largest, a thousand times as much is infinite and never gets smaller.
  if (!Number.isFinite(n) || n <= 0 || n > 1e20) return undefined;
  for (const { epoch, perMs } of COUNTS) {
    const ms = n / perMs + epoch;
    if (ms >= EARLIEST && ms <= LATEST) return { kind: "instant", ms: Math.trunc(ms + 1e-3) };
  }
  let ms = n * 1000;
  while (ms > 4.2e12) {
    ms /= 1000;
    if (ms < 6.3e11) return undefined;
  }
  // A double holds nanoseconds to half a microsecond.
  return ms < 6.3e11 ? undefined : { kind: "instant", ms: Math.trunc(ms + (n > 1e18 ? 1e-3 : 1e-4)) };
}

/** TAI64 counts from 2^62, and its writers (daemontools, runit, s6) set the seconds that TAI was ahead in 1970. */
const TAI_AHEAD = 10;

/** TAI64 and TAI64N labels, `@40000000604069…`, at the start of `text`. https://cr.yp.to/libtai/tai64.html */
export function parseTai64n(text: string): ParsedTime | undefined {
  const m = /^@4([0-9a-f]{15})([0-9a-f]{8})?(?![0-9a-zA-Z])/.exec(text);
  if (!m) return undefined;
  const seconds = Number.parseInt(m[1]!, 16) - TAI_AHEAD;
  const ms = seconds * 1000 + Math.trunc(Number.parseInt(m[2] ?? "0", 16) / 1e6);
  return ms >= EARLIEST && ms <= LATEST ? { kind: "instant", ms } : undefined;
}

/**
 * A date of two numbers below 13 and a year, whose order the file's other dates decide (`03/04/2021`).
 * @param custom what the notation means where nothing else tells: `undecided` leaves the line without a time
 */
export function eitherOrder(
  time: ParsedTime | undefined,
  custom: "day-first" | "month-first" | "undecided",
): ParsedTime | undefined {
  if (time?.kind !== "local" || time.day > 12 || time.day === time.month) return time;
  return { ...time, dayMonth: custom };
}

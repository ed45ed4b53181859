/** Decides zone and year of the times read from lines, by evidence, and says how each was decided. */
import { createRequire } from "node:module";
import { LookbackError } from "../model/errors.js";
import { dayMonthOrder, type DayMonthOrder } from "./day-month.js";
import type { ParsedTime } from "./format.js";
import { parseOffset } from "./time.js";

export interface TimeOptions {
  /** IANA name or `±HH:MM`, for times that name no zone. Default: UTC. */
  timezone?: string;
  /** Year for times that name none. Default: by the file's name, its gzip header, its time. */
  year?: number;
  /** Who said so, for the decision; default: `--timezone`, `--year`. */
  timezoneFrom?: string;
  yearFrom?: string;
}

/** What a file says of when it was written. Times in epoch milliseconds. */
export interface TimeEvidence {
  path: string;
  mtimeMs?: number;
  innerTimeMs?: number;
  /** An instant that a line near the source's beginning states in full; asked only when a year is wanting. */
  datedLine?: () => number | undefined;
  /** Lines at the source's beginning, in order; asked only when a date's day and month may be either number. */
  headLines?: () => readonly string[];
}

export interface ResolvedTime {
  /** Epoch milliseconds. */
  ms: number;
  /** `UTC (assumed)`, `+02:00 (in the line)`, `Europe/Paris (--timezone); year 2021 from the file's name`. */
  decision: string;
}

const DAY = 86_400_000;
const MINUTE = 60_000;
/** Lines go on after the dated one, for most of a year at the most; a few may lie before it. */
const SPAN_OF_A_FILE = 300 * DAY;

/** What a year is chosen by: the latest that puts the moment no more than `after` behind `ms`. */
interface Reference {
  ms: number;
  after: number;
  from: string;
}

export function formatOffset(minutes: number): string {
  if (minutes === 0) return "UTC";
  const size = Math.abs(minutes);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** Local wall time, as if it were UTC, to the offset then in force. */
interface Zone {
  readonly name: string;
  /** Minutes east of UTC. */
  offset(wallMs: number): number;
}

function fixedZone(minutes: number): Zone {
  return { name: formatOffset(minutes), offset: () => minutes };
}

/** luxon is loaded here, when a named zone is asked for, because it would cost every other start some 20 ms. */
function namedZone(name: string): Zone | undefined {
  const { IANAZone } = createRequire(import.meta.url)("luxon") as typeof import("luxon");
  if (!IANAZone.isValidZone(name)) return undefined;
  const zone = IANAZone.create(name);
  const cache = new Map<number, number>();
  return {
    name,
    offset(wallMs) {
      // Offsets change on quarter hours only.
      const quarter = Math.floor(wallMs / (15 * MINUTE));
      let minutes = cache.get(quarter);
      if (minutes === undefined) {
        // Two rounds settle a wall time near a change; one in the spring gap stays an hour off, as any reading of it must.
        minutes = zone.offset(wallMs - zone.offset(wallMs) * MINUTE);
        if (cache.size > 10_000) cache.clear();
        cache.set(quarter, minutes);
      }
      return minutes;
    },
  };
}

/** Reads a `--timezone` value. Throws LookbackError `usage` when it names no zone. */
function readZone(text: string): Zone {
  const offset = parseOffset(text);
  const zone = offset === undefined ? namedZone(text) : fixedZone(offset);
  if (!zone)
    throw new LookbackError(
      "usage",
      `"${text}" is no time zone: use an IANA name (Europe/Paris) or an offset (+02:00)`,
    );
  return zone;
}

/** True when `text` is an IANA zone name or an offset such as `+02:00`, `Z`, `UTC`. */
export function isTimezone(text: string): boolean {
  return parseOffset(text) !== undefined || namedZone(text) !== undefined;
}

const NAME_DAY =
  /(?<!\d)((?:19|20)\d\d)([-_.]?)(\d\d)\2(\d\d)(?:(?!\d)|(?=\d\d(?!\d))|(?=\d{4}(?!\d))|(?=\d{6}(?!\d)))/g;
const NAME_DAY_FOLDERS = /(?<!\d)((?:19|20)\d\d)\/(\d\d)\/(\d\d)(?!\d)/g;
const NAME_MONTH = /(?<!\d)((?:19|20)\d\d)[-_./](\d\d)(?!\d)/g;
const NAME_YEAR = /(?:^|\/)((?:19|20)\d\d)(?=\/)|[_.-]((?:19|20)\d\d)(?=\.(?:log|txt|json|gz|zst|xz|bz2)\b|$)/g;

/**
 * The last moment that a date in the path speaks of: the end of the day in `messages-20210314`, of the month in `2021-03/`,
 * of the year in `/2021/`. The date nearest the end of the path counts; the finest notation wins.
 */
export function pathReference(path: string): number | undefined {
  const last = (pattern: RegExp): RegExpExecArray | undefined => [...path.matchAll(pattern)].at(-1);
  const valid = (year: number, month: number, day: number): boolean =>
    year >= 1990 && month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
  for (const [m, dayGroup] of [[last(NAME_DAY), 4] as const, [last(NAME_DAY_FOLDERS), 3] as const]) {
    if (!m) continue;
    const [year, month, day] = [Number(m[1]), Number(m[dayGroup - 1]), Number(m[dayGroup])];
    if (valid(year, month, day)) return Date.UTC(year, month - 1, day + 1) - 1;
  }
  const month = last(NAME_MONTH);
  if (month && valid(Number(month[1]), Number(month[2]), 1)) return Date.UTC(Number(month[1]), Number(month[2]), 1) - 1;
  const named = last(NAME_YEAR);
  const year = named && Number(named[1] ?? named[2]);
  return year !== undefined && year >= 1990 ? Date.UTC(year + 1, 0, 1) - 1 : undefined;
}

/** One per source. */
export class TimeResolver {
  private readonly zone: Zone | undefined;
  private readonly named: Reference | undefined;
  /** Undefined: not looked for yet. */
  private order: { found: DayMonthOrder | undefined } | undefined;
  private readonly zones = new Map<string, Zone | undefined>();
  private found: { reference: Reference | undefined } | undefined;

  /** Throws LookbackError `usage` for an unknown `timezone`. */
  constructor(
    private readonly evidence: TimeEvidence,
    private readonly options: TimeOptions,
  ) {
    this.zone = options.timezone === undefined ? undefined : readZone(options.timezone);
    const named = pathReference(evidence.path);
    if (named !== undefined) this.named = { ms: named, after: DAY, from: "the file's name" };
  }

  /** Firmest first: the file's name, its own dated lines, then what copying a file most easily changes. */
  private reference(): Reference | undefined {
    if (this.named) return this.named;
    this.found ??= { reference: this.lookFor() };
    return this.found.reference;
  }

  private lookFor(): Reference | undefined {
    const { datedLine, innerTimeMs, mtimeMs } = this.evidence;
    const dated = datedLine?.();
    if (dated !== undefined) return { ms: dated, after: SPAN_OF_A_FILE, from: "dated lines of the file" };
    if (innerTimeMs) return { ms: innerTimeMs, after: DAY, from: "gzip header" };
    return mtimeMs === undefined ? undefined : { ms: mtimeMs, after: DAY, from: "the file's time" };
  }

  /**
   * @param known An instant known for the same line from elsewhere (its syslog header): it settles the zone and year of a
   * time that names none. Undefined when the year cannot be known, or the date does not exist in it.
   */
  resolve(time: ParsedTime, known?: number): ResolvedTime | undefined {
    if (time.kind === "instant")
      return { ms: time.ms, decision: `${formatOffset(time.offsetMinutes ?? 0)} (in the line)` };
    if (time.dayMonth !== undefined) return this.resolveOrder(time, known);
    const stated = this.statedZone(time);
    if (time.year !== undefined) return this.place(wallTime(time, time.year), known, stated);
    if (this.options.year !== undefined) {
      const placed = this.place(wallTime(time, this.options.year), undefined, stated);
      return (
        placed && {
          ms: placed.ms,
          decision: `${placed.decision}; year ${this.options.year} from ${this.options.yearFrom ?? "--year"}`,
        }
      );
    }
    const reference = known === undefined ? this.reference() : { ms: known, after: DAY, from: "the outer record" };
    if (!reference) return undefined;
    const newest = new Date(reference.ms).getUTCFullYear() + 1;
    // Nine years back reach a 29 February wherever the reference lies.
    for (let year = newest; year > newest - 10; year--) {
      const placed = this.place(wallTime(time, year), known, stated);
      if (placed && placed.ms <= reference.ms + reference.after)
        return { ms: placed.ms, decision: `${placed.decision}; year ${year} from ${reference.from}` };
    }
    return undefined;
  }

  /** Sets day and month as the file's other dates have them, then resolves. */
  private resolveOrder(time: LocalTime, known: number | undefined): ResolvedTime | undefined {
    const { dayMonth, ...plain } = time;
    this.order ??= { found: this.lookForOrder() };
    const { found } = this.order;
    const byKnown = found || known === undefined ? undefined : this.orderBeside(plain, known);
    const order = found?.order ?? byKnown ?? dayMonth;
    if (order === "undecided") return undefined;
    const from = found?.from ?? (byKnown ? "the outer record" : "the notation");
    const resolved = this.resolve(
      order === "month-first" ? plain : { ...plain, month: time.day, day: time.month },
      known,
    );
    return (
      resolved && {
        ms: resolved.ms,
        decision: `${resolved.decision}; ${order === "day-first" ? "day before month" : "month before day"} by ${from}`,
      }
    );
  }

  private lookForOrder(): DayMonthOrder | undefined {
    const { headLines, innerTimeMs, mtimeMs } = this.evidence;
    return dayMonthOrder({
      lines: headLines?.() ?? [],
      named: this.named?.ms,
      written: innerTimeMs ? innerTimeMs : mtimeMs,
    });
  }

  /** The order that puts the moment beside an outer record's. */
  private orderBeside(time: LocalTime, known: number): "day-first" | "month-first" | undefined {
    const near = (month: number, day: number): boolean => {
      const ms = wallTime({ ...time, month, day }, time.year ?? new Date(known).getUTCFullYear());
      return ms !== undefined && Math.abs(ms - known) < 2 * DAY;
    };
    const [monthFirst, dayFirst] = [near(time.month, time.day), near(time.day, time.month)];
    return monthFirst === dayFirst ? undefined : monthFirst ? "month-first" : "day-first";
  }

  private statedZone(time: LocalTime): Zone | undefined {
    if (time.offsetMinutes !== undefined) return fixedZone(time.offsetMinutes);
    const { zoneName } = time;
    if (zoneName === undefined) return undefined;
    if (!this.zones.has(zoneName)) {
      // A log may name as many zones as it likes; there are some 600.
      if (this.zones.size > 1000) this.zones.clear();
      this.zones.set(zoneName, namedZone(zoneName));
    }
    return this.zones.get(zoneName);
  }

  private place(
    wallMs: number | undefined,
    known: number | undefined,
    stated: Zone | undefined,
  ): ResolvedTime | undefined {
    if (wallMs === undefined) return undefined;
    if (stated) return { ms: wallMs - stated.offset(wallMs) * MINUTE, decision: `${stated.name} (in the line)` };
    if (this.zone)
      return {
        ms: wallMs - this.zone.offset(wallMs) * MINUTE,
        decision: `${this.zone.name} (${this.options.timezoneFrom ?? "--timezone"})`,
      };
    if (known !== undefined) {
      // The same moment, seen by the device's clock and by the relay's: they differ by a zone, and little else.
      const offset = Math.round((wallMs - known) / (15 * MINUTE)) * 15;
      const rest = Math.abs(wallMs - known - offset * MINUTE);
      if (Math.abs(offset) <= 14 * 60 && rest <= 2 * MINUTE)
        return { ms: wallMs - offset * MINUTE, decision: `${formatOffset(offset)} (by the outer record)` };
    }
    return { ms: wallMs, decision: "UTC (assumed)" };
  }
}

type LocalTime = ParsedTime & { kind: "local" };

function wallTime(time: LocalTime, year: number): number | undefined {
  const ms = Date.UTC(year, time.month - 1, time.day, time.hour, time.minute, time.second, time.millisecond);
  // 29 February of a common year rolls over to March.
  return new Date(Date.UTC(year, time.month - 1, time.day)).getUTCMonth() === time.month - 1 ? ms : undefined;
}

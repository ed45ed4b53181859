/** Finds the time that a line or a field states, in any notation that can be read without guessing. */
import type { ParsedTime } from "../format.js";
import { civilTime, parseEpoch, zoneOffset } from "../time.js";
import { NOTATIONS } from "./time-notations.js";

/** How far into a line a time is looked for. */
const PREFIX = 400;
const FAR = 2000;

/** A position, and the time read there. */
export interface FoundTime {
  time: ParsedTime;
  start: number;
  end: number;
  /** Digits that may as well be something else: not worth the word of a header. */
  weak?: true;
}

/** Cheap: most strings hold no time. */
const MAY_HOLD = /\d{1,2}:\d{2}|\d{10}|\d{8}T\d{4}|\d{2}[.-]\d{2}[.-]\d{2}|@4[0-9a-f]{15}/;

/** The first time that the text states; one with a year is preferred to one without. */
export function findTime(text: string): FoundTime | undefined {
  if (!MAY_HOLD.test(text.length > FAR ? text.slice(0, FAR) : text)) return undefined;
  return (text.length > PREFIX ? search(text.slice(0, PREFIX)) : undefined) ?? search(text.slice(0, FAR));
}

function search(text: string): FoundTime | undefined {
  let best: FoundTime | undefined;
  let yearless: FoundTime | undefined;
  for (const notation of NOTATIONS) {
    // After all others: it counts where nothing else dates the text.
    if (notation.weak && (best || yearless)) continue;
    const m = notation.pattern.exec(text);
    if (!m || (best && !isBetter(m, best))) continue;
    const time = notation.read(m);
    if (!time) continue;
    const found: FoundTime = { time, start: m.index, end: m.index + m[0].length };
    if (notation.weak) found.weak = true;
    if (time.kind === "local" && time.year === undefined) {
      if (!yearless || isBetter(m, yearless)) yearless = found;
    } else best = found;
  }
  return inUtc(text, best) ?? yearless;
}

/** Earlier, or at the same place and longer: `2021-03-04 05:06:07 PM` is more than its first two words. */
function isBetter(m: RegExpExecArray, than: FoundTime): boolean {
  return m.index < than.start || (m.index === than.start && m.index + m[0].length > than.end);
}

const QUARTER = 900_000;

/** `1690466804.2161960.0 [27/Jul/2023 16:06:44]` (Webmin): an epoch number at the line's start gives the zone of the time beside it. */
function inUtc(text: string, found: FoundTime | undefined): FoundTime | undefined {
  if (found?.time.kind !== "local" || found.time.year === undefined || found.start === 0) return found;
  const stated = /^(\d{10})(?=[.\s])/.exec(text);
  const epoch = stated ? parseEpoch(stated[1]!) : undefined;
  if (epoch?.kind !== "instant") return found;
  const { year, month, day, hour, minute, second } = found.time;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  const apart = Math.abs(wall - epoch.ms);
  return apart <= 56 * QUARTER && apart % QUARTER <= 2000 ? { ...found, time: epoch } : found;
}

const DATE_ONLY =
  /^(?:\d{4}[-/.]?\d{1,2}[-/.]?\d{1,2}|\d{1,2}([-/.])\d{1,2}\1(?:\d{4}|\d{2})|\d{1,2}[-/ ]?[A-Za-z]{3}[-/ ]?\d{2,4}|[A-Z][a-z]{2} {1,2}\d{1,2},? \d{4})$/;

/** A field's value as a time: any notation of `findTime`, or a number since 1970 of plausible size. */
export function timeOfValue(value: string | number | undefined): ParsedTime | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number") return parseEpoch(value);
  const text = value.trim();
  if (/^\d{9,20}(?:\.\d{1,9})?$|^\d\.\d{3,12}[Ee]\+?\d{1,2}$/.test(text)) {
    const packed = text.length === 14 ? findTime(text) : undefined;
    return packed?.time ?? parseEpoch(text);
  }
  return findTime(text)?.time;
}

/** True when a value is a date without a time, to be joined with the time field beside it. */
export function isDateOnly(value: string): boolean {
  return DATE_ONLY.test(value);
}

const ABBREVIATED = /^\(?(?:UTC|GMT)? ?([+-]\d{1,2}(?::?\d{2})?)\)?/;

/** A time without zone in the zone that a field beside it states: `+0100`, `CET`, `(GMT+1:00)Paris`, `Europe/Paris`. */
export function inZone(time: ParsedTime, stated: string | undefined): ParsedTime {
  if (stated === undefined || time.kind !== "local" || time.zoneName !== undefined || time.offsetMinutes !== undefined)
    return time;
  if (
    /^(?:Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)\/[A-Za-z_+-]{2,20}(?:\/[A-Za-z_]{2,20})?$/.test(
      stated,
    )
  )
    return { ...time, zoneName: stated };
  const offset =
    zoneOffset(stated) ?? zoneOffset((ABBREVIATED.exec(stated)?.[1] ?? "").replace(/^([+-])(\d)(?=\D|$)/, "$10$2"));
  if (offset === undefined) return time;
  if (time.year === undefined || time.dayMonth !== undefined) return { ...time, offsetMinutes: offset };
  const { year, month, day, hour, minute, second, millisecond } = time;
  return civilTime(year, month, day, hour, minute, second, millisecond, offset) ?? time;
}

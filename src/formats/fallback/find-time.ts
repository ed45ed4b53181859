/** Finds the time that a line or a field states, in any notation that can be read without guessing. */
import type { ParsedTime } from "../format.js";
import {
  civilTime,
  monthNumber,
  parseClfTime,
  parseEpoch,
  parseIsoTime,
  parseSyslogTime,
  zoneOffset,
} from "../time.js";

function milliseconds(fraction: string | undefined): number {
  return fraction ? Math.trunc(Number(`0.${fraction}`) * 1000) : 0;
}

interface Notation {
  pattern: RegExp;
  read(m: RegExpExecArray): ParsedTime | undefined;
}

const number = (text: string | undefined): number => Number(text ?? 0);

function hour12(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  return /^p/i.test(half) ? (hour % 12) + 12 : hour % 12;
}

/**
 * Day and month of two numbers: readable when one of them cannot be a month, when dots part them (day first), or when `AM`/`PM`
 * in capitals follows (the United States' order).
 */
function dayMonth(
  a: number,
  b: number,
  dots: boolean,
  half: string | undefined,
): { day: number; month: number } | undefined {
  if (dots) return { day: a, month: b };
  if (half !== undefined && /^[AP]M$/.test(half) && a <= 12) return { day: b, month: a };
  if (a > 12 && b <= 12) return { day: a, month: b };
  if (b > 12 && a <= 12) return { day: b, month: a };
  return a === b ? { day: a, month: b } : undefined;
}

const ZONE = "(?: ?(Z|UTC|GMT|[+-]\\d{2}:?\\d{2}|[A-Z]{3,4})(?![\\w]))?";

/** Sticky-free patterns, searched in a bounded prefix; the earliest match in the text is read. */
const NOTATIONS: readonly Notation[] = [
  {
    // ISO 8601 and its relatives: `2021-03-04T05:06:07.123Z`, `2021/03/04 05:06:07`, `2021-03-04_05:06:07`, `2021-03-04 05:06`.
    pattern:
      /(?<![\d-])\d{4}[-/]\d{2}[-/]\d{2}[T _]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?: ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})(?![\w]))?/,
    read: (m) => parseIsoTime(m[0]),
  },
  {
    // Date and time parted otherwise: `2021-03-04\t05:06:07`, `2021-03-04;05:06:07`, `2021-03-04,05:06:07`, `2021-03-04 - 05:06:07`, `2021.03.04 05:06:07`, `2021-3-4 5:06:07`.
    pattern: new RegExp(
      String.raw`(?<![\d.-])(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[\t;,| :T]|  | - |", ?"|" "|, )(\d{1,2}):(\d{2}):(\d{2})(?:[.,:](\d{1,9}))?${ZONE}`,
    ),
    read: (m) => civilTime(+m[1]!, +m[3]!, +m[4]!, +m[5]!, +m[6]!, +m[7]!, milliseconds(m[8]), zone(m[9])),
  },
  {
    pattern: /(?<!\d)\d{1,2}\/[A-Za-z]{3}\/\d{4}:\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?: [+-]\d{4})?/,
    read: (m) => parseClfTime(m[0]),
  },
  {
    // ctime and its relatives: `Thu Mar 04 05:06:07.123456 2021`, `Mar 04 05:06:07 CET 2021`, `Mar 04 05:06:07 2021 GMT`.
    pattern:
      /(?<![A-Za-z])([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?: ([A-Z]{3,4}|[+-]\d{4}))? (\d{4})(?!\d)(?: ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})(?!\w))?/,
    read: (m) => {
      const month = monthNumber(m[1]!);
      return month === undefined
        ? undefined
        : civilTime(+m[8]!, month, +m[2]!, +m[3]!, +m[4]!, +m[5]!, milliseconds(m[6]), zone(m[7] ?? m[9]));
    },
  },
  {
    // `Mar 04, 2021 5:06:07 PM`, `March 4 2021, 05:06:07`, `Mar  4 2021 05:06:07`.
    pattern: new RegExp(
      String.raw`(?<![A-Za-z])([A-Z][a-z]{2,8}) {1,2}(\d{1,2}),? (\d{4}),?(?: at)? (\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?: ?([AP]M))?${ZONE}`,
    ),
    read: (m) => {
      const month = monthNumber(m[1]!);
      return month === undefined
        ? undefined
        : civilTime(+m[3]!, month, +m[2]!, hour12(+m[4]!, m[8]), +m[5]!, +m[6]!, milliseconds(m[7]), zone(m[9]));
    },
  },
  {
    // `04-Mar-2021 05:06:07.123`, `4 Mar 2021 05:06:07 +0100` (RFC 5322), `04/Mar/2021 05:06:07`, `04Mar2021 05:06:07`.
    pattern: new RegExp(
      String.raw`(?<!\d)(\d{1,2})[-/ ]?([A-Z][a-z]{2})[a-z]{0,6}[-/ ,]{0,2}(\d{4})(?:[ T:,-]| - |, )(\d{1,2}):(\d{2}):(\d{2})(?:[.,:](\d{1,9}))?(?: ?([AP]M))?${ZONE}`,
    ),
    read: (m) => {
      const month = monthNumber(m[2]!);
      return month === undefined
        ? undefined
        : civilTime(+m[3]!, month, +m[1]!, hour12(+m[4]!, m[8]), +m[5]!, +m[6]!, milliseconds(m[7]), zone(m[9]));
    },
  },
  {
    pattern: /(?<![A-Za-z])[A-Z][a-z]{2} {1,2}\d{1,2} (?:\d{4} )?\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?!\d|:\d)/,
    read: (m) => parseSyslogTime(m[0]),
  },
  {
    // Day and month as numbers. Dots and dashes part day.month.year; with slashes the order differs by country.
    pattern: new RegExp(
      String.raw`(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:[ T:;,\t]| - |, )(\d{1,2}):(\d{2}):(\d{2})(?:[.,:](\d{1,9}))?(?: ?([AaPp][Mm]))?${ZONE}`,
    ),
    read: (m) => {
      const order = dayMonth(+m[1]!, +m[3]!, m[2] === ".", m[9]);
      const year = m[4]!.length === 2 ? 2000 + Number(m[4]) : Number(m[4]);
      return (
        order &&
        civilTime(
          year,
          order.month,
          order.day,
          hour12(+m[5]!, m[9]),
          +m[6]!,
          number(m[7]),
          milliseconds(m[8]),
          zone(m[10]),
        )
      );
    },
  },
  {
    // `20210304T050607Z`, `20210304 05:06:07`, `20210304-05:06:07.123`, `20210304050607`.
    pattern:
      /(?<![^\s[(|,;"'=])((?:19|20)\d{2})(\d{2})(\d{2})[T _:-]?(\d{2}):?(\d{2}):?(\d{2})(?:[.,:](\d{1,9}))?(Z|[+-]\d{4})?(?![\d:\w])/,
    read: (m) => civilTime(+m[1]!, +m[2]!, +m[3]!, +m[4]!, +m[5]!, +m[6]!, milliseconds(m[7]), zone(m[8])),
  },
  {
    // MySQL before 5.7: `221128 14:49:17`.
    pattern: /^(\d{2})(\d{2})(\d{2}) {1,2}(\d{1,2}):(\d{2}):(\d{2})(?!\S)/,
    read: (m) => civilTime(2000 + Number(m[1]), +m[2]!, +m[3]!, +m[4]!, +m[5]!, +m[6]!),
  },
  {
    // Seconds since 1970 where a time is to be expected: at the start, in brackets, in audit(…), after `@` (TAI64N is not read).
    pattern: /(?:^[\s[(<"@]{0,3}|audit\(|\[)(\d{10}(?:\.\d{1,9})?|\d{13}|\d{16}|\d{19})(?=[\s:,|;\])>"]|$)/,
    read: (m) => parseEpoch(m[1]!),
  },
];

function zone(text: string | undefined): number | undefined {
  return text === undefined ? undefined : zoneOffset(text);
}

/** How far into a line a time is looked for. */
const PREFIX = 400;
const FAR = 2000;

/** A position, and the time read there. */
export interface FoundTime {
  time: ParsedTime;
  start: number;
  end: number;
}

/**
 * The first time that the text states; one with a year is preferred to one without. Undefined when there is none that can be
 * read in one way only (`03/04/2021` is 3 April or 4 March).
 */
export function findTime(text: string): FoundTime | undefined {
  if (!/\d{2}:\d{2}|\d{10}|\d{8}T\d{4}/.test(text.length > FAR ? text.slice(0, FAR) : text)) return undefined;
  return (text.length > PREFIX ? search(text.slice(0, PREFIX)) : undefined) ?? search(text.slice(0, FAR));
}

function search(text: string): FoundTime | undefined {
  let best: FoundTime | undefined;
  let yearless: FoundTime | undefined;
  for (const notation of NOTATIONS) {
    const m = notation.pattern.exec(text);
    if (!m || (best && best.start <= m.index)) continue;
    const time = notation.read(m);
    if (!time) continue;
    const found = { time, start: m.index, end: m.index + m[0].length };
    if (time.kind === "local" && time.year === undefined) {
      if (!yearless || found.start < yearless.start) yearless = found;
    } else best = found;
  }
  return best ?? yearless;
}

const DATE_ONLY =
  /^(?:\d{4}[-/.]?\d{2}[-/.]?\d{2}|\d{1,2}[-/ ][A-Za-z]{3}[-/ ]\d{4}|[A-Z][a-z]{2} {1,2}\d{1,2},? \d{4})$/;

/** A field's value as a time: any notation of `findTime`, or a number since 1970 of plausible size. */
export function timeOfValue(value: string | number): ParsedTime | undefined {
  if (typeof value === "number") return parseEpoch(value);
  const text = value.trim();
  if (/^\d{9,20}(?:\.\d{1,9})?$/.test(text)) {
    const packed = text.length === 14 ? findTime(text) : undefined;
    return packed?.time ?? parseEpoch(text);
  }
  return findTime(text)?.time;
}

/** True when a value is a date without a time, to be joined with the time field beside it. */
export function isDateOnly(value: string): boolean {
  return DATE_ONLY.test(value);
}

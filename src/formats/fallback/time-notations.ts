/** The notations of time that can be read wherever they stand in a line, as a table. */
import type { ParsedTime } from "../format.js";
import { monthInAnyLanguage, monthOf } from "../months.js";
import {
  civilTime,
  eitherOrder,
  FRACTION_COMMA,
  milliseconds,
  parseClfTime,
  parseEpoch,
  parseIsoTime,
  parseSyslogTime,
  parseTai64n,
  zoneOffset,
} from "../time.js";

export interface Notation {
  pattern: RegExp;
  /** Read last, and only where nothing else dates the text: ids look the same. */
  weak?: true;
  read(m: RegExpExecArray): ParsedTime | undefined;
}

/** 12-hour clocks: `PM`, `p.m.`. */
const HALF = "(?:[ \\u202F]?([AaPp])\\.?[Mm]\\b\\.?)?";
const NAMED_ZONE =
  "(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific|US|Etc)\\/[A-Za-z_+-]{2,20}(?:\\/[A-Za-z_]{2,20})?\\d{0,2}";
const ZONE = `(?:[ ,]{0,2}[([]?(Z|(?:UTC|GMT)(?: ?[+-]\\d{1,2}(?::?\\d{2})?)?|[+-]\\d{2}:?\\d{2}|[+-]\\d{2}|[A-Z]{3,4}|${NAMED_ZONE})(?!\\w|[:./]\\w)[)\\]]?)?`;
/** Hour, minute, second, fraction. Where seconds may be wanting, nothing but an end may follow. */
const CLOCK = String.raw`(\d{1,2}):(\d{2}):(\d{2})(?:(?:[.:]|${FRACTION_COMMA})(\d{1,9}))?`;
const SHORT_CLOCK = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,:](\d{1,9}))?)?(?![\d:.]\d)`;
/** Letters of the Latin alphabets and of the Cyrillic one. */
const LETTERS = "[A-Za-z\\u00C0-\\u017F\\u0400-\\u04FF]";

function hour12(hour: string, half: string | undefined): number {
  const n = Number(hour);
  return half === undefined ? n : (n % 12) + (/p/i.test(half) ? 12 : 0);
}

interface Parts {
  year: string | undefined;
  month: number | undefined;
  day: string | undefined;
  clock: readonly (string | undefined)[];
  half?: string | undefined;
  zone?: string | undefined;
}

/** @param clock hour, minute, second, fraction */
function build({ year, month, day, clock, half, zone }: Parts): ParsedTime | undefined {
  if (month === undefined) return undefined;
  const [hour, minute, second, fraction] = clock;
  const offset = zone === undefined ? undefined : zoneOffset(zone);
  const full = year?.length === 2 ? 2000 + Number(year) : year === undefined ? undefined : Number(year);
  const time = civilTime(
    full,
    month,
    Number(day),
    hour12(hour ?? "0", half),
    Number(minute),
    Number(second ?? 0),
    milliseconds(fraction),
    offset,
  );
  return zone?.includes("/") && time?.kind === "local" ? { ...time, zoneName: zone } : time;
}

/**
 * Day and month of two numbers: plain when one of them cannot be a month or when dots part them (day first); else the file's to decide,
 * and failing it `AM`/`PM` in capitals says the United States' order.
 */
function numeric(
  [a, separator, b, year]: readonly (string | undefined)[],
  clock: Parts["clock"],
  half: string | undefined,
  capital: boolean,
  zone: string | undefined,
): ParsedTime | undefined {
  const [first, second] = [Number(a), Number(b)];
  if (separator === ".") return build({ year, month: second, day: a, clock, half, zone });
  if (first > 12 || second > 12 || first === second)
    return first > 12
      ? build({ year, month: second, day: a, clock, half, zone })
      : build({ year, month: first, day: b, clock, half, zone });
  const offset = zone === undefined ? undefined : zoneOffset(zone);
  const local = build({ year, month: first, day: b, clock, half });
  if (local?.kind !== "local") return local;
  return eitherOrder(
    {
      ...local,
      ...(offset === undefined ? {} : { offsetMinutes: offset }),
      ...(zone?.includes("/") ? { zoneName: zone } : {}),
    },
    half !== undefined && capital ? "month-first" : "undecided",
  );
}

/** Sticky-free patterns, searched in a bounded prefix; the earliest match in the text is read, and of two at one place the longer. */
export const NOTATIONS: readonly Notation[] = [
  {
    // ISO 8601 and its relatives: `2021-03-04T05:06:07.123Z`, `2021/03/04 05:06:07`, `2021-03-04_05:06:07`, `2021-03-04 05:06`.
    pattern: new RegExp(
      String.raw`(?<![\d-])\d{4}[-/]\d{2}[-/]\d{2}[T _]\d{2}:\d{2}(?::\d{2}(?:(?:\.|${FRACTION_COMMA})\d{1,9})?)?(?: ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})(?!\w|:\d))?`,
    ),
    read: (m) => parseIsoTime(m[0]),
  },
  {
    // Date and time parted otherwise: `2021-03-04\t05:06:07`, `2021-03-04;05:06:07`, `2021-03-04,05:06:07`, `2021-03-04 - 05:06:07`,
    // `2021.03.04 05:06:07`, `2021-3-4 5:06:07 PM`, `2021-03-04 05:06:07 CET`.
    pattern: new RegExp(
      String.raw`(?<![\d.-])(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[\t;,| :T_]|  | - |", ?"|" "|, )${CLOCK}${HALF}${ZONE}`,
    ),
    read: (m) => build({ year: m[1], month: Number(m[3]), day: m[4], clock: m.slice(5, 9), half: m[9], zone: m[10] }),
  },
  {
    // The time with dots or dashes: `2021-03-04 05.06.07`, `2021-03-04T05-06-07`.
    pattern: /(?<![\d.-])(\d{4})-(\d{2})-(\d{2})[T _-](\d{2})([.-])(\d{2})\5(\d{2})(?:[.,](\d{1,9}))?(?![\d-]|\.\d)/,
    read: (m) => build({ year: m[1], month: Number(m[2]), day: m[3], clock: [m[4], m[6], m[7], m[8]] }),
  },
  {
    // `2021年3月4日 5:06:07`, `2021년 3월 4일`.
    pattern: new RegExp(String.raw`(?<!\d)(\d{4})[年년] ?(\d{1,2})[月월] ?(\d{1,2})[日일] {0,2}${CLOCK}`),
    read: (m) => build({ year: m[1], month: Number(m[2]), day: m[3], clock: m.slice(4, 8) }),
  },
  {
    pattern: /(?<!\d)\d{1,2}\/[A-Za-z]{3}\/\d{4}:\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?: [+-]\d{4})?/,
    read: (m) => parseClfTime(m[0]),
  },
  {
    // ctime and its relatives: `Thu Mar 04 05:06:07.123456 2021`, `Mar 04 05:06:07 CET 2021`, `Mar 04 05:06:07 2021 GMT`,
    // `Mar 4 05:06:07 PM UTC 2021`, `mars 4 05:06:07 2021`.
    pattern: new RegExp(
      String.raw`(?<!${LETTERS})(${LETTERS}{3,9})\.? {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?${HALF}(?: ([A-Z]{3,4}|[+-]\d{4}))? (\d{4})(?!\d)(?: ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})(?!\w))?`,
    ),
    read: (m) =>
      build({
        year: m[9],
        month: monthInAnyLanguage(m[1]!),
        day: m[2],
        clock: m.slice(3, 7),
        half: m[7],
        zone: m[8] ?? m[10],
      }),
  },
  {
    // `Mar 04, 2021 5:06:07 PM`, `March 4 2021, 05:06:07`, `Mar 04 2021 05:06:07 GMT+0100 (CET)`.
    pattern: new RegExp(
      String.raw`(?<!${LETTERS})(${LETTERS}{3,10})\.?(?: {1,2}|[/-])(\d{1,2})(?:st|nd|rd|th)?(?:,? |[/-])(\d{4}),?(?: at| @| -)? (\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?${HALF}${ZONE}`,
    ),
    read: (m) =>
      build({
        year: m[3],
        month: monthInAnyLanguage(m[1]!),
        day: m[2],
        clock: m.slice(4, 8),
        half: m[8],
        zone: m[9],
      }),
  },
  {
    // `04-Mar-2021 05:06:07.123`, `4 Mar 2021 05:06:07 +0100` (RFC 5322), `04/Mar/2021 05:06:07`, `04Mar2021 05:06:07`,
    // `4. März 2021 05:06:07`, `4 de marzo de 2021, 5:06:07`, `04 févr. 2021 à 05:06:07`.
    pattern: new RegExp(
      String.raw`(?<!\d)(\d{1,2})(?:\.|er|º)?[-/ ]?(?:de )?(${LETTERS}{3,13})\.?[-/ ,]{0,2}(?:de )?(\d{4})(?:[ T:,;-]| {2,4}| - |, | at | à | um | a las )${CLOCK}${HALF}${ZONE}`,
    ),
    read: (m) =>
      build({
        year: m[3],
        month: monthInAnyLanguage(m[2]!),
        day: m[1],
        clock: m.slice(4, 8),
        half: m[8],
        zone: m[9],
      }),
  },
  {
    // RFC 850: `Thursday, 04-Mar-21 05:06:07 GMT`.
    pattern: new RegExp(
      String.raw`(?<![\w-])(\d{1,2})-(${LETTERS}{3,4})\.?-(\d{2})(?:[ T:,]|, )${CLOCK}${HALF}${ZONE}`,
    ),
    read: (m) =>
      build({
        year: m[3],
        month: monthInAnyLanguage(m[2]!),
        day: m[1],
        clock: m.slice(4, 8),
        half: m[8],
        zone: m[9],
      }),
  },
  {
    // The time first, as Cisco's `show` commands and some games' servers write: `05:06:07.123 UTC Thu Mar 4 2021`, `05:06:07 04/Mar/2021`.
    pattern:
      /(?<![\d:.])(\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?: ([A-Z]{3,4}))?,? (?:[A-Z][a-z]{2},? )?(?:([A-Z][a-z]{2}) {1,2}(\d{1,2}),? (\d{4})|(\d{1,2})[-/ ]([A-Z][a-z]{2})[-/ ](\d{4}))(?![\d:]|[ T]\d{1,2}:\d)/,
    read: (m) =>
      build({
        year: m[8] ?? m[11],
        month: monthOf((m[6] ?? m[10])!),
        day: m[7] ?? m[9],
        clock: m.slice(1, 5),
        zone: m[5],
      }),
  },
  {
    pattern: /(?<![A-Za-z])[A-Z][a-z]{2} {1,2}\d{1,2} (?:\d{4} )?\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?!\d|:\d)/,
    read: (m) => parseSyslogTime(m[0]),
  },
  {
    // Syslog's notation in another language: `févr.  4 05:06:07`, `4 Okt 05:06:07`.
    pattern: new RegExp(
      String.raw`(?<![\w\u00C0-\u017F])(?:(${LETTERS}{3,5})\.? {1,2}(\d{1,2})|(\d{1,2}) (${LETTERS}{3,5})\.?) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?!\d|:\d| \d{4}\b)`,
    ),
    read: (m) =>
      build({
        year: undefined,
        month: monthInAnyLanguage((m[1] ?? m[4])!),
        day: m[2] ?? m[3],
        clock: m.slice(5, 9),
      }),
  },
  {
    // Day and month as numbers. Dots part day.month.year; with slashes and dashes the order differs by country.
    pattern: new RegExp(
      String.raw`(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:[ T:;,\t]|  | - |, |", ?"|" ")${SHORT_CLOCK}(?:[ \u202F]?([AaPp])\.?([Mm])\b\.?)?${ZONE}`,
    ),
    read: (m) => numeric(m.slice(1, 5), m.slice(5, 9), m[9], /[AP]/.test(m[9] ?? "") && m[10] === "M", m[11]),
  },
  {
    // The same with the time first: `05:06:07 04/03/2021`.
    pattern: new RegExp(
      String.raw`(?<![\d:./-])${CLOCK}(?:[ \u202F]?([AaPp])\.?([Mm])\b\.?)?[ ,;\t-]{1,3}(\d{1,2})([./-])(\d{1,2})\8(\d{4})(?![\d./:-]|[ T]\d{1,2}:\d)`,
    ),
    read: (m) => numeric(m.slice(7, 11), m.slice(1, 5), m[5], /[AP]/.test(m[5] ?? "") && m[6] === "M", undefined),
  },
  {
    // `20210304T050607Z`, `20210304 05:06:07`, `20210304-05:06:07.123`, `20210304050607`.
    pattern:
      /(?<![^\s[(|,;"'=])((?:19|20)\d{2})(\d{2})(\d{2})[T _:-]?(\d{2}):?(\d{2}):?(\d{2})(?:[.,:](\d{1,9}))?(Z|[+-]\d{4})?(?![\d:\w])/,
    read: (m) => build({ year: m[1], month: Number(m[2]), day: m[3], clock: m.slice(4, 8), zone: m[8] }),
  },
  {
    // MySQL before 5.7: `221128 14:49:17`.
    pattern: /^(\d{2})(\d{2})(\d{2}) {1,2}(\d{1,2}):(\d{2}):(\d{2})(?!\S)/,
    read: (m) => build({ year: m[1], month: Number(m[2]), day: m[3], clock: m.slice(4, 7) }),
  },
  {
    // klog and glog (Kubernetes): `I0304 05:06:07.123456`.
    pattern: /^[IWEF](\d{2})(\d{2}) (\d{2}):(\d{2}):(\d{2})\.(\d{6})(?!\d)/,
    read: (m) => build({ year: undefined, month: Number(m[1]), day: m[2], clock: m.slice(3, 7) }),
  },
  {
    // Seconds since 1970 where a time is to be expected: at the start, after a priority, a version or `name[pid]:`, in brackets, in
    // audit(…), after `@`.
    pattern:
      /(?:^(?:<\d{1,3}>)?(?:\d )?[\s[(<"@]{0,3}|audit\(|\[|\w\]: )(\d{10}(?:\.\d{1,9})?|\d{13}(?:\.\d{1,6})?|\d{16}|\d{18,19})(?=[\s:,|;\])>"]|$)/,
    read: (m) => parseEpoch(m[1]!),
  },
  { pattern: /(?<!\w)@4[0-9a-f]{15}(?:[0-9a-f]{8})?(?!\w)/, read: (m) => parseTai64n(m[0]) },
  {
    // Microsoft's JSON: `/Date(1614834367000)/`, `\/Date(1614834367000+0100)\/`, whose zone is for display only.
    pattern: /\/Date\((\d{12,13})(?:[+-]\d{4})?\)\\?\//,
    read: (m) => parseEpoch(m[1]!),
  },
  {
    // Behind a process number: `161:20210304:050607.669` (Zabbix).
    weak: true,
    pattern: /^\s{0,8}\d{1,8}:((?:19|20)\d{2})(\d{2})(\d{2}):(\d{2})(\d{2})(\d{2})(?:\.(\d{1,9}))?(?![\d:\w])/,
    read: (m) => build({ year: m[1], month: Number(m[2]), day: m[3], clock: m.slice(4, 8) }),
  },
  {
    // Start and end of a flow, two numbers side by side: `… 1614834367 1614834397 ACCEPT OK`.
    weak: true,
    pattern: /(?<![^\s,;|"])(1\d{9})[ \t,;|](1\d{9})(?![^\s,;|"])/,
    read: (m) =>
      Number(m[2]) >= Number(m[1]) && Number(m[2]) - Number(m[1]) <= 86_400 ? parseEpoch(m[1]!) : undefined,
  },
];

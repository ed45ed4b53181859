import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayMonthOrder } from "../src/formats/day-month.js";
import { findTime, timeOfValue } from "../src/formats/fallback/find-time.js";
import { monthInAnyLanguage, monthOf } from "../src/formats/months.js";
import { parseEpoch, parseTai64n } from "../src/formats/time.js";
import { TimeResolver } from "../src/formats/time-resolver.js";
import { iso, parse, parserFor } from "./formats-core-support.js";

const FAR = "203.0.113.7";
const AT = Date.UTC(2021, 2, 4, 5, 6, 7);

describe("notations of time", () => {
  it.each([
    ["2021-03-04 05:06:07 PM", "2021-03-04T17:06:07.000Z"],
    ["2021/3/4 5:06:07 pm", "2021-03-04T17:06:07.000Z"],
    ["2021-03-04 12:06:07 AM", "2021-03-04T00:06:07.000Z"],
    ["2021-03-04T05-06-07", "2021-03-04T05:06:07.000Z"],
    ["2021-03-04 05.06.07", "2021-03-04T05:06:07.000Z"],
    ["2021-03-04 05:06:07 CET", "2021-03-04T04:06:07.000Z"],
    ["2021-03-04 05:06:07 GMT+02:00", "2021-03-04T03:06:07.000Z"],
    ["2021-03-04 05:06:07 Europe/Paris", "2021-03-04T04:06:07.000Z"],
    ["2021-07-04 05:06:07 Europe/Paris", "2021-07-04T03:06:07.000Z"],
    ["20210304T050607Z", "2021-03-04T05:06:07.000Z"],
    ["Thu Mar 04 2021 05:06:07 GMT+0100 (CET)", "2021-03-04T04:06:07.000Z"],
    ["Thu Mar  4 05:06:07 PM UTC 2021", "2021-03-04T17:06:07.000Z"],
    ["Thursday, 04-Mar-21 05:06:07 GMT", "2021-03-04T05:06:07.000Z"],
    ["Thu, 04 Mar 2021 05:06:07 GMT", "2021-03-04T05:06:07.000Z"],
    ["4Mar2021  5:06:07", "2021-03-04T05:06:07.000Z"],
    ["*05:06:07.123 UTC Thu Mar 4 2021", "2021-03-04T05:06:07.123Z"],
    ["05:06:07 04/Mar/2021", "2021-03-04T05:06:07.000Z"],
    ["05:06:07 25/03/2021", "2021-03-25T05:06:07.000Z"],
    ["04.03.2021 05:06", "2021-03-04T05:06:00.000Z"],
    ["04.03.21 05:06:07", "2021-03-04T05:06:07.000Z"],
    ["4 mars 2021 05:06:07", "2021-03-04T05:06:07.000Z"],
    ["04 févr. 2021 à 05:06:07", "2021-02-04T05:06:07.000Z"],
    ["4. März 2021 05:06:07", "2021-03-04T05:06:07.000Z"],
    ["04-Dez-2021 05:06:07", "2021-12-04T05:06:07.000Z"],
    ["4 de marzo de 2021, 5:06:07", "2021-03-04T05:06:07.000Z"],
    ["04/dic/2021 05:06:07", "2021-12-04T05:06:07.000Z"],
    ["4 października 2021 05:06:07", "2021-10-04T05:06:07.000Z"],
    ["4 мая 2021 05:06:07", "2021-05-04T05:06:07.000Z"],
    ["2021年3月4日 5:06:07", "2021-03-04T05:06:07.000Z"],
    ["févr.  4 05:06:07", "2021-02-04T05:06:07.000Z"],
    ["@400000006040695917d78400", "2021-03-04T04:59:59.400Z"],
    ["\\/Date(1614834367000+0100)\\/", "2021-03-04T05:06:07.000Z"],
    ["1690466804.2161960.0 [27/Jul/2023 16:06:44]", "2023-07-27T14:06:44.000Z"],
  ])("reads %s", (stated, expected) => {
    const found = findTime(`${stated} login failed`);
    expect(found).toBeDefined();
    const resolved = new TimeResolver({ path: "x.log", mtimeMs: Date.UTC(2021, 11, 31) }, {}).resolve(found!.time);
    expect(new Date(resolved!.ms).toISOString()).toBe(expected);
  });

  it.each(["Marketing 4 2021 05:06:07", "version 10.2.0.4 05:06", "part 12-Foo-21 05:06:07", "2021-13-04 05:06:07 PM"])(
    "finds no time in: %s",
    (text) => {
      expect(findTime(text)).toBeUndefined();
    },
  );

  it("knows the months of each language, and no other words", () => {
    expect(
      ["janv.", "Mär", "ago", "giugno", "dezembro", "wrz", "mrt", "мая", "května"].map(monthInAnyLanguage),
    ).toEqual([1, 3, 8, 6, 12, 9, 3, 5, 5]);
    expect(["Sept", "december", "Marketing", "Novell", "mai"].map(monthOf)).toEqual([
      9,
      12,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

/** Whole seconds from 1990 to 2099. */
const seconds = fc.integer({ min: Date.UTC(1990, 0, 2) / 1000, max: Date.UTC(2099, 11, 30) / 1000 });
const resolver = new TimeResolver({ path: "x.log" }, {});
const read = (text: string): number | undefined => {
  const time = timeOfValue(text);
  return time && resolver.resolve(time)?.ms;
};
const pad = (n: number, size = 2): string => String(n).padStart(size, "0");
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** Every notation that states the whole moment. */
const WRITTEN: Readonly<Record<string, (d: Date) => string>> = {
  "ISO 8601": (d) => d.toISOString(),
  "ISO 8601 basic": (d) => d.toISOString().replace(/[-:]|\.\d+/g, ""),
  "RFC 1123": (d) => d.toUTCString(),
  CLF: (d) =>
    `[${pad(d.getUTCDate())}/${MONTHS[d.getUTCMonth()]}/${d.getUTCFullYear()}:${d.toISOString().slice(11, 19)} +0000]`,
  ctime: (d) =>
    `${MONTHS[d.getUTCMonth()]} ${String(d.getUTCDate()).padStart(2)} ${d.toISOString().slice(11, 19)} ${d.getUTCFullYear()}`,
  "day.month.year": (d) =>
    `${pad(d.getUTCDate())}.${pad(d.getUTCMonth() + 1)}.${d.getUTCFullYear()} ${d.toISOString().slice(11, 19)}`,
  "12-hour clock": (d) =>
    `${d.toISOString().slice(0, 10)} ${d.getUTCHours() % 12 || 12}:${d.toISOString().slice(14, 19)} ${d.getUTCHours() < 12 ? "AM" : "PM"}`,
  seconds: (d) => String(d.getTime() / 1000),
  milliseconds: (d) => String(d.getTime()),
  microseconds: (d) => `${d.getTime()}000`,
  nanoseconds: (d) => `${d.getTime()}000000`,
  "Windows FILETIME": (d) => String((BigInt(d.getTime()) + 11_644_473_600_000n) * 10_000n),
  ".NET ticks": (d) => String((BigInt(d.getTime()) + 62_135_596_800_000n) * 10_000n),
  TAI64N: (d) => `@${(BigInt(d.getTime() / 1000) + 10n + (1n << 62n)).toString(16)}00000000`,
  "Microsoft JSON": (d) => `/Date(${d.getTime()})/`,
  "an offset": (d) => `${new Date(d.getTime() + 5.5 * 3_600_000).toISOString().slice(0, 19)}+05:30`,
};

describe("every notation gives back the moment that was written in it", () => {
  it.each(Object.keys(WRITTEN))("%s", (name) => {
    // 18 digits of nanoseconds and 9 of seconds are read as counts of other kinds; both ended in 2001.
    const from = name === "nanoseconds" ? Date.UTC(2001, 8, 10) / 1000 : 0;
    fc.assert(
      fc.property(seconds, (s) => {
        fc.pre(s > from);
        expect(read(WRITTEN[name]!(new Date(s * 1000)))).toBe(s * 1000);
      }),
    );
  });

  it("and the largest numbers are no time, at once", () => {
    expect([1e21, 1.7976931348623141e308, Number.MAX_VALUE, Infinity].map(parseEpoch)).toEqual(
      Array(4).fill(undefined),
    );
  });

  it("and a number that is none of them is no time", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 600_000_000 }), (n) => parseEpoch(n) === undefined));
    expect(parseTai64n("@4000000")).toBeUndefined();
  });
});

describe("day and month", () => {
  const line = (date: string): string => `${date} 05:06:07 login failed from ${FAR}`;
  const decided = (lines: readonly string[], facts: { path?: string; mtimeMs?: number } = {}) =>
    parserFor({ mtimeMs: Date.UTC(2022, 0, 1), headLines: () => lines, ...facts }).parse(lines[0]!, 0);

  it("are told apart by a day above 12 anywhere at the file's beginning", () => {
    const dayFirst = decided(["03/04/2021", "25/04/2021"].map(line));
    expect(iso(dayFirst)).toBe("2021-04-03T05:06:07.000Z");
    expect(dayFirst.timezone).toBe("UTC (assumed); day before month by a day above 12 in the file");
    const monthFirst = decided(["03/04/2021", "04/25/2021"].map(line));
    expect(iso(monthFirst)).toBe("2021-03-04T05:06:07.000Z");
    expect(monthFirst.timezone).toBe("UTC (assumed); month before day by a day above 12 in the file");
  });

  it("are told apart by the order of the lines", () => {
    expect(iso(decided(["03/04/2021", "04/04/2021", "01/05/2021"].map(line)))).toBe("2021-04-03T05:06:07.000Z");
    expect(iso(decided(["03/04/2021", "03/05/2021", "04/01/2021"].map(line)))).toBe("2021-03-04T05:06:07.000Z");
  });

  it("are told apart by the file's name and time, and by dates that follow each other", () => {
    expect(iso(decided([line("03/04/2021")], { path: "app-20210403.log" }))).toBe("2021-04-03T05:06:07.000Z");
    expect(iso(decided([line("03/04/2021")], { path: "app-20210304.log" }))).toBe("2021-03-04T05:06:07.000Z");
    expect(decided([line("03/04/2021")], { mtimeMs: Date.UTC(2021, 2, 10) }).timezone).toBe(
      "UTC (assumed); month before day by the file's time",
    );
    expect(iso(decided(["03/04/2021", "03/05/2021", "03/06/2021"].map(line)))).toBe("2021-03-04T05:06:07.000Z");
  });

  it("are told apart by the relay's time before them", () => {
    const relayed = `<13>1 2021-04-03T05:06:08Z h app - - - 03/04/2021 05:06:07 login failed from ${FAR}`;
    expect(iso(parse(relayed))).toBe("2021-04-03T05:06:07.000Z");
    expect(iso(decided([`Apr  3 05:06:08 h app: ${line("03/04/2021")}`]))).toBe("2021-04-03T05:06:07.000Z");
  });

  it("leave a line undated, with a note, when nothing tells", () => {
    for (const lines of [["03/04/2021"], ["03/04/2021", "13/04/2021", "04/13/2021"]]) {
      const parsed = decided(lines.map(line));
      expect(parsed.event.timestamp).toBeUndefined();
      expect(parsed.notes).toContain("not dated: nothing in the file tells the day of its dates from the month");
      expect(parsed.event.source?.ip).toBe(FAR);
    }
  });

  it("are read in one order in all lines, in whatever order these are asked for", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: Date.UTC(2021, 0, 1), max: Date.UTC(2021, 11, 28) }), {
          minLength: 2,
          maxLength: 20,
        }),
        (times) => {
          const days = times.toSorted((a, b) => a - b).map((ms) => new Date(ms));
          const lines = days.map((d) =>
            line(`${pad(d.getUTCDate())}/${pad(d.getUTCMonth() + 1)}/${d.getUTCFullYear()}`),
          );
          const order = dayMonthOrder({ lines });
          const parser = parserFor({ mtimeMs: Date.UTC(2022, 0, 1), headLines: () => lines });
          for (const [i, text] of lines.entries()) {
            const ms = parser.parse(text, i).event.timestamp;
            const d = days[i]!;
            if (ms === undefined) expect(order).toBeUndefined();
            else if (order?.order === "day-first") expect(new Date(ms).getUTCDate()).toBe(d.getUTCDate());
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("keeps the United States' order of AM and PM where the file says nothing else", () => {
    expect(iso(parse(`08/02/2023, 7:32:47 PM login failed from ${FAR}`))).toBe("2023-08-02T19:32:47.000Z");
    const lines = ["03/04/2021, 7:32:47 PM x", "25/04/2021, 7:32:47 PM x"];
    expect(iso(parserFor({ headLines: () => lines }).parse(lines[0]!, 0))).toBe("2021-04-03T19:32:47.000Z");
  });
});

describe("a syslog time", () => {
  it("is the same moment whatever notation the relay adds", () => {
    for (const head of [
      "<13>1 2021-03-04T05:06:07Z h app - - -",
      "<13>2021-03-04T06:06:07+01:00 h app:",
      "Mar  4 2021 05:06:07 h app:",
    ])
      expect(parse(`${head} login failed from ${FAR}`).event.timestamp).toBe(AT);
  });
});

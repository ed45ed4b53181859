/** The coverage ledger: no gap is invented, none is missed, and a clock's jump is told from a late line. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { clockJumps, jumpAcross, type Jump } from "../src/hunt/clock-jumps.js";
import { ledgerOf, type Expectation, type LogTimes } from "../src/hunt/ledger.js";
import { sourceKey, sourceNames } from "../src/hunt/logical-sources.js";
import { DaySampler } from "../src/hunt/sampler.js";
import type { SourceCoverage } from "../src/model/coverage.js";
import type { Ledger } from "../src/model/ledger.js";
import { assuranceSentence, ledgerSentence } from "../src/report/ledger-words.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2021, 0, 1);
const date = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Lines of 60 bytes and more, each with its time or, where that is undefined, without one. */
function logOf(times: readonly (number | undefined)[]): string[] {
  return times.map(
    (time, i) =>
      `${time === undefined ? "                        " : new Date(time).toISOString()} line ${i} of a log that says little\n`,
  );
}

/** Samples a log in blocks of so many lines, as the scan does. */
function sample(times: readonly (number | undefined)[], linesABlock = Infinity): DaySampler & { asked: number } {
  const sampler = Object.assign(new DaySampler(), { asked: 0 });
  const lines = logOf(times);
  let base = 0;
  for (let at = 0; at < lines.length; at += linesABlock) {
    const region = Buffer.from(lines.slice(at, at + linesABlock).join(""));
    sampler.block(
      region,
      Math.min(linesABlock, lines.length - at),
      base === 0,
      (start) => {
        sampler.asked++;
        const time = Date.parse(region.toString("latin1", start, start + 24));
        return Number.isNaN(time) ? undefined : time;
      },
      base,
    );
    base += region.length;
  }
  sampler.close();
  return sampler;
}

function logTimes(path: string, sampler: DaySampler, lines: number): LogTimes {
  const first = sampler.first;
  const last = sampler.last;
  const coverage: SourceCoverage = {
    path,
    format: "unrecognised",
    formats: {},
    bytes: lines * 60,
    lines,
    parsed: 0,
    unparsed: 0,
    hits: 0,
    days: sampler.days,
    errors: [],
    complete: true,
    ...(first === undefined ? {} : { first_seen: new Date(first).toISOString() }),
    ...(last === undefined ? {} : { last_seen: new Date(last).toISOString() }),
  };
  const sampled = { lines: 10, undated: first === undefined ? 10 : 0, unrecognised: 0 };
  return { coverage, sampled, unsure: sampler.unsure, jumps: sampler.jumps, order: sampler.order };
}

function ledger(
  logs: Readonly<Record<string, readonly (number | undefined)[]>>,
  asked: { from?: string; to?: string; expect?: Expectation[]; named?: (path: string) => string | undefined } = {},
): Ledger {
  const list = Object.entries(logs).map(([path, all]) => logTimes(path, sample(all), all.length));
  return ledgerOf(list, {
    from: asked.from === undefined ? undefined : Date.parse(asked.from),
    to: asked.to === undefined ? undefined : Date.parse(`${asked.to}T23:59:59.999Z`),
    expect: asked.expect ?? [],
    named: asked.named ?? (() => undefined),
    interrupted: false,
  });
}

/** Every `step` from one day to the other, both inclusive. */
function every(step: number, from: string, to: string): number[] {
  const out: number[] = [];
  for (let at = Date.parse(from); at < Date.parse(to) + DAY; at += step) out.push(at);
  return out;
}

describe("days without lines", () => {
  it("are exactly those of an ordered log, however thin it is and wherever blocks are cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 40 })), {
          minLength: 1,
          maxLength: 60,
        }),
        fc.integer({ min: 1, max: 400 }),
        fc.nat(7),
        (steps, linesABlock, header) => {
          const all: (number | undefined)[] = new Array<undefined>(header).fill(undefined);
          let day = 0;
          for (const [skip, lines] of steps) {
            day += skip;
            for (let i = 0; i < lines; i++) all.push(START + day * DAY + i * MINUTE);
            day++;
          }
          const held = new Set(all.flatMap((time) => (time === undefined ? [] : date(time))));
          const sampler = sample(all, linesABlock);
          const { gaps } = ledgerOf([logTimes("a.log", sampler, all.length)], {
            expect: [],
            named: () => undefined,
            interrupted: false,
          }).sources[0]!;
          const told = gaps.flatMap(({ from, to }) => every(DAY, from, to).map(date));
          expect(told.filter((one) => held.has(one))).toEqual([]);
          const missing = every(DAY, [...held][0]!, [...held].at(-1)!)
            .map(date)
            .filter((one) => !held.has(one));
          expect(told).toEqual(missing);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("cost a few lines each: four gaps in a hundred thousand lines are found with some hundred reads", () => {
    const all = every(5 * MINUTE, "2021-01-01", "2021-12-31").filter(
      (at) => !["02-10", "05-01", "09-09", "11-30"].includes(date(at).slice(5)),
    );
    const sampler = sample(all, 30_000);
    expect(Object.keys(sampler.days)).toHaveLength(361);
    expect(sampler.asked).toBeLessThan(3500);
  });

  it("are not told where undated lines hide what was there, nor in a log without order", () => {
    const hidden = [
      ...every(HOUR, "2021-01-01", "2021-01-03"),
      ...new Array<undefined>(500),
      ...every(HOUR, "2021-01-20", "2021-01-22"),
    ];
    expect(ledger({ "a.log": hidden }).sources[0]!.gaps).toEqual([]);
    const random = fc
      .sample(fc.integer({ min: 0, max: 300 }), { numRuns: 4000, seed: 7 })
      .map((day) => START + day * DAY);
    const [source] = ledger({ "a.log": random }).sources;
    expect(source).toMatchObject({ gaps: [], unordered: true });
    const newestFirst = [
      ...every(HOUR, "2021-01-01", "2021-01-03"),
      ...every(HOUR, "2021-01-06", "2021-01-09"),
    ].toReversed();
    expect(ledger({ "a.log": newestFirst }).sources[0]).toMatchObject({
      gaps: [{ from: "2021-01-04", days: 2 }],
      jumps: [],
    });
  });

  it("lie between rotated files as well, and not where another file of the log has lines", () => {
    const { sources } = ledger({
      "logs/fw.log.2.gz": every(HOUR, "2021-03-01", "2021-03-02"),
      "logs/fw.log.1": every(HOUR, "2021-03-06", "2021-03-09"),
      "logs/fw.log": every(HOUR, "2021-03-10", "2021-03-12"),
      "logs/proxy-20210301.log": every(HOUR, "2021-03-01", "2021-03-04"),
      "logs/proxy-20210305.log": every(HOUR, "2021-03-05", "2021-03-07"),
    });
    expect(sources.map(({ name, gaps, paths }) => [name, paths.length, gaps])).toEqual([
      ["fw", 3, [{ from: "2021-03-03", to: "2021-03-05", days: 3 }]],
      ["proxy", 2, []],
    ]);
  });
});

describe("a clock's jump", () => {
  const jumps = (all: readonly (number | undefined)[], linesABlock?: number): [string, string][] =>
    clockJumps(sample(all, linesABlock).jumps).map(({ before, after }) => [
      new Date(before).toISOString().slice(0, 16),
      new Date(after).toISOString().slice(0, 16),
    ]);
  const steady = every(10 * MINUTE, "2021-01-01", "2021-01-31");

  it("back is found at its very line, and the leap that undoes it", () => {
    const all = steady.map((at) =>
      at >= Date.UTC(2021, 0, 12, 9) && at < Date.UTC(2021, 0, 13, 9) ? at - 4 * DAY : at,
    );
    const sampler = sample(all);
    const lines = logOf(all);
    const index = all.findIndex((at, i) => i > 0 && at < all[i - 1]!);
    const [first] = sampler.jumps as Jump[];
    expect(first!.at).toBe(lines.slice(0, index).join("").length);
    expect(jumps(all)).toEqual([
      ["2021-01-12T08:50", "2021-01-08T09:00"],
      ["2021-01-09T08:50", "2021-01-13T09:00"],
    ]);
  });

  it("is found on the border of two blocks too", () => {
    const all = steady.map((at) => (at >= Date.UTC(2021, 0, 12) ? at - 5 * HOUR : at));
    const index = all.findIndex((at, i) => i > 0 && at < all[i - 1]!);
    expect(jumps(all.slice(index - 20, index + 20), 20)).toEqual([["2021-01-11T23:50", "2021-01-11T19:00"]]);
  });

  it("is not a line that comes late, the end of summer time, or a silence", () => {
    const late = steady.map((at, i) => (i % 7 === 3 ? at - 20 * HOUR : at));
    expect(jumps(late)).toEqual([]);
    expect(jumps(steady.map((at) => (at >= Date.UTC(2021, 0, 12) ? at - HOUR : at)))).toEqual([]);
    expect(jumps([...every(HOUR, "2021-01-01", "2021-01-03"), ...every(HOUR, "2021-02-20", "2021-02-22")])).toEqual([]);
  });

  it("from 1970 makes no gap of fifty years", () => {
    const boot = every(MINUTE, "1970-01-01", "1970-01-01").slice(0, 20);
    const all = [...boot, ...every(HOUR, "2021-03-01", "2021-04-30")];
    const [source] = ledger({ "router.log": all }).sources;
    expect(source!.gaps).toEqual([]);
    expect(source!.jumps).toMatchObject([{ before: "1970-01-01T00:19:00.000Z", after: "2021-03-01T00:00:00.000Z" }]);
    const asked = ledger({ "router.log": all }, { from: "2021-02-20", to: "2021-04-30" });
    expect(ledgerSentence(asked)).toMatch(
      /^Searched 2021-02-20 to 2021-04-30; router begins 2021-03-01; router had a clock/,
    );
  });

  it("between two ranges of a file needs both blocks to bear it out", () => {
    const edge = (time: number, inner: number): { time: number; inner: number; outermost: boolean } => ({
      time,
      inner,
      outermost: true,
    });
    expect(jumpAcross(edge(10 * HOUR, 9 * HOUR), edge(2 * HOUR, 3 * HOUR), 7)).toEqual({
      at: 7,
      before: 10 * HOUR,
      after: 2 * HOUR,
    });
    expect(jumpAcross(edge(10 * HOUR, 9 * HOUR), edge(2 * HOUR, 11 * HOUR), 7)).toBeUndefined();
    expect(jumpAcross({ ...edge(10 * HOUR, 9 * HOUR), outermost: false }, edge(2 * HOUR, 3 * HOUR), 7)).toBeUndefined();
  });

  it("is not asked of a log whose times come in no order", () => {
    const all = Array.from({ length: 40 }, (_, i) =>
      every(HOUR, "2021-01-01", "2021-01-05").map((at) => at + (i % 2) * 9 * DAY),
    ).flat();
    const [source] = ledger({ "a.log": all }).sources;
    expect(source).toMatchObject({ unordered: true, gaps: [] });
    expect(source!.jumps.length).toBeLessThanOrEqual(8);
  });
});

describe("rotated files", () => {
  it.each([
    ["fw/fw01-20210303.log.gz", "fw/fw01.log"],
    ["fw/fw01-2021-03-03.log", "fw/fw01.log"],
    ["fw/fw01_2021-03-03_04-05-06.log", "fw/fw01.log"],
    ["fw/fw01-2021-03.log", "fw/fw01.log"],
    ["fw/fw01.log.20210303.gz", "fw/fw01.log"],
    ["fw/fw01.log-20210303-1614729600.xz", "fw/fw01.log"],
    ["fw/fw01.log.12", "fw/fw01.log"],
    ["fw/fw01.log.1.gz", "fw/fw01.log"],
    ["fw/fw01.log.old", "fw/fw01.log"],
    ["fw/fw01.log", "fw/fw01.log"],
    ["fw/2021/03/04/fw01.log", "fw/fw01.log"],
    ["fw/2021-03-04/fw01.log.gz", "fw/fw01.log"],
    ["fw/20210304/fw01.log", "fw/fw01.log"],
    ["backup-2021-03.tar.gz!fw/fw01.log.3", "backup!fw/fw01.log"],
    ["iis/u_ex210304.log", "iis/u_ex.log"],
    ["iis/W3SVC1/u_ex21030409.log", "iis/W3SVC1/u_ex.log"],
    ["zeek/2021-03-04/conn.00:00:00-01:00:00.log.gz", "zeek/conn.log"],
    [
      "a/123456789010_vpcflowlogs_eu-west-3_fl-0a1b_20210101T0000Z_7fa3ecc1.log.gz",
      "a/123456789010_vpcflowlogs_eu-west-3_fl-0a1b.log",
    ],
    [
      "a/123456789010_CloudTrail_eu-west-3_20210101T0005Z_AbCdEfGh1234.json.gz",
      "a/123456789010_CloudTrail_eu-west-3.json",
    ],
    ["eve.json-20210201.gz", "eve.json"],
    ["fw01/20210303.log", "fw01/*.log"],
    ["fw01/2021-03-03", "fw01/*"],
  ])("%s is part of %s", (path, key) => {
    expect(sourceKey(path)).toBe(key);
  });

  it.each([
    "host-1.log",
    "eth10.log",
    "fw02.log",
    "remote/192.0.2.1",
    "remote/192.0.2.17",
    "app-1.2.3.log",
    "10/03/fw.log",
    "error2020.log",
  ])("%s is a log of its own", (path) => {
    expect(sourceKey(path)).toBe(path);
  });

  it("take linear time over a hostile name", () => {
    const start = performance.now();
    for (const part of ["2021-", "_vpcflowlogs_", "u_ex", "00:00:00-", ".1", "1614729600", "!", "/2021/03"])
      sourceKey(part.repeat(20_000));
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it("are called by what they have in common, never two logs by one name, and as lookback.yaml says", () => {
    const paths = [
      "/data/logs/fw/fw.log.1",
      "/data/logs/fw/fw.log",
      "/data/logs/web/access.log",
      "/data/logs/web/access.json",
    ];
    const names = sourceNames(paths, (path) => (path.includes("/fw/") ? "firewall" : undefined));
    expect(paths.map((path) => names.get(path))).toEqual(["firewall", "firewall", "access.log", "access.json"]);
    expect([...sourceNames(paths, () => undefined).values()]).toEqual([
      "fw/fw",
      "fw/fw",
      "web/access.log",
      "web/access.json",
    ]);
    expect([
      ...sourceNames(["/data/fw01/20210303.log", "/data/fw01/20210304.log", "/data/b.log"], () => undefined).values(),
    ]).toEqual(["fw01", "fw01", "b"]);
  });
});

describe("what a no is worth", () => {
  const fw = every(HOUR, "2021-01-01", "2021-07-31");
  const silent = fw.filter((at) => date(at) < "2021-03-03" || date(at) > "2021-03-05");

  it("is full when every source covers the window", () => {
    const told = ledger({ "fw.log": fw }, { from: "2021-01-01", to: "2021-07-31" });
    expect(told).toMatchObject({ assurance: "full", limits: [] });
    expect(ledgerSentence(told)).toBe("Searched 2021-01-01 to 2021-07-31.");
    expect(assuranceSentence(told)).toBe("Assurance: full. The source was read to the end, and no day is missing.");
  });

  it("is partial with what is missing, in one plain sentence", () => {
    const told = ledger(
      { "fw01.log": silent, "proxy.log": every(HOUR, "2021-02-11", "2021-07-31") },
      { from: "2021-01-01", to: "2021-07-31" },
    );
    expect(told.assurance).toBe("partial");
    expect(ledgerSentence(told)).toBe(
      "Searched 2021-01-01 to 2021-07-31; fw01 has no lines for 3 days (2021-03-03 to 2021-03-05); proxy begins 2021-02-11.",
    );
    expect(assuranceSentence(told)).toBe(
      "Assurance: partial. Of 2 sources: 1 source has days without lines, 1 source begins late.",
    );
  });

  it("does not mind what is missing outside of the window", () => {
    expect(ledger({ "fw.log": silent }, { from: "2021-04-01", to: "2021-06-30" }).assurance).toBe("full");
    expect(ledger({ "fw.log": silent }, { from: "2021-03-05", to: "2021-06-30" }).limits).toEqual([
      { kind: "gap", source: "fw", gaps: [{ from: "2021-03-05", to: "2021-03-05", days: 1 }], days: 1 },
    ]);
  });

  it("is none when nothing was read, or nothing of that time", () => {
    expect(ledger({}).assurance).toBe("none");
    const told = ledger({ "fw.log": fw }, { from: "2022-01-01", to: "2022-02-01" });
    expect(told.assurance).toBe("none");
    expect(assuranceSentence(told)).toBe(
      "Assurance: none. No line that was read lies in the window: this is no answer.",
    );
  });

  it("names expected sources that are missing or thin, by name, last part or glob", () => {
    const told = ledger(
      {
        "/l/fw/fw01.log": fw,
        "/l/old/gate.log": every(HOUR, "2021-01-01", "2021-01-10"),
        "/l/notes.txt": [undefined, undefined],
      },
      {
        from: "2021-01-01",
        to: "2021-07-31",
        expect: [
          { name: "fw01" },
          { name: "fw*" },
          { name: "gate" },
          { name: "notes" },
          { name: "fw-lyon" },
          { name: "gate", from: Date.UTC(2021, 4, 1), to: Date.UTC(2021, 4, 31) },
          { name: "/l/old/*", path: "/l/old/*", from: Date.UTC(2021, 0, 1), to: Date.UTC(2021, 0, 10) },
        ],
      },
    );
    expect(
      told.expected.map(({ status, sources, days_missing: missing }) => [status, sources.join(), missing]),
    ).toEqual([
      ["present", "fw/fw01", 0],
      ["present", "fw/fw01", 0],
      ["thin", "old/gate", 202],
      ["thin", "notes", undefined],
      ["missing", "", undefined],
      ["missing", "old/gate", 31],
      ["present", "old/gate", 0],
    ]);
    expect(ledgerSentence(told)).toContain(
      "; fw-lyon and gate are expected and missing; gate and notes are expected and have lines on few days;",
    );
  });

  it("says that a log without times has none", () => {
    const told = ledger({ "notes.txt": new Array<undefined>(50) });
    expect(told).toMatchObject({ assurance: "partial", window: {}, limits: [{ kind: "undated", source: "notes" }] });
    expect(ledgerSentence(told)).toBe("Searched logs without any date; notes has lines without a time.");
  });
});

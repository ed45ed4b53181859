/** The example has a gap, a clock that jumped, a missing expected source and an undated file: the ledger tells all four, exactly. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { exampleArgs, generateExample } from "../examples/generate.js";
import type { ExpectedSource, LedgerSource } from "../src/model/ledger.js";

interface Written {
  window: object;
  summary: string;
  assurance: { level: string; sentence: string; limits: { kind: string; source: string }[] };
  sources: LedgerSource[];
  expected: ExpectedSource[];
}

const folder = mkdtempSync(join(tmpdir(), "lookback-example-ledger-"));
const logs = join(folder, "logs");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let ledger: Written;
let summary: string;
let page: string;
let background: Record<string, any>;
let sightings: string;

beforeAll(async () => {
  await generateExample(logs);
  cpSync(exampleArgs.config, join(folder, "lookback.yaml"));
  cpSync(dirname(exampleArgs.intel), join(folder, "intel"), { recursive: true });
  const out = join(folder, "out");
  summary = execFileSync(
    process.execPath,
    [
      "bin/lookback",
      "hunt",
      "--config",
      join(folder, "lookback.yaml"),
      "--from",
      exampleArgs.from,
      "--to",
      exampleArgs.to,
      "-o",
      out,
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
  const coverage = JSON.parse(readFileSync(join(out, "coverage.json"), "utf8")) as {
    ledger: Written;
    background: Record<string, any>;
  };
  ledger = coverage.ledger;
  background = coverage.background;
  page = readFileSync(join(out, "report.html"), "utf8");
  sightings = readFileSync(join(out, "sightings.jsonl"), "utf8");
});

const source = (name: string): LedgerSource => ledger.sources.find((one) => one.name === name)!;
/** Zeek's capture runs on 14 days alone; that is told too. */
const SENSOR = ["zeek/conn", "zeek/dns", "zeek/http", "zeek/ssh", "zeek/ssl"];

describe("the ledger of the example", () => {
  it("joins 356 files to 18 logs", () => {
    expect(ledger.sources.map(({ name, paths }) => `${name} ${paths.length}`)).toEqual([
      "fw-paris 9",
      "exchange 212",
      "proxy 7",
      "ids 7",
      "aws-flow 31",
      "aws-flow-custom 1",
      ...SENSOR.map((name) => `${name} 14`),
      "vpn/auth 7",
      "vpn/fortigate-sslvpn 1",
      "web/access 7",
      "web/portail.access 1",
      "collector/mixed 1",
      "hosts/lyon-srv2.console 1",
      "hosts/lyon-srv2 1",
    ]);
  });

  it("tells the firewall's two silent days and no other gap but the sensor's", () => {
    const gaps = ledger.sources.filter((one) => one.gaps.length > 0 && !SENSOR.includes(one.name));
    expect(gaps.map(({ name, gaps: list }) => [name, list])).toEqual([
      ["fw-paris", [{ from: "2021-03-05", to: "2021-03-06", days: 2 }]],
    ]);
    const days = "01-14 01-28 02-09 02-23 03-11 03-25 04-07 04-08 05-06 05-19 06-02 06-16 07-06 07-21".split(" ");
    for (const name of SENSOR) {
      expect(Object.keys(source(name).days)).toEqual(days.map((day) => `2021-${day}`));
      expect(source(name).gaps.reduce((n, gap) => n + gap.days, 0)).toBe(189 - 14);
    }
  });

  it("tells the server's clock that went back four days and was put right, at the lines where it did", () => {
    expect(ledger.sources.filter((one) => one.jumps.length > 0).map((one) => one.name)).toEqual(["hosts/lyon-srv2"]);
    const path = join(logs, "hosts", "lyon-srv2.log");
    const text = readFileSync(path, "utf8");
    const time = (line: string): string => line.split(" ")[1]!;
    const lines = text.split("\n");
    const expected = [];
    for (let i = 1, offset = lines[0]!.length + 1; i < lines.length - 1; offset += lines[i]!.length + 1, i++) {
      const [before, after] = [time(lines[i - 1]!), time(lines[i]!)];
      const seconds = Math.round((Date.parse(after) - Date.parse(before)) / 1000);
      if (Math.abs(seconds) > 86_400) expected.push({ path, offset, before, after, seconds });
    }
    expect(expected.map(({ before, after }) => [before.slice(0, 10), after.slice(0, 10)])).toEqual([
      ["2021-05-12", "2021-05-08"],
      ["2021-05-10", "2021-05-14"],
    ]);
    expect(source("hosts/lyon-srv2")).toMatchObject({ jumps: expected, gaps: [], undated: 0 });
  });

  it("tells the console's capture without a time, and no other", () => {
    expect(source("hosts/lyon-srv2.console")).toMatchObject({ lines: 120, undated: 120, days: {} });
    expect(ledger.assurance.limits.filter(({ kind }) => kind === "undated").map((one) => one.source)).toEqual([
      "hosts/lyon-srv2.console",
    ]);
  });

  it("tells the expected firewall that is missing, and that the others are there", () => {
    const whole = { from: "2021-01-01", to: "2021-07-31", status: "present" };
    expect(ledger.expected).toEqual([
      { name: "fw-paris", ...whole, sources: ["fw-paris"], days_missing: 2 },
      { name: "proxy", ...whole, sources: ["proxy"], days_missing: 0 },
      { name: "exchange", ...whole, sources: ["exchange"], days_missing: 0 },
      { name: "aws-flow-custom", ...whole, from: "2021-06-01", sources: ["aws-flow-custom"], days_missing: 0 },
      { name: "fw-lyon", ...whole, status: "missing", sources: [] },
    ]);
  });

  it("says so in plain sentences, the same in coverage.json, on the terminal and on the page", () => {
    expect(ledger.summary).toBe(
      "Searched 2021-01-01 to 2021-07-31; fw-lyon is expected and missing; " +
        "fw-paris has no lines for 2 days (2021-03-05 to 2021-03-06); " +
        "zeek/conn, zeek/dns and 3 more have no lines for 175 days (12 gaps); " +
        "zeek/conn, zeek/dns and 3 more begin 2021-01-14; zeek/conn, zeek/dns and 3 more end 2021-07-21; " +
        "3 more limits in coverage.json.",
    );
    expect(ledger.assurance).toMatchObject({
      level: "partial",
      sentence:
        "Assurance: partial. Of 18 sources: 1 expected source is missing, 6 sources have days without lines, " +
        "5 sources begin late, 5 sources end early, 1 source has a clock that jumped, 1 source has lines without a time, " +
        "1 source is in no known format.",
    });
    const flowed = summary.replace(/\s+/g, " ");
    for (const sentence of [ledger.summary, ledger.assurance.sentence]) {
      expect(flowed).toContain(sentence);
      expect(page).toContain(sentence);
    }
  });

  it("gives the background rate that a count by hand gives", () => {
    // Distinct listed addresses at an end of traffic or in an answer, by the sightings; no decoy is in any file.
    const met = new Set<string>();
    for (const line of sightings.trim().split("\n")) {
      const { threat, lookback } = JSON.parse(line) as {
        threat: { indicator: { name: string } };
        lookback: { verdict: string };
      };
      if (lookback.verdict !== "mention") met.add(threat.indicator.name);
    }
    expect(background).toMatchObject({
      compared: 161,
      decoys: 161,
      hits: {},
      met: { listed: met.size, decoys: 0, p: 2 ** -met.size, conclusion: "signal" },
    });
    expect(met.size).toBe(101);
  });
});

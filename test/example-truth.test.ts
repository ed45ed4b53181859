/** The example's answer sheet holds the hunt exactly: nothing missed, nothing extra, every verdict right. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { exampleArgs, generateExample, type PlantedSighting, type Truth } from "../examples/generate.js";

interface Document {
  "@timestamp"?: string;
  log: { file: { path: string }; offset: number; line: number };
  threat: { indicator: { name: string } };
  lookback: { role: string; outcome: string; verdict: string; reasons: string[]; finding: string };
}

const folder = mkdtempSync(join(tmpdir(), "lookback-example-"));
const logs = join(folder, "logs");
let truth: Truth;

function hunt(out: string, ...more: string[]): Document[] {
  execFileSync(
    process.execPath,
    [
      "bin/lookback",
      "hunt",
      "-q",
      "-i",
      exampleArgs.intel,
      "--own",
      exampleArgs.own.join(","),
      "-o",
      join(folder, out),
      ...more,
      logs,
    ],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  return readFileSync(join(folder, out, "sightings.jsonl"), "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Document);
}

const keyOf = (file: string, line: number, indicator: string): string => `${file}:${line} ${indicator}`;
const keyOfDocument = (d: Document): string =>
  keyOf(d.log.file.path.slice(logs.length + 1), d.log.line, d.threat.indicator.name);
const keyOfPlant = (p: PlantedSighting): string => keyOf(p.file, p.line, p.indicator);

beforeAll(async () => {
  truth = await generateExample(logs);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a hunt over the example", () => {
  let found: Document[];
  let inWindow: PlantedSighting[];

  beforeAll(() => {
    found = hunt("window", "--from", exampleArgs.from, "--to", exampleArgs.to);
    inWindow = truth.sightings.filter((s) => s.outside === undefined);
  });

  it("misses nothing and adds nothing", () => {
    const expected = new Set(inWindow.map(keyOfPlant));
    const got = new Set(found.map(keyOfDocument));
    expect([...expected].filter((key) => !got.has(key))).toEqual([]);
    expect([...got].filter((key) => !expected.has(key))).toEqual([]);
    expect(found.length).toBe(got.size);
  });

  it("judges every sighting as the answer sheet does: role, verdict, outcome, time, offset", () => {
    const bySheet = new Map(inWindow.map((s) => [keyOfPlant(s), s]));
    const wrong = found.flatMap((d) => {
      const plant = bySheet.get(keyOfDocument(d))!;
      const { role, verdict, outcome, reasons } = d.lookback;
      const faults = [
        role === plant.role ? [] : [`role ${role}, not ${plant.role}`],
        [plant.verdict, ...(plant.verdictAlso ?? [])].includes(verdict as "callout")
          ? []
          : [`verdict ${verdict}, not ${plant.verdict}`],
        [plant.outcome, ...(plant.outcomeAlso ?? [])].includes(outcome as "unknown")
          ? []
          : [`outcome ${outcome}, not ${plant.outcome}`],
        d["@timestamp"]?.slice(0, 19) === plant.timestamp?.slice(0, 19)
          ? []
          : [`time ${d["@timestamp"]}, not ${plant.timestamp}`],
        d.log.offset === plant.offset ? [] : [`offset ${d.log.offset}, not ${plant.offset}`],
      ].flat();
      return faults.length > 0
        ? [`${plant.case}: ${keyOfPlant(plant)}: ${faults.join("; ")} (${reasons.join("; ")})`]
        : [];
    });
    expect(wrong).toEqual([]);
  });

  it("finds what lies outside the window only when no window is asked for", () => {
    const all = new Set(hunt("open").map(keyOfDocument));
    expect(truth.sightings.filter((s) => s.outside !== undefined).length).toBeGreaterThan(0);
    expect(truth.sightings.map(keyOfPlant).filter((key) => !all.has(key))).toEqual([]);
    expect(all.size).toBe(truth.sightings.length);
  });

  it("gives the same bytes with one worker and with several", () => {
    for (const workers of ["1", "2", "5"]) {
      hunt(`w${workers}`, "--from", exampleArgs.from, "--to", exampleArgs.to, "--workers", workers);
      for (const file of ["sightings.jsonl", "findings.jsonl", "coverage.json"])
        expect(
          readFileSync(join(folder, `w${workers}`, file)).equals(readFileSync(join(folder, "window", file))),
          `${file}, ${workers} workers`,
        ).toBe(true);
    }
  });

  it("counts in its findings exactly what it reported", () => {
    const findings = readFileSync(join(folder, "window", "findings.jsonl"), "utf8")
      .split("\n")
      .filter(Boolean)
      .map((l) => JSON.parse(l) as { id: string; count: number });
    const counts = new Map<string, number>();
    for (const d of found) counts.set(d.lookback.finding, (counts.get(d.lookback.finding) ?? 0) + 1);
    expect(new Map(findings.map((f) => [f.id, f.count]))).toEqual(counts);
  });

  it("covers every file, each read to its end and recognised", () => {
    const coverage = JSON.parse(readFileSync(join(folder, "window", "coverage.json"), "utf8")) as {
      sources: { path: string; lines: number; bytes: number; complete: boolean; format: string }[];
    };
    const files = new Map(coverage.sources.map((s) => [s.path.slice(logs.length + 1), s]));
    for (const written of truth.files) {
      const source = files.get(written.path);
      expect(source, written.path).toBeDefined();
      expect([written.path, source!.lines, source!.bytes, source!.complete]).toEqual([
        written.path,
        written.lines,
        written.bytes,
        true,
      ]);
      // A serial console's capture is in no format and names no time: that is what it is there for.
      if (written.path === "hosts/lyon-srv2.console.txt") expect(source!.format).toBe("unrecognised");
      else expect(source!.format, written.path).not.toMatch(/fallback|unrecognised/);
    }
    expect(files.size).toBe(truth.files.length);
  });
});

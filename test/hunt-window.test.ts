/** Sightings against the validity of their indicator: counted, kept by --window, and next steps by verdict. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import { VERDICTS } from "../src/model/sighting.js";
import { NEXT_STEPS } from "../src/report/next-steps.js";

const folder = mkdtempSync(join(tmpdir(), "lookback-window-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const line = (time: string): string => `${time} gate sshd[7]: Invalid user test from 203.0.113.7 port 40022`;
writeFileSync(join(folder, "list.txt"), "203.0.113.7\n");
writeFileSync(
  join(folder, "gate.log"),
  [
    line("2021-01-10T00:00:00Z"),
    line("2021-03-10T00:00:00Z"),
    line("2021-03-11T00:00:00Z"),
    line("2021-06-10T00:00:00Z"),
    "a note on 203.0.113.7 without a time",
    "",
  ].join("\n"),
);

interface Told {
  windows: string[];
  summary: string;
  finding: Record<string, any>;
  manifest: Record<string, any>;
}

function hunt(...more: string[]): Told {
  const out = join(folder, "out");
  const args = [
    "hunt",
    "-i",
    join(folder, "list.txt"),
    "--no-warninglists",
    "--valid-from",
    "2021-03-01",
    "--valid-until",
    "2021-03-31",
  ];
  const summary = execFileSync(
    process.execPath,
    ["bin/lookback", ...args, ...more, "--force", "-o", out, join(folder, "gate.log")],
    {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  const lines = (file: string): Record<string, any>[] =>
    readFileSync(join(out, file), "utf8")
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text) as Record<string, any>);
  return {
    windows: lines("sightings.jsonl").map((one) => one["lookback"].window as string),
    summary: summary.replace(/\s+/g, " "),
    finding: lines("findings.jsonl")[0]!,
    manifest: JSON.parse(readFileSync(join(out, "manifest.json"), "utf8")) as Record<string, any>,
  };
}

describe("the event's time against the indicator's validity", () => {
  it("is counted in finding and summary", () => {
    const { windows, summary, finding } = hunt();
    expect(windows).toEqual(["before", "inside", "inside", "after", "unknown"]);
    expect(finding["windows"]).toEqual({ inside: 2, before: 1, after: 1 });
    expect(summary).toContain(
      "By the indicators' validity: 2 sightings inside, 1 before, 1 after, 1 undated or of open validity.",
    );
  });

  it.each([
    ["inside", ["inside", "inside", "unknown"], "2 others left out by --window."],
    ["before", ["before", "unknown"], "3 others left out by --window."],
    ["after", ["after", "unknown"], "3 others left out by --window."],
    ["any", ["before", "inside", "inside", "after", "unknown"], "1 undated or of open validity."],
  ])("keeps with --window %s those alone, and those of which it is not known", (window, kept, said) => {
    const { windows, summary, manifest } = hunt("--window", window);
    expect(windows).toEqual(kept);
    expect(summary).toContain(said);
    expect(manifest["counts"]).toMatchObject({ sightings: kept.length, other_validity: 5 - kept.length });
  });
});

describe("next steps", () => {
  it("stand with every verdict, the finding's own on the terminal, in findings.jsonl and on the page", () => {
    for (const verdict of VERDICTS) expect(NEXT_STEPS[verdict].length).toBeGreaterThanOrEqual(2);
    expect(NEXT_STEPS.callout.join(" ")).toMatch(/Isolate.*image.*Look for persistence/);
    const { summary, finding } = hunt();
    expect(finding["next_steps"]).toEqual(NEXT_STEPS.probe);
    expect(summary).toContain(`Next, for the worst (probe): - ${NEXT_STEPS.probe[0]}`);
    expect(readFileSync(join(folder, "out", "report.html"), "utf8")).toContain(`<li>${NEXT_STEPS.probe[0]}</li>`);
  });
});

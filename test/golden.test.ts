/**
 * Golden hunts: the real program over every format's fixture lines, compared byte for byte, with one worker and with several.
 * UPDATE_GOLDEN=1 rewrites the files; read the diff with your own eyes.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "lookback-golden-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function hunt(workers: string): string {
  const out = join(folder, workers);
  const args = [
    "hunt",
    "--no-warninglists",
    "-q",
    // The hashes change with every fixture, and tell nothing of the hunt.
    "--hash",
    "none",
    "-i",
    "test/golden/indicators.txt",
    "--year",
    "2021",
    "--valid-from",
    "2021-01-01",
    "--valid-until",
    "2021-12-31",
  ];
  execFileSync(
    process.execPath,
    ["bin/lookback", ...args, "--workers", workers, "-o", out, "test/fixtures/formats/*/*.log"],
    {
      stdio: "inherit",
    },
  );
  return out;
}

it.each(["1", "2", "7"])("a hunt over all formats' fixtures gives the golden files with --workers %s", (workers) => {
  const out = hunt(workers);
  for (const file of ["sightings.jsonl", "findings.jsonl"]) {
    const made = readFileSync(join(out, file), "utf8");
    if (process.env["UPDATE_GOLDEN"]) writeFileSync(join("test/golden", file), made);
    expect(made, file).toBe(readFileSync(join("test/golden", file), "utf8"));
  }
});

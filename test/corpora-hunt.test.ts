/** None of CERT-FR's 161 addresses occurs in the third-party logs: a sighting of one there is a false one. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, expect, it } from "vitest";

const corpora = "../shared/corpora";
const logs = ["crowdsec", "zeek", "elastic-apache2"].map((name) => join(corpora, name));
const there = logs.every((path) => existsSync(path));
if (!there) console.warn(`SKIPPED: the hunt over third-party logs needs ${corpora}`);

const folder = mkdtempSync(join(tmpdir(), "lookback-corpora-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function files(path: string): string[] {
  return statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => files(join(path, name))) : [path];
}

it.skipIf(!there)("a hunt with the real list over third-party logs sights nothing and covers every file", () => {
  const out = join(folder, "out");
  const list = join(corpora, "certfr-2021-ioc-003");
  execFileSync(process.execPath, ["bin/lookback", "hunt", "-q", "-i", list, "-o", out, ...logs], { stdio: "inherit" });
  expect(readFileSync(join(out, "sightings.jsonl"), "utf8")).toBe("");
  const { sources, totals } = JSON.parse(readFileSync(join(out, "coverage.json"), "utf8")) as {
    sources: { path: string; complete: boolean }[];
    totals: { recognised: number; sources: number };
  };
  expect(sources.map((s) => s.path).sort()).toEqual(logs.flatMap(files).sort());
  expect(sources.filter((s) => !s.complete)).toEqual([]);
  console.log(`sources in a known format: ${totals.recognised} of ${totals.sources}`);
});

/**
 * Writes the bundle's code cache: runs a hunt over lines of every format, so that what such a hunt runs is compiled, and keeps that.
 * Part of `npm run build`.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setFlagsFromString } from "node:v8";
import type { Script } from "node:vm";

import { CACHE_SUFFIX, loadBundled } from "../src/cli/code-cache.js";

const scripts = new Map<string, Script>();
const scratch = mkdtempSync(join(tmpdir(), "lookback-build-"));

process.on("exit", (code) => {
  rmSync(scratch, { recursive: true, force: true });
  if (code !== 0) return;
  // A cache holds for the flags that it was made with, and the hunt has changed this one.
  setFlagsFromString("--incremental-marking");
  for (const [path, script] of scripts) writeFileSync(path + CACHE_SUFFIX, script.createCachedData());
});

process.argv.splice(
  2,
  Infinity,
  "hunt",
  "--quiet",
  "--workers",
  "1",
  "--intel",
  "examples/intel",
  "-o",
  join(scratch, "out"),
  "test/fixtures/formats",
);
loadBundled(resolve("dist/lookback/program.cjs"), (path, script) => scripts.set(path, script));

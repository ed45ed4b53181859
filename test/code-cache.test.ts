/** The bundle's compiled code, kept beside it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Script } from "node:vm";
import { afterAll, expect, it } from "vitest";

import { CACHE_SUFFIX, loadBundled } from "../src/cli/code-cache.js";

const folder = mkdtempSync(join(tmpdir(), "lookback-cache-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

writeFileSync(
  join(folder, "part.cjs"),
  "globalThis.lookbackLoads = (globalThis.lookbackLoads ?? 0) + 1; exports.n = globalThis.lookbackLoads;\n",
);

/** What an entry exports, and which files' caches were refused. */
function load(name: string): { told: unknown; rejected: (boolean | undefined)[]; scripts: Map<string, Script> } {
  delete (globalThis as { lookbackLoads?: number }).lookbackLoads;
  const scripts = new Map<string, Script>();
  const { told } = loadBundled(join(folder, name), (path, script) => scripts.set(path, script)) as { told: unknown };
  return { told, rejected: [...scripts.values()].map((script) => script.cachedDataRejected), scripts };
}

it("runs files that require each other, each once, with a cache, without one, and with one of another make", () => {
  const source =
    'const { sep } = require("node:path"); exports.told = [sep, require("./part.cjs").n, require("./part.cjs").n];\n';
  writeFileSync(join(folder, "entry.cjs"), source);
  const told = ["/", 1, 1];
  const first = load("entry.cjs");
  expect(first).toMatchObject({ told, rejected: [undefined, undefined] });
  for (const [path, script] of first.scripts) writeFileSync(path + CACHE_SUFFIX, script.createCachedData());
  expect(load("entry.cjs")).toMatchObject({ told, rejected: [false, false] });
  // Of a file that this process has not compiled yet.
  writeFileSync(join(folder, "other.cjs"), `// other\n${source}`);
  writeFileSync(join(folder, "other.cjs") + CACHE_SUFFIX, Buffer.alloc(64, 1));
  expect(load("other.cjs")).toMatchObject({ told, rejected: [true, false] });
});

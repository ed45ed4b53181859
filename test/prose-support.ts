/** Short advisories on disk, and what they give. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { loadIntel } from "../src/intel/index.js";

const root = mkdtempSync(join(tmpdir(), "lookback-prose-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let counter = 0;
/** A file of its own with this content. */
export function file(content: string | Uint8Array, name = "advisory.dat"): string {
  const dir = join(root, String(counter++));
  mkdirSync(dir);
  writeFileSync(join(dir, name), content);
  return join(dir, name);
}

/** What a short advisory gives, as `type value`. */
export async function given(text: string, name = "advisory.txt"): Promise<string[]> {
  const set = await loadIntel([{ path: file(text, name), format: "prose" }]);
  return set.indicators.map(({ type, value }) => `${type} ${value}`);
}

/** Kernel and twin agree on every address in third-party log lines, where those are at hand. */
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { compile } from "../src/matcher/compile.js";
import { Kernel } from "../src/matcher/kernel.js";
import { indicator, kernelScan, twinScan } from "./matcher-helpers.js";

const CORPORA = resolve(process.cwd(), "../shared/corpora");
const FOLDERS = ["crowdsec", "elastic-apache2", "zeek", "maltrail", "misp-warninglists", "stix", "adversarial"];
/** Of each file: the twin is slow. */
const BYTES = 1 << 17;

const EVERYTHING = ["0.0.0.0/0", "::/0"].map((text) => indicator(text));
const EVERY_V4 = [indicator("0.0.0.0/0")];

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => resolve(folder, name))
    .filter((path) => statSync(path).isFile());
}

describe("third-party logs", () => {
  for (const folder of FOLDERS) {
    const path = resolve(CORPORA, folder);
    if (!existsSync(path)) {
      console.warn(`matcher-corpora: ${folder} is not at ../shared/corpora: skipped`);
      test.skip(`kernel and twin agree on ${folder} (absent: skipped)`, () => {});
      continue;
    }
    test(`kernel and twin agree on ${folder}`, { timeout: 120_000 }, () => {
      let hits = 0;
      for (const indicators of [EVERYTHING, EVERY_V4]) {
        const set = compile(indicators);
        const kernel = new Kernel(set, BYTES);
        for (const file of filesBelow(path)) {
          const bytes = readFileSync(file).subarray(0, BYTES);
          const found = kernelScan(kernel, bytes);
          expect(found, file).toEqual(twinScan(set, indicators, bytes));
          hits += found.hits.length;
        }
      }
      expect(hits).toBeGreaterThan(folder === "adversarial" ? -1 : 0);
    });
  }
});

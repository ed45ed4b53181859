/** Kernel and twin agree on every address and on tokens of each type in third-party log lines, where those are at hand. */
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { compile } from "../src/matcher/compile.js";
import { Kernel } from "../src/matcher/kernel.js";
import type { Indicator, IndicatorType } from "../src/model/indicator.js";
import { indicator, kernelScan, twinScan, typed } from "./matcher-helpers.js";

const CORPORA = resolve(process.cwd(), "../shared/corpora");
const FOLDERS = ["crowdsec", "elastic-apache2", "zeek", "maltrail", "misp-warninglists", "stix", "adversarial"];
/** Of each file: the twin is slow. */
const BYTES = 1 << 17;

const EVERYTHING = ["0.0.0.0/0", "::/0"].map((text) => indicator(text));
const EVERY_V4 = [indicator("0.0.0.0/0")];

/** Of each file, for sets of other types: the twin is slower still. */
const SOME_BYTES = 1 << 13;

const TOKENS: readonly [IndicatorType, RegExp][] = [
  ["domain-name", /(?<![\w.%-])(?:[a-z0-9_-]{1,40}\.){1,5}[a-z]{2,12}(?![\w.-])/gi],
  ["email-addr", /(?<![\w.+%-])[a-z0-9._-]{1,40}@[a-z0-9-]{1,40}\.[a-z]{2,12}(?![\w.-])/gi],
  ["file", /(?<![a-z0-9])(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?![a-z0-9])/gi],
  ["user-agent", /(?<=")[^"\\\n]{8,200}(?=")/g],
];

/** Tokens of each type that stand in the texts, found by other means than the matcher's. */
function tokensIn(texts: readonly string[]): Indicator[] {
  return TOKENS.flatMap(([type, form]) => {
    const found = new Set(texts.flatMap((text) => [...text.matchAll(form)].map((m) => m[0].toLowerCase())));
    const exact = new Set(texts.flatMap((text) => [...text.matchAll(form)].map((m) => m[0])));
    return [...(type === "user-agent" ? exact : found)].slice(0, 300).map((text) => typed(type, text));
  });
}

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

    test(`kernel and twin agree on tokens of each type in ${folder}`, { timeout: 120_000 }, () => {
      const texts = filesBelow(path).map((file) => readFileSync(file).subarray(0, SOME_BYTES));
      const indicators = tokensIn(texts.map((bytes) => bytes.toString("latin1")));
      const set = compile(indicators);
      const kernel = new Kernel(set, SOME_BYTES);
      const seen = new Set<number>();
      for (const bytes of texts) {
        const found = kernelScan(kernel, bytes);
        expect(found).toEqual(twinScan(set, indicators, bytes));
        for (const hit of found.hits) for (const i of set.slots[hit.slot]!) seen.add(i);
      }
      // Some of the texts between quotes are no whole fields.
      const missed = indicators.filter((one, i) => one.type !== "user-agent" && !seen.has(i));
      expect(missed.map((one) => one.value)).toEqual([]);
    });
  }
});

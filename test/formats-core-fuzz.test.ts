/** Logs are written by the adversary: nothing throws, nothing hangs, and a line parses alone as it does among others. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseObject } from "../src/formats/json-fields.js";
import { ENVELOPES, FORMATS } from "../src/formats/registry.js";
import type { LineContext } from "../src/formats/format.js";
import { corpusLines, fixtureLines, LINES, parserFor, random } from "./formats-core-support.js";
import { bend, mutate as mutateAmong } from "./mutate.js";

const SEEDS = [...LINES, ...corpusLines(), ...fixtureLines()];
const mutate = (line: string, next: () => number): string => mutateAmong(line, SEEDS, next);
const CONTEXT: LineContext = {
  path: "fuzz.log",
  firstLine: "",
  observed: ["203.0.113.7"],
  headerBefore: () => undefined,
  resolveTime: (time) => (time.kind === "instant" ? time.ms : undefined),
};

const OUTCOMES = new Set(["blocked", "refused", "unanswered", "established", "authenticated", "unknown"]);
const INITIATORS = new Set(["source", "destination", "unknown"]);

/** Text, numbers and truth values, in lists and objects. */
function isData(value: unknown): boolean {
  if (typeof value !== "object" || value === null)
    return typeof value !== "function" && !/\[native code\]/.test(String(value));
  return value !== Object.prototype && Object.values(value).every(isData);
}

describe("hostile lines", () => {
  it("parses 120,000 mutated lines without an exception, each to a complete answer", () => {
    const next = random(20210304);
    const parser = parserFor();
    for (let i = 0; i < 120_000; i++) {
      const line = mutate(SEEDS[Math.floor(next() * SEEDS.length)]!, next);
      const parsed = parser.parse(line, i);
      if (!parsed.format || !parsed.outcome || !parsed.initiator || !parsed.understood)
        expect.fail(`incomplete answer to ${JSON.stringify(line)}`);
      if (parsed.event.timestamp !== undefined && !Number.isFinite(parsed.event.timestamp))
        expect.fail(`bad time for ${JSON.stringify(line)}`);
    }
  });

  it("never lets a format or an envelope throw, asked directly", () => {
    const next = random(7);
    for (let i = 0; i < 6_000; i++) {
      const line = mutate(SEEDS[Math.floor(next() * SEEDS.length)]!, next);
      const record = parseObject(line);
      // An expectation for each would cost a hundred times what it asks.
      let asked = "";
      try {
        for (const format of FORMATS) {
          asked = format.id;
          format.parse(line, CONTEXT, undefined, record);
        }
        for (const envelope of ENVELOPES) {
          asked = envelope.id;
          envelope.unwrap(line, CONTEXT, record);
        }
      } catch (error) {
        expect.fail(`${asked}: ${String(error)}: ${JSON.stringify(line)}`);
      }
    }
  });

  it("never lets a format or an envelope throw at a record whose values are of another type", () => {
    const records = SEEDS.flatMap((line) => parseObject(line) ?? []);
    const json = [...FORMATS, ...ENVELOPES].filter((each) => each.json);
    fc.assert(
      fc.property(
        fc.constantFrom(...records),
        fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 6 }),
        fc.oneof(fc.jsonValue(), fc.constantFrom("constructor", "__proto__", "203.0.113.7", ",,,,,,,,,,,")),
        (record, picks, put) => {
          const bent = bend(record, picks, put) as Record<string, unknown>;
          const line = JSON.stringify(bent);
          for (const each of json)
            if ("parse" in each) each.parse(line, CONTEXT, undefined, bent);
            else each.unwrap(line, CONTEXT, bent);
        },
      ),
      { numRuns: 10_000 },
    );
  });

  it("takes no word of a log for a member of Object.prototype", () => {
    const parser = parserFor();
    for (const seed of SEEDS)
      for (const { index, 0: word } of [...seed.matchAll(/(?<![\w-])[A-Za-z_][\w-]*/g)].slice(0, 60))
        for (const put of ["constructor", "__proto__"]) {
          const line = seed.slice(0, index) + put + seed.slice(index + word.length);
          const parsed = parser.parse(line, 0);
          if (!OUTCOMES.has(parsed.outcome) || !INITIATORS.has(parsed.initiator) || !isData(parsed))
            expect.fail(`${parsed.format}: ${JSON.stringify(line)}`);
        }
  });

  it("parses random bytes", () => {
    const next = random(99);
    const parser = parserFor();
    for (let i = 0; i < 20_000; i++) {
      const bytes = Uint8Array.from({ length: Math.floor(next() * 120) }, () => Math.floor(next() * 256));
      expect(parser.parse(new TextDecoder().decode(bytes), i).understood).toBeDefined();
    }
  });
});

const N = 65_536;
const LONG: Readonly<Record<string, string>> = {
  spaces: " ".repeat(N),
  quotes: '"'.repeat(N),
  "equals signs": "=".repeat(N),
  "empty pairs": "a=".repeat(N / 2),
  "open quotes": 'k="'.repeat(N / 3),
  colons: ":".repeat(N),
  "half addresses": "f:".repeat(N / 2),
  "digits and dots": "1.".repeat(N / 2),
  "open braces": '{"a":'.repeat(N / 6) + "1" + "}".repeat(N / 6),
  "deep arrays": "[".repeat(N / 2) + "]".repeat(N / 2),
  "cut JSON": '{"a":"'.repeat(N / 6),
  "many JSON keys": `{${Array.from({ length: 4000 }, (_, i) => `"k${i}":"1.2.3.4"`).join(",")}}`,
  "XML elements": "<a>b</".repeat(N / 6),
  addresses: "203.0.113.7 ".repeat(N / 12),
  "phrases without an address": "from to a ".repeat(N / 10),
  backslashes: "\\".repeat(N),
  NULs: "\0".repeat(N),
  priorities: "<1>".repeat(N / 3),
  "structured data": `<1>1 2021-03-04T05:06:07Z a b c d [${'x y="'.repeat(N / 7)}`,
  "syslog in syslog": "Mar  4 05:06:07 h ".repeat(N / 18),
  times: "2021-03-04T05:06:07Z ".repeat(N / 21),
  months: "Mar 4 ".repeat(N / 6),
  "words of login": "login failed ".repeat(N / 13),
  "half words of login": "logged_".repeat(N / 7),
  colours: "\u001B[31m".repeat(N / 5),
  commas: ",".repeat(N),
  brackets: "[a] ".repeat(N / 4),
  "times that are none": "time=2024-01-15T125d7:1425:766d`.".repeat(N / 32),
  "CEF pairs": `CEF:0|${"a=b ".repeat(N / 4)}`,
};

describe("64 KiB lines made to be slow", () => {
  for (const [name, line] of Object.entries(LONG))
    it(`parses ${name} within 5 ms`, () => {
      const parser = parserFor();
      // The best of several runs: others share this machine.
      let best = Infinity;
      for (let run = 0; run < 12 && best > 5; run++) {
        const start = performance.now();
        parser.parse(line, 0);
        best = Math.min(best, performance.now() - start);
      }
      expect(best).toBeLessThanOrEqual(5);
    });
});

describe("mixed files", () => {
  it("parses interleaved lines as each parses alone", () => {
    const next = random(5);
    const shuffled = Array.from({ length: 2_000 }, () => SEEDS[Math.floor(next() * SEEDS.length)]!);
    const shared = parserFor();
    for (const line of shuffled) expect(shared.parse(line, 0)).toEqual(parserFor().parse(line, 0));
  });
});

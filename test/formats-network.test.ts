import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { networkFormats } from "./format-groups.js";
import { contextOf, parseFirst } from "./formats-network-context.js";

const FIXTURES = "test/fixtures/formats";

interface Fixture {
  format: string;
  log: string;
  golden: string;
  lines: string[];
}

/** `input.log` beside `events.json`, `input-v5.log` beside `events-v5.json`. */
const fixtures: Fixture[] = networkFormats.flatMap((format) =>
  readdirSync(join(FIXTURES, format.id))
    .filter((name) => /^input.*\.log$/.test(name))
    .map((name) => {
      const log = join(FIXTURES, format.id, name);
      const golden = join(FIXTURES, format.id, name.replace("input", "events").replace(".log", ".json"));
      return { format: format.id, log, golden, lines: readFileSync(log, "utf8").split("\n").filter(Boolean) };
    }),
);

describe("documented lines give the golden events", () => {
  for (const { format, log, golden, lines } of fixtures) {
    it(`${log}`, () => {
      const parsed = lines.map((line, i) => ({ line: i + 1, ...parseFirst(line, contextOf(lines, i, log)) }));
      const text = `[\n${parsed.map((entry) => JSON.stringify(entry)).join(",\n")}\n]\n`;
      if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(golden, text);
      expect(parsed.filter((entry) => entry.format !== format)).toEqual([]);
      expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(golden, "utf8")));
    });
  }
});

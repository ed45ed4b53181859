/**
 * Every format and envelope on its documented lines, through the whole line parser: `test/fixtures/formats/<id>/input*.log` beside
 * `events*.json`. UPDATE_GOLDEN=1 rewrites the goldens: read the diff.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LineParser } from "../src/formats/line-parser.js";
import { ENVELOPES, FORMATS } from "../src/formats/registry.js";
import type { ParsedLine } from "../src/model/event.js";
import { networkFormats, serviceFormats } from "./format-groups.js";

const FIXTURES = "test/fixtures/formats";
/** Held by formats-network.test.ts and formats-services.test.ts. */
const ELSEWHERE = new Set([...networkFormats, ...serviceFormats].map(({ id }) => id));

interface Fixture {
  id: string;
  log: string;
  golden: string;
}

const IDS = [...FORMATS, ...ENVELOPES].map(({ id }) => id).filter((id) => !ELSEWHERE.has(id));
const fixtures: Fixture[] = readdirSync(FIXTURES)
  .filter((id) => !ELSEWHERE.has(id))
  .flatMap((id) =>
    readdirSync(join(FIXTURES, id))
      .filter((name) => /^input.*\.log$/.test(name))
      .map((name) => ({
        id,
        log: join(FIXTURES, id, name),
        golden: join(FIXTURES, id, name.replace("input", "events").replace(".log", ".json")),
      })),
  );

/** As the hunt parses a file, with UTC for local times and 2021 for a missing year. */
export function parseFile(path: string): { line: number; parsed: ParsedLine }[] {
  const lines = readFileSync(path, "utf8").replace(/\n$/, "").split("\n");
  const parser = new LineParser(
    {
      path,
      firstLine: lines[0] ?? "",
      headerBefore: (prefix, offset) => lines.slice(0, offset + 1).findLast((line) => line.startsWith(prefix)),
      mtimeMs: Date.UTC(2021, 11, 31),
    },
    {},
  );
  return lines.flatMap((line, i) => (line === "" ? [] : [{ line: i + 1, parsed: parser.parse(line, i) }]));
}

describe("documented lines give the golden events", () => {
  it("every format has fixtures", () => {
    const missing = IDS.filter((id) => !existsSync(join(FIXTURES, id)));
    expect(missing).toEqual([]);
  });

  it.each(fixtures)("$log", ({ id, log, golden }) => {
    const read = parseFile(log);
    const own = read.filter(({ parsed }) => parsed.format.split(">").includes(id));
    // Header and comment lines may belong to nobody.
    const lines = readFileSync(log, "utf8").split("\n");
    const foreign = read.filter(
      ({ line, parsed }) => !own.some((o) => o.line === line) && parsed.understood === "format",
    );
    expect(foreign.map(({ line, parsed }) => `${parsed.format}: ${lines[line - 1]}`)).toEqual([]);
    expect(own.length).toBeGreaterThan(0);
    const text = `[\n${read.map(({ line, parsed }) => JSON.stringify({ line, ...parsed })).join(",\n")}\n]\n`;
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(golden, text);
    expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(golden, "utf8")));
  });
});

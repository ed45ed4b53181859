/**
 * Scanning a file in blocks and ranges finds what a walk over its lines finds: same lines, numbers and offsets, wherever blocks
 * and ranges are cut and however long the lines are.
 */
import { batchOf } from "../src/hunt/batch.js";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

import { shareIndicators } from "../src/hunt/indicator-table.js";
import type { Task } from "../src/hunt/plan.js";
import { scanTask } from "../src/hunt/scan-task.js";
import type { LogResult } from "../src/hunt/task-result.js";
import { scanEnvironment, type ScanSetup } from "../src/hunt/worker.js";
import { loadIntel } from "../src/intel/index.js";
import { compile } from "../src/matcher/compile.js";
import { DEFAULT_OWN } from "../src/triage/own.js";

const folder = mkdtempSync(join(tmpdir(), "lookback-scan-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BLOCK = 4096;
const listed = ["203.0.113.7", "198.51.100.9", "2001:db8::7"];
writeFileSync(join(folder, "list"), listed.join("\n"));
const { indicators } = await loadIntel([join(folder, "list")]);
const { slots, ...compiled } = compile(indicators);
const setup: ScanSetup = {
  compiled,
  indicators: shareIndicators(indicators, slots),
  own: { cidrs: DEFAULT_OWN, stated: false },
  parser: {},
  settings: {},
  stop: new SharedArrayBuffer(4),
  counters: new SharedArrayBuffer(16),
};

interface Seen {
  line: number;
  offset: number;
  indicator: string;
}

/** Runs the ranges one after the other, as the collector puts them together. */
async function scan(
  path: string,
  size: number,
  cuts: readonly number[],
): Promise<{ seen: Seen[]; results: LogResult[] }> {
  const seen: Seen[] = [];
  const results: LogResult[] = [];
  let base = 0;
  const env = scanEnvironment(
    setup,
    (s) => ({ head: `${s.log.offset} ${s.indicator.name}`, tail: "" }),
    (_task, bytes) => {
      const { text, ends, lines } = batchOf(bytes);
      lines.forEach((line, i) => {
        const head = Buffer.from(text.subarray(i === 0 ? 0 : ends[2 * i - 1], ends[2 * i])).toString("utf8");
        const [offset, indicator] = head.split(" ") as [string, string];
        seen.push({ line: base + line + 1, offset: Number(offset), indicator });
      });
    },
    BLOCK,
  );
  const ref = { path, size, mtimeMs: 0, seekable: true };
  const edges = [0, ...cuts, Number.MAX_SAFE_INTEGER];
  const tasks: Task[] =
    cuts.length === 0
      ? [{ id: 0, source: 0, ref }]
      : edges.slice(0, -1).map((start, id) => ({ id, source: 0, ref, range: { start, end: edges[id + 1]! } }));
  for (const task of tasks) {
    const result = await scanTask(task, env);
    results.push(...result.logs);
    base += result.logs.reduce((sum, log) => sum + log.newlines, 0);
  }
  return { seen, results };
}

/** Obviously right. An indicator met several times in a line is one sighting. */
function oracle(bytes: Buffer): { seen: Seen[]; lines: number } {
  const seen: Seen[] = [];
  let offset = 0;
  const lines = bytes.toString("latin1").split("\n");
  lines.forEach((line, i) => {
    const met = new Set<string>();
    for (const m of line.matchAll(/(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|2001:db8::7)(?![\w.:])/g))
      if (listed.includes(m[0]) && !met.has(m[0])) {
        met.add(m[0]);
        seen.push({ line: i + 1, offset, indicator: m[0] });
      }
    offset += line.length + 1;
  });
  return { seen, lines: lines.length - (lines.at(-1) === "" ? 1 : 0) };
}

const word = fc.constantFrom(
  ...listed,
  ...listed,
  "203.0.113.70",
  "9203.0.113.7",
  "x",
  "some text",
  "10.0.0.1",
  "2001:db8::77",
  "|",
  "1.2.3",
);
const line = fc.oneof(
  { weight: 6, arbitrary: fc.array(word, { maxLength: 8 }).map((words) => words.join(" ")) },
  // Longer than a block, and several: hits before, across and behind each block's end.
  {
    weight: 1,
    arbitrary: fc
      .array(fc.tuple(fc.integer({ min: 0, max: 3000 }), word), { minLength: 1, maxLength: 6 })
      .map((parts) => parts.map(([pad, w]) => `${".".repeat(pad)} ${w}`).join(" ")),
  },
);
const content = fc
  .tuple(fc.array(line, { maxLength: 40 }), fc.boolean())
  .map(([lines, ended]) => Buffer.from(lines.join("\n") + (ended ? "\n" : "")));

/** Anywhere, or within a byte of a line's end, where ranges meet most tightly. */
const cut = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  near: fc.option(fc.integer({ min: -1, max: 2 })),
});
function place(bytes: Buffer, { at, near }: { at: number; near: number | null }): number {
  const position = Math.floor(at * bytes.length);
  return near === null ? position : bytes.indexOf("\n", position) + near;
}

describe("scanning in blocks and ranges", () => {
  it("finds the same sightings as a walk over the lines, at any cut", async () => {
    let n = 0;
    await fc.assert(
      fc.asyncProperty(content, fc.array(cut, { maxLength: 5 }), async (bytes, at) => {
        const path = join(folder, `log${n++ % 4}`);
        writeFileSync(path, bytes);
        const cuts = [...new Set(at.map((c) => place(bytes, c)))]
          .filter((c) => c > 0 && c < bytes.length)
          .sort((a, b) => a - b);
        const { seen, results } = await scan(path, bytes.length, cuts);
        const expected = oracle(bytes);
        expect(seen).toEqual(expected.seen);
        expect(results.reduce((sum, r) => sum + r.lines, 0)).toBe(expected.lines);
        expect(results.reduce((sum, r) => sum + r.bytes, 0)).toBe(bytes.length);
        expect(results.reduce((sum, r) => sum + r.hits, 0)).toBe(expected.seen.length);
      }),
      { numRuns: 400 },
    );
  });

  it("gives each record of a line its own sightings, however records and blocks lie", async () => {
    const filler = fc.integer({ min: 0, max: 3000 }).map((n) => ".".repeat(n));
    const record = fc
      .array(fc.tuple(fc.oneof({ weight: 5, arbitrary: fc.constant("") }, filler), word), { maxLength: 4 })
      .map((parts) => ({ text: parts.map(([pad, w]) => `${pad} ${w}`).join(" "), tail: { a: ["}{", '"', "\\"] } }));
    const records = fc.array(record, { minLength: 1, maxLength: 12 });
    const head = fc.constantFrom('{"Records":[', "[", "");
    let n = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(head, records), { minLength: 1, maxLength: 4 }), async (lines) => {
        const path = join(folder, `records${n++ % 4}`);
        const written = lines.map(([start, list]) => {
          const texts = list.map((r) => JSON.stringify(r));
          return start === "" ? texts.join("") : `${start}${texts.join(",")}${start === "[" ? "]" : "]}"}`;
        });
        writeFileSync(path, written.join("\n"));
        const size = Buffer.byteLength(written.join("\n"));
        const expected: Seen[] = [];
        let offset = 0;
        lines.forEach(([, list], i) => {
          for (const { text } of list)
            for (const { indicator } of oracle(Buffer.from(text)).seen)
              expected.push({ line: i + 1, offset, indicator });
          offset += written[i]!.length + 1;
        });
        const { seen, results } = await scan(path, size, []);
        expect(seen).toEqual(expected);
        expect(results[0]!.bytes).toBe(size);
        expect(results[0]!.lines).toBe(lines.length);
      }),
      { numRuns: 400 },
    );
  });

  it("finds the same in the file's gzip twin", async () => {
    await fc.assert(
      fc.asyncProperty(content, async (bytes) => {
        const path = join(folder, "log.gz");
        const stored = gzipSync(bytes);
        writeFileSync(path, stored);
        const { seen, results } = await scan(path, stored.length, []);
        expect(seen).toEqual(oracle(bytes).seen);
        expect(results[0]!.bytes).toBe(bytes.length);
      }),
      { numRuns: 100 },
    );
  });
});

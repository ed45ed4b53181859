/** The terminal's tables. */
import { expect, test } from "vitest";
import { table } from "../src/cli/table.js";

const COLUMNS = [
  ["name", (n: number) => `host-${n}.example`],
  ["nothing", () => ""],
  ["count", (n: number) => String(n)],
] as const;

test("hundreds of thousands of rows are laid out like the first ones, in a moment", () => {
  const rows = Array.from({ length: 300_000 }, (_, i) => 100_000 + i);
  const started = process.cpuUsage();
  const lines = table(COLUMNS, rows).split("\n");
  expect(process.cpuUsage(started).user / 1e6).toBeLessThan(10);
  expect(lines).toHaveLength(300_001);
  expect(lines[0]).toBe(" name                   count  ");
  expect(lines[1]).toBe(" host-100000.example    100000 ");
  expect(lines[300_000]).toBe(" host-399999.example    399999 ");
  expect(new Set(lines.map((line) => line.length))).toEqual(new Set([31]));
});

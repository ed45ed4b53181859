/** Coverage by day from a few sampled lines. */
import { describe, expect, it } from "vitest";

import { DaySampler } from "../src/hunt/sampler.js";

const line = (day: number): string =>
  `2021-03-${String(day).padStart(2, "0")}T00:00:00Z some log text of a usual length, to fill the block\n`;

function sample(text: string, atHead: boolean): { days: Record<string, number>; asked: number; sampler: DaySampler } {
  const region = Buffer.from(text);
  const lines = text.split("\n").length - 1;
  const sampler = new DaySampler();
  let asked = 0;
  sampler.block(region, lines, atHead, (at) => {
    asked++;
    const time = Date.parse(region.toString("latin1", at, at + 20));
    return Number.isNaN(time) ? undefined : time;
  });
  return { days: sampler.days, asked, sampler };
}

describe("coverage by day", () => {
  it("counts all lines to their days, within a few lines at each midnight", () => {
    const counts = [4000, 1, 3000, 5000];
    const { days, asked } = sample(counts.map((n, i) => line(i + 1).repeat(n)).join(""), false);
    expect(Object.values(days).reduce((a, b) => a + b)).toBe(12_001);
    expect(Math.abs(days["2021-03-01"]! - 4000)).toBeLessThanOrEqual(16);
    expect(Math.abs(days["2021-03-03"]! - 3000)).toBeLessThanOrEqual(33);
    expect(Math.abs(days["2021-03-04"]! - 5000)).toBeLessThanOrEqual(16);
    expect(asked).toBeLessThan(80);
  });

  it("reads two lines of a block that lies within one day", () => {
    const { days, asked } = sample(line(7).repeat(10_000), false);
    expect(days).toEqual({ "2021-03-07": 10_000 });
    expect(asked).toBe(2);
  });

  it("reads one line of a block that goes on where the last one ended, and more where it does not", () => {
    const sampler = new DaySampler();
    const asked = (text: string): number => {
      const region = Buffer.from(text);
      let n = 0;
      sampler.block(region, text.split("\n").length - 1, false, (at) => {
        n++;
        return Date.parse(region.toString("latin1", at, at + 20));
      });
      return n;
    };
    expect(asked(line(7).repeat(1000))).toBe(2);
    expect(asked(line(7).repeat(1000))).toBe(1);
    expect(asked(line(7).repeat(999) + line(8))).toBeGreaterThan(5);
    expect(asked(line(8).repeat(1000))).toBe(1);
    // Back by a day, between the blocks: both ends are read, and the jump is told.
    expect(asked(line(7).repeat(1000))).toBe(2);
    expect(sampler.days).toEqual({ "2021-03-07": 3999, "2021-03-08": 1001 });
    expect(sampler.jumps).toMatchObject([{ before: Date.UTC(2021, 2, 8), after: Date.UTC(2021, 2, 7) }]);
  });

  it("counts a last line without its line end, and leaves undated lines out", () => {
    expect(sample(line(7).trimEnd(), true).days).toEqual({ "2021-03-07": 1 });
    expect(sample("no time here\nnor here\n", true).days).toEqual({});
  });

  it("knows the first and the last time met", () => {
    const { sampler } = sample(line(5).repeat(10) + line(9).repeat(10), true);
    expect([sampler.first, sampler.last]).toEqual([Date.UTC(2021, 2, 5), Date.UTC(2021, 2, 9)]);
  });
});

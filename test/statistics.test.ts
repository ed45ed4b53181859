/** The exact test of the background check, against values known from elsewhere and against counting every outcome. */
import fc from "fast-check";
import { expect, it } from "vitest";

import { binomialTail, upperTail } from "../src/hunt/statistics.js";

it("gives the binomial's upper tail", () => {
  expect(binomialTail(10, 8, 0.5)).toBeCloseTo(56 / 1024, 15);
  expect(binomialTail(10, 10, 0.5)).toBeCloseTo(1 / 1024, 15);
  expect(binomialTail(5, 1, 0.2)).toBeCloseTo(1 - 0.8 ** 5, 15);
  // R: pbinom(14, 20, 0.5, lower.tail = FALSE); pbinom(59, 100, 0.5, lower.tail = FALSE)
  expect(binomialTail(20, 15, 0.5)).toBeCloseTo(0.020694732666015625, 15);
  expect(binomialTail(100, 60, 0.5)).toBeCloseTo(0.02844396682049, 12);
});

it("knows the ends: at least none is certain, more than all is impossible", () => {
  expect([binomialTail(7, 0, 0.3), binomialTail(7, 8, 0.3), binomialTail(0, 0, 0.5), binomialTail(0, 1, 0.5)]).toEqual([
    1, 0, 1, 0,
  ]);
});

it("keeps its accuracy where the tail is tiny, and at a thousand trials", () => {
  expect(binomialTail(101, 101, 0.5) / 2 ** -101).toBeCloseTo(1, 12);
  expect(binomialTail(1000, 1000, 0.5) / 2 ** -1000).toBeCloseTo(1, 10);
  expect(binomialTail(1001, 501, 0.5)).toBeCloseTo(0.5, 12);
});

it("adds up every outcome where each trial has its own chance", () => {
  expect(upperTail([1 / 2, 1 / 3], 1)).toBeCloseTo(2 / 3, 15);
  expect(upperTail([1 / 2, 1 / 3], 2)).toBeCloseTo(1 / 6, 15);
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 9 }), fc.nat(10), (chances, k) => {
      let sum = 0;
      for (let outcome = 0; outcome < 2 ** chances.length; outcome++) {
        const hits = chances.map((_, i) => (outcome >> i) & 1);
        if (hits.reduce((a, b) => a + b, 0) >= k)
          sum += chances.reduce((p, chance, i) => p * (hits[i] ? chance : 1 - chance), 1);
      }
      expect(upperTail(chances, k)).toBeCloseTo(sum, 10);
    }),
  );
});

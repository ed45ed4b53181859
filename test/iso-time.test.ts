import fc from "fast-check";
import { expect, it } from "vitest";

import { isoTime } from "../src/model/iso-time.js";

it("writes times as Date does, in any order and of any year", () => {
  const time = fc.oneof(
    fc.date({ noInvalidDate: true }).map((date) => date.getTime()),
    fc.integer({ min: Date.UTC(1999, 11, 30), max: Date.UTC(2000, 0, 3) }),
    fc.integer({ min: Date.UTC(2021, 1, 27), max: Date.UTC(2021, 2, 2) }),
    fc.integer({ min: Date.UTC(2099, 11, 30), max: Date.UTC(2100, 0, 3) }),
    fc.double({ min: Date.UTC(2021, 1, 27), max: Date.UTC(2021, 2, 2), noNaN: true }),
  );
  fc.assert(
    fc.property(time, (ms) => isoTime(ms) === new Date(ms).toISOString()),
    { numRuns: 5000 },
  );
});

it("takes nothing that is no time", () => {
  for (const ms of [NaN, Infinity, 8.64e15 + 1]) expect(() => isoTime(ms)).toThrow(RangeError);
});

/** Header lines are found for any line, whether the file is searched backwards or passes by as a stream. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

import { FileHeaders, StreamHeaders } from "../src/hunt/headers.js";

const folder = mkdtempSync(join(tmpdir(), "lookback-headers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Obviously right: walks all lines. */
function slow(lines: readonly string[], prefix: string, index: number): string | undefined {
  return lines.slice(0, index + 1).findLast((line) => line.startsWith(prefix));
}

function offsets(lines: readonly string[]): number[] {
  let at = 0;
  return lines.map((line) => {
    const start = at;
    at += Buffer.byteLength(line) + 1;
    return start;
  });
}

describe("headers", () => {
  const kinds = fc.constantFrom(
    "#Fields: a b",
    "#Fields: c d e",
    "#fields\tx",
    "#Software: y",
    "data #Fields: no header",
    "1.2.3.4 GET",
    "",
  );

  it("are the nearest at or before the line, in any order of asking", () => {
    fc.assert(
      fc.property(
        fc.array(kinds, { minLength: 1, maxLength: 60 }),
        fc.array(fc.nat(59), { minLength: 1, maxLength: 20 }),
        (lines, asked) => {
          const path = join(folder, "log");
          writeFileSync(path, lines.join("\n"));
          const starts = offsets(lines);
          const headers = new FileHeaders(path);
          try {
            for (const i of asked.filter((n) => n < lines.length))
              for (const prefix of ["#Fields:", "#fields"])
                expect(headers.before(prefix, starts[i]!)).toBe(slow(lines, prefix, i));
          } finally {
            headers.close();
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("are found across more than one chunk of the file, and only at a line's start", () => {
    const path = join(folder, "large");
    const filler = "x".repeat(999);
    const lines = [
      "#Fields: first",
      ...Array.from({ length: 1500 }, () => filler),
      "#Fields: second",
      ...Array.from({ length: 700 }, () => `${filler}#Fields: inside`),
    ];
    writeFileSync(path, `${lines.join("\n")}\n`);
    const starts = offsets(lines);
    const headers = new FileHeaders(path);
    expect(headers.before("#Fields:", starts[1400]!)).toBe("#Fields: first");
    expect(headers.before("#Fields:", starts[1501]!)).toBe("#Fields: second");
    expect(headers.before("#Fields:", starts.at(-1)!)).toBe("#Fields: second");
    expect(headers.before("#Fields:", starts[3]!)).toBe("#Fields: first");
    expect(headers.before("#none", starts.at(-1)!)).toBeUndefined();
    headers.close();
  });

  it("of a stream that begins with one are kept as blocks pass, and a later one does not reach back", () => {
    fc.assert(
      fc.property(fc.array(kinds, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (tail, size) => {
        const lines = ["#Software: y", ...tail];
        const starts = offsets(lines);
        const headers = new StreamHeaders();
        for (let i = 0; i < lines.length; i += size) {
          headers.observe(Buffer.from(`${lines.slice(i, i + size).join("\n")}\n`), starts[i]!);
          for (let j = i; j < Math.min(lines.length, i + size); j++)
            expect(headers.before("#Fields:", starts[j]!)).toBe(slow(lines, "#Fields:", j));
        }
      }),
    );
  });

  it("of a stream that begins with none hold for the lines of their block", () => {
    fc.assert(
      fc.property(fc.array(kinds, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (tail, size) => {
        const lines = ["plain".repeat(LONGER_THAN_THE_HEAD), ...tail];
        const starts = offsets(lines);
        const headers = new StreamHeaders();
        for (let i = 0; i < lines.length; i += size) {
          const block = lines.slice(i, i + size);
          headers.observe(Buffer.from(`${block.join("\n")}\n`), starts[i]!);
          const places = [...block.keys()];
          // Asked once more from the end: what was found for a later line says nothing of an earlier one.
          for (const j of [...places, ...places.toReversed()])
            expect(headers.before("#Fields:", starts[i + j]!)).toBe(slow(block, "#Fields:", j));
        }
      }),
    );
  });
});

const LONGER_THAN_THE_HEAD = 20_000;

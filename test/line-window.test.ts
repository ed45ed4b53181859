/** The window over a log's text against plain splitting, whatever the reads come in. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { findLines } from "../src/hunt/find-lines.js";
import { holds } from "../src/hunt/evidence-text.js";
import { keptText } from "../src/triage/findings.js";
import { LineWindow } from "../src/sources/line-window.js";
import type { ByteReader } from "../src/sources/source.js";

/** Gives the text in reads of at most so many bytes. */
function readerOf(text: Buffer, most: number): ByteReader {
  let at = 0;
  return {
    container: "plain",
    encoding: "utf-8",
    errors: [],
    consumed: 0,
    read(into) {
      const got = text.copy(into, 0, at, Math.min(text.length, at + Math.min(most, into.length)));
      at += got;
      return got;
    },
    originalOffset: (position) => position,
    close: () => Promise.resolve(),
  };
}

const line = fc.stringMatching(/^[a-c ]{0,12}$/);
const strings = (lines: readonly Buffer[]): string[] => lines.map(String);

describe("the window", () => {
  it("gives the line at every place, its number and its neighbours", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 30 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 4 }),
        async (lines, ended, most, context) => {
          const text = lines.join("\n") + (ended ? "\n" : "");
          const window = new LineWindow(readerOf(Buffer.from(text), most));
          let offset = 0;
          for (const [i, one] of lines.entries()) {
            if (offset < text.length) {
              expect(await window.seek(offset)).toBe(true);
              expect([window.atLineStart, window.number, String(window.line)]).toEqual([true, i + 1, one]);
              expect(strings(window.before(context))).toEqual(lines.slice(Math.max(0, i - context), i));
              // A last line without bytes and without an end is no line.
              const after = ended || lines.at(-1) !== "" ? lines.slice(i + 1) : lines.slice(i + 1, -1);
              expect(strings(window.after(context))).toEqual(after.slice(0, context));
            }
            offset += one.length + 1;
          }
          expect(await window.seek(text.length)).toBe(false);
        },
      ),
    );
  });

  it("goes through a log of many windows, and through lines longer than one", async () => {
    const short = Array.from({ length: 60_000 }, (_, i) => `line ${i} ${"x".repeat(i % 90)}`);
    const long = `${"y".repeat(3_000_000)}NEEDLE${"z".repeat(2_000_000)}`;
    const lines = [...short, long, ...short];
    const window = new LineWindow(readerOf(Buffer.from(lines.join("\n")), 1 << 20));
    let offset = 0;
    for (const [i, one] of lines.entries()) {
      if (i % 7919 === 0 || one === long) {
        expect(await window.seek(offset)).toBe(true);
        expect([window.atLineStart, window.number]).toEqual([true, i + 1]);
        if (one === long) {
          expect(window.line).toBeUndefined();
          const pieces: string[] = [];
          for await (const piece of window.pieces(1000)) pieces.push(String(piece));
          expect(
            pieces[0]! +
              pieces
                .slice(1)
                .map((piece) => piece.slice(1000))
                .join(""),
          ).toBe(long);
        } else expect(String(window.line)).toBe(one);
      }
      offset += one.length + 1;
    }
  });
});

it("looks for whole lines only, and tells the first place", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 30 }),
      line,
      fc.integer({ min: 1, max: 50 }),
      async (lines, one, most) => {
        const found = await findLines(readerOf(Buffer.from(lines.join("\n")), most), [one]);
        const i = one === "" ? -1 : lines.indexOf(one);
        const place = { offset: lines.slice(0, i).join("").length + i, line: i + 1 };
        expect([...found]).toEqual(i < 0 ? [] : [[one, place]]);
      },
    ),
  );
});

it("a line holds what was kept of it, and no longer when one of the kept characters changed", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9000 }),
      fc.integer({ min: 0, max: 9000 }),
      fc.constantFrom("é", "…", "x"),
      (a, b, c) => {
        const text = `${c.repeat(a)}203.0.113.7${c.repeat(b)}`;
        const kept = keptText(text, "203.0.113.7");
        expect(kept).toContain("203.0.113.7");
        expect(kept.length).toBeLessThanOrEqual(4098);
        expect(holds({ original: kept }, text)).toBe(true);
        expect(holds({ original: kept }, text.replace("113.7", "113.8"))).toBe(false);
      },
    ),
    // One character over the limit, the address at one of the ends.
    {
      examples: [
        [4086, 0, "…"],
        [0, 4086, "…"],
      ],
    },
  );
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openReader } from "../src/sources/open.js";
import { readAll, readBytes, refTo, temporaryFolder } from "./sources-support.js";

const folder = temporaryFolder();

function encode(text: string, bigEndian: boolean): Buffer {
  const bytes = Buffer.from(text, "utf16le");
  return bigEndian ? bytes.swap16() : bytes;
}

/** For every code point: where it starts in UTF-8 and in UTF-16, one at a time. Lone surrogates become U+FFFD. */
function slowOracle(text: string): { utf8: Buffer; starts: Map<number, number> } {
  const starts = new Map<number, number>();
  const parts: Buffer[] = [];
  let utf8 = 0;
  let utf16 = 0;
  for (const character of text) {
    starts.set(utf8, utf16);
    const code = character.codePointAt(0) ?? 0;
    const bytes = Buffer.from(code >= 0xd800 && code <= 0xdfff ? "\ufffd" : character);
    parts.push(bytes);
    utf8 += bytes.length;
    utf16 += character.length * 2;
  }
  starts.set(utf8, utf16);
  return { utf8: Buffer.concat(parts), starts };
}

const PREFIX = "a plain first line, long enough to be known for UTF-16 by its zero bytes\n".repeat(60);
const MIXED = "src=203.0.113.7 münchen 東京 😀 end\n";

describe("UTF-16", () => {
  it.each([
    ["little endian with a mark", "\ufeff", false],
    ["big endian with a mark", "\ufeff", true],
    ["little endian without", "", false],
    ["big endian without", "", true],
  ])("%s becomes UTF-8, with the way back to every offset", async (_, mark, bigEndian) => {
    const text = mark + PREFIX + MIXED.repeat(5000);
    const { utf8, starts } = slowOracle(text);
    const { bytes, errors, reader } = await readBytes(folder, encode(text, bigEndian), { window: 1 << 22 });
    expect(bytes.equals(utf8)).toBe(true);
    expect(errors).toEqual([]);
    expect(reader.encoding).toBe(bigEndian ? "utf-16be" : "utf-16le");
    expect([...starts].filter(([position, offset]) => reader.originalOffset(position) !== offset)).toEqual([]);
  });

  it("is decoded inside gzip", async () => {
    const text = `\ufeff${MIXED.repeat(5000)}`;
    const { bytes, codes, reader } = await readBytes(folder, gzipSync(encode(text, false)));
    expect(bytes.equals(Buffer.from(text))).toBe(true);
    expect(codes).toEqual([]);
    expect([reader.container, reader.encoding]).toEqual(["gzip", "utf-16le"]);
  });

  it("keeps surrogate pairs that block borders split, at every phase", async () => {
    for (let phase = 0; phase < 4; phase++) {
      const text = `\ufeff${"x".repeat(phase)}${"😀".repeat(40_000)}`;
      const { bytes } = await readBytes(folder, encode(text, phase % 2 === 1));
      expect(bytes.equals(Buffer.from(text))).toBe(true);
    }
  });

  it("turns lone surrogates and a last odd byte into U+FFFD", async () => {
    const text = "\ufeffa\ud83d b\ude00\ude00\ud83dc\ud83d";
    const { bytes } = await readBytes(folder, encode(text, false));
    expect(bytes.toString()).toBe("\ufeffa\ufffd b\ufffd\ufffd\ufffdc\ufffd");
    const odd = await readBytes(folder, Buffer.concat([encode("\ufeffab", false), Buffer.from([0x41])]));
    expect(odd.bytes.toString()).toBe("\ufeffab\ufffd");
    expect(odd.reader.originalOffset(odd.bytes.length)).toBe(7);
  });

  it("agrees with a slow oracle on any text, for questions in any order", async () => {
    const unit = fc.oneof(
      fc.constantFrom("a", "\n", "é", "中", "😀", "\ud83d", "\ude00"),
      fc.string({ unit: "binary", maxLength: 3 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(unit, { maxLength: 200 }),
        fc.boolean(),
        fc.integer({ min: 4, max: 300 }),
        async (units, big, size) => {
          const text = `\ufeff${units.join("")}`;
          const { utf8, starts } = slowOracle(text);
          const { bytes, reader } = await readBytes(folder, encode(text, big), {}, size);
          expect(bytes.equals(utf8)).toBe(true);
          for (const [position, offset] of [...starts].toReversed())
            expect(reader.originalOffset(position)).toBe(offset);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("answers within the window while it reads", async () => {
    const text = `\ufeff${MIXED.repeat(50_000)}`;
    const path = join(folder, "window.log");
    writeFileSync(path, encode(text, false));
    const { starts } = slowOracle(text);
    const window = 100_000;
    const reader = await openReader(refTo(path), { window });
    const block = new Uint8Array(30_000);
    let end = 0;
    for (let got = await reader.read(block); got > 0; got = await reader.read(block)) {
      end += got;
      for (let position = Math.max(0, end - window); position < end; position += 997) {
        let start = position;
        while (!starts.has(start)) start++;
        if (reader.originalOffset(start) !== starts.get(start)) expect.fail(`position ${start}`);
      }
    }
    expect((await readAll(reader)).codes).toEqual([]);
  });
});

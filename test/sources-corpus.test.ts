/** Every row of the third-party gzip corpus's MANIFEST.tsv. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readFileSource } from "./sources-support.js";

const CORPUS = join(process.cwd(), "../shared/corpora/adversarial/gzip_generated");
const present = existsSync(join(CORPUS, "MANIFEST.tsv"));
if (!present) console.warn(`SKIPPED: the gzip corpus is not at ${CORPUS}`);

interface Expected {
  /** Lines, a last one without newline included. */
  lines: number | { from: number; to: number };
  codes: readonly string[];
  also?: (bytes: Buffer, ok: Buffer) => void;
  maxExpandedBytes?: number;
}

const same = (bytes: Buffer, ok: Buffer): void => expect(bytes.equals(ok)).toBe(true);
const prefix = (bytes: Buffer, ok: Buffer): void => expect(ok.subarray(0, bytes.length).equals(bytes)).toBe(true);

const EXPECTED: Readonly<Record<string, Expected>> = {
  "ok.log.gz": { lines: 2000, codes: [] },
  "multi_member.log.gz": { lines: 2000, codes: [], also: same },
  "truncated_50pct.log.gz": { lines: { from: 787, to: 800 }, codes: ["gzip-truncated"], also: prefix },
  "truncated_no_trailer.log.gz": { lines: 2000, codes: ["gzip-truncated"], also: same },
  "bad_crc.log.gz": { lines: 2000, codes: ["gzip-crc"], also: same },
  "bad_isize.log.gz": { lines: 2000, codes: ["gzip-size"], also: same },
  "trailing_zeros.log.gz": { lines: 2000, codes: [], also: same },
  "trailing_garbage.log.gz": { lines: 2000, codes: ["gzip-trailing"], also: same },
  // The damaged bytes happen to decode, and the stream then runs past its true end: no end is found.
  "corrupt_middle.log.gz": {
    lines: { from: 900, to: 2000 },
    codes: ["gzip-truncated"],
    also: (bytes, ok) => expect(bytes.subarray(0, 60_000).equals(ok.subarray(0, 60_000))).toBe(true),
  },
  "empty_member.log.gz": { lines: 0, codes: [] },
  "zero_bytes.log.gz": { lines: 0, codes: ["empty"] },
  "not_gzip.log.gz": { lines: { from: 5, to: 7 }, codes: [] },
  "gzip_without_ext.log": { lines: 2000, codes: [], also: same },
  "double_gzip.log.gz": { lines: 2000, codes: [], also: same },
  "no_final_newline.log.gz": { lines: 2000, codes: [] },
  "crlf.log.gz": { lines: 2000, codes: [] },
  "utf16le_bom.log.gz": {
    lines: 2000,
    codes: [],
    also: (bytes, ok) => expect(bytes.equals(Buffer.concat([Buffer.from("\ufeff"), ok]))).toBe(true),
  },
  "utf8_bom.log.gz": {
    lines: 2000,
    codes: [],
    also: (bytes, ok) => expect(bytes.equals(Buffer.concat([Buffer.from("\ufeff"), ok]))).toBe(true),
  },
  "invalid_utf8_in_line.log.gz": { lines: 2000, codes: [], also: (bytes) => expect(bytes.length).toBe(156276) },
  "nul_bytes.log.gz": { lines: 2000, codes: [], also: (bytes) => expect(bytes.length).toBe(156277) },
  "long_line_8MiB.log.gz": { lines: 2001, codes: [], also: (bytes) => expect(bytes.length).toBe(8544897) },
  "ratio_64MiB_of_zero.log.gz": {
    lines: 1,
    codes: ["expansion-limit"],
    maxExpandedBytes: 10_000_000,
    also: (bytes) => expect(bytes.length).toBe(10_000_000),
  },
};

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
  return bytes.length > 0 && bytes.at(-1) !== 10 ? lines + 1 : lines;
}

describe.skipIf(!present)("gzip corpus (../shared/corpora/adversarial/gzip_generated)", () => {
  const names = present ? readdirSync(CORPUS).filter((name) => name !== "MANIFEST.tsv") : [];

  it("has an expectation for every row of the manifest", () => {
    const rows = readFileSync(join(CORPUS, "MANIFEST.tsv"), "utf8").trim().split("\n").slice(1);
    expect(rows.map((row) => row.split("\t")[0]).sort()).toEqual(Object.keys(EXPECTED).sort());
    expect(names.sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(names)("%s", async (name) => {
    const expected = EXPECTED[name];
    if (!expected) throw new Error(`no expectation for ${name}`);
    const ok = (await readFileSource(join(CORPUS, "ok.log.gz"))).bytes;
    const { maxExpandedBytes } = expected;
    const { bytes, codes, errors } = await readFileSource(
      join(CORPUS, name),
      maxExpandedBytes === undefined ? {} : { maxExpandedBytes },
    );
    expect(codes).toEqual(expected.codes);
    for (const error of errors) if (error.code !== "empty") expect(error.offset).toBeGreaterThan(0);
    const lines = countLines(bytes);
    if (typeof expected.lines === "number") expect(lines).toBe(expected.lines);
    else {
      expect(lines).toBeGreaterThanOrEqual(expected.lines.from);
      expect(lines).toBeLessThanOrEqual(expected.lines.to);
    }
    expected.also?.(bytes, ok);
  });

  it("expands 64 MiB of zeros in full under the default limit", async () => {
    const { bytes, codes } = await readFileSource(join(CORPUS, "ratio_64MiB_of_zero.log.gz"));
    expect([bytes.length, codes]).toEqual([64 * 1024 * 1024, []]);
  });
});

import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { constants, crc32, deflateRawSync, gzipSync, inflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_EXPANSION, openReader } from "../src/sources/open.js";
import { logText, readBytes, readFileSource, refTo, temporaryFolder } from "./sources-support.js";

const folder = temporaryFolder();
const text = Buffer.from(logText(2000));

interface MemberParts {
  flags?: number;
  mtime?: number;
  extra?: Uint8Array;
  name?: string;
  comment?: string;
  headerCrc?: number | "right";
  crc?: number;
  size?: number;
}

/** A member built by hand, right unless told otherwise (RFC 1952 2.3). */
function member(data: Uint8Array, parts: MemberParts = {}): Buffer {
  let flags = parts.flags ?? 0;
  const fields: Uint8Array[] = [];
  if (parts.extra) {
    flags |= 4;
    fields.push(Buffer.from([parts.extra.length & 255, parts.extra.length >> 8]), parts.extra);
  }
  if (parts.name !== undefined) {
    flags |= 8;
    fields.push(Buffer.from(`${parts.name}\0`));
  }
  if (parts.comment !== undefined) {
    flags |= 16;
    fields.push(Buffer.from(`${parts.comment}\0`));
  }
  if (parts.headerCrc !== undefined) flags |= 2;
  const fixed = Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3]);
  fixed.writeUInt32LE(parts.mtime ?? 0, 4);
  let header = Buffer.concat([fixed, ...fields]);
  if (parts.headerCrc !== undefined) {
    const value = Buffer.alloc(2);
    value.writeUInt16LE(parts.headerCrc === "right" ? crc32(header) & 0xffff : parts.headerCrc);
    header = Buffer.concat([header, value]);
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(parts.crc ?? crc32(data), 0);
  trailer.writeUInt32LE(parts.size ?? data.length, 4);
  return Buffer.concat([header, deflateRawSync(data), trailer]);
}

/** The longest prefix of a deflate stream that zlib takes, and its output, found by trying. */
function soundPrefix(data: Uint8Array): { output: Buffer; sound: number } {
  const inflate = (length: number): Buffer | undefined => {
    try {
      return inflateRawSync(data.subarray(0, length), { finishFlush: constants.Z_SYNC_FLUSH });
    } catch {
      return undefined;
    }
  };
  let low = 0;
  let high = data.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (inflate(middle)) low = middle;
    else high = middle - 1;
  }
  return { output: inflate(low) ?? Buffer.alloc(0), sound: low };
}

describe("gzip", () => {
  it("reads one member, whatever the size of the reads", async () => {
    for (const size of [1 << 20, 4096, 1000]) {
      const { bytes, errors, reader } = await readBytes(folder, gzipSync(text), {}, size);
      expect(bytes.equals(text)).toBe(true);
      expect(errors).toEqual([]);
      expect(reader.container).toBe("gzip");
    }
  });

  it("reads a file many times the size of every buffer", async () => {
    const big = Buffer.from(logText(250_000));
    const gz = gzipSync(big, { level: 1 });
    const { bytes, errors, reader } = await readBytes(folder, gz);
    expect(bytes.equals(big)).toBe(true);
    expect(errors).toEqual([]);
    expect(reader.consumed).toBe(gz.length);
  });

  it("joins members, empty ones among them", async () => {
    const parts = [
      text.subarray(0, 5000),
      Buffer.alloc(0),
      text.subarray(5000, 5001),
      Buffer.alloc(0),
      text.subarray(5001),
    ];
    const { bytes, errors } = await readBytes(folder, Buffer.concat(parts.map((part) => gzipSync(part))));
    expect(bytes.equals(text)).toBe(true);
    expect(errors).toEqual([]);
  });

  it("reads 5,000 small members in linear time and bounded memory", async () => {
    const block = Buffer.from(logText(100));
    const one = member(block, { extra: Buffer.from([66, 67, 2, 0, 0, 0]) });
    const { bytes, errors } = await readBytes(folder, Buffer.concat(new Array<Buffer>(5000).fill(one)));
    expect(errors).toEqual([]);
    expect(bytes.length).toBe(5000 * block.length);
    expect(bytes.subarray(4999 * block.length).equals(block)).toBe(true);
  }, 10_000);

  it("skips the optional header fields and keeps the first time that is said", async () => {
    const { bytes, errors, reader } = await readBytes(
      folder,
      Buffer.concat([
        member(text, {
          extra: Buffer.alloc(65535, 31),
          name: "a.log",
          comment: "c".repeat(300_000),
          headerCrc: "right",
        }),
        member(text, { mtime: 1626775200 }),
        member(text, { mtime: 1626861600 }),
      ]),
    );
    expect(bytes.length).toBe(3 * text.length);
    expect(errors).toEqual([]);
    expect(reader.innerTimeMs).toBe(Date.UTC(2021, 6, 20, 10));
  });

  it("reports a header whose CRC-16 does not match, and reads on", async () => {
    const { bytes, codes } = await readBytes(folder, member(text, { name: "a", headerCrc: 1 }));
    expect(bytes.equals(text)).toBe(true);
    expect(codes).toEqual(["gzip-crc"]);
  });

  it("reports reserved header flags as damage", async () => {
    const { bytes, errors } = await readBytes(folder, Buffer.concat([gzipSync(text), member(text, { flags: 0x80 })]));
    expect(bytes.equals(text)).toBe(true);
    expect(errors).toMatchObject([{ code: "gzip-corrupt", offset: gzipSync(text).length }]);
  });

  it("reports a wrong CRC-32 and a wrong length with their places, and reads the members after", async () => {
    const first = member(text, { crc: 1 });
    const second = member(text, { size: 1 });
    const { bytes, errors } = await readBytes(folder, Buffer.concat([first, second, gzipSync(text)]));
    expect(bytes.length).toBe(3 * text.length);
    expect(errors).toMatchObject([
      { code: "gzip-crc", offset: first.length - 8 },
      { code: "gzip-size", offset: first.length + second.length - 4 },
    ]);
  });

  it("does not list every one of thousands of damaged members", async () => {
    const one = member(Buffer.from("x\n"), { crc: 1 });
    const { bytes, codes } = await readBytes(folder, Buffer.concat(new Array<Buffer>(2000).fill(one)));
    expect(bytes.length).toBe(4000);
    expect(codes.length).toBeLessThan(50);
  });

  it("reads on over zero padding and reports garbage where it begins", async () => {
    const gz = gzipSync(text);
    const padded = await readBytes(folder, Buffer.concat([gz, Buffer.alloc(700_000)]));
    expect([padded.bytes.equals(text), padded.codes]).toEqual([true, []]);
    const between = await readBytes(folder, Buffer.concat([gz, Buffer.alloc(512), gz]));
    expect([between.bytes.length, between.codes]).toEqual([2 * text.length, []]);
    const garbage = await readBytes(folder, Buffer.concat([gz, Buffer.alloc(20), Buffer.from("garbage")]));
    expect(garbage.bytes.equals(text)).toBe(true);
    expect(garbage.errors).toMatchObject([{ code: "gzip-trailing", offset: gz.length + 20 }]);
  });

  it("cut at any byte, gives a prefix and says so", async () => {
    const two = Buffer.from(logText(12));
    const first = gzipSync(two.subarray(0, 400));
    const gz = Buffer.concat([first, gzipSync(two.subarray(400))]);
    for (let cut = 1; cut <= gz.length; cut++) {
      const { bytes, codes } = await readBytes(folder, gz.subarray(0, cut));
      expect(two.subarray(0, bytes.length).equals(bytes)).toBe(true);
      expect(codes).toEqual(cut === gz.length || cut === first.length ? [] : ["gzip-truncated"]);
      if (cut >= first.length) expect(bytes.length).toBeGreaterThanOrEqual(400);
      if (cut >= gz.length - 8) expect(bytes.equals(two)).toBe(true);
    }
  });

  it("cut in a large member, gives all that zlib can decode of it", async () => {
    const big = Buffer.from(logText(60_000));
    const gz = gzipSync(big).subarray(0, 600_001);
    const path = join(folder, "cut.gz");
    writeFileSync(path, gz);
    const oracle = spawnSync("gzip", ["-dc", path], { maxBuffer: 1 << 28 }).stdout;
    const { bytes, errors } = await readFileSource(path);
    expect(bytes.length).toBeGreaterThanOrEqual(oracle.length);
    expect(big.subarray(0, bytes.length).equals(bytes)).toBe(true);
    expect(errors).toMatchObject([{ code: "gzip-truncated", offset: gz.length }]);
  });

  it("damaged in the middle, keeps every byte before the damage and says where it is", async () => {
    // Stored and dynamic blocks; the damage is an impossible block type where a block of known place begins.
    const before = Buffer.from(logText(40_000));
    const whole = deflateRawSync(before, { finishFlush: constants.Z_SYNC_FLUSH });
    const damaged = Buffer.concat([
      Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
      whole,
      Buffer.from([0xff]),
      whole,
    ]);
    const { bytes, errors } = await readBytes(folder, damaged);
    expect(bytes.equals(before)).toBe(true);
    expect(errors).toMatchObject([{ code: "gzip-corrupt", offset: 10 + whole.length }]);
  });

  it("damaged anywhere, hands over all that comes before the damage, and never nothing said", async () => {
    const original = Buffer.from(logText(3000));
    const gz = gzipSync(original);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 10, max: gz.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const broken = Buffer.from(gz);
          broken[at] = (broken[at] ?? 0) ^ flip;
          const { bytes, codes, errors } = await readBytes(folder, broken);
          const { output, sound } = soundPrefix(broken.subarray(10));
          expect(codes.length).toBeGreaterThan(0);
          expect(bytes.equals(output)).toBe(true);
          if (codes[0] === "gzip-corrupt") expect(errors[0]?.offset).toBe(10 + sound);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("agrees with gzip -dc on any run of members", async () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(200_000).map((length) => text.subarray(0, length % text.length)),
      fc.nat(3_000_000).map((length) => new Uint8Array(length)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(piece, fc.integer({ min: 0, max: 9 })), { minLength: 1, maxLength: 30 }),
        async (pieces) => {
          const path = join(folder, "random.gz");
          writeFileSync(path, Buffer.concat(pieces.map(([data, level]) => gzipSync(data, { level }))));
          const { bytes, codes } = await readFileSource(path, {}, 100_000);
          expect(codes).toEqual([]);
          expect(bytes.equals(execFileSync("gzip", ["-dc", path], { maxBuffer: 1 << 28 }))).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  }, 120_000);
});

describe("gzip inside gzip", () => {
  it("is decompressed twice", async () => {
    const { bytes, errors } = await readBytes(folder, gzipSync(gzipSync(text)));
    expect(bytes.equals(text)).toBe(true);
    expect(errors).toEqual([]);
  });

  it("is refused three deep", async () => {
    const { bytes, codes } = await readBytes(folder, gzipSync(gzipSync(gzipSync(text))));
    expect([bytes.length, codes]).toEqual([0, ["nesting-limit"]]);
  });

  it("keeps what comes before damage in the inner one", async () => {
    const before = Buffer.from(logText(20_000));
    const whole = deflateRawSync(before, { finishFlush: constants.Z_SYNC_FLUSH });
    const inner = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), whole, Buffer.from([0xff]), whole]);
    const { bytes, errors } = await readBytes(folder, gzipSync(inner));
    expect(bytes.equals(before)).toBe(true);
    expect(errors.map(({ code }) => code)).toEqual(["gzip-corrupt"]);
    expect(errors[0]?.message).toContain(`byte ${10 + whole.length} of the inner one`);
  });

  it("names another container found inside", async () => {
    const zip = Buffer.concat([Buffer.from("504b0304", "hex"), Buffer.alloc(100)]);
    const { bytes, errors } = await readBytes(folder, gzipSync(zip));
    expect(bytes.length).toBe(0);
    expect(errors).toMatchObject([{ code: "unsupported-container" }]);
    expect(errors[0]?.message).toContain("zip");
  });
});

describe("expansion", () => {
  it("stops at the configured limit, hands over what came before, and says where", async () => {
    const gz = gzipSync(Buffer.alloc(20_000_000));
    const { bytes, errors } = await readBytes(folder, gz, { maxExpandedBytes: 1_000_001 });
    expect(bytes.length).toBe(1_000_001);
    expect(errors).toMatchObject([{ code: "expansion-limit" }]);
    expect(errors[0]?.offset).toBeLessThanOrEqual(gz.length);
  });

  it("is not stopped when the limit is reached and not passed", async () => {
    const { bytes, errors } = await readBytes(folder, gzipSync(text), { maxExpandedBytes: text.length });
    expect([bytes.length, errors]).toEqual([text.length, []]);
  });

  it("holds over many members and over both levels", async () => {
    const many = Buffer.concat(new Array<Buffer>(500).fill(gzipSync(Buffer.alloc(10_000))));
    for (const gz of [many, gzipSync(many)]) {
      const { bytes, codes } = await readBytes(folder, gz, { maxExpandedBytes: 1_234_567 });
      expect([bytes.length, codes]).toEqual([1_234_567, ["expansion-limit"]]);
    }
  });

  it("without a limit of the user's own, stops a bomb and reads on in what a log may be", async () => {
    const zeros = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const path = join(folder, "bomb.gz");
    writeFileSync(path, Buffer.concat(new Array<Buffer>(70).fill(zeros)));
    const reader = await openReader(refTo(path));
    let total = 0;
    const block = new Uint8Array(4 << 20);
    for (let got = await reader.read(block); got > 0; got = await reader.read(block)) total += got;
    await reader.close();
    expect(total).toBe(DEFAULT_EXPANSION.freeBytes);
    expect(reader.errors).toMatchObject([{ code: "expansion-limit" }]);
  }, 120_000);

  it("does not fill the memory when nobody reads", async () => {
    const path = join(folder, "idle.gz");
    writeFileSync(path, gzipSync(Buffer.alloc(200_000_000)));
    const reader = await openReader(refTo(path));
    const before = process.memoryUsage().rss;
    await reader.read(new Uint8Array(1000));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    let total = 1000;
    const block = new Uint8Array(1 << 20);
    for (let got = await reader.read(block); got > 0; got = await reader.read(block)) total += got;
    expect([total, reader.errors]).toEqual([200_000_000, []]);
    await reader.close();
  });

  it("can be closed at any time", async () => {
    const path = join(folder, "closed.gz");
    writeFileSync(path, gzipSync(Buffer.alloc(50_000_000)));
    for (const reads of [0, 1, 5]) {
      const reader = await openReader(refTo(path));
      for (let i = 0; i < reads; i++) await reader.read(new Uint8Array(100_000));
      await reader.close();
      expect(reader.errors).toEqual([]);
    }
  });
});

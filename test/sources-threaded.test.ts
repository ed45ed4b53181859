/** Decompression in a thread of its own: the same bytes and errors as without one, whole, cut, damaged or limited. */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { openMembers } from "../src/sources/archives/members.js";
import { openReader, type OpenOptions } from "../src/sources/open.js";
import { readAll, readFileSource, refTo, temporaryFolder } from "./sources-support.js";

const FIXTURES = "test/fixtures/containers";
const LOG = readFileSync(join(FIXTURES, "app.log"));
const ENTRY = pathToFileURL(resolve("dist/lookback/decode-worker.js")).href;
const folder = temporaryFolder();
/** Enough streams behind one another that a thread is worth it: more than 4 MiB. */
const LEAST = 4 * 1024 * 1024;

function repeated(name: string): Buffer {
  const one = readFileSync(join(FIXTURES, name));
  return Buffer.concat(Array.from({ length: Math.ceil((LEAST + 1) / one.length) }, () => one));
}

/** What both ways make of the same bytes. */
async function both(name: string, bytes: Uint8Array, options: OpenOptions = {}): Promise<void> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const [without, within] = [
    await readFileSource(path, options, 300_000),
    await readFileSource(path, { ...options, decoder: { entry: ENTRY } }, 300_000),
  ];
  expect(within.bytes.equals(without.bytes)).toBe(true);
  expect(within.errors).toEqual(without.errors);
  expect(within.reader.consumed).toBe(without.reader.consumed);
  expect(within.reader.container).toBe(without.reader.container);
}

/** Written whole: blocks of 128 KiB that nothing could make smaller, which come out several at a time. */
function storedZstd(bytes: Uint8Array): Buffer {
  const parts = [Buffer.from("28b52ffd0068", "hex")];
  for (let at = 0; at < bytes.length; at += 131_072) {
    const part = bytes.subarray(at, at + 131_072);
    const value = (part.length << 3) | (at + 131_072 >= bytes.length ? 1 : 0);
    parts.push(Buffer.from([value & 0xff, (value >> 8) & 0xff, value >> 16]), Buffer.from(part));
  }
  return Buffer.concat(parts);
}

describe.each(["app.log.zst", "app.log.lz4"])("many streams of %s", (name) => {
  const whole = repeated(name);

  it("come out the same", () => both(`whole-${name}`, whole));
  it("come out the same when the file is cut", () => both(`cut-${name}`, whole.subarray(0, whole.length - 777)));
  it("stop at the same byte, with the same error, at the limit", () =>
    both(`limit-${name}`, whole, { maxExpandedBytes: 10_000_001 }));

  it("come out the same up to the same error when a byte is damaged", () => {
    const damaged = Buffer.from(whole);
    damaged[3_500_000]! ^= 0x55;
    return both(`damaged-${name}`, damaged);
  });
});

describe("a decompressing thread", () => {
  const large = Buffer.concat(Array.from({ length: 150 }, () => LOG));

  it("gives large blocks that do not compress, and what follows the frame, as they are", async () => {
    await both("stored.zst", storedZstd(large));
    await both("stored-twice.zst", Buffer.concat([storedZstd(large), storedZstd(LOG), Buffer.from("no frame")]));
  });

  it("ends with the reader that is closed early", async () => {
    const path = join(folder, "early.zst");
    writeFileSync(path, storedZstd(large));
    const reader = await openReader(refTo(path), { decoder: { entry: ENTRY } });
    const block = new Uint8Array(100_000);
    expect(await reader.read(block)).toBeGreaterThan(0);
    expect(Buffer.from(block.subarray(0, 1000)).equals(large.subarray(0, 1000))).toBe(true);
    await reader.close();
    expect(await reader.read(block)).toBe(0);
    expect(process.getActiveResourcesInfo()).not.toContain("MessagePort");
  });

  it("that dies leaves an error, and what it gave", async () => {
    const path = join(folder, "died.zst");
    writeFileSync(path, storedZstd(large));
    const { bytes, errors } = await readFileSource(path, {
      decoder: { entry: "data:text/javascript,throw new Error('gone')" },
    });
    expect(bytes.length).toBe(0);
    expect(errors).toMatchObject([{ message: expect.stringContaining("gone") as string }]);
  });

  it("that ends without a word leaves an error", async () => {
    const path = join(folder, "ended.zst");
    writeFileSync(path, storedZstd(large));
    const { errors } = await readFileSource(path, { decoder: { entry: "data:text/javascript,process.exit(3)" } });
    expect(errors).toMatchObject([{ message: expect.stringContaining("ended") as string }]);
  });

  it("is not told of errors in bytes that it never came to", async () => {
    const path = join(folder, "junk.zst");
    const bytes = Buffer.concat([storedZstd(large), Buffer.from("no frame"), Buffer.alloc(400_000, 1)]);
    writeFileSync(path, bytes);
    // Found when it was longer: it was cut meanwhile, behind the place where a decoder stops.
    const source = { ...refTo(path), size: bytes.length + 10 };
    const results = await Promise.all(
      [undefined, { entry: ENTRY }].map(async (decoder) => readAll(await openReader(source, { decoder }), 300_000)),
    );
    expect(results[1]!.errors).toEqual(results[0]!.errors);
    expect(results[1]!.codes).toEqual(["decompress-trailing"]);
  });

  it("is not asked for the members of an archive", async () => {
    const members: string[] = [];
    const decoder = { entry: "data:text/javascript,throw new Error('gone')" };
    for await (const { path, reader } of openMembers(refTo(join(FIXTURES, "nested.tar.gz")), { decoder })) {
      const { errors } = await readAll(reader);
      expect(errors).toEqual([]);
      members.push(path);
    }
    expect(members).toHaveLength(4);
  });

  it("is not asked for a small file", async () => {
    const { bytes, errors } = await readFileSource(join(FIXTURES, "app.log.zst"), {
      decoder: { entry: "data:text/javascript,throw new Error('gone')" },
    });
    expect(errors).toEqual([]);
    expect(bytes.equals(LOG)).toBe(true);
  });
});

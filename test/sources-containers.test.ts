/** One log in every wrapping gives the same bytes; cut, damaged and padded ones give what could be read, and an error. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { openMembers } from "../src/sources/archives/members.js";
import type { SourceRef } from "../src/sources/source.js";

const FIXTURES = "test/fixtures/containers";
const LOG = readFileSync(join(FIXTURES, "app.log"));
const root = mkdtempSync(join(tmpdir(), "lookback-containers-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Read {
  /** Without the source's own path. */
  name: string;
  bytes: Buffer;
  codes: string[];
}

function refOf(path: string): SourceRef {
  const { size, mtimeMs } = statSync(path);
  return { path, size, mtimeMs, seekable: true };
}

async function readAll(path: string, options: Parameters<typeof openMembers>[1] = {}): Promise<Read[]> {
  const out: Read[] = [];
  const into = new Uint8Array(10_000);
  for await (const { path: name, reader } of openMembers(refOf(path), options)) {
    const parts: Buffer[] = [];
    for (let n = await reader.read(into); n > 0; n = await reader.read(into))
      parts.push(Buffer.from(into.subarray(0, n)));
    out.push({
      name: name.slice(path.length),
      bytes: Buffer.concat(parts),
      codes: reader.errors.map(({ code }) => code),
    });
    await reader.close();
  }
  return out;
}

let made = 0;
function file(bytes: Uint8Array): string {
  const path = join(root, `f${made++}`);
  writeFileSync(path, bytes);
  return path;
}

/** A member of a tar, in the ustar format (POSIX.1-1988). */
function tarEntry(name: string, bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(["0000644", "0000000", "0000000", ""].join("\x00"), 100);
  header.write(`${bytes.length.toString(8).padStart(11, "0")}\0${"0".repeat(11)}\0`, 124);
  header.write("        0", 148);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

const fixture = (name: string): Buffer => readFileSync(join(FIXTURES, name));

describe("streams", () => {
  test.each([
    "app.log.gz",
    "app.log.zst",
    "nocheck.zst",
    "frames.zst",
    "app.log.xz",
    "streams.xz",
    "app.log.bz2",
    "streams.bz2",
    "app.log.lz4",
    "frames.lz4",
    "legacy.lz4",
    "linked.lz4",
  ])("%s is the log, to the byte", async (name) => {
    const read = await readAll(join(FIXTURES, name));
    expect(read.map(({ name: path, codes }) => [path, codes])).toEqual([["", []]]);
    expect(read[0]!.bytes.equals(LOG)).toBe(true);
  });

  test.each(["app.log.zst", "app.log.xz", "app.log.bz2", "app.log.lz4"])(
    "%s joined to itself is the log twice",
    async (name) => {
      const [read] = await readAll(file(Buffer.concat([fixture(name), fixture(name)])));
      expect(read!.codes).toEqual([]);
      expect(read!.bytes.equals(Buffer.concat([LOG, LOG]))).toBe(true);
    },
  );

  test("a skippable frame is skipped, in front, between and at the end", async () => {
    const skippable = Buffer.from("5a2a4d1803000000616263", "hex");
    for (const name of ["app.log.zst", "app.log.lz4"]) {
      const parts = [fixture(name), skippable, fixture(name), skippable];
      if (name.endsWith("zst")) parts.unshift(skippable);
      const [read] = await readAll(file(Buffer.concat(parts)));
      expect(read!.codes).toEqual([]);
      expect(read!.bytes.equals(Buffer.concat([LOG, LOG]))).toBe(true);
    }
  });

  test("compressed twice is read; three times is refused, and said to be", async () => {
    const [twice] = await readAll(file(gzipSync(fixture("app.log.zst"))));
    expect(twice!.bytes.equals(LOG)).toBe(true);
    const [thrice] = await readAll(file(gzipSync(gzipSync(fixture("app.log.zst")))));
    expect(thrice).toMatchObject({ bytes: Buffer.alloc(0), codes: ["nesting-limit"] });
  });
});

describe("faults of streams", () => {
  const KINDS = ["app.log.zst", "app.log.xz", "app.log.bz2", "app.log.lz4"];

  test.each(KINDS)("%s cut at any of 40 places: what came before it, and an error", async (name) => {
    const whole = fixture(name);
    for (let i = 1; i <= 40; i++) {
      const cut = Math.max(17, Math.floor((whole.length * i) / 41));
      const [read] = await readAll(file(whole.subarray(0, cut)));
      expect(read!.codes.length, `cut at ${cut}`).toBe(1);
      expect(read!.codes[0]).toMatch(/^decompress-(?:truncated|corrupt)$/);
      expect(LOG.subarray(0, read!.bytes.length).equals(read!.bytes), `cut at ${cut}`).toBe(true);
    }
  });

  test.each(KINDS)("%s with a flipped byte at any of 60 places is never taken for whole", async (name) => {
    const whole = fixture(name);
    for (let i = 1; i <= 60; i++) {
      const at = Math.floor((whole.length * i) / 61);
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 0x55;
      const [read] = await readAll(file(damaged));
      if (!read!.bytes.equals(LOG)) expect(read!.codes.length, `byte ${at}`).toBeGreaterThan(0);
    }
  });

  test.each(KINDS)("%s with other bytes behind it: the log, and an error", async (name) => {
    const [read] = await readAll(file(Buffer.concat([fixture(name), Buffer.from("this is no compressed stream\n")])));
    expect(read!.bytes.equals(LOG)).toBe(true);
    expect(read!.codes[0]).toMatch(/^decompress-(?:trailing|corrupt)$/);
  });

  test.each([
    ["cut short", (whole: Buffer) => whole.subarray(0, -20), "decompress-truncated"],
    ["damaged", (whole: Buffer) => Buffer.concat([whole.subarray(0, 10), whole.subarray(40)]), "decompress-corrupt"],
    ["followed by a newline", (whole: Buffer) => Buffer.concat([whole, Buffer.from("\n")]), "decompress-trailing"],
  ])("a bzip2 file that is %s is told from the others", async (_, change, code) => {
    const [read] = await readAll(file(change(fixture("app.log.bz2"))));
    expect(read!.codes).toEqual([code]);
  });

  test("zstd and lz4 padded with zeros are whole", async () => {
    for (const name of ["app.log.zst", "app.log.lz4"]) {
      const [read] = await readAll(file(Buffer.concat([fixture(name), Buffer.alloc(5000)])));
      expect(read!.codes).toEqual([]);
      expect(read!.bytes.equals(LOG)).toBe(true);
    }
  });

  test("a zstd bomb stops at the limit, having cost no memory", async () => {
    // A frame of RLE blocks: four bytes for 128 KiB each, 256 MiB in all.
    const header = Buffer.from("28b52ffd0068", "hex");
    const block = Buffer.from([0x02 | ((131_072 << 3) & 0xff), (131_072 >> 5) & 0xff, (131_072 >> 13) & 0xff, 0x41]);
    const bomb = Buffer.concat([header, ...Array.from({ length: 2048 }, () => block)]);
    const before = process.memoryUsage().rss;
    const [read] = await readAll(file(bomb), { maxExpandedBytes: 1_000_000 });
    expect(read!.codes).toEqual(["expansion-limit"]);
    expect(read!.bytes.length).toBe(1_000_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
  });

  test("a bzip2 bomb stops at the limit, having cost the memory of a block", async () => {
    // 46 MB of zeros, 60 times.
    const stream =
      "425a68393141592653590e09e2df015f8e4000c0000008200030804d4642a025a90a8097314159265359b9d087d00000c5d000c00004000008200020a534198d485b050bc5dc914e14242970d09b80";
    const before = process.memoryUsage().rss;
    const [read] = await readAll(file(Buffer.from(stream.repeat(60), "hex")), { maxExpandedBytes: 1_000_000 });
    expect(read!.codes).toEqual(["expansion-limit"]);
    expect(read!.bytes.length).toBe(1_000_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 2 ** 20);
  });

  test("zstd frames that are damaged or left early give back their windows", async () => {
    // 64 MiB each: were they kept, the decoder's four gigabytes would not last.
    const header = "28b52ffd0080";
    const letters = "02001041";
    const damaged = file(Buffer.from(`${header}${letters}0c000000`, "hex"));
    const endless = file(Buffer.from(`${header}${letters.repeat(20)}`, "hex"));
    for (let i = 0; i < 80; i++) {
      expect((await readAll(damaged))[0]!.codes).toEqual(["decompress-corrupt"]);
      expect((await readAll(endless, { maxExpandedBytes: 1_000_000 }))[0]!.codes).toEqual(["expansion-limit"]);
    }
    const [whole] = await readAll(file(fixture("app.log.zst")));
    expect(whole!.bytes.equals(LOG)).toBe(true);
  });

  test.each([
    ["window", "28b52ffd00a80100000000000000000000"],
    ["single segment, which is its own window,", "28b52ffda0ffffff7f010000"],
    ["single segment of a length of eight bytes", "28b52ffde00000000002000000010000"],
  ])("a zstd frame that asks for a %s of gigabytes is refused, at no cost", async (_, frame) => {
    const before = process.memoryUsage().rss;
    const [read] = await readAll(file(Buffer.from(frame, "hex")));
    expect(read!.codes).toEqual(["expansion-limit"]);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20);
  });
});

describe("archives", () => {
  test.each([
    ["damaged", {}],
    ["left at a limit", { maxExpandedBytes: 3_000_000 }],
  ])("a compressed member that is %s does not end its tar", async (kind, options) => {
    const whole = fixture("app.log.zst");
    const many = Buffer.concat(Array.from({ length: 300 }, () => whole));
    if (kind === "damaged") many[100_000]! ^= 0x55;
    const tar = Buffer.concat([tarEntry("big.zst", many), tarEntry("after.log", LOG), Buffer.alloc(1024)]);
    const read = await readAll(file(tar), options);
    expect(read.map(({ name }) => name)).toEqual(["!big.zst", "!after.log"]);
    expect(read[0]!.codes).toEqual([kind === "damaged" ? "decompress-corrupt" : "expansion-limit"]);
    expect(read[1]!.bytes.equals(LOG)).toBe(true);
  });

  test.each<[string, string[]]>([
    ["one.tar", ["!fw/2021/app.log"]],
    ["case.tar.gz", ["!fw/2021/app.log", "!fw/app.log.gz", "!fw/app.log.zst"]],
    ["case.tar.xz", ["!fw/2021/app.log", "!fw/app.log.gz", "!fw/app.log.zst"]],
    ["case.zip", ["!fw/2021/app.log", "!fw/app.log.gz", "!fw/app.log.zst"]],
    ["stored.zip", ["!fw/2021/app.log"]],
    ["stream.zip", ["!-"]],
    [
      "nested.tar.gz",
      [
        "!inner.zip!fw/2021/app.log",
        "!inner.zip!fw/app.log.gz",
        "!inner.zip!fw/app.log.zst",
        "!one.tar!fw/2021/app.log",
      ],
    ],
  ])("%s: each member is a log of its own", async (name, members) => {
    const read = await readAll(join(FIXTURES, name));
    expect(read.map(({ name: path }) => path).sort()).toEqual(members);
    for (const { bytes, codes } of read) {
      expect(codes).toEqual([]);
      expect(bytes.equals(LOG)).toBe(true);
    }
  });

  test("a member's own time is kept", async () => {
    for await (const { mtimeMs, reader } of openMembers(refOf(join(FIXTURES, "one.tar")))) {
      expect(mtimeMs).toBe(Date.UTC(2021, 3, 1));
      await reader.close();
    }
  });

  test("members that nobody reads are passed over", async () => {
    const names: string[] = [];
    for await (const { path, reader } of openMembers(refOf(join(FIXTURES, "case.zip")))) {
      names.push(path);
      await reader.close();
    }
    expect(names).toHaveLength(3);
  });

  test("an encrypted member is an error of its own", async () => {
    const [read] = await readAll(join(FIXTURES, "encrypted.zip"));
    expect(read).toMatchObject({ name: "!fw/2021/app.log", codes: ["archive-encrypted"], bytes: Buffer.alloc(0) });
  });

  test.each(["case.zip", "case.tar.gz", "case.tar.xz", "one.tar", "stored.zip"])(
    "%s cut at any of 25 places: the members before it, what there is of the next, and an error",
    async (name) => {
      const whole = fixture(name);
      for (let i = 1; i <= 25; i++) {
        const cut = Math.max(600, Math.floor((whole.length * i) / 27));
        const read = await readAll(file(whole.subarray(0, cut)));
        // A tar's last blocks are zeros, and a zip's are its directory: without them nothing is lost but the end itself.
        const codes = read.flatMap((one) => one.codes);
        const complete = read.filter(({ bytes }) => bytes.equals(LOG)).length;
        if (name !== "one.tar" || complete === 0) expect(codes.length, `cut at ${cut}`).toBeGreaterThan(0);
        for (const { bytes } of read) expect(LOG.subarray(0, bytes.length).equals(bytes), `cut at ${cut}`).toBe(true);
      }
    },
  );

  test("a damaged member is told with its name, and members before it are whole", async () => {
    const damaged = fixture("case.zip");
    damaged[damaged.length - 3000]! ^= 0xff;
    const read = await readAll(file(damaged));
    expect(read.filter(({ bytes, codes }) => bytes.equals(LOG) && codes.length === 0).length).toBeGreaterThanOrEqual(2);
    expect(read.flatMap(({ codes }) => codes).length).toBeGreaterThan(0);
  });

  test("text that mentions ustar is text", async () => {
    const text = Buffer.alloc(600, "x");
    text.write("ustar", 257);
    const [read] = await readAll(file(text));
    expect(read!.bytes.equals(text)).toBe(true);
  });
});

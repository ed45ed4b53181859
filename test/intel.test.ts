/** Loading intel: the real list, plain lists, folders, merging, damage. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { describeSet, loadIntel } from "../src/intel/index.js";
import { MAX_REJECTIONS_PER_FILE } from "../src/intel/set.js";
import type { IndicatorSet } from "../src/model/indicator.js";

const root = mkdtempSync(join(tmpdir(), "lookback-intel-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let counter = 0;
/** Writes files into a fresh folder and returns its path. */
function folder(files: Record<string, string | Uint8Array>): string {
  const dir = join(root, String(counter++));
  mkdirSync(dir, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), content);
  }
  return dir;
}

function file(content: string | Uint8Array, name = "intel.dat"): string {
  return join(folder({ [name]: content }), name);
}

const values = (set: IndicatorSet): string[] => set.indicators.map((indicator) => indicator.value);

const CERTFR = "examples/intel/CERTFR-2021-IOC-003-IOC.csv";

describe("the CERT-FR list of APT31 relays", () => {
  test("gives 161 hosts, none lost, as an independent reading finds them", async () => {
    const set = await loadIntel([CERTFR]);
    const expected = new Set<string>();
    for (const line of readFileSync(CERTFR, "utf8").split("\n").slice(1))
      for (const [address] of line.matchAll(/(?<![\w.])\d+\.\d+\.\d+\.\d+(?![\w.])/g)) expected.add(address);
    expect(expected.size).toBe(161);
    expect(new Set(values(set))).toEqual(expected);
    expect(set.indicators).toHaveLength(161);
    expect(set.rejections).toEqual([]);
    expect(set.errors).toEqual([]);
    expect(set.files).toEqual([
      { file: CERTFR, reader: "csv", accepted: 161, duplicates: 0, rejected: 0, setAside: 0 },
    ]);
  });

  test("keeps what the publisher said, and makes no role, direction or window of it", async () => {
    const set = await loadIntel([CERTFR]);
    for (const indicator of set.indicators) {
      expect(indicator).toMatchObject({ type: "ipv4-addr", role: "unknown", tlp: "TLP:WHITE", labels: ["APT31"] });
      expect(indicator.validFrom).toBeUndefined();
      expect(indicator.validUntil).toBeUndefined();
      expect(indicator.range!.first).toBe(indicator.range!.last);
      expect(indicator.assertions).toHaveLength(1);
      expect(indicator.assertions[0]).toMatchObject({
        file: CERTFR,
        original: indicator.value,
        statedType: "ip-dst",
        published: "2021-07-20",
        confidence: "Bonne",
        feed: "Publication maqueurs APT31",
        tlp: "TLP:WHITE",
        labels: ["APT31"],
      });
    }
    const lines = readFileSync(CERTFR, "utf8").split("\n");
    for (const { value, assertions } of set.indicators) expect(lines[assertions[0]!.line - 1]).toContain(`,${value},`);
  });

  test("its hosts that end in .0 are hosts", async () => {
    const zero = values(await loadIntel([CERTFR])).filter((value) => value.endsWith(".0"));
    expect(zero).toHaveLength(2);
    expect(zero).toContain("105.157.234.0");
  });

  test("takes the analyst's role, window and labels", async () => {
    const validFrom = Date.UTC(2021, 0, 1);
    const set = await loadIntel([CERTFR], { role: "relay", validFrom, labels: ["hunt-7"] });
    expect(set.indicators.every((i) => i.role === "relay" && i.validFrom === validFrom)).toBe(true);
    expect(set.indicators[0]!.labels).toEqual(["APT31", "hunt-7"]);
    expect(describeSet(set)[0]).toMatchObject({
      role: "relay",
      validFrom: "2021-01-01T00:00:00.000Z",
      tlp: "TLP:WHITE",
      assertions: 1,
      feeds: ["Publication maqueurs APT31"],
    });
  });

  const original = "../shared/corpora/certfr-2021-ioc-003/CERTFR-2021-IOC-003-IOC.csv";
  if (!existsSync(original)) console.warn(`skipped: ${original} is absent, the example cannot be compared with it`);
  test.skipIf(!existsSync(original))("the example is the published file, byte for byte", () => {
    expect(readFileSync(CERTFR).equals(readFileSync(original))).toBe(true);
  });
});

describe("plain lists", () => {
  test("comments, bullets, remarks, headings and blank lines", async () => {
    const set = await loadIntel([
      file(
        [
          "# TLP:GREEN",
          "IP",
          "192.0.2.1",
          "",
          "// a remark",
          "; another",
          "192.0.2.2 # seen in May",
          "192.0.2.3,phishing host",
          "192.0.2.4\t87",
          "- 192[.]0[.]2[.]5",
          "* 192.0.2.6",
          "1. 192.0.2.7",
          "192.0.2.8;x",
          "hxxp://192[.]0[.]2[.]9:8080/path # dropper",
          "198.51.100.0/24 // block",
          "#192.0.2.99",
        ].join("\n"),
      ),
    ]);
    expect(values(set)).toEqual([
      ...Array.from({ length: 8 }, (_, i) => `192.0.2.${i + 1}`),
      "198.51.100.0/24",
      "http://192.0.2.9:8080/path",
    ]);
    expect(set.rejections).toEqual([]);
    expect(set.indicators[1]!.assertions[0]).toMatchObject({ line: 7, comment: "seen in May", tlp: "TLP:GREEN" });
    expect(set.indicators[9]!.assertions[0]!.original).toBe("hxxp://192[.]0[.]2[.]9:8080/path");
  });

  test("what is not hunted is rejected with its line and reason", async () => {
    const path = file("192.0.2.1\nHKLM\\Software\\Evil\n300.1.1.1\n\nnonsense\n");
    const set = await loadIntel([path]);
    expect(values(set)).toEqual(["192.0.2.1"]);
    expect(set.rejections.map(({ line, text }) => [line, text])).toEqual([
      [2, "HKLM\\Software\\Evil"],
      [3, "300.1.1.1"],
      [5, "nonsense"],
    ]);
    expect(set.rejections[1]!.reason).toMatch(/octet/);
    expect(set.files[0]).toEqual({ file: path, reader: "text", accepted: 1, duplicates: 0, rejected: 3, setAside: 0 });
  });

  test.each<[string, Uint8Array]>([
    ["UTF-8 with a byte order mark", Buffer.from("\ufeff192.0.2.1\r\n192.0.2.2\r\n")],
    ["UTF-16 little endian", Buffer.from("\ufeff192.0.2.1\r\n192.0.2.2\r\n", "utf16le")],
    ["UTF-16 big endian", Buffer.from("\ufeff192.0.2.1\r\n192.0.2.2\r\n", "utf16le").swap16()],
    ["UTF-16 without a mark", Buffer.from("192.0.2.1\n192.0.2.2\n", "utf16le")],
    ["Windows-1252", Buffer.from("192.0.2.1 # caf\xe9\n192.0.2.2", "latin1")],
    ["old Mac line ends", Buffer.from("192.0.2.1\r192.0.2.2\r")],
    ["gzip under any name", gzipSync("192.0.2.1\n192.0.2.2\n")],
    ["gzip in two members", Buffer.concat([gzipSync("192.0.2.1\n"), gzipSync("192.0.2.2\n")])],
  ])("%s", async (_, bytes) => {
    const set = await loadIntel([file(bytes)]);
    expect(values(set)).toEqual(["192.0.2.1", "192.0.2.2"]);
    expect(set.errors).toEqual([]);
  });

  test("100,000 addresses load in a moment, in order, none lost", async () => {
    const lines = Array.from({ length: 100_000 }, (_, i) => `10.${(i * 7) % 251}.${(i >> 8) % 256}.${i % 256}`);
    const started = performance.now();
    const set = await loadIntel([file(lines.join("\n"))]);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(new Set(values(set))).toEqual(new Set(lines));
    const firsts = set.indicators.map((indicator) => indicator.range!.first);
    expect(firsts.every((first, i) => i === 0 || firsts[i - 1]! < first)).toBe(true);
  });

  test("rejections are counted in full and kept up to a limit", async () => {
    const set = await loadIntel([file(`192.0.2.1\n${"no indicator\n".repeat(MAX_REJECTIONS_PER_FILE + 5)}`)]);
    expect(set.rejections).toHaveLength(MAX_REJECTIONS_PER_FILE);
    expect(set.files[0]!.rejected).toBe(MAX_REJECTIONS_PER_FILE + 5);
  });
});

describe("what fails does not stop the others", () => {
  test("a missing path, an empty file and a list with nothing usable are told", async () => {
    const good = file("192.0.2.1\n");
    const [empty, blank, useless] = [file(""), file(" \n\n"), file("nothing\nhere\n")];
    const set = await loadIntel([join(root, "absent.csv"), empty, good, blank, useless]);
    expect(values(set)).toEqual(["192.0.2.1"]);
    expect(set.errors.map(({ file: path, code }) => [path, code])).toEqual([
      [join(root, "absent.csv"), "intel-unreadable"],
      [empty, "intel-unusable"],
      [blank, "intel-unusable"],
      [useless, "intel-unusable"],
    ]);
    expect(set.errors[0]!.message).toBe("no such file or folder");
    expect(set.errors[3]!.message).toBe("no indicator could be understood: no indicator");
  });

  test("a truncated gzip gives its whole lines, never half an address, and an error", async () => {
    const packed = gzipSync(Array.from({ length: 5000 }, (_, i) => `192.0.${i >> 8}.${i & 255}`).join("\n") + "\n");
    const set = await loadIntel([file(packed.subarray(0, packed.length >> 1))]);
    expect(set.errors.map((error) => error.code)).toEqual(["gzip-truncated"]);
    const found = values(set);
    expect(found.length).toBeGreaterThan(100);
    expect(found).toEqual(Array.from({ length: found.length }, (_, i) => `192.0.${i >> 8}.${i & 255}`));
  });

  test.each<[string, (packed: Buffer) => Buffer]>([
    ["gzip-trailing", (packed) => Buffer.concat([packed, Buffer.from("garbage")])],
    ["gzip-crc", (packed) => Buffer.concat([packed.subarray(0, -8), Buffer.alloc(4, 1), packed.subarray(-4)])],
    ["gzip-size", (packed) => Buffer.concat([packed.subarray(0, -4), Buffer.alloc(4, 1)])],
  ])("a gzip stream with damage after its data gives the data and the error %s", async (code, damage) => {
    const set = await loadIntel([file(damage(gzipSync("192.0.2.1\n192.0.2.2\n"))), file("192.0.2.7")]);
    expect(set.errors.map((error) => error.code)).toEqual([code]);
    expect(values(set)).toEqual(["192.0.2.1", "192.0.2.2", "192.0.2.7"]);
  });

  test("bytes that only begin like gzip are an error", async () => {
    const set = await loadIntel([file(Buffer.from([0x1f, 0x8b, 0xff, 1, 2, 3])), file("192.0.2.7")]);
    expect(set.errors.map((error) => error.code)).toEqual(["gzip-corrupt"]);
    expect(values(set)).toEqual(["192.0.2.7"]);
  });

  test.each<[string, string, RegExp]>([
    ["a ZIP archive", "PK\u0003\u0004\n192.0.2.1\n", /ZIP/],
    ["binary data", "\0\u0001\u0002192.0.2.1\n", /binary/],
  ])("%s is named as not read", async (_, content, message) => {
    const set = await loadIntel([file(content)]);
    expect(set.indicators).toEqual([]);
    expect(set.errors[0]).toMatchObject({ code: "intel-unusable" });
    expect(set.errors[0]!.message).toMatch(message);
  });

  test("random bytes never throw", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        const set = await loadIntel([file(bytes)]);
        expect(set.hash).toMatch(/^[0-9a-f]{64}$/);
      }),
      { numRuns: 150 },
    );
  });

  test("random text of a feed's characters never throws", async () => {
    const piece = fc.constantFrom('"', ",", ";", "\t", "\n", "#", "ip", "192.0.2.1", "[.]", "'", "|", " ", "tags", "é");
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 60 }), async (pieces) => {
        const set = await loadIntel([file(pieces.join(""))]);
        expect(values(set).every((value) => value.startsWith("192.0.2.1"))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe("folders", () => {
  test("are read recursively, and what is no intel makes one remark and no error", async () => {
    const dir = folder({
      "b/list.txt": "192.0.2.2\n",
      "a.csv": "ip,tag\n192.0.2.1,x\n192.0.2.3,y\n",
      LICENSE: "Permission is hereby granted, free of charge,\n".repeat(500),
      "README.md": "# Feed\n\nThis feed lists addresses.\n\n- one\n- two\n",
      ".git/config": "192.0.2.99\n",
      "empty.txt": "",
      "bundle.json": "{}",
    });
    const set = await loadIntel([dir]);
    expect(values(set)).toEqual(["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
    expect(set.errors).toEqual([]);
    expect(set.files.map((entry) => [entry.file.slice(dir.length + 1), entry.accepted, entry.rejected])).toEqual([
      ["LICENSE", 0, 1],
      ["README.md", 0, 1],
      ["a.csv", 2, 0],
      ["b/list.txt", 1, 0],
      ["bundle.json", 0, 1],
      ["empty.txt", 0, 1],
    ]);
    expect(set.rejections).toHaveLength(4);
    expect(set.rejections[0]!.reason).toMatch(/no indicator in this file/);
  });

  test("a folder without any indicator is an error", async () => {
    const dir = folder({ README: "nothing here" });
    expect((await loadIntel([dir])).errors).toMatchObject([{ file: dir, code: "intel-unusable" }]);
  });

  test("a link back up ends, and a file reached twice is read once", async () => {
    const dir = folder({ "list.txt": "192.0.2.1\n" });
    symlinkSync(dir, join(dir, "loop"));
    symlinkSync(join(dir, "list.txt"), join(dir, "same.txt"));
    const set = await loadIntel([dir, join(dir, "list.txt")]);
    expect(set.errors).toEqual([]);
    expect(set.indicators[0]!.assertions).toHaveLength(1);
  });
});

describe("merging", () => {
  test("one value from several places is one indicator with every assertion", async () => {
    const list = file("# TLP:AMBER\n192[.]0[.]2[.]1\n192.0.2.1\n::ffff:192.0.2.1\n");
    const table = file(
      "ip,tags,tlp,role,first_seen,last_seen\n192.0.2.1,APT31,green,c2,2021-01-05,2021-02-01\n,x,,,,\n",
    );
    const set = await loadIntel([list, table], { role: "relay" });
    expect(set.indicators).toHaveLength(1);
    const [indicator] = set.indicators;
    expect(indicator!.assertions.map(({ file: path, line, original }) => [path, line, original])).toEqual([
      [list, 2, "192[.]0[.]2[.]1"],
      [list, 3, "192.0.2.1"],
      [list, 4, "::ffff:192.0.2.1"],
      [table, 2, "192.0.2.1"],
    ]);
    expect(indicator).toMatchObject({ labels: ["APT31"], tlp: "TLP:AMBER", role: "c2" });
    // The list leaves the window open, so the union is open.
    expect(indicator!.validFrom).toBeUndefined();
    expect(set.files.map(({ accepted, duplicates }) => [accepted, duplicates])).toEqual([
      [1, 2],
      [0, 1],
    ]);
  });

  test("validity is the union, and the strongest explicit role wins whatever the order", async () => {
    const a = file("ip,role,first_seen,last_seen,tags\n192.0.2.1,scanner,2021-03-01,2021-04-01,A\n192.0.2.2,,,,\n");
    const b = file("ip,role,first_seen,last_seen,tags\n192.0.2.1,relay,2021-01-01,2021-03-15,B\n192.0.2.3,,,,\n");
    const [forth, back] = [await loadIntel([a, b], { role: "c2" }), await loadIntel([b, a], { role: "c2" })];
    expect(forth.indicators[0]).toMatchObject({
      role: "relay",
      labels: ["A", "B"],
      validFrom: Date.UTC(2021, 0, 1),
      validUntil: Date.UTC(2021, 3, 2) - 1,
    });
    expect(forth.indicators[1]!.role).toBe("c2");
    expect(back.hash).toBe(forth.hash);
    expect(describeSet(back).map((row) => ({ ...row, feeds: [] }))).toEqual(
      describeSet(forth).map((row) => ({ ...row, feeds: [] })),
    );
  });

  test("the options' window fills open ends and never empties a feed's own", async () => {
    const path = file("ip,first_seen,last_seen\n192.0.2.1,,2020-06-01\n192.0.2.2,2021-05-01,\n192.0.2.3,,\n");
    const validFrom = Date.UTC(2021, 0, 1);
    const set = await loadIntel([path], { validFrom });
    expect(set.indicators.map((indicator) => indicator.validFrom)).toEqual([
      undefined,
      Date.UTC(2021, 4, 1),
      validFrom,
    ]);
    expect(set.indicators[0]!.validUntil).toBe(Date.UTC(2020, 5, 2) - 1);
  });

  test("the hash depends on the indicators alone: not on order, files, spelling or repetition", async () => {
    const lines = ["192.0.2.1", "198.51.100.0/24", "2001:db8::1", "203.0.113.4-203.0.113.9"];
    const { hash } = await loadIntel([file(lines.join("\n"))]);
    const other = ["203.0.113.4-9", "2001:DB8:0::1", "198.51.100.77/24", "192[.]0[.]2[.]1", "192.0.2.1:80"];
    expect((await loadIntel([file(other.join("\n"))])).hash).toBe(hash);
    expect((await loadIntel([file(lines[0]!), file(lines.slice(1).join("\n"))])).hash).toBe(hash);
    expect((await loadIntel([file(lines.slice(1).join("\n"))])).hash).not.toBe(hash);
    expect((await loadIntel([file(lines.join("\n"))], { role: "relay" })).hash).not.toBe(hash);
    expect((await loadIntel([file(lines.join("\n"))], { validFrom: 0 })).hash).not.toBe(hash);
    expect((await loadIntel([file(lines.join("\n"))], { labels: ["x"] })).hash).not.toBe(hash);
  });
});

import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exampleArgs, generateExample, projectRoot, type Truth } from "../examples/generate.js";
import { readListed } from "../examples/generate/relays.js";
import { VERDICTS } from "../src/model/sighting.js";

let folder: string;
let truth: Truth;
let listed: Set<string>;
let seconds: number;
const logs = (): string => join(folder, "first", "logs");

async function files(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .sort();
}

async function treeHash(dir: string): Promise<string> {
  const hash = createHash("sha256");
  for (const path of await files(dir)) {
    const { mtimeMs } = await stat(join(dir, path));
    hash.update(`${path}\0${path.includes("truth.json") ? "" : mtimeMs}\0`).update(await readFile(join(dir, path)));
  }
  return hash.digest("hex");
}

/** Decompressed by magic number, as text. */
async function content(path: string): Promise<Buffer> {
  const data = await readFile(join(logs(), path));
  return data[0] === 0x1f && data[1] === 0x8b ? gunzipSync(data) : data;
}

async function lines(path: string): Promise<string[]> {
  const all = (await content(path)).toString("utf8").split("\n");
  all.pop();
  return all.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
}

const under = (prefix: string): string[] => truth.files.map((f) => f.path).filter((path) => path.startsWith(prefix));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lookback-example-"));
  listed = new Set(await readListed(join(projectRoot(), exampleArgs.intel)));
  const start = performance.now();
  truth = await generateExample(logs());
  seconds = (performance.now() - start) / 1000;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the example generator", () => {
  it("writes the same bytes and times twice", async () => {
    await generateExample(join(folder, "second", "logs"));
    expect(await treeHash(join(folder, "second"))).toBe(await treeHash(join(folder, "first")));
  });

  it("writes at least 300,000 lines in less than 90 MB and 15 seconds", async () => {
    let stored = 0;
    for (const path of await files(logs())) stored += (await stat(join(logs(), path))).size;
    expect(truth.lines).toBeGreaterThanOrEqual(300_000);
    expect(stored).toBeLessThan(90_000_000);
    expect(seconds).toBeLessThan(15);
  });

  it("lists every file it wrote with its lines and bytes", async () => {
    expect(truth.files.map((file) => file.path)).toEqual(await files(logs()));
    for (const file of truth.files) {
      const data = await content(file.path);
      expect([file.path, data.length, data.toString("latin1").split("\n").length - 1]).toEqual([
        file.path,
        file.bytes,
        file.lines,
      ]);
    }
  });

  it("replaces an earlier run", async () => {
    const before = await treeHash(join(folder, "first"));
    await writeFile(join(logs(), "fw-paris", "stale.log"), "of an older version\n");
    truth = await generateExample(logs());
    expect(await treeHash(join(folder, "first"))).toBe(before);
  });

  it("leaves a folder alone that it did not make", async () => {
    for (const name of ["thesis.txt", "web"]) {
      const dir = join(folder, `not-ours-${name}`, "logs");
      await mkdir(dir, { recursive: true });
      await writeFile(join(dir, name), "years of work");
      await expect(generateExample(dir)).rejects.toThrow(name);
      expect(await readFile(join(dir, name), "utf8")).toBe("years of work");
    }
  });
});

describe("the answer sheet", () => {
  it("is exactly what a naive whole-word search for the listed addresses finds", async () => {
    expect(listed.size).toBe(161);
    const found: string[] = [];
    for (const { path } of truth.files)
      (await lines(path)).forEach((line, i) => {
        const words = new Set((line.match(/[\w.-]{7,}/g) ?? []).map((word) => word.replace(/\.+$/, "")));
        for (const word of words) if (listed.has(word)) found.push(`${path}:${i + 1}:${word}`);
      });
    const planted = truth.sightings.map((s) => `${s.file}:${s.line}:${s.indicator}`);
    expect(new Set(planted).size).toBe(planted.length);
    expect(found.sort()).toEqual(planted.sort());
  });

  it("gives the byte offset at which each planted line starts", async () => {
    const byFile = new Map<string, Buffer>();
    for (const s of truth.sightings) {
      const data = byFile.get(s.file) ?? (await content(s.file));
      byFile.set(s.file, data);
      expect(s.offset === 0 || data[s.offset - 1] === 0x0a).toBe(true);
      const end = data.indexOf(0x0a, s.offset);
      expect(data.subarray(s.offset, end).toString("utf8")).toContain(s.indicator);
    }
  });

  it("holds near misses that contain a listed address's digits or its neighbours but no sighting", async () => {
    const places = new Set(truth.sightings.map((s) => `${s.file}:${s.line}`));
    expect(truth.nearMisses.length).toBeGreaterThanOrEqual(25);
    for (const miss of truth.nearMisses) expect(places.has(`${miss.file}:${miss.line}`)).toBe(false);
    const texts = await Promise.all(truth.nearMisses.map(async (miss) => (await lines(miss.file))[miss.line - 1]!));
    const containing = texts.filter((text) => [...listed].some((address) => text.includes(address)));
    expect(containing.length).toBeGreaterThanOrEqual(12);
  });

  it("covers every verdict but own-asset, and every role and outcome", () => {
    const of = (key: "verdict" | "role" | "outcome"): string[] =>
      [...new Set(truth.sightings.map((s) => s[key]))].sort();
    expect(of("verdict")).toEqual(VERDICTS.filter((verdict) => !truth.notCovered.includes(verdict)).sort());
    expect(of("role")).toEqual(["answer", "destination", "forwarded", "mention", "question", "source", "translated"]);
    expect(of("outcome")).toEqual(["authenticated", "blocked", "established", "refused", "unanswered", "unknown"]);
  });

  it("has callouts in two cases only, each seen by two sensors, and never as one of several readings", () => {
    const callouts = truth.sightings.filter((s) => s.verdict === "callout");
    const sensors = new Set(callouts.map((s) => `${s.case} ${s.file.split("/")[0]}`));
    expect([...sensors].sort()).toEqual([
      "implant-server aws",
      "implant-server proxy",
      "implant-workstation fw-paris",
      "implant-workstation zeek",
    ]);
    expect(truth.sightings.filter((s) => s.verdictAlso?.includes("callout"))).toEqual([]);
    expect(callouts.filter((s) => s.verdictAlso !== undefined)).toEqual([]);
  });

  it("marks what lies outside the window, and the one line without a time", () => {
    for (const s of truth.sightings) {
      const inside =
        s.timestamp === undefined || (s.timestamp >= exampleArgs.from && s.timestamp < `${exampleArgs.to}T99`);
      expect(s.outside === undefined).toBe(inside);
    }
    expect(truth.sightings.filter((s) => s.outside === "before")).toHaveLength(2);
    expect(truth.sightings.filter((s) => s.outside === "after")).toHaveLength(1);
    expect(truth.sightings.filter((s) => s.timestamp === undefined).map((s) => s.case)).toEqual(["undated"]);
  });
});

describe("the lines", () => {
  it("have as many columns as their header says: Zeek, VPC flow, and IIS on both sides of its change", async () => {
    for (const path of under("zeek/").filter((name) => !name.includes("2021-04-08"))) {
      const all = await lines(path);
      const columns = all.find((line) => line.startsWith("#fields"))!.split("\t").length - 1;
      for (const line of all) if (!line.startsWith("#")) expect(line.split("\t")).toHaveLength(columns);
    }
    for (const path of under("aws/")) {
      const [header, ...rest] = await lines(path);
      const columns = header!.split(" ").length;
      for (const line of rest) expect(line.split(" ")).toHaveLength(columns);
    }
    let changes = 0;
    for (const path of under("exchange/")) {
      let columns = 0;
      const seen = new Set<number>();
      for (const line of await lines(path)) {
        if (line.startsWith("#Fields: ")) columns = line.split(" ").length - 1;
        else if (!line.startsWith("#")) expect(line.split(" ")).toHaveLength(columns);
        seen.add(columns);
      }
      seen.delete(0);
      if (seen.size > 1) changes++;
    }
    expect(changes).toBe(1);
  });

  it("are JSON where the format is JSON", async () => {
    for (const path of [...under("ids/"), ...under("zeek/2021-04-08/")])
      for (const line of await lines(path)) expect(typeof JSON.parse(line)).toBe("object");
  });

  it("agree with themselves on the time: FortiGate's date, time and tz with eventtime, summer and winter", async () => {
    const zones = new Set<string>();
    for (const path of under("fw-paris/"))
      for (const line of await lines(path)) {
        const m = /^date=(\S+) time=(\S+) .*?eventtime=(\d{10})\d{9} tz="([+-]\d\d)(\d\d)"/.exec(line);
        expect(m).not.toBeNull();
        expect(Date.parse(`${m![1]}T${m![2]}${m![4]}:${m![5]}`) / 1000).toBe(Number(m![3]));
        zones.add(m![4]!);
      }
    expect([...zones].sort()).toEqual(["+01", "+02"]);
  });

  it("of yearless syslog lie in files whose modification time gives the right year", async () => {
    for (const path of [...under("vpn/auth.log"), "collector/mixed.log"]) {
      const { mtimeMs } = await stat(join(logs(), path));
      expect(new Date(mtimeMs).getUTCFullYear()).toBe(2021);
      const months = (await lines(path)).map((line) => line.slice(0, 3));
      if (new Date(mtimeMs).getUTCMonth() > 1) expect(months).not.toContain("Dec");
    }
  });
});

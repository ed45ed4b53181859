/** The real program over one log in every wrapping: the same sightings, each member a source of its own. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const FIXTURES = "test/fixtures/containers";
const folder = mkdtempSync(join(tmpdir(), "lookback-wrapped-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "list.txt"), "95.143.219.230\n");

interface Sighting {
  log: { file: { path: string }; offset: number; line: number };
  lookback: { verdict: string };
}

function hunt(workers: string, ...inputs: string[]): { sightings: Sighting[]; text: string; coverage: any } {
  const out = join(folder, `${workers}-${inputs.length}-${inputs[0]!.replaceAll("/", "_")}`);
  const args = [
    "bin/lookback",
    "hunt",
    "-q",
    "--workers",
    workers,
    "-i",
    join(folder, "list.txt"),
    "-o",
    out,
    ...inputs,
  ];
  spawnSync(process.execPath, args, { encoding: "utf8" });
  const text = readFileSync(join(out, "sightings.jsonl"), "utf8");
  const sightings = text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Sighting);
  return { sightings, text, coverage: JSON.parse(readFileSync(join(out, "coverage.json"), "utf8")) };
}

const places = (sightings: readonly Sighting[]): [number, number, string][] =>
  sightings.map(({ log: { offset, line }, lookback: { verdict } }) => [offset, line, verdict]);

describe("wrapped logs", () => {
  const plain = hunt("1", `${FIXTURES}/app.log`);

  it("the plain log has its seven", () => {
    expect(plain.sightings).toHaveLength(7);
    expect(plain.sightings[0]!.log.line).toBe(6);
  });

  it.each([
    "app.log.gz",
    "app.log.zst",
    "app.log.xz",
    "app.log.bz2",
    "app.log.lz4",
    "streams.bz2",
    "one.tar",
    "stored.zip",
    "stream.zip",
  ])("%s gives the same offsets, lines and verdicts", (name) => {
    expect(places(hunt("1", `${FIXTURES}/${name}`).sightings)).toEqual(places(plain.sightings));
  });

  it("each member of nested archives is a source, with its own lines from 1", () => {
    const { sightings, coverage } = hunt("1", `${FIXTURES}/nested.tar.gz`);
    const paths = [
      "inner.zip!fw/app.log.gz",
      "inner.zip!fw/app.log.zst",
      "inner.zip!fw/2021/app.log",
      "one.tar!fw/2021/app.log",
    ].map((path) => `${FIXTURES}/nested.tar.gz!${path}`);
    expect(coverage.sources.map(({ path }: { path: string }) => path).sort()).toEqual([...paths].sort());
    for (const path of paths) {
      const own = sightings.filter(({ log }) => log.file.path === path);
      expect(places(own)).toEqual(places(plain.sightings));
    }
    expect(coverage.totals).toMatchObject({ sources: 4, complete: 4, lines: 2400, hits: 28 });
  });

  it("a folder of all of them gives the same bytes with 1 and 4 workers", () => {
    const [one, four] = [hunt("1", FIXTURES), hunt("4", FIXTURES)];
    expect(four.text).toBe(one.text);
    expect(four.coverage).toEqual(one.coverage);
    // encrypted.zip gives none.
    expect(one.coverage.sources.find(({ path }: { path: string }) => path.includes("encrypted.zip"))).toMatchObject({
      complete: false,
      errors: [{ code: "archive-encrypted" }],
    });
  });

  it("a large one, decompressed in a thread of its own, gives the same bytes with 1 and 4 workers", () => {
    const one = readFileSync(`${FIXTURES}/app.log.zst`);
    const large = join(folder, "large.zst");
    writeFileSync(large, Buffer.concat(Array.from({ length: 450 }, () => one)));
    const [alone, threads] = [hunt("1", large), hunt("4", large)];
    expect(alone.sightings).toHaveLength(450 * 7);
    expect(threads.text).toBe(alone.text);
    expect(threads.coverage).toEqual(alone.coverage);
  });

  it("a cut archive gives what it has, says what it lacks, and the program exits with 2", () => {
    const cut = join(folder, "cut.tar.gz");
    writeFileSync(cut, readFileSync(`${FIXTURES}/case.tar.gz`).subarray(0, 20_000));
    const done = spawnSync(process.execPath, ["bin/lookback", "hunt", "--json", "-i", join(folder, "list.txt"), cut], {
      encoding: "utf8",
    });
    expect(done.status).toBe(2);
    expect(done.stdout.split("\n").filter(Boolean).length).toBeGreaterThanOrEqual(7);
    expect(done.stderr).toContain("ends");
  });

  it("an archive on standard input is read like a file", () => {
    const bytes = readFileSync(`${FIXTURES}/case.zip`);
    const text = execFileSync(
      process.execPath,
      ["bin/lookback", "hunt", "-q", "--json", "-i", join(folder, "list.txt"), "-"],
      {
        encoding: "utf8",
        input: bytes,
      },
    );
    expect(text.split("\n").filter(Boolean)).toHaveLength(21);
    expect(text).toContain('"path":"-!fw/2021/app.log"');
  });
});

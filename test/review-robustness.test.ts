/** Faults that a review found, each held by its behaviour. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compile } from "../src/matcher/compile.js";
import { Kernel } from "../src/matcher/kernel.js";
import { sniff } from "../src/sources/sniff.js";
import { indicator, kernelScan, twinScan } from "./matcher-helpers.js";

const folder = mkdtempSync(join(tmpdir(), "lookback-review-"));
const at = (...parts: string[]): string => join(folder, ...parts);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ADDRESS = "203.0.113.7";
writeFileSync(at("list.txt"), `${ADDRESS}\n`);
writeFileSync(at("a.log"), `2021-03-04T05:06:07Z src=${ADDRESS} dst=10.0.0.1 action=accept\n`);

const hunt = (...args: string[]): { code: number | null; out: string; err: string } => {
  const done = spawnSync(
    process.execPath,
    ["bin/lookback", "hunt", "--no-warninglists", "-i", at("list.txt"), ...args],
    {
      encoding: "utf8",
      timeout: 30_000,
    },
  );
  return { code: done.status, out: done.stdout, err: done.stderr };
};

describe("an address after a colour sequence", () => {
  const indicators = [indicator(ADDRESS), indicator("2001:db8::7")];
  const set = compile(indicators);
  const kernel = new Kernel(set, 64 * 1024);
  const found = (text: string): string[] => {
    const bytes = Buffer.from(text);
    const { hits } = kernelScan(kernel, bytes);
    expect(hits).toEqual(twinScan(set, indicators, bytes).hits);
    return hits.map(({ offset, length }) => bytes.toString("latin1", offset, offset + length));
  };

  it.each(["\u001b[31m", "\\u001b[1;31m", "#033[0m", "\\x1b[m", "[38;5;12m", "\u001b[01;31m\u001b[K"])(
    "%j",
    (before) => {
      expect(found(`x ${before}${ADDRESS}\u001b[0m y`)).toEqual([ADDRESS]);
      expect(found(`x ${before}2001:db8::7\u001b[0m y`)).toEqual(["2001:db8::7"]);
    },
  );

  it("is none when the letter ends a word", () => {
    for (const before of ["m", "31m", "K", ";m", "[x31m", "[00000000000000000m"])
      expect(found(`x ${before}${ADDRESS} y`)).toEqual([]);
  });
});

describe("UTF-16 without a byte order mark", () => {
  const line = "2021-03-04 05:06:07 отказ в доступе 😀 src=203.0.113.7\r\n".repeat(20);

  it("is known although half of it is not ASCII", () => {
    expect(sniff(Buffer.from(line, "utf16le")).encoding).toBe("utf-16le");
    expect(sniff(Buffer.from(line, "utf16le").swap16()).encoding).toBe("utf-16be");
  });

  it("is not seen in ASCII text between records of small 16-bit numbers", () => {
    const records = Buffer.from(new Uint16Array(400).fill(7).buffer);
    expect(sniff(Buffer.concat([records, Buffer.from(`src=${ADDRESS} dst=10.0.0.1\n`), records])).encoding).toBe(
      "utf-8",
    );
  });
});

describe("the command line", () => {
  it.each(["2021-13-01", "2021-00-10", "2021-02-30", "0000-00-00T00:00Z"])("says that %s is no time", (time) => {
    const { code, err } = hunt("--from", time, at("a.log"));
    expect(code).toBe(2);
    expect(err).toContain("--from takes a date");
    expect(err.trim().split("\n")).toHaveLength(1);
  });

  it("takes an empty --own or --output for a mistake", () => {
    expect(hunt("--own", "", at("a.log"))).toMatchObject({ code: 2, err: "lookback: --own names no network\n" });
    expect(hunt("--output", "", at("a.log"))).toMatchObject({ code: 2, err: "lookback: --output names no folder\n" });
  });

  it("makes the output folder with its parents, and ends where none can be made", () => {
    expect(hunt("-q", "-o", at("new", "deep"), at("a.log")).code).toBe(0);
    expect(existsSync(at("new", "deep", "manifest.json"))).toBe(true);
    expect(hunt("-q", "-o", at("a.log"), at("a.log"))).toMatchObject({ code: 2 });
    if (existsSync("/proc/self")) expect(hunt("-q", "-o", "/proc/lookback", at("a.log"))).toMatchObject({ code: 2 });
  });

  it("says with --quiet, too, what was not read", () => {
    const { code, out, err } = hunt("-q", at("a.log"), at("missing.log"));
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain("missing.log");
    expect(err).toContain("not-found");
  });

  it.skipIf(!existsSync("/dev/full"))("ends with 2 and one line when standard output takes nothing more", () => {
    const shell = `"${process.execPath}" bin/lookback`;
    for (const rest of [
      `hunt --no-warninglists -q --json -i "${at("list.txt")}" "${at("a.log")}"`,
      `intel show "${at("list.txt")}"`,
    ]) {
      const done = spawnSync("sh", ["-c", `${shell} ${rest} > /dev/full`], { encoding: "utf8" });
      expect(done.status).toBe(2);
      expect(done.stderr).toMatch(/^lookback: standard output: ENOSPC[^\n]*\n$/);
    }
  });

  it("ends quietly when the reader of `intel show` goes away", () => {
    const list = Array.from({ length: 60_000 }, (_, i) => `198.18.${i >> 8}.${i & 255}`).join("\n");
    writeFileSync(at("many.txt"), list);
    const done = spawnSync(
      "sh",
      [
        "-c",
        `{ "${process.execPath}" bin/lookback intel show --json "${at("many.txt")}"; echo "code $?" >&2; } | head -c 1`,
      ],
      { encoding: "utf8" },
    );
    expect(done.stderr).toBe("code 0\n");
  });

  it("leaves a whole output whenever a signal comes after the start", async () => {
    writeFileSync(at("long.log"), `${`nothing ${"x".repeat(90)}\n`.repeat(300_000)}src=${ADDRESS} dst=10.0.0.1\n`);
    for (const delay of [0, 20, 60, 120]) {
      const out = at(`signal-${delay}`);
      const child = spawn(process.execPath, [
        "bin/lookback",
        "hunt",
        "--no-warninglists",
        "-q",
        "-i",
        at("list.txt"),
        "-o",
        out,
        at("long.log"),
      ]);
      const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
      while (!existsSync(join(out, "sightings.jsonl.part")) && child.exitCode === null)
        await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, delay));
      child.kill("SIGINT");
      const code = await ended;
      const manifest = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8")) as { interrupted: boolean };
      // While Node takes itself down no handler holds: the signal may still end the process, and the output is whole all the same.
      if (child.signalCode === null) expect(code).toBe(manifest.interrupted ? 2 : 0);
      const sightings = readFileSync(join(out, "sightings.jsonl"), "utf8").split("\n").slice(0, -1);
      for (const line of sightings) JSON.parse(line);
    }
  });
});

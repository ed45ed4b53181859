/** The real program: the reports that --report adds, and what becomes of them and of others' files when a hunt is run again. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { afterAll, beforeEach, describe, expect, it } from "vitest";

const BIN = resolve("bin/lookback");
const root = mkdtempSync(join(tmpdir(), "lookback-reports-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder = "";
let cases = 0;
beforeEach(() => {
  folder = join(root, String(++cases));
  mkdirSync(folder);
  writeFileSync(join(folder, "list.txt"), "95.143.219.230\n");
  const lines = ["Failed", "Accepted"].map(
    (result, i) =>
      `2021-03-04T05:0${i}:07Z gw sshd[1]: ${result} password for root from 95.143.219.230 port 4711 ssh2\n`,
  );
  writeFileSync(join(folder, "auth.log"), lines.join(""));
});

interface Done {
  code: number | null;
  out: string;
  err: string;
}

function lookback(args: readonly string[], env: Record<string, string> = {}): Done {
  const done = spawnSync(process.execPath, [BIN, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

const hunt = (...args: string[]): Done => lookback(["hunt", "-q", "-i", "list.txt", ...args, "auth.log"]);
const FINE = { code: 0, out: "", err: "" };
const at = (name: string): string => join(folder, "out", name);
const text = (name: string): string => readFileSync(at(name), "utf8");
const files = (): Record<string, { sha256: string; bytes: number }> => JSON.parse(text("manifest.json")).files;
const sha256 = (name: string): string =>
  createHash("sha256")
    .update(readFileSync(at(name)))
    .digest("hex");
const extra = (): string[] => ["report.md", "findings.csv"].filter((name) => existsSync(at(name)));

describe("--report", () => {
  it("adds report.md and findings.csv to report.html, listed in the manifest, and verify knows them", () => {
    expect(hunt("-o", "out", "--report", "md,csv")).toEqual(FINE);
    expect(text("report.md")).toMatch(/^# Lookback: 1 access: /);
    expect(text("findings.csv")).toMatch(
      /^finding,verdict,level,[^\n]*\r\n[0-9a-f]{16},access,high,ipv4-addr,95\.143\.219\.230,/,
    );
    for (const name of ["report.html", "report.md", "findings.csv"])
      expect(files()[name]).toEqual({ sha256: sha256(name), bytes: readFileSync(at(name)).length });
    expect(lookback(["verify", "out"]).code).toBe(0);
    appendFileSync(at("findings.csv"), "x");
    const { code, out } = lookback(["verify", "out"]);
    expect([code, out]).toEqual([1, expect.stringContaining("findings.csv: not as the hunt wrote it")]);
  });

  it("may be repeated, hold what is always written, and come from the environment or lookback.yaml", () => {
    expect(hunt("-o", "out")).toEqual(FINE);
    expect(extra()).toEqual([]);
    expect(hunt("-o", "out", "--force", "--report", "html")).toEqual(FINE);
    expect(extra()).toEqual([]);
    expect(hunt("-o", "out", "--force", "--report", "csv", "--report", "html, md", "--report", "md")).toEqual(FINE);
    expect(extra()).toEqual(["report.md", "findings.csv"]);
    const again = ["hunt", "-q", "-i", "list.txt", "-o", "out", "--force", "auth.log"];
    expect(lookback(again, { LOOKBACK_REPORT: "csv" })).toEqual(FINE);
    expect(extra()).toEqual(["findings.csv"]);
    writeFileSync(join(folder, "lookback.yaml"), "report: [md, csv]\n");
    expect(lookback(again)).toEqual(FINE);
    expect(extra()).toEqual(["report.md", "findings.csv"]);
    expect(text("report.html")).toContain("<dt>Setting report</dt><dd>md, csv (lookback.yaml:1:9)</dd>");
    // A setting is no demand: without a folder there is nothing to write to.
    expect(lookback(["hunt", "-q", "-i", "list.txt", "auth.log"])).toEqual(FINE);
  });

  it("is refused for what it does not know, and without a folder", () => {
    const unknown = hunt("-o", "out", "--report", "md,pdf");
    expect([unknown.code, unknown.err]).toEqual([
      2,
      expect.stringContaining('--report takes one of html, md, csv, not "pdf"'),
    ]);
    const nowhere = hunt("--report", "md");
    expect([nowhere.code, nowhere.err]).toEqual([2, expect.stringContaining("--report needs a folder: -o DIR")]);
    expect(existsSync(at(""))).toBe(false);
  });

  it("leaves no report of an earlier hunt beside a later one", () => {
    expect(hunt("-o", "out", "--report", "md,csv")).toEqual(FINE);
    expect(hunt("-o", "out").code).toBe(2);
    expect(extra()).toEqual(["report.md", "findings.csv"]);
    expect(hunt("-o", "out", "--force", "--report", "csv")).toEqual(FINE);
    expect(extra()).toEqual(["findings.csv"]);
    expect(Object.keys(files())).not.toContain("report.md");
  });

  it("does not write over a file of that name that no hunt left, nor take it away", () => {
    mkdirSync(at(""));
    writeFileSync(at("report.md"), "my own notes\n");
    const refused = hunt("-o", "out", "--report", "md,csv");
    expect([refused.code, refused.err]).toEqual([
      2,
      expect.stringContaining("out holds a report.md that no hunt left"),
    ]);
    expect(hunt("-o", "out", "--report", "csv")).toEqual(FINE);
    expect(hunt("-o", "out", "--force")).toEqual(FINE);
    expect([extra(), text("report.md")]).toEqual([["report.md"], "my own notes\n"]);
    expect(hunt("-o", "out", "--force", "--report", "md")).toEqual(FINE);
    expect(text("report.md")).toMatch(/^# Lookback/);
  });

  it("gives the same bytes whatever the number of workers, but for times and arguments", () => {
    const made = ["1", "3"].map((workers) => {
      expect(hunt("-o", "out", "--force", "--report", "md,csv", "--workers", workers)).toEqual(FINE);
      const steady = (name: string): string =>
        text(name)
          .replaceAll(/20\d\d-\d\d-\d\dT[\d:.]+Z(?! · )/g, "T")
          .replaceAll(/Hunt of <time[^>]*>[^<]*/g, "")
          .replaceAll(/\d+\.\d s/g, "")
          .replaceAll(`--workers ${workers}`, "");
      return [text("findings.csv"), steady("report.md"), steady("report.html")];
    });
    expect(made[0]).toEqual(made[1]);
  });

  it("names on the page the digests of the files that it tells of", () => {
    expect(hunt("-o", "out")).toEqual(FINE);
    for (const name of ["sightings.jsonl", "findings.jsonl", "coverage.json"])
      expect(text("report.html")).toContain(`<dt>${name}</dt><dd>SHA-256 ${sha256(name)}</dd>`);
  });
});

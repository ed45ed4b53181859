/** The real program: what evidence is kept, and what show, verify and diff make of it when the logs have changed since. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

import { afterAll, describe, expect, it } from "vitest";

const BIN = resolve("bin/lookback");
const NESTED = resolve("test/fixtures/containers/nested.tar.gz");
const RELAY = "95.143.219.230";
const OTHER = "105.154.12.165";
const root = mkdtempSync(join(tmpdir(), "lookback-evidence-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Done {
  code: number | null;
  out: string;
  err: string;
}

function lookback(cwd: string, args: readonly string[], input?: string): Done {
  const done = spawnSync(process.execPath, [BIN, ...args], { cwd, encoding: "utf8", input, maxBuffer: 1 << 28 });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

const sha256 = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");
const json = (path: string): any => JSON.parse(readFileSync(path, "utf8"));
const documents = (path: string): any[] =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const ssh = (minute: number, address: string, result = "Failed"): string =>
  `2021-03-04T05:${String(minute).padStart(2, "0")}:07Z gw sshd[1]: ${result} password for root from ${address} port 4711 ssh2`;
const AUTH = [
  ssh(1, "192.0.2.1"),
  ssh(2, "192.0.2.2"),
  ssh(3, RELAY),
  ssh(4, "192.0.2.4"),
  ssh(5, "192.0.2.5"),
  ssh(6, RELAY, "Accepted"),
  ssh(7, "192.0.2.7"),
];

let cases = 0;
/** A folder with logs, and a hunt over them in `out`. */
function hunted(logs: Record<string, string | Buffer>, ...args: string[]): string {
  const folder = join(root, String(++cases));
  mkdirSync(join(folder, "logs"), { recursive: true });
  writeFileSync(join(folder, "list.txt"), `${RELAY}\n`);
  for (const [name, content] of Object.entries(logs)) writeFileSync(join(folder, "logs", name), content);
  const done = lookback(folder, ["hunt", "-q", "-i", "list.txt", "-o", "out", ...args, "logs"]);
  expect(done).toEqual({ code: 0, out: "", err: "" });
  return folder;
}

const usual = (): Record<string, string | Buffer> => ({
  "auth.log": `${AUTH.join("\n")}\n`,
  "gw.log.gz": gzipSync(`${ssh(10, "192.0.2.9")}\n${ssh(11, RELAY).replace(" gw ", " fw ")}\n`),
  "nested.tar.gz": readFileSync(NESTED),
  "quiet.log": `${ssh(20, "192.0.2.20")}\n`,
});

interface Verified {
  code: number | null;
  holds: boolean;
  sources: { path: string; state: string; detail?: string; now?: string }[];
  evidence: { path: string; line: number; offset: number; state: string; detail?: string; now?: unknown }[];
  output: string[];
}

function verify(folder: string, ...args: string[]): Verified {
  const done = lookback(folder, ["verify", "out", "--json", ...args]);
  expect(done.err).toBe("");
  return { code: done.code, ...JSON.parse(done.out) };
}

const notHolding = ({ sources, evidence }: Verified): unknown[] => [
  ...sources.filter(({ state }) => !["unchanged", "unhashed"].includes(state)).map(({ path, state }) => [path, state]),
  ...evidence.filter(({ state }) => state !== "unchanged").map(({ path, line, state }) => [path, line, state]),
];

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 1;
  writeFileSync(path, bytes);
}

describe("the evidence of a hunt", () => {
  it("says which format and zone it was read with, and the SHA-256 of the stored file it stands in", () => {
    const folder = hunted(usual());
    const at = (name: string): string => join(folder, name);
    const evidence = documents(at("out/findings.jsonl")).flatMap((finding) => finding.evidence);
    expect(evidence.map((e) => e.path)).toEqual(expect.arrayContaining(["logs/auth.log", "logs/gw.log.gz"]));
    expect(evidence.some((e) => e.path.startsWith("logs/nested.tar.gz!"))).toBe(true);
    for (const piece of evidence) {
      expect([piece.format, piece.timezone]).toEqual(["syslog-3164>openssh.sshd", "UTC (in the line)"]);
      expect(piece.sha256).toBe(sha256(at(piece.path.split("!")[0])));
    }
    const { sources } = json(at("out/coverage.json"));
    const known = (name: string): unknown[] => {
      const source = sources.find((one: any) => one.path.startsWith(`logs/${name}`));
      return [source.file, source.size, source.sha256];
    };
    expect(known("auth.log")).toEqual([
      undefined,
      readFileSync(at("logs/auth.log")).length,
      sha256(at("logs/auth.log")),
    ]);
    expect(known("nested")).toEqual(["logs/nested.tar.gz", readFileSync(NESTED).length, sha256(NESTED)]);
    expect(known("quiet.log")[2]).toBeUndefined();
    const manifest = json(at("out/manifest.json"));
    expect(manifest.hashes).toEqual({ algorithm: "SHA-256", of: "hits", hashed: 3, changed: 0 });
    for (const name of ["sightings.jsonl", "findings.jsonl", "coverage.json", "report.html"])
      expect(manifest.files[name]).toEqual({
        sha256: sha256(at(`out/${name}`)),
        bytes: readFileSync(at(`out/${name}`)).length,
      });
  });

  it("is hashed as --hash says, and the same with one worker and with several", () => {
    const all = hunted(usual(), "--hash", "all", "--workers", "1");
    expect(json(join(all, "out/coverage.json")).sources.every((s: any) => s.sha256?.length === 64)).toBe(true);
    expect(json(join(all, "out/manifest.json")).hashes).toMatchObject({ of: "all", hashed: 4 });
    const none = hunted(usual(), "--hash", "none");
    expect(readFileSync(join(none, "out/coverage.json"), "utf8")).not.toContain("sha256");
    expect(readFileSync(join(none, "out/findings.jsonl"), "utf8")).not.toContain("sha256");
    expect(json(join(none, "out/manifest.json")).hashes).toMatchObject({ of: "none", hashed: 0 });
    const several = hunted(usual(), "--hash", "all", "--workers", "3");
    for (const name of ["sightings.jsonl", "findings.jsonl", "coverage.json"])
      expect(readFileSync(join(several, "out", name), "utf8")).toBe(readFileSync(join(all, "out", name), "utf8"));
  });
});

describe("verify", () => {
  it("finds that all holds when nothing changed", () => {
    const folder = hunted({ ...usual(), "wide.log": Buffer.from(`\ufeff${AUTH.join("\r\n")}\r\n`, "utf16le") });
    const checked = verify(folder);
    expect(checked).toMatchObject({ code: 0, holds: true, output: [] });
    expect(checked.sources.map(({ path, state }) => [path, state])).toEqual([
      ["logs/auth.log", "unchanged"],
      ["logs/gw.log.gz", "unchanged"],
      ["logs/nested.tar.gz", "unchanged"],
      ["logs/quiet.log", "unhashed"],
      ["logs/wide.log", "unchanged"],
    ]);
    expect(new Set(checked.evidence.map(({ state }) => state))).toEqual(new Set(["unchanged"]));
    expect(checked.evidence.some(({ path, line }) => path === "logs/wide.log" && line === 6)).toBe(true);
    // From anywhere: the manifest keeps the folder that relative paths start from.
    expect(lookback(root, ["verify", join(folder, "out")])).toMatchObject({ code: 0, err: "" });
  });

  it("finds one flipped byte beside the evidence, and names the log", () => {
    const folder = hunted(usual());
    flip(join(folder, "logs/auth.log"), 3);
    expect(notHolding(verify(folder))).toEqual([["logs/auth.log", "changed"]]);
    const told = lookback(folder, ["verify", "out"]);
    expect(told.code).toBe(1);
    expect(told.out).toContain("Does not hold: 1 of 4 sources.");
    expect(told.out).toContain(`changed    logs/auth.log: its SHA-256 is now ${sha256(join(folder, "logs/auth.log"))}`);
  });

  it("finds one flipped byte in a line that a finding rests on, and names the line", () => {
    const folder = hunted({ "auth.log": `${AUTH.join("\n")}\n` });
    flip(join(folder, "logs/auth.log"), AUTH.slice(0, 5).join("\n").length + 30);
    const checked = verify(folder);
    expect(checked.code).toBe(1);
    expect(notHolding(checked)).toEqual([
      ["logs/auth.log", "changed"],
      ["logs/auth.log", 6, "changed"],
    ]);
  });

  it.each(["gw.log.gz", "nested.tar.gz"])("finds one flipped byte in %s", (name) => {
    const folder = hunted(usual());
    const path = join(folder, "logs", name);
    flip(path, Math.floor(readFileSync(path).length / 2));
    const checked = verify(folder);
    expect(checked.code).toBe(1);
    expect(checked.sources.find((source) => source.path === `logs/${name}`)!.state).toBe("changed");
    // No other log is blamed.
    expect(notHolding(checked).every((entry) => (entry as string[])[0]!.startsWith(`logs/${name}`))).toBe(true);
  });

  it("says where a line went that moved, and which lines are gone with the log's end", () => {
    const folder = hunted({ "auth.log": `${AUTH.join("\n")}\n` });
    const added = ssh(0, "192.0.2.100");
    writeFileSync(join(folder, "logs/auth.log"), `${added}\n${AUTH.slice(0, 3).join("\n")}\n`);
    const { code, evidence } = verify(folder);
    expect(code).toBe(1);
    const offset = AUTH.slice(0, 2).join("\n").length + 1;
    expect(evidence.map(({ line, state, now }) => [line, state, now])).toEqual([
      [3, "moved", { offset: offset + added.length + 1, line: 4 }],
      [6, "missing", undefined],
    ]);
  });

  it("tells a log that grew or was renamed from one that is lost", () => {
    const folder = hunted(usual());
    const at = (name: string): string => join(folder, "logs", name);
    appendFileSync(at("auth.log"), `${ssh(30, RELAY)}\n`);
    renameSync(at("gw.log.gz"), at("gw.log.1.gz"));
    let checked = verify(folder);
    expect(checked).toMatchObject({ code: 0, holds: true });
    expect(notHolding(checked)).toEqual([
      ["logs/auth.log", "grown"],
      ["logs/gw.log.gz", "moved"],
    ]);
    expect(checked.sources[1]!.now).toBe(at("gw.log.1.gz"));
    rmSync(at("gw.log.1.gz"));
    rmSync(at("quiet.log"));
    checked = verify(folder);
    expect(checked.code).toBe(1);
    expect(notHolding(checked)).toEqual([
      ["logs/auth.log", "grown"],
      ["logs/gw.log.gz", "missing"],
      ["logs/quiet.log", "missing"],
      ["logs/gw.log.gz", 2, "missing"],
    ]);
  });

  it("reads the logs where --base or --logs says they are now", () => {
    const folder = hunted(usual());
    const moved = join(root, "moved");
    renameSync(join(folder, "logs"), join(mkdirSync(moved, { recursive: true }) ?? moved, "logs"));
    expect(verify(folder).code).toBe(1);
    expect(verify(folder, "--base", moved).code).toBe(0);
    expect(verify(folder, "--logs", join(moved, "logs")).code).toBe(0);
  });

  it("finds a log again whose name is no UTF-8", () => {
    const folder = hunted({ "auth.log": `${AUTH[2]}\n` });
    const latin1 = Buffer.concat([Buffer.from(join(folder, "logs/")), Buffer.from("journ\xe9e.log", "latin1")]);
    renameSync(join(folder, "logs/auth.log"), latin1);
    lookback(folder, ["hunt", "-q", "-i", "list.txt", "-o", "out", "--force", "logs"]);
    const checked = verify(folder);
    expect([checked.code, checked.evidence[0]!.path]).toEqual([0, "logs/journ\ufffde.log"]);
    rmSync(latin1);
    expect(verify(folder).evidence[0]!.state).toBe("missing");
  });

  it("finds evidence in lines of many kilobytes and megabytes, deep in a log", () => {
    const filler = `${ssh(0, "192.0.2.1")} ${"x".repeat(60)}\n`.repeat(25_000);
    const wide = (n: number): string => `user="é${"é".repeat(n)}" src=${RELAY} dst=10.0.0.9 ${"z".repeat(n)} end\n`;
    const text = `${filler}${wide(3000)}${filler}${wide(60_000)}${wide(1_500_000)}${filler}${ssh(9, RELAY)}`;
    const folder = hunted({ "big.log": text, "big.log.gz": gzipSync(text) });
    const evidence = documents(join(folder, "out/findings.jsonl")).flatMap((finding) => finding.evidence);
    expect(evidence.filter(({ original }) => original.includes("…"))).not.toEqual([]);
    for (const { original } of evidence) expect(original).toContain(RELAY);
    expect(verify(folder)).toMatchObject({ code: 0, holds: true });
    const bytes = readFileSync(join(folder, "logs/big.log"));
    for (let at = bytes.indexOf(`src=${RELAY}`); at >= 0; at = bytes.indexOf(`src=${RELAY}`, at + 1)) bytes[at] = 0x53;
    writeFileSync(join(folder, "logs/big.log"), bytes);
    const broken = verify(folder).evidence.filter(({ state }) => state !== "unchanged");
    expect(broken.map(({ path, line }) => [path, line])).toEqual(
      evidence.filter((e) => e.path === "logs/big.log" && e.original.includes("src=")).map((e) => [e.path, e.line]),
    );
  });

  it("finds each record of a line that holds many, and the one that changed", () => {
    const record = (n: number, ip: string): unknown => ({
      eventVersion: "1.08",
      eventTime: `2021-03-04T05:06:0${n}Z`,
      eventSource: "signin.amazonaws.com",
      eventName: "ConsoleLogin",
      sourceIPAddress: ip,
      eventID: `e${n}`,
      responseElements: { ConsoleLogin: "Success" },
    });
    for (const filler of [0, 3_000_000]) {
      const records = [record(1, RELAY), record(2, "198.51.100.1"), record(3, RELAY), record(4, RELAY)];
      const Records = filler === 0 ? records : [{ a: "b".repeat(filler) }, ...records];
      const folder = hunted({ "trail.json": JSON.stringify({ Records }) });
      const [finding] = documents(join(folder, "out", "findings.jsonl"));
      const first = filler === 0 ? 0 : 1;
      expect(finding.evidence.map((piece: any) => piece.record)).toEqual([first, first + 2, first + 3]);
      expect(lookback(folder, ["verify", "out"])).toMatchObject({ code: 0 });
      const path = join(folder, "logs", "trail.json");
      writeFileSync(path, readFileSync(path, "utf8").replace('"e3"', '"e9"'));
      const after = JSON.parse(lookback(folder, ["verify", "out", "--json"]).out);
      expect(after.evidence.map((piece: any) => piece.state)).toEqual(["unchanged", "changed", "unchanged"]);
    }
  });

  it("finds an output whose files do not agree", () => {
    const folder = hunted({ "auth.log": `${AUTH.join("\n")}\n` });
    const findings = join(folder, "out/findings.jsonl");
    const [{ id, count }] = documents(findings);
    writeFileSync(findings, readFileSync(findings, "utf8").replace(`"count":${count}`, `"count":${count + 1}`));
    const sightings = join(folder, "out/sightings.jsonl");
    const [, second] = readFileSync(sightings, "utf8").split("\n");
    writeFileSync(sightings, `${second}\n`);
    const { code, output } = verify(folder);
    expect(code).toBe(1);
    expect(output.toSorted()).toEqual(
      [
        `sightings.jsonl: not as the hunt wrote it, its SHA-256 is now ${sha256(sightings)}`,
        `findings.jsonl: not as the hunt wrote it, its SHA-256 is now ${sha256(findings)}`,
        `finding ${id}: its verdicts do not sum to its count`,
        "sightings: 2 in manifest.json, 1 in sightings.jsonl",
        "hits: 2 in coverage.json, 1 in sightings.jsonl",
        `finding ${id}: 1 of probe in findings.jsonl, 0 in sightings.jsonl`,
        `finding ${id}: its evidence at byte ${AUTH.slice(0, 2).join("\n").length + 1} of logs/auth.log is no sighting`,
      ].toSorted(),
    );
  });

  it("refuses a folder without a finished hunt, and says what of a pipe cannot be read again", () => {
    const folder = hunted(usual());
    const none = lookback(folder, ["verify", "logs"]);
    expect([none.code, none.out]).toEqual([2, ""]);
    expect(none.err).toContain("manifest.json");
    lookback(folder, ["hunt", "-q", "-i", "list.txt", "-o", "out", "--force", "-"], `${ssh(1, RELAY)}\n`);
    const checked = verify(folder);
    expect(checked.code).toBe(1);
    expect(checked.evidence.map(({ path, state }) => [path, state])).toEqual([["-", "unreadable"]]);
  });

  it("survives an output of nonsense", () => {
    const folder = hunted(usual());
    const out = join(folder, "out");
    writeFileSync(join(out, "findings.jsonl"), '{"id":1}\nnot json\n');
    rmSync(join(out, "sightings.jsonl"));
    const { code, output } = verify(folder);
    expect(code).toBe(1);
    expect(output.slice(0, 2).map((problem) => problem.split(":").slice(0, 2).join(":"))).toEqual([
      "findings.jsonl:1",
      "findings.jsonl:2",
    ]);
    writeFileSync(join(out, "coverage.json"), "[]");
    expect(lookback(folder, ["verify", "out"])).toMatchObject({ code: 2, out: "" });
    expect(lookback(folder, ["show", "out", "a"]).code).toBe(2);
    expect(lookback(folder, ["diff", "out", "out"]).code).toBe(2);
  });
});

describe("show", () => {
  it("tells a finding by the beginning of its id, with the lines around its evidence", () => {
    const folder = hunted({ "auth.log": `${AUTH.join("\n")}\n` });
    const [{ id }] = documents(join(folder, "out/findings.jsonl"));
    const shown = lookback(folder, ["show", "out", id.slice(0, 6), "--context", "2"]);
    expect(shown).toMatchObject({ code: 0, err: "" });
    expect(shown.out.split("\n")[0]).toBe(`ACCESS (high): ${RELAY} and gw`);
    for (const words of ["list.txt:1", "2021-03-04 05:03", "1 access, 1 probe", "format syslog-3164>openssh.sshd"])
      expect(shown.out).toContain(words);
    const lines = shown.out.split("\n").filter((line) => line.includes("│"));
    expect(lines).toEqual([
      ...[0, 1].map((i) => `  ${i + 1} │ ${AUTH[i]}`),
      `> 3 │ ${AUTH[2]}`,
      ...[3, 4].map((i) => `  ${i + 1} │ ${AUTH[i]}`),
      ...[3, 4].map((i) => `  ${i + 1} │ ${AUTH[i]}`),
      `> 6 │ ${AUTH[5]}`,
      `  7 │ ${AUTH[6]}`,
    ]);
    rmSync(join(folder, "logs/auth.log"));
    const kept = lookback(folder, ["show", "out", id]);
    expect(kept.out.split("\n").filter((line) => line.includes("│"))).toEqual([`> 3 │ ${AUTH[2]}`, `> 6 │ ${AUTH[5]}`]);
    expect(kept.out).toContain("! As the hunt kept it; the log cannot show it now: no such file.");
    const asJson = JSON.parse(lookback(folder, ["show", "out", id, "--json"]).out);
    expect(asJson.evidence.map((e: any) => [e.original, e.now.state])).toEqual([
      [AUTH[2], "missing"],
      [AUTH[5], "missing"],
    ]);
  });

  it("refuses an id that is none, or the beginning of several", () => {
    const folder = hunted({
      "auth.log": Array.from({ length: 40 }, (_, i) => ssh(i, RELAY).replace(" gw ", ` gw${i} `)).join("\n"),
    });
    expect(documents(join(folder, "out/findings.jsonl")).length).toBe(40);
    expect(lookback(folder, ["show", "out", "nope"])).toMatchObject({ code: 2, out: "" });
    const first = documents(join(folder, "out/findings.jsonl")).map(({ id }) => id[0] as string);
    const twice = first.find((c, i) => first.indexOf(c) !== i)!;
    const several = lookback(folder, ["show", "out", twice]);
    expect([several.code, several.err]).toEqual([2, expect.stringContaining("begins several ids")]);
  });

  it("shows a hostile line as text: no control sequence, no bidi override, of 100 KB the part that was hit", () => {
    const hostile = `\u001b[2J\u001b]0;owned\u0007\u202e${"A".repeat(50_000)} src=${RELAY} dst=10.0.0.9 \u202e\u009b31m${"B".repeat(50_000)}`;
    const folder = hunted({ "hostile.log": `before \u001b[31m\u202e\n${hostile}\nafter\u0000\u0085\n` });
    const [{ id, evidence }] = documents(join(folder, "out/findings.jsonl"));
    expect(evidence[0].original.length).toBeLessThan(5000);
    const { code, out } = lookback(folder, ["show", "out", id]);
    expect(code).toBe(0);
    expect(out).toContain(RELAY);
    expect(out.match(/[^\P{C}\n]/gu)).toBeNull();
    expect(out.length).toBeLessThan(8000);
    expect(out).toContain("  1 │ before");
    expect(out).toContain("  3 │ after");
    expect(verify(folder).code).toBe(0);
    expect(lookback(folder, ["verify", "out"]).out.match(/[^\P{C}\n]/gu)).toBeNull();
  });
});

describe("diff", () => {
  it("names exactly the finding that newer intel added", () => {
    const folder = hunted({ "auth.log": `${AUTH.join("\n")}\n${ssh(40, OTHER)}\n` });
    writeFileSync(join(folder, "list.txt"), `${RELAY}\n${OTHER}\n`);
    lookback(folder, ["hunt", "-q", "-i", "list.txt", "-o", "new", "logs"]);
    const { code, out } = lookback(folder, ["diff", "out", "new", "--json"]);
    const diff = JSON.parse(out);
    expect(code).toBe(0);
    expect(diff.findings.new.map((f: any) => [f.indicator.name, f.verdict])).toEqual([[OTHER, "probe"]]);
    expect([diff.findings.gone, diff.findings.changed, diff.findings.unchanged]).toEqual([[], [], 1]);
    expect(diff.sources).toMatchObject({ new: [], gone: [], unchanged: 0 });
    expect(diff.sources.changed).toEqual([{ path: "logs/auth.log", changes: [{ field: "hits", old: 2, new: 3 }] }]);
    expect([diff.indicators.old.count, diff.indicators.new.count]).toEqual([1, 2]);
    const back = JSON.parse(lookback(folder, ["diff", "new", "out", "--json"]).out);
    expect([back.findings.new, back.findings.gone.map((f: any) => f.indicator.name)]).toEqual([[], [OTHER]]);
    const told = lookback(folder, ["diff", "out", "new"]).out.split("\n");
    expect(told[0]).toBe("Findings: 1 new, 0 gone, 0 changed, 1 as before.");
    expect(told[1]).toMatch(
      /^\+ probe \(low\): 105\.154\.12\.165 and gw, 1 sighting, 2021-03-04 05:40, finding [0-9a-f]{16}$/,
    );
  });

  it("says what newer logs made worse, and fails on it when asked", () => {
    const folder = hunted({ "auth.log": `${AUTH.slice(0, 5).join("\n")}\n`, "old.log": "nothing\n" });
    writeFileSync(join(folder, "logs/auth.log"), `${AUTH.join("\n")}\n`);
    rmSync(join(folder, "logs/old.log"));
    copyFileSync(NESTED, join(folder, "logs/nested.tar.gz"));
    lookback(folder, ["hunt", "-q", "-i", "list.txt", "-o", "new", "logs"]);
    const diff = JSON.parse(lookback(folder, ["diff", "out", "new", "--json"]).out);
    expect(diff.findings).toMatchObject({ new: [], gone: [], unchanged: 0 });
    const [{ worsened, changes }] = diff.findings.changed;
    expect(worsened).toBe(true);
    expect(changes.slice(0, 3)).toEqual([
      { field: "verdict", old: "probe", new: "access" },
      { field: "level", old: "low", new: "high" },
      { field: "count", old: 1, new: 30 },
    ]);
    expect(diff.sources.new.map((s: any) => s.path.split("!")[0])).toEqual(Array(4).fill("logs/nested.tar.gz"));
    expect(diff.sources.gone.map((s: any) => s.path)).toEqual(["logs/old.log"]);
    expect(diff.sources.changed.map((s: any) => s.path)).toEqual(["logs/auth.log"]);
    const code = (...args: string[]): number | null => lookback(folder, ["diff", ...args]).code;
    expect(code("out", "new", "--fail-on", "high")).toBe(1);
    expect(code("out", "new", "--fail-on", "critical")).toBe(0);
    expect(code("new", "out", "--fail-on", "info")).toBe(0);
  });
});

describe("hashing in several threads", () => {
  const names = Array.from({ length: 9 }, (_, i) => join(root, `hashed-${i}.log`));
  const refs = names.map((path, i) => {
    writeFileSync(path, "x".repeat(1000 * i + 1));
    return { path, size: 1000 * i + 1, seekable: true };
  });
  const shared = (): { stop: SharedArrayBuffer; counters: SharedArrayBuffer } => ({
    stop: new SharedArrayBuffer(4),
    counters: new SharedArrayBuffer(24),
  });
  const entry = pathToFileURL(resolve("dist/lookback/hunt-worker.js"));

  it.each([1, 3])("gives each file its hash with %i", async (threads) => {
    const { hashSources } = await import("../src/hunt/hash-sources.js");
    const wanted = [0, 2, 3, 5, 7, 8];
    const watched = shared();
    const hashes = await hashSources(refs, wanted, threads, entry, watched, 0);
    expect(Number(new BigInt64Array(watched.counters)[2])).toBe(wanted.reduce((n, i) => n + refs[i]!.size, 0));
    expect([...hashes].sort(([a], [b]) => a - b)).toEqual(
      wanted.map((i) => [i, { sha256: sha256(names[i]!), bytes: refs[i]!.size }]),
    );
  });

  it("hashes nothing once the hunt was stopped", async () => {
    const { hashSources } = await import("../src/hunt/hash-sources.js");
    const stopped = shared();
    new Int32Array(stopped.stop)[0] = 1;
    expect((await hashSources(refs, [0, 1, 2], 3, entry, stopped, 0)).size).toBe(0);
  });
});

describe("a file that changed between its reading and its hashing", () => {
  it("has no hash, and why is said", async () => {
    const { hashAsFound } = await import("../src/sources/file-hash.js");
    const { walk } = await import("../src/sources/walk.js");
    const path = join(root, "live.log");
    writeFileSync(path, "one line\n");
    utimesSync(path, 1_600_000_000, 1_600_000_000);
    const ref = (await walk([path])).sources[0]!;
    const hash = (): Promise<unknown> => hashAsFound(ref, () => false);
    expect(await hash()).toEqual({ sha256: sha256(path), bytes: 9 });
    appendFileSync(path, "more\n");
    expect(await hash()).toEqual({
      code: "not-hashed",
      message: "it had 9 bytes when it was found and 14 afterwards",
    });
    writeFileSync(path, "ONE LINE\n");
    expect(await hash()).toMatchObject({ code: "not-hashed", message: expect.stringContaining("after it was found") });
    rmSync(path);
    expect(await hash()).toMatchObject({ code: "not-hashed", message: expect.stringContaining("ENOENT") });
  });

  it("is told in the coverage of each of its logs, without loss", async () => {
    const { coverageOf } = await import("../src/hunt/coverage.js");
    const ref = { path: "a.tar", size: 10, seekable: true };
    const counts = { bytes: 5, lines: 1, newlines: 1, parsed: 1, unparsed: 0, hits: 1, outside: 0, otherWindow: 0 };
    const nothing = { formats: {}, timezones: {}, days: {}, first: undefined, last: undefined };
    const sampling = { sampled: { lines: 0, undated: 0, unrecognised: 0 }, opening: undefined, closing: undefined };
    const order = { unsure: [], jumps: [], order: { pairs: 0, back: 0 } };
    const log = (path: string) => ({ path, ...counts, ...nothing, ...sampling, ...order, errors: [] });
    const result = { id: 0, source: 0, logs: [log("a.tar!x"), log("a.tar!y")], interrupted: false };
    const error = { code: "not-hashed", message: "it had 10 bytes when it was found and 14 afterwards" } as const;
    const ends = { results: new Map([[0, result]]), failures: new Map(), hashes: new Map([[0, error]]) };
    const ledger = { expect: [], named: () => undefined, interrupted: false };
    const { sources } = coverageOf([ref], [], [{ id: 0, source: 0, ref }], ends, ledger);
    expect(
      sources.map(({ path, file, size, sha256: hash, errors, complete }) => [path, file, size, hash, errors, complete]),
    ).toEqual(["a.tar!x", "a.tar!y"].map((path) => [path, "a.tar", 10, undefined, [error], true]));
  });
});

/** The real program on real files: what it says, what it writes, how it ends. */
import { execFile, spawn, spawnSync } from "node:child_process";
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

const CSV = "examples/intel/CERTFR-2021-IOC-003-IOC.csv";
const RELAY = "105.154.12.165";
const folder = mkdtempSync(join(tmpdir(), "lookback-cli-"));
const at = (...parts: string[]): string => join(folder, ...parts);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Done {
  code: number | null;
  out: string;
  err: string;
}

function lookback(args: readonly string[], input?: string | Buffer): Done {
  const done = spawnSync(process.execPath, ["bin/lookback", ...args], { encoding: "utf8", input, maxBuffer: 1 << 28 });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

const documents = (text: string): Record<string, any>[] =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const coverage = (dir: string): Record<string, any> => JSON.parse(readFileSync(join(dir, "coverage.json"), "utf8"));

const ssh = (address: string, result = "Failed"): string =>
  `Mar  4 05:06:07 gw sshd[1]: ${result} password for root from ${address} port 4711 ssh2`;

beforeAll(() => {
  mkdirSync(at("logs", "deep"), { recursive: true });
  writeFileSync(at("logs", "auth-20210304.log"), `${ssh("192.0.2.1")}\n${ssh(RELAY)}\n${ssh(`9${RELAY}`)}\n`);
  writeFileSync(at("logs", "deep", "auth-20210305.log.gz"), gzipSync(`${ssh(RELAY, "Accepted")}\n`));
});

describe("lookback", () => {
  it("tells its version and its help", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(lookback(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
    expect(lookback(["hunt", "--help"]).out).toContain("--valid-until <TIME>");
  });

  it.each([
    [["frobnicate"], "unknown command"],
    [["hunt", "--nope"], "unknown option"],
    [["hunt", "-i", CSV], "no log is named"],
    [["hunt", "x.log"], "a hunt needs indicators"],
    [["hunt", "-i", CSV, "--role", "boss", "x"], "--role takes one of relay"],
    [["hunt", "-i", CSV, "--own", "10.0.0.0/8,banana", "x"], '"banana" is neither'],
    [["hunt", "-i", CSV, "--from", "2021-02-30", "x"], "--from takes a date"],
    [["hunt", "-i", CSV, "--from", "2021-03-01", "--to", "2021-02-01", "x"], "--to lies before --from"],
    [["hunt", "-i", CSV, "--timezone", "Mars/Olympus", "logs"], "IANA name"],
    [["hunt", "-i", CSV, "--workers", "0", "x"], "whole number"],
    [["completions", "tcsh"], "bash, zsh, fish"],
  ])("refuses %j with one line and exit code 2", (args, words) => {
    const done = lookback(args.map((arg) => (arg === "logs" ? at("logs") : arg)));
    expect(done.code).toBe(2);
    expect(done.err).toContain(words);
    expect(done.err.trim().split("\n").length).toBe(1);
    expect(done.out).toBe("");
  });

  it.each(["bash", "zsh", "fish"])("completes every flag in %s", (shell) => {
    const { code, out } = lookback(["completions", shell]);
    expect(code).toBe(0);
    for (const flag of ["intel", "valid-until", "own", "fail-on", "max-expanded"]) expect(out).toContain(flag);
    if (shell === "bash") expect(spawnSync("bash", ["-n"], { input: out }).status).toBe(0);
  });
});

describe("a hunt", () => {
  it("streams the contract's documents to standard output and keeps the rest off it", () => {
    const done = lookback(["hunt", "-i", CSV, "--json", at("logs")]);
    expect(done.code).toBe(0);
    const found = documents(done.out);
    expect(
      found.map((d) => [d["@timestamp"], d.log.file.path, d.log.offset, d.log.line, d.source.ip, d.lookback.verdict]),
    ).toEqual([
      ["2021-03-04T05:06:07.000Z", at("logs/auth-20210304.log"), ssh("192.0.2.1").length + 1, 2, RELAY, "probe"],
      ["2021-03-04T05:06:07.000Z", at("logs/deep/auth-20210305.log.gz"), 0, 1, RELAY, "access"],
    ]);
    expect(found[0]).toMatchObject({
      event: { original: ssh(RELAY), dataset: "openssh.sshd" },
      threat: { indicator: { type: "ipv4-addr", name: RELAY } },
      lookback: {
        role: "source",
        outcome: "refused",
        window: "unknown",
        level: "low",
        format: "syslog-3164>openssh.sshd",
      },
    });
    expect(found[0]!.lookback.timezone).toContain("year 2021 from the file's name");
    expect(found[0]!.lookback.finding).toBe(found[1]!.lookback.finding);
    expect(done.err).toContain("A hit alone is not a compromise");
  });

  it("writes the five files, and says how to keep the result when it does not", () => {
    const done = lookback(["hunt", "-i", CSV, "-o", at("out"), at("logs")]);
    expect(done.code).toBe(0);
    expect(documents(readFileSync(at("out/sightings.jsonl"), "utf8")).length).toBe(2);
    const [finding] = documents(readFileSync(at("out/findings.jsonl"), "utf8"));
    expect(finding).toMatchObject({
      verdict: "access",
      level: "high",
      asset: "gw",
      count: 2,
      days: { "2021-03-04": 2 },
    });
    expect(coverage(at("out")).totals).toMatchObject({ sources: 2, complete: 2, recognised: 2, lines: 4, hits: 2 });
    expect(JSON.parse(readFileSync(at("out/manifest.json"), "utf8"))).toMatchObject({
      complete: true,
      interrupted: false,
      indicators: { count: 161 },
      counts: { sightings: 2, findings: 1 },
    });
    expect(readFileSync(at("out/report.html"), "utf8")).toContain("<!doctype html>");
    expect(lookback(["hunt", "-i", CSV, at("logs")]).out).toMatch(/-o/);
  });

  it("does not write over a finished hunt without --force", () => {
    const before = readFileSync(at("out/manifest.json"), "utf8");
    const refused = lookback(["hunt", "-i", CSV, "-o", at("out"), at("logs")]);
    expect([refused.code, readFileSync(at("out/manifest.json"), "utf8")]).toEqual([2, before]);
    expect(refused.err).toContain("--force");
    expect(lookback(["hunt", "-q", "-i", CSV, "-o", at("out"), "--force", at("logs")]).code).toBe(0);
  });

  it("does not take its own indicators and output for logs", () => {
    mkdirSync(at("case"), { recursive: true });
    writeFileSync(at("case/iocs.txt"), `${RELAY}\n`);
    writeFileSync(at("case/a.log"), `${ssh(RELAY)}\n`);
    for (const force of [[], ["--force"]]) {
      const done = lookback(["hunt", "-i", at("case/iocs.txt"), "-o", at("case/out"), "--json", ...force, at("case")]);
      expect(documents(done.out).map((d) => d.log.file.path)).toEqual([at("case/a.log")]);
      expect(done.code).toBe(0);
    }
    expect(coverage(at("case/out")).sources.find((s: any) => s.path.endsWith("iocs.txt")).errors[0].code).toBe(
      "not-searched",
    );
  });

  it("fails on the level that was asked for", () => {
    expect(lookback(["hunt", "-q", "-i", CSV, "--fail-on", "high", at("logs")]).code).toBe(1);
    expect(lookback(["hunt", "-q", "-i", CSV, "--fail-on", "critical", at("logs")]).code).toBe(0);
  });

  it("bounds the event time and keeps what is undated", () => {
    writeFileSync(at("undated.log"), `${ssh(RELAY)}\nsomebody wrote ${RELAY} here\n`);
    const hunt = (...window: string[]): (string | undefined)[] =>
      documents(lookback(["hunt", "-q", "-i", CSV, "--year", "2021", "--json", ...window, at("undated.log")]).out).map(
        (d) => d["@timestamp"],
      );
    expect(hunt()).toEqual(["2021-03-04T05:06:07.000Z", undefined]);
    expect(hunt("--from", "2021-03-05")).toEqual([undefined]);
    expect(hunt("--to", "2021-03-04")).toEqual(["2021-03-04T05:06:07.000Z", undefined]);
    expect(hunt("--to", "2021-03-04T06:00:00+01:00")).toEqual([undefined]);
  });

  it("reads times without a zone in the zone that was named", () => {
    const [first] = documents(
      lookback(["hunt", "-q", "-i", CSV, "--json", "--timezone", "Europe/Paris", at("logs")]).out,
    );
    expect(first!["@timestamp"]).toBe("2021-03-04T04:06:07.000Z");
    expect(first!.lookback.timezone).toContain("Europe/Paris");
  });

  it("reads standard input, plain and gzip", () => {
    for (const input of [`${ssh(RELAY)}\n`, gzipSync(`${ssh(RELAY)}\n`)]) {
      const [only, ...rest] = documents(lookback(["hunt", "-q", "-i", CSV, "--json", "-"], input).out);
      expect([only!.log, rest]).toEqual([{ file: { path: "-" }, offset: 0, line: 1 }, []]);
    }
  });

  it("marks own assets and takes --own for what they are", () => {
    const [first] = documents(lookback(["hunt", "-q", "-i", CSV, "--json", "--own", `${RELAY}/32`, at("logs")]).out);
    expect(first!.lookback).toMatchObject({ verdict: "own-asset", level: "critical", asset: RELAY });
  });
});

describe("bad input", () => {
  it("names a missing log, hunts the rest and exits with 2", () => {
    const done = lookback(["hunt", "-i", CSV, "-o", at("missing"), at("nowhere.log"), at("logs")]);
    expect(done.code).toBe(2);
    expect(done.out).toContain("nowhere.log");
    expect(documents(readFileSync(at("missing/sightings.jsonl"), "utf8")).length).toBe(2);
    expect(coverage(at("missing")).sources.at(-1)).toMatchObject({
      path: at("nowhere.log"),
      complete: false,
      errors: [{ code: "not-found" }],
    });
    expect(JSON.parse(readFileSync(at("missing/manifest.json"), "utf8")).complete).toBe(false);
  });

  it("names a missing list, hunts with the others and exits with 2", () => {
    const done = lookback(["hunt", "-q", "-i", at("no-list.csv"), "-i", CSV, "--json", at("logs")]);
    expect([done.code, documents(done.out).length]).toEqual([2, 2]);
    expect(done.err).toContain("no-list.csv");
  });

  it.each([
    ["empty", ""],
    ["without an indicator", "hello\nworld\n# nothing\n"],
    ["of random bytes", Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 251))],
  ])("refuses a list %s", (name, content) => {
    const path = at(`list-${name.replaceAll(" ", "-")}`);
    writeFileSync(path, content);
    const done = lookback(["hunt", "-i", path, at("logs")]);
    expect([done.code, done.out]).toEqual([2, ""]);
    expect(done.err).toContain(path);
  });

  it("passes over a socket in a folder, and ends a loop of links", async () => {
    mkdirSync(at("odd/sub"), { recursive: true });
    writeFileSync(at("odd/sub/a.log"), `${ssh(RELAY)}\n`);
    symlinkSync("..", at("odd/sub/up"));
    symlinkSync("nothing", at("odd/broken"));
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at("odd/socket"), () => resolve()));
    try {
      const done = await new Promise<Done>((resolve) =>
        execFile(
          process.execPath,
          ["bin/lookback", "hunt", "-q", "-i", CSV, "-o", at("odd-out"), at("odd")],
          (error, out, err) => resolve({ code: error ? Number(error.code) : 0, out, err }),
        ),
      );
      expect(done.code).toBe(0);
      const codes = coverage(at("odd-out"))
        .sources.flatMap((s: any) => s.errors.map((e: any) => e.code))
        .sort();
      expect(codes).toEqual(["broken-link", "not-a-log", "symlink-loop"]);
      expect(coverage(at("odd-out")).totals.hits).toBe(1);
    } finally {
      server.close();
    }
  });

  it("finds what stands anywhere in a line of 64 MiB", async () => {
    const path = at("long.log");
    const stream = createWriteStream(path);
    const filler = "x ".repeat(1 << 19);
    for (let mebibyte = 0; mebibyte < 64; mebibyte++) {
      stream.write(mebibyte === 40 ? filler.slice(0, -40) + `src=${RELAY} dst=10.0.0.1`.padEnd(40) : filler);
    }
    stream.end(`\n${ssh("105.157.234.0")}\n`);
    await new Promise<void>((resolve) => stream.on("close", () => resolve()));
    const done = lookback(["hunt", "-q", "-i", CSV, "-o", at("long"), path]);
    expect(done.code).toBe(0);
    const found = documents(readFileSync(at("long/sightings.jsonl"), "utf8"));
    expect(found.map((d) => [d.log.line, d.log.offset, d.threat.indicator.name])).toEqual([
      [1, 0, RELAY],
      [2, 64 * 1024 * 1024 + 1, "105.157.234.0"],
    ]);
    expect(found[0]!.event.original.length).toBeLessThan(100_000);
    expect(coverage(at("long")).sources[0]).toMatchObject({
      lines: 2,
      bytes: 64 * 1024 * 1024 + 1 + ssh("105.157.234.0").length + 1,
      complete: true,
    });
  });

  it("reads random bytes to their end", () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => Math.imul(i, 2654435761) >>> 24));
    writeFileSync(at("random.bin"), bytes);
    const done = lookback(["hunt", "-q", "-i", CSV, "-o", at("random"), at("random.bin")]);
    expect([done.code, coverage(at("random")).sources[0].bytes]).toEqual([0, bytes.length]);
  });

  it("keeps what a truncated gzip gave, and exits with 2", () => {
    const whole = gzipSync(
      Array.from({ length: 5000 }, (_, i) => ssh(i % 100 === 0 ? RELAY : `192.0.2.${i % 250}`)).join("\n"),
    );
    writeFileSync(at("cut.log.gz"), whole.subarray(0, whole.length >> 1));
    const done = lookback(["hunt", "-i", CSV, "-o", at("cut"), at("cut.log.gz")]);
    expect(done.code).toBe(2);
    const [source] = coverage(at("cut")).sources;
    expect(source).toMatchObject({ complete: false, errors: [{ code: "gzip-truncated" }] });
    expect(source.hits).toBeGreaterThan(5);
    expect(done.out).toContain("cut.log.gz");
  });

  it("says which folder cannot be written", () => {
    writeFileSync(at("file"), "");
    const done = lookback(["hunt", "-q", "-i", CSV, "-o", at("file/out"), at("logs")]);
    expect(done.code).toBe(2);
    expect(done.err).toContain(at("file/out"));
  });

  it("shows no control character of a log on the terminal", () => {
    writeFileSync(
      at("hostile.log"),
      `Mar  4 05:06:07 \u001b]0;owned\u0007gw\u001b[2J sshd[1]: Failed password for root from ${RELAY} port 1 ssh2\n`,
    );
    const { out } = lookback(["hunt", "-i", CSV, at("hostile.log")]);
    const control = [...out].filter((c) => c !== "\n" && (c < " " || (c >= "\u007f" && c <= "\u009f")));
    expect(control).toEqual([]);
  });
});

describe("an end before the end", () => {
  it("is quiet when the reader of standard output goes away", () => {
    writeFileSync(at("many.log"), `${ssh(RELAY)}\n`.repeat(50_000));
    const done = spawnSync(
      "bash",
      ["-c", `node bin/lookback hunt -q -i ${CSV} --json ${at("many.log")} | head -1; echo "\${PIPESTATUS[0]}"`],
      { encoding: "utf8" },
    );
    expect(done.stderr).toBe("");
    expect(done.stdout.trim().split("\n").length).toBe(2);
  });

  it("writes what was found when it is interrupted, and marks it", async () => {
    const path = at("slow.fifo");
    spawnSync("mkfifo", [path]);
    const child = spawn(process.execPath, [
      "bin/lookback",
      "hunt",
      "-i",
      CSV,
      "-o",
      at("stopped"),
      "--workers",
      "1",
      at("logs"),
      path,
    ]);
    let out = "";
    child.stdout.on("data", (data) => (out += data));
    // The pipe is open and silent: the hunt waits for it until the signal comes.
    const writer = spawn("bash", ["-c", `exec 3>${path}; echo '${ssh(RELAY)}' >&3; sleep 20`]);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    child.kill("SIGINT");
    const code = await new Promise((resolve) => child.on("exit", resolve));
    expect(writer.exitCode, "the hunt ended while the pipe was still open").toBeNull();
    writer.kill();
    expect(code).toBe(2);
    const manifest = JSON.parse(readFileSync(at("stopped/manifest.json"), "utf8"));
    expect(manifest).toMatchObject({ interrupted: true, complete: false });
    expect(documents(readFileSync(at("stopped/sightings.jsonl"), "utf8")).length).toBeGreaterThanOrEqual(2);
    expect(
      coverage(at("stopped"))
        .sources.find((s: any) => s.path === path)
        .errors.map((e: any) => e.code),
    ).toContain("interrupted");
    expect(out).toMatch(/[Ss]topped|interrupted/);
    // An interrupted hunt may be written over.
    expect(lookback(["hunt", "-q", "-i", CSV, "-o", at("stopped"), at("logs")]).code).toBe(0);
  });
});

describe("intel show", () => {
  it("shows the 161 of the real list, with label and marking", () => {
    const text = lookback(["intel", "show", CSV]);
    expect([text.code, text.out.match(/ipv4-addr/g)?.length]).toEqual([0, 161]);
    expect(text.out).toContain("161 indicators");
    const set = JSON.parse(lookback(["intel", "show", "--json", CSV]).out);
    expect(set.indicators.length).toBe(161);
    expect(set.indicators.every((i: any) => i.tlp === "TLP:WHITE" && i.labels.includes("APT31"))).toBe(true);
  });

  it("says what is no indicator, with line and reason", () => {
    writeFileSync(at("mixed.txt"), "1[.]2[.]3[.]4\n999.1.1.1\nevil[.]example\n# a remark\n192.0.2.0/30\n");
    const done = lookback(["intel", "show", at("mixed.txt")]);
    expect(done.out).toContain("1.2.3.4");
    expect(done.out).toContain("192.0.2.0/30");
    expect(done.out).toMatch(/mixed\.txt:2: .*999\.1\.1\.1/);
    expect(done.out).toMatch(/mixed\.txt:3: .*evil/);
  });
});

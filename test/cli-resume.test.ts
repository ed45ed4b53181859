/** The real program, killed and resumed: the same output as of an unbroken hunt. */
import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

import { Journal } from "../src/hunt/journal.js";
import { batchBytes, batchOf } from "../src/hunt/batch.js";
import type { Task } from "../src/hunt/plan.js";
import type { TaskResult } from "../src/hunt/task-result.js";

const root = mkdtempSync(join(tmpdir(), "lookback-resume-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const program = resolve("bin/lookback");
const OUTPUT = ["sightings.jsonl", "findings.jsonl", "coverage.json"];

/** A folder with logs of which many lines are hits, some waiting for the other half of their conversation. */
function caseFolder(name: string, files: number, lines: number): string {
  const folder = join(root, name);
  mkdirSync(join(folder, "logs"), { recursive: true });
  writeFileSync(join(folder, "list.txt"), "203.0.113.7\n203.0.113.9\n198.51.100.0/28\n");
  for (let file = 0; file < files; file++) {
    const text = Array.from({ length: lines }, (_, i) => {
      const time = new Date(Date.UTC(2021, 2, 1 + file, 0, 0, i)).toISOString();
      const remote = i % 3 === 0 ? "203.0.113.7" : i % 3 === 1 ? "198.51.100.3" : "192.0.2.200";
      const [from, to] = i % 2 === 0 ? [remote, `10.0.${file}.${i % 200}`] : [`10.0.${file}.${i % 200}`, remote];
      return i % 4 === 3
        ? `2 123456789010 eni-1 ${from} ${to} 443 49152 6 10 8000 ${Date.parse(time) / 1000} ${Date.parse(time) / 1000 + 60} ACCEPT OK`
        : `${time.slice(0, 19)}Z fw src=${from} dst=${to} spt=4${i % 1000} dpt=443 proto=tcp action=${i % 5 === 0 ? "deny" : "accept"}`;
    }).join("\n");
    if (file % 4 === 3) writeFileSync(join(folder, "logs", `${file}.log.gz`), gzipSync(`${text}\n`));
    else writeFileSync(join(folder, "logs", `${file}.log`), `${text}\n`);
  }
  return folder;
}

const HUNT = ["hunt", "-q", "--no-warninglists", "-i", "list.txt", "-o"];

function lookback(cwd: string, ...args: string[]): { code: number | null; err: string } {
  const done = spawnSync(process.execPath, [program, ...args], { cwd, encoding: "utf8", timeout: 60_000 });
  return { code: done.status, err: done.stderr };
}

/** Starts a hunt and sends it a signal, so many milliseconds after its manifest stands: before, there is nothing to go on with. */
async function broken(cwd: string, out: string, ms: number, signal: NodeJS.Signals): Promise<void> {
  const child = spawn(process.execPath, [program, ...HUNT, out, "logs"], { cwd, stdio: "ignore" });
  const ended = once(child, "exit");
  while (!existsSync(join(cwd, out, "manifest.json")) && child.exitCode === null) await setTimeout(2);
  await setTimeout(ms);
  child.kill(signal);
  await ended;
}

const read = (folder: string, name: string): Buffer => readFileSync(join(folder, name));
const manifest = (folder: string): Record<string, unknown> =>
  JSON.parse(read(folder, "manifest.json").toString()) as Record<string, unknown>;

describe("a hunt that was broken off", () => {
  const cwd = caseFolder("killed", 12, 1500);
  const began = Date.now();
  const whole = lookback(cwd, ...HUNT, "whole", "logs");
  const lasts = Date.now() - began;

  it("comes to the same when it is killed at any of 20 moments and resumed", async () => {
    expect(whole).toEqual({ code: 0, err: "" });
    const taken: number[] = [];
    for (let i = 0; i < 20; i++) {
      rmSync(join(cwd, "out"), { recursive: true, force: true });
      await broken(cwd, "out", lasts * (0.2 + 0.8 * Math.random()), "SIGKILL");
      // From another folder: its paths are those of the hunt.
      const { code } = lookback(root, "hunt", "-q", "--resume", join(cwd, "out"));
      expect(code).toBe(0);
      for (const name of OUTPUT) expect(read(join(cwd, "out"), name).equals(read(join(cwd, "whole"), name))).toBe(true);
      expect(existsSync(join(cwd, "out/checkpoint.jsonl"))).toBe(false);
      const { interrupted, complete, counts, resumed } = manifest(join(cwd, "out"));
      expect({ interrupted, complete, counts }).toEqual({
        interrupted: false,
        complete: true,
        counts: manifest(join(cwd, "whole"))["counts"],
      });
      for (const { done, tasks } of (resumed as { done: number; tasks: number }[] | undefined) ?? []) {
        expect(tasks).toBe(12);
        taken.push(done);
      }
    }
    // Or it would have begun anew each time.
    expect(taken.some((done) => done > 0)).toBe(true);
  }, 180_000);

  it("tells of the work that it took over, and goes on several times", async () => {
    // As late as may be, but before its end.
    for (let ms = lasts * 0.4; ; ms /= 2) {
      rmSync(join(cwd, "out"), { recursive: true, force: true });
      await broken(cwd, "out", ms, "SIGINT");
      if (manifest(join(cwd, "out"))["interrupted"] === true) break;
    }
    const resumed = lookback(cwd, "hunt", "-q", "--resume", "out", "--workers", "1");
    expect(resumed.code).toBe(0);
    expect(resumed.err).toMatch(/^lookback: \d+ of 12 parts were read before the hunt was broken off\n$/);
    for (const name of OUTPUT) expect(read(join(cwd, "out"), name).equals(read(join(cwd, "whole"), name))).toBe(true);
    expect(manifest(join(cwd, "out"))["arguments"]).toEqual([...HUNT, "out", "logs"]);
    expect(lookback(cwd, "verify", "out").code).toBe(0);
    expect(lookback(cwd, "hunt", "--resume", "out")).toEqual({
      code: 0,
      err: "lookback: the hunt in out had come to its end: there is nothing left to do\n",
    });
  });
});

describe("resuming", () => {
  /** A hunt stopped by hand: its checkpoint holds all tasks but those cut off. */
  function stopped(name: string, keep: number): string {
    const cwd = caseFolder(name, 4, 400);
    mkdirSync(join(cwd, "out"));
    lookback(cwd, ...HUNT, "whole", "logs");
    // The journal of an unbroken hunt is removed at its end, so one is taken while it runs.
    const child = spawnSync(
      "bash",
      [
        "-c",
        `mkfifo pipe; exec 9<>pipe; ${process.execPath} ${program} ${HUNT.join(" ")} out --workers 1 logs pipe & p=$!; for i in $(seq 200); do sleep 0.05; [ $(grep -aEc '^R[0-9a-f]{16}' out/checkpoint.jsonl 2>/dev/null || echo 0) -ge ${keep} ] && break; done; kill -9 $p; wait $p`,
      ],
      { cwd, encoding: "utf8", timeout: 30_000 },
    );
    expect(child.error).toBeUndefined();
    return cwd;
  }

  it("reads a source again that changed, and tells of one that was added", () => {
    const cwd = stopped("changed", 4);
    writeFileSync(join(cwd, "logs/1.log"), "2021-03-09T00:00:00Z fw src=203.0.113.9 dst=10.0.0.1 action=accept\n", {
      flag: "a",
    });
    writeFileSync(join(cwd, "logs/9.log"), "2021-03-09T00:00:00Z fw src=203.0.113.9 dst=10.0.0.1 action=accept\n");
    rmSync(join(cwd, "pipe"));
    const { err } = lookback(cwd, "hunt", "-q", "--resume", "out");
    expect(err).toContain("3 of 5 parts were read before");
    expect(err).toContain("lookback: logs/1.log: changed since the hunt began, so read again\n");
    expect(err).toContain("lookback: logs/9.log: was not there when the hunt began, so not searched\n");
    // The pipe is gone: told once, by who wanted to read it.
    expect(err.match(/lookback: pipe: /g)).toHaveLength(1);
    const sightings = read(join(cwd, "out"), "sightings.jsonl").toString();
    expect(sightings.match(/203\.0\.113\.9 dst=10\.0\.0\.1/g)).toHaveLength(1);
    expect(manifest(join(cwd, "out"))["resumed"]).toMatchObject([
      { tasks: 5, changed: ["logs/1.log"], added: ["logs/9.log"] },
    ]);
  });

  it("is refused with other indicators, other options, and where there is nothing to go on with", () => {
    const cwd = stopped("refused", 3);
    rmSync(join(cwd, "pipe"));
    expect(lookback(cwd, "hunt", "--resume", "out", "logs")).toMatchObject({ code: 2 });
    expect(lookback(cwd, "hunt", "--resume", "out", "--from", "2021-01-01").err).toContain("besides it only");
    expect(lookback(cwd, "hunt", "--resume", "nowhere").err).toContain("there is no hunt to go on with");
    const running = manifest(join(cwd, "out"));
    const { host } = running["process"] as { host: string };
    writeFileSync(join(cwd, "out/manifest.json"), JSON.stringify({ ...running, process: { pid: process.pid, host } }));
    expect(lookback(cwd, "hunt", "--resume", "out").err).toContain(`still running, as process ${process.pid}`);
    writeFileSync(join(cwd, "out/manifest.json"), JSON.stringify(running));
    writeFileSync(join(cwd, "list.txt"), "203.0.113.7\n");
    expect(lookback(cwd, "hunt", "--resume", "out")).toMatchObject({ code: 2 });
    expect(lookback(cwd, "hunt", "--resume", "out").err).toContain("not those that the hunt began with");
    // What was done is still there for whoever puts the list back.
    expect(statSync(join(cwd, "out/checkpoint.jsonl")).size).toBeGreaterThan(1000);
  });

  it("takes a folder that was moved, and begins anew without a checkpoint", () => {
    const cwd = stopped("moved", 3);
    rmSync(join(cwd, "pipe"));
    cpSync(join(cwd, "out"), join(cwd, "elsewhere"), { recursive: true });
    lookback(cwd, "hunt", "-q", "--resume", "elsewhere");
    const sightings = read(join(cwd, "whole"), "sightings.jsonl");
    expect(read(join(cwd, "elsewhere"), "sightings.jsonl").equals(sightings)).toBe(true);
    expect(existsSync(join(cwd, "out/checkpoint.jsonl"))).toBe(true);
    rmSync(join(cwd, "out/checkpoint.jsonl"));
    lookback(cwd, "hunt", "-q", "--resume", "out");
    expect(read(join(cwd, "out"), "sightings.jsonl").equals(sightings)).toBe(true);
  });
});

describe("the journal", () => {
  const task = (id: number, start?: number): Task => ({
    id,
    source: id,
    ref: { path: `${id}.log`, size: 1, seekable: true },
    ...(start === undefined ? {} : { range: { start, end: start + 10 } }),
  });
  const result = (id: number): TaskResult => ({ id, source: id, logs: [], interrupted: false });
  const batch = (text: string): Uint8Array<ArrayBuffer> =>
    batchBytes({
      text: Buffer.from(text),
      ends: Uint32Array.of(1, 2),
      lines: Float64Array.of(7),
      pendings: [],
      drafts: Buffer.from("\n\n"),
      values: ["é\u2028"],
      decoys: [],
      pendingDecoys: [],
    });

  /** Kind, checksum, length, `{"a":1}`, line end. */
  const HEADER_BYTES = 1 + 8 + 8 + 7 + 1;

  it("gives whole tasks only, wherever it was cut off, and goes on from there", () => {
    const path = join(root, "journal");
    const tasks = [task(0), task(1, 0), task(1, 10), task(3)];
    fc.assert(
      fc.property(
        fc.array(fc.record({ task: fc.nat(3), end: fc.boolean(), text: fc.string({ maxLength: 30 }) }), {
          maxLength: 20,
        }),
        fc.nat(1200),
        (steps, kept) => {
          const journal = Journal.begin(path, '{"a":1}');
          const ended = new Set<number>();
          const wanted = new Map<number, string[]>();
          for (const { task: i, end, text } of steps) {
            if (ended.has(i)) continue;
            if (end) journal.finish(tasks[i]!, result(i));
            else {
              journal.batch(tasks[i]!, batch(text));
              wanted.set(i, [...(wanted.get(i) ?? []), text]);
            }
            if (end) ended.add(i);
          }
          journal.close();
          const size = statSync(path).size;
          truncateSync(path, Math.min(kept, size));
          const again = Journal.reopen(path);
          if (kept < HEADER_BYTES) {
            expect(again).toBeUndefined();
            return;
          }
          expect(again!.header).toBe('{"a":1}');
          const texts = (from: Journal, i: number): string[] =>
            [...from.batchesOf(tasks[i]!)].map((bytes) => Buffer.from(batchOf(bytes).text).toString("utf8"));
          const has = tasks.map((one) => again!.journal.has(one));
          for (const [i, known] of has.entries()) {
            if (kept >= size) expect(known).toBe(ended.has(i));
            if (!known) continue;
            expect(again!.journal.resultOf(tasks[i]!)).toEqual(result(i));
            expect(texts(again!.journal, i)).toEqual(wanted.get(i) ?? []);
          }
          // What an earlier start left of a task counts no more.
          const open = has.indexOf(false);
          if (open >= 0) {
            again!.journal.batch(tasks[open]!, batch("anew"));
            again!.journal.finish(tasks[open]!, result(open));
          }
          again!.journal.close();
          const third = Journal.reopen(path)!.journal;
          expect(tasks.map((one) => third.has(one))).toEqual(has.map((known, i) => known || i === open));
          if (open >= 0) expect(texts(third, open)).toEqual(["anew"]);
          third.close();
        },
      ),
    );
  });
});

/** Whole processes, timed from outside. */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readSync } from "node:fs";
import { performance } from "node:perf_hooks";

export interface Run {
  seconds: number;
  /** Processor time of all threads. */
  cpuSeconds: number;
  /** The last line that it printed, as a number. */
  count: number;
  peakMegabytes: number;
}

/** Throws with what the command said when it fails; grep's 1 means no match. */
export function run(command: string): Run {
  const start = performance.now();
  const done = spawnSync("/usr/bin/time", ["-f", "%U %S %M", "bash", "-c", command], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  const seconds = (performance.now() - start) / 1000;
  if (done.status !== 0 && done.status !== 1) throw new Error(`${command}\n${done.stderr}`);
  const [user, system, peak] = done.stderr.trim().split("\n").at(-1)!.split(" ").map(Number);
  return {
    seconds,
    cpuSeconds: user! + system!,
    count: Number(done.stdout.trim().split("\n").at(-1)),
    peakMegabytes: peak! / 1024,
  };
}

/** Into the page cache. */
export function warm(path: string): void {
  const fd = openSync(path, "r");
  const buffer = Buffer.allocUnsafe(1 << 22);
  while (readSync(fd, buffer) > 0);
  closeSync(fd);
}

export const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1]!;

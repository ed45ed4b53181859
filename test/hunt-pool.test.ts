/** The pool's side of a thread: what is sent to it, and what becomes of it when the thread dies. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

import type { Task } from "../src/hunt/plan.js";
import { WorkerLane, type TaskHandlers } from "../src/hunt/pool.js";

const folder = mkdtempSync(join(tmpdir(), "lookback-pool-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A thread that answers each task with a batch and a result, and does `instead` for some. It says how many tasks came before the first was done. */
function thread(name: string, instead: string): URL {
  const path = join(folder, name);
  writeFileSync(
    path,
    `import { parentPort } from "node:worker_threads";
     let work = Promise.resolve();
     parentPort.on("message", ({ type, task }) => {
       if (type !== "task") return;
       work = work.then(() => new Promise((done) => setImmediate(done))).then(() => {
         const id = task.id;
         ${instead}
         parentPort.postMessage({ type: "batch", bytes: new Uint8Array([id & 255]) });
         parentPort.postMessage({ type: "result", result: { id, logs: [], interrupted: false } });
       });
     });`,
  );
  return pathToFileURL(path);
}

interface Seen {
  batches: number[];
  results: number[];
  failed: [number, string][];
}

async function run(entry: URL, tasks: readonly Task[]): Promise<Seen> {
  const seen: Seen = { batches: [], results: [], failed: [] };
  const waiting = [...tasks];
  const handlers: TaskHandlers = {
    batch: async (task, bytes) => {
      expect(bytes).toEqual(new Uint8Array([task.id & 255]));
      seen.batches.push(task.id);
    },
    result: async ({ id }) => void seen.results.push(id),
    failed: async ({ id }, message) => void seen.failed.push([id, message]),
  };
  const queue = { take: () => waiting.shift(), giveBack: (unused: readonly Task[]) => void waiting.unshift(...unused) };
  await new WorkerLane(queue, entry, {} as never, handlers).run(undefined);
  return seen;
}

const tasks = (count: number, size: number): Task[] =>
  Array.from({ length: count }, (_, id) => ({ id, source: id, ref: { size } as Task["ref"] }));
const ids = (count: number, without: readonly number[] = []): number[] =>
  Array.from({ length: count }, (_, id) => id).filter((id) => !without.includes(id));

describe("a thread of the pool", () => {
  it.each([
    ["many small tasks, sent ahead", 1000, 10_240],
    ["large ones, sent one by one", 10, 64 * 1024 * 1024],
  ])("does each task once, in order: %s", async (_, count, size) => {
    const seen = await run(thread("good.mjs", ""), tasks(count, size));
    expect(seen).toEqual({ batches: ids(count), results: ids(count), failed: [] });
  });

  it.each([
    ["throws", 'if (id === 70 || id === 71) throw new Error("broken");', "broken"],
    ["exits", "if (id === 70 || id === 71) process.exit(7);", "the thread ended with code 7"],
  ])(
    "that %s fails the task at work alone; those sent behind it are done by the next",
    async (name, instead, message) => {
      const seen = await run(thread(`${name}.mjs`, instead), tasks(200, 10_240));
      expect(seen.failed).toEqual([
        [70, message],
        [71, message],
      ]);
      expect(seen.results).toEqual(ids(200, [70, 71]));
    },
  );

  it("ends with the error of who takes its results", async () => {
    const queue = {
      take: (() => {
        const all = tasks(9, 1);
        return () => all.shift();
      })(),
      giveBack: () => undefined,
    };
    const handlers = {
      batch: () => Promise.reject(new Error("disk full")),
      result: async () => undefined,
      failed: async () => undefined,
    };
    const lane = new WorkerLane(queue, thread("good.mjs", ""), {} as never, handlers);
    await expect(lane.run(undefined)).rejects.toThrow("disk full");
  });
});

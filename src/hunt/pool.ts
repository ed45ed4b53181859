/** Runs tasks in this thread and, when the hunt is large enough to be worth them, in worker threads. */
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";

import type { Task } from "./plan.js";
import type { Serialise } from "./batch.js";
import { scanTask } from "./scan-task.js";
import type { TaskResult } from "./task-result.js";
import { scanEnvironment, type FromWorker, type ScanSetup, type ToWorker } from "./worker.js";

export interface TaskHandlers {
  /** Batches of one task come in order; tasks are interleaved. The next is asked for once this resolves. */
  batch(task: Task, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  result(result: TaskResult): Promise<void>;
  /** The thread died over this task. */
  failed(task: Task, message: string): Promise<void>;
}

/** Hands out tasks in their order, each once. */
type TakeTask = () => Task | undefined;

/** Where threads come from. */
export interface WorkerSource {
  /** Module that calls `serveTasks`. */
  entry: URL;
  /** One that was started before. */
  started?: Worker | undefined;
}

/** @param threads 1 runs everything here */
export async function runTasks(
  tasks: readonly Task[],
  threads: number,
  workers: WorkerSource,
  setup: ScanSetup,
  serialise: Serialise,
  handlers: TaskHandlers,
): Promise<void> {
  const stop = new Int32Array(setup.stop);
  let next = 0;
  const take: TakeTask = () => (Atomics.load(stop, 0) === 0 ? tasks[next++] : undefined);
  // This thread scans as well: it is at work while the others still start.
  const others = Math.min(threads, tasks.length) - 1;
  const { entry, started } = workers;
  const lanes = Array.from({ length: others }, (_, i) =>
    workerLane(take, entry, i === 0 ? started : undefined, setup, handlers),
  );
  await Promise.all([...lanes, localLane(take, setup, serialise, handlers)]);
}

async function localLane(
  take: TakeTask,
  setup: ScanSetup,
  serialise: Serialise,
  handlers: TaskHandlers,
): Promise<void> {
  const env = scanEnvironment(setup, serialise, async (task, bytes) => {
    await handlers.batch(task, bytes);
    // Other threads have batches too, and wait until they are taken.
    await setImmediate();
  });
  for (let task = take(); task; task = take()) {
    let result: TaskResult;
    try {
      result = await scanTask(task, env);
    } catch (error) {
      await handlers.failed(task, error instanceof Error ? error.message : String(error));
      continue;
    }
    await handlers.result(result);
  }
}

async function workerLane(
  take: TakeTask,
  entry: URL,
  started: Worker | undefined,
  setup: ScanSetup,
  handlers: TaskHandlers,
): Promise<void> {
  const prepare = (worker: Worker): Worker => {
    worker.ref();
    worker.postMessage({ type: "setup", setup } satisfies ToWorker);
    return worker;
  };
  let worker: Worker | undefined = prepare(started ?? new Worker(entry));
  try {
    for (let task = take(); task; task = take()) {
      worker ??= prepare(new Worker(entry));
      const failure = await runOne(worker, task, handlers);
      if (failure === undefined) continue;
      await worker.terminate();
      worker = undefined; // the next task gets a fresh one
      await handlers.failed(task, failure);
    }
  } finally {
    await worker?.terminate();
  }
}

/** Resolves to undefined when the task is done, to a message when the thread failed. */
function runOne(worker: Worker, task: Task, handlers: TaskHandlers): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let queue = Promise.resolve();
    const finish = (failure?: string): void => {
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      queue.then(() => resolve(failure), reject);
    };
    const onMessage = (message: FromWorker): void => {
      if (message.type === "batch") {
        queue = queue.then(async () => {
          await handlers.batch(task, message.bytes);
          worker.postMessage({ type: "taken" } satisfies ToWorker);
        });
      } else if (message.type === "result") {
        queue = queue.then(() => handlers.result(message.result));
        finish();
        return;
      }
      queue.catch(reject);
    };
    const onError = (error: Error): void => finish(error.message);
    const onExit = (code: number): void => finish(`the thread ended with code ${code}`);
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    worker.postMessage({ type: "task", task } satisfies ToWorker);
  });
}

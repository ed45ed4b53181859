/** Hands tasks to worker threads, or runs them here when the hunt is too small to be worth a thread. */
import { Worker } from "node:worker_threads";

import type { Task } from "./plan.js";
import { scanTask, type Batch, type Serialise, type TaskResult } from "./scan-task.js";
import { scanEnvironment, type FromWorker, type ScanSetup, type ToWorker } from "./worker.js";

export interface TaskHandlers {
  /** Batches of one task come in order; tasks are interleaved. The next is asked for once this resolves. */
  batch(task: Task, batch: Batch): Promise<void>;
  result(result: TaskResult): Promise<void>;
  /** The thread died over this task. */
  failed(task: Task, message: string): Promise<void>;
}

export async function runHere(
  tasks: readonly Task[],
  setup: ScanSetup,
  serialise: Serialise,
  handlers: TaskHandlers,
): Promise<void> {
  const env = scanEnvironment(setup, serialise, (task, batch) => handlers.batch(task, batch));
  for (const task of tasks) {
    if (env.stopped()) return;
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

/** @param entry module that calls `serveTasks` */
export async function runInWorkers(
  tasks: readonly Task[],
  threads: number,
  entry: URL,
  setup: ScanSetup,
  handlers: TaskHandlers,
): Promise<void> {
  const stop = new Int32Array(setup.stop);
  let next = 0;

  const lane = async (): Promise<void> => {
    let worker: Worker | undefined;
    try {
      while (next < tasks.length && Atomics.load(stop, 0) === 0) {
        const task = tasks[next++]!;
        worker ??= new Worker(entry, { workerData: setup });
        const failure = await runOne(worker, task, handlers);
        if (failure !== undefined) {
          await worker.terminate();
          worker = undefined; // the next task gets a fresh one
          await handlers.failed(task, failure);
        }
      }
    } finally {
      await worker?.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, tasks.length) }, lane));
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
          await handlers.batch(task, message.batch);
          worker.postMessage({ type: "taken" } satisfies ToWorker);
        });
      } else {
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

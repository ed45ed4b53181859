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

/** Tasks in their order, each handed out once. */
interface TaskQueue {
  take(): Task | undefined;
  /** Puts back what was taken and not begun. */
  giveBack(tasks: readonly Task[]): void;
}

/** What a thread is given at once: it shall not wait for the next small file, nor hold a large one that another could take. */
const AHEAD_BYTES = 4 * 1024 * 1024;
const AHEAD_TASKS = 64;
/** Milliseconds that this thread works before it lets messages in. */
const TURN_MS = 1;

/** Where threads come from. */
export interface WorkerSource {
  /** Module that calls `serveTasks`. */
  entry: URL;
  /** Module that calls `serveDecoding`. */
  decoder: URL;
  /** One of those that was started before. */
  startedDecoder?: Worker | undefined;
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
  const returned: Task[] = [];
  const queue: TaskQueue = {
    take: () => (Atomics.load(stop, 0) === 0 ? (returned.shift() ?? tasks[next++]) : undefined),
    giveBack: (unused) => void returned.push(...unused),
  };
  // This thread scans as well: it is at work while the others still start.
  const others = Math.min(threads, tasks.length) - 1;
  const { entry, started } = workers;
  const lanes = Array.from({ length: others }, (_, i) =>
    new WorkerLane(queue, entry, setup, handlers).run(i === 0 ? started : undefined),
  );
  await Promise.all([...lanes, localLane(queue, setup, serialise, handlers, workers)]);
}

async function localLane(
  queue: TaskQueue,
  setup: ScanSetup,
  serialise: Serialise,
  handlers: TaskHandlers,
  { startedDecoder }: WorkerSource,
): Promise<void> {
  const env = scanEnvironment(setup, serialise, async (task, bytes) => {
    await handlers.batch(task, bytes);
    // Other threads have batches too, and wait until they are taken.
    await setImmediate();
  });
  if (env.decoder) env.decoder.started = startedDecoder;
  let turn = performance.now();
  for (let task = queue.take(); task; task = queue.take()) {
    let result: TaskResult;
    try {
      result = await scanTask(task, env);
    } catch (error) {
      await handlers.failed(task, error instanceof Error ? error.message : String(error));
      continue;
    }
    await handlers.result(result);
    // Small plain files come and go without a wait: the other threads' results would stay unheard, and they without work.
    if (performance.now() - turn < TURN_MS) continue;
    await setImmediate();
    turn = performance.now();
  }
}

/** One worker thread after another: a new one when one dies. */
export class WorkerLane {
  private worker: Worker | undefined;
  /** Sent to the thread and not done; the first is at work. */
  private sent: Task[] = [];
  /** What the thread says is dealt with in its order. */
  private heard = Promise.resolve();
  private ended!: { resolve: () => void; reject: (reason: unknown) => void };

  constructor(
    private readonly queue: TaskQueue,
    private readonly entry: URL,
    private readonly setup: ScanSetup,
    private readonly handlers: TaskHandlers,
  ) {}

  async run(started: Worker | undefined): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.ended = { resolve, reject };
        this.employ(started ?? new Worker(this.entry));
        this.send();
      });
    } finally {
      await this.dismiss();
    }
  }

  private employ(worker: Worker): void {
    this.worker = worker;
    worker.ref();
    worker.on("message", (message: FromWorker) => this.hear(() => this.message(worker, message)));
    worker.on("error", (error: Error) => this.hear(() => this.died(worker, error.message)));
    worker.on("exit", (code) => this.hear(() => this.died(worker, `the thread ended with code ${code}`)));
    worker.postMessage({ type: "setup", setup: this.setup } satisfies ToWorker);
  }

  private async dismiss(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
  }

  /** Gives the thread as much as it may have; with nothing left the lane ends. */
  private send(): void {
    let bytes = this.sent.reduce((sum, task) => sum + bytesOf(task), 0);
    while (this.sent.length === 0 || (bytes < AHEAD_BYTES && this.sent.length < AHEAD_TASKS)) {
      const task = this.queue.take();
      if (!task) break;
      if (!this.worker) this.employ(new Worker(this.entry));
      this.worker!.postMessage({ type: "task", task } satisfies ToWorker);
      this.sent.push(task);
      bytes += bytesOf(task);
    }
    if (this.sent.length === 0) this.ended.resolve();
  }

  private hear(deal: () => Promise<void>): void {
    this.heard = this.heard.then(deal);
    this.heard.catch(this.ended.reject);
  }

  private async message(worker: Worker, message: FromWorker): Promise<void> {
    if (worker !== this.worker) return;
    if (message.type === "batch") {
      await this.handlers.batch(this.sent[0]!, message.bytes);
      worker.postMessage({ type: "taken" } satisfies ToWorker);
    } else if (message.type === "result") {
      this.sent.shift();
      await this.handlers.result(message.result);
      this.send();
    }
  }

  /** The task at work failed; those behind it were not begun. */
  private async died(worker: Worker, message: string): Promise<void> {
    if (worker !== this.worker) return;
    await this.dismiss();
    const [task, ...unused] = this.sent;
    this.sent = [];
    this.queue.giveBack(unused);
    if (task) await this.handlers.failed(task, message);
    this.send();
  }
}

function bytesOf({ ref, range }: Task): number {
  return range ? Math.min(range.end, ref.size) - range.start : ref.size;
}

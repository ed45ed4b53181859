/** The worker's side: does the tasks of the main thread, one after the other, and sends back batches and results. */
import { parentPort } from "node:worker_threads";

import { parserFactory, type ParserSettings } from "../formats/parser-settings.js";
import { Kernel } from "../matcher/kernel.js";
import type { CompiledSet } from "../matcher/matcher.js";
import { hashAsFound, type FileHash } from "../sources/file-hash.js";
import { Signal } from "../sources/signal.js";
import type { SourceRef } from "../sources/source.js";
import { OwnNetworks } from "../triage/own.js";
import type { Serialise } from "./batch.js";
import { FileHeaders } from "./headers.js";
import { IndicatorTable, type SharedIndicators } from "./indicator-table.js";
import type { Task } from "./plan.js";
import { scanTask, type ScanEnvironment, type ScanSettings } from "./scan-task.js";
import type { TaskResult } from "./task-result.js";

/** All that a scanning thread needs, in cloneable or shared form. */
export interface ScanSetup {
  compiled: Omit<CompiledSet, "slots">;
  indicators: SharedIndicators;
  own: { cidrs: readonly string[]; stated: boolean };
  parser: ParserSettings;
  settings: ScanSettings;
  /** Threads are free: address of a module that decompresses in one (`DecoderSource`). */
  decoder?: string;
  /** Int32[0]: not 0 once the hunt shall stop. */
  stop: SharedArrayBuffer;
  /** BigInt64: stored bytes read, hits found, bytes hashed. */
  counters: SharedArrayBuffer;
}

export type ToWorker =
  | { type: "setup"; setup: ScanSetup }
  | { type: "task"; task: Task }
  | { type: "taken" }
  | { type: "hash"; ref: SourceRef; shared: Pick<ScanSetup, "stop" | "counters"> };
export type FromWorker =
  | { type: "batch"; bytes: Uint8Array<ArrayBuffer> }
  | { type: "result"; result: TaskResult }
  | { type: "hashed"; hash: FileHash | undefined };

/** Bytes read into the kernel's memory at once: fits a core's second-level cache with the tables. */
const BLOCK_BYTES = 2 * 1024 * 1024;
/** Batches under way to the main thread; past this the worker waits, so a slow disk for the output bounds memory. */
const BATCHES_AHEAD = 8;

export function scanEnvironment(
  setup: ScanSetup,
  serialise: Serialise,
  emit: ScanEnvironment["emit"],
  blockBytes = BLOCK_BYTES,
): ScanEnvironment {
  const stop = new Int32Array(setup.stop);
  const counters = new BigInt64Array(setup.counters);
  let stopping: Promise<unknown> | undefined;
  let headers: { path: string; lookup: FileHeaders } | undefined;
  return {
    kernel: new Kernel({ ...setup.compiled, slots: [] }, blockBytes),
    indicators: new IndicatorTable(setup.indicators),
    own: new OwnNetworks(setup.own.cidrs, setup.own.stated),
    settings: setup.settings,
    decoder: setup.decoder === undefined ? undefined : { entry: setup.decoder },
    serialise,
    parserFor: parserFactory(setup.parser),
    headersOf({ path, pathBytes }) {
      if (headers?.path !== path) {
        headers?.lookup.close();
        headers = { path, lookup: new FileHeaders(pathBytes ? Buffer.from(pathBytes) : path) };
      }
      return headers.lookup;
    },
    emit,
    progress(bytes, hits) {
      if (bytes > 0) Atomics.add(counters, 0, BigInt(bytes));
      if (hits > 0) Atomics.add(counters, 1, BigInt(hits));
    },
    stopped: () => Atomics.load(stop, 0) !== 0,
    untilStopped: async () => (stopping ??= Promise.resolve(Atomics.waitAsync(stop, 0, 0).value)),
  };
}

/** How hashing is stopped, and counted, from any thread. */
export function hashWatch(shared: Pick<ScanSetup, "stop" | "counters">): {
  stopped: () => boolean;
  progress: (bytes: number) => void;
} {
  const stop = new Int32Array(shared.stop);
  const counters = new BigInt64Array(shared.counters);
  return {
    stopped: () => Atomics.load(stop, 0) !== 0,
    progress: (bytes) => void Atomics.add(counters, 2, BigInt(bytes)),
  };
}

/** Runs in the worker thread until the main thread ends it. The first message is the setup: the thread may be started before it is known. */
export function serveTasks(serialise: Serialise): void {
  const port = parentPort!;
  let env: ScanEnvironment | undefined;
  let ahead = 0;
  const taken = new Signal();
  let work = Promise.resolve();
  const post = (message: FromWorker, handedOver: ArrayBuffer[] = []): void => port.postMessage(message, handedOver);
  const emit: ScanEnvironment["emit"] = async (_task, bytes) => {
    post({ type: "batch", bytes }, [bytes.buffer]);
    if (++ahead >= BATCHES_AHEAD) await taken.wait();
  };
  port.on("message", (message: ToWorker) => {
    switch (message.type) {
      case "setup":
        env = scanEnvironment(message.setup, serialise, emit);
        return;
      case "taken":
        ahead--;
        taken.notify();
        return;
      case "hash": {
        const { stopped, progress } = hashWatch(message.shared);
        void hashAsFound(message.ref, stopped, progress).then((hash) => post({ type: "hashed", hash }));
        return;
      }
      case "task":
        work = work.then(async () => post({ type: "result", result: await scanTask(message.task, env!) }));
    }
  });
}

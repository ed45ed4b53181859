/** Hashes the stored files after the scan: what was searched can be told from what is there later. */
import { Worker } from "node:worker_threads";

import { hashAsFound, type FileHash } from "../sources/file-hash.js";
import type { SourceRef } from "../sources/source.js";
import { hashWatch, type FromWorker, type ScanSetup, type ToWorker } from "./worker.js";

/** Below this a second thread costs more than it saves. */
const WORTH_THREADS_BYTES = 512 * 1024 * 1024;

/**
 * Hashes each of `wanted` (indexes into `sources`) once. What is read once only (pipes) has no hash. Stopped early, the rest is left out.
 * @param threads at most so many work at once; @param entry module that calls `serveTasks`; @param shared as in `ScanSetup`
 */
export async function hashSources(
  sources: readonly SourceRef[],
  wanted: readonly number[],
  threads: number,
  entry: URL,
  shared: Pick<ScanSetup, "stop" | "counters">,
  worthThreads = WORTH_THREADS_BYTES,
): Promise<Map<number, FileHash>> {
  const files = wanted.filter((index) => sources[index]!.seekable);
  const bytes = files.reduce((n, index) => n + sources[index]!.size, 0);
  const hashes = new Map<number, FileHash>();
  const { stopped, progress } = hashWatch(shared);
  let next = 0;
  const take = (): number | undefined => (stopped() ? undefined : files[next++]);
  const lane = async (hash: (ref: SourceRef) => Promise<FileHash | undefined>): Promise<void> => {
    for (let index = take(); index !== undefined; index = take()) {
      const done = await hash(sources[index]!);
      if (done !== undefined) hashes.set(index, done);
    }
  };
  const here = (ref: SourceRef): Promise<FileHash | undefined> => hashAsFound(ref, stopped, progress);
  const others = bytes < worthThreads ? 0 : Math.min(threads, files.length) - 1;
  const workers = Array.from({ length: others }, () => new Worker(entry));
  try {
    await Promise.all([
      lane(here),
      ...workers.map((worker) => lane(async (ref) => (await hashThere(worker, ref, shared)) ?? here(ref))),
    ]);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return hashes;
}

/** Resolves to undefined when the thread failed or was stopped. */
function hashThere(
  worker: Worker,
  ref: SourceRef,
  { stop, counters }: Pick<ScanSetup, "stop" | "counters">,
): Promise<FileHash | undefined> {
  return new Promise((resolve) => {
    const finish = (hash?: FileHash): void => {
      worker.off("message", onMessage).off("error", onEnd).off("exit", onEnd);
      resolve(hash);
    };
    const onMessage = (message: FromWorker): void => finish(message.type === "hashed" ? message.hash : undefined);
    const onEnd = (): void => finish();
    worker.on("message", onMessage).on("error", onEnd).on("exit", onEnd);
    worker.postMessage({ type: "hash", ref, shared: { stop, counters } } satisfies ToWorker);
  });
}

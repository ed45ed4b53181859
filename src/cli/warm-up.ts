/** A large hunt's second thread is started first of all: it loads its modules while this thread loads its own. */
import { statSync } from "node:fs";
import { Worker } from "node:worker_threads";

export const WORKER_ENTRY = new URL("./hunt-worker.js", import.meta.url);

/** Ranges of a file are cut above this; smaller hunts are done before a thread is up. */
const LARGE = 64 * 1024 * 1024;

let started: Worker | undefined;

/** @param words of the command line, as typed: one that names a large file is worth a thread, whatever it is meant as */
export function warmUp(words: readonly string[]): void {
  if (!words.some(isLarge)) return;
  started = new Worker(WORKER_ENTRY);
  // It must not keep a program alive that ends before the hunt.
  started.unref();
}

export function startedWorker(): Worker | undefined {
  return started;
}

function isLarge(path: string): boolean {
  const file = statSync(path, { throwIfNoEntry: false });
  // A compressed file is one task, whatever its size.
  return file !== undefined && file.isFile() && file.size > LARGE && !path.endsWith(".gz");
}

/** A large hunt's second thread is started first of all: it loads its modules while this thread loads its own. */
import { statSync } from "node:fs";
import { Worker } from "node:worker_threads";

export const WORKER_ENTRY = new URL("./hunt-worker.js", import.meta.url);
export const DECODER_ENTRY = new URL("./decode-worker.js", import.meta.url);

/** Ranges of a file are cut above this; smaller hunts are done before a thread is up. */
const LARGE = 64 * 1024 * 1024;
/** Read by a codec, which can work in a thread of its own. Names are a guess: the bytes decide later. */
const CODED = /\.(?:zst|lz4)$/;
const COMPRESSED = /\.(?:t?gz|zst|xz|t?bz2|lz4|zip)$/;

let started: Worker | undefined;
let startedDecoder: Worker | undefined;

/** @param words of the command line, as typed: one that names a large file is worth a thread, whatever it is meant as */
export function warmUp(words: readonly string[]): void {
  const large = words.filter(isLarge);
  // A compressed file is one task, whatever its size.
  if (large.some((path) => !COMPRESSED.test(path))) started = start(WORKER_ENTRY);
  else if (large.some((path) => CODED.test(path))) startedDecoder = start(DECODER_ENTRY);
}

function start(entry: URL): Worker {
  const worker = new Worker(entry);
  // It must not keep a program alive that ends before the hunt, nor end it: whoever takes it hears of what went wrong.
  worker.unref();
  worker.on("error", () => undefined);
  return worker;
}

export function startedThreads(): { started: Worker | undefined; startedDecoder: Worker | undefined } {
  return { started, startedDecoder };
}

function isLarge(path: string): boolean {
  const file = statSync(path, { throwIfNoEntry: false });
  return file !== undefined && file.isFile() && file.size > LARGE;
}

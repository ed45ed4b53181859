/** SHA-256 of files as they are stored (FIPS 180-4). */
import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync, type BigIntStats } from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { SourceError } from "../model/coverage.js";
import { fileTime } from "./file-time.js";
import { pathOf } from "./open.js";
import type { SourceRef } from "./source.js";
import { errnoOf, systemError } from "./system-error.js";

const BLOCK = 1024 * 1024;
/** Blocks between two turns of the event loop, so that signals are let in. */
const TURN = 8;

/** Lower-case hex, and the number of bytes that went into it. */
export interface Digest {
  sha256: string;
  bytes: number;
}

/** The hash of a file that is still as the walk found it, or why there is none. */
export type FileHash = Digest | SourceError;

/**
 * Hashes a file that was read before. One that changed since the walk saw it, or changes meanwhile, by size or modification time, has
 * no hash: it would be of other bytes than those that were searched. Undefined when stopped. Never rejects.
 */
export async function hashAsFound(
  ref: SourceRef,
  stopped: () => boolean,
  progress: (bytes: number) => void = () => undefined,
): Promise<FileHash | undefined> {
  return digest(ref, Infinity, { stopped, progress }, (stats) => {
    const { size, mtimeMs } = ref;
    const [now, time] = [Number(stats.size), fileTime(stats)];
    if (now !== size) return `it had ${size} bytes when it was found and ${now} afterwards`;
    if (mtimeMs === undefined || time === mtimeMs) return undefined;
    return `modified ${new Date(time).toISOString()}, after it was found`;
  });
}

/** Hashes what a file holds now, or its first `length` bytes. Never rejects. */
export async function hashFile(ref: Pick<SourceRef, "path" | "pathBytes">, length = Infinity): Promise<FileHash> {
  const watch = { stopped: () => false, progress: () => undefined };
  return (await digest(ref, length, watch, () => undefined))!;
}

async function digest(
  ref: Pick<SourceRef, "path" | "pathBytes">,
  length: number,
  watch: { stopped(): boolean; progress(bytes: number): void },
  changed: (stats: BigIntStats) => string | undefined,
): Promise<FileHash | undefined> {
  let fd: number | undefined;
  try {
    // Non-blocking, so that a pipe put in the file's place cannot hang the program.
    fd = openSync(pathOf(ref), constants.O_RDONLY | constants.O_NONBLOCK);
    const difference = (): string | undefined => {
      const stats = fstatSync(fd!, { bigint: true });
      return stats.isFile() ? changed(stats) : "no longer a file";
    };
    let unlike = difference();
    if (unlike !== undefined) return { code: "not-hashed", message: unlike };
    const hash = createHash("sha256");
    const block = Buffer.allocUnsafe(BLOCK);
    let bytes = 0;
    for (let turn = 1; bytes < length; turn++) {
      const got = readBlock(fd, block, Math.min(BLOCK, length - bytes), bytes);
      if (got === 0) break;
      hash.update(block.subarray(0, got));
      bytes += got;
      watch.progress(got);
      if (turn % TURN === 0) await setImmediate();
      if (watch.stopped()) return undefined;
    }
    unlike = difference();
    return unlike === undefined ? { sha256: hash.digest("hex"), bytes } : { code: "not-hashed", message: unlike };
  } catch (error) {
    return { ...systemError(error), code: "not-hashed" };
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function readBlock(fd: number, block: Buffer, length: number, position: number): number {
  for (;;) {
    try {
      return readSync(fd, block, 0, length, position);
    } catch (error) {
      if (errnoOf(error) !== "EINTR") throw error;
    }
  }
}

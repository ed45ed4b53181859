/** The rim: what stands on disk, found and read. */
import { constants } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ErrorCode } from "../model/errors.js";
import { MAX_INTEL_BYTES } from "./decode.js";
import { wordTable } from "../model/word-table.js";

export type Report = (file: string, code: ErrorCode, message: string) => void;

export interface FileRef {
  path: string;
  /** Found by walking a folder: it need not be intel at all. */
  inFolder: boolean;
}

const SYSTEM_CODES: Readonly<Record<string, string>> = wordTable({
  ENOENT: "no such file or folder",
  EACCES: "may not be read",
  EPERM: "may not be read",
  ELOOP: "a link that leads to itself",
});

export function systemMessage(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return SYSTEM_CODES[code] ?? (error instanceof Error ? error.message : String(error));
}

/**
 * Files under a folder, in the order of their names. Hidden entries (`.git`, `.DS_Store`) and what is no regular file are
 * left out; a folder reached twice through links is walked once.
 */
async function walk(folder: string, seen: Set<string>, report: Report): Promise<FileRef[]> {
  const real = await realpath(folder);
  if (seen.has(real)) return [];
  seen.add(real);
  const found: FileRef[] = [];
  const names = (await readdir(folder)).filter((name) => !name.startsWith(".")).sort();
  for (const name of names) {
    const path = join(folder, name);
    try {
      const info = await stat(path);
      if (info.isDirectory()) found.push(...(await walk(path, seen, report)));
      else if (info.isFile()) found.push({ path, inFolder: true });
    } catch (error) {
      report(path, "intel-unreadable", systemMessage(error));
    }
  }
  return found;
}

/** The file, or the files of a folder; undefined when there is neither, which is reported. */
export async function filesAt(
  path: string,
  report: Report,
): Promise<{ refs: FileRef[]; isFolder: boolean } | undefined> {
  try {
    const isFolder = (await stat(path)).isDirectory();
    return { refs: isFolder ? await walk(path, new Set(), report) : [{ path, inFolder: false }], isFolder };
  } catch (error) {
    report(path, "intel-unreadable", systemMessage(error));
    return undefined;
  }
}

export async function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/** The whole file, or undefined when it is larger than MAX_INTEL_BYTES. Works for pipes, whose size is not known. */
export async function readWhole(path: string): Promise<Uint8Array | undefined> {
  const file = await open(path, constants.O_RDONLY);
  try {
    const chunks: Buffer[] = [];
    let total = 0;
    const { size } = await file.stat();
    if (size > MAX_INTEL_BYTES) return undefined;
    for (;;) {
      const chunk = Buffer.allocUnsafe(Math.max(64 * 1024, size - total + 1));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
      if (bytesRead === 0) return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      total += bytesRead;
      if (total > MAX_INTEL_BYTES) return undefined;
      chunks.push(chunk.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

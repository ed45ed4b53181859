/** Where a log of an earlier hunt is now. */
import { readdirSync, statSync, type BigIntStats } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { SourceError } from "../model/coverage.js";
import { hashFile } from "./file-hash.js";
import { fileTime } from "./file-time.js";
import type { SourceRef } from "./source.js";
import { systemError } from "./system-error.js";
import { walk } from "./walk.js";

export interface Bases {
  /** What relative paths start from. */
  folder: string;
  /** Folders that hold the logs now, under their whole path or the end of it: a copy, a mounted image. Looked at first. */
  copies: readonly string[];
}

/** The path as the hunt reported it, to the file that it names now. Never throws. */
export async function locate(path: string, { folder, copies }: Bases): Promise<SourceRef | SourceError> {
  if (path === "-") return { code: "not-readable", message: "came through standard input, and cannot be read again" };
  const parts = path.split("/").filter((part) => part !== "" && part !== "." && part !== "..");
  const places = copies.flatMap((copy) => parts.map((_, i) => join(copy, ...parts.slice(i))));
  places.push(resolve(folder, path));
  let first: SourceError | undefined;
  for (const place of places) {
    const found = await fileAt(place);
    if (!("code" in found)) return found;
    if (first === undefined || first.code === "not-found") first = found;
  }
  return first ?? { code: "not-found", message: "no such file" };
}

async function fileAt(path: string): Promise<SourceRef | SourceError> {
  let stats: BigIntStats;
  try {
    stats = statSync(path, { bigint: true });
  } catch (error) {
    // A name that is no UTF-8 was reported with U+FFFD, and is only found in its folder.
    const unnamed = path.includes("\ufffd") ? await inFolder(path) : undefined;
    const fault = systemError(error);
    return unnamed ?? (fault.code === "not-found" ? { code: fault.code, message: "no such file" } : fault);
  }
  if (stats.isFile()) return { path, size: Number(stats.size), mtimeMs: fileTime(stats), seekable: true };
  return { code: "not-readable", message: stats.isDirectory() ? "a folder stands there now" : "no file stands there" };
}

async function inFolder(path: string): Promise<SourceRef | undefined> {
  let folder = dirname(path);
  while (folder.includes("\ufffd")) folder = dirname(folder);
  const { sources } = await walk([folder]);
  return sources.find((ref) => ref.path === path);
}

/** Files looked at by content; a folder with more of the very same size holds no rotated log. */
const SAME_SIZE = 20;

/** A file with these bytes beside the place where it was: a log that was rotated keeps its folder. */
export async function sameBytesNear(
  path: string,
  { sha256, size }: { sha256: string; size: number },
  { folder: base }: Bases,
): Promise<SourceRef | undefined> {
  const folder = dirname(resolve(base, path));
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return undefined;
  }
  let looked = 0;
  for (const name of names.sort()) {
    const ref = await fileAt(join(folder, name));
    if ("code" in ref || ref.size !== size) continue;
    if (++looked > SAME_SIZE) return undefined;
    const hash = await hashFile(ref);
    if ("sha256" in hash && hash.sha256 === sha256) return ref;
  }
  return undefined;
}

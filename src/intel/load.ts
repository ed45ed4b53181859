/** Intel from files and folders to one IndicatorSet. */
import { constants } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { LookbackError, type ErrorCode } from "../model/errors.js";
import type { IndicatorSet } from "../model/indicator.js";
import type { ReaderOptions } from "./candidate.js";
import { decode, MAX_INTEL_BYTES } from "./decode.js";
import { notRead, readersFor } from "./readers.js";
import { SetBuilder, type Defaults } from "./set.js";

export interface IntelOptions extends Defaults, ReaderOptions {}

interface FileRef {
  path: string;
  /** Found by walking a folder: it need not be intel at all. */
  inFolder: boolean;
}

const SYSTEM_CODES: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "may not be read",
  EPERM: "may not be read",
  ELOOP: "a link that leads to itself",
};

function systemMessage(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return SYSTEM_CODES[code] ?? (error instanceof Error ? error.message : String(error));
}

type Report = (file: string, code: ErrorCode, message: string) => void;

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

/** The whole file, or undefined when it is larger than the limit. Works for pipes, whose size is not known. */
async function readWhole(path: string): Promise<Uint8Array | undefined> {
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

async function loadFile(ref: FileRef, options: IntelOptions, builder: SetBuilder, report: Report): Promise<boolean> {
  const { path, inFolder } = ref;
  let bytes: Uint8Array | undefined;
  try {
    bytes = await readWhole(path);
  } catch (error) {
    report(path, "intel-unreadable", systemMessage(error));
    return false;
  }
  if (bytes === undefined) {
    report(path, "intel-unreadable", `larger than ${MAX_INTEL_BYTES / 2 ** 20} MiB: not read`);
    return false;
  }
  const { text, error: loss } = await decode(bytes);
  if (loss) report(path, loss.code, loss.message);
  const unusable = (message: string): void => {
    if (!inFolder && !loss) report(path, "intel-unusable", message);
  };
  const foreign = notRead(text);
  const readers = foreign === undefined && text.trim() !== "" ? readersFor(text) : [];
  const entry = builder.file(path, readers[0]?.id ?? "none");
  if (readers.length === 0) {
    const message = foreign === undefined ? "the file is empty" : `${foreign} is not read`;
    entry.reject(0, "", message);
    unusable(message);
    return false;
  }
  let refusal: string | undefined;
  for (const reader of readers) {
    try {
      reader.read(text, options, entry);
      if (entry.usable) entry.counts.reader = reader.id;
      break;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      // One feed must not stop the others, whatever is wrong with it.
      if (!(error instanceof LookbackError)) report(path, "intel-unreadable", `could not be parsed: ${message}`);
      else if (options.column !== undefined) report(path, error.code, message);
      refusal ??= message;
      if (!(error instanceof LookbackError) || options.column !== undefined) break;
    }
  }
  if (entry.usable) return true;
  if (options.column === undefined || refusal === undefined)
    unusable(
      `no indicator could be understood: ${refusal ?? entry.rejections[0]?.reason ?? "there is no value in it"}`,
    );
  if (inFolder || refusal !== undefined) entry.summarise(refusal);
  return false;
}

/**
 * Reads every path, a file or a folder (recursively, sorted), and merges what they say.
 *
 * One canonical value is one indicator, with every assertion of it. Labels are united. The role is the strongest explicit
 * one (`c2`, `relay`, `delivery`, `scanner`), else `options.role`. Validity is the union: the earliest `validFrom`, the
 * latest `validUntil`, and open where any assertion leaves it open; the options' bounds stand in for an assertion's
 * missing ones. The marking is the strictest.
 *
 * Never throws for what is on disk: a path that cannot be read or holds nothing usable is in `errors`, and the others are
 * used. A file in a folder that holds no indicator (a LICENSE, a README) is in `files` with one rejection, and is no error.
 */
export async function loadIntel(paths: readonly string[], options: IntelOptions = {}): Promise<IndicatorSet> {
  const builder = new SetBuilder(options);
  const report: Report = (file, code, message) => {
    builder.errors.push({ file, code, message });
  };
  // A file named twice, or also reached through a folder, says nothing new the second time.
  const read = new Set<string>();
  for (const path of paths) {
    let refs: FileRef[];
    let isFolder = false;
    try {
      isFolder = (await stat(path)).isDirectory();
      refs = isFolder ? await walk(path, new Set(), report) : [{ path, inFolder: false }];
    } catch (error) {
      report(path, "intel-unreadable", systemMessage(error));
      continue;
    }
    let usable = false;
    for (const ref of refs) {
      const real = await realpath(ref.path).catch(() => ref.path);
      if (read.has(real)) {
        usable = true;
        continue;
      }
      read.add(real);
      if (await loadFile(ref, options, builder, report)) usable = true;
    }
    if (isFolder && !usable) report(path, "intel-unusable", "no file in this folder holds an indicator");
  }
  return builder.build();
}

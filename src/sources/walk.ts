/** From what the user named to the list of sources: files, folders, globs, standard input. */
import { lstatSync, readdirSync, statSync, type BigIntStats } from "node:fs";
import type { SourceError } from "../model/coverage.js";
import { ERRORS } from "../model/errors.js";
import { fileTime } from "./file-time.js";
import type { SourceRef, WalkProblem } from "./source.js";
import { errnoOf, systemError } from "./system-error.js";

export interface WalkOptions {
  /** Ends the walk early; what was found so far is returned. */
  signal?: AbortSignal;
}

export interface WalkResult {
  /** In the order of the inputs, each folder's entries in byte order of their names. */
  sources: SourceRef[];
  problems: WalkProblem[];
}

/** A path to look at. `bytes` only where the name is not valid UTF-8. */
interface Place {
  path: string;
  bytes?: Buffer;
  /** Reached through a symbolic link, itself or a folder above. */
  linked: boolean;
  /** Named by the user, so that it must be readable; otherwise found in a folder. */
  named: boolean;
}

/** Entries between two turns of the event loop. */
const TURN = 2000;
const GLOB_CHARACTERS = /[*?[\]{}()!]/;

/**
 * Lists what the inputs hold. An input is a file, a folder (walked whole, links followed), a glob where no such path
 * exists, or `-`. The same file is listed once, under its first path. Nothing stops the walk: what could not be taken is
 * in `problems`.
 */
export async function walk(inputs: readonly string[], options: WalkOptions = {}): Promise<WalkResult> {
  const walker = new Walker(options.signal);
  for (const input of inputs) await walker.input(input);
  return { sources: walker.sources, problems: walker.problems };
}

class Walker {
  readonly sources: SourceRef[] = [];
  readonly problems: WalkProblem[] = [];
  readonly #files = new Set<string>();
  readonly #folders = new Map<string, { path: string; linked: boolean }>();
  readonly #signal: AbortSignal | undefined;
  #stdin = false;
  #visited = 0;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  async input(input: string): Promise<void> {
    if (input === "-") {
      if (!this.#stdin) this.sources.push({ path: "-", size: 0, seekable: false });
      this.#stdin = true;
      return;
    }
    if (GLOB_CHARACTERS.test(input) && !exists(input)) return this.#glob(input);
    await this.#tree({ path: input, linked: false, named: true });
  }

  async #glob(pattern: string): Promise<void> {
    // Most inputs are files and folders: what reads globs takes some ms to load.
    const { expandGlob } = await import("./glob.js");
    const { paths, problems } = expandGlob(pattern);
    this.problems.push(...problems);
    if (paths.length === 0 && !problems.some(({ error }) => ERRORS[error.code].loses))
      this.#problem(pattern, { code: "not-found", message: "no path matches this pattern" });
    for (const path of inByteOrder(paths)) await this.#tree({ path, linked: false, named: false });
  }

  /** Depth first, without recursion: the depth is the adversary's choice. */
  async #tree(root: Place): Promise<void> {
    const stack: Place[] = [root];
    for (let place = stack.pop(); place && this.#signal?.aborted !== true; place = stack.pop()) {
      if (++this.#visited % TURN === 0) await new Promise((resolve) => setImmediate(resolve));
      const entries = this.#visit(place);
      for (let i = entries.length - 1; i >= 0; i--) {
        const entry = entries[i];
        if (entry) stack.push(entry);
      }
    }
  }

  /** Lists a file, or returns a folder's entries. */
  #visit(place: Place): Place[] {
    let stats: BigIntStats;
    try {
      stats = statSync(place.bytes ?? place.path, { bigint: true });
    } catch (error) {
      this.#problem(place.path, statError(error, place));
      return [];
    }
    if (stats.isDirectory()) return this.#folder(place, `${stats.dev}:${stats.ino}`);
    if (stats.isFile()) {
      this.#file(place, stats);
    } else if (!place.named) {
      this.#problem(place.path, { code: "not-a-log", message: `${kindOf(stats)} in a folder: skipped` });
    } else if (stats.isSocket()) {
      this.#problem(place.path, { code: "not-readable", message: "a socket holds nothing to read" });
    } else {
      this.sources.push({ path: place.path, size: 0, seekable: false });
    }
    return [];
  }

  #file(place: Place, stats: BigIntStats): void {
    const key = `${stats.dev}:${stats.ino}`;
    if (this.#files.has(key)) return;
    this.#files.add(key);
    this.sources.push({
      path: place.path,
      ...(place.bytes && { pathBytes: place.bytes }),
      size: Number(stats.size),
      mtimeMs: fileTime(stats),
      seekable: true,
    });
  }

  #folder(place: Place, key: string): Place[] {
    const before = this.#folders.get(key);
    if (before) {
      // A folder named twice (`logs logs/web`) is no fault; only a link can make a loop.
      if (place.linked || before.linked)
        this.#problem(place.path, { code: "symlink-loop", message: `already walked as ${before.path}` });
      return [];
    }
    this.#folders.set(key, { path: place.path, linked: place.linked });
    try {
      return entriesOf(place);
    } catch (error) {
      this.#problem(place.path, systemError(error));
      return [];
    }
  }

  #problem(path: string, error: SourceError): void {
    this.problems.push({ path, error });
  }
}

function exists(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    return errno !== "ENOENT" && errno !== "ENOTDIR";
  }
}

/** A link that leads nowhere is noted where it was found, and is an error where it was asked for. */
function statError(error: unknown, place: Place): SourceError {
  const errno = errnoOf(error);
  const lost = place.named || (place.path.includes("\ufffd") && !place.bytes);
  if (errno === "ENOENT" && !lost) return { code: "broken-link", message: "a link to nothing" };
  if (errno === "ELOOP")
    return { code: place.named ? "not-found" : "broken-link", message: "a link that leads back to itself" };
  return systemError(error);
}

function kindOf(stats: BigIntStats): string {
  if (stats.isSocket()) return "a socket";
  if (stats.isFIFO()) return "a pipe";
  return "a device";
}

/** A folder's entries in byte order. Throws what readdir throws. */
function entriesOf(folder: Place): Place[] {
  const prefix = folder.path.endsWith("/") ? folder.path : `${folder.path}/`;
  const names = readdirSync(folder.bytes ?? folder.path, { withFileTypes: true });
  // U+FFFD stands for bytes that are no UTF-8 (a Latin-1 file name): such names only open as bytes.
  if (folder.bytes || names.some(({ name }) => name.includes("\ufffd"))) return rawEntriesOf(folder, prefix);
  const linked = new Set(names.filter((entry) => entry.isSymbolicLink()).map((entry) => entry.name));
  return inByteOrder(names.map((entry) => entry.name)).map((name) => ({
    path: prefix + name,
    linked: folder.linked || linked.has(name),
    named: false,
  }));
}

function rawEntriesOf(folder: Place, prefix: string): Place[] {
  const rawPrefix = Buffer.concat([folder.bytes ?? Buffer.from(folder.path), Buffer.from("/")]);
  return readdirSync(rawPrefix, { encoding: "buffer" })
    .sort((a, b) => Buffer.compare(a, b))
    .map((name) => {
      const bytes = Buffer.concat([rawPrefix, name]);
      const path = prefix + name.toString("utf8");
      const exact = !folder.bytes && Buffer.from(path).equals(bytes);
      return { path, ...(!exact && { bytes }), linked: folder.linked || isLink(bytes), named: false };
    });
}

function isLink(path: Buffer): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

/** Byte order of the UTF-8 text, whatever the locale. UTF-16 order differs from it only where surrogates are. */
function inByteOrder(names: string[]): string[] {
  if (names.some((name) => /[\ud800-\udfff]/.test(name)))
    return names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return names.sort();
}

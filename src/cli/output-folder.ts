/** The folder that `-o` names: made, filled, and only then marked as a finished hunt by its manifest. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import type { Digest } from "../sources/file-hash.js";
import { LookbackError, orOutputFailed } from "../model/errors.js";
import { HashedFile } from "./hashed-file.js";

const MANIFEST = "manifest.json";
const SIGHTINGS = "sightings.jsonl";
/** What `--resume` goes on from: there while the hunt runs, and after one that was broken off. */
export const CHECKPOINT = "checkpoint.jsonl";
/** What a hunt leaves: removed before a new one, so that no file of the old stands beside the new. */
const FILES = [MANIFEST, SIGHTINGS, `${SIGHTINGS}.part`, "findings.jsonl", "coverage.json", "report.html"] as const;
/** What it leaves when asked to. Names that a person gives to files too: removed only where a hunt's manifest lists them. */
const EXTRA = ["report.md", "findings.csv"] as const;
export type ExtraFile = (typeof EXTRA)[number];
type Written = Exclude<(typeof FILES)[number], typeof SIGHTINGS | typeof MANIFEST> | ExtraFile;

/** How a folder is taken that a hunt used before. */
export type Reuse = "never" | "force" | "resume";

export class OutputFolder {
  /** Of the files written so far, by name: what tells later that they are as the hunt left them. */
  readonly digests: Record<string, Digest> = {};

  private readonly sightingsFile: HashedFile;

  private constructor(readonly path: string) {
    this.sightingsFile = new HashedFile(join(path, `${SIGHTINGS}.part`), path);
  }

  /**
   * Makes the folder. Throws LookbackError when it holds a finished hunt that is not to be written over, or a file that no hunt left
   * under a name of `extra`, or when it cannot be made.
   */
  static open(path: string, reuse: Reuse, extra: readonly ExtraFile[] = []): OutputFolder {
    return orOutputFailed(path, () => {
      const old = readManifest(join(path, MANIFEST));
      if (reuse === "never" && old.finished)
        throw new LookbackError(
          "output-exists",
          `${path} holds a finished hunt; give --force to write over it, or another folder`,
        );
      const foreign = extra.find((name) => !old.files.has(name) && existsSync(join(path, name)));
      if (reuse === "never" && foreign !== undefined)
        throw new LookbackError(
          "output-exists",
          `${path} holds a ${foreign} that no hunt left; give --force to write over it, or another folder`,
        );
      makeFolder(path);
      for (const name of FILES) if (reuse !== "resume" || name !== MANIFEST) rmSync(join(path, name), { force: true });
      for (const name of EXTRA) if (old.files.has(name)) rmSync(join(path, name), { force: true });
      if (reuse !== "resume") rmSync(join(path, CHECKPOINT), { force: true });
      return new OutputFolder(path);
    });
  }

  /** @param lines whole, in UTF-8 */
  sightings(lines: Uint8Array): void {
    this.sightingsFile.writeBytes(lines);
  }

  /** Ends sightings.jsonl. */
  closeSightings(): void {
    this.digests[SIGHTINGS] = this.sightingsFile.end();
    orOutputFailed(this.path, () => renameSync(join(this.path, `${SIGHTINGS}.part`), join(this.path, SIGHTINGS)));
  }

  /** @param name one of the contract's files; @param text whole, or piece by piece */
  write(name: Written, text: string | Iterable<string>): void {
    const file = new HashedFile(join(this.path, name), this.path);
    try {
      for (const piece of typeof text === "string" ? [text] : text) file.write(piece);
    } finally {
      this.digests[name] = file.end();
    }
  }

  /** First, to say what is under way, and last. Never there in part: it tells what the folder is. */
  manifest(text: string): void {
    const path = join(this.path, MANIFEST);
    orOutputFailed(this.path, () => {
      writeFileSync(`${path}.part`, text);
      renameSync(`${path}.part`, path);
    });
  }

  /** The hunt came to its end: there is nothing to go on from. */
  finish(): void {
    orOutputFailed(this.path, () => rmSync(join(this.path, CHECKPOINT), { force: true }));
  }
}

/** With its parents. `mkdir` of Node with `recursive` never returns where a file system refuses with ENOENT (/proc). */
function makeFolder(path: string): void {
  if (path === "") throw new LookbackError("usage", "--output names no folder");
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at) && at !== dirname(at); at = dirname(at)) missing.push(at);
  // A file or a dangling link in the way is an error to be told; a folder is what was asked for.
  if (missing.length === 0 && !statSync(path).isDirectory()) mkdirSync(path);
  for (const folder of missing.toReversed()) mkdirSync(folder);
}

/** Of a hunt that stands there: whether it came to its end, and which files it lists. */
function readManifest(path: string): { finished: boolean; files: ReadonlySet<string> } {
  if (!existsSync(path)) return { finished: false, files: new Set() };
  try {
    const known = JSON.parse(readFileSync(path, "utf8")) as { interrupted?: unknown; files?: object };
    return { finished: known.interrupted !== true, files: new Set(Object.keys(known.files ?? {})) };
  } catch {
    return { finished: true, files: new Set() }; // something is there that is not ours to write over
  }
}

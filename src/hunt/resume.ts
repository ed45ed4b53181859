/** Begins a hunt's journal, or goes on with that of a hunt that was broken off. */
import { createHash } from "node:crypto";

import { LookbackError } from "../model/errors.js";
import type { SourceRef, WalkProblem } from "../sources/source.js";
import type { HuntRequest } from "./hunt.js";
import { Journal } from "./journal.js";
import type { Task } from "./plan.js";

/** Where a hunt's progress is kept. */
export interface Checkpoint {
  path: string;
  /** Take what it holds for done. Where it holds nothing the hunt starts anew. */
  resume: boolean;
  /** Name and version: another may judge otherwise. */
  program: string;
}

/** What resuming found. Paths as reported. */
export interface Resumed {
  /** Tasks that were done, and all. */
  done: number;
  tasks: number;
  /** Sources that are not as they were when the hunt began: read again. */
  changed: string[];
  /** Sources that were not there when it began: not searched, as they would not have been. */
  added: string[];
}

interface Header {
  /** SHA-256 of all that the results depend on, sources apart. */
  hunt: string;
  sources: (Omit<SourceRef, "pathBytes"> & { bytes?: string })[];
}

export interface Progress {
  journal: Journal;
  sources: SourceRef[];
  problems: WalkProblem[];
  isDone(task: Task): boolean;
  /** Absent for a hunt that starts anew. */
  resumed?: Pick<Resumed, "changed" | "added">;
}

/** Throws LookbackError `resume-refused` when the hunt would not be the one that was broken off. Changes nothing. */
export function checkResume(request: HuntRequest, { path, program }: Checkpoint): void {
  const header = Journal.headerOf(path);
  if (header === undefined || (JSON.parse(header) as Header).hunt === huntHash(request, program)) return;
  throw new LookbackError(
    "resume-refused",
    "the indicators, lookback.yaml or the program are not those that the hunt began with, so it cannot go on: hunt anew",
  );
}

/** @param found by the walk, now. Of a checkpoint that `checkResume` let pass. */
export function openJournal(
  request: HuntRequest,
  { path, resume, program }: Checkpoint,
  found: { sources: SourceRef[]; problems: WalkProblem[] },
): Progress {
  const kept = resume ? Journal.reopen(path) : undefined;
  if (!kept) {
    const header: Header = { hunt: huntHash(request, program), sources: found.sources.map(packed) };
    return { journal: Journal.begin(path, JSON.stringify(header)), ...found, isDone: () => false };
  }
  const { journal } = kept;
  const header = JSON.parse(kept.header) as Header;
  const now = new Map(found.sources.map((ref) => [ref.path, ref]));
  const changed = new Set<number>();
  const sources = header.sources.map((source, index) => {
    const ref = unpacked(source);
    const there = now.get(ref.path);
    // One that is gone is taken as far as it was read; where it was not, reading it tells.
    if (!there || (there.size === ref.size && there.mtimeMs === ref.mtimeMs)) return ref;
    changed.add(index);
    return there;
  });
  const known = new Set(sources.map((ref) => ref.path));
  return {
    journal,
    sources,
    // A source that is gone is told by reading it.
    problems: found.problems.filter(({ path: at }) => !known.has(at)),
    isDone: (task) => !changed.has(task.source) && journal.has(task),
    resumed: {
      changed: [...changed].map((index) => sources[index]!.path),
      added: found.sources.flatMap((ref) => (known.has(ref.path) ? [] : [ref.path])),
    },
  };
}

function huntHash(request: HuntRequest, program: string): string {
  const { indicators, inputs, own, parser, settings, hash, expect, decoys } = request;
  const { cidrs, stated } = own;
  const parts = [program, indicators.hash, inputs, cidrs, stated, parser, settings, hash, expect, decoys];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

function packed({ pathBytes, ...ref }: SourceRef): Header["sources"][number] {
  return pathBytes === undefined ? ref : { ...ref, bytes: Buffer.from(pathBytes).toString("base64") };
}

function unpacked({ bytes, ...ref }: Header["sources"][number]): SourceRef {
  return bytes === undefined ? ref : { ...ref, pathBytes: Buffer.from(bytes, "base64") };
}

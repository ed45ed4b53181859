/**
 * Cuts the sources into tasks. Large plain files are cut into ranges so that every core works on one file; the cut depends on the
 * file alone, never on the number of workers, so that results do not either.
 */
import { inspect } from "../sources/open.js";
import type { SourceRef } from "../sources/source.js";

export interface Task {
  /** Position in the plan: results are put together in this order. */
  id: number;
  /** Index of the source. */
  source: number;
  ref: SourceRef;
  /** Byte range [start, end) of a plain file: the lines that begin in it. Absent: all of it. */
  range?: { start: number; end: number };
}

/** Large enough that opening and joining cost nothing. */
export const RANGE_BYTES = 32 * 1024 * 1024;
/** Of the last ranges of a file: small enough that no worker is long at work when the others are done. */
const LAST_RANGE_BYTES = RANGE_BYTES / 4;
/** Where the small ranges begin, from the end. */
const LAST_BYTES = 2 * RANGE_BYTES;

/** Only files of several ranges are worth a look at their head here. */
const SPLIT_ABOVE = 2 * RANGE_BYTES;

export function plan(sources: readonly SourceRef[]): Task[] {
  const tasks: Task[] = [];
  for (const [source, ref] of sources.entries()) {
    if (ref.seekable && ref.size > SPLIT_ABOVE && inspect(ref).splittable) {
      for (let start = 0, last = false; !last;) {
        const left = ref.size - start;
        const length = left > LAST_BYTES ? RANGE_BYTES : LAST_RANGE_BYTES;
        last = left < 2 * length;
        // The last range takes the rest, and what is appended while the hunt runs.
        const end = last ? Number.MAX_SAFE_INTEGER : start + length;
        tasks.push({ id: tasks.length, source, ref, range: { start, end } });
        start = end;
      }
    } else tasks.push({ id: tasks.length, source, ref });
  }
  return tasks;
}

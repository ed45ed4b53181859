/** Slot lists: which indicators a table entry stands for. */
import { LookbackError } from "../model/errors.js";

/** Ranges or names nested in each other without end need a quadratic slot list: a feed that does that is refused, not obeyed. */
const MAX_SLOT_MEMBERS = 1 << 24;

/** The slot lists, with a bound on their sum. */
export class Slots {
  readonly lists: number[][] = [];
  #members = 0;

  add(list: number[]): number {
    this.#members += list.length;
    if (this.#members > MAX_SLOT_MEMBERS)
      throw new LookbackError("intel-unusable", "the indicators overlap too deeply to be compiled");
    return this.lists.push(list) - 1;
  }
}

/** First place in ascending `list` whose value is >= `value`. */
export function insertionPoint(list: readonly number[], value: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Two ascending lists as one. */
export function merged(a: readonly number[], b: readonly number[]): number[] {
  if (b.length === 0) return [...a];
  return [...a, ...b].sort((x, y) => x - y);
}

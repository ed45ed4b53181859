/**
 * Sorts more text than fits memory: runs that are sorted in memory go to temporary files and are merged from there. Texts of one
 * key come in the order that they were added in.
 */
import { TemporaryFile } from "./temporary-file.js";

export interface Keyed {
  /** Compared as JavaScript compares strings. Holds no tab and no line break. */
  key: string;
  /** Holds no line break. */
  text: string;
}

/** Files that are open at once: more are merged into one. */
const MOST_FILES = 128;

export class SortedRuns {
  private memory: Keyed[] = [];
  private characters = 0;
  private readonly files: Run[] = [];

  /** @param limit characters kept in memory */
  constructor(
    private readonly limit = 12 * 1024 * 1024,
    private readonly mostFiles = MOST_FILES,
  ) {}

  add(key: string, text: string): void {
    this.memory.push({ key, text });
    this.characters += key.length + text.length;
    if (this.characters > this.limit) this.spill();
  }

  /**
   * A run that is sorted already, as lines of `key TAB text`.
   * @param prefix goes before each of its texts
   */
  addSorted(lines: Uint8Array, prefix: string): void {
    // What was added before comes before it.
    if (this.memory.length > 0) this.spill();
    const file = new TemporaryFile();
    file.writeBytes(lines);
    this.keep({ file, prefix });
  }

  /** All, in order, once. */
  *merged(): Generator<Keyed> {
    const last = sorted(this.memory);
    this.memory = [];
    if (this.files.length === 0) yield* last;
    else yield* merge([...this.files.map(entriesOf), last[Symbol.iterator]()]);
    this.dispose();
  }

  dispose(): void {
    this.memory = [];
    this.characters = 0;
    for (const { file } of this.files.splice(0)) file.close();
  }

  private spill(): void {
    const run = runOf(sorted(this.memory));
    this.memory = [];
    this.characters = 0;
    this.keep(run);
  }

  private keep(run: Run): void {
    this.files.push(run);
    if (this.files.length < this.mostFiles) return;
    const runs = this.files.splice(0);
    this.files.push(runOf(merge(runs.map(entriesOf))));
    for (const { file } of runs) file.close();
  }
}

interface Run {
  file: TemporaryFile;
  /** Of each text, for those whose lines lack it. */
  prefix: string;
}

function runOf(entries: Iterable<Keyed>): Run {
  const file = new TemporaryFile();
  for (const { key, text } of entries) file.write(`${key}\t${text}\n`);
  return { file, prefix: "" };
}

/** A line of a run: the key, a tab, the text. */
export function keyed(line: string): Keyed {
  const tab = line.indexOf("\t");
  return { key: line.slice(0, tab), text: line.slice(tab + 1) };
}

/** The sort is stable, so what was added first stays first. */
function sorted(list: readonly Keyed[]): Keyed[] {
  return list.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function* entriesOf({ file, prefix }: Run): Generator<Keyed> {
  for (const line of file.lines()) {
    const { key, text } = keyed(line);
    yield { key, text: prefix + text };
  }
}

interface Head {
  entry: Keyed;
  /** Which run: the earlier one goes first among equals. */
  run: number;
  rest: Iterator<Keyed>;
}

/** A heap of the runs' next entries. */
function* merge(runs: readonly Iterator<Keyed>[]): Generator<Keyed> {
  const heap: Head[] = [];
  const before = (a: Head, b: Head): boolean =>
    a.entry.key < b.entry.key || (a.entry.key === b.entry.key && a.run < b.run);
  const sink = (): void => {
    for (let i = 0; ;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2])
        if (child < heap.length && before(heap[child]!, heap[least]!)) least = child;
      if (least === i) return;
      [heap[i], heap[least]] = [heap[least]!, heap[i]!];
      i = least;
    }
  };
  for (const [run, rest] of runs.entries()) {
    const { value, done } = rest.next();
    if (done !== true) heap.push({ entry: value, run, rest });
  }
  // A sorted list is a heap.
  heap.sort((a, b) => (before(a, b) ? -1 : 1));
  while (heap.length > 0) {
    const head = heap[0]!;
    yield head.entry;
    const { value, done } = head.rest.next();
    if (done === true) {
      const last = heap.pop()!;
      if (heap.length > 0) heap[0] = last;
    } else head.entry = value;
    sink();
  }
}

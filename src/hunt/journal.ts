/**
 * What a hunt has done so far, on disk: of each task that came to its end, its batches and its result. A hunt that was broken off
 * takes these as they are and does the rest, and comes to the same as one that was not.
 *
 * A file of lines that is only ever appended to: a letter for the kind, the CRC-32 of what follows in eight hexadecimal digits, then
 * `H` the header; `A` a start of the hunt, which ends what an earlier one left undone; `B` a batch and `R` the result of a
 * task, after the task's key and a tab. Where a line is not whole, as a crash may leave it, the file is cut off.
 */
import { crc32 } from "node:zlib";
import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync } from "node:fs";

import { LookbackError } from "../model/errors.js";
import { batchJson, batchOf, type Batch } from "./batch.js";
import type { Task } from "./plan.js";
import { writeAll } from "./temporary-file.js";
import type { TaskResult } from "./task-result.js";

/** Lines are gathered up to so many characters, or for so long. */
const BUFFER_CHARACTERS = 1024 * 1024;
const BUFFER_MS = 250;
/** A killed process loses nothing that was written; a machine without power, what was not synced. */
const SYNC_MS = 2000;
const CHUNK = 1024 * 1024;
/** Of a line, its kind and the checksum of the rest. */
const HEAD = 9;
const NEWLINE = 10;

/** Where a line's JSON stands in the file. */
interface Place {
  start: number;
  end: number;
}

interface DoneTask {
  batches: Place[];
  result: Place;
}

export class Journal {
  private buffer: string[] = [];
  private characters = 0;
  private timer: NodeJS.Timeout | undefined;
  private synced = Date.now();

  private constructor(
    private readonly path: string,
    private readonly fd: number,
    private readonly done: ReadonlyMap<string, DoneTask>,
  ) {}

  /** Starts a new one, over any that there is. Throws LookbackError `output-failed`, as writing does. @param header JSON */
  static begin(path: string, header: string): Journal {
    const journal = new Journal(
      path,
      writable(path, () => openSync(path, "w+", 0o600)),
      new Map(),
    );
    journal.line("H", header);
    journal.line("A", "");
    return journal;
  }

  /** Goes on with one; undefined when there is none that has a header. */
  static reopen(path: string): { journal: Journal; header: string } | undefined {
    let fd: number;
    try {
      fd = openSync(path, "r+");
    } catch {
      return undefined;
    }
    const { header, done, end } = readJournal(fd);
    if (header === undefined) {
      closeSync(fd);
      return undefined;
    }
    ftruncateSync(fd, end);
    const journal = new Journal(path, fd, done);
    const text = journal.textAt(header);
    journal.line("A", "");
    return { journal, header: text };
  }

  /** The header alone, of one that is there. */
  static headerOf(path: string): string | undefined {
    let fd: number;
    try {
      fd = openSync(path, "r");
    } catch {
      return undefined;
    }
    try {
      for (const place of linesOf(fd)) {
        const line = wholeLine(fd, place);
        return line?.kind === "H" ? line.rest.toString("utf8") : undefined;
      }
      return undefined;
    } finally {
      closeSync(fd);
    }
  }

  /** Whether the task had come to its end before this start. */
  has(task: Task): boolean {
    return this.done.has(keyOf(task));
  }

  /** Of a task that it has. */
  resultOf(task: Task): TaskResult {
    return JSON.parse(this.textAt(this.done.get(keyOf(task))!.result)) as TaskResult;
  }

  *batchesOf(task: Task): Generator<Batch> {
    for (const place of this.done.get(keyOf(task))!.batches) yield batchOf(this.textAt(place));
  }

  batch(task: Task, batch: Batch): void {
    this.line("B", `${keyOf(task)}\t${batchJson(batch)}`);
  }

  /** The task has come to its end. */
  finish(task: Task, result: TaskResult): void {
    this.line("R", `${keyOf(task)}\t${JSON.stringify(result)}`);
  }

  close(): void {
    this.synced = 0;
    this.flush();
    closeSync(this.fd);
  }

  private line(kind: string, text: string): void {
    this.buffer.push(`${kind}${crc32(text).toString(16).padStart(8, "0")}${text}`);
    this.characters += text.length;
    if (this.characters > BUFFER_CHARACTERS) this.flush();
    // Nothing else may come for hours.
    else this.timer ??= setTimeout(() => this.flush(), BUFFER_MS).unref();
  }

  private flush(): void {
    writable(this.path, () => {
      // Reading moved nothing: every read names its place, and what is written goes to the end.
      if (this.buffer.length > 0) writeAll(this.fd, `${this.buffer.join("\n")}\n`, fstatSync(this.fd).size);
      if (Date.now() - this.synced > SYNC_MS) {
        fdatasyncSync(this.fd);
        this.synced = Date.now();
      }
    });
    this.buffer = [];
    this.characters = 0;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private textAt({ start, end }: Place): string {
    return bytesAt(this.fd, start, end - start).toString("utf8");
  }
}

/** Throws LookbackError `output-failed` for what the system refuses. */
function writable<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new LookbackError("output-failed", `${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function keyOf({ source, range }: Task): string {
  return range ? `${source}:${range.start}-${range.end}` : `${source}`;
}

function readJournal(fd: number): { header: Place | undefined; done: Map<string, DoneTask>; end: number } {
  const done = new Map<string, DoneTask>();
  let open = new Map<string, Place[]>();
  let header: Place | undefined;
  let end = 0;
  for (const place of linesOf(fd)) {
    const line = wholeLine(fd, place);
    if (!line || (line.kind === "H") !== (place.start === 0)) break;
    const tab = line.rest.indexOf("\t");
    const key = line.rest.toString("latin1", 0, tab);
    const json = { start: place.start + HEAD + tab + 1, end: place.end };
    if (line.kind === "H") header = { start: HEAD, end: place.end };
    else if (line.kind === "A") open = new Map();
    else if (line.kind === "R") {
      done.set(key, { batches: open.get(key) ?? [], result: json });
      open.delete(key);
    } else {
      const batches = open.get(key);
      if (batches) batches.push(json);
      else open.set(key, [json]);
    }
    end = place.end + 1;
  }
  return { header, done, end };
}

/** A line's kind and what follows its checksum; undefined when that does not hold. */
function wholeLine(fd: number, { start, end }: Place): { kind: string; rest: Buffer } | undefined {
  const bytes = bytesAt(fd, start, end - start);
  const rest = bytes.subarray(HEAD);
  const holds = bytes.length >= HEAD && Number.parseInt(bytes.toString("latin1", 1, HEAD), 16) === crc32(rest);
  return holds ? { kind: bytes.toString("latin1", 0, 1), rest } : undefined;
}

/** Whole lines, in order, without their line ends. */
function* linesOf(fd: number): Generator<Place> {
  const chunk = Buffer.allocUnsafe(CHUNK);
  let start = 0;
  for (let at = 0; ;) {
    const n = readSync(fd, chunk, 0, CHUNK, at);
    if (n === 0) return;
    const bytes = chunk.subarray(0, n);
    for (let i = bytes.indexOf(NEWLINE); i >= 0; i = bytes.indexOf(NEWLINE, i + 1)) {
      yield { start, end: at + i };
      start = at + i + 1;
    }
    at += n;
  }
}

function bytesAt(fd: number, start: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length;) {
    const n = readSync(fd, bytes, at, length - at, start + at);
    if (n === 0) return bytes.subarray(0, at);
    at += n;
  }
  return bytes;
}

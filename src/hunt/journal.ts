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

import { orOutputFailed } from "../model/errors.js";
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
      orOutputFailed(path, () => openSync(path, "w+", 0o600)),
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
      const [line] = wholeLines(fd);
      return line?.kind === "H" ? line.rest.toString("utf8") : undefined;
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
    orOutputFailed(this.path, () => {
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

function keyOf({ source, range }: Task): string {
  return range ? `${source}:${range.start}-${range.end}` : `${source}`;
}

function readJournal(fd: number): { header: Place | undefined; done: Map<string, DoneTask>; end: number } {
  const done = new Map<string, DoneTask>();
  let open = new Map<string, Place[]>();
  let header: Place | undefined;
  let end = 0;
  for (const line of wholeLines(fd)) {
    if ((line.kind === "H") !== (line.start === 0)) break;
    const tab = line.rest.indexOf("\t");
    const key = line.rest.toString("latin1", 0, tab);
    const json = { start: line.start + HEAD + tab + 1, end: line.end };
    if (line.kind === "H") header = { start: HEAD, end: line.end };
    else if (line.kind === "A") open = new Map();
    else if (line.kind === "R") {
      done.set(key, { batches: open.get(key) ?? [], result: json });
      open.delete(key);
    } else {
      const batches = open.get(key);
      if (batches) batches.push(json);
      else open.set(key, [json]);
    }
    end = line.end + 1;
  }
  return { header, done, end };
}

interface WholeLine extends Place {
  kind: string;
  /** What follows the checksum. Good until the next line is asked for. */
  rest: Buffer;
}

/** The lines whose checksum holds, in order, up to the first of which it does not. Places are without the line end. */
function* wholeLines(fd: number): Generator<WholeLine> {
  const chunk = Buffer.allocUnsafe(CHUNK);
  /** What earlier chunks hold of the line. */
  let begun: Buffer[] = [];
  let start = 0;
  for (let at = 0; ;) {
    const n = readSync(fd, chunk, 0, CHUNK, at);
    if (n === 0) return;
    let from = 0;
    for (let i = chunk.indexOf(NEWLINE); i >= 0 && i < n; i = chunk.indexOf(NEWLINE, from)) {
      const tail = chunk.subarray(from, i);
      const bytes = begun.length === 0 ? tail : Buffer.concat([...begun, tail]);
      const rest = bytes.subarray(HEAD);
      if (bytes.length < HEAD || Number.parseInt(bytes.toString("latin1", 1, HEAD), 16) !== crc32(rest)) return;
      yield { start, end: at + i, kind: bytes.toString("latin1", 0, 1), rest };
      begun = [];
      from = i + 1;
      start = at + from;
    }
    begun.push(Buffer.from(chunk.subarray(from, n)));
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

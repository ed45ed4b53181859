/**
 * What a hunt has done so far, on disk: of each task that came to its end, its batches and its result. A hunt that was broken off
 * takes these as they are and does the rest, and comes to the same as one that was not.
 *
 * A file of records that is only ever appended to: a letter for the kind, the CRC-32 and the length of what follows in eight hexadecimal
 * digits each, the content, a line end. `H` holds the header; `A` is a start of the hunt, which ends what an earlier one left undone;
 * `B` holds a batch (see `batchBytes`) and `R` the result of a task, after the task's key and a tab. Where a record is not whole, as a
 * crash may leave it, the file is cut off.
 */
import { crc32 } from "node:zlib";
import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync } from "node:fs";

import { orOutputFailed } from "../model/errors.js";
import type { Task } from "./plan.js";
import { writeAll } from "./temporary-file.js";
import type { TaskResult } from "./task-result.js";

/** Records are gathered up to so many bytes, or for so long. */
const BUFFER_BYTES = 1024 * 1024;
const BUFFER_MS = 250;
/** A killed process loses nothing that was written; a machine without power, what was not synced. */
const SYNC_MS = 2000;
/** Of a record, its kind, and the checksum and length of the rest. */
const HEAD = 17;
const NEWLINE = Buffer.from("\n");

/** Where a record's content stands in the file, without the task's key. */
interface Place {
  start: number;
  end: number;
}

interface DoneTask {
  batches: Place[];
  result: Place;
}

export class Journal {
  private buffer: Uint8Array[] = [];
  private bytes = 0;
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
    journal.record("H", header);
    journal.record("A", "");
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
    journal.record("A", "");
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
      const [first] = wholeRecords(fd);
      return first?.kind === "H" ? first.rest.toString("utf8") : undefined;
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

  /** Of a task that it has, as they were given to `batch`. */
  *batchesOf(task: Task): Generator<Uint8Array<ArrayBuffer>> {
    for (const { start, end } of this.done.get(keyOf(task))!.batches) yield bytesAt(this.fd, start, end - start);
  }

  /** @param bytes of `batchBytes` */
  batch(task: Task, bytes: Uint8Array): void {
    this.record("B", `${keyOf(task)}\t`, bytes);
  }

  /** The task has come to its end. */
  finish(task: Task, result: TaskResult): void {
    this.record("R", `${keyOf(task)}\t${JSON.stringify(result)}`);
  }

  close(): void {
    this.synced = 0;
    this.flush();
    closeSync(this.fd);
  }

  private record(kind: string, text: string, bytes: Uint8Array = new Uint8Array(0)): void {
    const begun = Buffer.from(text);
    const digits = [crc32(bytes, crc32(begun)), begun.length + bytes.length].map((n) =>
      n.toString(16).padStart(8, "0"),
    );
    const parts = [Buffer.from(kind + digits.join("")), begun, bytes, NEWLINE];
    this.buffer.push(...parts);
    for (const part of parts) this.bytes += part.length;
    if (this.bytes > BUFFER_BYTES) this.flush();
    // Nothing else may come for hours.
    else this.timer ??= setTimeout(() => this.flush(), BUFFER_MS).unref();
  }

  private flush(): void {
    orOutputFailed(this.path, () => {
      // Reading moved nothing: every read names its place, and what is written goes to the end.
      if (this.buffer.length > 0) writeAll(this.fd, Buffer.concat(this.buffer), fstatSync(this.fd).size);
      if (Date.now() - this.synced > SYNC_MS) {
        fdatasyncSync(this.fd);
        this.synced = Date.now();
      }
    });
    this.buffer = [];
    this.bytes = 0;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private textAt({ start, end }: Place): string {
    return Buffer.from(bytesAt(this.fd, start, end - start).buffer).toString("utf8");
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
  for (const record of wholeRecords(fd)) {
    if ((record.kind === "H") !== (record.start === 0)) break;
    const tab = record.rest.indexOf("\t");
    const key = record.rest.toString("latin1", 0, tab);
    const content = { start: record.start + HEAD + tab + 1, end: record.end };
    if (record.kind === "H") header = { start: HEAD, end: record.end };
    else if (record.kind === "A") open = new Map();
    else if (record.kind === "R") {
      done.set(key, { batches: open.get(key) ?? [], result: content });
      open.delete(key);
    } else {
      const batches = open.get(key);
      if (batches) batches.push(content);
      else open.set(key, [content]);
    }
    end = record.end + 1;
  }
  return { header, done, end };
}

interface WholeRecord extends Place {
  kind: string;
  /** What follows the length. */
  rest: Buffer;
}

/** The records that are whole and whose checksum holds, in order, up to the first that is not. Places are without the line end. */
function* wholeRecords(fd: number): Generator<WholeRecord> {
  const { size } = fstatSync(fd);
  for (let start = 0; start + HEAD < size;) {
    const head = Buffer.from(bytesAt(fd, start, HEAD).buffer).toString("latin1");
    const fields = /^([A-Z])([0-9a-f]{8})([0-9a-f]{8})$/.exec(head);
    const length = Number.parseInt(fields?.[3] ?? "", 16);
    const end = start + HEAD + length;
    // Also where there is no number.
    if (!fields || !(end < size)) return;
    const rest = Buffer.from(bytesAt(fd, start + HEAD, length + 1).buffer);
    const content = rest.subarray(0, length);
    if (rest[length] !== NEWLINE[0] || Number.parseInt(fields[2]!, 16) !== crc32(content)) return;
    yield { start, end, kind: fields[1]!, rest: content };
    start = end + 1;
  }
}

/** In a buffer of their own. */
function bytesAt(fd: number, start: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const n = readSync(fd, bytes, at, length - at, start + at);
    if (n === 0) return bytes.slice(0, at);
    at += n;
  }
  return bytes;
}

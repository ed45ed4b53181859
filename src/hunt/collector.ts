/**
 * Puts the workers' output together in plan order, so that a hunt writes the same bytes whatever the number of workers.
 *
 * A sighting that is judged goes straight to the sink until the first one comes whose judgement waits for its conversation;
 * from there on all are held (on disk when there are many) and written when every record is in.
 */
import type { Event } from "../model/event.js";
import type { Judgement, Sighting } from "../model/sighting.js";
import { Conversations } from "../triage/conversation.js";
import { settle } from "../triage/triage.js";
import type { Task } from "./plan.js";
import { DecoyTally, type PendingDecoy } from "./decoy-tally.js";
import { batchOf, type Batch, type PendingSighting } from "./batch.js";
import type { TaskResult } from "./task-result.js";
import { FindingStore, type SerialiseFinding } from "./finding-store.js";
import { PieceStore, type Piece } from "./piece-store.js";
import { LineSpool } from "./spool.js";

/** Takes finished sightings in order: lines of JSON in UTF-8, each with its line end. */
export type SightingSink = (lines: Uint8Array) => void | Promise<void>;

/** Completes a sighting whose judgement came late: everything after the line number. */
export type SerialiseTail = (sighting: PendingSighting["sighting"], judgement: Judgement) => string;

interface Lane {
  /** Batches that came before their turn. */
  waiting: Piece[];
  result: TaskResult | undefined;
  done: boolean;
}

/** Bytes of batches that are kept in memory, of those before their turn and of those that are held. */
const KEPT_BYTES = 8 * 1024 * 1024;

export class Collector {
  readonly findings: FindingStore;
  readonly decoys = new DecoyTally();
  private readonly conversations = new Conversations();
  private readonly pieces = new PieceStore(KEPT_BYTES);
  /** Batches from the first on of which a sighting waits. */
  private readonly held: { piece: Piece; lineBase: number }[] = [];
  /** Decoys have conversations of their own, so that the list's are judged as without them. */
  private readonly decoyConversations = new Conversations();
  private readonly heldDecoys = new LineSpool();
  private readonly lanes = new Map<number, Lane>();
  /** Taken so far. */
  sightings = 0;
  private holding = false;
  private turn = 0;
  /** Newlines before the current range of the source. */
  private lineBase = 0;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly tasks: readonly Task[],
    private readonly sink: SightingSink,
    private readonly serialiseTail: SerialiseTail,
    serialiseFinding: SerialiseFinding,
    private readonly sightingsOnly = false,
  ) {
    this.findings = new FindingStore(serialiseFinding);
  }

  /** @param bytes of `batchBytes` */
  batch(task: Task, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.inTurn(async () => {
      if (task.id === this.turn) await this.take(bytes);
      else this.lane(task.id).waiting.push(this.pieces.put(bytes));
    });
  }

  /** The task is over: completely, or with `result` undefined because its thread failed or it never ran. */
  finish(task: Task, result: TaskResult | undefined): Promise<void> {
    return this.inTurn(async () => {
      const lane = this.lane(task.id);
      lane.result = result;
      lane.done = true;
      while (this.turn < this.tasks.length) {
        const current = this.tasks[this.turn]!;
        const known = this.lanes.get(current.id);
        if (known) for (const piece of known.waiting.splice(0)) await this.take(this.pieces.take(piece));
        if (!known?.done) return;
        const following = this.tasks[this.turn + 1];
        this.lineBase = following?.source === current.source ? this.lineBase + newlinesOf(known.result) : 0;
        this.lanes.delete(current.id);
        this.turn++;
      }
    });
  }

  /** Judges what waited and writes what was held. Call once, when every task is finished. */
  async close(): Promise<void> {
    await this.writing;
    for (const { piece, lineBase } of this.held.splice(0)) {
      const batch = batchOf(this.pieces.take(piece));
      await this.sink(linesOf(batch, lineBase, (head, line, item) => this.judged(head, line, item)));
    }
    for (const text of this.heldDecoys.drain()) {
      const { value, pending } = JSON.parse(text) as PendingDecoy;
      this.decoys.add(value, settle(pending, this.decoyConversations.resolve(pending.record)).verdict);
    }
  }

  /** The tail of a sighting that waited. */
  private judged(head: string, line: number, { pending, sighting, source }: PendingSighting): string {
    const judgement = settle(pending, this.conversations.resolve(pending.record));
    if (!this.sightingsOnly) this.findings.add(completed(head, line, sighting), judgement, source);
    return this.serialiseTail(sighting, judgement);
  }

  /** Lets go of temporary files after a failure. */
  dispose(): void {
    this.pieces.dispose();
    this.heldDecoys.dispose();
  }

  private lane(id: number): Lane {
    let lane = this.lanes.get(id);
    if (!lane) {
      lane = { waiting: [], result: undefined, done: false };
      this.lanes.set(id, lane);
    }
    return lane;
  }

  /** One at a time: messages of several workers come interleaved, and taking one may wait for the sink. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    const run = this.writing.then(work);
    this.writing = run.catch(() => undefined);
    return run;
  }

  private async take(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const batch = batchOf(bytes);
    this.sightings += batch.lines.length;
    this.findings.merge(batch, this.lineBase);
    this.decoys.merge(batch.decoys);
    for (const decoy of batch.pendingDecoys) {
      this.decoyConversations.add(decoy.pending.record);
      this.heldDecoys.append(JSON.stringify(decoy));
    }
    for (const [, { pending }] of batch.pendings) this.conversations.add(pending.record);
    this.holding ||= batch.pendings.length > 0;
    if (batch.lines.length === 0) return;
    if (this.holding) this.held.push({ piece: this.pieces.put(bytes), lineBase: this.lineBase });
    else await this.sink(linesOf(batch, this.lineBase));
  }
}

function newlinesOf(result: TaskResult | undefined): number {
  return result?.logs.reduce((sum, log) => sum + log.newlines, 0) ?? 0;
}

/** Of digits in a line's number. */
const MOST_DIGITS = 16;
const NEWLINE = Buffer.from("\n");

/**
 * The lines of a batch as the output has them.
 * @param tailOf of a sighting that waits
 */
function linesOf(
  { text, ends, lines, pendings }: Batch,
  lineBase: number,
  tailOf: (head: string, line: number, item: PendingSighting) => string = () => "",
): Uint8Array {
  const waiting = new Map(pendings);
  const tails = new Map<number, Buffer>();
  let size = text.length + lines.length * (MOST_DIGITS + NEWLINE.length);
  for (const [i, item] of waiting) {
    const start = i === 0 ? 0 : ends[2 * i - 1]!;
    const head = Buffer.from(text.buffer, text.byteOffset + start, ends[2 * i]! - start).toString("utf8");
    const tail = Buffer.from(tailOf(head, lineBase + lines[i]! + 1, item));
    tails.set(i, tail);
    size += tail.length;
  }
  const out = Buffer.allocUnsafe(size);
  let length = 0;
  const put = (part: Uint8Array): void => {
    out.set(part, length);
    length += part.length;
  };
  for (let i = 0, at = 0; i < lines.length; i++) {
    const cut = ends[2 * i]!;
    const end = ends[2 * i + 1]!;
    put(text.subarray(at, cut));
    length += out.write(String(lineBase + lines[i]! + 1), length, "latin1");
    put(tails.get(i) ?? text.subarray(cut, end));
    put(NEWLINE);
    at = end;
  }
  return out.subarray(0, length);
}

/** The sighting as findings need it: the log's line is read back from the JSON. */
function completed(head: string, line: number, sighting: PendingSighting["sighting"]): Omit<Sighting, "judgement"> {
  const { time, ...facts } = sighting;
  const document = JSON.parse(`${head}0}}`) as { event?: { original?: string } };
  const event: Event = time === undefined ? {} : { timestamp: time };
  return { ...facts, log: { ...facts.log, line }, event, original: document.event?.original ?? "" };
}

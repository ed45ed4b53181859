/**
 * Puts the workers' output together in plan order, so that a hunt writes the same bytes whatever the number of workers.
 *
 * A sighting that is judged goes straight to the sink until the first one comes whose judgement waits for its conversation;
 * from there on all are held (on disk when there are many) and written when every record is in.
 */
import type { Event } from "../model/event.js";
import type { Judgement, Sighting } from "../model/sighting.js";
import { Conversations } from "../triage/conversation.js";
import type { EvidenceDraft, FindingDraft } from "../triage/findings.js";
import { settle } from "../triage/triage.js";
import type { Task } from "./plan.js";
import { DecoyTally, type PendingDecoy } from "./decoy-tally.js";
import { batchJson, batchOf, type Batch, type PendingSighting } from "./batch.js";
import type { TaskResult } from "./task-result.js";
import { FindingStore } from "./finding-store.js";
import { LineSpool } from "./spool.js";

/** Takes finished sightings, one JSON text each, in order. */
export type SightingSink = (json: string) => void | Promise<void>;

/** Completes a sighting whose judgement came late: everything after the line number. */
export type SerialiseTail = (sighting: PendingSighting["sighting"], judgement: Judgement) => string;

interface Lane {
  /** Batches that came before their turn: in memory, and on disk once there are many. */
  waiting: Batch[];
  spooled: LineSpool | undefined;
  result: TaskResult | undefined;
  done: boolean;
}

/** A held sighting that is to be judged. In the spool its head goes before it, as a line of its own: text is not encoded twice. */
interface Held {
  line: number;
  item: PendingSighting;
}
/** First characters of the spool's lines. */
const FINISHED = "=";
const HEAD = "<";
const UNJUDGED = "?";

/** Batches kept in memory before their turn; a batch holds some 256 KiB of text. */
const WAITING_IN_MEMORY = 24;

export class Collector {
  readonly findings = new FindingStore();
  readonly decoys = new DecoyTally();
  private readonly conversations = new Conversations();
  private readonly held = new LineSpool();
  /** Decoys have conversations of their own, so that the list's are judged as without them. */
  private readonly decoyConversations = new Conversations();
  private readonly heldDecoys = new LineSpool();
  private readonly lanes = new Map<number, Lane>();
  private holding = false;
  private turn = 0;
  /** Batches in memory before their turn. */
  private waiting = 0;
  /** Newlines before the current range of the source. */
  private lineBase = 0;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly tasks: readonly Task[],
    private readonly sink: SightingSink,
    private readonly serialiseTail: SerialiseTail,
  ) {}

  batch(task: Task, batch: Batch): Promise<void> {
    return this.inTurn(async () => {
      if (task.id === this.turn) await this.take(batch);
      else this.wait(this.lane(task.id), batch);
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
        if (known) for (const batch of this.waited(known)) await this.take(batch);
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
    let head = "";
    for (const text of this.held.drain()) {
      const rest = text.slice(1);
      if (text.startsWith(FINISHED)) await this.sink(rest);
      else if (text.startsWith(HEAD)) head = rest;
      else await this.judge(head, JSON.parse(rest) as Held);
    }
    for (const text of this.heldDecoys.drain()) {
      const { value, pending } = JSON.parse(text) as PendingDecoy;
      this.decoys.add(value, settle(pending, this.decoyConversations.resolve(pending.record)).verdict);
    }
  }

  private async judge(head: string, { line, item }: Held): Promise<void> {
    const { pending, sighting, source } = item;
    const judgement = settle(pending, this.conversations.resolve(pending.record));
    await this.sink(`${head}${line}${this.serialiseTail(sighting, judgement)}`);
    this.findings.add(completed(head, line, sighting), judgement, source);
  }

  /** Lets go of temporary files after a failure. */
  dispose(): void {
    this.held.dispose();
    this.heldDecoys.dispose();
    for (const lane of this.lanes.values()) lane.spooled?.dispose();
  }

  private lane(id: number): Lane {
    let lane = this.lanes.get(id);
    if (!lane) {
      lane = { waiting: [], spooled: undefined, result: undefined, done: false };
      this.lanes.set(id, lane);
    }
    return lane;
  }

  private wait(lane: Lane, batch: Batch): void {
    if (!lane.spooled && this.waiting < WAITING_IN_MEMORY) {
      lane.waiting.push(batch);
      this.waiting++;
      return;
    }
    lane.spooled ??= new LineSpool();
    lane.spooled.append(batchJson(batch));
  }

  private *waited(lane: Lane): Generator<Batch> {
    this.waiting -= lane.waiting.length;
    yield* lane.waiting.splice(0);
    if (lane.spooled) for (const line of lane.spooled.drain()) yield batchOf(line);
    lane.spooled = undefined;
  }

  /** One at a time: messages of several workers come interleaved, and taking one may wait for the sink. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    const run = this.writing.then(work);
    this.writing = run.catch(() => undefined);
    return run;
  }

  private async take(batch: Batch): Promise<void> {
    this.findings.merge(placed(batch.findings, this.lineBase));
    this.decoys.merge(batch.decoys);
    for (const decoy of batch.pendingDecoys) {
      this.decoyConversations.add(decoy.pending.record);
      this.heldDecoys.append(JSON.stringify(decoy));
    }
    for (const [i, head] of batch.heads.entries()) {
      const line = this.lineBase + batch.lines[i]! + 1;
      const item = batch.pendings[i] ?? undefined;
      if (item) {
        this.holding = true;
        this.conversations.add(item.pending.record);
        this.held.append(`${HEAD}${head}`);
        this.held.append(`${UNJUDGED}${JSON.stringify({ line, item } satisfies Held)}`);
        continue;
      }
      const json = `${head}${line}${batch.tails[i]}`;
      if (this.holding) this.held.append(`${FINISHED}${json}`);
      else await this.sink(json);
    }
  }
}

function newlinesOf(result: TaskResult | undefined): number {
  return result?.logs.reduce((sum, log) => sum + log.newlines, 0) ?? 0;
}

/** Line numbers of a range's findings, made absolute. Drafts of one finding share evidence: each is moved once. */
function placed(drafts: FindingDraft[], lineBase: number): FindingDraft[] {
  if (lineBase === 0) return drafts;
  const moved = new Map<EvidenceDraft, EvidenceDraft>();
  const move = (d: EvidenceDraft): EvidenceDraft => {
    let there = moved.get(d);
    if (!there) {
      there = { ...d, evidence: { ...d.evidence, line: d.evidence.line + lineBase } };
      moved.set(d, there);
    }
    return there;
  };
  return drafts.map((f) => ({ ...f, first: move(f.first), last: move(f.last), worst: f.worst.map(move) }));
}

/** The sighting as findings need it: the log's line is read back from the JSON. */
function completed(head: string, line: number, sighting: PendingSighting["sighting"]): Omit<Sighting, "judgement"> {
  const { time, ...facts } = sighting;
  const document = JSON.parse(`${head}0}}`) as { event?: { original?: string } };
  const event: Event = time === undefined ? {} : { timestamp: time };
  return { ...facts, log: { ...facts.log, line }, event, original: document.event?.original ?? "" };
}

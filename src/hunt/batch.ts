/** Sightings and decoys' hits of a log on their way to the collector. */
import type { ParsedLine } from "../model/event.js";
import type { Judgement, SightedIndicator, Sighting } from "../model/sighting.js";
import { packed, unpacked, FindingsBuilder, type FindingDraft, type PackedDraft } from "../triage/findings.js";
import type { Pending, Triage } from "../triage/triage.js";
import { DecoyTally, type DecoyHit, type PendingDecoy } from "./decoy-tally.js";
import type { HuntedIndicator } from "./indicator-table.js";

/** A sighting as text, cut where the main thread puts in the line number. Without a tail the judgement is still to come. */
export interface SerialisedSighting {
  head: string;
  tail: string | undefined;
}

/** Makes the output's JSON. Passed in, so that the hunt does not depend on the report. */
export type Serialise = (sighting: Omit<Sighting, "judgement">, judgement: Judgement | undefined) => SerialisedSighting;

/** What is kept of a sighting whose judgement waits for its conversation; the line itself stays in its head. */
export interface PendingSighting {
  pending: Pending;
  /** Where its log stands among all, for ordering evidence. */
  source: number;
  sighting: Omit<Sighting, "judgement" | "event" | "original"> & { time: number | undefined };
}

/** Sightings in file order, as parallel lists. */
export interface Batch {
  heads: string[];
  tails: (string | undefined)[];
  /** Newlines of the task before the line: the line number less one, less what earlier ranges of the file hold. */
  lines: number[];
  pendings: (PendingSighting | undefined)[];
  /** What the judged ones among them come to; line numbers as in `lines`, plus one. */
  findings: FindingDraft[];
  /** Background check: judged hits of decoys, and those that wait for their conversation. */
  decoys: DecoyHit[];
  pendingDecoys: PendingDecoy[];
}

/** A batch as text, and back. */
export function batchJson({ findings, ...batch }: Batch): string {
  return JSON.stringify({ ...batch, drafts: findings.map(packed) });
}

export function batchOf(json: string): Batch {
  const { drafts, ...batch } = JSON.parse(json) as Omit<Batch, "findings"> & { drafts: PackedDraft[] };
  return { ...batch, findings: drafts.map(unpacked) };
}

const BATCH_BYTES = 256 * 1024;
/** About what a pending judgement takes. */
const PENDING_BYTES = 400;

export class BatchBuilder {
  private readonly findings = new FindingsBuilder();
  private readonly decoys = new DecoyTally();
  private batch = emptyBatch();
  private bytes = 0;

  /** @param source where the log stands among all */
  constructor(
    private readonly source: number,
    private readonly serialise: Serialise,
  ) {}

  get isFull(): boolean {
    return this.bytes > BATCH_BYTES;
  }

  decoy({ value }: HuntedIndicator, { judgement, pending }: Triage): void {
    if (judgement) this.decoys.add(value, judgement.verdict);
    else {
      this.batch.pendingDecoys.push({ value, pending: pending! });
      this.bytes += PENDING_BYTES;
    }
  }

  /** @param log with the line's number in the task, from 1 */
  sighting(
    parsed: ParsedLine,
    original: string,
    indicator: HuntedIndicator,
    judged: Triage & { observed: string },
    log: Sighting["log"],
  ): void {
    const { batch, source } = this;
    const facts = {
      log,
      indicator: sighted(indicator),
      observed: judged.observed,
      format: parsed.format,
      ...(parsed.timezone === undefined ? {} : { timezone: parsed.timezone }),
    };
    const sighting = { event: parsed.event, original, ...facts };
    if (judged.judgement) this.findings.add(sighting, judged.judgement, source);
    const { head, tail } = this.serialise(sighting, judged.judgement);
    batch.heads.push(head);
    batch.tails.push(tail);
    batch.lines.push(log.line - 1);
    batch.pendings.push(
      judged.pending && { pending: judged.pending, source, sighting: { ...facts, time: parsed.event.timestamp } },
    );
    this.bytes += head.length + (tail?.length ?? PENDING_BYTES);
  }

  /** Hands over what there is and starts anew; undefined when there is nothing. */
  take(): Batch | undefined {
    const { batch } = this;
    if (batch.heads.length + batch.pendingDecoys.length + this.decoys.size === 0) return undefined;
    batch.findings = this.findings.take();
    batch.decoys = this.decoys.take();
    this.batch = emptyBatch();
    this.bytes = 0;
    return batch;
  }
}

function emptyBatch(): Batch {
  return { heads: [], tails: [], lines: [], pendings: [], findings: [], decoys: [], pendingDecoys: [] };
}

/** What a sighting says of its indicator; what is not known of it is left out. */
function sighted({ type, value, role, labels, confidence, tlp, benign }: HuntedIndicator): SightedIndicator {
  return {
    type,
    name: value,
    role,
    labels,
    ...(confidence === undefined ? {} : { confidence }),
    ...(tlp === undefined ? {} : { tlp }),
    ...(benign === undefined || benign.length === 0 ? {} : { benign }),
  };
}

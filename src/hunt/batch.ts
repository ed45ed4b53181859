/** Sightings and decoys' hits of a log on their way to the collector. */
import type { ParsedLine } from "../model/event.js";
import type { Judgement, SightedIndicator, Sighting } from "../model/sighting.js";
import { FindingsBuilder } from "../triage/findings.js";
import type { Pending, Triage } from "../triage/triage.js";
import { DecoyTally, type DecoyHit, type PendingDecoy } from "./decoy-tally.js";
import { draftRun } from "./draft-run.js";
import type { HuntedIndicator } from "./indicator-table.js";
import { relieve } from "./relief.js";

/** A sighting as text, cut where the main thread puts in the line number. Without a tail the judgement is still to come. */
export interface SerialisedSighting {
  head: string;
  tail: string | undefined;
}

/** Makes the output's JSON. Passed in, so that the hunt does not depend on the report. */
export type Serialise = (sighting: SightingBody, judgement: Judgement | undefined) => SerialisedSighting;

type SightingBody = Omit<Sighting, "judgement">;

/** What is kept of a sighting whose judgement waits for its conversation; the line itself stays in its head. */
export interface PendingSighting {
  pending: Pending;
  /** Where its log stands among all, for ordering evidence. */
  source: number;
  sighting: Omit<Sighting, "judgement" | "event" | "original"> & { time: number | undefined };
}

/**
 * Sightings in file order. The text is bytes from here to the output's file: strings of it would be copied from heap to heap, and
 * encoded and escaped again for the journal.
 */
export interface Batch {
  /** The sightings' JSON, the head and the tail of one after those of another. UTF-8, no line breaks. */
  text: Uint8Array;
  /** Of each sighting: where its head ends in `text`, and where its tail does. */
  ends: Uint32Array;
  /** Newlines of the task before the line: the line number less one, less what earlier ranges of the file hold. */
  lines: Float64Array;
  /** Those without a tail, by their index. */
  pendings: [number, PendingSighting][];
  /** What judged ones, of this batch or of earlier ones, come to: see `draft-run.ts`. Line numbers as in `lines`, plus one. */
  drafts: Uint8Array;
  /** Values of the indicators in `drafts`. */
  values: string[];
  /** Background check: judged hits of decoys, and those that wait for their conversation. */
  decoys: DecoyHit[];
  pendingDecoys: PendingDecoy[];
}

type Rest = Omit<Batch, "text" | "ends" | "lines" | "drafts">;

const HEADER_BYTES = 32;

/** A batch as bytes, for threads and files: five lengths, then the parts, those of numbers first because they are aligned. */
export function batchBytes({ text, ends, lines, drafts, ...rest }: Batch): Uint8Array<ArrayBuffer> {
  const json = Buffer.from(JSON.stringify(rest satisfies Rest));
  const parts = [lines, ends, text, drafts, json];
  const out = new Uint8Array(HEADER_BYTES + parts.reduce((sum, part) => sum + part.byteLength, 0));
  new Uint32Array(out.buffer, 0, parts.length).set(parts.map((part) => part.byteLength));
  let at = HEADER_BYTES;
  for (const part of parts) {
    out.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  return out;
}

/** Parts are views of the bytes, which must stand at the beginning of their buffer. */
export function batchOf({ buffer }: Uint8Array<ArrayBuffer>): Batch {
  const [lines, ends, text, drafts, json] = new Uint32Array(buffer, 0, 5) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  let at = HEADER_BYTES;
  const next = (length: number): number => (at += length) - length;
  return {
    lines: new Float64Array(buffer, next(lines), lines / Float64Array.BYTES_PER_ELEMENT),
    ends: new Uint32Array(buffer, next(ends), ends / Uint32Array.BYTES_PER_ELEMENT),
    text: new Uint8Array(buffer, next(text), text),
    drafts: new Uint8Array(buffer, next(drafts), drafts),
    ...(JSON.parse(Buffer.from(buffer, next(json), json).toString("utf8")) as Rest),
  };
}

const BATCH_BYTES = 512 * 1024;
/** About what a pending judgement takes. */
const PENDING_BYTES = 400;
/** Findings that are gathered before they are handed over: more are merged where they come from, and more memory is taken. */
const DRAFTS = 2048;

const NOTHING = Buffer.alloc(0);

export class BatchBuilder {
  private readonly findings = new FindingsBuilder();
  private readonly decoys = new DecoyTally();
  /** Most logs have no hit: room is made for the first. */
  private text: Buffer = NOTHING;
  private length = 0;
  private ends: number[] = [];
  private lines: number[] = [];
  private pendings: Batch["pendings"] = [];
  private pendingDecoys: PendingDecoy[] = [];

  /** @param source where the log stands among all; @param sightingsOnly no findings are made */
  constructor(
    private readonly source: number,
    private readonly serialise: Serialise,
    private readonly sightingsOnly = false,
  ) {}

  get isFull(): boolean {
    const waiting = this.pendings.length + this.pendingDecoys.length;
    return this.length + waiting * PENDING_BYTES > BATCH_BYTES / 2 || this.findings.size >= DRAFTS;
  }

  decoy({ value }: HuntedIndicator, { judgement, pending }: Triage): void {
    if (judgement) this.decoys.add(value, judgement.verdict);
    else this.pendingDecoys.push({ value, pending: pending! });
  }

  /** @param log with the line's number in the task, from 1 */
  sighting(
    parsed: ParsedLine,
    original: string,
    indicator: HuntedIndicator,
    judged: Triage & { observed: string },
    log: Sighting["log"],
  ): void {
    const { source } = this;
    const { judgement, observed, pending } = judged;
    const { event, format, timezone } = parsed;
    const sighting: SightingBody = { event, original, log, indicator: sighted(indicator), observed, format };
    if (timezone !== undefined) sighting.timezone = timezone;
    if (judgement) {
      if (!this.sightingsOnly) this.findings.add(sighting, judgement, source);
    } else {
      const { event: _, original: __, ...facts } = sighting;
      this.pendings.push([
        this.lines.length,
        { pending: pending!, source, sighting: { ...facts, time: event.timestamp } },
      ]);
    }
    const { head, tail } = this.serialise(sighting, judgement);
    this.write(head);
    this.ends.push(this.length);
    if (tail !== undefined) this.write(tail);
    this.ends.push(this.length);
    this.lines.push(log.line - 1);
  }

  /**
   * Hands over what there is and starts anew; undefined when there is nothing. `text` is good until the next sighting.
   * @param last findings are handed over too: else they wait until there are many
   */
  take(last: boolean): Batch | undefined {
    const { findings, decoys, lines, pendingDecoys } = this;
    const runs = last ? findings.size > 0 : findings.size >= DRAFTS;
    if (!runs && lines.length + pendingDecoys.length + decoys.size === 0) return undefined;
    const batch: Batch = {
      text: this.text.subarray(0, this.length),
      ends: Uint32Array.from(this.ends),
      lines: Float64Array.from(lines),
      pendings: this.pendings,
      ...(runs ? draftRun(findings.take()) : { drafts: new Uint8Array(0), values: [] }),
      decoys: decoys.take(),
      pendingDecoys,
    };
    relieve(this.length + batch.drafts.length);
    this.length = 0;
    this.ends = [];
    this.lines = [];
    this.pendings = [];
    this.pendingDecoys = [];
    return batch;
  }

  private write(text: string): void {
    // Of UTF-8 a UTF-16 code unit takes three bytes at most.
    const most = this.length + text.length * 3;
    if (most > this.text.length) {
      const larger = Buffer.allocUnsafe(Math.max(BATCH_BYTES, most * 2));
      this.text.copy(larger, 0, 0, this.length);
      this.text = larger;
    }
    this.length += this.text.write(text, this.length);
  }
}

/** Made once an indicator. */
const sightedOf = new WeakMap<HuntedIndicator, SightedIndicator>();

/** What a sighting says of its indicator; what is not known of it is left out. */
function sighted(indicator: HuntedIndicator): SightedIndicator {
  let out = sightedOf.get(indicator);
  if (out) return out;
  const { type, value, role, labels, confidence, tlp, benign } = indicator;
  out = {
    type,
    name: value,
    role,
    labels,
    ...(confidence === undefined ? {} : { confidence }),
    ...(tlp === undefined ? {} : { tlp }),
    ...(benign === undefined || benign.length === 0 ? {} : { benign }),
  };
  sightedOf.set(indicator, out);
  return out;
}

/**
 * One task: read its bytes, find the hits, parse and judge only the lines that hold one. Runs in a worker or, for small
 * hunts, in the main thread.
 */
import { setImmediate } from "node:timers/promises";

import type { LineParser, SourceFacts } from "../formats/line-parser.js";
import type { Kernel } from "../matcher/kernel.js";
import type { ParsedLine } from "../model/event.js";
import type { Window } from "../model/sighting.js";
import type { ByteReader, SourceRef } from "../sources/source.js";
import { openMembers, type Member } from "../sources/archives/members.js";
import { openReader } from "../sources/open.js";
import type { DecoderSource } from "../sources/threaded-reader.js";
import type { OwnNetworks } from "../triage/own.js";
import { triage } from "../triage/triage.js";
import { StreamHeaders, type FileHeaders } from "./headers.js";
import type { IndicatorTable } from "./indicator-table.js";
import { indicatorsOf, type LineHit } from "./line-hits.js";
import { firstRecord, recordsOf, type RecordHits } from "./line-records.js";
import { LongLine } from "./long-line.js";
import { lineString, PARSE_LIMIT } from "./line-text.js";
import type { Task } from "./plan.js";
import { BatchBuilder, batchBytes, type Serialise } from "./batch.js";
import { emptyLogResult, type LogResult, type TaskResult } from "./task-result.js";
import { DaySampler } from "./sampler.js";

export interface ScanSettings {
  from?: number;
  to?: number;
  /** Keep these sightings alone, and those of which it is not known. */
  window?: Exclude<Window, "unknown">;
  maxExpandedBytes?: number;
  /** Nobody will ask for findings: none are made. */
  sightingsOnly?: true;
}

export interface ScanEnvironment {
  kernel: Kernel;
  indicators: IndicatorTable;
  own: OwnNetworks;
  settings: ScanSettings;
  /** See `OpenOptions`. */
  decoder: DecoderSource | undefined;
  serialise: Serialise;
  parserFor(facts: SourceFacts): LineParser;
  /** Kept from one range of a file to the next. */
  headersOf(ref: SourceRef): FileHeaders;
  /** @param bytes of `batchBytes` */
  emit(task: Task, bytes: Uint8Array<ArrayBuffer>): void | Promise<void>;
  /** Adds to the progress counters. */
  progress(storedBytes: number, hits: number): void;
  stopped(): boolean;
  untilStopped(): Promise<unknown>;
}

/** Where a line stands, and which of its records is meant. */
interface LinePlace {
  /** Of the line's start in the decoded stream. */
  position: number;
  newlinesBefore: number;
  record?: number;
}

/** A JSON object means little in part, so it is parsed whole up to here (CloudTrail's largest is 256 KiB); it is quoted as other lines are. */
const OBJECT_LIMIT = 256 * 1024;
/** Of a line longer than PARSE_LIMIT, what is parsed and quoted on either side of a hit. */
const AROUND = 16 * 1024;
/** Lines at the beginning of a source that are searched for a full date. */
const DATED_WITHIN = 200;
const NEWLINE = 10;
const BRACE = 123;
const HASH = 35;

export async function scanTask(task: Task, env: ScanEnvironment): Promise<TaskResult> {
  const result: TaskResult = { id: task.id, source: task.source, logs: [], interrupted: false };
  const members = membersOf(task, env);
  try {
    for (let consumed = 0; ;) {
      const next = await unlessStopped(task, env, members.next());
      if (!next) {
        result.interrupted = true;
        break;
      }
      if (next.done === true) break;
      const member = next.value;
      const scan = new LogScan(task, member, sourceOrder(task, result.logs.length), consumed, env);
      try {
        await scan.run();
      } finally {
        consumed = member.reader.consumed;
        await member.reader.close();
      }
      result.logs.push(scan.result);
      if (scan.interrupted) {
        result.interrupted = true;
        break;
      }
    }
  } finally {
    // A pipe that gives nothing would keep the generator waiting.
    void members.return(undefined).catch(() => undefined);
  }
  return result;
}

/** The logs of the task's source; one for a range of a file. */
async function* membersOf({ ref, range }: Task, { settings, decoder }: ScanEnvironment): AsyncGenerator<Member, void> {
  const { maxExpandedBytes } = settings;
  const options = { decoder, ...(maxExpandedBytes === undefined ? {} : { maxExpandedBytes }) };
  if (!range) yield* openMembers(ref, options);
  else yield { path: ref.path, ...mtimeOf(ref), reader: await openReader(ref, { start: startOf(range), ...options }) };
}

function mtimeOf({ mtimeMs }: SourceRef): { mtimeMs?: number } {
  return mtimeMs === undefined ? {} : { mtimeMs };
}

/** One byte earlier, to see whether a line starts at the range's start. */
function startOf(range: Task["range"]): number {
  return range && range.start > 0 ? range.start - 1 : 0;
}

/** Members stand between their archive and the next source. */
function sourceOrder(task: Task, member: number): number {
  return task.source + member / 2 ** 20;
}

/** A pipe may have nothing to give for hours: undefined when the hunt is stopped meanwhile. */
function unlessStopped<T>(
  task: Task,
  env: ScanEnvironment,
  waiting: T | Promise<T>,
): T | undefined | Promise<T | undefined> {
  if (!(waiting instanceof Promise) || task.ref.seekable) return waiting;
  return Promise.race([waiting, env.untilStopped().then(() => undefined)]);
}

class LogScan {
  readonly result: LogResult;
  interrupted = false;
  private readonly block: Buffer;
  private readonly capacity: number;
  private readonly sampler = new DaySampler();
  private readonly reader: ByteReader;
  private readonly headers: FileHeaders | StreamHeaders;
  private parser: LineParser | undefined;
  private readonly batch: BatchBuilder;
  /** Position in the decoded stream of the block's first byte. */
  private base: number;
  private longLines = 0;

  /** @param source where the log stands among all; @param consumed stored bytes of the source that were read before */
  constructor(
    private readonly task: Task,
    private readonly log: Member,
    source: number,
    private consumed: number,
    private readonly env: ScanEnvironment,
  ) {
    this.batch = new BatchBuilder(source, env.serialise, env.settings.sightingsOnly);
    const { block } = env.kernel;
    this.block = Buffer.from(block.buffer, block.byteOffset, block.length);
    this.capacity = block.length;
    this.reader = log.reader;
    this.base = startOf(task.range);
    const { ref } = task;
    const isFile = ref.seekable && log.path === ref.path;
    this.headers =
      isFile && this.reader.container === "plain" && this.reader.encoding === "utf-8"
        ? env.headersOf(ref)
        : new StreamHeaders();
    this.result = emptyLogResult(log.path);
  }

  async run(): Promise<void> {
    await this.readAll();
    await this.flush(true);
    const { result, sampler } = this;
    result.errors.push(...this.reader.errors);
    sampler.close();
    result.days = sampler.days;
    result.first = sampler.first;
    result.last = sampler.last;
    result.opening = sampler.opening;
    result.closing = sampler.closing;
    result.unsure = sampler.unsure;
    result.jumps = sampler.jumps;
    result.order = sampler.order;
  }

  private async readAll(): Promise<void> {
    const { range } = this.task;
    const end = range?.end ?? Infinity;
    let filled = 0;
    let skipping = range !== undefined && range.start > 0;
    let long: LongLine | undefined;
    for (let turns = 0; ; turns++) {
      if (this.env.stopped()) {
        this.interrupted = true;
        return;
      }
      // Reads of plain files never wait: signals and messages are let in now and then. A decompressor's thread stands still
      // until its last chunk is taken from it, so it is served before every scan.
      if (turns % 8 === 7 || this.reader.container !== "plain") await setImmediate();
      const { length, atEnd } = await this.fill(filled);
      filled = length;
      let at = 0;

      if (skipping) {
        const newline = this.block.subarray(0, filled).indexOf(NEWLINE);
        if (newline < 0) {
          if (atEnd) return;
          this.base += filled;
          filled = 0;
          if (this.base >= end) return;
          continue;
        }
        at = newline + 1;
        skipping = false;
      }
      if (this.base + at >= end && !long) return;

      if (long) {
        const newline = this.block.subarray(0, filled).indexOf(NEWLINE, long.kept);
        const last = newline >= 0 || atEnd;
        const stop = newline >= 0 ? newline : filled;
        const { kept } = long;
        const rest = await this.longPiece(stop, last, long);
        if (last) {
          this.sampler.skip();
          this.count(newline >= 0 ? 1 : 0, 1);
          at = Math.min(stop + 1, filled);
          this.result.bytes += at - kept;
          long = undefined;
          if (this.base + at >= end) return;
        } else {
          this.result.bytes += filled - kept;
          this.keep(rest, filled);
          filled -= rest;
          continue;
        }
      }

      let stop = atEnd ? filled : this.block.subarray(0, filled).lastIndexOf(NEWLINE) + 1;
      let lastRegion = atEnd;
      if (this.base + stop >= end) {
        // The line that holds the range's last byte is ours, whatever its length.
        const newline = this.block.subarray(0, filled).indexOf(NEWLINE, Math.max(at, end - 1 - this.base));
        if (newline >= 0) {
          stop = newline + 1;
          lastRegion = true;
        }
      }
      if (stop > at) {
        await this.region(at, stop);
        this.result.bytes += stop - at;
      }
      if (lastRegion) return;
      const rest = filled - Math.max(stop, at);
      if (rest === this.capacity) {
        long = new LongLine(this.base, this.block);
        const kept = await this.longPiece(filled, false, long);
        this.result.bytes += filled;
        this.keep(kept, filled);
        filled -= kept;
        continue;
      }
      this.keep(Math.max(stop, at), filled);
      filled = rest;
    }
  }

  /**
   * Fills the block behind its first `filled` bytes. Always all of it, so that the cuts do not depend on how a
   * decompressor's output comes; less means the end.
   */
  private async fill(filled: number): Promise<{ length: number; atEnd: boolean }> {
    let length = filled;
    while (length < this.capacity) {
      const n = await unlessStopped(this.task, this.env, this.reader.read(this.block.subarray(length, this.capacity)));
      if (n === undefined) this.interrupted = true;
      if (n === undefined || n === 0) return { length, atEnd: true };
      length += n;
      this.env.progress(this.reader.consumed - this.consumed, 0);
      this.consumed = this.reader.consumed;
    }
    return { length, atEnd: false };
  }

  /** Moves [from, to) of the block to its start. */
  private keep(from: number, to: number): void {
    this.block.copyWithin(0, from, to);
    this.base += from;
  }

  private count(newlines: number, lines: number): void {
    this.result.newlines += newlines;
    this.result.lines += lines;
  }

  /** Scans whole lines. */
  private async region(start: number, end: number): Promise<void> {
    const region = this.block.subarray(start, end);
    const base = this.base + start;
    this.prepare(region, base);
    const { kernel } = this.env;
    const found = kernel.scan(start, end);
    const before = this.result.newlines;
    const { jumps } = this.sampler;
    const known = jumps.length;
    this.sampler.block(region, found.newlines, base === 0, (at) => this.sampleTime(region, at, base), base);
    // In UTF-16 the stream's offset is known for what was just read alone.
    for (const jump of jumps.slice(known)) jump.at = this.reader.originalOffset(jump.at);
    for (let i = 0; i < found.count;) {
      const { lineStart, lineIndex } = found.hit(i);
      const hits: LineHit[] = [];
      for (; i < found.count; i++) {
        const hit = found.hit(i);
        if (hit.lineStart !== lineStart) break;
        hits.push({ slot: hit.slot, offset: hit.offset - lineStart, length: hit.length });
      }
      let lineEnd = region.indexOf(NEWLINE, lineStart);
      if (lineEnd < 0) lineEnd = region.length;
      const bytes = region.subarray(lineStart, lineEnd);
      const at = { position: base + lineStart, newlinesBefore: before + lineIndex };
      const records = recordsOf(bytes, hits);
      if (!records) this.line(bytes, at, hits, undefined);
      else for (const part of records) await this.record(bytes, at, part);
      if (this.batch.isFull) await this.flush();
    }
    this.count(found.newlines, found.newlines + (region[region.length - 1] === NEWLINE ? 0 : 1));
  }

  /**
   * Scans a piece [0, end) of a line that does not fit the block.
   * @returns from where on the block must be kept
   */
  private async longPiece(end: number, last: boolean, long: LongLine): Promise<number> {
    const region = this.block.subarray(0, end);
    this.prepare(region, this.base);
    const found = this.env.kernel.scan(0, end);
    const hits: LineHit[] = [];
    for (let i = 0; i < found.count; i++) {
      const { slot, offset, length } = found.hit(i);
      hits.push({ slot, offset, length });
    }
    const at = { position: long.start, newlinesBefore: this.result.newlines };
    const { parts, keep } = long.take(region, this.base, hits, last);
    if (long.cutShort !== undefined && this.longLines === 0) {
      this.longLines++;
      const message = `a ${long.cutShort} of more than ${this.capacity} bytes: searched whole, parsed around each hit`;
      this.result.errors.push({ code: "long-line", message, offset: long.start });
    }
    for (const { hits: part, seen } of parts) {
      if (seen) await this.around(region, at, part, seen);
      else await this.record(region, at, part);
    }
    return keep;
  }

  /** Hits of what does not fit the block: each parsed with what stands around it. */
  private async around(region: Buffer, at: LinePlace, part: RecordHits, seen: Set<string>): Promise<void> {
    const place = part.index === undefined ? at : { ...at, record: part.index };
    for (const { offset, ...hit } of part.hits) {
      const middle = offset + part.start;
      const from = Math.max(0, middle - AROUND);
      this.line(region.subarray(from, middle + AROUND), place, [{ ...hit, offset: middle - from }], seen);
      if (this.batch.isFull) await this.flush();
    }
  }

  /** The hits of one record of a line, or of what stands around the records. */
  private async record(bytes: Buffer, at: LinePlace, part: RecordHits): Promise<void> {
    const { start, end, index, hits } = part;
    this.line(bytes.subarray(start, end), index === undefined ? at : { ...at, record: index }, hits, undefined);
    if (this.batch.isFull) await this.flush();
  }

  /** Sets up what the first block of a source tells, and keeps header lines of streams. */
  private prepare(region: Buffer, base: number): void {
    if (this.headers instanceof StreamHeaders) this.headers.observe(region, base);
    else if (base === 0) this.headers.begin(region);
    if (this.parser) return;
    const { path, mtimeMs } = this.log;
    const facts: SourceFacts = {
      path,
      firstLine: this.headers.firstLine(),
      headerBefore: (prefix, offset) => this.headers.before(prefix, offset),
      ...(mtimeMs === undefined ? {} : { mtimeMs }),
      ...(this.reader.innerTimeMs === undefined ? {} : { innerTimeMs: this.reader.innerTimeMs }),
    };
    this.parser = this.env.parserFor({
      ...facts,
      datedLine: () => this.datedLine(facts),
      headLines: () => this.headers.head(),
    });
  }

  /** The first time near the source's beginning whose line names the year: the same for every range of a file. */
  private datedLine({ firstLine, headerBefore }: SourceFacts): number | undefined {
    // Without a reference no year can be guessed: only full dates come back.
    const parser = this.env.parserFor({ path: "", firstLine, headerBefore });
    let offset = 0;
    for (const line of this.headers.head().slice(0, DATED_WITHIN)) {
      const time = parser.parse(firstRecord(Buffer.from(line)).toString("utf8"), offset).event.timestamp;
      if (time !== undefined) return time;
      offset += Buffer.byteLength(line) + 1;
    }
    return undefined;
  }

  private sampleTime(region: Buffer, at: number, base: number): number | undefined {
    let end = region.indexOf(NEWLINE, at);
    if (end < 0) end = region.length;
    if (end === at) return undefined;
    const line = firstRecord(region.subarray(at, Math.min(end, at + PARSE_LIMIT)));
    const parsed = this.tallied(this.parser!.parse(lineString(line, base + at), base + at));
    // Headers are no events: those of W3C and Zeek logs, and a first line of column names.
    const isHeader = region[at] === HASH || (base + at === 0 && parsed.event.timestamp === undefined);
    if (!isHeader) {
      const { sampled } = this.result;
      sampled.lines++;
      if (parsed.event.timestamp === undefined) sampled.undated++;
      if (parsed.understood !== "format") sampled.unrecognised++;
    }
    return parsed.event.timestamp;
  }

  private tallied(parsed: ParsedLine): ParsedLine {
    const { result } = this;
    result.parsed++;
    if (parsed.understood === "none") result.unparsed++;
    result.formats[parsed.format] = (result.formats[parsed.format] ?? 0) + 1;
    if (parsed.timezone !== undefined) result.timezones[parsed.timezone] = (result.timezones[parsed.timezone] ?? 0) + 1;
    return parsed;
  }

  /**
   * One line, or one record of it, with its hits. An indicator that stands in it several times is one sighting.
   * @param seen indicators already met in an over-long line
   */
  private line(bytes: Buffer, at: LinePlace, hits: readonly LineHit[], seen: Set<string> | undefined): void {
    const { env, result, log } = this;
    const { position } = at;
    const short = bytes.length <= PARSE_LIMIT;
    const whole = short || (bytes[0] === BRACE && bytes.length <= OBJECT_LIMIT);
    let read: { original: string; parsed: ParsedLine; told: boolean } | undefined;
    for (const { indicator, offset, tokens } of indicatorsOf(bytes, hits, env.indicators, seen)) {
      const observed = [...tokens];
      if (!read || !whole || this.parser!.choseByToken) {
        const from = short ? 0 : Math.max(0, offset - AROUND);
        const original = lineString(short ? bytes : bytes.subarray(from, offset + AROUND), position + from);
        const text = whole && !short ? lineString(bytes, position) : original;
        read = { original, parsed: this.parser!.parse(text, position, observed), told: false };
      } else if (!short) {
        const from = Math.max(0, offset - AROUND);
        read.original = lineString(bytes.subarray(from, offset + AROUND), position + from);
      }
      const decoy = indicator.decoy === true;
      // A line that holds decoys alone is no part of the coverage: it is the same without them.
      if (!decoy && !read.told) {
        read.told = true;
        this.tallied(read.parsed);
      }
      const time = read.parsed.event.timestamp;
      const { from, to } = env.settings;
      if (time !== undefined && ((from !== undefined && time < from) || (to !== undefined && time > to))) {
        if (!decoy) result.outside++;
        continue;
      }
      if (time !== undefined && !decoy) this.sampler.hit(time);
      const judged = triage(read.parsed, indicator, observed, log.path, env.own);
      const window = (judged.judgement ?? judged.pending).window;
      if (env.settings.window !== undefined && window !== env.settings.window && window !== "unknown") {
        if (!decoy) result.otherWindow++;
        continue;
      }
      if (decoy) {
        this.batch.decoy(indicator, judged);
        continue;
      }
      this.batch.sighting(read.parsed, read.original, indicator, judged, {
        path: log.path,
        offset: this.reader.originalOffset(position),
        line: at.newlinesBefore + 1,
        ...(at.record === undefined ? {} : { record: at.record }),
      });
      result.hits++;
      env.progress(0, 1);
    }
  }

  /** @param last with all findings, also when there are few */
  private async flush(last = false): Promise<void> {
    const batch = this.batch.take(last);
    if (batch) await this.env.emit(this.task, batchBytes(batch));
  }
}

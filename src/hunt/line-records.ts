/**
 * Lines that hold several records: an export written as one line (`{"Records":[{…},{…}]}`, `{"value":[…]}`, `[{…},{…}]`), and objects
 * written one behind the other without line ends (`{…}{…}`, Amazon Data Firehose). Each record is an event of its own, with its own
 * time and ends, so hits are given to the record around them. Works on bytes and in pieces: such lines may be gigabytes long.
 */
import type { LineHit } from "./line-hits.js";

/** Where a record stands; positions as the caller counts them. */
export interface RecordSpan {
  /** From 0, in the order of the line. */
  index: number;
  start: number;
  /** After its closing brace; of a record that the line's end cuts short, the line's end. */
  end: number;
}

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN = 123;
const CLOSE = 125;

/** Members whose value is the list of records: S3 and Event Hubs, Graph and Azure's REST, CloudWatch, Google, ASFF, Okta's and others' pages. */
const LISTS: ReadonlySet<string> = new Set(
  "Records records value logEvents items entries Findings findings events Events logs data results Items LookupEvents Activities".split(
    " ",
  ),
);
/** Members that may stand before it. Another name means that the object is itself an event, with a list in it. */
const ABOUT: ReadonlySet<string> = new Set(
  "messageType owner logGroup logStream subscriptionFilters kind etag nextPageToken nextToken NextToken @odata.context @odata.nextLink @odata.count nextLink count total totalCount success status page has_more next_cursor cursor object apiVersion metadata".split(
    " ",
  ),
);
/** Longest beginning of an object that is looked at for its list. */
const HEAD = 4096;

/**
 * The position after the `[` of the list of records that is all the line holds; undefined when it holds no such list. A line of
 * another kind is told by its first bytes.
 */
export function listOfRecords(bytes: Uint8Array): number | undefined {
  let at = skipSpace(bytes, bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0);
  if (bytes[at] === OPEN_LIST) return bytes[skipSpace(bytes, at + 1)] === OPEN ? at + 1 : undefined;
  if (bytes[at] !== OPEN) return undefined;
  const limit = Math.min(bytes.length, at + HEAD);
  at = skipSpace(bytes, at + 1);
  while (at < limit && bytes[at] === QUOTE) {
    const keyEnd = stringEnd(bytes, at, limit);
    if (keyEnd === undefined || keyEnd - at > 40) return undefined;
    const key = String.fromCharCode(...bytes.subarray(at + 1, keyEnd - 1));
    const isList = LISTS.has(key);
    if (!isList && !ABOUT.has(key)) return undefined;
    at = skipSpace(bytes, keyEnd);
    if (bytes[at] !== COLON) return undefined;
    at = skipSpace(bytes, at + 1);
    if (isList && bytes[at] === OPEN_LIST) return bytes[skipSpace(bytes, at + 1)] === OPEN ? at + 1 : undefined;
    const next = plainValueEnd(bytes, at, limit);
    if (next === undefined) return undefined;
    at = skipSpace(bytes, next);
    if (bytes[at] !== COMMA) return undefined;
    at = skipSpace(bytes, at + 1);
  }
  return undefined;
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  for (let c = bytes[at]; c === 32 || c === 9 || c === 13; c = bytes[at]) at++;
  return at;
}

/** After the closing quote of the string that begins at `at`. */
function stringEnd(bytes: Uint8Array, at: number, limit: number): number | undefined {
  for (let i = at + 1; i < limit; i++) {
    if (bytes[i] === QUOTE) return i + 1;
    if (bytes[i] === BACKSLASH) i++;
  }
  return undefined;
}

/** After a string, a number, a word, a list of such, or an empty object; undefined for anything that nests. */
function plainValueEnd(bytes: Uint8Array, from: number, limit: number): number | undefined {
  if (bytes[from] === OPEN) return bytes[from + 1] === CLOSE ? from + 2 : undefined;
  const inList = bytes[from] === OPEN_LIST;
  let at = inList ? from + 1 : from;
  while (at < limit) {
    const c = bytes[at]!;
    if (c === QUOTE) {
      const end = stringEnd(bytes, at, limit);
      if (end === undefined) return undefined;
      at = end;
      if (!inList) return at;
    } else if (c === CLOSE_LIST) return inList ? at + 1 : undefined;
    else if (c === OPEN || c === OPEN_LIST) return undefined;
    else if (!inList && (c === COMMA || c === CLOSE || c === 32)) return at;
    else at++;
  }
  return undefined;
}

/** Walks the records of a line, in pieces, and tells where each begins and ends. */
export class RecordWalker {
  /** Where the record begins that the last piece did not end. */
  open: number | undefined;
  /** Where the list was over, or held something else than records: what comes is none. */
  ended: number | undefined;
  private index = 0;
  private depth = 0;
  private inString = false;
  private escaped = false;

  /** Number of the open record, or of the next. */
  get next(): number {
    return this.index;
  }

  /**
   * Reads [from, to) of a piece.
   * @param base position of the piece's first byte, as spans are to count
   * @param enough stops behind the first record that ends after this position of the piece; the walk may go on from what is returned
   */
  walk(bytes: Uint8Array, from: number, to: number, base: number, out: RecordSpan[], enough = Infinity): number {
    let { depth, inString, escaped } = this;
    let at = from;
    for (; at < to && this.ended === undefined; at++) {
      const c = bytes[at]!;
      if (inString) {
        if (escaped) escaped = false;
        else if (c === BACKSLASH) escaped = true;
        else if (c === QUOTE) inString = false;
        continue;
      }
      if (c === QUOTE) {
        inString = depth > 0;
        if (depth === 0) this.ended = base + at;
      } else if (c === OPEN || c === OPEN_LIST) {
        if (depth === 0) {
          if (c === OPEN_LIST) this.ended = base + at;
          else this.open = base + at;
        }
        depth++;
      } else if (c === CLOSE || c === CLOSE_LIST) {
        if (depth === 0) this.ended = base + at;
        else if (--depth === 0) {
          out.push({ index: this.index++, start: this.open!, end: base + at + 1 });
          this.open = undefined;
          if (at >= enough) {
            at++;
            break;
          }
        }
      } else if (depth === 0 && c > 32 && c !== COMMA) this.ended = base + at;
    }
    this.depth = depth;
    this.inString = inString;
    this.escaped = escaped;
    return at;
  }
}

/** The hits of one record, or those that stand in none. Offsets from `start`. */
export interface RecordHits {
  start: number;
  end: number;
  /** Absent for hits outside every record: `start` and `end` are then the line's. */
  index?: number;
  hits: LineHit[];
}

const TOUCHING = Buffer.from("}{");

/** A walk over the records of a line, and where it begins; undefined for a line that is one record. */
export interface RecordWalk {
  walker: RecordWalker;
  from: number;
  /** Whole objects, each of which may hold a list of records. */
  objects: boolean;
}

/** @param line or as much of its beginning as there is */
export function walkRecords(line: Buffer): RecordWalk | undefined {
  const list = listOfRecords(line);
  const start = skipSpace(line, 0);
  if (line[start] === OPEN && line.includes(TOUCHING)) {
    const first: RecordSpan[] = [];
    const trial = new RecordWalker().walk(line, start, line.length, 0, first, 0);
    if (first.length > 0 && line[skipSpace(line, trial)] === OPEN)
      return { walker: new RecordWalker(), from: start, objects: true };
  }
  return list === undefined ? undefined : { walker: new RecordWalker(), from: list, objects: false };
}

/** Gives the hits of a line to its records; undefined when the line is one record. */
export function recordsOf(line: Buffer, hits: readonly LineHit[]): RecordHits[] | undefined {
  const found = walkRecords(line);
  if (!found) return undefined;
  const { walker, from, objects } = found;
  const spans: RecordSpan[] = [];
  const sorted = hits.toSorted((a, b) => a.offset - b.offset);
  let at = from;
  for (const { offset } of sorted)
    if (offset >= (spans.at(-1)?.end ?? from)) at = walker.walk(line, at, line.length, 0, spans, offset);
  if (walker.open !== undefined) spans.push({ index: walker.next, start: walker.open, end: line.length });
  const shared = share(sorted, spans, { start: 0, end: line.length });
  return objects ? shared.flatMap((part) => innerRecords(line, part)) : shared;
}

/** An object that holds a list of records in its turn, as CloudWatch's messages in a Firehose stream do. */
export function innerRecords(bytes: Buffer, part: RecordHits): RecordHits[] {
  if (part.index === undefined) return [part];
  const inner = recordsOf(bytes.subarray(part.start, part.end), part.hits);
  if (!inner) return [part];
  const { index, start } = part;
  return inner.map((record) => ({ ...record, index, start: record.start + start, end: record.end + start }));
}

/** The first record of a line that holds several, else the line itself. */
export function firstRecord(line: Buffer): Buffer {
  const found = walkRecords(line);
  if (!found) return line;
  const spans: RecordSpan[] = [];
  found.walker.walk(line, found.from, line.length, 0, spans, 0);
  const [first] = spans;
  if (!first) return line;
  const bytes = line.subarray(first.start, first.end);
  return found.objects ? firstRecord(bytes) : bytes;
}

/** Every record of a line, at most `limit`; of a line that is one record, the line. */
export function allRecords(line: Buffer, limit: number): Buffer[] {
  const found = walkRecords(line);
  if (!found) return [line];
  const out: Buffer[] = [];
  const { walker, objects } = found;
  for (let at = found.from; at < line.length && walker.ended === undefined && out.length < limit;) {
    const spans: RecordSpan[] = [];
    at = walker.walk(line, at, line.length, 0, spans, 0);
    for (const { start, end } of spans) {
      const bytes = line.subarray(start, end);
      if (objects) out.push(...allRecords(bytes, limit - out.length));
      else out.push(bytes);
    }
  }
  return out;
}

/**
 * Hits to spans, both in order. Hits outside come last, and only of what stands in no record: there the object around the records
 * repeats what they say.
 */
export function share(
  hits: readonly LineHit[],
  spans: readonly RecordSpan[],
  whole: { start: number; end: number },
): RecordHits[] {
  const out: RecordHits[] = [];
  const outside: LineHit[] = [];
  const inside = new Set<number>();
  let i = 0;
  let current: RecordHits | undefined;
  for (const hit of hits) {
    while (i < spans.length && spans[i]!.end <= hit.offset) i++;
    const span = spans[i];
    if (!span || hit.offset < span.start) {
      outside.push({ ...hit, offset: hit.offset - whole.start });
      continue;
    }
    if (current?.index !== span.index) {
      current = { start: span.start, end: span.end, index: span.index, hits: [] };
      out.push(current);
    }
    current.hits.push({ ...hit, offset: hit.offset - span.start });
    inside.add(hit.slot);
  }
  const alone = outside.filter(({ slot }) => !inside.has(slot));
  if (alone.length > 0) out.push({ ...whole, hits: alone });
  return out;
}

/**
 * Finds the header line (`#Fields:`, `#fields`) that governs a line. Only hit lines are parsed, so the header was most likely not
 * seen on the way: in a file it is searched backwards when a parser asks; in a stream, which cannot be read again, header
 * lines are kept as they pass.
 */
import { closeSync, openSync, readSync } from "node:fs";

export interface HeaderLookup {
  /** The nearest line that starts with `prefix` and stands at or before `offset` (a line start). */
  before(prefix: string, offset: number): string | undefined;
  /** The lines at the beginning of the source, as far as they lie in its first 64 KiB, without byte order mark and line ends. */
  head(): string[];
  /** The first of them; empty when there is none. */
  firstLine(): string;
}

const LINE_LIMIT = 64 * 1024;
const CHUNK = 256 * 1024;
/** How far a header reaches in a file that does not begin with one. */
const NEAR = 1024 * 1024;
const LONGEST_PREFIX = 64;
const NEWLINE = 10;
const HASH = 35;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

interface Found {
  offset: number;
  line: string;
}

/** Everything known of one prefix: headers whose first byte lies in [from, to) are in `found`, in order. */
interface Searched {
  from: number;
  to: number;
  found: Found[];
}

/**
 * Kept by a worker from one range of a file to the next: ranges come in ascending order, so that a file is searched once in all.
 */
export class FileHeaders implements HeaderLookup {
  private readonly searched = new Map<string, Searched>();
  /** Made when a header is sought: in most files none is. */
  private buffer: Buffer | undefined;
  private lines: string[] | undefined;
  private fd: number | undefined;
  private beginning: Buffer | undefined;
  private readonly begins = new Map<string, boolean>();

  constructor(private readonly path: string | Buffer) {}

  head(): string[] {
    return (this.lines ??= headLines(this.start()));
  }

  firstLine(): string {
    return lineText(this.start()).replace(/^\ufeff/, "");
  }

  /** The file's first bytes, when the scan holds them anyway: most files are small, and need not be opened again. */
  begin(region: Buffer): void {
    this.beginning ??= Buffer.from(region.subarray(0, LINE_LIMIT));
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }

  before(prefix: string, offset: number): string | undefined {
    let known = this.searched.get(prefix);
    // Too far ahead of what is known, in a file that does not begin as files with headers do: not worth reading what lies between.
    const reach = this.beginsWithHeader(prefix) ? Infinity : NEAR;
    if (!known || offset < known.from || offset - known.to > reach) {
      known = { from: offset, to: offset, found: [] };
      this.searched.set(prefix, known);
    }
    if (offset >= known.to) {
      known.found.push(...this.search(prefix, known.to, offset + 1));
      known.to = offset + 1;
    }
    const hit = lastAtOrBefore(known.found, offset);
    if (hit) return hit.line;
    // Nothing since the interval's start: go back from there, once.
    while (known.from > Math.max(0, offset - reach)) {
      const from = Math.max(0, known.from - CHUNK);
      const earlier = this.search(prefix, from, known.from);
      known.from = from;
      if (earlier.length > 0) {
        known.found.unshift(...earlier);
        return lastAtOrBefore(known.found, offset)?.line;
      }
    }
    return undefined;
  }

  /** W3C and Zeek files state their fields at their top; one that does not is a mixture, where a header holds for its neighbours. */
  private beginsWithHeader(prefix: string): boolean {
    let begins = this.begins.get(prefix);
    if (begins === undefined) this.begins.set(prefix, (begins = this.looksForHeader(prefix)));
    return begins;
  }

  private looksForHeader(prefix: string): boolean {
    const head = this.start();
    const at = head.indexOf(prefix);
    return at === 0 || (at > 0 && (head[at - 1] === NEWLINE || at === BOM.length)) || head.includes(`\n${prefix}`);
  }

  /** Header lines whose first byte lies in [from, to). */
  private search(prefix: string, from: number, to: number): Found[] {
    const out: Found[] = [];
    const needle = Buffer.from(prefix.slice(0, LONGEST_PREFIX));
    const buffer = (this.buffer ??= Buffer.allocUnsafeSlow(CHUNK + 1 + LONGEST_PREFIX));
    for (let at = from; at < to; at += CHUNK) {
      // One byte before, to see that a line starts there.
      const start = Math.max(0, at - 1);
      const limit = Math.min(at + CHUNK, to);
      const chunk = this.read(buffer, start, limit + needle.length - start);
      const places: number[] = [];
      for (let i = chunk.indexOf(needle); i >= 0; i = chunk.indexOf(needle, i + 1)) {
        const offset = start + i;
        const lineStart =
          offset === 0 || (i > 0 && chunk[i - 1] === NEWLINE) || (offset === BOM.length && this.hasBom());
        if (lineStart && offset >= at && offset < limit) places.push(offset);
      }
      for (const offset of places) {
        const line = lineText(this.read(Buffer.allocUnsafe(LINE_LIMIT), offset, LINE_LIMIT));
        if (line.startsWith(prefix)) out.push({ offset, line });
      }
    }
    return out;
  }

  private hasBom(): boolean {
    return this.start().subarray(0, BOM.length).equals(BOM);
  }

  private start(): Buffer {
    this.beginning ??= this.read(Buffer.allocUnsafe(LINE_LIMIT), 0, LINE_LIMIT);
    return this.beginning;
  }

  private read(into: Buffer, start: number, length: number): Buffer {
    let n = 0;
    try {
      this.fd ??= openSync(this.path, "r");
      n = readSync(this.fd, into, 0, Math.max(0, Math.min(length, into.length)), start);
    } catch {
      // The reader of the file itself meets the same fault and reports it.
    }
    return into.subarray(0, n);
  }
}

export class StreamHeaders implements HeaderLookup {
  /** By the first word of the line (`#Fields:`, `#fields`), in the order they came. */
  private readonly kept = new Map<string, Found[]>();
  private first: string[] = [];
  /** The stream begins as files with headers do. Otherwise a header holds for the lines of its block. */
  private keeping = false;
  private region: Buffer = Buffer.alloc(0);
  private base = 0;
  /**
   * By prefix, the nearest header at or before `at` in the region, -1 for none: hits come in ascending order, so that a region is searched
   * once in all.
   */
  private readonly nearest = new Map<string, { at: number; start: number }>();

  head(): string[] {
    return this.first;
  }

  firstLine(): string {
    return this.first[0] ?? "";
  }

  /** Takes note of a block of whole lines. It must stay as it is until the next call. @param base position of `region[0]` in the stream */
  observe(region: Buffer, base: number): void {
    if (base === 0) {
      this.first = headLines(region.subarray(0, LINE_LIMIT));
      this.keeping = this.first.some((line) => line.startsWith("#"));
    }
    this.region = region;
    this.base = base;
    this.nearest.clear();
    if (!this.keeping) return;
    if (region[0] === HASH) this.keep(0);
    for (let i = region.indexOf("\n#"); i >= 0; i = region.indexOf("\n#", i + 1)) this.keep(i + 1);
  }

  before(prefix: string, offset: number): string | undefined {
    if (!this.keeping) return this.inRegion(prefix, offset);
    let best: Found | undefined;
    for (const list of this.kept.values()) {
      const found = lastAtOrBefore(list, offset);
      if (found?.line.startsWith(prefix) && (!best || found.offset > best.offset)) best = found;
    }
    return best?.line;
  }

  private keep(i: number): void {
    const line = lineText(this.region.subarray(i, i + LINE_LIMIT));
    const word = /^#[^\s:]{0,40}:?/.exec(line)?.[0] ?? "#";
    const list = this.kept.get(word) ?? [];
    list.push({ offset: this.base + i, line });
    // Of what lies in earlier blocks only the last matters; within a block hits may lie between.
    while (list.length > 1 && list[1]!.offset <= this.base) list.shift();
    if (this.kept.size < 64 || this.kept.has(word)) this.kept.set(word, list);
  }

  private inRegion(prefix: string, offset: number): string | undefined {
    const { region } = this;
    const at = offset - this.base;
    if (at < 0) return undefined;
    let known = this.nearest.get(prefix);
    if (!known || at < known.at) known = { at: 0, start: startsWith(region, prefix) ? 0 : -1 };
    if (at > known.at) {
      const found = region.subarray(known.at).lastIndexOf(`\n${prefix}`, at - 1 - known.at);
      known = { at, start: found < 0 ? known.start : known.at + found + 1 };
    }
    this.nearest.set(prefix, known);
    return known.start < 0 ? undefined : lineText(region.subarray(known.start, known.start + LINE_LIMIT));
  }
}

function startsWith(bytes: Buffer, prefix: string): boolean {
  return bytes.subarray(0, Buffer.byteLength(prefix)).equals(Buffer.from(prefix));
}

function lastAtOrBefore(list: readonly Found[], offset: number): Found | undefined {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.offset <= offset) low = middle + 1;
    else high = middle;
  }
  return list[low - 1];
}

function headLines(bytes: Buffer): string[] {
  const lines = bytes
    .toString("utf8")
    .replace(/^\ufeff/, "")
    .split(/\r?\n/);
  // The last one is cut where the head ends, unless it is the only one.
  return lines.length > 1 ? lines.slice(0, -1) : lines;
}

/** The line at the start of `bytes`, without its end. */
function lineText(bytes: Buffer): string {
  const end = bytes.indexOf(NEWLINE);
  return bytes.toString("utf8", 0, end < 0 ? bytes.length : end).replace(/\r$/, "");
}

/** What would become of a file's lines: the formats that know them, and what is read of them. For a user whose log is new. */
import type { ParserSettings } from "../formats/parser-settings.js";
import { parserFactory } from "../formats/parser-settings.js";
import type { SourceError } from "../model/coverage.js";
import type { ParsedLine } from "../model/event.js";
import { allRecords } from "./line-records.js";
import { openMembers } from "../sources/archives/members.js";
import type { ByteReader, SourceRef } from "../sources/source.js";

export interface TriedLine {
  /** From 1. */
  line: number;
  text: string;
  parsed: ParsedLine;
}

export interface FormatTrial {
  path: string;
  /** Lines that were looked at: the first of the file. Empty ones are left out. */
  lines: number;
  /** By format, envelopes included; lines that none understood are not among them. */
  formats: Record<string, number>;
  understood: Record<ParsedLine["understood"], number>;
  /** Lines with each of these. */
  with: { time: number; source: number; destination: number; outcome: number };
  /** How zones and years were decided, with the number of lines. */
  timezones: Record<string, number>;
  /** The first lines of each format. */
  examples: TriedLine[];
  /** The first lines that no format understood. */
  unknown: TriedLine[];
  errors: readonly SourceError[];
}

/** Lines and bytes of a file that are looked at. */
const MOST_LINES = 5000;
const MOST_BYTES = 8 * 1024 * 1024;
/** About what a hunt looks at of a source's beginning. */
const HEAD_LINES = 500;
const EXAMPLES_OF_A_FORMAT = 2;
const MOST_EXAMPLES = 12;
const MOST_UNKNOWN = 10;

/** The first whole lines of a log, and of a longer first line what fits. */
export async function firstLines(reader: ByteReader): Promise<string[]> {
  const block = Buffer.alloc(MOST_BYTES);
  let length = 0;
  for (let got = 1; got > 0 && length < MOST_BYTES; length += got) got = await reader.read(block.subarray(length));
  const text = block.toString("utf8", 0, length).replace(/^\uFEFF/, "");
  const lines = text.split("\n", MOST_LINES + 1);
  if (length === MOST_BYTES && lines.length > 1) lines.pop();
  return lines.slice(0, MOST_LINES).map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
}

function add(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

/** Never rejects for what is in the file. */
export async function* tryFormats(ref: SourceRef, settings: ParserSettings): AsyncGenerator<FormatTrial, void> {
  const parserFor = parserFactory(settings);
  for await (const { path, mtimeMs, reader } of openMembers(ref)) {
    const lines = await firstLines(reader);
    const { innerTimeMs, errors } = reader;
    await reader.close();
    const parser = parserFor({
      path,
      firstLine: lines[0] ?? "",
      headLines: () => lines.slice(0, HEAD_LINES),
      // Offsets here are the numbers of lines.
      headerBefore: (prefix, offset) => lines.slice(0, offset + 1).findLast((line) => line.startsWith(prefix)),
      ...(mtimeMs === undefined ? {} : { mtimeMs }),
      ...(innerTimeMs === undefined ? {} : { innerTimeMs }),
    });
    const trial: FormatTrial = {
      path,
      lines: 0,
      formats: {},
      understood: { format: 0, fallback: 0, none: 0 },
      with: { time: 0, source: 0, destination: 0, outcome: 0 },
      timezones: {},
      examples: [],
      unknown: [],
      errors,
    };
    for (const [i, line] of lines.entries()) {
      if (line.trim() === "") continue;
      for (const bytes of allRecords(Buffer.from(line), MOST_LINES)) {
        const text = bytes.toString("utf8");
        record(trial, { line: i + 1, text, parsed: parser.parse(text, i) });
      }
    }
    yield trial;
  }
}

function record(trial: FormatTrial, tried: TriedLine): void {
  const { event, format, understood, outcome, timezone } = tried.parsed;
  trial.lines++;
  trial.understood[understood]++;
  if (event.timestamp !== undefined) trial.with.time++;
  if (event.source?.ip ?? event.source?.domain) trial.with.source++;
  if (event.destination?.ip ?? event.destination?.domain) trial.with.destination++;
  if (outcome !== "unknown") trial.with.outcome++;
  if (timezone !== undefined) add(trial.timezones, timezone);
  if (understood === "none") {
    if (trial.unknown.length < MOST_UNKNOWN) trial.unknown.push(tried);
    return;
  }
  add(trial.formats, format);
  if (trial.formats[format]! <= EXAMPLES_OF_A_FORMAT && trial.examples.length < MOST_EXAMPLES)
    trial.examples.push(tried);
}

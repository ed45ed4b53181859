/** Rows of a delimited file, by csv-parse, with the recovery that a feed with broken quotes needs. */
import { CsvError, parse } from "csv-parse/sync";

export interface Row {
  cells: string[];
  /** Line on which the row starts, from 1. */
  line: number;
}

/** Kept well above real cells; an opening quote without its partner would otherwise take in the rest of the file. */
const MAX_RECORD = 256 * 1024;
/** After this many broken rows quoting is no longer believed, and the rest is read without it. */
const MAX_RECOVERIES = 50;

class Stop extends Error {}

/** A row whose quotes took in what looks like further rows. */
class Swallowed extends Error {}

const BASE = {
  relax_quotes: true,
  relax_column_count: true,
  skip_empty_lines: true,
  comment: "#",
  comment_no_infix: true,
  record_delimiter: "\n",
  max_record_size: MAX_RECORD,
};

/** Cells of one line, read alone and without quoting. */
export function splitPlain(line: string, delimiter: string): string[] {
  return line.split(delimiter).map((cell) => cell.trim().replace(/^"|"$/g, ""));
}

export interface RowHandler {
  /** Return false to stop. */
  row(row: Row): boolean;
  /** A row whose quoting is broken: its first line alone. Reading goes on with the next line. */
  broken(line: number, text: string): void;
  /** True when a line inside a quoted cell reads as a row of its own. */
  readsAsRow(line: string): boolean;
}

/** True when the line that ends a quoted cell does so as RFC 4180 has it: a lone quote before a delimiter or the end. */
function closesCell(line: string, delimiter: string): boolean {
  for (let i = line.indexOf('"'); i >= 0; i = line.indexOf('"', i + 2)) {
    if (line[i + 1] === '"') continue;
    const after = line[i + 1] === delimiter ? delimiter : line.slice(i + 1).trimStart();
    return after === "" || after.startsWith(delimiter);
  }
  return false;
}

function newlines(cells: readonly string[]): number {
  let count = 0;
  for (const cell of cells) for (let i = cell.indexOf("\n"); i >= 0; i = cell.indexOf("\n", i + 1)) count++;
  return count;
}

/** Offset of the start of a line, counted from `from`, which is the start of line `fromLine`. */
function lineStart(text: string, from: number, fromLine: number, line: number): number {
  let at = from;
  for (let n = fromLine; n < line; n++) {
    const end = text.indexOf("\n", at);
    if (end < 0) return text.length;
    at = end + 1;
  }
  return at;
}

/** Offset of the first line at or after `at` that csv-parse would take for a row, and its number. */
function nextRow(text: string, start: number, startLine: number): { at: number; line: number } {
  let at = start;
  let line = startLine;
  while (at < text.length && (text[at] === "\n" || text[at] === "#")) {
    const end = text.indexOf("\n", at);
    if (end < 0) return { at: text.length, line };
    at = end + 1;
    line++;
  }
  return { at, line };
}

export function readRows(text: string, delimiter: string, handler: RowHandler): void {
  let at = 0;
  let line = 1;
  for (let recoveries = 0; at < text.length;) {
    let done = line - 1; // last line of the last whole row
    const base = line - 1;
    const onRecord = (cells: string[], context: { lines: number }): null => {
      const end = base + context.lines;
      const inner = newlines(cells);
      const start = end - inner;
      if (inner > 0) {
        const spanned = text
          .slice(lineStart(text, at, line, start), lineStart(text, at, line, end + 1))
          .trimEnd()
          .split("\n");
        const closing = spanned.at(-1) ?? "";
        if (!closesCell(closing, delimiter) && spanned.slice(1).some((inside) => handler.readsAsRow(inside)))
          throw new Swallowed();
      }
      if (!handler.row({ cells, line: start })) throw new Stop();
      done = end;
      return null;
    };
    try {
      parse(at === 0 ? text : text.slice(at), {
        ...BASE,
        delimiter,
        // abuse.ch writes `"a", "b"`. Trimming would eat the tabs of a tab-separated row.
        trim: delimiter !== "\t",
        ...(recoveries >= MAX_RECOVERIES ? { quote: null } : {}),
        on_record: onRecord,
      });
      return;
    } catch (error) {
      if (error instanceof Stop) return;
      if (!(error instanceof Swallowed) && !(error instanceof CsvError)) throw error;
      const next = nextRow(text, lineStart(text, at, line, done + 1), done + 1);
      if (next.at >= text.length) return;
      const end = text.indexOf("\n", next.at);
      handler.broken(next.line, text.slice(next.at, end < 0 ? text.length : end));
      at = end < 0 ? text.length : end + 1;
      line = next.line + 1;
      recoveries++;
    }
  }
}

/** The first rows, for recognising the layout; broken ones are passed over. */
export function firstRows(text: string, delimiter: string, limit: number): Row[] {
  const rows: Row[] = [];
  readRows(text, delimiter, {
    row: (row) => rows.push(row) < limit,
    broken: (line, broken) => rows.push({ cells: splitPlain(broken, delimiter), line }),
    readsAsRow: () => false,
  });
  return rows;
}

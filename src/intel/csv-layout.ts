/** What the columns of a delimited file are, decided by their content; names only decide between equals. */
import { LookbackError } from "../model/errors.js";
import type { ReaderOptions } from "./candidate.js";
import { arePaired, fieldColumns, indicatorRank, isIndicatorColumn, isKnownColumn, type Field } from "./columns.js";
import { firstRows, type Row } from "./csv-rows.js";
import { isValue, normalise } from "./normalise.js";
import type { Refusal, Value } from "./normalise.js";

const DELIMITERS = [",", ";", "\t"] as const;
const SNIFF_CHARACTERS = 64 * 1024;
const SAMPLE_ROWS = 2000;
/** Share of rows that must have the usual number of columns: prose with commas does not. */
const REGULAR = 0.7;

/** The beginning of the text, whole lines only. */
function beginning(text: string): string {
  if (text.length <= SNIFF_CHARACTERS) return text;
  const end = text.lastIndexOf("\n", SNIFF_CHARACTERS);
  return text.slice(0, end < 0 ? SNIFF_CHARACTERS : end + 1);
}

/** The number of columns that most rows have, and the share of rows that do. */
function regularity(rows: readonly Row[]): { columns: number; share: number } {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(row.cells.length, (counts.get(row.cells.length) ?? 0) + 1);
  let columns = 0;
  let most = 0;
  for (const [width, count] of counts)
    if (count > most || (count === most && width > columns)) [columns, most] = [width, count];
  return { columns, share: rows.length === 0 ? 0 : most / rows.length };
}

/** The delimiter of a table, or undefined when the text is none. */
export function findDelimiter(text: string): string | undefined {
  const start = beginning(text);
  let best: { delimiter: string; score: number } | undefined;
  for (const delimiter of DELIMITERS) {
    if (!start.includes(delimiter)) continue;
    const rows = firstRows(start, delimiter, 500);
    const { columns, share } = regularity(rows);
    if (rows.length < 2 || columns < 2) continue;
    // A header that names an indicator column makes a table even of ragged rows.
    const named = rows[0]!.cells.length >= 2 && rows[0]!.cells.some(isIndicatorColumn);
    if (share < REGULAR && !named) continue;
    const score = columns * (named ? 1 : share);
    if (!best || score > best.score) best = { delimiter, score };
  }
  return best?.delimiter;
}

export interface Layout {
  delimiter: string;
  header: readonly string[] | undefined;
  /** Line of the header; 0 when there is none, or when it is a comment. */
  headerLine: number;
  /** Columns with indicators. */
  columns: number[];
  fields: Record<Field, number[]> | undefined;
  /** Other columns in which most cells are addresses: passed over, and said so. */
  passedOver: number[];
}

interface ColumnStats {
  index: number;
  filled: number;
  /** Cells that are indicators of any kind. */
  known: number;
  addresses: number;
}

function outcome(cell: string): Value[] | Refusal {
  return normalise(cell);
}

function statistics(rows: readonly Row[], width: number): ColumnStats[] {
  return Array.from({ length: width }, (_, index) => {
    const stats = { index, filled: 0, known: 0, addresses: 0 };
    for (const row of rows) {
      const cell = row.cells[index]?.trim();
      if (cell === undefined || cell === "" || cell === "-") continue;
      stats.filled++;
      const result = outcome(cell);
      if (Array.isArray(result)) stats.addresses++;
      if (Array.isArray(result) || result.kind !== undefined) stats.known++;
    }
    return stats;
  });
}

/** Columns with about as many indicators as the fullest are equals: a few broken cells must not decide. */
const ALIKE = 0.9;

/** The fullest column by content; among equals the better name, then the one with more addresses, then the left one. */
function bestColumn(stats: readonly ColumnStats[], header: readonly string[] | undefined): ColumnStats | undefined {
  const withAddresses = stats.filter((s) => s.addresses > 0 && s.known * 2 >= s.filled);
  const pool = withAddresses.length > 0 ? withAddresses : stats.filter((s) => s.known > 0 && s.known * 2 >= s.filled);
  const most = Math.max(0, ...pool.map((s) => s.known));
  const rank = (s: ColumnStats): number => Math.min(indicatorRank(header?.[s.index] ?? ""), 1e6);
  return pool
    .filter((s) => s.known >= most * ALIKE)
    .sort((a, b) => rank(a) - rank(b) || b.addresses - a.addresses || a.index - b.index)[0];
}

/** The columns that `--column` names. */
function askedColumns(asked: string, header: readonly string[] | undefined, width: number): number[] {
  const find = (name: string): number | undefined => {
    const wanted = name.trim().toLowerCase();
    const byName = header?.findIndex((h) => h.trim().toLowerCase() === wanted) ?? -1;
    if (byName >= 0) return byName;
    const n = /^\d{1,4}$/.test(wanted) ? Number(wanted) : 0;
    return n >= 1 && n <= width ? n - 1 : undefined;
  };
  const whole = find(asked);
  if (whole !== undefined) return [whole];
  return asked.split(",").map((name) => {
    const index = find(name);
    if (index !== undefined) return index;
    const there = header
      ? `the columns are: ${header.map((h, i) => (h.trim() === "" ? `${i + 1}` : h.trim())).join(", ")}`
      : `there is no header, and there are ${width} columns: name one by its number`;
    throw new LookbackError("intel-unusable", `no column "${name.trim()}"; ${there}`);
  });
}

/** The last comment above the first row, split: abuse.ch writes its header there. */
function commentHeader(text: string, delimiter: string, width: number): string[] | undefined {
  let last: string | undefined;
  for (let at = 0; at < text.length;) {
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end < 0 ? text.length : end);
    if (line.startsWith("#")) last = line;
    else if (line.trim() !== "") break;
    if (end < 0) break;
    at = end + 1;
  }
  const cells = last === undefined ? [] : (firstRows(last.replace(/^#+\s?/, ""), delimiter, 1)[0]?.cells ?? []);
  return cells.length === width && cells.some(isKnownColumn) ? cells.map((cell) => cell.trim()) : undefined;
}

function isHeader(cells: readonly string[]): boolean {
  if (cells.some((cell) => Array.isArray(outcome(cell)))) return false;
  if (cells.some(isKnownColumn)) return true;
  // Names of no table: still a header unless a cell is an indicator of another kind.
  return cells.every((cell) => {
    const result = outcome(cell);
    return Array.isArray(result) || result.kind === undefined;
  });
}

/** Throws LookbackError `intel-unusable` when the asked column is not there or no column holds an indicator. */
export function findLayout(text: string, delimiter: string, options: ReaderOptions): Layout {
  const sample = firstRows(text, delimiter, SAMPLE_ROWS);
  const first = sample[0];
  const width = Math.max(regularity(sample).columns, first?.cells.length ?? 0);
  const inComment = commentHeader(text, delimiter, width);
  const ownHeader = !inComment && first && isHeader(first.cells) ? first : undefined;
  const header = inComment ?? ownHeader?.cells.map((cell) => cell.trim());
  const rows = ownHeader ? sample.slice(1) : sample;
  const stats = statistics(rows, width);
  const addressed = (s: ColumnStats): boolean => s.addresses > 0 && s.addresses * 2 >= s.filled;
  let columns: number[];
  if (options.column !== undefined) columns = askedColumns(options.column, header, width);
  else {
    const best = bestColumn(stats, header);
    if (!best) throw new LookbackError("intel-unusable", "no column holds an address, block or range");
    const name = header?.[best.index];
    columns = stats
      .filter((s) => {
        if (s === best) return true;
        // Without names, every column of addresses counts; with names, only the other half of a pair does.
        if (name === undefined) return addressed(s);
        return addressed(s) && arePaired(name, header?.[s.index] ?? "");
      })
      .map((s) => s.index);
  }
  return {
    delimiter,
    header,
    headerLine: ownHeader?.line ?? 0,
    columns,
    fields: header && fieldColumns(header, columns[0]!),
    passedOver: header ? stats.filter((s) => addressed(s) && !columns.includes(s.index)).map((s) => s.index) : [],
  };
}

export function holdsAddress(cell: string): boolean {
  const result = outcome(cell);
  return Array.isArray(result) && result.some(isValue);
}

/** What the columns of a delimited file are, decided by their content; names only decide between equals. */
import { LookbackError } from "../model/errors.js";
import type { ReaderOptions } from "./candidate.js";
import {
  arePaired,
  fieldColumns,
  indicatorRank,
  isIndicatorColumn,
  isKnownColumn,
  isReference,
  valueColumn,
  type Field,
  type ValueColumn,
} from "./columns.js";
import { firstRows, type Row } from "./csv-rows.js";
import { normalise } from "./normalise.js";
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
  /** Columns with indicators, and what their names say of them. */
  columns: { index: number; said: ValueColumn }[];
  fields: Record<Field, number[]> | undefined;
  /** Other columns in which most cells are indicators: passed over, and said so. */
  passedOver: number[];
}

interface ColumnStats {
  index: number;
  filled: number;
  /** Cells that are indicators of any kind, hunted or not. */
  known: number;
  /** Those that can be hunted. */
  values: number;
  urls: number;
}

function outcome(cell: string, said?: ValueColumn): Value[] | Refusal {
  return normalise(cell, said?.as);
}

function statistics(rows: readonly Row[], width: number, header: readonly string[] | undefined): ColumnStats[] {
  return Array.from({ length: width }, (_, index) => {
    const said = valueColumn(header?.[index] ?? "");
    const stats = { index, filled: 0, known: 0, values: 0, urls: 0 };
    for (const row of rows) {
      const cell = row.cells[index]?.trim();
      if (cell === undefined || cell === "" || cell === "-") continue;
      stats.filled++;
      const result = outcome(cell, said);
      if (Array.isArray(result)) {
        stats.values++;
        if (result[0]!.type === "url") stats.urls++;
      }
      if (Array.isArray(result) || result.kind !== undefined) stats.known++;
    }
    return stats;
  });
}

/** Columns with about as many indicators as the fullest are equals: a few broken cells must not decide. */
const ALIKE = 0.9;

/** The fullest column by content; among equals the better name, then the one with more values, then the left one. */
function bestColumn(stats: readonly ColumnStats[], header: readonly string[] | undefined): ColumnStats | undefined {
  const named = (s: ColumnStats): string => header?.[s.index] ?? "";
  const open = stats.filter((s) => !isReference(named(s)) && !valueColumn(named(s))?.alone);
  const withValues = open.filter((s) => s.values > 0 && s.known * 2 >= s.filled);
  const pool = withValues.length > 0 ? withValues : open.filter((s) => s.known > 0 && s.known * 2 >= s.filled);
  const most = Math.max(0, ...pool.map((s) => s.known));
  const rank = (s: ColumnStats): number => Math.min(indicatorRank(named(s)), 1e6);
  return pool
    .filter((s) => s.known >= most * ALIKE)
    .sort((a, b) => rank(a) - rank(b) || b.values - a.values || a.index - b.index)[0];
}

/** Most of its cells are indicators. */
function filledWithValues(s: ColumnStats): boolean {
  return s.values > 0 && s.values * 2 >= s.filled;
}

/** Every column of indicators: the best, those that stand beside it, and without names all but links. */
function valueColumns(stats: readonly ColumnStats[], header: readonly string[] | undefined): number[] {
  const best = bestColumn(stats, header);
  if (!best) {
    const alone = stats.filter((s) => filledWithValues(s) && valueColumn(header?.[s.index] ?? "")?.alone);
    if (alone.length === 0) throw new LookbackError("intel-unusable", "no column holds an indicator");
    return alone.map((s) => s.index);
  }
  const bestName = header?.[best.index];
  const isOther = (s: ColumnStats): boolean => {
    const name = header?.[s.index];
    if (name === undefined || bestName === undefined)
      return filledWithValues(s) && (s.urls === 0 || best.urls > 0) && !isReference(name ?? "");
    const said = valueColumn(name);
    if (said?.beside || said?.alone) return s.values > 0;
    return filledWithValues(s) && arePaired(bestName, name);
  };
  return stats.filter((s) => s === best || isOther(s)).map((s) => s.index);
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

/** A name of ours that also reads like a domain (`event.date`) is believed only among others. */
const MIN_NAMES = 3;

function isHeader(cells: readonly string[]): boolean {
  const known = cells.filter(isKnownColumn).length;
  const isValueHere = (cell: string): boolean => {
    const result = outcome(cell);
    if (!Array.isArray(result)) return result.kind !== undefined && known === 0;
    return !(known >= MIN_NAMES && isKnownColumn(cell) && result.every(({ type }) => type === "domain-name"));
  };
  return !cells.some(isValueHere);
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
  const stats = statistics(rows, width, header);
  const columns =
    options.column === undefined ? valueColumns(stats, header) : askedColumns(options.column, header, width);
  return {
    delimiter,
    header,
    headerLine: ownHeader?.line ?? 0,
    columns: columns.map((index) => ({ index, said: valueColumn(header?.[index] ?? "") ?? {} })),
    fields: header && fieldColumns(header, columns[0]!),
    passedOver: header
      ? stats
          .filter((s) => filledWithValues(s) && !columns.includes(s.index) && !isReference(header[s.index] ?? ""))
          .map((s) => s.index)
      : [],
  };
}

export function holdsValue(cell: string, said?: ValueColumn): boolean {
  return Array.isArray(outcome(cell, said));
}

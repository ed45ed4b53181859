/**
 * Delimited tables: comma, semicolon or tab, with or without a header. CERT-FR's, MISP's and abuse.ch's layouts are read
 * by the table of names in `columns.ts`; none has code of its own.
 */
import type { Tlp } from "../model/indicator.js";
import type { Reader, Statement } from "./candidate.js";
import type { Field } from "./columns.js";
import { findDelimiter, findLayout, holdsAddress, type Layout } from "./csv-layout.js";
import { readRows, splitPlain } from "./csv-rows.js";
import { parseFeedDate } from "./dates.js";
import { parseRole, parseTags, parseTlp, stricter } from "./markings.js";

/** Cells that say nothing. */
const EMPTY = new Set(["", "-", "null", "none", "nan", "n/a"]);

function text(cells: readonly string[], columns: readonly number[]): string | undefined {
  for (const column of columns) {
    const cell = cells[column]?.trim();
    if (cell !== undefined && !EMPTY.has(cell.toLowerCase())) return cell;
  }
  return undefined;
}

/** Feeds repeat the same tags on every row: parsed once, and shared. */
class TagCache {
  private readonly seen = new Map<string, { labels: readonly string[]; tlp?: Tlp }>();

  parse(cell: string): { labels: readonly string[]; tlp?: Tlp } {
    let tags = this.seen.get(cell);
    if (!tags) {
      tags = parseTags(cell);
      if (this.seen.size < 10_000) this.seen.set(cell, tags);
    }
    return tags;
  }
}

function validity(
  cells: readonly string[],
  columns: readonly number[],
  edge: "start" | "end",
  notes: string[],
): number | undefined {
  const written = text(cells, columns);
  if (written === undefined) return undefined;
  const ms = parseFeedDate(written, edge);
  if (ms === undefined) notes.push(`"${written.slice(0, 40)}" is no date that could be read: left open`);
  return ms;
}

function statement(cells: readonly string[], fields: Record<Field, number[]>, tags: TagCache): Statement {
  const notes: string[] = [];
  const labels: string[] = [];
  let tlp: Tlp | undefined;
  for (const column of fields.tlp) tlp ??= parseTlp(cells[column] ?? "");
  for (const column of fields.labels) {
    const cell = cells[column];
    if (cell === undefined || cell === "") continue;
    const found = tags.parse(cell);
    labels.push(...found.labels);
    tlp = stricter(tlp, found.tlp);
  }
  let validFrom = validity(cells, fields.validFrom, "start", notes);
  let validUntil = validity(cells, fields.validUntil, "end", notes);
  if (validFrom !== undefined && validUntil !== undefined && validUntil < validFrom) {
    notes.push("valid until before valid from: both left open");
    validFrom = validUntil = undefined;
  }
  const role = parseRole(text(cells, fields.role) ?? "");
  const said: Statement = {};
  const statedType = text(cells, fields.type);
  const published = text(cells, fields.published);
  const confidence = text(cells, fields.confidence);
  const comment = text(cells, fields.comment);
  const feed = text(cells, fields.feed);
  if (feed !== undefined) said.feed = feed;
  if (statedType !== undefined) said.statedType = statedType;
  if (published !== undefined) said.published = published;
  if (tlp !== undefined) said.tlp = tlp;
  if (labels.length > 0) said.labels = labels;
  if (confidence !== undefined) said.confidence = confidence;
  if (comment !== undefined) said.comment = comment;
  if (role !== undefined) said.role = role;
  if (validFrom !== undefined) said.validFrom = validFrom;
  if (validUntil !== undefined) said.validUntil = validUntil;
  if (notes.length > 0) said.notes = notes;
  return said;
}

/** True when cells beyond the header's width are not just trailing delimiters: then no column can be relied on. */
function overflows(cells: readonly string[], layout: Layout): boolean {
  const width = layout.header?.length ?? cells.length;
  return cells.length > width && cells.slice(width).some((cell) => cell.trim() !== "");
}

const LINE_COMMENT = /^\s{0,8}(?:\/\/|;)/;

export const csvReader: Reader = {
  id: "csv",
  recognises: (content) => findDelimiter(content) !== undefined,
  read(content, options, sink) {
    const layout = findLayout(content, findDelimiter(content) ?? ",", options);
    const { delimiter, header, columns, fields } = layout;
    const tags = new TagCache();
    for (const column of layout.passedOver)
      sink.reject(
        layout.headerLine,
        header?.[column] ?? "",
        `this column holds addresses too and was passed over: name it with --column to read it`,
      );
    const valuesIn = (cells: readonly string[]): { column: number; cell: string }[] =>
      columns
        .map((column) => ({ column, cell: cells[column]?.trim() ?? "" }))
        .filter((found) => !EMPTY.has(found.cell.toLowerCase()));

    readRows(content, delimiter, {
      row({ cells, line }) {
        if (line === layout.headerLine || LINE_COMMENT.test(cells[0] ?? "")) return true;
        const found = valuesIn(cells);
        const shifted = overflows(cells, layout);
        if (found.length === 0 && cells.some((cell) => cell.trim() !== ""))
          sink.reject(
            line,
            cells.join(delimiter),
            cells.length <= columns[0]!
              ? `the row ends before the indicator's column`
              : "the indicator's column is empty",
          );
        for (const { cell } of found) {
          if (shifted && !holdsAddress(cell)) {
            sink.reject(line, cell, `the row has ${cells.length} columns, the header has ${header?.length ?? 0}`);
            continue;
          }
          // With cells out of place, what stands in the other columns may belong elsewhere.
          const said = shifted || !fields ? {} : statement(cells, fields, tags);
          sink.candidate({ text: cell, line, ...said });
        }
        return true;
      },
      broken(line, broken) {
        const found = valuesIn(splitPlain(broken, delimiter)).filter(({ cell }) => holdsAddress(cell));
        if (found.length === 0) sink.reject(line, broken, "a row with a broken quote");
        for (const { cell } of found)
          sink.candidate({
            text: cell,
            line,
            notes: ["from a row with a broken quote: its other columns were not read"],
          });
      },
      readsAsRow(inside) {
        const cells = splitPlain(inside, delimiter);
        return (
          cells.length === (header?.length ?? cells.length) && valuesIn(cells).some(({ cell }) => holdsAddress(cell))
        );
      },
    });
  },
};

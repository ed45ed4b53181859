/**
 * Delimited tables: comma, semicolon or tab, with or without a header. CERT-FR's, MISP's and abuse.ch's layouts are read
 * by the table of names in `columns.ts`; none has code of its own.
 */
import type { Tlp } from "../model/indicator.js";
import type { Candidate, Reader, Sink, Statement } from "./candidate.js";
import { NO, PLAIN_FIELDS, YES, type Field, type ValueColumn } from "./columns.js";
import { findDelimiter, findLayout, holdsValue, type Layout } from "./csv-layout.js";
import { readRows, splitPlain } from "./csv-rows.js";
import { parseRole, parseTags, parseTlp, stricter } from "./markings.js";
import { statedKind } from "./stated-types.js";
import { stateWindow } from "./validity.js";

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

function statement(cells: readonly string[], fields: Record<Field, number[]>, tags: TagCache): Statement {
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
  const role = parseRole(text(cells, fields.role) ?? "");
  const said: Statement = {};
  for (const [field, name] of PLAIN_FIELDS) {
    const written = text(cells, fields[field]);
    if (written !== undefined) said[name] = written;
  }
  if (tlp !== undefined) said.tlp = tlp;
  if (labels.length > 0) said.labels = labels;
  if (role !== undefined) said.role = role;
  stateWindow(said, text(cells, fields.validFrom), text(cells, fields.validUntil));
  return said;
}

/** True when cells beyond the header's width are not just trailing delimiters: then no column can be relied on. */
function overflows(cells: readonly string[], layout: Layout): boolean {
  const width = layout.header?.length ?? cells.length;
  return cells.length > width && cells.slice(width).some((cell) => cell.trim() !== "");
}

const LINE_COMMENT = /^\s{0,8}(?:\/\/|;)/;

const PORT = /^\d{1,5}$/;

/** One cell, by what its row's type, its column's name and the rest of its row say of it. */
function give(found: { cell: string; said: ValueColumn }, row: RowSays, line: number, sink: Sink): void {
  const { statement: said, cells, fields } = row;
  const kind = said.statedType === undefined ? undefined : statedKind(said.statedType);
  if (kind?.refused !== undefined) {
    sink.reject({ line, ...(said.object === undefined ? {} : { object: said.object }) }, found.cell, kind.refused);
    return;
  }
  if (fields && NO.has(text(cells, fields.forDetection)?.toLowerCase() ?? "")) {
    sink.setAside(line, found.cell, "the publisher marks it as not for detection (to_ids)");
    return;
  }
  const as = kind?.as ?? found.said.as;
  const candidate: Candidate = {
    text: kind?.digestLast ? found.cell.slice(found.cell.lastIndexOf("|") + 1) : found.cell,
    line,
    ...said,
  };
  if (as !== undefined) candidate.as = as;
  if (fields && YES.has(text(cells, fields.exact)?.toLowerCase() ?? "")) candidate.exact = true;
  const ports = (fields && text(cells, fields.ports)?.split(/[\s,;|]+/)) ?? [];
  if (ports.length > 0 && ports.every((port) => PORT.test(port) && Number(port) > 0 && Number(port) < 65536))
    candidate.ports = ports.map(Number);
  sink.candidate(candidate);
}

interface RowSays {
  statement: Statement;
  cells: readonly string[];
  /** Undefined: the row's other cells cannot be relied on. */
  fields: Record<Field, number[]> | undefined;
}

export const csvReader: Reader = {
  id: "csv",
  recognises: (source) => findDelimiter(source.text) !== undefined,
  read(source, options, sink) {
    const content = source.text;
    const layout = findLayout(content, findDelimiter(content) ?? ",", options);
    const { delimiter, header, columns, fields } = layout;
    const tags = new TagCache();
    for (const column of layout.passedOver)
      sink.reject(
        layout.headerLine,
        header?.[column] ?? "",
        `this column holds indicators too and was passed over: name it with --column to read it`,
      );
    const valuesIn = (cells: readonly string[]): { cell: string; said: ValueColumn }[] => {
      const filled = columns
        .map(({ index, said }) => ({ said, cell: cells[index]?.trim() ?? "" }))
        .filter((found) => !EMPTY.has(found.cell.toLowerCase()));
      const leading = filled.filter((found) => !found.said.alone);
      return leading.length > 0 ? leading : filled;
    };

    readRows(content, delimiter, {
      row({ cells, line }) {
        if (line === layout.headerLine || LINE_COMMENT.test(cells[0] ?? "")) return true;
        const found = valuesIn(cells);
        const shifted = overflows(cells, layout);
        if (found.length === 0 && cells.some((cell) => cell.trim() !== ""))
          sink.reject(
            line,
            cells.join(delimiter),
            cells.length <= columns[0]!.index
              ? `the row ends before the indicator's column`
              : "the indicator's column is empty",
          );
        // With cells out of place, what stands in the other columns may belong elsewhere.
        const statementOf = shifted || !fields ? {} : statement(cells, fields, tags);
        for (const one of found) {
          if (shifted && !holdsValue(one.cell, one.said))
            sink.reject(line, one.cell, `the row has ${cells.length} columns, the header has ${header?.length ?? 0}`);
          else give(one, { statement: statementOf, cells, fields: shifted ? undefined : fields }, line, sink);
        }
        return true;
      },
      broken(line, broken) {
        const found = valuesIn(splitPlain(broken, delimiter)).filter(({ cell, said }) => holdsValue(cell, said));
        if (found.length === 0) sink.reject(line, broken, "a row with a broken quote");
        for (const { cell, said } of found)
          sink.candidate({
            text: cell,
            line,
            ...(said.as === undefined ? {} : { as: said.as }),
            notes: ["from a row with a broken quote: its other columns were not read"],
          });
      },
      readsAsRow(inside) {
        const cells = splitPlain(inside, delimiter);
        return (
          cells.length === (header?.length ?? cells.length) &&
          valuesIn(cells).some(({ cell, said }) => holdsValue(cell, said))
        );
      },
    });
  },
};

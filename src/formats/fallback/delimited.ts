/** Columns named by a header: CSV and TSV with a first line of names, and the W3C extended format's `#Fields:`. */
import type { LineContext } from "../format.js";
import type { Facts } from "./facts.js";
import { meaningOf } from "./keys.js";

const DELIMITERS = ["\t", ",", ";", "|"];

/** Splits at `delimiter`, with `"…""…"` quoting (RFC 4180). White space as the delimiter splits at runs of it. */
export function splitColumns(line: string, delimiter: string): string[] {
  const out: string[] = [];
  let i = 0;
  while (i <= line.length && out.length < 512) {
    if (line[i] === '"') {
      let j = i + 1;
      while (j < line.length && !(line[j] === '"' && line[j + 1] !== '"')) j += line[j] === '"' ? 2 : 1;
      out.push(line.slice(i + 1, j).replaceAll('""', '"'));
      const next = line.indexOf(delimiter, j);
      i = next < 0 ? line.length + 1 : next + 1;
    } else {
      const next = line.indexOf(delimiter, i);
      out.push(line.slice(i, next < 0 ? line.length : next));
      i = next < 0 ? line.length + 1 : next + 1;
    }
  }
  return out;
}

function namesOf(context: LineContext): { names: string[]; delimiter: string | undefined } | undefined {
  const fields = context.headerBefore("#Fields:");
  if (fields !== undefined) {
    const names = fields.slice(8).trim();
    const delimiter = names.includes("\t") ? "\t" : names.includes(",") ? "," : " ";
    return { names: names.split(delimiter === " " ? /\s+/ : delimiter).map((n) => n.trim()), delimiter: undefined };
  }
  for (const line of headCandidates(context)) {
    const found = headerOf(line);
    if (found) return found;
  }
  return undefined;
}

const MOST_COMMENTS = 20;

/** The lines that may be the header: comments at the file's beginning, whose last may name the columns, and the first other line. */
function headCandidates(context: LineContext): string[] {
  const lines = context.headLines?.() ?? [context.firstLine];
  const out: string[] = [];
  for (const line of lines.slice(0, MOST_COMMENTS)) {
    // "sep=;" is Excel's.
    if (line.trim() === "" || /^"?sep=.{1,2}"?$/i.test(line)) continue;
    out.push(line.slice(0, 8192).replace(/^\uFEFF/, ""));
    if (!/^(?:#|\/\/|--)/.test(line)) break;
  }
  return out;
}

function headerOf(first: string): { names: string[]; delimiter: string } | undefined {
  for (const delimiter of DELIMITERS) {
    if (!first.includes(delimiter)) continue;
    const names = splitColumns(first.replace(/^#\s?/, ""), delimiter).map((n) => n.trim());
    // A header holds names only: no addresses, no numbers, and at least one name of an end.
    if (names.length < 3 || names.some((n) => n.length > 64 || /^\d|\d\.\d|:\d/.test(n))) continue;
    if (names.some((n) => /^(?:source|destination|remote|bare)\.ip$/.test(meaningOf(n)?.kind ?? "")))
      return { names, delimiter };
  }
  return undefined;
}

const headers = new WeakMap<
  LineContext,
  { first: string; fields: string | undefined; parsed: ReturnType<typeof namesOf> }
>();

function cachedNames(context: LineContext): ReturnType<typeof namesOf> {
  const fields = context.headerBefore("#Fields:");
  const known = headers.get(context);
  if (known && known.fields === fields && known.first === context.firstLine) return known.parsed;
  const parsed = namesOf(context);
  headers.set(context, { first: context.firstLine, fields, parsed });
  return parsed;
}

/** Feeds the columns of `line` to `facts`; false when there is no header or the columns do not fit it. */
export function readDelimited(line: string, context: LineContext, facts: Facts): boolean {
  const header = cachedNames(context);
  if (!header || line.startsWith("#")) return false;
  const delimiter =
    header.delimiter ?? (line.includes("\t") ? "\t" : line.includes(",") && !line.includes(" ") ? "," : " ");
  let values = delimiter === " " ? line.trim().split(/ +/) : splitColumns(line, delimiter);
  if (header.delimiter === undefined && values.length !== header.names.length && line.includes(","))
    values = splitColumns(line, ",");
  // A trailing empty column more or less is common; anything else is another kind of line.
  if (Math.abs(values.length - header.names.length) > 1) return false;
  let learned = false;
  for (const [i, name] of header.names.entries()) {
    const meaning = meaningOf(name);
    const value = values[i];
    facts.hear(name, value);
    if (!meaning || value === undefined) continue;
    facts.field(name, meaning, value.trim());
    learned = true;
  }
  return learned;
}

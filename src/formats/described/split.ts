/** Cuts a line into named values as a description says. Linear in the line, whatever it holds. */
import { splitColumns } from "../fallback/delimited.js";
import type { LineContext } from "../format.js";
import { parseObject, type Json } from "../json-fields.js";
import { keyValues } from "../values.js";
import type { Layout } from "./description.js";

export type Values = [name: string, value: string | number | boolean][];
export type Split = (line: string, context: LineContext, record: Json | undefined) => Values | undefined;

const MAX_VALUES = 1000;
const MAX_DEPTH = 16;

export interface Piece {
  literal: string;
  /** The value behind the literal; undefined at the end of the pattern, empty for one that is passed over. */
  name: string | undefined;
  /** `{name*}`: may hold the character that the next literal begins with, as a sentence holds blanks. */
  wide?: true;
}

/** `{time} gw: {src}` to pieces; a doubled brace stands for itself. Undefined when a brace is open or two values adjoin. */
export function patternPieces(pattern: string): Piece[] | undefined {
  const pieces: Piece[] = [];
  let literal = "";
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    if ((c === "{" || c === "}") && pattern[i + 1] === c) {
      literal += c;
      i++;
    } else if (c === "{") {
      const end = pattern.indexOf("}", i);
      if (end < 0 || (literal === "" && pieces.length > 0)) return undefined;
      const name = pattern.slice(i + 1, end).trim();
      pieces.push(name.endsWith("*") ? { literal, name: name.slice(0, -1), wide: true } : { literal, name });
      literal = "";
      i = end;
    } else if (c === "}") return undefined;
    else literal += c;
  }
  pieces.push({ literal, name: undefined });
  return pieces;
}

function byPattern(pieces: readonly Piece[]): Split {
  return (line) => {
    if (!line.startsWith(pieces[0]!.literal)) return undefined;
    const values: Values = [];
    let at = pieces[0]!.literal.length;
    for (const [i, { name, wide }] of pieces.entries()) {
      if (name === undefined) return values;
      const next = pieces[i + 1]!;
      const end = endOf(line, at, next, wide === true);
      if (end < 0) return undefined;
      if (name !== "") values.push([name, line.slice(at, end)]);
      at = end + next.literal.length;
    }
    return values;
  };
}

/** Where a value that begins at `at` ends; -1 when what must follow it does not. */
function endOf(line: string, at: number, { literal, name }: Piece, wide: boolean): number {
  if (literal === "") return line.length;
  if (!wide) {
    const end = line.indexOf(literal[0]!, at);
    const follows = end >= 0 && line.startsWith(literal, end);
    return follows && (name !== undefined || end + literal.length === line.length) ? end : -1;
  }
  if (name !== undefined) return line.indexOf(literal, at);
  const end = line.length - literal.length;
  return end >= at && line.endsWith(literal) ? end : -1;
}

function columnNames(context: LineContext, separator: string): readonly string[] {
  const fields = context.headerBefore("#Fields:");
  if (fields !== undefined)
    return fields
      .slice("#Fields:".length)
      .trim()
      .split(separator === " " ? /\s+/ : separator);
  return splitColumns(context.firstLine.replace(/^#\s?/, ""), separator).map((name) => name.trim());
}

function byColumns(separator: string, names: readonly string[] | undefined): Split {
  return (line, context) => {
    if (line.startsWith("#")) return undefined;
    const columns = separator === " " ? line.trim().split(/ +/) : splitColumns(line, separator);
    const known = names ?? columnNames(context, separator);
    // A trailing separator more or less is common.
    if (Math.abs(columns.length - known.length) > 1 || (names === undefined && line === context.firstLine))
      return undefined;
    return columns.slice(0, known.length).map((value, i) => [known[i]!, value.trim()]);
  };
}

function flatten(value: unknown, path: string, depth: number, values: Values): void {
  if (values.length >= MAX_VALUES || depth > MAX_DEPTH) return;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") values.push([path, value]);
  else if (Array.isArray(value)) for (const one of value) flatten(one, path, depth + 1, values);
  else if (typeof value === "object" && value !== null)
    for (const [key, inner] of Object.entries(value))
      flatten(inner, path === "" ? key : `${path}.${key}`, depth + 1, values);
}

function byJson(): Split {
  return (line, _context, record) => {
    const object = record ?? parseObject(line);
    if (!object) return undefined;
    const values: Values = [];
    flatten(object, "", 0, values);
    return values;
  };
}

function byKeyValue(separator: string | undefined): Split {
  return (line) => {
    const values = Object.entries(keyValues(line, separator ?? "")).slice(0, MAX_VALUES);
    return values.length > 0 ? values : undefined;
  };
}

/** Throws RangeError for a pattern that cannot be read. */
export function splitter(layout: Layout): Split {
  switch (layout.kind) {
    case "pattern": {
      const pieces = patternPieces(layout.pattern);
      if (!pieces || pieces.length < 2)
        throw new RangeError(
          `"${layout.pattern}" has no {name} in it, an open brace, or two values without text between them`,
        );
      return byPattern(pieces);
    }
    case "columns":
      return byColumns(layout.separator, layout.names);
    case "json":
      return byJson();
    case "key-value":
      return byKeyValue(layout.separator);
  }
}

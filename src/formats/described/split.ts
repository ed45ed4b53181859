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
      pieces.push({ literal, name: pattern.slice(i + 1, end).trim() });
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
    for (const [i, { name }] of pieces.entries()) {
      if (name === undefined) return values;
      const next = pieces[i + 1]!;
      const last = next.name === undefined;
      const end =
        next.literal === "" ? line.length : last ? lastIndexOf(line, next.literal, at) : line.indexOf(next.literal, at);
      if (end < 0) return undefined;
      if (name !== "") values.push([name, line.slice(at, end)]);
      at = end + next.literal.length;
      if (last && at !== line.length) return undefined;
    }
    return values;
  };
}

/** Where the line's ending begins; -1 when the line does not end so. */
function lastIndexOf(line: string, ending: string, from: number): number {
  const at = line.length - ending.length;
  return at >= from && line.endsWith(ending) ? at : -1;
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

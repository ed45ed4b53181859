/** What the JSON readers share: parsing with a place for the error, and looking into values that may be anything. */
import { createRequire } from "node:module";
import type { ParseError } from "jsonc-parser";
import { LookbackError } from "../model/errors.js";

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The elements that are objects; none when `value` is no array. */
export function objectsIn(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A text that says something; a number as text. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

/** The elements that are texts; one for a text alone. */
export function textsOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map(textOf).filter((text) => text !== undefined);
}

/** `line 3, column 14`, from 1. */
export function placeAt(text: string, position: number): string {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < position; at = text.indexOf("\n", at + 1)) {
    line++;
    start = at + 1;
  }
  return `line ${line}, column ${position - start + 1}`;
}

/** Where the JSON breaks. V8 does not say; a second parser does, and only on the way out. It recurses: too deep, no place. */
function placeOfError(text: string): string {
  const { parse, printParseErrorCode } = createRequire(import.meta.url)(
    "jsonc-parser",
  ) as typeof import("jsonc-parser");
  const errors: ParseError[] = [];
  try {
    parse(text, errors, { disallowComments: true });
  } catch {
    return "";
  }
  const first = errors[0];
  return first === undefined ? "" : ` at ${placeAt(text, first.offset)} (${printParseErrorCode(first.error)})`;
}

/** Throws LookbackError `intel-unusable` with the place when it is not JSON (RFC 8259). V8's parser does not recurse. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new LookbackError("intel-unusable", `not valid JSON${placeOfError(text)}`);
  }
}

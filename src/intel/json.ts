/** What the JSON readers share: parsing with a place for the error, and looking into values that may be anything. */
import { createRequire } from "node:module";
import type { ParseErrorCode } from "jsonc-parser";
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

/** Of larger texts V8's own words must do: the second parser is slow. */
const MAX_SECOND_PARSE = 64 * 1024 * 1024;

/** Thrown to stop the second parser at the first error. */
class Found extends Error {
  constructor(
    readonly code: ParseErrorCode,
    readonly offset: number,
  ) {
    super();
  }
}

/** Where the JSON breaks: by a second parser, which says more and recurses (too deep, no place), or by V8's words. */
function placeOfError(text: string, message: string): string {
  const { printParseErrorCode, visit } = createRequire(import.meta.url)(
    "jsonc-parser",
  ) as typeof import("jsonc-parser");
  try {
    const onError = (code: ParseErrorCode, offset: number): never => {
      throw new Found(code, offset);
    };
    if (text.length <= MAX_SECOND_PARSE) visit(text, { onError }, { disallowComments: true });
  } catch (error) {
    if (error instanceof Found) return ` at ${placeAt(text, error.offset)} (${printParseErrorCode(error.code)})`;
  }
  const position = /at position (\d{1,10})/.exec(message)?.[1];
  if (position !== undefined) return ` at ${placeAt(text, Number(position))}`;
  return message.includes("end of JSON") ? ` at ${placeAt(text, text.length)} (it ends too early)` : "";
}

/** Throws LookbackError `intel-unusable` with the place when it is not JSON (RFC 8259). V8's parser does not recurse. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    throw new LookbackError("intel-unusable", `not valid JSON${placeOfError(text, message)}`);
  }
}

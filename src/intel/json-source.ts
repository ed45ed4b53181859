/** One file's JSON, parsed once for every reader that asks. */
import type { IntelSource } from "./candidate.js";
import { LookbackError } from "../model/errors.js";
import { parseJson } from "./json.js";

type Parsed = { value: unknown } | { error: LookbackError };

const parsed = new WeakMap<IntelSource, Parsed>();

function parseOnce(source: IntelSource): Parsed {
  let result = parsed.get(source);
  if (!result) {
    try {
      result = { value: parseJson(source.text) };
    } catch (error) {
      if (!(error instanceof LookbackError)) throw error;
      result = { error };
    }
    parsed.set(source, result);
  }
  return result;
}

/** Throws LookbackError `intel-unusable` with the place when it is not JSON. */
export function jsonOf(source: IntelSource): unknown {
  const result = parseOnce(source);
  if ("error" in result) throw result.error;
  return result.value;
}

/** An object or an array by its first character. Costs nothing. */
export function opensAsJson({ text }: IntelSource): boolean {
  return /^\s{0,1000}[[{]/.test(text.slice(0, 1001));
}

/** The value when the text is JSON, and undefined when it is not: for readers that ask whether a file is theirs. */
export function jsonIfAny(source: IntelSource): unknown {
  if (!opensAsJson(source)) return undefined;
  const result = parseOnce(source);
  return "error" in result ? undefined : result.value;
}

/**
 * Any JSON and JSON Lines: indicators by the names of their fields (`columns.ts`), or in the field that `--column` names as a dotted
 * path (`data.indicators.value`, or its end; lists are passed through). ThreatFox, URLhaus, OTX, OpenCTI and AbuseIPDB are
 * read by the table of names; none has code of its own.
 */
import { LookbackError } from "../model/errors.js";
import type { Reader, ReaderOptions, Sink } from "./candidate.js";
import { jsonIfAny, jsonOf, opensAsJson } from "./json-source.js";
import { parseJson } from "./json.js";
import { JsonWalk } from "./json-walk.js";
import { linesOf } from "./lines.js";

/** Longer texts are no scalar that stands alone. */
const MAX_SCALAR = 4096;
/** Not thirty digits and more: those are a hash. */
const SCALAR = /^\s{0,100}(?:"|-?\d(?!\d{29})|true|false|null)/;

/** A text, number, truth value or null alone: JSON too (RFC 8259), and cheap to try. */
function isScalar(text: string): boolean {
  if (text.length > MAX_SCALAR || !SCALAR.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Begins as JSON and as nothing else that a list of indicators could: `{"`, `[{`, `["…",`. Not `[2001:db8::1]:443`, `[[TLP:CLEAR]]`. */
const LIKE_JSON = /^\s{0,1000}(?:\{\s{0,1000}["}]|\[\s{0,1000}(?:["{]|\[\s{0,1000}[["{]))/;

/** The first line that is not empty. */
function firstLine(text: string): { line: string; more: boolean } {
  for (const [line] of linesOf(text)) {
    if (line.trim() === "") continue;
    const rest = text.indexOf(line) + line.length;
    return { line, more: /\S/.test(text.slice(rest, rest + 4096)) };
  }
  return { line: "", more: false };
}

/** A value a line: the first one is whole, and there are more. */
function isLines(text: string): boolean {
  const { line, more } = firstLine(text);
  if (!more || !/^\s{0,100}[[{]/.test(line)) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function finish(walk: JsonWalk, { column }: ReaderOptions, sink: Sink): void {
  if (column !== undefined && !walk.asked) {
    const names = [...walk.fields].join(", ");
    throw new LookbackError(
      "intel-unusable",
      `no field "${column}"; ${names === "" ? "there are no fields" : `the fields are: ${names}`}`,
    );
  }
  for (const [path, reason] of walk.passedOver) sink.reject(0, path, `${reason}: name it with --column to read it`);
}

export const jsonReader: Reader = {
  id: "json",
  recognises(source) {
    if (!opensAsJson(source)) return isScalar(source.text);
    if (jsonIfAny(source) !== undefined) return true;
    return LIKE_JSON.test(source.text.slice(0, 2100)) && !isLines(source.text);
  },
  read(source, options, sink) {
    const walk = new JsonWalk(sink, options.column);
    walk.walk(jsonOf(source), 0);
    finish(walk, options, sink);
  },
};

export const jsonLinesReader: Reader = {
  id: "jsonl",
  recognises: (source) => opensAsJson(source) && isLines(source.text),
  read({ text }, options, sink) {
    const walk = new JsonWalk(sink, options.column);
    for (const [line, number] of linesOf(text)) {
      if (line.trim() === "") continue;
      let value: unknown;
      try {
        value = parseJson(line);
      } catch (error) {
        if (!(error instanceof LookbackError)) throw error;
        // The place within the line: it is line 1 to the parser.
        sink.reject(number, line, error.message.replace(" at line 1, column", " at column"));
        continue;
      }
      walk.walk(value, number);
    }
    finish(walk, options, sink);
  },
};

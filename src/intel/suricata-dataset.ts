/**
 * Suricata's datasets of type `string`: one value a line as base64, and `value,score` in a reputation dataset. Datasets of the
 * other types (`md5`, `sha256`, `ipv4`, `ip`) are plain lists, which the text and CSV readers read.
 * Source: https://docs.suricata.io/en/latest/rules/datasets.html
 */
import { isUtf8 } from "node:buffer";
import type { Candidate, Reader } from "./candidate.js";
import { firstLines, linesOf } from "./lines.js";
import { normalise } from "./normalise.js";

const BASE64 = /^(?:[A-Za-z0-9+/]{4}){1,4096}$/;
const PADDED = /={1,2}$/;
const LINE = /^([A-Za-z0-9+/=]{4,16384})(?:,(\d{1,5}))?$/;
// A control character is in no value that a dataset was made of by hand.
// eslint-disable-next-line no-control-regex
const CONTROL = /[\x00-\x1f\x7f]/;

/** A user-agent as RFC 9110 has it: it begins with a product and its version. */
const PRODUCT = /^[A-Za-z][\w!#$%&'*+^`|~-]{0,60}\/\d/;

/** What a line's base64 stands for; undefined when it is none, or stands for no text. */
function decoded(line: string): string | undefined {
  const base64 = LINE.exec(line)?.[1];
  if (base64 === undefined) return undefined;
  const whole = base64.length % 4 === 0 && BASE64.test(base64.replace(PADDED, (pad) => "A".repeat(pad.length)));
  if (!whole) return undefined;
  const bytes = Buffer.from(base64, "base64");
  const text = isUtf8(bytes) ? bytes.toString("utf8") : "";
  return text === "" || CONTROL.test(text) ? undefined : text;
}

function candidateOf(text: string, line: number): Candidate {
  if (PRODUCT.test(text) && !Array.isArray(normalise(text))) return { text, line, as: "user-agent" };
  return { text, line };
}

export const suricataDatasetReader: Reader = {
  id: "suricata-dataset",
  recognises({ text }) {
    const lines = firstLines(text);
    const values = lines.map(decoded);
    if (lines.length === 0 || values.includes(undefined)) return false;
    return values.some((value) => {
      const { text: written, as } = candidateOf(value ?? "", 0);
      return Array.isArray(normalise(written, as));
    });
  },
  read({ text }, _options, sink) {
    for (const [raw, line] of linesOf(text)) {
      const trimmed = raw.trim();
      if (trimmed === "" || trimmed.startsWith("#")) continue;
      const value = decoded(trimmed);
      if (value === undefined) sink.reject(line, trimmed, "no base64 of a text");
      else sink.candidate(candidateOf(value, line));
    }
  },
};

/**
 * JSON text for files that people and tools read line by line: no raw control character, no U+2028 or U+2029 (line ends to
 * some readers), no bidi override, nothing invisible. Escaping loses nothing.
 */

import { isoTime } from "../model/iso-time.js";

const BEYOND_ASCII = /[^ -~]/;
const TO_ESCAPE = /[\p{Cc}\p{Cf}\p{DI}\p{Zl}\p{Zp}]/gu;

function escapeUnits(text: string): string {
  let out = "";
  for (let i = 0; i < text.length; i++) out += `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`;
  return out;
}

/** Escapes what `JSON.stringify` leaves raw. `json` must be compact JSON text or a part of it, split outside of strings. */
function escapeJson(json: string): string {
  return BEYOND_ASCII.test(json) ? json.replace(TO_ESCAPE, escapeUnits) : json;
}

/** Text that JSON writes as it is, between quotes. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** A string as a JSON string, escaped as `escapeJson` does. */
export function quoteJson(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : escapeJson(JSON.stringify(text));
}

/** One line of JSON. */
export function jsonLine(value: unknown): string {
  return escapeJson(JSON.stringify(value));
}

/** Indented JSON with a final line end, for `coverage.json` and `manifest.json`. Keys keep the order they were set in. */
export function jsonDocument(value: unknown): string {
  // The line ends of the indentation are the only raw control characters; those inside strings are escaped already.
  const lines = JSON.stringify(value, null, 2).split("\n");
  return `${lines.map(escapeJson).join("\n")}\n`;
}

/** The same record with its keys in code unit order. */
export function sortedRecord<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** RFC 3339 in UTC with milliseconds, or undefined for a time that has no such text (not finite, before year 0, after 9999). */
export function rfc3339(ms: number | undefined): string | undefined {
  if (ms === undefined || !(ms >= -62167219200000 && ms <= 253402300799999)) return undefined;
  return isoTime(ms);
}

/**
 * Lines that hold many records: a JSON array, or an object around one (`{"Records":[…]}`, as CloudTrail and event hubs write their files).
 * Read as a whole, the ends of one record would be joined with the outcome of another.
 */
import { object, type Json } from "./json-fields.js";

const MOST_RECORDS = 10_000;
const NAMES = "records|values?|events|logevents|hits|items|results|entries|data|logs|messages|rows";
const LIST = new RegExp(`^(?:${NAMES})$`, "i");
/** Cheap, and false of nearly every line: a list of objects at the start, or under one of the names. */
const LIKELY = new RegExp(
  String.raw`^\s{0,64}(?:\[\s{0,8}\{|\{[^]{0,65536}?"(?:${NAMES})"\s{0,4}:\s{0,4}\[\s{0,8}\{)`,
  "i",
);

/** The objects of a list: two or more. */
function several(value: unknown): Json[] | undefined {
  if (!Array.isArray(value) || value.length < 2 || value.length > MOST_RECORDS) return undefined;
  const records = value.map(object);
  return records.every((r) => r !== undefined) ? (records as Json[]) : undefined;
}

/**
 * The records of a line that is nothing but a list of them, alone or under one name (`Records`, `records`, `value`, `logEvents`,
 * `hits.hits`); undefined for any other line, such as an event that has a list among its fields.
 */
export function recordsOf(line: string): Json[] | undefined {
  // Ends as a list does: nearly no line is looked at further.
  if (!/\]\s{0,8}(?:\}\s{0,8}){0,3}$/.test(line.slice(-32)) || !LIKELY.test(line)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
  for (let depth = 0; depth < 3; depth++) {
    const found = several(value);
    if (found) return found;
    const inner = object(value);
    if (!inner) return undefined;
    const lists = Object.entries(inner).filter(([key, v]) => LIST.test(key) && typeof v === "object" && v !== null);
    if (lists.length !== 1) return undefined;
    value = lists[0]![1];
  }
  return undefined;
}

/** True when `word` stands in `text` with no letter or digit on either side: half an address is another address. */
export function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (!/\w/.test(text.charAt(at - 1)) && !/\w/.test(text.charAt(at + word.length))) return true;
  return false;
}

/** Of a line of several records, of which the first that was hit is read. */
export function recordsNote(all: number, hits: number): string {
  const which = hits === 0 ? "" : `, ${hits === 1 ? "one" : `${hits} of them`} with this`;
  return `the line holds ${all} records${which}`;
}

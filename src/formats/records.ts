/**
 * Lines that hold many records: a JSON array, or an object around one (`{"Records":[…]}`, as CloudTrail and event hubs write their files).
 * Read as a whole, the ends of one record would be joined with the outcome of another.
 */
import { object, type Json } from "./json-fields.js";

const MOST_RECORDS = 10_000;
/** Cheap, and false of nearly every line: a list of objects at the start, or under one of the names of `LIST`. */
const LIKELY =
  /^\s{0,64}(?:\[\s{0,8}\{|\{[^]{0,65536}?"(?:records|values?|events|logevents|hits|items|results|entries|data|logs|messages|rows)"\s{0,4}:\s{0,4}\[\s{0,8}\{)/i;

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
  if (!LIKELY.test(line)) return undefined;
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

const LIST = /^(?:records|value|values|events|logevents|hits|items|results|entries|data|logs|messages|rows)$/i;

/** Fewer names are a part of a record, not one. */
const LEAST_NAMES = 4;

/**
 * Of a piece cut out of a longer line: the text of the record around `at`. Strings are only told apart from structure after a `},{`, so
 * the first record of the piece is not found. One pass.
 */
export function recordAround(piece: string, at: number): string | undefined {
  const first = piece.indexOf('},{"');
  if (first < 0 || first + 2 > at) return undefined;
  const starts: number[] = [];
  let quoted = false;
  for (let i = first + 2; i < piece.length; i++) {
    const c = piece.charCodeAt(i);
    if (quoted) {
      if (c === 92) i++;
      else if (c === 34) quoted = false;
    } else if (c === 34) quoted = true;
    else if (c === 123) starts.push(i);
    else if (c === 125) {
      const start = starts.pop();
      // What closes without having opened here ends a list inside a record: its parent is not whole in the piece.
      if (start === undefined || starts.length > 0 || i < at) continue;
      return start <= at ? wholeRecord(piece.slice(start, i + 1)) : undefined;
    }
  }
  return undefined;
}

function wholeRecord(text: string): string | undefined {
  try {
    const record = object(JSON.parse(text));
    return record && Object.keys(record).length >= LEAST_NAMES ? text : undefined;
  } catch {
    return undefined;
  }
}

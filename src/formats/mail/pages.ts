/** Pages of a mail gateway's interface: several records in one line, of which the one with a hit is read. */
import type { FormatResult, LineContext } from "../format.js";
import { list, object, type Json } from "../json-fields.js";

/** The objects among a list's elements. */
export function recordsIn(value: unknown): Json[] {
  return list(value).flatMap((element) => {
    const record = object(element);
    return record ? [record] : [];
  });
}

/** True when `word` stands in `text` with no letter or digit on either side: half an address is another address. */
function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (!/\w/.test(text.charAt(at - 1)) && !/\w/.test(text.charAt(at + word.length))) return true;
  return false;
}

/** The records that hold one of the tokens that were hit; of a page of one record, that one. */
export function recordsWithHit(records: readonly Json[], context: LineContext): readonly Json[] {
  if (records.length < 2) return records;
  const { observed } = context;
  if (observed === undefined) return [];
  const tokens = observed.map((token) => token.toLowerCase());
  return records.filter((record) => {
    const text = JSON.stringify(record).toLowerCase();
    return tokens.some((token) => hasWord(text, token));
  });
}

/** The first of a page's records that were hit is read; how many there are is told. */
export function onPage(
  all: number,
  hits: number,
  read: FormatResult | undefined = { event: {}, outcome: "unknown", initiator: "unknown" },
): FormatResult {
  if (all < 2) return read;
  const with_ = hits === 0 ? "" : `, ${hits === 1 ? "one" : `${hits} of them`} with this`;
  return { ...read, notes: [...(read.notes ?? []), `the line holds ${all} records${with_}`] };
}

/** Pages of a mail gateway's interface: several records in one line, of which the one with a hit is read. */
import type { FormatResult, LineContext } from "../format.js";
import type { Json } from "../json-fields.js";
import { hasWord, recordsNote } from "../records.js";

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
  return all < 2 ? read : { ...read, notes: [...(read.notes ?? []), recordsNote(all, hits)] };
}

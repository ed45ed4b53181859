/** A publisher's two dates to a window: one that cannot be read, or that ends before it begins, leaves its side open, with a note. */
import type { Statement } from "./candidate.js";
import { parseFeedDate } from "./dates.js";

const MAX_QUOTED = 40;

function bound(written: string | undefined, edge: "start" | "end", notes: string[]): number | undefined {
  if (written === undefined) return undefined;
  const ms = parseFeedDate(written, edge);
  if (ms === undefined) notes.push(`"${written.slice(0, MAX_QUOTED)}" is no date that could be read: left open`);
  return ms;
}

/** Puts the window, and what could not be read of it, into `said`. */
export function stateWindow(said: Statement, from: string | undefined, until: string | undefined): void {
  if (from === undefined && until === undefined) return;
  const notes: string[] = [];
  const validFrom = bound(from, "start", notes);
  const validUntil = bound(until, "end", notes);
  if (validFrom !== undefined && validUntil !== undefined && validUntil < validFrom)
    notes.push("valid until before valid from: both left open");
  else {
    if (validFrom !== undefined) said.validFrom = validFrom;
    if (validUntil !== undefined) said.validUntil = validUntil;
  }
  if (notes.length > 0) said.notes = [...(said.notes ?? []), ...notes];
}

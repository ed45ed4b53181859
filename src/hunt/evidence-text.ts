/** Whether a line is the one that a piece of evidence keeps. */
import { EVIDENCE_LIMIT } from "../model/sighting.js";

/** Every text that evidence may stand for: itself when it is whole, what is left of it when it was cut. */
function cores(kept: string): string[] {
  // `…` at either end was put there by the cut, or stands in the line: only the length tells.
  const cut = kept.length === EVIDENCE_LIMIT + 1 ? [kept.slice(1), kept.slice(0, -1)] : [kept.slice(1, -1)];
  // A line of many kilobytes was cut between bytes first, perhaps within a character.
  return cut.map((text) => text.replace(/^\ufffd{1,3}/, "").replace(/\ufffd{1,3}$/, ""));
}

export function isCut(kept: string): boolean {
  return kept.length > EVIDENCE_LIMIT;
}

/** @param text a whole line, or a piece of an over-long one, of which only cut evidence can be a part */
export function holds(kept: string, text: string): boolean {
  return isCut(kept) ? cores(kept).some((core) => text.includes(core)) : text === kept;
}

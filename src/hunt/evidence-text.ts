/** Whether a line is the one that a piece of evidence keeps. */
import { EVIDENCE_LIMIT, type Evidence } from "../model/sighting.js";

/** Every text that evidence may stand for: itself when it is whole, what is left of it when it was cut. */
function cores(kept: string): string[] {
  // `…` at an end was put there by the cut, or stands in the line: only the length tells whether one end was cut or both.
  const one = kept.length === EVIDENCE_LIMIT + 1;
  const cut = one
    ? [kept.replace(/^…/, ""), kept.replace(/…$/, "")].filter((text) => text !== kept)
    : [kept.slice(1, -1)];
  // A line of many kilobytes was cut between bytes first, perhaps within a character.
  return cut.map((text) => text.replace(/^\ufffd{1,3}/, "").replace(/\ufffd{1,3}$/, ""));
}

/** What is kept is a part of a line: a cut one, or one record of many. */
export function isPart({ original, record }: Pick<Evidence, "original" | "record">): boolean {
  return record !== undefined || original.length > EVIDENCE_LIMIT;
}

/** @param text a whole line, or a piece of an over-long one, in which only parts can be found */
export function holds(kept: Pick<Evidence, "original" | "record">, text: string): boolean {
  const { original } = kept;
  if (!isPart(kept)) return text === original;
  const parts = original.length > EVIDENCE_LIMIT ? cores(original) : [original];
  return parts.some((part) => text.includes(part));
}

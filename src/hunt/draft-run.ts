/**
 * Findings of one part of the work as lines of text sorted by id, `id TAB JSON`: a run that is merged with others, and that need not be
 * read before.
 */
import { packed, unpacked, type EvidenceDraft, type FindingDraft, type PackedDraft } from "../triage/findings.js";
import { keyed, type Keyed } from "./sorted-runs.js";

export interface DraftRun {
  /** UTF-8. */
  drafts: Uint8Array;
  /** Values of the indicators in it, each once. */
  values: string[];
}

export function draftRun(drafts: readonly FindingDraft[]): DraftRun {
  const values = new Set<string>();
  let text = "";
  for (const draft of drafts.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    values.add(draft.indicator.name);
    text += `${draft.id}\t${draftJson(draft)}\n`;
  }
  return { drafts: Buffer.from(text), values: [...values] };
}

export function draftJson(draft: FindingDraft): string {
  return JSON.stringify(packed(draft));
}

/** @param lineBase added to the numbers of the lines: what stands before the part of the file that the draft is from */
export function draftOf(json: string, lineBase: number): FindingDraft {
  const { pieces, ...draft } = JSON.parse(json) as PackedDraft;
  return unpacked({ ...draft, pieces: lineBase === 0 ? pieces : pieces.map((piece) => moved(piece, lineBase)) });
}

function moved(piece: EvidenceDraft, lineBase: number): EvidenceDraft {
  return { ...piece, evidence: { ...piece.evidence, line: piece.evidence.line + lineBase } };
}

/** The lines of a run that is in memory. */
export function* entriesOf(run: Uint8Array): Generator<Keyed> {
  for (const line of Buffer.from(run.buffer, run.byteOffset, run.byteLength).toString("utf8").split("\n")) {
    if (line !== "") yield keyed(line);
  }
}

/** Holds what a hunt kept against the logs as they are now: its sources by their hashes, its evidence line by line. */
import type { SourceCoverage } from "../model/coverage.js";
import type { Evidence, Finding } from "../model/sighting.js";
import { hashFile } from "../sources/file-hash.js";
import { locate, sameBytesNear, type Bases } from "../sources/locate.js";
import type { SourceRef } from "../sources/source.js";
import { reread, type EvidenceState, type Reread } from "./reread.js";

/**
 * `unchanged`: the same bytes. `grown`: the same bytes, and more behind them. `moved`: the same bytes under another name of the folder.
 * `unhashed`: there, but its hash was not taken.
 */
export type SourceState = "unchanged" | "grown" | "moved" | "unhashed" | "changed" | "missing" | "unreadable";

export interface SourceCheck {
  /** The stored file, as the hunt named it. */
  path: string;
  state: SourceState;
  detail?: string;
  /** Where it is now, when that is not where it was. */
  now?: string;
}

export interface EvidenceCheck {
  finding: string;
  path: string;
  offset: number;
  line: number;
  state: EvidenceState;
  detail?: string;
  now?: Reread["now"];
}

export type KeptSource = Pick<SourceCoverage, "path" | "file" | "size" | "sha256">;

const HOLDING: ReadonlySet<SourceState> = new Set<SourceState>(["unchanged", "grown", "moved", "unhashed"]);

export function sourceHolds({ state }: SourceCheck): boolean {
  return HOLDING.has(state);
}

export function evidenceHolds({ state }: EvidenceCheck): boolean {
  return state === "unchanged";
}

export interface LogsCheck {
  sources: SourceCheck[];
  evidence: EvidenceCheck[];
}

interface Stored {
  source: KeptSource;
  evidence: { finding: string; piece: Evidence }[];
}

/** Sources in the order of the coverage, evidence in that of the findings. Never rejects for what a log holds. */
export async function verifyLogs(
  sources: readonly KeptSource[],
  findings: readonly Finding[],
  bases: Bases,
): Promise<LogsCheck> {
  const files = new Map<string, Stored>();
  const fileOf = new Map<string, string>();
  for (const source of sources) {
    const file = source.file ?? source.path;
    fileOf.set(source.path, file);
    // What the walk could not take has no size; neither has a pipe, which is told with its evidence.
    if (source.size !== undefined && !files.has(file)) files.set(file, { source, evidence: [] });
  }
  for (const { id, evidence } of findings) {
    for (const piece of evidence) {
      const file = fileOf.get(piece.path) ?? piece.path;
      const stored = files.get(file) ?? { source: { path: file }, evidence: [] };
      stored.evidence.push({ finding: id, piece });
      files.set(file, stored);
    }
  }
  const checks: SourceCheck[] = [];
  const read = new Map<Evidence, Reread>();
  for (const [file, { source, evidence }] of files) {
    const { check, ref } = await checkSource(file, source, bases);
    checks.push(check);
    const pieces = evidence.map(({ piece }) => piece);
    if (pieces.length === 0) continue;
    if (ref) for (const [piece, result] of await reread({ ref, file, evidence: pieces })) read.set(piece, result);
    else
      for (const piece of pieces) {
        const state = check.state === "missing" ? "missing" : "unreadable";
        read.set(piece, { state, ...(check.detail === undefined ? {} : { detail: check.detail }) });
      }
  }
  return {
    sources: checks,
    evidence: findings.flatMap(({ id, evidence }) =>
      evidence.map((piece) => {
        const { state, detail, now } = read.get(piece)!;
        const place = { finding: id, path: piece.path, offset: piece.offset, line: piece.line, state };
        return { ...place, ...(detail === undefined ? {} : { detail }), ...(now === undefined ? {} : { now }) };
      }),
    ),
  };
}

async function checkSource(
  file: string,
  { size, sha256 }: KeptSource,
  bases: Bases,
): Promise<{ check: SourceCheck; ref?: SourceRef }> {
  const found = await locate(file, bases);
  const known = size !== undefined && sha256 !== undefined ? { size, sha256 } : undefined;
  const check = (state: SourceState, detail?: string): SourceCheck => ({
    path: file,
    state,
    ...(detail === undefined ? {} : { detail }),
  });
  if ("code" in found) {
    const moved = known && (await movedTo(file, known, bases));
    if (moved) return moved;
    return { check: check(found.code === "not-found" ? "missing" : "unreadable", found.message) };
  }
  if (size === undefined || !known)
    return {
      check: size !== undefined && found.size < size ? check("changed", resized(size, found)) : check("unhashed"),
      ref: found,
    };
  const hash = await hashFile(found, size);
  if ("code" in hash) return { check: check("unreadable", hash.message), ref: found };
  if (hash.sha256 === sha256)
    return found.size > size
      ? { check: check("grown", `${found.size - size} bytes were added`), ref: found }
      : { check: check("unchanged"), ref: found };
  const moved = await movedTo(file, known, bases);
  if (moved) return moved;
  const detail = found.size === size ? `its SHA-256 is now ${hash.sha256}` : resized(size, found);
  return { check: check("changed", detail), ref: found };
}

function resized(size: number, found: SourceRef): string {
  return `${found.size} bytes now, ${size} then${found.size > size ? ", and what was there is not as it was" : ""}`;
}

async function movedTo(
  file: string,
  known: { size: number; sha256: string },
  bases: Bases,
): Promise<{ check: SourceCheck; ref: SourceRef } | undefined> {
  const ref = await sameBytesNear(file, known, bases);
  return ref && { check: { path: file, state: "moved", now: ref.path }, ref };
}

/** Reads the lines that findings rest on again, through the decoders that the hunt used: member, offset, line. */
import type { SourceError } from "../model/coverage.js";
import { ERRORS } from "../model/errors.js";
import type { Evidence } from "../model/sighting.js";
import { openMembers } from "../sources/archives/members.js";
import { inspect, openReader } from "../sources/open.js";
import { LineWindow } from "../sources/line-window.js";
import type { ByteReader, SourceRef } from "../sources/source.js";
import { holds, isPart } from "./evidence-text.js";
import { findLines } from "./find-lines.js";
import { lineString, PARSE_LIMIT } from "./line-text.js";

/**
 * `moved`: the line stands elsewhere in the same log. `changed`: another text stands there. `missing`: the log, or that part of it, is
 * not there. `unreadable`: it could not be read again.
 */
export type EvidenceState = "unchanged" | "moved" | "changed" | "missing" | "unreadable";

export interface Reread {
  state: EvidenceState;
  /** Why it does not hold. */
  detail?: string;
  /** Where a line that moved stands now. */
  now?: { offset: number; line: number };
  /** The neighbours as they stand there now; of a line that holds, and when asked for. */
  context?: { before: string[]; after: string[] };
}

const ENDS_BEFORE = "the log ends before it";
/** Bytes of a neighbour that are kept. */
const CONTEXT_BYTES = 4096;
/** Read before a place that was jumped to, for its neighbours. */
const NEAR = 64 * 1024;
/** Longer than any kept part of a line, in bytes. */
const OVERLAP = 64 * 1024;

/** What is read of one stored file. */
export interface RereadRequest {
  /** The file as it is named now. */
  ref: SourceRef;
  /** The file as the hunt named it: what the paths of evidence begin with. */
  file: string;
  evidence: readonly Evidence[];
  /** Lines before and after each. */
  context?: number;
  /** Jump to the places where the log allows it: line numbers are then not checked, and a line that moved is not looked for. */
  quick?: boolean;
}

/** Every piece of evidence of one stored file. Never rejects. */
export async function reread(request: RereadRequest): Promise<Map<Evidence, Reread>> {
  const { ref, file, evidence, context = 0, quick = false } = request;
  const out = new Map<Evidence, Reread>();
  const byLog = new Map<string, Evidence[]>();
  for (const piece of evidence) byLog.set(piece.path, [...(byLog.get(piece.path) ?? []), piece]);
  if (quick && inspect(ref).splittable && byLog.has(file)) {
    for (const group of byOffset(byLog.get(file)!)) {
      const start = Math.max(0, group[0]!.offset - NEAR);
      const reader = await openReader(ref, { start });
      await readPlaces(reader, new LineWindow(reader, start), [group], { context, numbers: start === 0 }, out);
      await reader.close();
    }
    byLog.delete(file);
  }
  await eachLog(
    request,
    byLog,
    async (pieces, reader) => {
      await readPlaces(reader, new LineWindow(reader), byOffset(pieces), { context, numbers: true }, out);
    },
    out,
  );
  if (!quick) await lookForMoved(request, out);
  return out;
}

/** Calls `work` with each log that has evidence; what has no log is missing, or unreadable with its archive. */
async function eachLog(
  { ref, file }: RereadRequest,
  byLog: ReadonlyMap<string, Evidence[]>,
  work: (pieces: Evidence[], reader: ByteReader) => Promise<void>,
  out: Map<Evidence, Reread>,
): Promise<void> {
  const left = new Map(byLog);
  const errors: SourceError[] = [];
  if (left.size > 0) {
    for await (const { path, reader } of openMembers(ref)) {
      const name = `${file}${path.slice(ref.path.length)}`;
      const pieces = left.get(name);
      if (pieces) {
        left.delete(name);
        await work(pieces, reader);
      } else if (path === ref.path) errors.push(...reader.errors);
      await reader.close();
      if (left.size === 0) break;
    }
  }
  const fault = errors.find(({ code }) => ERRORS[code].loses);
  for (const [name, pieces] of left) {
    const detail = fault?.message ?? (name === file ? "an archive stands there now" : "not in the archive any more");
    for (const piece of pieces) out.set(piece, { state: fault ? "unreadable" : "missing", detail });
  }
}

function byOffset(pieces: readonly Evidence[]): Evidence[][] {
  const groups = new Map<number, Evidence[]>();
  for (const piece of pieces) groups.set(piece.offset, [...(groups.get(piece.offset) ?? []), piece]);
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

async function readPlaces(
  reader: ByteReader,
  window: LineWindow,
  groups: readonly Evidence[][],
  { context, numbers }: { context: number; numbers: boolean },
  out: Map<Evidence, Reread>,
): Promise<void> {
  for (const group of groups) {
    const { offset } = group[0]!;
    if (!(await window.seek(offset))) {
      const fault = reader.errors.find(({ code }) => ERRORS[code].loses);
      const gone = fault?.code === "not-found" || fault === undefined;
      const detail = fault?.message ?? ENDS_BEFORE;
      for (const piece of group) out.set(piece, { state: gone ? "missing" : "unreadable", detail });
      continue;
    }
    const number = numbers ? window.number : undefined;
    const starts = window.atLineStart;
    const around = { before: window.before(context).map(neighbour), after: window.after(context).map(neighbour) };
    const same = await heldAt(window, group);
    for (const piece of group) {
      if (!starts || !same.has(piece)) out.set(piece, { state: "changed", detail: "another text stands there" });
      else if (number !== undefined && number !== piece.line)
        out.set(piece, { state: "moved", now: { offset, line: number } });
      else out.set(piece, { state: "unchanged", ...(context > 0 ? { context: around } : {}) });
    }
  }
}

function neighbour(bytes: Buffer): string {
  const text = lineString(bytes.subarray(0, CONTEXT_BYTES), -1);
  return bytes.length > CONTEXT_BYTES ? `${text}…` : text;
}

/** Those that the line at the place is. */
async function heldAt(window: LineWindow, group: readonly Evidence[]): Promise<Set<Evidence>> {
  const { line, position } = window;
  if (line !== undefined) {
    const text = lineString(line, position);
    return new Set(group.filter((one) => holds(one, text)));
  }
  const same = new Set<Evidence>();
  for await (const piece of window.pieces(OVERLAP)) {
    const text = piece.toString("utf8");
    for (const one of group) if (isPart(one) && holds(one, text)) same.add(one);
  }
  return same;
}

/** Lines looked for in one log; more of them have better been compared by a new hunt. */
const LOOKED_FOR = 64;

async function lookForMoved(request: RereadRequest, out: Map<Evidence, Reread>): Promise<void> {
  const byLog = new Map<string, Evidence[]>();
  for (const [piece, { state, detail }] of out) {
    const searchable = state === "changed" || (state === "missing" && detail === ENDS_BEFORE);
    if (!searchable || isPart(piece) || piece.original.length > PARSE_LIMIT) continue;
    const list = byLog.get(piece.path) ?? [];
    if (list.length < LOOKED_FOR) byLog.set(piece.path, [...list, piece]);
  }
  if (byLog.size === 0) return;
  await eachLog(
    request,
    byLog,
    async (pieces, reader) => {
      const found = await findLines(
        reader,
        pieces.map(({ original }) => original),
      );
      for (const piece of pieces) {
        const now = found.get(piece.original);
        if (now) out.set(piece, { state: "moved", now });
      }
    },
    new Map(),
  );
}

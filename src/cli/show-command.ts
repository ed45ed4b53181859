/** `lookback show DIR FINDING`: one finding, with the log around its evidence where it can still be read. */
import { reread, type Reread } from "../hunt/reread.js";
import type { KeptHunt } from "../model/kept-hunt.js";
import type { Evidence, Finding } from "../model/sighting.js";
import { renderFinding } from "../report/finding-text.js";
import { jsonDocument } from "../report/json-text.js";
import { locate, type Bases } from "../sources/locate.js";
import { readWholeHunt } from "./kept-hunt.js";
import { basesOf } from "./log-bases.js";
import type { FlagValues } from "./parser.js";
import { usage } from "./usage.js";

const CONTEXT = 3;
/** Ids named when the beginning that was given is that of several. */
const NAMED = 10;

export async function showCommand([folder, id]: string[], flags: FlagValues): Promise<number> {
  const hunt = readWholeHunt(folder!);
  const finding = findingOf(hunt.findings, id!, folder!);
  const context = (flags.context as number | undefined) ?? CONTEXT;
  const read = await rereadFinding(finding, hunt, basesOf(hunt, flags), context);
  if (flags.showJson === true) {
    const evidence = finding.evidence.map((piece) => ({ ...piece, now: read.get(piece) }));
    process.stdout.write(jsonDocument({ ...finding, evidence }));
    return 0;
  }
  const shown = finding.evidence.map((evidence) => {
    const { state, detail, context: around } = read.get(evidence)!;
    const remark =
      state === "unchanged" ? undefined : `As the hunt kept it; the log cannot show it now: ${detail ?? state}.`;
    return {
      evidence,
      before: around?.before ?? [],
      after: around?.after ?? [],
      ...(remark === undefined ? {} : { remark }),
    };
  });
  process.stdout.write(renderFinding(finding, shown, process.stdout.columns ?? 100));
  return 0;
}

/** By id, or by its beginning when it is that of one finding only. Throws LookbackError `usage`. */
function findingOf(findings: readonly Finding[], id: string, folder: string): Finding {
  const exact = findings.find((finding) => finding.id === id);
  if (exact) return exact;
  const begun = id === "" ? [] : findings.filter((finding) => finding.id.startsWith(id));
  if (begun.length === 1) return begun[0]!;
  if (begun.length === 0)
    throw usage(`${folder} has no finding whose id begins with "${id}"; findings.jsonl has them all`);
  const named = begun.slice(0, NAMED).map((finding) => finding.id);
  throw usage(`"${id}" begins several ids: ${named.join(", ")}${begun.length > NAMED ? ", …" : ""}`);
}

async function rereadFinding(
  { evidence }: Finding,
  { coverage }: KeptHunt,
  bases: Bases,
  context: number,
): Promise<Map<Evidence, Reread>> {
  const fileOf = new Map(coverage.sources.map(({ path, file }) => [path, file ?? path]));
  const byFile = new Map<string, Evidence[]>();
  for (const piece of evidence) {
    const file = fileOf.get(piece.path) ?? piece.path;
    byFile.set(file, [...(byFile.get(file) ?? []), piece]);
  }
  const read = new Map<Evidence, Reread>();
  for (const [file, pieces] of byFile) {
    const ref = await locate(file, bases);
    if ("code" in ref) {
      const state = ref.code === "not-found" ? "missing" : "unreadable";
      for (const piece of pieces) read.set(piece, { state, detail: ref.message });
    } else
      for (const [piece, result] of await reread({ ref, file, evidence: pieces, context, quick: true }))
        read.set(piece, result);
  }
  return read;
}

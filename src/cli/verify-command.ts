/** `lookback verify DIR`: what of a hunt's evidence still holds. */
import { join } from "node:path";
import {
  evidenceHolds,
  sourceHolds,
  verifyLogs,
  type EvidenceCheck,
  type LogsCheck,
  type SourceCheck,
} from "../hunt/verify.js";
import type { KeptHunt } from "../model/kept-hunt.js";
import { jsonDocument } from "../report/json-text.js";
import { formatCount, plural, printable } from "../report/text.js";
import { hashFile } from "../sources/file-hash.js";
import { Consistency } from "../triage/consistency.js";
import { readHunt, readSightings } from "./kept-hunt.js";
import { basesOf } from "./log-bases.js";
import type { FlagValues } from "./parser.js";

const HOLDS = 0;
const DOES_NOT_HOLD = 1;
/** Of each kind; `--json` has them all. */
const TOLD = 50;

export async function verifyCommand(folder: string, flags: FlagValues): Promise<number> {
  const { problems, ...hunt } = readHunt(folder);
  const output = await outputProblems(folder, hunt, problems);
  const logs = await verifyLogs(hunt.coverage.sources, hunt.findings, basesOf(hunt, flags));
  const holds = output.length === 0 && logs.sources.every(sourceHolds) && logs.evidence.every(evidenceHolds);
  process.stdout.write(
    flags.showJson === true
      ? jsonDocument({ folder, holds, counts: countsOf(logs), ...logs, output })
      : textOf(logs, output, holds),
  );
  return holds ? HOLDS : DOES_NOT_HOLD;
}

/** What does not agree within the output itself. */
async function outputProblems(folder: string, hunt: KeptHunt, findings: readonly string[]): Promise<string[]> {
  const consistency = new Consistency(hunt);
  for (const problem of findings) consistency.problem(problem);
  for (const [name, { sha256 }] of Object.entries(hunt.manifest.files ?? {})) {
    const hash = await hashFile({ path: join(folder, name) });
    if ("code" in hash) consistency.problem(`${name}: ${hash.message}`);
    else if (hash.sha256 !== sha256)
      consistency.problem(`${name}: not as the hunt wrote it, its SHA-256 is now ${hash.sha256}`);
  }
  let number = 0;
  for await (const read of readSightings(folder)) {
    number++;
    if ("value" in read) consistency.sighting(read.value, number);
    else consistency.problem(`sightings.jsonl:${number}: ${read.why}`);
  }
  consistency.finish();
  const { problems, untold } = consistency;
  return untold === 0 ? problems : [...problems, `and ${untold} more`];
}

function countsOf({ sources, evidence }: LogsCheck): Record<"sources" | "evidence", Record<string, number>> {
  return { sources: tally(sources), evidence: tally(evidence) };
}

function tally(checks: readonly { state: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of checks) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function words(checks: readonly { state: string }[]): string {
  const counts = Object.entries(tally(checks)).map(
    ([state, count]) => `${formatCount(count)} ${STATE_WORDS[state] ?? state}`,
  );
  return counts.join(", ") || "none";
}

const STATE_WORDS: Readonly<Record<string, string>> = { unhashed: "there, without a hash to compare" };

function textOf({ sources, evidence }: LogsCheck, output: readonly string[], holds: boolean): string {
  const lost = sources.filter((check) => !sourceHolds(check));
  const broken = evidence.filter((check) => !evidenceHolds(check));
  const noted = sources.filter((check) => sourceHolds(check) && (check.detail ?? check.now) !== undefined);
  const parts = [
    ...(broken.length > 0 ? [`${formatCount(broken.length)} of ${plural(evidence.length, "piece")} of evidence`] : []),
    ...(lost.length > 0 ? [`${formatCount(lost.length)} of ${plural(sources.length, "source")}`] : []),
    ...(output.length > 0 ? ["the output itself"] : []),
  ];
  const lines = [
    holds ? "All of it holds." : `Does not hold: ${parts.join(", ")}.`,
    "",
    `Sources: ${words(sources)}.`,
    ...bounded([...lost, ...noted].map(sourceLine)),
    `Evidence: ${words(evidence)}.`,
    ...bounded(broken.map(evidenceLine)),
    output.length === 0 ? "Output: its files agree with one another." : "Output: its files do not agree.",
    ...bounded(output.map((problem) => `  ${problem}`)),
  ];
  return `${lines.map(printable).join("\n")}\n`;
}

function bounded(lines: readonly string[]): string[] {
  if (lines.length <= TOLD) return [...lines];
  return [...lines.slice(0, TOLD), `  … and ${formatCount(lines.length - TOLD)} more: see --json`];
}

function sourceLine({ path, state, detail, now }: SourceCheck): string {
  const more = [...(now === undefined ? [] : [`now ${now}`]), ...(detail === undefined ? [] : [detail])];
  return `  ${state.padEnd(10)} ${path}${more.length > 0 ? `: ${more.join(", ")}` : ""}`;
}

function evidenceLine({ finding, path, line, offset, state, detail, now }: EvidenceCheck): string {
  const why = now === undefined ? detail : `the line now stands at line ${now.line}, byte ${now.offset}`;
  return `  ${state.padEnd(10)} ${path}:${line} (byte ${offset}), finding ${finding}${why === undefined ? "" : `: ${why}`}`;
}

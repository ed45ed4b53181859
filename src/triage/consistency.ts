/** Whether the files of a hunt's output agree with one another: counts, ids, evidence. */
import type { KeptHunt } from "../model/kept-hunt.js";
import { EVIDENCE_LIMIT, VERDICTS, type Evidence, type Finding, type Verdict } from "../model/sighting.js";
import { keptText } from "./findings.js";
import { findingId } from "./triage.js";

/** Of a line of `sightings.jsonl`, what is compared. */
export interface KeptSighting {
  finding: string;
  verdict: Verdict;
  path: string;
  offset: number;
  line: number;
  /** Which of the line's records. */
  record?: number;
  original: string;
  observed: string;
  indicator: string;
}

interface Tally {
  finding: Finding;
  verdicts: Map<Verdict, number>;
}

/** Problems told one by one; of more only the number is kept. */
const TOLD = 100;

const placeOf = (
  finding: string,
  { verdict, path, offset, record }: Pick<Evidence, "verdict" | "path" | "offset" | "record">,
): string => JSON.stringify([finding, verdict, path, offset, record]);

export class Consistency {
  readonly problems: string[] = [];
  /** Problems beyond those told. */
  untold = 0;
  private readonly tallies = new Map<string, Tally>();
  private readonly evidence = new Map<string, { finding: string; piece: Evidence }>();
  private sightings = 0;

  constructor(private readonly hunt: KeptHunt) {
    const hashes = new Map(hunt.coverage.sources.map(({ path, sha256 }) => [path, sha256]));
    for (const finding of hunt.findings) this.take(finding, hashes);
  }

  problem(text: string): void {
    if (this.problems.length < TOLD) this.problems.push(text);
    else this.untold++;
  }

  /** @param number of the line in `sightings.jsonl`, from 1 */
  sighting(sighting: KeptSighting, number: number): void {
    this.sightings++;
    const { finding: id, verdict } = sighting;
    const tally = this.tallies.get(id);
    if (!tally) return this.problem(`sightings.jsonl:${number}: finding ${id} is not in findings.jsonl`);
    if (tally.finding.indicator.name !== sighting.indicator)
      this.problem(`sightings.jsonl:${number}: ${sighting.indicator} is not the indicator of finding ${id}`);
    tally.verdicts.set(verdict, (tally.verdicts.get(verdict) ?? 0) + 1);
    const key = placeOf(id, sighting);
    const piece = this.evidence.get(key)?.piece;
    if (!piece) return;
    this.evidence.delete(key);
    const same = piece.original === keptText(sighting.original, sighting.observed);
    // Earlier versions cut long lines elsewhere.
    if (piece.line !== sighting.line || (!same && piece.original.length <= EVIDENCE_LIMIT))
      this.problem(`sightings.jsonl:${number}: the evidence of finding ${id} says otherwise of this line`);
  }

  /** To be called once, after the last sighting. */
  finish(): void {
    const { manifest, coverage, findings } = this.hunt;
    const { totals, sources } = coverage;
    this.same("sightings", { "manifest.json": manifest.counts.sightings, "sightings.jsonl": this.sightings });
    this.same("findings", { "manifest.json": manifest.counts.findings, "findings.jsonl": findings.length });
    // Of what a thread found before it failed there is no count.
    if (manifest.complete) this.same("hits", { "coverage.json": totals.hits, "sightings.jsonl": this.sightings });
    this.same("sources", { "manifest.json": manifest.counts.sources, "coverage.json": sources.length });
    for (const key of ["bytes", "lines", "hits"] as const)
      this.same(key, { total: totals[key], "its sources": sources.reduce((n, source) => n + source[key], 0) });
    for (const { finding, verdicts } of this.tallies.values()) this.compare(finding, verdicts);
    for (const { finding, piece } of this.evidence.values())
      this.problem(`finding ${finding}: its evidence at byte ${piece.offset} of ${piece.path} is no sighting`);
  }

  private take(finding: Finding, hashes: ReadonlyMap<string, string | undefined>): void {
    const { id, indicator, asset, verdict, evidence, verdicts, count } = finding;
    if (this.tallies.has(id)) return this.problem(`findings.jsonl: ${id} stands there twice`);
    this.tallies.set(id, { finding, verdicts: new Map() });
    if (id !== findingId({ type: indicator.type, value: indicator.name }, asset, verdict))
      this.problem(`finding ${id}: the id is not that of its indicator, asset and verdict`);
    if (Object.values(verdicts).reduce((n, of) => n + of, 0) !== count)
      this.problem(`finding ${id}: its verdicts do not sum to its count`);
    for (const piece of evidence) {
      this.evidence.set(placeOf(id, piece), { finding: id, piece });
      if (piece.sha256 !== hashes.get(piece.path))
        this.problem(`finding ${id}: the SHA-256 of ${piece.path} is not that of coverage.json`);
    }
  }

  private compare(finding: Finding, counted: ReadonlyMap<Verdict, number>): void {
    for (const verdict of VERDICTS) {
      const [said, found] = [finding.verdicts[verdict] ?? 0, counted.get(verdict) ?? 0];
      if (said !== found)
        this.problem(`finding ${finding.id}: ${said} of ${verdict} in findings.jsonl, ${found} in sightings.jsonl`);
    }
  }

  private same(what: string, counts: Record<string, number>): void {
    if (new Set(Object.values(counts)).size > 1)
      this.problem(
        `${what}: ${Object.entries(counts)
          .map(([where, count]) => `${count} in ${where}`)
          .join(", ")}`,
      );
  }
}

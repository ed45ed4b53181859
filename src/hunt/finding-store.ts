/**
 * The hunt's findings, in bounded memory: there may be one for each pair of a listed address and an own one, millions in all. Past a
 * limit drafts go to disk sorted by id, are merged from there, and sorted again into the order that findings are told in.
 */
import { LEVELS, VERDICTS, type Finding, type FindingList, type Judgement, type Sighting } from "../model/sighting.js";
import { packed, unpacked, FindingsBuilder, type FindingDraft, type PackedDraft } from "../triage/findings.js";
import { SortedRuns } from "./sorted-runs.js";
import { TemporaryFile } from "./temporary-file.js";

/** Drafts kept in memory; each is some two kilobytes. */
const IN_MEMORY = 8192;

/** Adds what is known at the end alone. */
export type Complete = (finding: Finding) => Finding;

export class FindingStore {
  private readonly builder = new FindingsBuilder();
  private runs: SortedRuns | undefined;
  private file: TemporaryFile | undefined;

  constructor(private readonly limit = IN_MEMORY) {}

  add(sighting: Omit<Sighting, "judgement">, judgement: Judgement, source: number): void {
    this.builder.add(sighting, judgement, source);
    this.bound();
  }

  merge(drafts: Iterable<FindingDraft>): void {
    this.builder.merge(drafts);
    this.bound();
  }

  /**
   * The findings in their order. Call once.
   * @param completing is told the values of all indicators that were met
   */
  list(completing: (values: ReadonlySet<string>) => Complete): FindingList {
    if (!this.runs) {
      const findings = this.builder.findings();
      const complete = completing(new Set(findings.map(({ indicator }) => indicator.name)));
      return findings.map(complete);
    }
    this.spill();
    const values = new Set<string>();
    const ordered = new SortedRuns();
    for (const finding of this.merged()) {
      values.add(finding.indicator.name);
      ordered.add(orderOf(finding), JSON.stringify(finding));
    }
    return this.written(ordered, completing(values));
  }

  /** Lets go of temporary files; lists are empty from then on. */
  dispose(): void {
    this.runs?.dispose();
    this.file?.close();
    this.file = undefined;
  }

  private bound(): void {
    if (this.builder.size > this.limit) this.spill();
  }

  private spill(): void {
    this.runs ??= new SortedRuns();
    for (const draft of this.builder.take()) this.runs.add(draft.id, JSON.stringify(packed(draft)));
  }

  /** Each finding once, by id. */
  private *merged(): Generator<Finding> {
    let id: string | undefined;
    for (const { key, text } of this.runs!.merged()) {
      if (key !== id) yield* this.finished();
      id = key;
      this.builder.merge([unpacked(JSON.parse(text) as PackedDraft)]);
    }
    yield* this.finished();
  }

  private finished(): Finding[] {
    const findings = this.builder.findings();
    this.builder.take();
    return findings;
  }

  private written(ordered: SortedRuns, complete: Complete): FindingList {
    const file = (this.file = new TemporaryFile());
    let length = 0;
    for (const { text } of ordered.merged()) {
      file.write(`${JSON.stringify(complete(JSON.parse(text) as Finding))}\n`);
      length++;
    }
    return {
      length,
      *[Symbol.iterator]() {
        for (const line of file.lines()) yield JSON.parse(line) as Finding;
      },
    };
  }
}

const DIGITS = 16;

/** Sorts as `FindingsBuilder.findings` does. */
function orderOf({ level, verdict, count, indicator, asset }: Finding): string {
  const rank = String.fromCharCode(65 + LEVELS.indexOf(level), 65 + VERDICTS.indexOf(verdict));
  const seldom = String(10 ** (DIGITS - 1) - count).padStart(DIGITS, "0");
  return `${rank}${seldom}${indicator.name}\0${asset}`.replace(/[\t\n]/g, " ");
}

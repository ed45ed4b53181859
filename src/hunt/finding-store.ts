/**
 * The hunt's findings, in bounded memory: there may be one for each pair of a listed address and an own one, millions in all. Past a
 * limit drafts go to disk sorted by id, are merged from there, and sorted again into the order that findings are told in.
 */
import { LEVELS, VERDICTS, type Finding, type FindingList, type Judgement, type Sighting } from "../model/sighting.js";
import { FindingsBuilder } from "../triage/findings.js";
import { draftJson, draftOf, entriesOf, type DraftRun } from "./draft-run.js";
import { keyed, SortedRuns } from "./sorted-runs.js";
import { TemporaryFile } from "./temporary-file.js";

/** Drafts kept in memory; each is some two kilobytes. */
const IN_MEMORY = 8192;
/** A run of so many bytes goes to disk as it is, once any has: what is in it would soon go there too. */
const RUN_BYTES = 256 * 1024;

/** Adds what is known at the end alone. */
export type Complete = (finding: Finding) => Finding;

/** The output's JSON of a finding; read back, it is one. Passed in, so that the hunt does not depend on the report. */
export type SerialiseFinding = (finding: Finding) => string;

export class FindingStore {
  private readonly builder = new FindingsBuilder();
  /** Text: the line base, a tab, the draft. */
  private runs: SortedRuns | undefined;
  private file: TemporaryFile | undefined;
  /** Of the indicators whose drafts are on disk. */
  private readonly values = new Set<string>();

  constructor(
    private readonly serialise: SerialiseFinding,
    private readonly limit = IN_MEMORY,
    private readonly runBytes = RUN_BYTES,
  ) {}

  add(sighting: Omit<Sighting, "judgement">, judgement: Judgement, source: number): void {
    this.builder.add(sighting, judgement, source);
    this.bound();
  }

  /** @param lineBase lines before the part of the file that the run is from */
  merge({ drafts, values }: DraftRun, lineBase: number): void {
    if (drafts.length === 0) return;
    if (this.runs && drafts.length >= this.runBytes) {
      for (const value of values) this.values.add(value);
      this.runs.addSorted(drafts, `${lineBase}\t`);
      return;
    }
    for (const { text } of entriesOf(drafts)) this.builder.merge([draftOf(text, lineBase)]);
    this.bound();
  }

  /**
   * The findings in their order, worked out when they are first asked for: whoever wants sightings alone need not wait. Call once, when
   * all is in.
   * @param completing is told the values of all indicators that were met
   */
  list(completing: (values: ReadonlySet<string>) => Complete): Required<FindingList> {
    let known: FindingList | undefined;
    const list = (): FindingList => (known ??= this.ordered(completing));
    return {
      get length() {
        return list().length;
      },
      [Symbol.iterator]: () => list()[Symbol.iterator](),
      texts: () => this.textsOf(list()),
    };
  }

  private *textsOf(list: FindingList): Generator<string> {
    if (list.texts) yield* list.texts();
    else for (const finding of list) yield this.serialise(finding);
  }

  private ordered(completing: (values: ReadonlySet<string>) => Complete): FindingList {
    if (!this.runs) {
      const findings = this.builder.findings();
      const complete = completing(new Set(findings.map(({ indicator }) => indicator.name)));
      return findings.map(complete);
    }
    this.spill();
    const complete = completing(this.values);
    const ordered = new SortedRuns();
    let length = 0;
    for (const finding of this.merged()) {
      ordered.add(orderOf(finding), this.serialise(complete(finding)));
      length++;
    }
    return this.written(ordered, length);
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
    for (const draft of this.builder.take()) {
      this.values.add(draft.indicator.name);
      this.runs.add(draft.id, `0\t${draftJson(draft)}`);
    }
  }

  /** Each finding once, by id. */
  private *merged(): Generator<Finding> {
    let id: string | undefined;
    for (const { key, text } of this.runs!.merged()) {
      if (key !== id) yield* this.finished();
      id = key;
      const { key: lineBase, text: json } = keyed(text);
      this.builder.merge([draftOf(json, Number(lineBase))]);
    }
    yield* this.finished();
  }

  private finished(): Finding[] {
    const findings = this.builder.findings();
    this.builder.take();
    return findings;
  }

  private written(ordered: SortedRuns, length: number): FindingList {
    const file = (this.file = new TemporaryFile());
    for (const { text } of ordered.merged()) file.write(`${text}\n`);
    return {
      length,
      texts: () => file.lines(),
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

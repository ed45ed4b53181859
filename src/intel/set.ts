/** Merges what readers found into one IndicatorSet. Merging never loses who said what. */
import { createHash } from "node:crypto";
import type {
  Assertion,
  Indicator,
  IndicatorRole,
  IndicatorSet,
  IntelError,
  IntelFile,
  Rejection,
} from "../model/indicator.js";
import type { Candidate } from "./candidate.js";
import { ROLE_ORDER, stricter } from "./markings.js";
import { normalise, type Refusal, type Value } from "./normalise.js";

/** What holds for indicators that say nothing of their own. */
export interface Defaults {
  role?: IndicatorRole;
  /** Epoch milliseconds, inclusive. */
  validFrom?: number;
  validUntil?: number;
  /** Added to every indicator's own. */
  labels?: readonly string[];
}

/** Kept for each file; the count goes on. A domain feed of a million lines would otherwise fill the memory. */
export const MAX_REJECTIONS_PER_FILE = 10_000;
const MAX_TEXT = 200;

const NO_LABELS: readonly string[] = Object.freeze([]);

/** Sorted and unique, and one array for the same labels: feeds repeat them a million times. */
class LabelPool {
  private readonly pool = new Map<string, string[]>();

  private readonly none: string[] = [];

  get(labels: readonly string[]): string[] {
    if (labels.length === 0) return this.none;
    const sorted = [...new Set(labels)].sort();
    const key = sorted.join("\0");
    const known = this.pool.get(key);
    if (known) return known;
    if (this.pool.size < 100_000) this.pool.set(key, sorted);
    return sorted;
  }
}

function strongest(a: IndicatorRole, b: IndicatorRole): IndicatorRole {
  return ROLE_ORDER.indexOf(a) <= ROLE_ORDER.indexOf(b) ? a : b;
}

/** The candidate's own validity, its open ends closed by the defaults unless that would leave no time at all. */
function validity(candidate: Candidate, defaults: Defaults): { from: number | undefined; until: number | undefined } {
  const from = candidate.validFrom ?? defaults.validFrom;
  const until = candidate.validUntil ?? defaults.validUntil;
  if (from !== undefined && until !== undefined && until < from)
    return { from: candidate.validFrom, until: candidate.validUntil };
  return { from, until };
}

/** Sorted by first address, then last. Keys in typed arrays: a million big integers take seconds to compare. */
function sortIpv4(indicators: readonly Indicator[]): Indicator[] {
  const first = Float64Array.from(indicators, (indicator) => Number(indicator.range.first));
  const last = Float64Array.from(indicators, (indicator) => Number(indicator.range.last));
  const order = Uint32Array.from(indicators.keys());
  order.sort((a, b) => first[a]! - first[b]! || last[a]! - last[b]!);
  return Array.from(order, (index) => indicators[index]!);
}

function compareRanges({ range: a }: Indicator, { range: b }: Indicator): number {
  if (a.first !== b.first) return a.first < b.first ? -1 : 1;
  return a.last === b.last ? 0 : a.last < b.last ? -1 : 1;
}

/** By type, then by range: the same set is in the same order however it was read. */
function inOrder(indicators: Iterable<Indicator>): Indicator[] {
  const v4: Indicator[] = [];
  const v6: Indicator[] = [];
  for (const indicator of indicators) (indicator.range.version === 4 ? v4 : v6).push(indicator);
  return sortIpv4(v4).concat(v6.sort(compareRanges));
}

/** SHA-256 over one line for each indicator in the set's order: type, value, role, validity, labels, apart by tabs. */
export function hashIndicators(indicators: readonly Indicator[]): string {
  const hash = createHash("sha256");
  let lines = "";
  let labels: readonly string[] = [];
  let labelText = "[]";
  for (const i of indicators) {
    if (i.labels !== labels) {
      labels = i.labels;
      labelText = JSON.stringify(labels);
    }
    lines += `${i.type}\t${i.value}\t${i.role}\t${i.validFrom ?? ""}\t${i.validUntil ?? ""}\t${labelText}\n`;
    if (lines.length > 65_536) {
      hash.update(lines);
      lines = "";
    }
  }
  return hash.update(lines).digest("hex");
}

/** Adds one file's findings to the set under construction. */
export class FileEntry {
  readonly counts: IntelFile;
  readonly rejections: Rejection[] = [];

  constructor(
    private readonly builder: SetBuilder,
    file: string,
    reader: string,
  ) {
    this.counts = { file, reader, accepted: 0, duplicates: 0, rejected: 0 };
  }

  candidate(candidate: Candidate): void {
    const result = normalise(candidate.text);
    if (!Array.isArray(result)) this.refuse(candidate, result);
    else for (const value of result) this.builder.add(value, candidate, this.counts);
  }

  private refuse(candidate: Candidate, refusal: Refusal): void {
    this.reject(candidate.line, candidate.text, refusal.reason);
  }

  reject(line: number, text: string, reason: string): void {
    this.counts.rejected++;
    if (this.rejections.length < MAX_REJECTIONS_PER_FILE)
      this.rejections.push({ file: this.counts.file, line, text: text.slice(0, MAX_TEXT), reason });
  }

  get usable(): boolean {
    return this.counts.accepted + this.counts.duplicates > 0;
  }

  /** Replaces all rejections by one: for a file that turns out to hold no intel. */
  summarise(because?: string): void {
    const reasons = new Map<string, number>();
    for (const { reason } of this.rejections) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    const top = [...reasons].sort((a, b) => b[1] - a[1])[0];
    const why = because ? `: ${because}` : top ? `: ${this.counts.rejected} lines, most because "${top[0]}"` : "";
    this.rejections.length = 0;
    this.rejections.push({ file: this.counts.file, line: 0, text: "", reason: `no indicator in this file${why}` });
    this.counts.rejected = 1;
  }
}

export class SetBuilder {
  private readonly byValue = new Map<string, Indicator>();
  /** The strongest role that an assertion names, for values that have one. */
  private readonly roles = new Map<string, IndicatorRole>();
  private readonly pool = new LabelPool();
  private readonly defaultLabels: string[];
  readonly errors: IntelError[] = [];
  private readonly entries: FileEntry[] = [];

  constructor(private readonly defaults: Defaults) {
    this.defaultLabels = this.pool.get(defaults.labels ?? []);
  }

  file(name: string, reader: string): FileEntry {
    const entry = new FileEntry(this, name, reader);
    this.entries.push(entry);
    return entry;
  }

  add(value: Value, candidate: Candidate, counts: IntelFile): void {
    const assertion = this.assertion(value, candidate, counts.file);
    const { from, until } = validity(candidate, this.defaults);
    const known = this.byValue.get(value.value);
    if (!known) {
      counts.accepted++;
      const labels = this.merged(this.defaultLabels, assertion.labels);
      const { type, range } = value;
      const role = this.defaults.role ?? "unknown";
      const made: Indicator = { type, value: value.value, range, role, labels, assertions: [assertion] };
      if (from !== undefined) made.validFrom = from;
      if (until !== undefined) made.validUntil = until;
      if (candidate.tlp !== undefined) made.tlp = candidate.tlp;
      if (candidate.role !== undefined) this.stateRole(made, candidate.role);
      this.byValue.set(value.value, made);
      return;
    }
    counts.duplicates++;
    known.assertions.push(assertion);
    known.labels = this.merged(known.labels, assertion.labels);
    // The union of all windows; an assertion without a bound leaves that side open.
    if (from === undefined) delete known.validFrom;
    else if (known.validFrom !== undefined) known.validFrom = Math.min(known.validFrom, from);
    if (until === undefined) delete known.validUntil;
    else if (known.validUntil !== undefined) known.validUntil = Math.max(known.validUntil, until);
    const tlp = stricter(known.tlp, candidate.tlp);
    if (tlp !== undefined) known.tlp = tlp;
    if (candidate.role !== undefined) this.stateRole(known, candidate.role);
  }

  private stateRole(indicator: Indicator, role: IndicatorRole): void {
    const stated = this.roles.get(indicator.value);
    indicator.role = stated === undefined ? role : strongest(stated, role);
    this.roles.set(indicator.value, indicator.role);
  }

  private merged(a: string[], b: readonly string[]): string[] {
    return b.length === 0 ? a : this.pool.get([...a, ...b]);
  }

  private assertion(value: Value, candidate: Candidate, file: string): Assertion {
    const made: Assertion = {
      file,
      line: candidate.line,
      original: candidate.text.length > MAX_TEXT * 10 ? candidate.text.slice(0, MAX_TEXT * 10) : candidate.text,
      labels: this.pool.get(candidate.labels ?? NO_LABELS),
    };
    const notes = [...(candidate.notes ?? []), ...(value.note === undefined ? [] : [value.note])];
    if (candidate.feed !== undefined) made.feed = candidate.feed;
    if (candidate.statedType !== undefined) made.statedType = candidate.statedType;
    if (candidate.published !== undefined) made.published = candidate.published;
    if (candidate.tlp !== undefined) made.tlp = candidate.tlp;
    if (candidate.confidence !== undefined) made.confidence = candidate.confidence;
    if (candidate.comment !== undefined) made.comment = candidate.comment;
    if (notes.length > 0) made.notes = notes;
    return made;
  }

  build(): IndicatorSet {
    const indicators = inOrder(this.byValue.values());
    let hash: string | undefined;
    return {
      indicators,
      rejections: this.entries.flatMap((entry) => entry.rejections),
      files: this.entries.map((entry) => entry.counts),
      errors: this.errors,
      // Only when asked for: a hunt that keeps nothing has no use for it, and a large set takes a while.
      get hash() {
        return (hash ??= hashIndicators(indicators));
      },
    };
  }
}

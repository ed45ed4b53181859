/** Merges what readers found into one IndicatorSet. Merging never loses who said what. */
import type {
  Assertion,
  Indicator,
  IndicatorRole,
  IndicatorSet,
  IntelError,
  IntelFile,
  Rejection,
  Tlp,
} from "../model/indicator.js";
import type { Candidate, Place, Sink } from "./candidate.js";
import { LabelPool } from "./labels.js";
import { parseConfidence, ROLE_ORDER, stricter } from "./markings.js";
import { normalise, type Value } from "./normalise.js";
import { hashIndicators, inOrder } from "./order.js";

/** What holds for indicators that say nothing of their own. */
export interface Defaults {
  role?: IndicatorRole;
  /** Epoch milliseconds, inclusive. */
  validFrom?: number;
  validUntil?: number;
  /** Added to every indicator's own. */
  labels?: readonly string[];
}

/** What the analyst says of one source: it holds whatever the source itself says. Labels are added. */
export interface Overrides extends Defaults {
  /** 0 to 100. */
  confidence?: number;
  tlp?: Tlp;
  /** The name to show for it. */
  feed?: string;
}

/** What a warning list has to say of a value; undefined for nothing. */
export interface Warning {
  /** Must not be hunted, and why. */
  setAside?: string;
  /** Lists that call it known-benign. */
  benign?: readonly string[];
  /** Kept with the assertion. */
  notes?: readonly string[];
}
export type Judge = (value: Value) => Warning | undefined;

/** Kept for each file; the count goes on. A feed of a million broken lines would otherwise fill the memory. */
export const MAX_REJECTIONS_PER_FILE = 10_000;
const MAX_TEXT = 200;
const MAX_ORIGINAL = 2000;

function strongest(a: IndicatorRole, b: IndicatorRole): IndicatorRole {
  return ROLE_ORDER.indexOf(a) <= ROLE_ORDER.indexOf(b) ? a : b;
}

/** Types whose values could be taken for those of another. */
const ALIKE: ReadonlySet<string> = new Set(["ja3", "ja3s", "user-agent"]);

/** Types that a port may come with. */
const PORTED: ReadonlySet<string> = new Set(["ipv4-addr", "ipv6-addr", "domain-name"]);

/** What makes two values the same indicator. */
function keyOf({ type, value }: { type: string; value: string }): string {
  return ALIKE.has(type) ? `${type}:${value}` : value;
}

function placeOf({ file, line, object, original }: Assertion): string {
  return JSON.stringify([file, line, object, original]);
}

/** Adds one file's findings to the set under construction. */
export class FileEntry implements Sink {
  readonly counts: IntelFile;
  readonly rejections: Rejection[] = [];

  constructor(
    private readonly builder: SetBuilder,
    file: string,
    reader: string,
    readonly overrides: Overrides,
  ) {
    this.counts = { file, reader, accepted: 0, duplicates: 0, rejected: 0, setAside: 0 };
  }

  candidate(candidate: Candidate): void {
    const result = normalise(candidate.text, candidate.as);
    if (Array.isArray(result)) for (const value of result) this.builder.add(value, candidate, this);
    else this.reject(candidate, candidate.text, result.reason);
  }

  reject(place: number | Place, text: string, reason: string): void {
    this.counts.rejected++;
    this.list(place, text, reason);
  }

  setAside(place: number | Place, text: string, reason: string): void {
    this.counts.setAside++;
    this.list(place, text, reason, true);
  }

  private list(place: number | Place, text: string, reason: string, setAside?: true): void {
    if (this.rejections.length >= MAX_REJECTIONS_PER_FILE) return;
    const { line, object } = typeof place === "number" ? { line: place, object: undefined } : place;
    const made: Rejection = { file: this.counts.file, line, text: text.slice(0, MAX_TEXT), reason };
    if (object !== undefined) made.object = object;
    if (setAside) made.setAside = true;
    this.rejections.push(made);
  }

  get usable(): boolean {
    return this.counts.accepted + this.counts.duplicates + this.counts.setAside > 0;
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
  private readonly byKey = new Map<string, Indicator>();
  /** Those whose role somebody stated. */
  private readonly roleStated = new Set<Indicator>();
  private readonly pool = new LabelPool();
  private readonly defaultLabels: string[];
  readonly errors: IntelError[] = [];
  private readonly entries: FileEntry[] = [];

  constructor(
    private readonly defaults: Defaults,
    private readonly judge: Judge = () => undefined,
  ) {
    this.defaultLabels = this.pool.get(defaults.labels);
  }

  file(name: string, reader: string, overrides: Overrides = {}): FileEntry {
    const entry = new FileEntry(this, name, reader, overrides);
    this.entries.push(entry);
    return entry;
  }

  add(value: Value, candidate: Candidate, entry: FileEntry): void {
    const key = keyOf(value);
    let indicator = this.byKey.get(key);
    const warning = this.judge(value);
    if (warning?.setAside !== undefined) {
      entry.setAside(candidate, candidate.text, warning.setAside);
      return;
    }
    const assertion = this.assertion(value, candidate, entry, warning?.notes);
    const isFirst = indicator === undefined;
    if (indicator === undefined) {
      entry.counts.accepted++;
      indicator = this.first(value, warning, assertion);
      this.byKey.set(key, indicator);
    } else {
      entry.counts.duplicates++;
      indicator.assertions.push(assertion);
    }
    this.state(indicator, value, candidate, assertion, entry.overrides, isFirst);
  }

  private first(value: Value, warning: Warning | undefined, assertion: Assertion): Indicator {
    const made: Indicator = {
      type: value.type,
      value: value.value,
      role: this.defaults.role ?? "unknown",
      labels: this.defaultLabels,
      // Not filled by a push: that would make room for seventeen, a hundred thousand times.
      assertions: [assertion],
    };
    if (value.range !== undefined) made.range = value.range;
    if (value.hash !== undefined) made.hash = value.hash;
    if (warning?.benign !== undefined && warning.benign.length > 0) made.benign = [...warning.benign];
    return made;
  }

  /** Merges what one assertion says into its indicator. */
  private state(
    indicator: Indicator,
    value: Value,
    candidate: Candidate,
    assertion: Assertion,
    overrides: Overrides,
    isFirst: boolean,
  ): void {
    indicator.labels = this.pool.union(indicator.labels, assertion.labels);
    this.mergeValidity(indicator, candidate, overrides, isFirst);
    const tlp = stricter(indicator.tlp, assertion.tlp);
    if (tlp !== undefined) indicator.tlp = tlp;
    const role = overrides.role ?? candidate.role;
    if (role !== undefined) {
      indicator.role = this.roleStated.has(indicator) ? strongest(indicator.role, role) : role;
      this.roleStated.add(indicator);
    }
    const confidence =
      overrides.confidence ?? (candidate.confidence === undefined ? undefined : parseConfidence(candidate.confidence));
    if (confidence !== undefined) indicator.confidence = Math.max(indicator.confidence ?? 0, confidence);
    // One who means the subdomains too is enough.
    if (value.type === "domain-name") {
      const exact = value.exact === true || candidate.exact === true;
      if (isFirst && exact) indicator.exact = true;
      else if (!exact) delete indicator.exact;
    }
    if (PORTED.has(value.type) && (value.port !== undefined || candidate.ports !== undefined)) {
      const ports = [
        ...(indicator.ports ?? []),
        ...(value.port === undefined ? (candidate.ports ?? []) : [value.port]),
      ];
      indicator.ports = [...new Set(ports)].sort((a, b) => a - b);
    }
  }

  /** The union of all windows; an assertion without a bound leaves that side open. */
  private mergeValidity(indicator: Indicator, candidate: Candidate, overrides: Overrides, isFirst: boolean): void {
    const { from, until } = this.validity(candidate, overrides);
    if (isFirst) {
      if (from !== undefined) indicator.validFrom = from;
      if (until !== undefined) indicator.validUntil = until;
      return;
    }
    if (from === undefined) delete indicator.validFrom;
    else if (indicator.validFrom !== undefined) indicator.validFrom = Math.min(indicator.validFrom, from);
    if (until === undefined) delete indicator.validUntil;
    else if (indicator.validUntil !== undefined) indicator.validUntil = Math.max(indicator.validUntil, until);
  }

  /** The source's own validity unless overridden, its open ends closed by the defaults unless that would leave no time at all. */
  private validity(
    candidate: Candidate,
    overrides: Overrides,
  ): { from: number | undefined; until: number | undefined } {
    const ownFrom = overrides.validFrom ?? candidate.validFrom;
    const ownUntil = overrides.validUntil ?? candidate.validUntil;
    const from = ownFrom ?? this.defaults.validFrom;
    const until = ownUntil ?? this.defaults.validUntil;
    if (from !== undefined && until !== undefined && until < from) return { from: ownFrom, until: ownUntil };
    return { from, until };
  }

  private assertion(
    value: Value,
    candidate: Candidate,
    entry: FileEntry,
    warnings: readonly string[] | undefined,
  ): Assertion {
    const { overrides } = entry;
    const own = this.pool.get(candidate.labels);
    const made: Assertion = {
      file: entry.counts.file,
      line: candidate.line,
      original: candidate.text.length > MAX_ORIGINAL ? candidate.text.slice(0, MAX_ORIGINAL) : candidate.text,
      labels: overrides.labels === undefined ? own : this.pool.union(own, this.pool.get(overrides.labels)),
    };
    const feed = overrides.feed ?? candidate.feed;
    const tlp = overrides.tlp ?? candidate.tlp;
    if (candidate.object !== undefined) made.object = candidate.object;
    if (candidate.revision !== undefined) made.revision = candidate.revision;
    if (feed !== undefined) made.feed = feed;
    if (candidate.statedType !== undefined) made.statedType = candidate.statedType;
    if (candidate.published !== undefined) made.published = candidate.published;
    if (tlp !== undefined) made.tlp = tlp;
    if (candidate.confidence !== undefined) made.confidence = candidate.confidence;
    if (candidate.comment !== undefined) made.comment = candidate.comment;
    if (candidate.context !== undefined) made.context = candidate.context;
    if (candidate.pattern !== undefined) made.pattern = candidate.pattern;
    if (candidate.related !== undefined) made.related = candidate.related;
    if (candidate.notes !== undefined || value.note !== undefined || warnings !== undefined) {
      const notes = [
        ...(candidate.notes ?? []),
        ...(value.note === undefined ? [] : [value.note]),
        ...(warnings ?? []),
      ];
      if (notes.length > 0) made.notes = notes;
    }
    return made;
  }

  /**
   * Takes over what an earlier load gave for a file that fails now: a feed that breaks must not silence what it said before.
   * Resolves to the number of its indicators.
   */
  keep(previous: IndicatorSet, file: string): number {
    let kept = 0;
    for (const indicator of previous.indicators) {
      const assertions = indicator.assertions.filter((assertion) => assertion.file === file);
      if (assertions.length === 0) continue;
      kept++;
      let known = this.byKey.get(keyOf(indicator));
      if (known === undefined) {
        known = { ...indicator, assertions };
        this.byKey.set(keyOf(indicator), known);
      } else {
        const said = new Set(known.assertions.map(placeOf));
        known.assertions.push(...assertions.filter((assertion) => !said.has(placeOf(assertion))));
        for (const { labels } of assertions) known.labels = this.pool.union(known.labels, labels);
        // What exactly this file contributed is not known any more: the wider window, the stronger role.
        known.role = strongest(known.role, indicator.role);
        if (indicator.validFrom === undefined) delete known.validFrom;
        if (indicator.validUntil === undefined) delete known.validUntil;
      }
      // A weaker role that a later file states must not take its place.
      if (known.role !== "unknown" && known.role !== this.defaults.role) this.roleStated.add(known);
    }
    return kept;
  }

  build(): IndicatorSet {
    const indicators = inOrder(this.byKey.values());
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

/** What a later hunt added to an earlier one: newer intel, more logs, other verdicts. */
import type { SourceCoverage } from "../model/coverage.js";
import type { KeptHunt } from "../model/kept-hunt.js";
import { LEVELS, VERDICTS, type Finding, type Level } from "../model/sighting.js";
import { worstFirst } from "./summary.js";
import { formatCount, minuteOf, plural, printable } from "./text.js";
import { periodWords, VERDICT_WORDS } from "./wording.js";

export interface FieldChange {
  /** Its key in the output file; `indicator.role` below `indicator`. */
  field: string;
  old: unknown;
  new: unknown;
}

export interface FindingChange {
  id: string;
  /** Of a worse verdict or a higher level than before. */
  worsened: boolean;
  changes: FieldChange[];
  /** As it is now. */
  finding: Finding;
}

export interface SourceChange {
  path: string;
  changes: FieldChange[];
}

export interface HuntDiff {
  /** `new` and `changed` as they are now, `gone` as they were; worst first. */
  findings: { new: Finding[]; gone: Finding[]; changed: FindingChange[]; unchanged: number };
  sources: { new: SourceCoverage[]; gone: SourceCoverage[]; changed: SourceChange[]; unchanged: number };
  indicators: { old: { count: number; hash: string }; new: { count: number; hash: string } };
  /** Whether each hunt read everything to its end: what an incomplete one lacks may have been there. */
  complete: { old: boolean; new: boolean };
}

type Fields<T> = Readonly<Record<string, (value: T) => unknown>>;

const FINDING_FIELDS: Fields<Finding> = {
  verdict: (f) => f.verdict,
  level: (f) => f.level,
  count: (f) => f.count,
  verdicts: (f) => VERDICTS.flatMap((v) => (f.verdicts[v] === undefined ? [] : [`${f.verdicts[v]} ${v}`])),
  first_seen: (f) => f.first_seen,
  last_seen: (f) => f.last_seen,
  "indicator.role": (f) => f.indicator.role,
  "indicator.labels": (f) => f.indicator.labels,
  "indicator.confidence": (f) => f.indicator.confidence,
  "indicator.tlp": (f) => f.indicator.tlp,
  "indicator.benign": (f) => f.indicator.benign,
};

const SOURCE_FIELDS: Fields<SourceCoverage> = {
  format: (s) => s.format,
  timezone: (s) => s.timezone,
  bytes: (s) => s.bytes,
  lines: (s) => s.lines,
  hits: (s) => s.hits,
  first_seen: (s) => s.first_seen,
  last_seen: (s) => s.last_seen,
  complete: (s) => s.complete,
  sha256: (s) => s.sha256,
};

function changesOf<T>(fields: Fields<T>, old: T, now: T): FieldChange[] {
  return Object.entries(fields).flatMap(([field, of]) => {
    const [before, after] = [of(old), of(now)];
    // A file that was hashed in one of the hunts only has not changed by that.
    const comparable = field !== "sha256" || (before !== undefined && after !== undefined);
    return comparable && JSON.stringify(before) !== JSON.stringify(after) ? [{ field, old: before, new: after }] : [];
  });
}

function worsened(old: Finding, now: Finding): boolean {
  const [level, verdict] = [LEVELS.indexOf(now.level), VERDICTS.indexOf(now.verdict)];
  return level < LEVELS.indexOf(old.level) || verdict < VERDICTS.indexOf(old.verdict);
}

export function diffHunts(old: KeptHunt, now: KeptHunt): HuntDiff {
  const before = new Map(old.findings.map((finding) => [finding.id, finding]));
  const after = new Set(now.findings.map(({ id }) => id));
  const added: Finding[] = [];
  const changed: FindingChange[] = [];
  let unchanged = 0;
  for (const finding of worstFirst(now.findings)) {
    const known = before.get(finding.id);
    if (!known) {
      added.push(finding);
      continue;
    }
    const changes = changesOf(FINDING_FIELDS, known, finding);
    if (changes.length === 0) unchanged++;
    else changed.push({ id: finding.id, worsened: worsened(known, finding), changes, finding });
  }
  return {
    findings: {
      new: added,
      gone: worstFirst(old.findings.filter(({ id }) => !after.has(id))),
      changed,
      unchanged,
    },
    sources: diffSources(old.coverage.sources, now.coverage.sources),
    indicators: { old: old.manifest.indicators, new: now.manifest.indicators },
    complete: { old: old.manifest.complete, new: now.manifest.complete },
  };
}

function diffSources(old: readonly SourceCoverage[], now: readonly SourceCoverage[]): HuntDiff["sources"] {
  const before = new Map(old.map((source) => [source.path, source]));
  const after = new Map(now.map((source) => [source.path, source]));
  const out: HuntDiff["sources"] = { new: [], gone: [], changed: [], unchanged: 0 };
  for (const [path, source] of after) {
    const known = before.get(path);
    if (!known) {
      out.new.push(source);
      continue;
    }
    const changes = changesOf(SOURCE_FIELDS, known, source);
    if (changes.length === 0) out.unchanged++;
    else out.changed.push({ path, changes });
  }
  for (const [path, source] of before) if (!after.has(path)) out.gone.push(source);
  return out;
}

/** A new or worsened finding is at this level or above it. */
export function reachesLevel({ findings }: HuntDiff, level: Level): boolean {
  const worse = findings.changed.filter((change) => change.worsened).map(({ finding }) => finding);
  return [...findings.new, ...worse].some((finding) => LEVELS.indexOf(finding.level) <= LEVELS.indexOf(level));
}

/** Lines of one kind that are told; `--json` has them all. */
const TOLD = 100;

export function renderDiff({ findings, sources, indicators, complete }: HuntDiff): string {
  const lines = [
    `Findings: ${countWords({ ...findings })}.`,
    ...told("+", findings.new.map(findingWords)),
    ...told("-", findings.gone.map(findingWords)),
    ...told("~", findings.changed.map(changeWords)),
    `Sources: ${countWords({ ...sources })}.`,
    ...told(
      "+",
      sources.new.map((s) => `${s.path}: ${plural(s.lines, "line")}, ${plural(s.hits, "hit")}`),
    ),
    ...told(
      "-",
      sources.gone.map((s) => s.path),
    ),
    ...told(
      "~",
      sources.changed.map(({ path, changes }) => `${path}: ${fieldWords(changes)}`),
    ),
    indicators.old.hash === indicators.new.hash
      ? `Indicators: the same ${formatCount(indicators.new.count)}.`
      : `Indicators: ${formatCount(indicators.old.count)} then, ${formatCount(indicators.new.count)} now.`,
    ...(complete.old ? [] : ["! The old hunt was not complete: what is new may have been there before."]),
    ...(complete.new ? [] : ["! The new hunt was not complete: what is gone may still be there."]),
  ];
  return `${lines.map(printable).join("\n")}\n`;
}

function countWords(of: { new: unknown[]; gone: unknown[]; changed: unknown[]; unchanged: number }): string {
  const count = (n: number): string => formatCount(n);
  return `${count(of.new.length)} new, ${count(of.gone.length)} gone, ${count(of.changed.length)} changed, ${count(of.unchanged)} as before`;
}

function told(sign: string, lines: readonly string[]): string[] {
  const more = lines.length - TOLD;
  return [
    ...lines.slice(0, TOLD).map((line) => `${sign} ${line}`),
    ...(more > 0 ? [`${sign} … and ${formatCount(more)} more: see --json`] : []),
  ];
}

function findingWords({ id, verdict, level, indicator, asset, count, first_seen, last_seen }: Finding): string {
  return `${VERDICT_WORDS[verdict].one} (${level}): ${indicator.name} and ${asset}, ${plural(count, "sighting")}, ${periodWords(first_seen, last_seen)}, finding ${id}`;
}

function changeWords({ id, worsened: worse, changes, finding }: FindingChange): string {
  return `${finding.indicator.name} and ${finding.asset}, finding ${id}${worse ? ", worse than before" : ""}: ${fieldWords(changes)}`;
}

function fieldWords(changes: readonly FieldChange[]): string {
  return changes.map(({ field, old, new: now }) => `${field} ${value(field, old)} → ${value(field, now)}`).join("; ");
}

function value(field: string, of: unknown): string {
  if (of === undefined) return "none";
  if (Array.isArray(of)) return of.join(", ") || "none";
  return field.endsWith("_seen") ? minuteOf(String(of)) : typeof of === "number" ? formatCount(of) : String(of);
}

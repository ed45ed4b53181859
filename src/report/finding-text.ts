/** One finding for a terminal: what it says, why, who said so, when, and the lines it rests on. */
import { VERDICTS, type AssertionRef, type Evidence, type Finding } from "../model/sighting.js";
import { formatCount, plural, printable, truncate, wrap } from "./text.js";
import { periodWords, STANDING_SENTENCE, VERDICT_WORDS } from "./wording.js";

/** A piece of evidence with what stands around it now. */
export interface ShownEvidence {
  evidence: Evidence;
  /** The neighbours in the log; empty where it was not read again. */
  before: readonly string[];
  after: readonly string[];
  /** What is to be said of it: that the log is not there any more. */
  remark?: string;
}

/** Days that are listed one by one; a longer time is told by months. */
const DAYS = 31;
const BAR = 30;
/** Characters of a neighbour. */
const NEIGHBOUR = 400;
/** Width of the names in front. */
const NAME = 12;

export function renderFinding(finding: Finding, shown: readonly ShownEvidence[], columns: number): string {
  const width = Math.max(40, columns);
  const { verdict, level, indicator, asset, count, reasons, id } = finding;
  const lines: string[] = [];
  const field = (name: string, texts: readonly string[]): void => {
    texts
      .flatMap((text) => wrap(printable(text), width - NAME))
      .forEach((line, i) => lines.push(`${(i === 0 ? name : "").padEnd(NAME)}${line}`));
  };
  const words = VERDICT_WORDS[verdict];
  lines.push(...wrap(printable(`${words.one.toUpperCase()} (${level}): ${indicator.name} and ${asset}`), width));
  lines.push(...wrap(words.means, width), "");
  field("Why", reasons);
  field("Indicator", [indicatorWords(indicator)]);
  if ((indicator.benign ?? []).length > 0)
    field("Benign?", [`named by the warning list ${indicator.benign!.join(", ")}: the level is low at most`]);
  field("Said by", (indicator.assertions ?? []).map(assertionWords));
  const mixed = VERDICTS.filter((v) => (finding.verdicts[v] ?? 0) > 0).map(
    (v) => `${formatCount(finding.verdicts[v]!)} ${v}`,
  );
  field("When", [`${periodWords(finding.first_seen, finding.last_seen)} (UTC)`]);
  field("Sightings", [`${formatCount(count)}${mixed.length > 1 ? `: ${mixed.join(", ")}` : ""}`]);
  lines.push(...dayLines(finding, width));
  lines.push("", `Evidence: ${plural(shown.length, "line")} of ${formatCount(count)}.`);
  for (const one of shown) lines.push("", ...evidenceLines(one, width));
  lines.push("", ...wrap(STANDING_SENTENCE, width), `Finding ${printable(id)}`);
  return `${lines.join("\n")}\n`;
}

function indicatorWords({ type, name, role, labels, confidence, tlp }: Finding["indicator"]): string {
  return [
    `${type} ${name}`,
    `role ${role}`,
    ...(labels.length > 0 ? [labels.join(", ")] : []),
    ...(confidence === undefined ? [] : [`confidence ${confidence}`]),
    ...(tlp === undefined ? [] : [tlp]),
  ].join("; ");
}

function assertionWords({ file, feed, line, object, published, revision }: AssertionRef): string {
  const more = [
    ...(feed === undefined ? [] : [feed]),
    ...(object === undefined ? [] : [object]),
    ...(published === undefined ? [] : [`published ${published}`]),
    ...(revision === undefined ? [] : [`revision ${revision}`]),
  ];
  return `${file}${line === undefined ? "" : `:${line}`}${more.length > 0 ? ` (${more.join(", ")})` : ""}`;
}

/** Sightings a day, or a month where there are many days, each with a bar. */
function dayLines({ days, count }: Finding, width: number): string[] {
  const dated = Object.entries(days).sort(([a], [b]) => (a < b ? -1 : 1));
  const counts = new Map<string, number>();
  for (const [day, n] of dated) {
    const key = dated.length > DAYS ? day.slice(0, 7) : day;
    counts.set(key, (counts.get(key) ?? 0) + n);
  }
  const most = Math.max(0, ...counts.values());
  const digits = formatCount(most).length;
  const bar = Math.max(1, Math.min(BAR, width - NAME - 10 - digits - 4));
  const lines = [...counts].map(
    ([key, n], i) =>
      `${(i === 0 ? (dated.length > DAYS ? "Per month" : "Per day") : "").padEnd(NAME)}${printable(key).padEnd(10)}  ` +
      `${formatCount(n).padStart(digits)}  ${"█".repeat(Math.max(1, Math.round((n / most) * bar)))}`,
  );
  const undated = count - dated.reduce((sum, [, n]) => sum + n, 0);
  return undated > 0 ? [...lines, `${"".padEnd(NAME)}${"undated".padEnd(10)}  ${formatCount(undated)}`] : lines;
}

function evidenceLines({ evidence: e, before, after, remark }: ShownEvidence, width: number): string[] {
  const facts = [
    e.timestamp ?? "undated",
    e.verdict,
    `byte ${formatCount(e.offset)}`,
    ...(e.format === undefined ? [] : [`format ${e.format}`]),
    ...(e.timezone === undefined ? [] : [`time zone ${e.timezone}`]),
  ];
  const digits = String(e.line + after.length).length;
  const gutter = (number: number, mark: string): string => `${mark} ${String(number).padStart(digits)} │ `;
  const neighbour = (number: number, text: string): string =>
    `${gutter(number, " ")}${truncate(printable(text), NEIGHBOUR)}`;
  return [
    printable(`${e.path}:${e.line}`),
    ...wrap(printable(facts.join(" · ")), width - 2).map((line) => `  ${line}`),
    ...(e.sha256 === undefined ? [] : [`  SHA-256 ${printable(e.sha256)}`]),
    ...(remark === undefined ? [] : wrap(printable(`! ${remark}`), width - 2).map((line) => `  ${line}`)),
    ...before.map((text, i) => neighbour(e.line - before.length + i, text)),
    `${gutter(e.line, ">")}${printable(e.original)}`,
    ...after.map((text, i) => neighbour(e.line + 1 + i, text)),
  ];
}

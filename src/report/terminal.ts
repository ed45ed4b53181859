/** The summary on a terminal: worst first, bounded, and never a control character from a log. */
import pc from "picocolors";
import type { SourceCoverage } from "../model/coverage.js";
import type { Finding, Level } from "../model/sighting.js";
import { backgroundSentence, validitySentence } from "./background-words.js";
import { assuranceSentence, ledgerSentence } from "./ledger-words.js";
import { NEXT_STEPS } from "./next-steps.js";
import type { HuntSummary } from "./summary.js";
import { totalsOf } from "./totals.js";
import { formatCount, plural, printable, truncate, truncateMiddle, wrap } from "./text.js";
import {
  coverageSentence,
  headline,
  huntSentence,
  isWhole,
  isAddressType,
  NOTHING_SENTENCE,
  periodWords,
  reasonWords,
  STANDING_SENTENCE,
  verdictCountWords,
} from "./wording.js";

export interface TerminalOptions {
  /** The caller decides (NO_COLOR, --color, a TTY). */
  color: boolean;
  /** Columns. */
  width: number;
}

const MAX_FINDINGS = 20;
const MAX_ERRORS = 10;
/** The report has all of them. */
const MAX_STEPS = 3;
const MIN_TABLE_WIDTH = 76;
/** Widest a column may grow, in columns: an IPv6 address, a host name. */
const MAX_INDICATOR = 39;
const MAX_ASSET = 32;

type Formatter = (text: string) => string;
type Paint = Record<Level | "dim" | "bold" | "good", Formatter>;

function paints(color: boolean): Paint {
  const c = pc.createColors(color);
  return {
    critical: (s) => c.bold(c.red(s)),
    high: c.red,
    medium: c.yellow,
    low: c.cyan,
    info: c.dim,
    dim: c.dim,
    bold: c.bold,
    good: c.green,
  };
}

/** Returns text that ends with a line end. Deterministic: the same input gives the same bytes. */
export function renderSummary(input: HuntSummary, options: TerminalOptions): string {
  const paint = paints(options.color);
  const width = Math.max(40, options.width);
  const lines: string[] = [];
  const paragraph = (text: string, format: Formatter = (s) => s): void => {
    for (const line of wrap(text, width)) lines.push(format(line));
  };

  const answer = headline(input);
  const tone = answer.level === undefined ? (isWhole(input, answer) ? paint.good : paint.medium) : paint[answer.level];
  paragraph(answer.text, (s) => paint.bold(tone(s)));
  const others = totalsOf(input.findings).byVerdict.filter((c) => c.findings > 0);
  if (others.length > 1) paragraph(`In all: ${others.map(verdictCountWords).join(", ")}.`);
  for (const caveat of answer.caveats) paragraph(`! ${caveat}`, paint.medium);

  if (input.findings.length > 0) {
    lines.push("");
    const { worst } = totalsOf(input.findings);
    const shown = worst.slice(0, MAX_FINDINGS);
    lines.push(...(width >= MIN_TABLE_WIDTH ? table(shown, width, paint) : stacked(shown, width, paint)));
    const rest = input.findings.length - shown.length;
    if (rest > 0)
      lines.push(
        truncate(
          `… and ${formatCount(rest)} more: ` +
            (input.outDir === undefined
              ? "add -o DIR to keep them all"
              : `see ${printable(input.outDir)}/findings.jsonl`),
          width,
        ),
      );
    lines.push("");
    paragraph(STANDING_SENTENCE, paint.bold);
    const { verdict } = worst[0]!;
    paragraph(`Next, for the worst (${verdict}):`);
    for (const step of NEXT_STEPS[verdict].slice(0, MAX_STEPS)) lines.push(...indented(step, width));
    lines.push("");
    const validity = validitySentence(input.findings, input.otherWindow);
    if (validity !== undefined) paragraph(validity);
    const { background } = input.coverage;
    if (background !== undefined) paragraph(backgroundSentence(background));
  } else paragraph(NOTHING_SENTENCE);
  lines.push("");

  paragraph(coverageSentence(input));
  const { ledger } = input.coverage;
  paragraph(printable(ledgerSentence(ledger)));
  paragraph(assuranceSentence(ledger), ledger.assurance === "full" ? paint.good : paint.medium);
  lines.push(...errorLines(input.coverage.sources, width, paint, input.outDir));
  paragraph(huntSentence(input), paint.dim);
  paragraph(
    input.outDir === undefined
      ? "Nothing was written. Add -o DIR to keep sightings, findings, coverage and a report for people."
      : `Written to ${printable(input.outDir)}: report.html is for people, the rest for tools.`,
  );
  return `${lines.join("\n")}\n`;
}

interface Row {
  verdict: string;
  indicator: string;
  asset: string;
  times: string;
  when: string;
}

function row(f: Finding): Row {
  return {
    verdict: f.verdict,
    indicator: truncateMiddle(printable(f.indicator.name), MAX_INDICATOR),
    asset: truncate(printable(f.asset), MAX_ASSET),
    times: `${formatCount(f.count)}×`,
    when: periodWords(f.first_seen, f.last_seen),
  };
}

/** An address shows its type; of anything else the type is said. */
function why(f: Finding): string {
  const { type } = f.indicator;
  return printable(`${isAddressType(type) ? "" : `[${type}] `}${reasonWords(f.reasons)}`);
}

function table(findings: readonly Finding[], width: number, paint: Paint): string[] {
  const head: Row = {
    verdict: "VERDICT",
    indicator: "INDICATOR",
    asset: "OWN SIDE",
    times: "TIMES",
    when: "WHEN (UTC)",
  };
  const rows = findings.map(row);
  const span = (key: keyof Row): number => [head, ...rows].reduce((w, r) => Math.max(w, [...r[key]].length), 0);
  const widths = { verdict: span("verdict"), indicator: span("indicator"), times: span("times") };
  const when = span("when");
  // The own side gives way first, then goes short: who and when matter more than a long host name.
  const left = width - widths.verdict - widths.indicator - widths.times - when - 8;
  const asset = Math.min(span("asset"), Math.max(12, left));
  const cells = (r: Row): [string, string] => [
    r.verdict.padEnd(widths.verdict),
    `  ${pad(r.indicator, widths.indicator)}  ${pad(truncate(r.asset, asset), asset)}  ${r.times.padStart(widths.times)}  ${r.when}`,
  ];
  const fit = ([first, rest]: [string, string], color: Formatter): string =>
    color(first) + truncate(rest, width - first.length).trimEnd();
  const lines = [paint.dim(truncate(cells(head).join(""), width).trimEnd())];
  findings.forEach((f, i) => {
    lines.push(fit(cells(rows[i]!), paint[f.level]));
    const indent = " ".repeat(widths.verdict + 2);
    if (f.reasons.length > 0) lines.push(paint.dim(indent + truncate(why(f), width - indent.length)));
  });
  return lines;
}

function stacked(findings: readonly Finding[], width: number, paint: Paint): string[] {
  return findings.flatMap((f) => {
    const r = row(f);
    return [
      `${paint[f.level](r.verdict)} ${truncate(`${r.indicator} ${r.times}`, width - r.verdict.length - 1)}`,
      truncate(`  ${r.asset}`, width),
      truncate(`  ${r.when}`, width),
      ...(f.reasons.length > 0 ? [paint.dim(truncate(`  ${why(f)}`, width))] : []),
    ];
  });
}

/** `padEnd` by code points. */
function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - [...text].length));
}

function indented(text: string, width: number): string[] {
  return wrap(text, width - 4).map((line, i) => `  ${i === 0 ? "-" : " "} ${line}`);
}

function errorLines(
  sources: readonly SourceCoverage[],
  width: number,
  paint: Paint,
  outDir: string | undefined,
): string[] {
  const where = outDir === undefined ? "" : `: see ${printable(outDir)}/coverage.json`;
  const lost = sources
    .filter((s) => !s.complete)
    .flatMap((s) => s.errors.map((e) => `  ${s.path}: ${e.message} (${e.code})`));
  // What was read in spite of a remark needs no line of its own: an empty file, a link met twice.
  const remarks = sources.filter((s) => s.complete).reduce((n, s) => n + s.errors.length, 0);
  const lines = lost.slice(0, MAX_ERRORS).map((text) => paint.medium(truncate(printable(text), width)));
  const rest = lost.length - lines.length;
  if (rest > 0) lines.push(truncate(`  … and ${plural(rest, "more error")}${where}`, width));
  if (remarks > 0)
    lines.push(
      paint.dim(truncate(`  ${plural(remarks, "remark")} on sources that were read all the same${where}`, width)),
    );
  return lines;
}

/** `report.md`: the report for a ticket or a wiki. The page's words; of what the page draws, the figures. */
import type { Evidence, Finding, FindingList } from "../model/sighting.js";
import { KEPT_LIMIT, LEVEL_OF, VERDICTS } from "../model/sighting.js";
import { backgroundSentence, validitySentence } from "./background-words.js";
import { assuranceSentence, limitPieces } from "./ledger-words.js";
import { code, codeBlock, table } from "./markdown-text.js";
import { METHOD, methodFacts, timeDecisions } from "./method.js";
import { NEXT_STEPS } from "./next-steps.js";
import { isPressing, sourcesWorstFirst, type HuntSummary, type ReportInput } from "./summary.js";
import { totalsOf } from "./totals.js";
import { formatBytes, formatCount, plural } from "./text.js";
import {
  coverageSentence,
  headline,
  NOTHING_SENTENCE,
  periodWords,
  STANDING_SENTENCE,
  VERDICT_WORDS,
} from "./wording.js";

/** Findings that are told with their lines. */
const MAX_TOLD = 200;
const MAX_REASONS = 12;
const MAX_SOURCES = 500;
const MAX_FILES = 50;
const MAX_DECISIONS = 30;

/** The file's text. Deterministic: the same input gives the same bytes. */
export function renderMarkdown(input: ReportInput): string {
  const parts = [
    ...answer(input),
    ...findings(input.findings),
    ...chance(input),
    ...coverage(input),
    ...method(input),
    `Made by Lookback ${code(input.provenance.version)} from logs only: no indicator was contacted. Times are UTC.`,
  ];
  return `${parts.join("\n\n")}\n`;
}

const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join("\n");

function further(rest: number, one: string, file: string): string[] {
  return rest > 0 ? [`${plural(rest, one)} in ${file}.`] : [];
}

function answer(input: HuntSummary): string[] {
  const { text, level, caveats } = headline(input);
  const counts = totalsOf(input.findings)
    .byVerdict.filter((c) => c.findings > 0)
    .map((c) => [c.verdict, LEVEL_OF[c.verdict], formatCount(c.findings), formatCount(c.sightings)]);
  return [
    `# Lookback: ${text}`,
    ...(level === undefined ? [] : [`Worst level: **${level}**.`]),
    `**${level === undefined ? NOTHING_SENTENCE : STANDING_SENTENCE}**`,
    ...(caveats.length > 0 ? [list(caveats)] : []),
    ...(counts.length > 0 ? [table(["Verdict", "Level", "Findings", "Sightings"], counts)] : []),
  ];
}

function findings(all: FindingList): string[] {
  if (all.length === 0) return [];
  const { worst: shown } = totalsOf(all);
  const rows = shown.map((f) => [
    f.verdict,
    f.level,
    code(f.indicator.name, 160),
    code(f.asset, 160),
    formatCount(f.count),
    code(periodWords(f.first_seen, f.last_seen)),
  ]);
  const pressing = shown.filter(({ verdict }) => isPressing(verdict));
  const told = (pressing.length > 0 ? pressing : shown).slice(0, MAX_TOLD);
  const which =
    told.length === all.length
      ? ""
      : ` ${formatCount(told.length)} of ${formatCount(all.length)}: the worst. The others' are in findings.jsonl.`;
  const verdicts = VERDICTS.filter((verdict) => told.some((f) => f.verdict === verdict));
  return [
    "## Findings",
    "Sightings of one indicator at one own machine, worst first.",
    table(["Verdict", "Level", "Indicator", "Own side", "Sightings", "First to last (UTC)"], rows),
    ...further(all.length - shown.length, "further finding", "findings.jsonl"),
    "## Evidence",
    `Why, and the log lines.${which}`,
    ...told.flatMap(finding),
    "## What to look at next",
    ...verdicts.flatMap((verdict) => [
      `**${verdict}.** ${VERDICT_WORDS[verdict].means}`,
      NEXT_STEPS[verdict].map((step, i) => `${i + 1}. ${step}`).join("\n"),
    ]),
  ];
}

function finding(f: Finding): string[] {
  const { indicator: i } = f;
  const facts = [
    `Indicator: ${[code(i.type), `role ${i.role}`, ...i.labels.slice(0, 8).map((label) => code(label, 160))].join(", ")}`,
    ...((i.benign ?? []).length > 0
      ? [
          `Known as benign: ${i
            .benign!.slice(0, 8)
            .map((name) => code(name, 160))
            .join(", ")}`,
        ]
      : []),
    ...f.reasons.slice(0, MAX_REASONS).map((reason) => code(reason)),
  ];
  return [
    `### ${f.verdict}: ${code(i.name, 160)} and ${code(f.asset, 160)}`,
    list(facts),
    ...f.evidence.flatMap(evidence),
    `Finding ${code(f.id)}, ${plural(f.count, "sighting")}.`,
  ];
}

function evidence(e: Evidence): string[] {
  const place = [
    code(e.timestamp ?? "undated"),
    e.verdict,
    `${code(e.path)} line ${formatCount(e.line)}, byte ${formatCount(e.offset)}`,
    ...(e.timezone === undefined ? [] : [`time zone ${code(e.timezone)}`]),
    ...(e.sha256 === undefined ? [] : [`SHA-256 ${code(e.sha256)}`]),
  ];
  return [place.join("; "), codeBlock(e.original, KEPT_LIMIT)];
}

function chance(input: HuntSummary): string[] {
  const { background } = input.coverage;
  const said = [
    validitySentence(input.findings, input.otherWindow),
    background === undefined ? undefined : backgroundSentence(background),
  ].filter((sentence) => sentence !== undefined);
  return said.length === 0 ? [] : ["## Could it be chance?", list(said)];
}

function coverage(input: HuntSummary): string[] {
  const { ledger, sources } = input.coverage;
  const { from, to } = ledger.window;
  const ordered = sourcesWorstFirst(sources).slice(0, MAX_SOURCES);
  const rows = ordered.map((s) => [
    code(s.path),
    code(s.format, 160),
    formatCount(s.lines),
    formatBytes(s.bytes),
    formatCount(s.hits),
    code(periodWords(s.first_seen?.slice(0, 10), s.last_seen?.slice(0, 10))),
    s.complete ? "to the end" : "**not to the end**",
  ]);
  return [
    "## What there was to search",
    `${coverageSentence(input)} ${assuranceSentence(ledger)}`,
    ...(from === undefined || to === undefined ? [] : [`Searched: ${code(from)} to ${code(to)}.`]),
    ...(ledger.limits.length > 0 ? [list(limitPieces(ledger).map((piece) => code(piece)))] : []),
    ...(rows.length > 0
      ? [table(["Source", "Format", "Lines", "Volume", "Hits", "First to last (UTC)", "Read"], rows)]
      : []),
    ...further(sources.length - ordered.length, "further source", "coverage.json"),
  ];
}

function method(input: ReportInput): string[] {
  const { files } = input.intel;
  const decisions = timeDecisions(input.coverage);
  return [
    "## Method",
    ...METHOD,
    table(
      ["Indicator file", "Read as", "Taken", "Known already", "Not huntable", "Set aside"],
      files
        .slice(0, MAX_FILES)
        .map((f) => [
          code(f.file),
          code(f.reader),
          ...[f.accepted, f.duplicates, f.rejected, f.setAside].map(formatCount),
        ]),
    ),
    ...further(files.length - MAX_FILES, "further file", "manifest.json"),
    table(
      ["Time zone and year", "Sources", "Lines"],
      decisions
        .slice(0, MAX_DECISIONS)
        .map((d) => [
          d.decision === undefined ? "no time was read" : code(d.decision),
          formatCount(d.sources),
          formatCount(d.lines),
        ]),
    ),
    ...further(decisions.length - MAX_DECISIONS, "further reading", "coverage.json"),
    table(
      ["This hunt", ""],
      methodFacts(input).map(([name, value]) => [code(name), code(value, 4000)]),
    ),
  ];
}

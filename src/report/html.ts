/**
 * `report.html`: one page, self-contained, for the manager who reads its first sentence and the analyst who opens the evidence.
 * Everything that came from logs or feeds goes through `visibleHtml`.
 */
import type { Evidence, Finding, Level, Verdict } from "../model/sighting.js";
import { LEVEL_OF, LEVELS, VERDICTS, WINDOWS } from "../model/sighting.js";
import { contentSecurityPolicy, SCRIPT, STYLE, verdictRules } from "./html-style.js";
import { checkSection, ledgerSection } from "./html-ledger.js";
import { coverageSection, provenanceSection } from "./html-tables.js";
import { assuranceSentence, ledgerSentence } from "./ledger-words.js";
import { NEXT_STEPS } from "./next-steps.js";
import type { HuntSummary, ReportProvenance } from "./summary.js";
import { countByVerdict, totalSightings, worstFirst } from "./summary.js";
import {
  escapeHtml,
  formatBytes,
  formatCount,
  formatDuration,
  plural,
  shorten,
  truncateMiddle,
  visibleAttribute,
  visibleHtml,
} from "./text.js";
import { timelineOf, timelineSvg } from "./timeline.js";
import {
  coverageSentence,
  dayOrMinute,
  headline,
  incompleteSources,
  isAddressType,
  isWhole,
  NOTHING_SENTENCE,
  periodWords,
  STANDING_SENTENCE,
  VERDICT_WORDS,
  windowWords,
  reasonWords,
} from "./wording.js";

export type ReportInput = HuntSummary & { provenance: ReportProvenance };

const MAX_FINDINGS = 1000;
/** Code units of raw lines in the whole page: worst findings first, so what is left out is the least. */
const EVIDENCE_BUDGET = 4_000_000;
const MAX_LINE = 2048;
const MAX_REASONS = 12;
/** Code points of an indicator in the table; the details have all of it. */
const MAX_NAME = 160;

/** The page's text. Deterministic: the same input gives the same bytes. Loads ECharts when there is something to draw. */
export async function renderHtml(input: ReportInput): Promise<string> {
  const answer = headline(input);
  const title = `Lookback: ${answer.text}`;
  const timeline = await timelineSection(input.findings);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${STYLE}${verdictRules(VERDICTS)}</style>
</head>
<body>
<header class="top"><strong>Lookback</strong><span>Hunt of ${time(input.provenance.finishedAt)}${labels(input)}</span></header>
<main>
${answerSection(input)}
${verdictSection(input)}
${timeline}
${findingsSection(input.findings)}
${checkSection(input)}
${ledgerSection(input.coverage.ledger)}
${coverageSection(input)}
${provenanceSection(input)}
</main>
<footer><p>Made by Lookback ${visibleHtml(input.provenance.version)} from logs only: no indicator was contacted. Times are UTC.</p></footer>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function time(timestamp: string): string {
  return `<time datetime="${visibleAttribute(timestamp)}">${visibleHtml(dayOrMinute(timestamp))}</time>`;
}

function labels(input: ReportInput): string {
  const names = input.intel.labels ?? [];
  return names.length === 0 ? "" : ` for ${visibleHtml(names.slice(0, 6).join(", "))}`;
}

function answerSection(input: ReportInput): string {
  const answer = headline(input);
  const tone = answer.level ?? (isWhole(input, answer) ? "good" : "medium");
  const kind = answer.level === undefined ? "No findings" : `Worst level: ${answer.level}`;
  const limits =
    answer.caveats.length === 0
      ? ""
      : `<ul class="limits" aria-label="What limits this answer">${answer.caveats
          .map((c) => `<li>${escapeHtml(c)}</li>`)
          .join("")}</ul>`;
  return `<section class="card answer tone-${tone}" aria-labelledby="answer">
<div class="kind">${kind}</div>
<h1 id="answer">${escapeHtml(answer.text)}</h1>
<p class="standing"><strong>${escapeHtml(input.findings.length > 0 ? STANDING_SENTENCE : NOTHING_SENTENCE)}</strong></p>
<p class="read">${escapeHtml(coverageSentence(input))}</p>
<p class="read">${visibleHtml(ledgerSentence(input.coverage.ledger))} <strong>${escapeHtml(assuranceSentence(input.coverage.ledger))}</strong></p>
${limits}
</section>`;
}

function verdictSection(input: ReportInput): string {
  const tiles = countByVerdict(input.findings)
    .map((c) => {
      const words = VERDICT_WORDS[c.verdict];
      const name = c.findings === 1 ? words.one : words.many;
      const sightings = c.findings === 0 ? "" : `<span>${plural(c.sightings, "sighting")}</span>`;
      return `<li class="tone-${LEVEL_OF[c.verdict]}${c.findings === 0 ? " zero" : ""}"><b>${formatCount(c.findings)}</b> <span>${name}</span> ${sightings}</li>`;
    })
    .join("\n");
  const { totals } = input.coverage;
  const incomplete = incompleteSources(input);
  const facts: [string, string][] = [
    ["Indicators hunted", formatCount(input.intel.indicators)],
    ["Findings", formatCount(input.findings.length)],
    ["Sightings", formatCount(totalSightings(input))],
    ["Sources read", formatCount(totals.sources) + (incomplete > 0 ? ` (${formatCount(incomplete)} incomplete)` : "")],
    ["Lines", formatCount(totals.lines)],
    ["Volume", formatBytes(totals.bytes)],
    ["Window", windowWords(input).trim() || "open"],
    ["Took", formatDuration(input.elapsedMs)],
  ];
  return `<section aria-labelledby="verdicts">
<h2 id="verdicts" class="hidden">Findings by verdict</h2>
<ul class="ladder">
${tiles}
</ul>
<dl class="facts">${facts.map(([k, v]) => `<div><dt>${k}</dt><dd>${visibleHtml(v)}</dd></div>`).join("")}</dl>
</section>`;
}

async function timelineSection(findings: readonly Finding[]): Promise<string> {
  const timeline = timelineOf(findings);
  if (!timeline) return "";
  const legend = timeline.series.map(({ verdict }) => `<li class="v-${verdict}"><i></i>${verdict}</li>`).join("");
  const undrawn =
    timeline.undrawn === 0 ? "" : ` ${plural(timeline.undrawn, "sighting")} without a usable date: not drawn.`;
  return `<section class="card" aria-labelledby="timeline">
<h2 id="timeline">When</h2>
<p class="hint">Sightings by ${timeline.unit}, in the colour of their finding's worst verdict. Critical and high ones have a lane of their own above the bars.${undrawn}</p>
<ul class="legend" aria-hidden="true">${legend}</ul>
<div class="scroll timeline" tabindex="0" role="group" aria-labelledby="timeline">${await timelineSvg(timeline)}</div>
</section>`;
}

function findingsSection(findings: readonly Finding[]): string {
  if (findings.length === 0) return "";
  const sorted = worstFirst(findings);
  const shown = sorted.slice(0, MAX_FINDINGS);
  const present = LEVELS.filter((level) => shown.some((f) => f.level === level));
  const budget = { left: EVIDENCE_BUDGET };
  const rest = sorted.length - shown.length;
  return `<section class="card" aria-labelledby="findings">
<h2 id="findings">Findings</h2>
<p class="hint">Sightings of one indicator at one own machine, worst first. Open a finding for its reasons and the log lines.</p>
<form class="filter" id="filter" role="search" aria-label="Filter the findings" hidden>
<label><span class="hidden">Text </span><input type="search" id="filter-text" placeholder="Address, machine, log text" autocomplete="off"></label>
${present.map((l) => `<label><input type="checkbox" value="${l}" checked> ${l}</label>`).join("\n")}
<button type="button" id="open-all" aria-pressed="false">Open all</button>
<output id="filter-count" aria-live="polite"></output>
</form>
<div class="scroll" tabindex="0" role="group" aria-labelledby="findings">
<table id="findings-table">
<caption class="hidden">Findings, worst first. Times are UTC.</caption>
<thead><tr><th scope="col">Verdict</th><th scope="col">Indicator</th><th scope="col">Own side</th><th scope="col" class="n">Sightings</th><th scope="col">First to last (UTC)</th></tr></thead>
${shown.map((f) => findingRows(f, budget)).join("\n")}
</table>
</div>
${rest > 0 ? `<p class="hint">${plural(rest, "further finding")}, none worse than these, in findings.jsonl.</p>` : ""}
</section>`;
}

function findingRows(f: Finding, budget: { left: number }): string {
  const { role, labels: names, name, type, benign } = f.indicator;
  const marks = [
    isAddressType(type) ? "" : type,
    role === "unknown" ? "" : role,
    ...names.slice(0, 4),
    benign === undefined || benign.length === 0 ? "" : `known-benign: ${benign.slice(0, 3).join(", ")}`,
  ];
  const about = marks.filter((s) => s !== "").join(", ") || type;
  const days = Object.keys(f.days).length;
  return `<tbody class="finding" data-level="${f.level}" id="f-${visibleAttribute(f.id)}">
<tr><td>${chip(f.verdict, f.level)}</td>
<th scope="row"><span class="value mono">${visibleHtml(truncateMiddle(name, MAX_NAME))}</span><span class="sub">${visibleHtml(about)}</span></th>
<td><span class="value mono">${visibleHtml(shorten(f.asset, 200).text)}</span></td>
<td class="n">${formatCount(f.count)}</td>
<td class="when">${visibleHtml(periodWords(f.first_seen, f.last_seen))}${days > 1 ? `<span class="sub">on ${plural(days, "day")}</span>` : ""}</td></tr>
<tr class="more"><td colspan="5">${detailsOf(f, budget)}</td></tr>
</tbody>`;
}

function chip(verdict: Verdict, level: Level): string {
  return `<span class="chip tone-${level}">${verdict}</span><span class="level">${level}</span>`;
}

function detailsOf(f: Finding, budget: { left: number }): string {
  const reasons = f.reasons.slice(0, MAX_REASONS).map((r) => `<li>${visibleHtml(shorten(r, 500).text)}</li>`);
  const first =
    f.reasons[0] === undefined
      ? "Why, and the evidence"
      : `Why: ${visibleHtml(shorten(reasonWords(f.reasons), 180).text)}`;
  const mixed = VERDICTS.filter((v) => (f.verdicts[v] ?? 0) > 0);
  const verdicts =
    mixed.length > 1
      ? `<h3>Sightings by verdict</h3><p>${mixed.map((v) => `${formatCount(f.verdicts[v]!)} × ${v}`).join(", ")}</p>`
      : "";
  const lines: string[] = [];
  for (const e of f.evidence) {
    const { text, omitted } = shorten(e.original, MAX_LINE);
    if (budget.left < text.length) break;
    budget.left -= text.length;
    lines.push(evidenceItem(e, text, omitted));
  }
  const missing = f.evidence.length - lines.length;
  const left = missing > 0 ? `<p class="cut">${plural(missing, "further line")} in findings.jsonl.</p>` : "";
  const of = f.count > lines.length ? `, ${formatCount(lines.length)} of ${formatCount(f.count)}` : "";
  return `<details><summary>${first}</summary><div class="inside">
${wholeName(f)}<h3>${VERDICT_WORDS[f.verdict].means}</h3>
${reasons.length === 0 ? "" : `<ul>${reasons.join("")}</ul>`}
${verdicts}
${windowsOf(f)}<h3>What to look at next</h3>
<ol>${NEXT_STEPS[f.verdict].map((step) => `<li>${escapeHtml(step)}</li>`).join("")}</ol>
${assertionsOf(f)}<h3>Log lines${of}</h3>
<ol class="lines">${lines.join("")}</ol>${left}
<p class="sub id">Finding <span class="mono">${visibleHtml(f.id)}</span></p>
</div></details>`;
}

/** Undated sightings and those of open validity are no news where there are no others. */
function windowsOf({ windows }: Finding): string {
  const known = WINDOWS.filter((window) => window !== "unknown" && (windows[window] ?? 0) > 0);
  if (known.length === 0) return "";
  const words = WINDOWS.filter((window) => (windows[window] ?? 0) > 0).map((w) => `${formatCount(windows[w]!)} ${w}`);
  return `<h3>Sightings by the indicator's validity</h3><p>${words.join(", ")}</p>\n`;
}

function wholeName({ indicator: { name } }: Finding): string {
  return name.length <= MAX_NAME ? "" : `<p><span class="value mono">${visibleHtml(name)}</span></p>\n`;
}

/** Who said so: the feed or file, and where in it. */
function assertionsOf({ indicator: { assertions } }: Finding): string {
  if (assertions === undefined || assertions.length === 0) return "";
  const items = assertions.map(({ file, feed, line, object, published }) => {
    const place = object ?? (line === undefined ? undefined : `line ${line}`);
    const parts = [feed, file, place, published === undefined ? undefined : `published ${published}`];
    return `<li>${visibleHtml(shorten(parts.filter((part) => part !== undefined).join(", "), 500).text)}</li>`;
  });
  return `<h3>Who said so</h3>\n<ul>${items.join("")}</ul>\n`;
}

function evidenceItem(e: Evidence, text: string, omitted: number): string {
  const when = e.timestamp === undefined ? "undated" : visibleHtml(e.timestamp);
  const cut = omitted === 0 ? "" : ` <span class="cut">… ${plural(omitted, "more character")}</span>`;
  return (
    `<li><span class="at">${when} · ${e.verdict} · <span class="mono">${visibleHtml(e.path)}:${e.line}</span> ` +
    `(byte ${formatCount(e.offset)})</span><pre>${visibleHtml(text)}${cut}</pre></li>`
  );
}

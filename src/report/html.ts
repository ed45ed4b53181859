/**
 * `report.html`: one page, self-contained, for the manager who reads its first sentence and the analyst who opens the evidence.
 * Everything that came from logs or feeds goes through `visibleHtml`.
 */
import type { FindingList } from "../model/sighting.js";
import { LEVEL_OF, VERDICTS } from "../model/sighting.js";
import { findingsSection } from "./html-findings.js";
import { checkSection, ledgerSection } from "./html-ledger.js";
import { provenanceSection } from "./html-method.js";
import { contentSecurityPolicy, SCRIPT } from "./html-script.js";
import { STYLE, verdictRules } from "./html-style.js";
import { coverageSection } from "./html-tables.js";
import { assuranceSentence, ledgerSentence } from "./ledger-words.js";
import type { ReportInput } from "./summary.js";
import { sightingsOf, totalsOf } from "./totals.js";
import { escapeHtml, formatBytes, formatCount, formatDuration, plural, visibleAttribute, visibleHtml } from "./text.js";
import { timelineOf, timelineSvg } from "./timeline.js";
import { TOUCH, touchesOf, touchSvg } from "./touch-picture.js";
import {
  coverageSentence,
  dayOrMinute,
  headline,
  incompleteSources,
  isWhole,
  NOTHING_SENTENCE,
  STANDING_SENTENCE,
  VERDICT_WORDS,
  windowWords,
} from "./wording.js";

/** The page's text. Deterministic: the same input gives the same bytes. Loads ECharts when there is something to draw. */
export async function renderHtml(input: ReportInput): Promise<string> {
  const answer = headline(input);
  const title = `Lookback: ${answer.text}`;
  const sections = [
    answerSection(input),
    verdictSection(input),
    await timelineSection(input.findings),
    await touchSection(input.findings),
    findingsSection(input.findings),
    checkSection(input),
    ledgerSection(input.coverage.ledger),
    coverageSection(input),
    provenanceSection(input),
  ].filter((section) => section !== "");
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
<a class="skip" href="#main">Skip to the answer</a>
<header class="top"><strong>Lookback</strong><span>Hunt of ${time(input.provenance.finishedAt)}${labels(input)}</span></header>
${contents(sections)}
<main id="main" tabindex="-1">
${sections.join("\n")}
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

/** Links to the sections that are there. */
function contents(sections: readonly string[]): string {
  const links = sections.flatMap((section) => {
    const [, id, name] = /<h2 id="([\w-]+)">([^<]*)</.exec(section) ?? [];
    return id === undefined ? [] : [`<li><a href="#${id}">${name}</a></li>`];
  });
  return `<nav class="contents" aria-label="On this page"><ul>${links.join("")}</ul></nav>`;
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
  const tiles = totalsOf(input.findings)
    .byVerdict.map((c) => {
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
    ["Sightings", formatCount(sightingsOf(input))],
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

async function timelineSection(findings: FindingList): Promise<string> {
  const timeline = timelineOf(totalsOf(findings).days);
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

async function touchSection(findings: FindingList): Promise<string> {
  const touches = touchesOf(findings);
  if (touches.drawn.length === 0) return "";
  const present = VERDICTS.filter((v) => touches.drawn.some(({ finding }) => finding.verdict === v));
  const legend = present.map((v) => `<li class="v-${v}"><i class="${TOUCH[v].stroke}"></i>${v}</li>`).join("");
  const part =
    touches.undrawn === 0
      ? ""
      : ` The ${formatCount(touches.pairs - touches.undrawn)} worst of ${formatCount(touches.pairs)} pairs${touches.untold > 0 ? " of the worst findings" : ""} are drawn.`;
  const items = touches.drawn.map(
    ({ finding: { verdict, id }, text }) =>
      `<li><a href="#f-${visibleAttribute(id)}">${verdict}</a>: ${visibleHtml(text)}</li>`,
  );
  return `<section class="card touch" aria-labelledby="touched">
<h2 id="touched">Who touched whom</h2>
<p class="hint">An arrow points the way the traffic went. A whole line went through, a dashed one did not or its outcome is unknown, a dotted one is a name that was looked up or mentioned. Where a log leaves open who began it, the reasons of the finding say so.${part}</p>
<ul class="legend" aria-hidden="true">${legend}</ul>
<div class="scroll timeline touched" tabindex="0" role="group" aria-labelledby="touched">${await touchSvg(touches)}</div>
<details class="words"><summary>The same in words</summary>
<ol>
${items.join("\n")}
</ol>
</details>
</section>`;
}

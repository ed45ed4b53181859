/** The page's section on how to read it and how it was made: verdicts, method, indicator files, times, versions. */
import { LEVEL_OF, VERDICTS } from "../model/sighting.js";
import { METHOD, methodFacts, timeDecisions } from "./method.js";
import type { HuntSummary, ReportInput } from "./summary.js";
import { escapeHtml, formatCount, plural, shorten, visibleHtml } from "./text.js";
import { VERDICT_WORDS } from "./wording.js";

const MAX_FILES = 50;
const MAX_DECISIONS = 30;

export function provenanceSection(input: ReportInput): string {
  const { intel } = input;
  return `<section class="card" aria-labelledby="method">
<h2 id="method">How to read this, and how it was made</h2>
<h3>Verdicts</h3>
<div class="scroll" tabindex="0" role="group" aria-label="Verdicts">
<table class="mid">
<caption class="hidden">The verdicts, worst first, and what each says</caption>
<thead><tr><th scope="col">Verdict</th><th scope="col">Level</th><th scope="col">What it says</th></tr></thead>
<tbody>
${VERDICTS.map((v) => `<tr><th scope="row"><span class="chip tone-${LEVEL_OF[v]}">${v}</span></th><td>${LEVEL_OF[v]}</td><td>${escapeHtml(VERDICT_WORDS[v].means)}</td></tr>`).join("\n")}
</tbody>
</table>
</div>
<h3>Method</h3>
${METHOD.map((text) => `<p>${escapeHtml(text)}</p>`).join("\n")}
<h3>Indicators</h3>
<div class="scroll" tabindex="0" role="group" aria-label="Indicator files">
<table class="mid">
<caption class="hidden">Indicator files</caption>
<thead><tr><th scope="col">File</th><th scope="col">Read as</th><th scope="col" class="n">Taken</th><th scope="col" class="n">Known already</th><th scope="col" class="n">Not huntable</th><th scope="col" class="n">Set aside</th></tr></thead>
<tbody>
${intel.files
  .slice(0, MAX_FILES)
  .map(
    (f) =>
      `<tr><th scope="row" class="path"><span class="mono">${visibleHtml(f.file)}</span></th><td>${visibleHtml(f.reader)}</td><td class="n">${formatCount(f.accepted)}</td><td class="n">${formatCount(f.duplicates)}</td><td class="n">${formatCount(f.rejected)}</td><td class="n">${formatCount(f.setAside)}</td></tr>`,
  )
  .join("\n")}
</tbody>
</table>
</div>
${intel.files.length > MAX_FILES ? `<p class="hint">${plural(intel.files.length - MAX_FILES, "further file")} in manifest.json.</p>` : ""}
${timesTable(input)}<h3>This hunt</h3>
<dl class="plain">${methodFacts(input)
    .map(([k, v]) => `<dt>${visibleHtml(k)}</dt><dd>${visibleHtml(shorten(v, 4000).text)}</dd>`)
    .join("\n")}</dl>
</section>`;
}

function timesTable({ coverage }: HuntSummary): string {
  const all = timeDecisions(coverage);
  if (all.length === 0) return "";
  const rows = all
    .slice(0, MAX_DECISIONS)
    .map(
      ({ decision, sources, lines }) =>
        `<tr><th scope="row">${decision === undefined ? "no time was read" : visibleHtml(shorten(decision, 300).text)}</th><td class="n">${formatCount(sources)}</td><td class="n">${formatCount(lines)}</td></tr>`,
    );
  const rest = all.length - MAX_DECISIONS;
  return `<h3>How times were read</h3>
<p class="hint">By source, as most of its lines were; a sighting has its own decision beside it. “Assumed” is a guess that --timezone, --year or lookback.yaml can settle.</p>
<div class="scroll" tabindex="0" role="group" aria-label="How times were read">
<table class="mid">
<caption class="hidden">Time zones and years: how they were decided</caption>
<thead><tr><th scope="col">Time zone and year</th><th scope="col" class="n">Sources</th><th scope="col" class="n">Lines</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
</div>
${rest > 0 ? `<p class="hint">${plural(rest, "further reading")} in coverage.json.</p>` : ""}`;
}

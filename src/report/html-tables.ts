/** The page's tables on what was read, with what, and what the verdicts mean. */
import type { SourceCoverage } from "../model/coverage.js";
import { LEVEL_OF, VERDICTS } from "../model/sighting.js";
import type { HuntSummary, ReportProvenance } from "./summary.js";
import { escapeHtml, formatBytes, formatCount, plural, shorten, visibleHtml } from "./text.js";
import {
  coverageSentence,
  dayOrMinute,
  periodWords,
  STANDING_SENTENCE,
  VERDICT_WORDS,
  windowWords,
} from "./wording.js";

const MAX_SOURCES = 500;
const MAX_ERRORS_EACH = 5;
const MAX_FILES = 50;
const MAX_NETWORKS = 60;

/** Incomplete first, then those with hits, then in the order read, so that a bounded table keeps what matters. */
function sourceOrder(sources: readonly SourceCoverage[]): SourceCoverage[] {
  const rank = (s: SourceCoverage): number => (s.complete ? (s.errors.length > 0 ? 1 : s.hits > 0 ? 2 : 3) : 0);
  return [...sources].sort((a, b) => rank(a) - rank(b));
}

export function coverageSection(input: HuntSummary): string {
  const all = sourceOrder(input.coverage.sources);
  const shown = all.slice(0, MAX_SOURCES);
  const rest = all.length - shown.length;
  const note =
    rest > 0
      ? `<p class="hint">${plural(rest, "further source")} in coverage.json; incomplete ones and those with hits stand first here.</p>`
      : "";
  return `<section class="card" aria-labelledby="coverage">
<h2 id="coverage">What was read</h2>
<p class="hint">${escapeHtml(coverageSentence(input))}</p>
<div class="scroll" tabindex="0" role="group" aria-labelledby="coverage">
<table class="wide">
<caption class="hidden">Sources: incomplete ones first, then those with remarks or hits</caption>
<thead><tr><th scope="col">Source</th><th scope="col">Format and time zone</th><th scope="col" class="n">Lines</th><th scope="col" class="n">Volume</th><th scope="col" class="n">Hits</th><th scope="col">First to last (UTC)</th><th scope="col">Read</th></tr></thead>
<tbody>
${shown.map(sourceRow).join("\n")}
</tbody>
</table>
</div>
${note}
</section>`;
}

function sourceRow(s: SourceCoverage): string {
  const errors = s.errors.slice(0, MAX_ERRORS_EACH).map((e) => {
    const at = e.offset === undefined ? "" : ` at byte ${formatCount(e.offset)}`;
    return `<li>${visibleHtml(shorten(e.message, 300).text)}${at} <span class="mono">(${e.code})</span></li>`;
  });
  const more = s.errors.length - errors.length;
  if (more > 0) errors.push(`<li>… and ${formatCount(more)} more</li>`);
  const unparsed =
    s.parsed > 0 && s.unparsed > 0
      ? `<span class="sub">${formatCount(s.unparsed)} of ${formatCount(s.parsed)} parsed lines not understood</span>`
      : "";
  return `<tr><th scope="row" class="path"><span class="mono">${visibleHtml(s.path)}</span>${errors.length > 0 ? `<ul class="errors">${errors.join("")}</ul>` : ""}</th>
<td>${visibleHtml(s.format)}<span class="sub">${s.timezone === undefined ? "" : visibleHtml(s.timezone)}</span>${unparsed}</td>
<td class="n">${formatCount(s.lines)}</td><td class="n">${formatBytes(s.bytes)}</td><td class="n">${formatCount(s.hits)}</td>
<td class="when">${s.first_seen === undefined && s.last_seen === undefined ? "undated" : days(s)}</td>
<td class="state">${s.complete ? '<span class="ok">to the end</span>' : '<span class="bad">not to the end</span>'}</td></tr>`;
}

function days(s: SourceCoverage): string {
  const first = s.first_seen?.slice(0, 10);
  const last = s.last_seen?.slice(0, 10);
  return visibleHtml(periodWords(first, last));
}

export function provenanceSection(input: HuntSummary & { provenance: ReportProvenance }): string {
  const { provenance: p, intel, own } = input;
  const networks = own.networks.slice(0, MAX_NETWORKS).join(", ") + (own.networks.length > MAX_NETWORKS ? ", …" : "");
  const validity =
    intel.validFrom === undefined && intel.validUntil === undefined
      ? "open"
      : `${intel.validFrom === undefined ? "…" : dayOrMinute(intel.validFrom)} to ${intel.validUntil === undefined ? "…" : dayOrMinute(intel.validUntil)}`;
  const facts: [string, string][] = [
    ["Indicators", `${formatCount(intel.indicators)}, ${plural(intel.rejected, "entry", "entries")} not huntable`],
    ["Indicator set", intel.hash],
    ["Validity of the indicators", validity],
    ["Own networks", own.assumed ? `none named; assumed: ${networks}` : networks],
    ["Window of the hunt", windowWords(input).trim() || "open"],
    ["Started", p.startedAt],
    ["Finished", p.finishedAt],
    ["Lookback", `${p.version}, Node ${p.node}`],
    ["Arguments", p.arguments.join(" ")],
    ...(p.facts ?? []).map(([k, v]): [string, string] => [k, v]),
  ];
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
<p>Every byte of every source was searched for the indicators as whole values: an address is not found in a longer one, nor a domain in another one. Each line with one was then parsed, to tell at which end of the traffic the indicator stands, who began it, and how far it came. A reply to a probe is not a callout: where a log shows one direction only, the other is sought, and where it stays open the verdict says so in its reasons. Indicators are dynamic addresses in many advisories: a sighting outside of an indicator's validity may be somebody else's use of the address. ${escapeHtml(STANDING_SENTENCE)}</p>
<h3>Indicators</h3>
<div class="scroll" tabindex="0" role="group" aria-label="Indicator files">
<table class="mid">
<caption class="hidden">Indicator files</caption>
<thead><tr><th scope="col">File</th><th scope="col">Read as</th><th scope="col" class="n">Taken</th><th scope="col" class="n">Known already</th><th scope="col" class="n">Not huntable</th></tr></thead>
<tbody>
${intel.files
  .slice(0, MAX_FILES)
  .map(
    (f) =>
      `<tr><th scope="row" class="path"><span class="mono">${visibleHtml(f.file)}</span></th><td>${visibleHtml(f.reader)}</td><td class="n">${formatCount(f.accepted)}</td><td class="n">${formatCount(f.duplicates)}</td><td class="n">${formatCount(f.rejected)}</td></tr>`,
  )
  .join("\n")}
</tbody>
</table>
</div>
${intel.files.length > MAX_FILES ? `<p class="hint">${plural(intel.files.length - MAX_FILES, "further file")} in manifest.json.</p>` : ""}
<h3>This hunt</h3>
<dl class="plain">${facts.map(([k, v]) => `<dt>${visibleHtml(k)}</dt><dd>${visibleHtml(shorten(v, 4000).text)}</dd>`).join("\n")}</dl>
</section>`;
}

/** The page's table of the sources that were read. */
import type { SourceCoverage } from "../model/coverage.js";
import { sourcesWorstFirst, type HuntSummary } from "./summary.js";
import { escapeHtml, formatBytes, formatCount, plural, shorten, visibleHtml } from "./text.js";
import { coverageSentence, periodWords } from "./wording.js";

const MAX_SOURCES = 500;
const MAX_ERRORS_EACH = 5;

export function coverageSection(input: HuntSummary): string {
  const all = sourcesWorstFirst(input.coverage.sources);
  const shown = all.slice(0, MAX_SOURCES);
  const rest = all.length - shown.length;
  const note =
    rest > 0
      ? `<p class="hint">${plural(rest, "further source")} in coverage.json; incomplete ones and those with hits stand first here.</p>`
      : "";
  const hashed = all.some((s) => s.sha256 !== undefined)
    ? " A SHA-256 is that of the stored file; of an archive, for a member of it."
    : "";
  return `<section class="card" aria-labelledby="coverage">
<h2 id="coverage">What was read</h2>
<p class="hint">${escapeHtml(coverageSentence(input))}${hashed}</p>
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
  const hash =
    s.sha256 === undefined
      ? ""
      : `<span class="sub hash">SHA-256 <span class="mono">${visibleHtml(s.sha256)}</span></span>`;
  return `<tr><th scope="row" class="path"><span class="mono">${visibleHtml(s.path)}</span>${hash}${errors.length > 0 ? `<ul class="errors">${errors.join("")}</ul>` : ""}</th>
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

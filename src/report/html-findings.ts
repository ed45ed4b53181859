/** The page's list of findings: a row each, its reasons and log lines folded below it, and the form that filters them. */
import type { Evidence, Finding, Level, Verdict, FindingList } from "../model/sighting.js";
import { KEPT_LIMIT, LEVELS, VERDICTS, WINDOWS } from "../model/sighting.js";
import { NEXT_STEPS } from "./next-steps.js";
import { totalsOf } from "./totals.js";
import { escapeHtml, formatCount, plural, shorten, truncateMiddle, visibleAttribute, visibleHtml } from "./text.js";
import { isAddressType, periodWords, reasonWords, VERDICT_WORDS } from "./wording.js";

/** Code units of raw lines in the whole page: worst findings first, so what is left out is the least. */
const EVIDENCE_BUDGET = 4_000_000;
const MAX_REASONS = 12;
/** Code points of an indicator in the table; the details have all of it. */
const MAX_NAME = 160;

/** What the findings before a finding have taken. */
interface Page {
  /** Code units of raw lines that are left. */
  budget: number;
  /** Verdicts whose next steps stand there: print does not repeat them. */
  told: Set<Verdict>;
}

export function findingsSection(findings: FindingList): string {
  if (findings.length === 0) return "";
  const { worst: shown } = totalsOf(findings);
  const page: Page = { budget: EVIDENCE_BUDGET, told: new Set() };
  const rest = findings.length - shown.length;
  return `<section class="card" aria-labelledby="findings">
<h2 id="findings">Findings</h2>
<p class="hint">Sightings of one indicator at one own machine, worst first. Open a finding for its reasons and the log lines. In print all that are shown are open.</p>
${filterForm(shown)}
<p id="filter-count" class="count" role="status" aria-live="polite"></p>
<div class="scroll" tabindex="0" role="group" aria-labelledby="findings">
<table id="findings-table" data-rest="${rest}">
<caption class="hidden">Findings, worst first. Times are UTC.</caption>
<thead><tr><th scope="col">Verdict</th><th scope="col">Indicator</th><th scope="col">Own side</th><th scope="col" class="n">Sightings</th><th scope="col">First to last (UTC)</th></tr></thead>
${shown.map((f) => findingRows(f, page)).join("\n")}
</table>
</div>
${rest > 0 ? `<p class="hint">${plural(rest, "further finding")}, none worse than these, in findings.jsonl.</p>` : ""}
</section>`;
}

/** Hidden until the script that serves it runs: without it the page shows everything. */
function filterForm(shown: readonly Finding[]): string {
  const group = <T extends string>(name: string, values: readonly T[], of: (f: Finding) => T): string => {
    const boxes = values.flatMap((value) => {
      const n = shown.filter((f) => of(f) === value).length;
      if (n === 0) return [];
      return [
        `<label><input type="checkbox" name="${name}" value="${value}"> ${value} <span class="of">${formatCount(n)}</span></label>`,
      ];
    });
    return `<fieldset><legend>${name[0]!.toUpperCase()}${name.slice(1)}</legend>\n${boxes.join("\n")}\n</fieldset>`;
  };
  return `<form class="filter" id="filter" role="search" aria-label="Filter the findings" hidden>
<p class="find"><label for="filter-text">Indicator, own machine, label or log text</label>
<input type="search" id="filter-text" autocomplete="off" spellcheck="false" aria-describedby="filter-help">
<button type="button" id="show-all">Show all</button> <button type="button" id="open-all" aria-pressed="false">Open all</button></p>
${group("verdict", VERDICTS, (f) => f.verdict)}
${group("level", LEVELS, (f) => f.level)}
<p class="hint" id="filter-help">Tick what is to be shown; a row with nothing ticked hides nothing. Of several words all must stand in a finding.</p>
</form>`;
}

function findingRows(f: Finding, page: Page): string {
  const { role, labels: names, name, type, benign } = f.indicator;
  const marks = [
    isAddressType(type) ? "" : type,
    role === "unknown" ? "" : role,
    ...names.slice(0, 4),
    benign === undefined || benign.length === 0 ? "" : `known-benign: ${benign.slice(0, 3).join(", ")}`,
  ];
  const about = marks.filter((s) => s !== "").join(", ") || type;
  const days = Object.keys(f.days).length;
  return `<tbody class="finding" data-verdict="${f.verdict}" data-level="${f.level}" id="f-${visibleAttribute(f.id)}">
<tr><td>${chip(f.verdict, f.level)}</td>
<th scope="row"><span class="value mono">${visibleHtml(truncateMiddle(name, MAX_NAME))}</span><span class="sub">${visibleHtml(about)}</span></th>
<td><span class="value mono">${visibleHtml(shorten(f.asset, 200).text)}</span></td>
<td class="n">${formatCount(f.count)}</td>
<td class="when">${visibleHtml(periodWords(f.first_seen, f.last_seen))}${days > 1 ? `<span class="sub">on ${plural(days, "day")}</span>` : ""}</td></tr>
<tr class="more"><td colspan="5">${detailsOf(f, page)}</td></tr>
</tbody>`;
}

function chip(verdict: Verdict, level: Level): string {
  return `<span class="chip tone-${level}">${verdict}</span><span class="level">${level}</span>`;
}

function detailsOf(f: Finding, page: Page): string {
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
    const { text, omitted } = shorten(e.original, KEPT_LIMIT);
    if (page.budget < text.length) break;
    page.budget -= text.length;
    lines.push(evidenceItem(e, text, omitted));
  }
  const missing = f.evidence.length - lines.length;
  const left = missing > 0 ? `<p class="cut">${plural(missing, "further line")} in findings.jsonl.</p>` : "";
  const next = page.told.has(f.verdict) ? "next again" : "next";
  page.told.add(f.verdict);
  const of = f.count > lines.length ? `, ${formatCount(lines.length)} of ${formatCount(f.count)}` : "";
  return `<details><summary>${first}</summary><div class="inside">
${wholeName(f)}<h3>${VERDICT_WORDS[f.verdict].means}</h3>
${reasons.length === 0 ? "" : `<ul>${reasons.join("")}</ul>`}
${verdicts}
${windowsOf(f)}<div class="${next}"><h3>What to look at next</h3>
<ol>${NEXT_STEPS[f.verdict].map((step) => `<li>${escapeHtml(step)}</li>`).join("")}</ol></div>
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
  const read = [e.format, e.timezone === undefined ? undefined : `time ${e.timezone}`]
    .filter((part) => part !== undefined)
    .map((part) => ` · ${visibleHtml(part)}`)
    .join("");
  const cut = omitted === 0 ? "" : ` <span class="cut">… ${plural(omitted, "more character")}</span>`;
  return (
    `<li><span class="at">${when} · ${e.verdict} · <span class="mono">${visibleHtml(e.path)}:${e.line}</span> ` +
    `(byte ${formatCount(e.offset)})${read}</span><pre>${visibleHtml(text)}${cut}</pre></li>`
  );
}

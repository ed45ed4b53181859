/** The page's sections on what there was to search, and on what chance would have found. */
import { BACKGROUND_KINDS, type Background, type BackgroundKind } from "../model/background.js";
import type { ExpectedSource, Ledger, LedgerSource } from "../model/ledger.js";
import { backgroundSentence, chanceWords, conclusionWords, ratioWords, validitySentence } from "./background-words.js";
import { coveragePicture } from "./coverage-picture.js";
import { assuranceSentence, gapWords, jumpWords, ledgerSentence } from "./ledger-words.js";
import type { HuntSummary } from "./summary.js";
import { escapeHtml, formatCount, plural, shorten, visibleHtml } from "./text.js";

const MAX_ROWS = 200;
const MAX_GAPS = 12;

export function ledgerSection(ledger: Ledger): string {
  const picture = coveragePicture(ledger);
  const drawn =
    picture === undefined
      ? ""
      : `<ul class="legend" aria-hidden="true"><li class="c-read"><i></i>lines read</li><li class="c-gap"><i></i>no line</li></ul>
<div class="scroll timeline" tabindex="0" role="group" aria-labelledby="ledger">${picture.svg}</div>
${picture.undrawn > 0 ? `<p class="hint">${plural(picture.undrawn, "further source")} in coverage.json.</p>` : ""}`;
  const told = ledger.sources.filter(isRemarkable);
  const rest = told.length - MAX_ROWS;
  const table =
    told.length === 0
      ? ""
      : `<div class="scroll" tabindex="0" role="group" aria-label="Gaps and clocks">
<table class="mid">
<caption class="hidden">Sources with days without lines, clocks that jumped, or lines without a time</caption>
<thead><tr><th scope="col">Source</th><th scope="col" class="n">Files</th><th scope="col">First to last day</th><th scope="col">What is missing</th></tr></thead>
<tbody>
${told.slice(0, MAX_ROWS).map(sourceRow).join("\n")}
</tbody>
</table>
</div>
${rest > 0 ? `<p class="hint">${plural(rest, "further source")} in coverage.json.</p>` : ""}`;
  return `<section class="card" aria-labelledby="ledger">
<h2 id="ledger">What there was to search</h2>
<p class="hint">${visibleHtml(ledgerSentence(ledger))} <strong>${escapeHtml(assuranceSentence(ledger))}</strong> Days are UTC; rotated files of one log are one source.</p>
${expectedList(ledger.expected)}${drawn}
${table}
</section>`;
}

function isRemarkable({ gaps, jumps, undated, unrecognised, unordered, complete }: LedgerSource): boolean {
  return gaps.length + jumps.length + undated + unrecognised > 0 || unordered === true || !complete;
}

function sourceRow(source: LedgerSource): string {
  const { name, paths, days, gaps, jumps, lines, undated, unrecognised, unordered, complete } = source;
  const dates = Object.keys(days);
  const span = dates.length === 0 ? "undated" : `${dates[0]} to ${dates.at(-1)}`;
  const missing = gaps.reduce((n, gap) => n + gap.days, 0);
  const more = gaps.length - MAX_GAPS;
  const facts = [
    gaps.length === 0
      ? ""
      : `no lines on ${plural(missing, "day")}: ${gaps.slice(0, MAX_GAPS).map(gapWords).join(", ")}${more > 0 ? ` and ${plural(more, "more gap")}` : ""}`,
    ...jumps.map(
      (jump) => `clock ${jumpWords(jump)} (${shorten(jump.path, 200).text}, byte ${formatCount(jump.offset)})`,
    ),
    unordered ? "in no order of time: gaps cannot be told" : "",
    undated === 0 ? "" : `about ${formatCount(undated)} of ${plural(lines, "line")} without a time`,
    unrecognised === 0 ? "" : `about ${formatCount(unrecognised)} of ${plural(lines, "line")} in no known format`,
    complete ? "" : "not read to the end",
  ];
  const list = facts.filter((fact) => fact !== "").map((fact) => `<li>${visibleHtml(fact)}</li>`);
  return `<tr><th scope="row" class="path"><span class="mono">${visibleHtml(shorten(name, 200).text)}</span></th><td class="n">${formatCount(paths.length)}</td><td class="when">${span}</td><td><ul class="errors">${list.join("")}</ul></td></tr>`;
}

function expectedList(expected: readonly ExpectedSource[]): string {
  if (expected.length === 0) return "";
  const items = expected.map(({ name, status, from, to, sources, days_missing: missing }) => {
    const span =
      from === undefined && to === undefined ? "" : ` from ${from ?? "its first day"} to ${to ?? "its last day"}`;
    const days = missing === undefined || missing === 0 ? "" : `, ${plural(missing, "day")} without lines`;
    const found = sources.length === 0 ? "" : ` (${shorten(sources.join(", "), 200).text})`;
    const tone = status === "present" ? "ok" : "bad";
    return `<li><span class="mono">${visibleHtml(name)}</span>${visibleHtml(span)}: <span class="${tone}">${status}</span>${visibleHtml(found + days)}</li>`;
  });
  return `<h3>Expected</h3>\n<ul>${items.join("")}</ul>\n`;
}

const KIND_WORDS: Readonly<Record<BackgroundKind, string>> = {
  outbound: "reached from inside (callout, attempt)",
  inbound: "came from outside (access, contact, probe)",
  resolution: "resolved",
  mention: "mentioned (not counted above)",
};

/** Empty when neither was there to check. */
export function checkSection(input: HuntSummary): string {
  const { background } = input.coverage;
  const validity = validitySentence(input.findings, input.otherWindow);
  if (background === undefined && validity === undefined) return "";
  return `<section class="card" aria-labelledby="check">
<h2 id="check">Could it be chance?</h2>
${validity === undefined ? "" : `<p>${escapeHtml(validity)}</p>`}
${background === undefined ? "" : backgroundTable(background)}
</section>`;
}

function backgroundTable(check: Background): string {
  const rows = BACKGROUND_KINDS.flatMap((kind) => {
    const count = check.kinds[kind];
    if (!count) return [];
    const ratio = count.ratio === undefined ? "" : ratioWords(count.ratio);
    return [
      `<tr><th scope="row">${KIND_WORDS[kind]}</th><td class="n">${formatCount(count.listed)}</td><td class="n">${formatCount(count.decoys)}</td><td class="n">${ratio}</td><td>${count.p === undefined ? "" : escapeHtml(chanceWords(count.p))}</td><td>${conclusionWords(count)}</td></tr>`,
    ];
  });
  const table =
    rows.length === 0
      ? ""
      : `<div class="scroll" tabindex="0" role="group" aria-label="Background check">
<table class="mid">
<caption class="hidden">Listed addresses and decoys that were met, by kind</caption>
<thead><tr><th scope="col">Addresses that were</th><th scope="col" class="n">Listed</th><th scope="col" class="n">Decoys</th><th scope="col" class="n">Ratio</th><th scope="col">Chance</th><th scope="col">Says</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
</div>`;
  return `<p><strong>${escapeHtml(backgroundSentence(check))}</strong></p>
<p class="hint">Decoys are addresses of the same /16 networks that nobody listed, hunted in the same pass. Each address counts once, however often it was met. The chance is exact and one-sided; below ${check.alpha} it is called more than chance. It says whether the list tells more than its networks do, not whether one finding is harmless: a callout is looked into whatever stands here.</p>
${table}`;
}

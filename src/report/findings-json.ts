/** `findings.jsonl` and `coverage.json`, keys in the order of the contract. */
import type { Coverage, SourceCoverage, SourceError } from "../model/coverage.js";
import type { Background, BackgroundCount } from "../model/background.js";
import type { Ledger, LedgerLimit, LedgerSource } from "../model/ledger.js";
import { VERDICTS, WINDOWS } from "../model/sighting.js";
import type { Finding, Verdict, Window } from "../model/sighting.js";
import { backgroundSentence } from "./background-words.js";
import { jsonDocument, jsonLine, sortedRecord } from "./json-text.js";
import { assuranceSentence, ledgerSentence } from "./ledger-words.js";
import { NEXT_STEPS } from "./next-steps.js";

/** One finding, one line without its line end. `verdicts` follows the contract's keys, worst first. */
export function findingJson(f: Finding): string {
  const verdicts: Partial<Record<Verdict, number>> = {};
  for (const verdict of VERDICTS) if (f.verdicts[verdict] !== undefined) verdicts[verdict] = f.verdicts[verdict];
  const windows: Partial<Record<Window, number>> = {};
  for (const window of WINDOWS) if (f.windows[window] !== undefined) windows[window] = f.windows[window];
  return jsonLine({
    id: f.id,
    verdict: f.verdict,
    level: f.level,
    indicator: {
      type: f.indicator.type,
      name: f.indicator.name,
      role: f.indicator.role,
      labels: f.indicator.labels,
      confidence: f.indicator.confidence,
      tlp: f.indicator.tlp,
      benign: f.indicator.benign,
      assertions: f.indicator.assertions,
    },
    asset: f.asset,
    count: f.count,
    first_seen: f.first_seen,
    last_seen: f.last_seen,
    days: sortedRecord(f.days),
    reasons: f.reasons,
    evidence: f.evidence.map((e) => ({
      path: e.path,
      offset: e.offset,
      line: e.line,
      record: e.record,
      timestamp: e.timestamp,
      verdict: e.verdict,
      original: e.original,
      format: e.format,
      timezone: e.timezone,
      sha256: e.sha256,
    })),
    verdicts,
    windows,
    next_steps: NEXT_STEPS[f.verdict],
  });
}

function orderedError(e: SourceError): SourceError {
  return { code: e.code, message: e.message, ...(e.offset === undefined ? {} : { offset: e.offset }) };
}

function orderedSource(s: SourceCoverage): Record<string, unknown> {
  return {
    path: s.path,
    file: s.file,
    size: s.size,
    sha256: s.sha256,
    format: s.format,
    timezone: s.timezone,
    bytes: s.bytes,
    lines: s.lines,
    parsed: s.parsed,
    unparsed: s.unparsed,
    hits: s.hits,
    first_seen: s.first_seen,
    last_seen: s.last_seen,
    formats: sortedRecord(s.formats),
    days: sortedRecord(s.days),
    errors: s.errors.map(orderedError),
    complete: s.complete,
  };
}

function orderedLog(s: LedgerSource): Record<string, unknown> {
  return {
    name: s.name,
    paths: s.paths,
    lines: s.lines,
    first_seen: s.first_seen,
    last_seen: s.last_seen,
    days: sortedRecord(s.days),
    gaps: s.gaps,
    jumps: s.jumps,
    unordered: s.unordered,
    undated: s.undated,
    unrecognised: s.unrecognised,
    complete: s.complete,
  };
}

/** Gaps and jumps stand with their source. */
function shortLimit(limit: LedgerLimit): Record<string, unknown> {
  if (limit.kind === "gap") return { kind: limit.kind, source: limit.source, days: limit.days };
  if (limit.kind === "jump") return { kind: limit.kind, source: limit.source };
  return { ...limit };
}

function orderedLedger(ledger: Ledger): Record<string, unknown> {
  return {
    window: ledger.window,
    summary: ledgerSentence(ledger),
    assurance: { level: ledger.assurance, sentence: assuranceSentence(ledger), limits: ledger.limits.map(shortLimit) },
    sources: ledger.sources.map(orderedLog),
    expected: ledger.expected,
  };
}

function orderedCount({ listed, decoys, ratio, p, conclusion }: BackgroundCount): Record<string, unknown> {
  return { listed, decoys, ratio, p, conclusion };
}

/** The background check, as coverage.json and manifest.json give it. `p` and `ratio` are absent where there is none. */
export function backgroundJson(check: Background): Record<string, unknown> {
  return {
    compared: check.compared,
    decoys: check.drawn,
    alpha: check.alpha,
    summary: backgroundSentence(check),
    met: orderedCount(check),
    kinds: Object.fromEntries(Object.entries(check.kinds).map(([kind, count]) => [kind, orderedCount(count)])),
    hits: check.hits,
  };
}

/** `coverage.json`: sources in the order given, days and formats sorted; the ledger; the background check; the totals. */
export function coverageJson(coverage: Coverage): string {
  const t = coverage.totals;
  return jsonDocument({
    sources: coverage.sources.map(orderedSource),
    ledger: orderedLedger(coverage.ledger),
    background: coverage.background && backgroundJson(coverage.background),
    totals: {
      sources: t.sources,
      complete: t.complete,
      recognised: t.recognised,
      bytes: t.bytes,
      lines: t.lines,
      parsed: t.parsed,
      unparsed: t.unparsed,
      hits: t.hits,
      errors: t.errors,
      first_seen: t.first_seen,
      last_seen: t.last_seen,
    },
  });
}

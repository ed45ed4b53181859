/** `findings.jsonl` and `coverage.json`, keys in the order of the contract. */
import type { Coverage, SourceCoverage, SourceError } from "../model/coverage.js";
import { VERDICTS } from "../model/sighting.js";
import type { Finding, Verdict } from "../model/sighting.js";
import { jsonDocument, jsonLine, sortedRecord } from "./json-text.js";

/** One finding, one line without its line end. `verdicts` follows the contract's keys, worst first. */
export function findingJson(f: Finding): string {
  const verdicts: Partial<Record<Verdict, number>> = {};
  for (const verdict of VERDICTS) if (f.verdicts[verdict] !== undefined) verdicts[verdict] = f.verdicts[verdict];
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
      timestamp: e.timestamp,
      verdict: e.verdict,
      original: e.original,
      format: e.format,
      timezone: e.timezone,
      sha256: e.sha256,
    })),
    verdicts,
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

/** `coverage.json`: sources in the order given, days and formats sorted, then the totals. */
export function coverageJson(coverage: Coverage): string {
  const t = coverage.totals;
  return jsonDocument({
    sources: coverage.sources.map(orderedSource),
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

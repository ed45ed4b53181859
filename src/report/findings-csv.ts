/** `findings.csv`: one finding a row for spreadsheets. RFC 4180; a cell is text to a spreadsheet, whatever a log wrote into it. */
import { stringify } from "csv-stringify/sync";
import { KEPT_LIMIT, type Evidence, type Finding } from "../model/sighting.js";
import { visibleCut } from "./text.js";

/** Code units of a cell. Spreadsheets take 32,767. */
const MAX_CELL = KEPT_LIMIT;

interface Row {
  finding: Finding;
  /** The line that the verdict rests on: the first of that verdict. */
  evidence: Evidence | undefined;
}

const COLUMNS: readonly (readonly [header: string, cell: (row: Row) => string | number | undefined])[] = [
  ["finding", ({ finding }) => finding.id],
  ["verdict", ({ finding }) => finding.verdict],
  ["level", ({ finding }) => finding.level],
  ["indicator_type", ({ finding }) => finding.indicator.type],
  ["indicator", ({ finding }) => finding.indicator.name],
  ["indicator_role", ({ finding }) => finding.indicator.role],
  ["labels", ({ finding }) => finding.indicator.labels.join(" | ")],
  ["known_benign", ({ finding }) => finding.indicator.benign?.join(" | ")],
  ["asset", ({ finding }) => finding.asset],
  ["sightings", ({ finding }) => finding.count],
  ["first_seen", ({ finding }) => finding.first_seen],
  ["last_seen", ({ finding }) => finding.last_seen],
  ["days", ({ finding }) => Object.keys(finding.days).length],
  ["reasons", ({ finding }) => finding.reasons.join(" | ")],
  ["evidence_path", ({ evidence }) => evidence?.path],
  ["evidence_line", ({ evidence }) => evidence?.line],
  ["evidence_offset", ({ evidence }) => evidence?.offset],
  ["evidence_time", ({ evidence }) => evidence?.timestamp],
  ["evidence_sha256", ({ evidence }) => evidence?.sha256],
  ["evidence_text", ({ evidence }) => evidence?.original],
];

/**
 * Where a formula could begin beside the start of a cell, which the library guards: after blanks and quotes, and after a semicolon, at
 * which a spreadsheet splits where the decimal sign is a comma. https://owasp.org/www-community/attacks/CSV_Injection
 */
const FORMULA = /(^[\s"]+|;[\s"]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

/** Printable, bounded, and with an apostrophe before what could be a formula. */
function safe(cell: string | number | undefined): string {
  if (typeof cell === "number") return String(cell);
  return visibleCut(cell ?? "", MAX_CELL).replace(FORMULA, "$1'");
}

/** Rows that are made at once. */
const ROWS = 1000;

/**
 * The table piece by piece, in the findings' order: the worst verdict first, then the most frequent. A header row, CRLF line ends. Every
 * finding: what is too long for a cell is cut, and says so.
 */
export function* findingsCsv(findings: Iterable<Finding>): Generator<string> {
  let rows: string[][] = [COLUMNS.map(([header]) => header)];
  const text = (): string => stringify(rows, { record_delimiter: "windows", escape_formulas: true });
  for (const finding of findings) {
    const evidence = finding.evidence.find(({ verdict }) => verdict === finding.verdict) ?? finding.evidence[0];
    rows.push(COLUMNS.map(([, cell]) => safe(cell({ finding, evidence }))));
    if (rows.length < ROWS) continue;
    yield text();
    rows = [];
  }
  if (rows.length > 0) yield text();
}

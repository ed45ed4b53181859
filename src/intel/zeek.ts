/**
 * Zeek's intelligence files: tab-separated, columns named by `#fields`. Zeek knows no JSON form of them.
 * Source: https://docs.zeek.org/en/master/frameworks/intel.html
 */
import { LookbackError } from "../model/errors.js";
import type { Candidate, Reader, Sink, Statement } from "./candidate.js";
import { fieldOf, type Field } from "./columns.js";
import { linesOf } from "./lines.js";
import { parseTags, stricter } from "./markings.js";
import { statedKind, type StatedKind } from "./stated-types.js";
import { stateWindow } from "./validity.js";
import { wordTable } from "../model/word-table.js";

/** `Intel::Type` in lower case, where the common table does not have the word or means another thing. */
const TYPES: Readonly<Record<string, StatedKind>> = wordTable({
  addr: {},
  subnet: {},
  // Zeek's own scripts compare it with one thing only: the User-Agent header (policy/frameworks/intel/seen/http-headers.zeek).
  software: { as: "user-agent" },
});

function kindOf(type: string): StatedKind | undefined {
  const word = type.replace(/^Intel::/i, "").toLowerCase();
  return Object.hasOwn(TYPES, word) ? TYPES[word] : statedKind(word);
}

/** Zeek's and the Collective Intelligence Framework's names for what `columns.ts` knows by others. */
const META: Readonly<Record<string, Field>> = wordTable({
  source: "feed",
  desc: "comment",
  firstseen: "validFrom",
  lastseen: "validUntil",
});

/** Kept as notes: they say when Zeek gives an alarm, or where to read more. */
const NOTED = new Set(["meta.if_in", "meta.url"]);

interface Columns {
  names: readonly string[];
  indicator: number;
  type: number;
  fields: readonly (Field | undefined)[];
}

function columnsOf(line: string): Columns {
  const names = line
    .split("\t")
    .slice(1)
    .map((name) => name.trim());
  const indicator = names.indexOf("indicator");
  if (indicator < 0)
    throw new LookbackError(
      "intel-unusable",
      "the #fields line names no indicator column: its names are divided by tabs",
    );
  const fields = names.map((name): Field | undefined => {
    if (!name.startsWith("meta.")) return undefined;
    const bare = name.slice("meta.".length).replace(/^cif_/, "");
    return Object.hasOwn(META, bare) ? META[bare] : fieldOf(bare)?.field;
  });
  return { names, indicator, type: names.indexOf("indicator_type"), fields };
}

const UNSET = new Set(["", "-", "(empty)"]);

/** `\x09` and kin, which stand for bytes of UTF-8. */
function unescape(cell: string): string {
  if (!cell.includes("\\x")) return cell;
  return cell.replace(/(?:\\x[0-9a-f]{2}){1,1000}/gi, (run) =>
    Buffer.from(run.replaceAll(/\\x/gi, ""), "hex").toString("utf8"),
  );
}

function statement(columns: Columns, cells: readonly string[]): Statement {
  const said: Statement = {};
  const labels: string[] = [];
  const notes: string[] = [];
  let from: string | undefined;
  let until: string | undefined;
  for (const [i, name] of columns.names.entries()) {
    const cell = unescape(cells[i] ?? "");
    if (UNSET.has(cell)) continue;
    const field = columns.fields[i];
    if (NOTED.has(name)) notes.push(`${name}: ${cell}`);
    else if (field === "feed") said.feed = cell;
    else if (field === "comment") said.comment = cell;
    else if (field === "confidence") said.confidence = cell;
    else if (field === "published") said.published = cell;
    else if (field === "revision") said.revision = cell;
    else if (field === "validFrom") from = cell;
    else if (field === "validUntil") until = cell;
    else if (field === "labels" || field === "tlp") {
      const tags = parseTags(field === "tlp" ? `tlp:${cell.replace(/^tlp:/i, "")}` : cell);
      labels.push(...tags.labels);
      const tlp = stricter(said.tlp, tags.tlp);
      if (tlp !== undefined) said.tlp = tlp;
    }
  }
  if (labels.length > 0) said.labels = labels;
  if (notes.length > 0) said.notes = notes;
  stateWindow(said, from, until);
  return said;
}

function row(line: string, number: number, columns: Columns, sink: Sink): void {
  const cells = line.split("\t");
  const text = unescape(cells[columns.indicator] ?? "").trim();
  if (UNSET.has(text)) {
    sink.reject(number, line, "the row has no indicator");
    return;
  }
  // Zeek refuses such a row. Its indicator is not to be lost; what its other columns say may belong elsewhere.
  const isWhole = cells.length === columns.names.length;
  const written = columns.type < 0 ? undefined : cells[columns.type]?.trim();
  const type = isWhole || /^Intel::/i.test(written ?? "") ? written : undefined;
  const kind = type === undefined ? undefined : kindOf(type);
  if (kind?.refused !== undefined) {
    sink.reject(number, text, kind.refused);
    return;
  }
  const said: Statement = isWhole
    ? statement(columns, cells)
    : {
        notes: [
          `the row has ${cells.length} columns, #fields has ${columns.names.length}: only the indicator was read`,
        ],
      };
  const candidate: Candidate = { text, line: number, ...said };
  if (type !== undefined) candidate.statedType = type;
  if (kind?.as !== undefined) candidate.as = kind.as;
  sink.candidate(candidate);
}

const SNIFF = 16_384;

export const zeekReader: Reader = {
  id: "zeek",
  recognises({ text }) {
    const start = text.slice(0, SNIFF).split("\n", 200);
    return start.some((line) => /^#fields\s/.test(line) && /\sindicator(?:\s|$)/.test(line));
  },
  read({ text }, _options, sink) {
    let columns: Columns | undefined;
    for (const [line, number] of linesOf(text)) {
      if (/^#fields\s/.test(line)) columns = columnsOf(line);
      else if (line.startsWith("#") || line.trim() === "") continue;
      else if (columns === undefined) sink.reject(number, line, "a row before the #fields line");
      else row(line, number, columns, sink);
    }
    if (columns === undefined) throw new LookbackError("intel-unusable", "there is no #fields line");
  },
};

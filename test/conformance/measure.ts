/** Holds LineParser against what corpora state, and sums it up. */
import { LineParser } from "../../src/formats/line-parser.js";
import type { ParsedLine } from "../../src/model/event.js";
import type { Statement } from "./truth.js";

export interface Score {
  stated: number;
  right: number;
}

export interface Miss {
  statement: Statement;
  parsed: ParsedLine;
}

export interface Measured {
  roles: Score;
  times: Score;
  groups: Map<string, { roles: Score; times: Score }>;
  misses: Miss[];
}

/** Yearless lines are read with the year the corpus was made in. */
const CORPUS_MTIME = Date.UTC(2024, 11, 31);

function parserOf(statement: Statement): LineParser {
  const { lines } = statement;
  return new LineParser(
    {
      path: statement.file.split("/").at(-1)!,
      firstLine: lines[0] ?? "",
      headLines: () => lines,
      headerBefore: (prefix, offset) => lines.slice(0, offset + 1).findLast((l) => l.startsWith(prefix)),
      mtimeMs: CORPUS_MTIME,
    },
    statement.timezone === undefined ? {} : { timezone: statement.timezone },
  );
}

function isRight(statement: Statement, parsed: ParsedLine): boolean {
  const { event } = parsed;
  if (statement.kind !== "time") return event[statement.kind]?.ip === statement.value;
  const expected = Number(statement.value);
  if (event.timestamp === undefined) return false;
  if (Math.abs(event.timestamp - expected) < 1000) return true;
  // Some of crowdsec's own parsers drop the zone that the line names and take the wall time for UTC.
  const zone = /^([+-])(\d\d):(\d\d) \(in the line\)/.exec(parsed.timezone ?? "");
  if (zone && statement.corpus === "crowdsec") {
    const minutes = (Number(zone[2]) * 60 + Number(zone[3])) * (zone[1] === "-" ? -1 : 1);
    if (Math.abs(event.timestamp + minutes * 60_000 - expected) < 1000) return true;
  }
  // The year of a line without one is the corpus's guess as much as ours.
  if (!parsed.timezone?.includes("; year")) return false;
  return new Date(event.timestamp).toISOString().slice(4, 19) === new Date(expected).toISOString().slice(4, 19);
}

export function measure(statements: readonly Statement[]): Measured {
  const out: Measured = {
    roles: { stated: 0, right: 0 },
    times: { stated: 0, right: 0 },
    groups: new Map(),
    misses: [],
  };
  const parsers = new Map<readonly string[], LineParser>();
  for (const statement of statements) {
    let parser = parsers.get(statement.lines);
    if (!parser) parsers.set(statement.lines, (parser = parserOf(statement)));
    // The harness numbers lines where the hunt counts bytes: the parser only hands the number back.
    const parsed = parser.parse(statement.text, statement.line - 1);
    let group = out.groups.get(statement.group);
    if (!group)
      out.groups.set(statement.group, (group = { roles: { stated: 0, right: 0 }, times: { stated: 0, right: 0 } }));
    const kind = statement.kind === "time" ? "times" : "roles";
    const right = isRight(statement, parsed);
    for (const score of [out[kind], group[kind]]) {
      score.stated++;
      if (right) score.right++;
    }
    if (!right) out.misses.push({ statement, parsed });
  }
  return out;
}

export function share(score: Score): number {
  return score.stated === 0 ? 1 : score.right / score.stated;
}

/** A table for people: totals, then the groups that miss most. */
export function report(name: string, measured: Measured): string {
  const cell = (s: Score): string => `${s.right}/${s.stated} (${(100 * share(s)).toFixed(2)} %)`.padEnd(24);
  const rows = [...measured.groups]
    .map(([group, g]) => ({ group, g, missed: g.roles.stated - g.roles.right + g.times.stated - g.times.right }))
    .filter((r) => r.missed > 0)
    .toSorted((a, b) => b.missed - a.missed)
    .slice(0, 25);
  return [
    `${name.padEnd(36)} roles ${cell(measured.roles)} times ${cell(measured.times)}`,
    ...rows.map((r) => `  ${r.group.padEnd(34)} roles ${cell(r.g.roles)} times ${cell(r.g.times)}`),
  ].join("\n");
}

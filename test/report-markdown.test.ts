import { marked, type Token, type Tokens } from "marked";
import { describe, expect, it } from "vitest";
import { renderMarkdown } from "../src/report/markdown.js";
import { code, codeBlock, table } from "../src/report/markdown-text.js";
import { emptyReport, makeFinding, sampleReport } from "./report-sample.js";

/** What GitHub's Markdown could take for markup, one of a kind each. */
const EVIL: readonly string[] = [
  "<script>alert(1)</script><img src=x onerror=alert(2)>",
  "[x](https://evil.example) ![y](https://evil.example/p.png) <https://evil.example> https://evil.example www.evil.example a@evil.example",
  "a | b || c \\| d \\\\| e |",
  "```\n# heading\n```",
  "`` ` ``` ````",
  "`",
  "\\`<b>\\`",
  " `x` ",
  "~~~",
  "- [ ] x\n> y\n\n# z\n---\n1. a",
  "&lt;b&gt; &#60;i&#62;",
  "**b** _i_ ~~s~~ [^1] $x$ @user #1",
  "\u202eevil\u2066\u200b\u0000\u001b[31m\u2028\ufeff",
  "",
  " ",
  "x\\",
];

const walk = (tokens: readonly Token[], visit: (token: Token) => void): void =>
  void marked.walkTokens([...tokens], visit);

/** Everything that a renderer would make of it, but for text and our own headings, lists, tables and emphasis. */
function markupOf(text: string): string[] {
  const found: string[] = [];
  walk(marked.lexer(text), (token) => {
    if (["html", "link", "image", "def", "del", "blockquote", "checkbox"].includes(token.type))
      found.push(`${token.type}: ${token.raw}`);
  });
  return found;
}

describe("Markdown in which hostile text stays text", () => {
  it.each(EVIL)("as a code span: %j", (evil) => {
    const spans: string[] = [];
    const line = `before ${code(evil)} after`;
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    walk(marked.lexer(line), (token) => token.type === "codespan" && spans.push((token as Tokens.Codespan).text));
    expect(markupOf(line)).toEqual([]);
    if (evil.trim() === "") expect(line).toBe("before – after");
    else expect(spans).toHaveLength(1);
    expect(marked.lexer(line)).toHaveLength(1);
  });

  it.each(EVIL)("as a cell: %j", (evil) => {
    const text = table(["a", "b", "c"], [[code(evil), code(evil), "last"]]);
    const [only, ...others] = marked.lexer(text);
    expect(others).toEqual([]);
    const { header, rows } = only as Tokens.Table;
    expect(header.map((cell) => cell.text)).toEqual(["a", "b", "c"]);
    expect(rows.map((row) => row.length)).toEqual([3]);
    expect(rows[0]![2]!.text).toBe("last");
    expect(markupOf(text)).toEqual([]);
    // GitHub splits a row at every bar with an even number of backslashes before it.
    for (const line of text.split("\n")) expect(line.match(/(?<!\\)(?:\\\\)*\|/g)).toHaveLength(4);
  });

  it.each(EVIL)("as a block: %j", (evil) => {
    const text = `before\n\n${codeBlock(evil, 2048)}\n\nafter`;
    expect(
      marked
        .lexer(text)
        .filter(({ type }) => type !== "space")
        .map(({ type }) => type),
    ).toEqual(["paragraph", "code", "paragraph"]);
    expect(text.split("\n").slice(2, -2)).toHaveLength(3);
  });
});

describe("report.md", () => {
  it("opens with the answer, and has the findings worst first, their lines, the coverage and the method", () => {
    const text = renderMarkdown(sampleReport());
    expect(text).toMatch(/^# Lookback: 2 callouts: own machines reached an indicator, and traffic went both ways\.\n/);
    expect(text).toContain("**A hit alone is not a compromise");
    expect(text.indexOf("| callout | critical |")).toBeLessThan(text.indexOf("| probe | low |"));
    expect(text).toContain("`logs/fw-paris/fortigate-2021.log.gz` line 88,412");
    expect(text).toContain("srcip=10.20.3.14");
    expect(text).toContain("**not to the end**");
    expect(text).toContain("9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab");
    expect(renderMarkdown(sampleReport())).toBe(text);
  });

  it("says what nothing found is worth", () => {
    const text = renderMarkdown(emptyReport());
    expect(text).toMatch(/^# Lookback: No sighting of any of the 161 indicators/);
    expect(text).toContain("This answer is worth as much as what was read");
    expect(text).not.toContain("## Findings");
  });

  it("has the same outline whatever the logs and feeds hold", () => {
    const outline = (evil: string): string[] => {
      const sample = sampleReport();
      const made = makeFinding(
        {
          verdict: "callout",
          name: evil,
          labels: [evil],
          asset: evil,
          count: 1,
          from: "2021-03-04",
          to: "2021-03-04",
          reasons: [evil],
          lines: [[evil, 1, evil]],
        },
        0,
      );
      const finding = {
        ...made,
        id: evil,
        first_seen: evil,
        indicator: { ...made.indicator, benign: [evil] },
        evidence: made.evidence.map((e) => ({ ...e, timestamp: evil, timezone: evil, sha256: evil })),
      };
      const source = { ...sample.coverage.sources[0]!, path: evil, format: evil, timezone: evil, first_seen: evil };
      const { ledger } = sample.coverage;
      const text = renderMarkdown({
        ...sample,
        findings: [finding],
        coverage: {
          ...sample.coverage,
          sources: [source],
          ledger: { ...ledger, limits: [{ kind: "unread", source: evil }] },
        },
        intel: { ...sample.intel, hash: evil, files: [{ ...sample.intel.files[0]!, file: evil, reader: evil }] },
        own: { networks: [evil], assumed: false },
        provenance: { ...sample.provenance, arguments: [evil], version: evil, facts: [[evil, evil]] },
      });
      expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(markupOf(text)).toEqual([]);
      const types: string[] = [];
      walk(marked.lexer(text), (token) => {
        if (!["text", "escape", "codespan", "space"].includes(token.type)) types.push(token.type);
        if (token.type === "table") types.push(String((token as Tokens.Table).rows.map((row) => row.length)));
      });
      return types;
    };
    const clean = outline("plain");
    for (const evil of EVIL) expect(outline(evil), JSON.stringify(evil)).toEqual(clean);
  });

  it("is bounded, and says what it left out", () => {
    const sample = sampleReport();
    const long = makeFinding(
      { verdict: "callout", name: "n", asset: "a", count: 1, reasons: [], lines: [["p", 1, "x".repeat(100_000)]] },
      0,
    );
    const findings = Array.from({ length: 3000 }, (_, i) => ({ ...long, id: `id${i}` }));
    const sources = Array.from({ length: 2000 }, () => sample.coverage.sources[0]!);
    const text = renderMarkdown({ ...sample, findings, coverage: { ...sample.coverage, sources } });
    expect(text).toContain("95902 more characters");
    expect(text).toContain("2,000 further findings in findings.jsonl.");
    expect(text).toContain("200 of 3,000: the worst.");
    expect(text).toContain("1,500 further sources in coverage.json.");
    expect(text.length).toBeLessThan(2_000_000);
  });
});

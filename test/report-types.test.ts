/** Findings of long values, known-benign indicators and asserted ones, for people and for tools. */
import { describe, expect, it } from "vitest";

import type { IndicatorType } from "../src/model/indicator.js";
import type { AssertionRef, Finding, Verdict } from "../src/model/sighting.js";
import { levelOf } from "../src/model/sighting.js";
import { findingJson } from "../src/report/findings-json.js";
import { renderHtml } from "../src/report/html.js";
import { threatJson } from "../src/report/sighting-json.js";
import { compareFindings } from "../src/report/summary.js";
import { renderSummary } from "../src/report/terminal.js";
import { truncateMiddle } from "../src/report/text.js";
import { headline } from "../src/report/wording.js";
import { FindingsBuilder } from "../src/triage/findings.js";
import { makeFinding, sampleReport } from "./report-sample.js";

function found(type: IndicatorType, name: string, verdict: Verdict = "callout", benign?: string[]): Finding {
  const base = makeFinding(
    { verdict, name, asset: "10.0.0.5", count: 1, reasons: ["url.domain is the indicator"], lines: [] },
    0,
  );
  const indicator = { ...base.indicator, type, ...(benign ? { benign } : {}) };
  return { ...base, id: `${type}${verdict}`, level: levelOf(verdict, benign), indicator };
}

const LONG = `http://evil.example/${"a".repeat(1500)}/gate.php`;

describe("long values on a terminal", () => {
  it("lose their middle, keep host and end, and say their type", () => {
    const text = renderSummary(
      { ...sampleReport(), findings: [found("url", LONG), found("file", "ab".repeat(32), "mention")] },
      { color: false, width: 100 },
    );
    expect(text).toContain(`callout  http://evil.example/aaaaaa…aaa/gate.php  10.0.0.5`);
    expect(text).toContain("         [url] url.domain is the indicator");
    expect(text).toContain(`mention  ababababababababababababab…abababababab  10.0.0.5`);
    for (const width of [40, 60, 76, 100, 200])
      for (const line of renderSummary(
        { ...sampleReport(), findings: [found("url", LONG)] },
        { color: false, width },
      ).split("\n"))
        expect([...line].length).toBeLessThanOrEqual(width);
  });

  it("are cut by code points, and not at all when they fit", () => {
    expect(truncateMiddle("abcdefghij", 10)).toBe("abcdefghij");
    expect(truncateMiddle("abcdefghijk", 10)).toBe("abcdef…ijk");
    expect(truncateMiddle("😀".repeat(20), 7)).toBe("😀😀😀😀…😀😀");
    expect(truncateMiddle("abc", 2)).toBe("a…");
    expect(truncateMiddle("x".repeat(5_000_000), 9)).toBe("xxxxxx…xx");
  });
});

describe("a known-benign indicator", () => {
  const cdn = found("domain-name", "cdn.example", "callout", ["List of known CDNs"]);
  const probe = found("ipv4-addr", "203.0.113.7", "contact");

  it("stands below worse levels, and does not make the headline", () => {
    const sample = sampleReport();
    expect([cdn, probe].toSorted(compareFindings)).toEqual([probe, cdn]);
    expect(headline({ ...sample, findings: [cdn, probe] })).toMatchObject({ level: "medium" });
    const alone = headline({ ...sample, findings: [cdn] });
    expect(alone.level).toBe("low");
    expect(alone.caveats).toContain(
      "1 finding is of an indicator that a warning list names as known-benign: its level is low at most.",
    );
    expect(levelOf("mention", ["x"])).toBe("info");
    expect(levelOf("callout", [])).toBe("critical");
  });

  it("is capped in what the builder makes of sightings, and sorted so", () => {
    const builder = new FindingsBuilder();
    for (const f of [cdn, probe]) {
      const { verdict, level, asset, reasons } = f;
      builder.add(
        {
          event: {},
          original: "x",
          log: { path: "a.log", offset: 0, line: 1 },
          indicator: f.indicator,
          observed: f.indicator.name,
          format: "x",
        },
        {
          role: "destination",
          outcome: "established",
          window: "unknown",
          verdict,
          level,
          reasons,
          asset,
          finding: f.id,
        },
        0,
      );
    }
    expect(builder.findings().map(({ verdict, level }) => [verdict, level])).toEqual([
      ["contact", "medium"],
      ["callout", "low"],
    ]);
  });
});

describe("what was said of an indicator", () => {
  const assertions: AssertionRef[] = [
    { file: "list.csv", feed: "CERT <b>", line: 7, published: "2021-02-01" },
    { file: "b.json", object: "indicator--1" },
  ];
  const base = found("url", LONG);
  const told: Finding = {
    ...base,
    indicator: { ...base.indicator, confidence: 85, tlp: "TLP:AMBER+STRICT", assertions },
  };

  it("reaches the page, escaped, with the whole value once", async () => {
    const html = await renderHtml({ ...sampleReport(), findings: [told] });
    expect(html).toContain(
      "<li>CERT &lt;b&gt;, list.csv, line 7, published 2021-02-01</li><li>b.json, indicator--1</li>",
    );
    expect(html.split(LONG).length - 1).toBe(1);
    expect(html).toContain(
      `<span class="value mono">${truncateMiddle(LONG, 160)}</span><span class="sub">url, relay, APT31</span>`,
    );
    const benign = await renderHtml({
      ...sampleReport(),
      findings: [found("domain-name", "cdn.example", "callout", ["CDNs"])],
    });
    expect(benign).toContain("domain-name, relay, APT31, known-benign: CDNs");
  });

  it("reaches findings.jsonl after the contract's keys, and sightings in ECS' words", () => {
    expect(JSON.parse(findingJson(told)).indicator).toEqual({
      type: "url",
      name: LONG,
      role: "relay",
      labels: ["APT31"],
      confidence: 85,
      tlp: "TLP:AMBER+STRICT",
      assertions,
    });
    expect(JSON.parse(threatJson(told.indicator))).toEqual({
      indicator: { type: "url", name: LONG, confidence: "High", marking: { tlp: "AMBER+STRICT" } },
    });
    const words = [0, 1, 29, 30, 69, 70, 100].map((confidence) =>
      String(JSON.parse(threatJson({ ...base.indicator, confidence })).indicator.confidence),
    );
    expect(words).toEqual(["None", "Low", "Low", "Medium", "Medium", "High", "High"]);
  });
});

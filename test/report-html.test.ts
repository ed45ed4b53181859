import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { EVIDENCE_LIMIT } from "../src/model/sighting.js";
import { renderHtml } from "../src/report/html.js";
import { timelineOf } from "../src/report/timeline.js";
import { emptyReport, makeFinding, SAMPLE_BACKGROUND, sampleReport } from "./report-sample.js";

const ESC = String.fromCharCode(27);
const EVIL =
  `<script>alert(1)</script><img src=x onerror=alert(2)>"'\`&amp;${ESC}[31m${ESC}]8;;http://evil.example/${ESC}\\` +
  "\u0000\u009b\u2028\u202e\u2066\u200b\ufeff]]>--></pre></style>";

const text = (html: string): string => html.slice(html.indexOf("<body>"));

describe("the page", () => {
  it("loads nothing, names no address to load from, and allows its one script by hash", async () => {
    const html = await renderHtml(sampleReport());
    expect(html).not.toMatch(/https?:\/\//);
    expect(html).not.toMatch(/<(?:link|iframe|img|object|embed|base|video|audio|source)\b/i);
    expect(html).not.toMatch(/url\(|@import|\ssrc=|xlink:href|\son\w+=/);
    const scripts = [...html.matchAll(/<script[^>]*>([^]*?)<\/script>/g)];
    expect(scripts).toHaveLength(1);
    const hash = createHash("sha256").update(scripts[0]![1]!).digest("base64");
    expect(html).toContain(`default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; img-src data:`);
  });

  it("is the same for the same input", async () => {
    const first = await renderHtml(sampleReport());
    expect(await renderHtml(sampleReport())).toBe(first);
  });

  it("opens with the answer, the worst level and the standing sentence", async () => {
    const html = await renderHtml(sampleReport());
    expect(html).toContain("Worst level: critical");
    expect(html).toContain(
      '<h1 id="answer">2 callouts: own machines reached an indicator, and traffic went both ways.</h1>',
    );
    expect(html).toContain("A hit alone is not a compromise");
    expect(html).toContain("1 source was not read to the end");
    expect(html.indexOf(">callout</span>")).toBeLessThan(html.indexOf(">probe</span>"));
    expect(html).toContain("logs/fw-paris/fortigate-2021.log.gz:88412");
  });

  it("says what nothing found is worth, without findings or a picture", async () => {
    const html = await renderHtml(emptyReport());
    expect(html).toContain(
      "No sighting of any of the 161 indicators in 315,265 lines of 5 sources from 2021-01-01 on.",
    );
    expect(html).toContain("This answer is worth as much as what was read");
    expect(text(html)).not.toMatch(/id="timeline"|<table id="findings-table"/);
  });

  it("shows hostile text as text, wherever it comes from", async () => {
    const sample = sampleReport();
    const finding = makeFinding(
      {
        verdict: "callout",
        name: EVIL,
        labels: [EVIL],
        asset: EVIL,
        count: 2,
        from: "2021-03-04",
        to: "2021-03-05",
        reasons: [EVIL],
        lines: [[EVIL, 1, EVIL]],
      },
      0,
    );
    const source = { ...sample.coverage.sources[5]!, path: EVIL, format: EVIL, timezone: EVIL, first_seen: EVIL };
    const html = await renderHtml({
      ...sample,
      findings: [{ ...finding, id: EVIL, first_seen: EVIL, days: { ...finding.days, [EVIL]: 3 } }],
      coverage: { ...sample.coverage, sources: [{ ...source, errors: [{ code: "read-failed", message: EVIL }] }] },
      intel: {
        ...sample.intel,
        hash: EVIL,
        labels: [EVIL],
        files: [{ ...sample.intel.files[0]!, file: EVIL, reader: EVIL }],
      },
      own: { networks: [EVIL], assumed: false },
      provenance: { ...sample.provenance, arguments: [EVIL], version: EVIL, finishedAt: EVIL, facts: [[EVIL, EVIL]] },
    });
    const clean = await renderHtml(sample);
    const tags = (page: string): string[] =>
      [...new Set([...text(page).matchAll(/<\/?([a-z][\w-]*)/gi)].map((m) => m[1]!))].sort();
    expect(tags(html).filter((t) => !tags(clean).includes(t))).toEqual([]);
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toMatch(/<img|alert\(1\)<|onerror=alert\(2\)>/);
    expect(html.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).toContain('<span class="ctl">\\u{1b}</span>[31m');
    expect(html).toContain("\\u{202e}\\u{2066}\\u{200b}\\u{feff}");
  });

  it("tells of a line which format read it and how its time was had", async () => {
    const made = makeFinding(
      {
        verdict: "callout",
        name: "n",
        asset: "a",
        count: 1,
        from: "2021-03-04",
        to: "2021-03-04",
        reasons: [],
        lines: [["p", 1, "x"]],
      },
      0,
    );
    const evidence = made.evidence.map((e) => ({ ...e, format: "squid.access", timezone: "UTC (assumed); <b>" }));
    const html = await renderHtml({ ...sampleReport(), findings: [{ ...made, evidence }] });
    expect(html).toContain("(byte 187) · squid.access · time UTC (assumed); &lt;b&gt;</span><pre>x</pre>");
  });

  it("has the method: decoys, hits outside the window, how times were read, hashes of logs, facts of the hunt", async () => {
    const sample = sampleReport();
    const sources = [
      { ...sample.coverage.sources[0]!, timezone: "UTC (assumed)", lines: 10, sha256: "ab".repeat(32) },
      { ...sample.coverage.sources[1]!, timezone: "<b>Europe/Paris", lines: 5 },
      { ...sample.coverage.sources[2]!, timezone: "<b>Europe/Paris", lines: 7 },
    ];
    const coverage = { ...sample.coverage, sources, background: SAMPLE_BACKGROUND };
    const html = await renderHtml({ ...sample, coverage, outside: 3, otherWindow: 2 });
    const method = html.slice(html.indexOf('id="method"'));
    expect(method).toContain("3, left out: they are in no file of this output");
    expect(method).toContain("2, left out by --window");
    expect(method).toContain("161 addresses that nobody listed, from the networks of 161 listed addresses");
    const rows = [
      ...method.matchAll(/<th scope="row">([^<]*)<\/th><td class="n">(\d+)<\/td><td class="n">(\d+)<\/td>/g),
    ];
    expect(rows.map((row) => row.slice(1))).toEqual([
      ["&lt;b&gt;Europe/Paris", "2", "12"],
      ["UTC (assumed)", "1", "10"],
    ]);
    expect(html).toContain(`SHA-256 <span class="mono">${"ab".repeat(32)}</span>`);
    const { background: _, ...unchecked } = coverage;
    expect(await renderHtml({ ...sample, coverage: unchecked })).toContain("none: no background check was made");
  });

  it("shows a line as it was kept, to what was found at its end", async () => {
    const line = `${"x".repeat(EVIDENCE_LIMIT - 11)}203.0.113.7`;
    const made = makeFinding(
      {
        verdict: "callout",
        name: "203.0.113.7",
        asset: "a",
        count: 1,
        reasons: [],
        lines: [
          ["p", 1, line],
          ["p", 2, `…${line}…`],
        ],
      },
      0,
    );
    const html = await renderHtml({ ...sampleReport(), findings: [made] });
    expect(html).toContain(`<pre>${line}</pre>`);
    expect(html).toContain(`<pre>…${line}…</pre>`);
  });

  it("bounds lines, findings and sources, and says what it left out", async () => {
    const sample = sampleReport();
    const long = makeFinding(
      {
        verdict: "callout",
        name: "203.0.113.7",
        asset: "a",
        count: 1,
        reasons: ["r"],
        lines: [["p", 1, "x".repeat(100_000)]],
      },
      0,
    );
    const findings = Array.from({ length: 3000 }, (_, i) => ({ ...long, id: `id${i}` }));
    const sources = Array.from({ length: 2000 }, () => sample.coverage.sources[0]!);
    const html = await renderHtml({ ...sample, findings, coverage: { ...sample.coverage, sources } });
    expect(html).toContain("95,902 more characters");
    expect(html.match(/class="finding"/g)).toHaveLength(1000);
    expect(html).toContain("2,000 further findings");
    expect(html).toContain("1,500 further sources in coverage.json");
    expect(html.length).toBeLessThan(8_000_000);
  });
});

describe("the timeline", () => {
  it("counts by day under the finding's verdict, worst first, without gaps", () => {
    const days = { "2021-03-04": 2, "2021-03-06": 1 };
    const finding = makeFinding({ verdict: "probe", name: "n", asset: "a", count: 4, reasons: [], lines: [] }, 0);
    const worse = makeFinding({ verdict: "callout", name: "n", asset: "a", count: 1, reasons: [], lines: [] }, 1);
    expect(
      timelineOf([
        { ...finding, days },
        { ...worse, days: { "2021-03-05": 1 } },
      ]),
    ).toEqual({
      unit: "day",
      buckets: ["2021-03-04", "2021-03-05", "2021-03-06"],
      series: [
        { verdict: "callout", counts: [0, 1, 0] },
        { verdict: "probe", counts: [2, 0, 1] },
      ],
      undrawn: 1,
    });
  });

  it("widens its unit with the span, loses no sighting, and is not stretched by misread times", () => {
    const base = makeFinding({ verdict: "probe", name: "n", asset: "a", count: 4, reasons: [], lines: [] }, 0);
    for (const [end, unit, first] of [
      ["2021-08-01", "day", "2021-01-07"],
      ["2023-01-07", "week", "2021-01-04"],
      ["2031-01-07", "month", "2021-01-01"],
      ["2098-01-07", "year", "2021-01-01"],
    ] as const) {
      const days = {
        "2021-01-07": 3,
        [end]: 1,
        "0001-01-01": 5,
        "9999-12-31": 5,
        "+123456-01-01": 5,
        "2021-02-31": NaN,
      };
      const t = timelineOf([{ ...base, count: 19, days }])!;
      expect([t.unit, t.buckets[0], t.undrawn]).toEqual([unit, first, 15]);
      expect(t.buckets.length).toBeLessThanOrEqual(260);
      expect(t.series[0]!.counts.reduce((a, b) => a + b, 0)).toBe(4);
    }
    expect(timelineOf([{ ...base, days: {} }])).toBeUndefined();
  });
});

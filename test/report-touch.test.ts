import { describe, expect, it } from "vitest";
import type { Finding, Verdict } from "../src/model/sighting.js";
import { renderHtml } from "../src/report/html.js";
import { touchesOf, touchSvg } from "../src/report/touch-picture.js";
import { emptyReport, makeFinding, sampleReport } from "./report-sample.js";

let made = 0;
function finding(verdict: Verdict, name: string, asset: string, count = 1): Finding {
  return makeFinding({ verdict, name, asset, count, reasons: [], lines: [] }, made++);
}

/** The x of the tip of each arrow, by the title of its line. */
function arrows(svg: string): Map<string, number> {
  const tips = [
    ...svg.matchAll(/<path [^>]*transform="matrix\([^)]*,([\d.]+),[\d.]+\)"[^>]*><title>([^<]*)<\/title>/g),
  ];
  return new Map(tips.map(([, x, title]) => [title!, Number(x)]));
}

describe("who touched whom", () => {
  it("points from the end that began: outward for a callout, inward for a probe, nowhere for a mention", async () => {
    const svg = await touchSvg(
      touchesOf([
        finding("callout", "203.0.113.1", "10.0.0.1"),
        finding("resolution", "203.0.113.2", "10.0.0.2"),
        finding("access", "203.0.113.3", "10.0.0.3"),
        finding("probe", "203.0.113.4", "10.0.0.4"),
        finding("mention", "203.0.113.5", "10.0.0.5"),
        finding("own-asset", "203.0.113.6", "203.0.113.6"),
      ]),
    );
    const tips = arrows(svg);
    const at = (start: string): number => [...tips].find(([title]) => title.startsWith(start))![1];
    // Indicators stand on the left.
    expect(at("callout: 10.0.0.1 called out to 203.0.113.1: 1 sighting")).toBeLessThan(400);
    expect(at("resolution: 10.0.0.2 looked up 203.0.113.2")).toBeLessThan(400);
    expect(at("access: 203.0.113.3 got into 10.0.0.3")).toBeGreaterThan(700);
    expect(at("probe: 203.0.113.4 knocked at 10.0.0.4")).toBeGreaterThan(700);
    expect(tips.size).toBe(4);
    expect(svg).toContain("<title>mention: 203.0.113.5 is mentioned in a line of 10.0.0.5");
    expect(svg).toContain("<title>own-asset: 203.0.113.6 is in your own ranges");
  });

  it("has classes for colours, and whole lines for what went through alone", async () => {
    const svg = await touchSvg(
      touchesOf([finding("callout", "203.0.113.1", "10.0.0.1"), finding("callout-attempt", "203.0.113.2", "10.0.0.1")]),
    );
    expect(svg).not.toMatch(/#[0-9a-f]{6}|style=|ecmeta|zr\d/);
    const lines = [...svg.matchAll(/<path [^>]*stroke-width[^>]*>/g)].map(([line]) => line);
    expect(lines.filter((line) => line.includes('v-callout"'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes("stroke-dasharray"))).toEqual([
      expect.stringContaining('class="v-callout-attempt"'),
    ]);
  });

  it("keeps the worst pairs, whatever the order, with every finding of each, and says how many it left out", () => {
    const probes = Array.from({ length: 60 }, (_, i) => finding("probe", `203.0.113.${i}`, "10.0.0.1", 100));
    const callout = finding("callout", "203.0.113.7", "10.0.0.1");
    const touches = touchesOf([...probes, callout]);
    expect([touches.pairs, touches.undrawn, touches.drawn.length]).toEqual([60, 20, 41]);
    expect(touches.drawn[0]!.finding).toBe(callout);
    expect(
      touches.drawn.some(
        ({ finding: { verdict, indicator } }) => verdict === "probe" && indicator.name === "203.0.113.7",
      ),
    ).toBe(true);
    expect(touchesOf([callout, ...probes.toReversed()])).toEqual(touches);
  });

  it("does not take two indicators of one name for one", () => {
    const one = finding("mention", "d41d8cd98f00b204e9800998ecf8427e", "a");
    const other = { ...one, id: "other", indicator: { ...one.indicator, type: "ja3" as const } };
    expect(touchesOf([one, other]).pairs).toBe(2);
  });

  it("keeps every label within the picture and apart from the next, however the names are tied", async () => {
    for (const [indicators, assets] of [
      [40, 1],
      [1, 40],
      [7, 6],
      [20, 20],
    ] as const) {
      const findings = Array.from({ length: 40 }, (_, i) =>
        finding("probe", `203.0.113.${i % indicators}`, `10.0.0.${(i * 7) % assets}`),
      );
      const svg = await touchSvg(touchesOf(findings));
      const height = Number(/height="(\d+)"/.exec(svg)![1]);
      const labels = [...svg.matchAll(/<text [^>]*translate\(([\d.]+) ([\d.]+)\)/g)].map(([, x, y]) =>
        [x, y].map(Number),
      );
      for (const [side, names] of [
        [labels.filter(([x]) => x! < 560), indicators],
        [labels.filter(([x]) => x! > 560), assets],
      ] as const) {
        const rows = side.map(([, y]) => y!).sort((a, b) => a - b);
        // With the heading.
        expect(rows.length).toBe(names + 1);
        rows.slice(1).forEach((y, i) => expect(y - rows[i]!).toBeGreaterThan(17));
        expect(rows.at(-1)).toBeLessThan(height);
      }
    }
  });

  it("stands on the page with the same in words, each a link to its finding", async () => {
    const html = await renderHtml(sampleReport());
    const section = html.slice(html.indexOf('id="touched"'), html.indexOf('id="findings"'));
    const links = [...section.matchAll(/<a href="#(f-[^"]+)">/g)].map(([, id]) => id!);
    expect(links.length).toBe(sampleReport().findings.length);
    for (const id of links) expect(html).toContain(`id="${id}"`);
    expect(section).toContain("10.20.3.14 called out to 203.0.113.14: 12 sightings");
    expect(await renderHtml(emptyReport())).not.toContain("Who touched whom");
  });
});

/**
 * Who touched whom: indicators on the left, own machines on the right, a line for every finding between them. The line's arrow says which
 * way it went, its stroke whether traffic went through, its colour the verdict. The worst pairs only: a thousand lines show nothing.
 */
import type { Finding, Verdict, FindingList } from "../model/sighting.js";
import { totalsOf } from "./totals.js";
import { drawnChart, markColor, svgForPage, TEXT, WIDTH, type Mark } from "./svg-page.js";
import { plural, printable, truncateMiddle } from "./text.js";
import { periodWords } from "./wording.js";

const MAX_PAIRS = 40;
/** Code points of a name in the picture, and in words. */
const MAX_LABEL = 40;
const MAX_NAME = 160;

interface Touch {
  way: "outward" | "inward" | "neither";
  stroke: "solid" | "dashed" | "dotted";
  /** Between the one that began it and the other. */
  words: string;
}

export const TOUCH: Readonly<Record<Verdict, Touch>> = {
  "own-asset": { way: "neither", stroke: "solid", words: "is in your own ranges, as" },
  callout: { way: "outward", stroke: "solid", words: "called out to" },
  "callout-attempt": { way: "outward", stroke: "dashed", words: "tried to reach" },
  access: { way: "inward", stroke: "solid", words: "got into" },
  contact: { way: "inward", stroke: "solid", words: "reached" },
  resolution: { way: "outward", stroke: "dotted", words: "looked up" },
  probe: { way: "inward", stroke: "dashed", words: "knocked at" },
  "probe-blocked": { way: "inward", stroke: "dashed", words: "was blocked on its way to" },
  mention: { way: "neither", stroke: "dotted", words: "is mentioned in a line of" },
};

/** One finding as a sentence, printable. */
export interface TouchWords {
  finding: Finding;
  text: string;
}

export interface Touches {
  /** The findings that are drawn, worst first. */
  drawn: TouchWords[];
  pairs: number;
  /** Pairs that found no place. */
  undrawn: number;
  /** Findings whose pairs are not counted: none worse. */
  untold: number;
}

const indicatorKey = ({ indicator }: Finding): string => `${indicator.type} ${indicator.name}`;
const pairKey = (f: Finding): string => JSON.stringify([indicatorKey(f), f.asset]);

/** Of the worst pairs of an indicator and an own machine, every finding; of a long list, among those that are told at all. */
export function touchesOf(all: FindingList): Touches {
  const findings = totalsOf(all).worst;
  // They come worst first, and so do the pairs.
  const pairs = [...new Set(findings.map(pairKey))];
  const shown = new Set(pairs.slice(0, MAX_PAIRS));
  const drawn = findings
    .filter((f) => shown.has(pairKey(f)))
    .map((finding) => ({ finding, text: touchWords(finding) }));
  const untold = all.length - findings.length;
  return { drawn, pairs: pairs.length, undrawn: pairs.length - shown.size, untold };
}

/** `10.20.8.14 called out to 203.0.113.7: 61 sightings, 2021-06-21 01:40 – 2021-06-25 02:41`. */
function touchWords({ verdict, indicator, asset, count, first_seen, last_seen }: Finding): string {
  const { way, words } = TOUCH[verdict];
  const [name, machine] = [indicator.name, asset].map((text) => printable(truncateMiddle(text, MAX_NAME)));
  const said = way === "outward" ? `${machine} ${words} ${name}` : `${name} ${words} ${machine}`;
  return `${said}: ${plural(count, "sighting")}, ${printable(periodWords(first_seen, last_seen))}`;
}

export function describeTouches({ drawn, pairs, undrawn, untold }: Touches): string {
  const indicators = new Set(drawn.map(({ finding }) => indicatorKey(finding))).size;
  const assets = new Set(drawn.map(({ finding }) => finding.asset)).size;
  const more = untold === 0 ? "" : " of the worst findings";
  const part = undrawn === 0 ? more : ` of ${plural(pairs, "pair")}${more}`;
  return `Who touched whom: ${plural(drawn.length, "finding")} between ${plural(indicators, "indicator")} and ${plural(assets, "own machine")}${part}. The same in words follows.`;
}

const ROW = 20;
const TOP = 34;
const BOTTOM = 12;
const LEFT_X = 350;
const RIGHT_X = WIDTH - 350;
/** How far lines of one pair stand apart, as curvature. */
const BOW = 0.09;

interface Node {
  key: string;
  label: string;
  y: number;
}

/** The side with more names stands in even rows, worst first; the other side's names stand where their lines come from. */
function placed(drawn: readonly TouchWords[]): { left: Map<string, Node>; right: Map<string, Node>; rows: number } {
  const links = drawn.map(({ finding }) => [indicatorKey(finding), finding.asset] as const);
  const count = (side: 0 | 1): number => new Set(links.map((link) => link[side])).size;
  const few: 0 | 1 = count(0) >= count(1) ? 1 : 0;
  // Those that touch the same one stand together, or the lines are a thicket.
  const first = new Map<string, number>();
  links.forEach((link, i) => first.set(link[few], first.get(link[few]) ?? i));
  const order = links.map((_, i) => i).sort((a, b) => first.get(links[a]![few])! - first.get(links[b]![few])! || a - b);

  const sides = [new Map<string, Node>(), new Map<string, Node>()] as const;
  for (const i of order) {
    const { indicator, asset } = drawn[i]!.finding;
    [indicator.name, asset].forEach((name, side) => {
      const nodes = sides[side]!;
      const key = links[i]![side]!;
      if (nodes.has(key)) return;
      nodes.set(key, { key, label: printable(truncateMiddle(name, MAX_LABEL)), y: nodes.size });
    });
  }
  const [left, right] = sides;
  const rows = Math.max(left.size, right.size);
  const many = few === 0 ? right : left;
  settle(
    [...sides[few].values()],
    links.map((link) => [sides[few].get(link[few])!, many.get(link[1 - few]!)!.y]),
    rows,
  );
  return { left, right, rows };
}

/** Each at the mean of its neighbours' rows, pushed apart to a row each, within the rows there are. */
function settle(nodes: Node[], neighbours: [Node, number][], rows: number): void {
  for (const node of nodes) {
    const at = neighbours.filter(([one]) => one === node).map(([, y]) => y);
    node.y = at.reduce((sum, y) => sum + y, 0) / at.length;
  }
  nodes.sort((a, b) => a.y - b.y || (a.key < b.key ? -1 : 1));
  nodes.forEach((node, i) => (node.y = Math.max(node.y, i === 0 ? 0 : nodes[i - 1]!.y + 1)));
  for (let i = nodes.length - 1, most = rows - 1; i >= 0; i--, most = nodes[i + 1]!.y - 1)
    nodes[i]!.y = Math.min(nodes[i]!.y, most);
}

/** Lines of one pair are bent apart, the same way whichever end they begin at. */
function bends(drawn: readonly TouchWords[]): number[] {
  const counts = new Map<string, number>();
  for (const { finding } of drawn) counts.set(pairKey(finding), (counts.get(pairKey(finding)) ?? 0) + 1);
  const seen = new Map<string, number>();
  return drawn.map(({ finding }) => {
    const key = pairKey(finding);
    const i = seen.get(key) ?? 0;
    seen.set(key, i + 1);
    const bend = (i - (counts.get(key)! - 1) / 2) * BOW;
    return TOUCH[finding.verdict].way === "outward" ? -bend : bend;
  });
}

/** An `<svg>` element for the page. Loads ECharts. */
export async function touchSvg(touches: Touches): Promise<string> {
  const { left, right, rows } = placed(touches.drawn);
  const height = TOP + rows * ROW + BOTTOM;
  const y = (row: number): number => TOP + (row + 0.5) * ROW;
  const bend = bends(touches.drawn);
  const node = (side: "left" | "right", { key, label, y: row }: Node): object => ({
    id: `${side} ${key}`,
    name: label,
    value: [side === "left" ? LEFT_X : RIGHT_X, y(row)],
    itemStyle: { color: TEXT, opacity: 1 },
    label: { position: side, distance: 10 },
  });
  const heading = (name: string, side: "left" | "right"): object => ({
    ...node(side, { key: "heading", label: name, y: 0 }),
    id: `heading ${side}`,
    value: [side === "left" ? LEFT_X : RIGHT_X, TOP / 3],
    symbolSize: 0,
  });
  const marks: Mark[] = touches.drawn.map(({ finding, text }) => ({
    verdict: finding.verdict,
    title: `${finding.verdict}: ${text}`,
  }));

  const svg = await drawnChart(height, ["GraphChart"], {
    animation: false,
    grid: { left: 0, right: 0, top: 0, bottom: 0 },
    xAxis: { type: "value", min: 0, max: WIDTH, show: false },
    yAxis: { type: "value", min: 0, max: height, inverse: true, show: false },
    series: [
      {
        type: "graph",
        coordinateSystem: "cartesian2d",
        silent: true,
        symbol: "circle",
        symbolSize: 7,
        edgeSymbolSize: 9,
        label: { show: true, color: TEXT, fontSize: 12, formatter: ({ name }: { name: string }) => name },
        data: [
          heading("Indicator", "left"),
          heading("Own side", "right"),
          ...[...left.values()].map((one) => node("left", one)),
          ...[...right.values()].map((one) => node("right", one)),
        ],
        // The worst is drawn last, over the others.
        links: touches.drawn
          .map(({ finding }, i) => {
            const { way, stroke } = TOUCH[finding.verdict];
            const ends = [`left ${indicatorKey(finding)}`, `right ${finding.asset}`];
            const [source, target] = way === "outward" ? ends.toReversed() : ends;
            return {
              source,
              target,
              symbol: ["none", way === "neither" ? "none" : "arrow"],
              lineStyle: {
                color: markColor(i),
                width: stroke === "solid" ? 2.5 : 1.8,
                type: stroke,
                opacity: 1,
                curveness: bend[i]!,
              },
            };
          })
          .toReversed(),
      },
    ],
  });
  return svgForPage(svg, height, describeTouches(touches), marks);
}

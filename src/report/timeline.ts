/**
 * The timeline: sightings by day as stacked bars, with one lane above them for every critical or high verdict, so that three
 * callouts are not lost under ten thousand probes. ECharts draws it to SVG text without a DOM; it is loaded only here, on demand.
 */
import { VERDICTS } from "../model/sighting.js";
import type { Finding, Verdict } from "../model/sighting.js";
import { isPressing } from "./summary.js";
import { drawnChart, LINE, svgForPage, TEXT, verdictColor } from "./svg-page.js";
import { formatCount, plural } from "./text.js";
import { VERDICT_WORDS } from "./wording.js";

export type BucketUnit = "day" | "week" | "month" | "year";

export interface Timeline {
  unit: BucketUnit;
  /** First day of each bucket, ascending, without gaps. */
  buckets: string[];
  /** Verdicts that occur, worst first, each with one count a bucket. */
  series: { verdict: Verdict; counts: number[] }[];
  /** Sightings without a date, or dated before 1990 or after 2099, which is a misread time: not drawn. */
  undrawn: number;
}

const DAY_MS = 86_400_000;
const MAX_BUCKETS = 260;
const UNITS: readonly BucketUnit[] = ["day", "week", "month", "year"];

/** UTC day number of `2021-03-04`; undefined for anything else, and for years that one misread time would stretch the axis to. */
function dayNumber(date: string): number | undefined {
  if (!/^(?:199\d|20\d\d)-\d\d-\d\d$/.test(date)) return undefined;
  const ms = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(ms) ? undefined : ms / DAY_MS;
}

function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** Day number of the first day of the bucket that holds `day`. Weeks begin on Monday (ISO 8601). */
function bucketStart(day: number, unit: BucketUnit): number {
  if (unit === "day") return day;
  if (unit === "week") return day - ((day + 3) % 7);
  const date = new Date(day * DAY_MS);
  return Date.UTC(date.getUTCFullYear(), unit === "month" ? date.getUTCMonth() : 0, 1) / DAY_MS;
}

function nextBucket(start: number, unit: BucketUnit): number {
  if (unit === "day") return start + 1;
  if (unit === "week") return start + 7;
  return bucketStart(start + (unit === "month" ? 32 : 367), unit);
}

/**
 * Sightings by the smallest unit that gives at most 260 buckets. A day's sightings are counted under the verdict of the
 * finding they belong to, which is its worst. Undefined when no sighting is dated.
 */
export function timelineOf(findings: Iterable<Pick<Finding, "verdict" | "count" | "days">>): Timeline | undefined {
  const counts = new Map<Verdict, Map<number, number>>();
  let first = Infinity;
  let last = -Infinity;
  let undrawn = 0;
  for (const f of findings) {
    undrawn += f.count;
    for (const [date, n] of Object.entries(f.days)) {
      const day = dayNumber(date);
      if (day === undefined || !(n > 0)) continue;
      undrawn -= n;
      first = Math.min(first, day);
      last = Math.max(last, day);
      const days = counts.get(f.verdict) ?? new Map<number, number>();
      counts.set(f.verdict, days.set(day, (days.get(day) ?? 0) + n));
    }
  }
  if (counts.size === 0) return undefined;
  for (const unit of UNITS) {
    const index = new Map<number, number>();
    for (let at = bucketStart(first, unit); at <= last && index.size <= MAX_BUCKETS; at = nextBucket(at, unit))
      index.set(at, index.size);
    if (index.size > MAX_BUCKETS) continue;
    const series = VERDICTS.filter((v) => counts.has(v)).map((verdict) => {
      const out = new Array<number>(index.size).fill(0);
      for (const [day, n] of counts.get(verdict)!) out[index.get(bucketStart(day, unit))!]! += n;
      return { verdict, counts: out };
    });
    return { unit, buckets: [...index.keys()].map(dayText), series, undrawn: Math.max(0, undrawn) };
  }
  return undefined;
}

/** What the picture shows, in words, for those who do not see it. */
export function describeTimeline(t: Timeline): string {
  const parts = t.series.map(({ verdict, counts }) => {
    const total = counts.reduce((a, b) => a + b, 0);
    const busy = counts.filter((n) => n > 0).length;
    return `${VERDICT_WORDS[verdict].one}: ${plural(total, "sighting")} on ${plural(busy, t.unit)}`;
  });
  return `Sightings by ${t.unit}, ${t.buckets[0]} to ${t.buckets.at(-1)}. ${parts.join("; ")}.`;
}

const LEFT = 116;
const RIGHT = 12;
const LANE = 20;
const BARS = 150;
const AXIS = 28;

/** An `<svg>` element for the page. */
export async function timelineSvg(t: Timeline): Promise<string> {
  const lanes = t.series.filter((s) => isPressing(s.verdict));
  const laneHeight = lanes.length * LANE;
  const barsTop = 10 + (lanes.length > 0 ? laneHeight + 14 : 0);
  const height = barsTop + BARS + AXIS;
  const label = { color: TEXT, fontSize: 12 };
  const line = { show: true, lineStyle: { color: LINE, width: 1 } };
  const hidden = { show: false };
  const dateLabel = labelOf(t);

  const svg = await drawnChart(height, ["BarChart", "ScatterChart"], {
    animation: false,
    // Lanes worst at the top, the bars below, on one time scale.
    grid: [
      { left: LEFT, right: RIGHT, top: 10, height: laneHeight },
      { left: LEFT, right: RIGHT, top: barsTop, height: BARS },
    ],
    xAxis: [
      { type: "category", gridIndex: 0, data: t.buckets, show: false },
      {
        type: "category",
        gridIndex: 1,
        data: t.buckets,
        axisLine: line,
        axisTick: hidden,
        axisLabel: {
          ...label,
          interval: (i: number) => dateLabel.has(i),
          formatter: (_: string, i: number) => dateLabel.get(i) ?? "",
        },
      },
    ],
    yAxis: [
      {
        type: "category",
        gridIndex: 0,
        inverse: true,
        data: lanes.map((s) => s.verdict),
        axisLine: hidden,
        axisTick: hidden,
        axisLabel: { ...label, interval: 0 },
        splitLine: { show: true, lineStyle: { color: LINE, width: 1 } },
      },
      {
        type: "value",
        gridIndex: 1,
        minInterval: 1,
        splitNumber: 3,
        axisLabel: { ...label, formatter: (n: number) => formatCount(n) },
        splitLine: line,
      },
    ],
    series: [
      ...lanes.map((s, lane) => ({
        type: "scatter" as const,
        xAxisIndex: 0,
        yAxisIndex: 0,
        silent: true,
        symbolSize: 9,
        itemStyle: { color: verdictColor(s.verdict), opacity: 1 },
        data: s.counts.flatMap((n, i) => (n > 0 ? [[i, lane]] : [])),
      })),
      // The worst verdict stands at the foot of the bars, on the axis, where its height can be read.
      ...t.series.map((s) => ({
        type: "bar" as const,
        xAxisIndex: 1,
        yAxisIndex: 1,
        silent: true,
        stack: "sightings",
        barCategoryGap: t.buckets.length > 60 ? "12%" : "25%",
        barMaxWidth: 36,
        itemStyle: { color: verdictColor(s.verdict) },
        data: s.counts.map((n) => (n > 0 ? n : "-")),
      })),
    ],
  });
  return svgForPage(svg, height, describeTimeline(t));
}

/** Which buckets carry a label, and its text: at most about 12, at the turn of a month where the unit is a day. */
function labelOf(t: Timeline): Map<number, string> {
  const out = new Map<number, string>();
  const text = (date: string): string =>
    t.unit === "year" ? date.slice(0, 4) : t.unit === "month" ? date.slice(0, 7) : date;
  const n = t.buckets.length;
  const turns = t.buckets.flatMap((date, i) =>
    i > 0 && date.slice(0, 7) !== t.buckets[i - 1]!.slice(0, 7) ? [i] : [],
  );
  const candidates = (t.unit === "day" || t.unit === "week") && turns.length >= 4 ? turns : t.buckets.map((_, i) => i);
  const step = Math.ceil(candidates.length / Math.min(12, Math.max(2, n)));
  candidates.forEach((i, k) => {
    if (k % step === 0) out.set(i, candidates === turns ? t.buckets[i]!.slice(0, 7) : text(t.buckets[i]!));
  });
  return out;
}

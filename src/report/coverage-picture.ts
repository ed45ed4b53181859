/** Sources × days: which days of which log were there to be searched. Drawn by ECharts, in class names like the timeline. */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts";
import type { Ledger, LedgerSource } from "../model/ledger.js";
import { plural, printable, truncateMiddle } from "./text.js";
import { pageSvg } from "./timeline.js";

const DAY_MS = 86_400_000;
const MAX_ROWS = 40;
const MAX_DAYS = 4000;
/** Bars in the whole picture: a log with lines every other day needs one for each. */
const MAX_RUNS = 4000;
const WIDTH = 1120;
const LEFT = 230;
const RIGHT = 12;
const ROW = 18;
const BAR = 10;
const AXIS = 28;
const MAX_NAME = 32;

const TEXT = "#00aa01";
const LINE = "#00aa02";
const READ = "#00aa03";
const GAP = "#00aa04";
const CLASS_OF = new Map([
  [TEXT, "t-text"],
  [LINE, "t-line"],
  [READ, "c-read"],
  [GAP, "c-gap"],
]);

/** Days `[from, to)` of one row, as numbers since 1970. */
interface Run {
  row: number;
  from: number;
  to: number;
  gap: boolean;
}

const dayNumber = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY_MS;

function runsOf({ days, gaps }: LedgerSource, row: number, first: number, last: number): Run[] {
  const runs: Run[] = [];
  for (const date of Object.keys(days)) {
    const day = dayNumber(date);
    if (!(day >= first && day <= last)) continue;
    const end = runs.at(-1);
    if (end?.to === day) end.to++;
    else runs.push({ row, from: day, to: day + 1, gap: false });
  }
  for (const gap of gaps) {
    const from = Math.max(first, dayNumber(gap.from));
    const to = Math.min(last, dayNumber(gap.to)) + 1;
    if (from < to) runs.push({ row, from, to, gap: true });
  }
  return runs;
}

export interface CoveragePicture {
  svg: string;
  /** Sources that found no place. */
  undrawn: number;
}

/** Undefined when nothing is dated, or over too long a time to be drawn. */
export async function coveragePicture(ledger: Ledger): Promise<CoveragePicture | undefined> {
  const { from, to } = ledger.window;
  if (from === undefined || to === undefined) return undefined;
  const [first, last] = [dayNumber(from), dayNumber(to)];
  if (!(last >= first && last - first < MAX_DAYS)) return undefined;
  const dated = ledger.sources.filter(({ days }) => Object.keys(days).length > 0);
  // Those with gaps first when not all have a place; in the order read otherwise.
  const rows =
    dated.length <= MAX_ROWS ? dated : dated.toSorted((a, b) => b.gaps.length - a.gaps.length).slice(0, MAX_ROWS);
  const runs: Run[] = [];
  let drawn = 0;
  for (const source of rows) {
    const more = runsOf(source, drawn, first, last);
    if (runs.length + more.length > MAX_RUNS) break;
    runs.push(...more);
    drawn++;
  }
  if (runs.length === 0) return undefined;
  const shown = rows.slice(0, drawn);
  return { svg: await draw(shown, runs, first, last), undrawn: dated.length - drawn };
}

async function draw(rows: readonly LedgerSource[], runs: readonly Run[], first: number, last: number): Promise<string> {
  const [core, charts, components, renderers] = await Promise.all([
    import("echarts/core"),
    import("echarts/charts"),
    import("echarts/components"),
    import("echarts/renderers"),
  ]);
  core.use([charts.CustomChart, components.GridComponent, renderers.SVGRenderer]);
  const height = 10 + rows.length * ROW + AXIS;
  const chart = core.init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height });
  const hidden = { show: false };
  const label = { color: TEXT, fontSize: 12 };
  const step = Math.max(1, Math.ceil((last - first + 1) / 10));
  try {
    chart.setOption({
      animation: false,
      grid: { left: LEFT, right: RIGHT, top: 10, height: rows.length * ROW },
      xAxis: {
        type: "value",
        min: first,
        max: last + 1,
        interval: step,
        axisTick: hidden,
        axisLine: { show: true, lineStyle: { color: LINE, width: 1 } },
        splitLine: { show: true, lineStyle: { color: LINE, width: 1 } },
        // The last label may stand close to the one before it.
        axisLabel: { ...label, showMaxLabel: false, formatter: (day: number) => dateOf(day) },
      },
      yAxis: {
        type: "category",
        inverse: true,
        data: rows.map(({ name }) => printable(truncateMiddle(name, MAX_NAME))),
        axisLine: hidden,
        axisTick: hidden,
        axisLabel: { ...label, interval: 0 },
      },
      series: [
        {
          type: "custom",
          silent: true,
          encode: { x: [0, 1], y: 2 },
          data: runs.map(({ from, to, row }) => [from, to, row]),
          renderItem: ({ dataIndex }: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
            const { from, to, row, gap } = runs[dataIndex]!;
            const [x = 0, y = 0] = api.coord([from, row]);
            const [end = 0] = api.coord([to, row]);
            return {
              type: "rect",
              shape: { x: round(x), y: round(y - BAR / 2), width: round(Math.max(1, end - x)), height: BAR },
              style: { fill: gap ? GAP : READ },
            };
          },
        },
      ],
    });
    return pageSvg(chart.renderToSVGString(), { width: WIDTH, height }, describe(rows, first, last), CLASS_OF);
  } finally {
    chart.dispose();
  }
}

function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

const round = (n: number): number => Math.round(n * 10) / 10;

function describe(rows: readonly LedgerSource[], first: number, last: number): string {
  const lacking = rows.filter(({ gaps }) => gaps.length > 0).length;
  return `Days with lines, ${dateOf(first)} to ${dateOf(last)}, of ${plural(rows.length, "source")}; ${lacking === 0 ? "none has" : plural(lacking, "has", "have")} days without a line between its first and last.`;
}

/**
 * ECharts wants colours, the page wants classes, so that its style sheet decides for light, dark and print. A chart is drawn in colours
 * that stand for a meaning, and those are exchanged here; what differs from run to run is dropped.
 */
import { VERDICTS } from "../model/sighting.js";
import type { Verdict } from "../model/sighting.js";
import { escapeHtml } from "./text.js";

/** Width of every chart, in its own units: the page scales it. */
export const WIDTH = 1120;

export const TEXT = "#00aa01";
export const LINE = "#00aa02";
export const verdictColor = (v: Verdict): string => `#00bb0${VERDICTS.indexOf(v)}`;

const CLASS_OF = new Map<string, string>([
  [TEXT, "t-text"],
  [LINE, "t-line"],
  ...VERDICTS.map((v): [string, string] => [verdictColor(v), `v-${v}`]),
]);

/** What a colour of one chart means, beside those above. */
export interface Mark {
  verdict: Verdict;
  /** Printable text, which the browser shows where the pointer rests. */
  title: string;
}

/** The colour of the chart's mark number `i`, from 0 to 65,535. */
export const markColor = (i: number): string => `#e0${i.toString(16).padStart(4, "0")}`;

/** Draws on the server. Loads ECharts. @param kinds of its series; @param option ECharts' own */
export async function drawnChart(
  height: number,
  kinds: readonly ("BarChart" | "GraphChart" | "ScatterChart")[],
  option: Record<string, unknown>,
): Promise<string> {
  const [core, charts, components, renderers] = await Promise.all([
    import("echarts/core"),
    import("echarts/charts"),
    import("echarts/components"),
    import("echarts/renderers"),
  ]);
  core.use([...kinds.map((kind) => charts[kind]), components.GridComponent, renderers.SVGRenderer]);
  const chart = core.init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height });
  try {
    chart.setOption(option);
    return chart.renderToSVGString();
  } finally {
    // An undisposed chart keeps a timer, and with it the process.
    chart.dispose();
  }
}

/** @param svg as ECharts renders it on the server; @param description what the picture shows, for those who do not see it */
export function svgForPage(svg: string, height: number, description: string, marks: readonly Mark[] = []): string {
  const body = svg
    .slice(svg.indexOf(">") + 1, svg.lastIndexOf("</svg>"))
    .replace(/<style[^>]*>[^]*?<\/style>/g, "")
    .replace(/ (?:class|ecmeta_\w+|pointer-events|style)="[^"]*"/g, "")
    .replace(
      /<path ([^<>]*(?:fill|stroke)="#e0([0-9a-f]{4})"[^<>]*)><\/path>/g,
      (all, attributes: string, i: string) => {
        const mark = marks[Number.parseInt(i, 16)];
        return mark === undefined ? all : `<path ${attributes}><title>${escapeHtml(mark.title)}</title></path>`;
      },
    )
    .replace(/ (fill|stroke)="(#(?:00[ab]{2}0\d|e0[0-9a-f]{4}))"/g, (_, attribute: string, color: string) => {
      const mark = color.startsWith("#e0") ? marks[Number.parseInt(color.slice(3), 16)] : undefined;
      const name = mark === undefined ? (CLASS_OF.get(color) ?? "t-text") : `v-${mark.verdict}`;
      return ` class="${attribute === "stroke" ? name : `${name} f`}"`;
    })
    .replace(/\n+/g, "\n");
  return (
    `<svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" ` +
    `aria-label="${escapeHtml(description)}">${body}</svg>`
  );
}

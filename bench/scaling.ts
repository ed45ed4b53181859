/**
 * `npm run bench:scaling [-- --runs 3 --gigabytes 1,2,5,10]`: time and peak memory by the number of indicators, by the size of the log, and
 * by the rate of hits. Writes `docs/scaling.md` with a table each, and a picture each beside it.
 */
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { LineChart } from "echarts/charts";
import { GridComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

import { makeList, makeLog } from "./corpus.js";
import { median, run, warm } from "./measure.js";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "3" },
    gigabytes: { type: "string", default: "1,2,5,10" },
    docs: { type: "string", default: "docs" },
  },
});

const FOLDER = "bench/corpora";
const CSV = "examples/intel/CERTFR-2021-IOC-003-IOC.csv";
const SELDOM = 0.00003;

interface Point {
  at: number;
  seconds: number;
  megabytes: number;
  sightings: number;
  bytes: number;
}

interface Series {
  name: string;
  title: string;
  /** Of the horizontal axis. */
  axis: string;
  points: Point[];
}

function measure(at: number, log: string, bytes: number, list: string): Point {
  warm(log);
  const runs = Array.from({ length: Number(values.runs) }, () =>
    run(`bin/lookback hunt -q --json --no-warninglists -i ${list} ${log} | wc -l`),
  );
  const point = {
    at,
    seconds: median(runs.map(({ seconds }) => seconds)),
    megabytes: Math.max(...runs.map(({ peakMegabytes }) => peakMegabytes)),
    sightings: runs[0]!.count,
    bytes,
  };
  process.stderr.write(`${log} ${list}: ${point.seconds.toFixed(2)} s, ${point.megabytes.toFixed(0)} MB\n`);
  return point;
}

async function byIndicators(): Promise<Series> {
  const { log, bytes } = await makeLog(FOLDER, 1000, SELDOM, CSV);
  const points = [161, 10_000, 100_000, 1_000_000].map((size) =>
    measure(size, log, bytes, makeList(FOLDER, size, CSV)),
  );
  return { name: "indicators", title: "1 GB of log, by the number of indicators", axis: "indicators", points };
}

/** A log of the size asked for is the 1 GB one as often as need be. */
async function bySize(): Promise<Series> {
  const { log, bytes } = await makeLog(FOLDER, 1000, SELDOM, CSV);
  const list = makeList(FOLDER, 161, CSV);
  const points: Point[] = [];
  for (const times of values.gigabytes.split(",").map(Number)) {
    const path = join(FOLDER, `repeated-${times}.log`);
    copyFileSync(log, path);
    const content = times > 1 ? readFileSync(log) : Buffer.alloc(0);
    for (let i = 1; i < times; i++) appendFileSync(path, content);
    points.push(measure(times, path, bytes * times, list));
    rmSync(path);
  }
  return { name: "size", title: "161 indicators, by the size of the log", axis: "GB", points };
}

async function byRate(): Promise<Series> {
  const list = makeList(FOLDER, 161, CSV);
  const points: Point[] = [];
  for (const rate of [0, 1e-5, 1e-3, 0.1, 1]) {
    const { log, bytes } = await makeLog(FOLDER, 400, rate, CSV);
    points.push(measure(rate, log, bytes, list));
  }
  return { name: "rate", title: "400 MB of log, 161 indicators, by hits a line", axis: "hits a line", points };
}

function table({ axis, points }: Series): string {
  const rows = points.map(({ at, seconds, megabytes, sightings, bytes }) => {
    const rate = (bytes / 1e9 / seconds).toFixed(2);
    return `| ${at.toLocaleString("en", { maximumFractionDigits: 5 })} | ${seconds.toFixed(2)} | ${rate} | ${sightings.toLocaleString("en")} | ${megabytes.toFixed(0)} |`;
  });
  return [`| ${axis} | median s | GB/s | sightings | peak MB |`, "| ---: | ---: | ---: | ---: | ---: |", ...rows].join(
    "\n",
  );
}

function picture({ title, axis, points }: Series): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 640, height: 300 });
  const labels = points.map(({ at }) => at.toLocaleString("en", { maximumFractionDigits: 5 }));
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    title: { text: title, left: 8, top: 4, textStyle: { fontSize: 14 } },
    grid: { left: 60, right: 60, top: 50, bottom: 45 },
    xAxis: { type: "category", data: labels, name: axis, nameLocation: "middle", nameGap: 28 },
    yAxis: [
      { type: "value", name: "seconds", min: 0 },
      { type: "value", name: "peak MB", min: 0, splitLine: { show: false } },
    ],
    series: [
      { type: "line", name: "seconds", data: points.map(({ seconds }) => +seconds.toFixed(2)), color: "#1d4ed8" },
      {
        type: "line",
        name: "peak MB",
        yAxisIndex: 1,
        data: points.map(({ megabytes }) => Math.round(megabytes)),
        color: "#b45309",
        lineStyle: { type: "dashed" },
      },
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}

async function main(): Promise<void> {
  use([LineChart, GridComponent, TitleComponent, SVGRenderer]);
  mkdirSync(FOLDER, { recursive: true });
  if (!existsSync(values.docs)) mkdirSync(values.docs);
  const all = [await byIndicators(), await bySize(), await byRate()];
  const date = new Date().toISOString().slice(0, 10);
  const parts = all.map((series) => {
    writeFileSync(join(values.docs, `scaling-${series.name}.svg`), picture(series));
    return `## ${series.title}\n\n${table(series)}\n\n![${series.title}: seconds (line) and peak memory (dashed)](scaling-${series.name}.svg)\n`;
  });
  const text = `# Time and memory, by what grows\n\nMade by \`npm run bench:scaling\` on ${date}: ${cpus().length} × ${cpus()[0]?.model ?? "?"}, Node ${process.version}, page-cached, whole processes (\`hunt -q --json\`), median of ${values.runs}; the blue line is time, the dashed one memory.\n\n${parts.join("\n")}`;
  writeFileSync(join(values.docs, "scaling.md"), text);
  process.stdout.write(text);
}

await main();

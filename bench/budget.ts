/** The speed budget, row by row, held against what was measured. */
import { OURS, WORK } from "./cases.js";

export interface Figures {
  /** Median. */
  seconds: number;
  /** Of log, decompressed. */
  bytes: number;
  peakMegabytes: number;
}

/** Undefined where the case was not run. */
type Look = (work: string, tool?: string) => Figures | undefined;

interface Row {
  work: string;
  wanted: string;
  unit: string;
  /** Undefined where a case was not run. */
  value(look: Look): number | undefined;
  /** `least`: the value must not be below it; `most`: not above. */
  least?: number;
  most?: number;
}

const faster =
  (work: string, tool: string) =>
  (look: Look): number | undefined =>
    ratio(look(work, tool)?.seconds, look(work)?.seconds);
const ratio = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a / b;
const rate =
  (work: string, scale: number) =>
  (look: Look): number | undefined =>
    ratio(look(work)?.bytes, look(work)?.seconds && look(work)!.seconds * scale);

const GB = 1e9;
const MB = 1e6;

const ROWS: readonly Row[] = [
  { work: WORK.plain, wanted: "6 × rg -F -f", unit: "×", least: 6, value: faster(WORK.plain, "rg -F -f") },
  { work: WORK.plainMany, wanted: "25 × rg -F -f", unit: "×", least: 25, value: faster(WORK.plainMany, "rg -F -f") },
  {
    work: WORK.plainMany,
    wanted: "1.6 × its time at 161, at most",
    unit: "×",
    most: 1.6,
    value: (look) => ratio(look(WORK.plainMany)?.seconds, look(WORK.plain)?.seconds),
  },
  { work: WORK.gzip, wanted: "4 × rg -z", unit: "×", least: 4, value: faster(WORK.gzip, "rg -z -F -f") },
  {
    work: WORK.gzip,
    wanted: "0.85 of a bare gunzip in Node",
    unit: "×",
    least: 0.85,
    value: faster(WORK.gzip, "gunzip in Node"),
  },
  { work: WORK.zstd, wanted: "2 × rg -z", unit: "×", least: 2, value: faster(WORK.zstd, "rg -z -F -f") },
  { work: WORK.mixed, wanted: "1 GB/s", unit: "GB/s", least: 1, value: rate(WORK.mixed, GB) },
  { work: WORK.hits, wanted: "150 MB/s", unit: "MB/s", least: 150, value: rate(WORK.hits, MB) },
  { work: WORK.hitsKept, wanted: "150 MB/s", unit: "MB/s", least: 150, value: rate(WORK.hitsKept, MB) },
  {
    work: `${WORK.startUp}, --version`,
    wanted: "2 × node -e 0, at most",
    unit: "×",
    most: 2,
    value: (look) => ratio(look(WORK.startUp)?.seconds, look(WORK.startUp, "node -e 0")?.seconds),
  },
  { work: WORK.small, wanted: "0.4 s, at most", unit: "s", most: 0.4, value: (look) => look(WORK.small)?.seconds },
  {
    work: `${WORK.plain}, memory`,
    wanted: "400 MB, at most",
    unit: "MB",
    most: 400,
    value: (look) => look(WORK.plain)?.peakMegabytes,
  },
  {
    work: `${WORK.million}, memory`,
    wanted: "800 MB, at most",
    unit: "MB",
    most: 800,
    value: (look) => look(WORK.million)?.peakMegabytes,
  },
];

/** A Markdown table; rows whose cases were not run are left out. */
export function budgetTable(figures: (work: string, tool: string) => Figures | undefined): string {
  const look: Look = (work, tool = OURS) => figures(work, tool);
  const rows = ROWS.flatMap(({ work, wanted, unit, value, least = -Infinity, most = Infinity }) => {
    const is = value(look);
    if (is === undefined) return [];
    const text = is >= 100 ? is.toFixed(0) : is >= 10 ? is.toFixed(1) : is.toFixed(2);
    return [`| ${work} | ${wanted} | ${text} ${unit} | ${is >= least && is <= most ? "met" : "**not met**"} |`];
  });
  return ["| work | wanted | measured | |", "| --- | --- | ---: | --- |", ...rows].join("\n");
}

/** Sources × days: which days of which log were there to be searched, in class names like the timeline. */
import type { Ledger, LedgerSource } from "../model/ledger.js";
import { escapeHtml, plural, printable, truncateMiddle, visibleHtml } from "./text.js";

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
const TOP = 10;
const TICKS = 10;
const DATE_WIDTH = 76;
const MAX_NAME = 32;

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
export function coveragePicture(ledger: Ledger): CoveragePicture | undefined {
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
  return { svg: draw(shown, runs, first, last), undrawn: dated.length - drawn };
}

/** Rows of bars on a scale of days. Written here: loading a charting library takes longer than a small hunt. */
function draw(rows: readonly LedgerSource[], runs: readonly Run[], first: number, last: number): string {
  const bottom = TOP + rows.length * ROW;
  const height = bottom + AXIS;
  const scale = (WIDTH - LEFT - RIGHT) / (last + 1 - first);
  const x = (day: number): number => round(LEFT + (day - first) * scale);
  const parts: string[] = [];
  const step = Math.max(1, Math.ceil((last + 1 - first) / TICKS));
  for (let day = first; day <= last; day += step) {
    parts.push(`<path d="M${x(day)} ${TOP}V${bottom}" class="t-line"/>`);
    // A date would run over the edge there.
    if (x(day) < WIDTH - DATE_WIDTH / 2)
      parts.push(`<text x="${x(day)}" y="${bottom + 18}" text-anchor="middle">${dateOf(day)}</text>`);
  }
  rows.forEach(({ name }, row) => {
    const label = visibleHtml(printable(truncateMiddle(name, MAX_NAME)));
    parts.push(`<text x="${LEFT - 10}" y="${TOP + row * ROW + 13}" text-anchor="end">${label}</text>`);
  });
  for (const { row, from, to, gap } of runs) {
    const width = Math.max(1, round((to - from) * scale));
    const y = TOP + row * ROW + (ROW - BAR) / 2;
    parts.push(
      `<rect x="${x(from)}" y="${y}" width="${width}" height="${BAR}" class="${gap ? "c-gap" : "c-read"} f"/>`,
    );
  }
  const description = escapeHtml(describe(rows, first, last));
  return `<svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${description}">${parts.join("\n")}</svg>`;
}

function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

const round = (n: number): number => Math.round(n * 10) / 10;

function describe(rows: readonly LedgerSource[], first: number, last: number): string {
  const lacking = rows.filter(({ gaps }) => gaps.length > 0).length;
  return `Days with lines, ${dateOf(first)} to ${dateOf(last)}, of ${plural(rows.length, "source")}; ${lacking === 0 ? "none has" : plural(lacking, "has", "have")} days without a line between its first and last.`;
}

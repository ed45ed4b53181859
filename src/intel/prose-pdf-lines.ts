/** From runs of glyphs to lines in reading order: what stands on one baseline, column by column. Lengths are points. */
import type { Glyphs, Page } from "./prose-pdf-pages.js";

/** Text without a wide gap: a line, or one cell of it. */
export interface Run {
  text: string;
  x: number;
  end: number;
  y: number;
  size: number;
}

export interface Line {
  page: number;
  y: number;
  size: number;
  /** Left to right; several when wide gaps stand between. */
  runs: Run[];
  /** Where the lines of its column end. */
  right: number;
}

/** In units of the font's size. */
const SPACE = 0.15;
const CELL_GAP = 1.3;
const SAME_LINE = 0.4;

/** `Math.max` of any number of values. */
export function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}

/** Glyphs that follow one another on a baseline. */
function runsOf(glyphs: readonly Glyphs[]): Run[] {
  const runs: Run[] = [];
  let open: Run | undefined;
  let drawn: Glyphs | undefined;
  for (const glyph of glyphs) {
    const { text, x, y, width, size, turned } = glyph;
    // Drawn twice to look bold.
    const again = drawn?.text === text && Math.abs(drawn.x - x) < 0.1 * size && Math.abs(drawn.y - y) < 0.1 * size;
    drawn = glyph;
    if (turned || again) continue;
    const gap = open ? x - open.end : 0;
    const follows =
      open &&
      Math.abs(y - open.y) < SAME_LINE * size &&
      gap > -0.6 * size &&
      gap < CELL_GAP * size &&
      size < open.size * 1.3;
    if (text.trim() === "") {
      // A wide blank ends the run, a narrow one is a space.
      if (open && follows && gap + width < CELL_GAP * size) {
        if (!open.text.endsWith(" ")) open.text += " ";
        open.end = Math.max(open.end, x + width);
      }
      continue;
    }
    // A footnote's mark, raised and small.
    if (open && size < open.size * 0.8 && /^[\d*†,\s]{1,5}$/.test(text) && Math.abs(y - open.y) < open.size) continue;
    if (open && follows) {
      if (gap > SPACE * size && !open.text.endsWith(" ") && !text.startsWith(" ")) open.text += " ";
      open.text += text;
      open.end = Math.max(open.end, x + width);
    } else {
      open = { text, x, end: x + width, y, size };
      runs.push(open);
    }
  }
  for (const run of runs) run.text = run.text.trimEnd();
  return runs;
}

/** Runs on the same baseline, from top to bottom. */
function rowsOf(runs: readonly Run[]): Run[][] {
  const rows: Run[][] = [];
  for (const run of [...runs].sort((a, b) => a.y - b.y || a.x - b.x)) {
    const row = rows.at(-1);
    if (row && Math.abs(row[0]!.y - run.y) < SAME_LINE * Math.min(row[0]!.size, run.size)) row.push(run);
    else rows.push([run]);
  }
  for (const row of rows) row.sort((a, b) => a.x - b.x);
  return rows;
}

/** The middle of the gap between two columns of running text; undefined for one column, and for tables. */
function gutter(rows: readonly Run[][], page: Page): number | undefined {
  if (rows.length < 8) return undefined;
  const middle = page.width / 2;
  const beside = rows.filter((row) => row.length === 2 && row[0]!.end < middle + 10 && row[1]!.x > middle - 10);
  if (beside.length < rows.length * 0.4) return undefined;
  const wide = beside.filter(([a, b]) => a!.end - a!.x > page.width * 0.28 && b!.end - b!.x > page.width * 0.28);
  if (wide.length < beside.length * 0.6) return undefined;
  const left = largest(beside.map(([a]) => a!.end));
  const right = -largest(beside.map(([, b]) => -b!.x));
  return right > left ? (left + right) / 2 : undefined;
}

function lines(rows: readonly Run[][], page: number): Line[] {
  const right = rightEdge(rows);
  return rows.map((runs) => ({ page, y: runs[0]!.y, size: largest(runs.map((run) => run.size)), runs, right }));
}

/** Where most full lines end: the longest but for a few that stick out. */
function rightEdge(rows: readonly Run[][]): number {
  const ends = rows.map((row) => row.at(-1)!.end).sort((a, b) => a - b);
  return ends[Math.floor((ends.length - 1) * 0.95)] ?? 0;
}

/** A page's lines in reading order. */
export function linesOf(page: Page): Line[] {
  const rows = rowsOf(runsOf(page.glyphs));
  const between = gutter(rows, page);
  if (between === undefined) return lines(rows, page.number);
  const out: Line[] = [];
  let band: Run[][] = [];
  const flush = (): void => {
    const side = (left: boolean): Run[][] =>
      band.map((row) => row.filter((run) => run.x < between === left)).filter((row) => row.length > 0);
    out.push(...lines(side(true), page.number), ...lines(side(false), page.number));
    band = [];
  };
  for (const row of rows) {
    // A title across both columns.
    if (row.some((run) => run.x < between && run.end > between)) {
      flush();
      out.push(...lines([row], page.number));
    } else band.push(row);
  }
  flush();
  return out;
}

/** What stands at the head or foot of most pages, page numbers apart. */
export function repeated(pages: readonly { page: Page; lines: readonly Line[] }[]): Set<Line> {
  const seen = new Map<string, Line[]>();
  for (const { page, lines: all } of pages) {
    const keys = new Set<string>();
    for (const line of all) {
      if (line.y > page.height * 0.1 && line.y < page.height * 0.9) continue;
      const text = line.runs.map((run) => run.text).join(" ");
      const key = text
        .replace(/\d{1,4}/g, "0")
        .replace(/\s+/g, " ")
        .trim();
      if (key.length > 200 || keys.has(key)) continue;
      keys.add(key);
      const list = seen.get(key);
      if (list) list.push(line);
      else seen.set(key, [line]);
    }
  }
  const found = new Set<Line>();
  for (const [key, list] of seen) {
    const isNumber = /^(?:page |seite |p\. ?)?0(?: ?(?:\/|of|sur|von|-) ?0)?$/i.test(key);
    if (isNumber || (list.length >= 2 && list.length * 2 >= pages.length)) for (const line of list) found.add(line);
  }
  return found;
}

/** Lines of pages to blocks: paragraphs with their values rejoined, lists, headings, tables. */
import type { Block, BlockKind } from "./prose-blocks.js";
import { isValueLine } from "./prose-lines.js";
import type { LineEnd } from "./prose-joins.js";
import { largest, type Line, type Run } from "./prose-pdf-lines.js";
import { topicOf } from "./prose-words.js";
import { row } from "./prose-blocks.js";

const BULLET = /^(?:[-–•·‣▪◦●\uf0b7\uf0a7o][ \t]{1,4}|\(?\d{1,2}[.)][ \t]{1,4})(?=\S)/;
/** In units of the font's size. */
const PARAGRAPH_GAP = 1.75;
const COLUMN = 0.7;
const MAX_COLUMNS = 50;

interface Open {
  kind: BlockKind;
  text: string;
  pages: { at: number; page: number }[];
  last: Line;
  level?: number;
}

function textOf(line: Line): string {
  return line.runs.map((run) => run.text).join(" ");
}

function median(sizes: readonly number[]): number {
  return [...sizes].sort((a, b) => a - b)[sizes.length >> 1] ?? 10;
}

/** How a line ends: at the margin, before a word for which there was no room, or where its author ended it. */
function endOf(line: Line, next: string): LineEnd {
  const run = line.runs.at(-1)!;
  const character = (run.end - run.x) / Math.max(1, run.text.length);
  const word = /^\S{0,200}/.exec(next)![0].length;
  if (run.end + 1.5 * character > line.right) return "\f";
  return run.end + character * (word + 1) > line.right - character ? "\v" : "\n";
}

export class PdfBlocks {
  readonly blocks: Block[] = [];
  private open: Open | undefined;
  private readonly body: number;
  private header: { names: string[]; anchors: number[] } | undefined;

  constructor(
    private readonly lines: readonly Line[],
    private readonly frame: ReadonlySet<Line>,
  ) {
    this.body = median(
      lines.flatMap((line) => Array.from({ length: Math.ceil(textOf(line).length / 20) }, () => line.size)),
    );
  }

  read(): Block[] {
    const framed = new Set<string>();
    const flow: Line[] = [];
    for (const line of this.lines) {
      const text = textOf(line);
      if (!this.frame.has(line)) flow.push(line);
      else if (!framed.has(text) && framed.size < 100) {
        framed.add(text);
        this.blocks.push({ kind: "boilerplate", text, line: 0, pages: [{ at: 0, page: line.page }] });
      }
    }
    for (let i = 0; i < flow.length;) {
      const table = flow[i]!.runs.length > 1 ? this.tableAt(flow, i) : i;
      if (table > i) {
        this.close();
        this.table(flow.slice(i, table));
        i = table;
      } else {
        this.line(flow[i]!, flow[i + 1]);
        i++;
      }
    }
    this.close();
    return this.blocks;
  }

  private close(): void {
    const { open } = this;
    this.open = undefined;
    if (!open || open.text.trim() === "") return;
    const made: Block = { kind: open.kind, text: open.text, line: 0, pages: open.pages };
    if (open.level !== undefined) made.level = open.level;
    this.blocks.push(made);
  }

  private begin(kind: BlockKind, text: string, line: Line, level?: number): void {
    this.close();
    this.open = { kind, text, pages: [{ at: 0, page: line.page }], last: line };
    if (level !== undefined) this.open.level = level;
  }

  private line(line: Line, next: Line | undefined): void {
    const text = textOf(line);
    const level = this.headingLevel(line, text, next);
    if (level !== undefined) {
      // A heading of two lines.
      const above = this.open;
      if (above?.kind === "heading" && above.level === level && this.near(above.last, line)) this.append(text, line);
      else this.begin("heading", text, line, level);
      return;
    }
    if (this.open?.kind === "heading") this.close();
    if (BULLET.test(text)) return this.begin("item", text.replace(BULLET, ""), line);
    const { open } = this;
    if (!open || !this.continues(open, line, text))
      return this.begin(isValueLine(text) ? "item" : "paragraph", text, line);
    this.append(text, line);
  }

  private near(above: Line, line: Line): boolean {
    return (
      above.page === line.page && line.y > above.y && line.y - above.y < PARAGRAPH_GAP * Math.max(above.size, line.size)
    );
  }

  private continues(open: Open, line: Line, text: string): boolean {
    const full = endOf(open.last, text) !== "\n";
    // Onto the next page or column, when the sentence is not over.
    if (!this.near(open.last, line)) return full && line.y < open.last.y + 1 && !/[.!?:]$/.test(open.text);
    if (full) return true;
    // A list of values without bullets.
    return !isValueLine(text) && !(open.kind === "item" && isValueLine(open.text));
  }

  private append(text: string, line: Line): void {
    const open = this.open!;
    if (open.text.endsWith("\u00ad")) open.text = open.text.slice(0, -1);
    else open.text += endOf(open.last, text);
    if (open.pages.at(-1)!.page !== line.page) open.pages.push({ at: open.text.length, page: line.page });
    open.text += text;
    open.last = line;
  }

  /** Larger than the text; or short, alone, and with the words that head a list of indicators. */
  private headingLevel(line: Line, text: string, next: Line | undefined): number | undefined {
    if (text.length > 160 || isValueLine(text) || !/\p{L}{2}/u.test(text)) return undefined;
    if (line.size > this.body * 1.6) return 1;
    if (line.size > this.body * 1.12) return line.size > this.body * 1.3 ? 2 : 3;
    const short = text.length <= 60 && text.split(/\s+/).length <= 7;
    if (!short || /[.!?;,:]$/.test(text) || /\.\S|\[\.|:\/\//.test(text.replace(/^\d{1,2}(?:\.\d{1,2}){0,3}/, "")))
      return undefined;
    if (BULLET.test(text) && !/^\d/.test(text)) return undefined;
    if (/[[({]/.test(text) || (next && this.near(line, next) && endOf(line, textOf(next)) !== "\n")) return undefined;
    const apart = !this.open || !this.near(this.open.last, line) || /[.!?]$/.test(this.open.text);
    return apart && topicOf(text) !== "other" ? 5 : undefined;
  }

  /** Where the table that begins at `from` ends; `from` when it is none. */
  private tableAt(flow: readonly Line[], from: number): number {
    const anchors = flow[from]!.runs.map((run) => run.x);
    let to = from + 1;
    let rows = 1;
    for (; to < flow.length; to++) {
      const line = flow[to]!;
      const above = flow[to - 1]!;
      if (line.page !== above.page || line.y - above.y > 4 * line.size || line.y <= above.y) break;
      if (!line.runs.some((run) => anchors.some((x) => Math.abs(x - run.x) < COLUMN * run.size))) break;
      if (line.runs.length === 1) {
        const x = line.runs[0]!.x;
        // A cell's second line, in a column of its own; in the first one a paragraph may follow.
        if (Math.abs(x - anchors[0]!) < COLUMN * line.size && !this.fits(line, anchors)) break;
      } else rows++;
    }
    return rows >= 2 || to - from >= 2 ? to : from;
  }

  /** A line in the first column that stays within it. */
  private fits(line: Line, anchors: readonly number[]): boolean {
    return anchors.length > 1 && line.runs[0]!.end < anchors[1]!;
  }

  private table(lines: readonly Line[]): void {
    const anchors = anchorsOf(lines);
    const gaps = lines.slice(1).map((line, i) => line.y - lines[i]!.y);
    const least = -largest(gaps.map((gap) => -gap));
    // Rows stand further apart than the lines of one cell, where there are such.
    const mixed = largest(gaps) > least * 1.25;
    // The longest line of each column: a cell's line as long as that was cut there.
    const widths = anchors.map(() => 0);
    for (const line of lines)
      for (const [c, cell] of cellsOf(line.runs, anchors).entries()) widths[c] = Math.max(widths[c]!, cell.length);
    const rows: { cells: string[]; page: number }[] = [];
    for (const [i, line] of lines.entries()) {
      const cells = cellsOf(line.runs, anchors);
      const more = i > 0 && (cells[0] === "" || (mixed && gaps[i - 1]! <= least * 1.12));
      const above = rows.at(-1);
      if (more && above)
        for (const [c, cell] of cells.entries()) above.cells[c] = joined(above.cells[c]!, cell, widths[c]!);
      else rows.push({ cells, page: line.page });
    }
    const first = rows[0]!;
    if (
      !first.cells.some((cell) => isValueLine(cell.replace(/[\v\f]/g, "")) || /\d{1,3}\.\d{1,3}\.\d|\[\.\]/.test(cell))
    ) {
      this.header = { names: first.cells.map((cell) => cell.replace(/[\v\f]/g, " ")), anchors };
      rows.shift();
    } else if (this.header?.anchors.length !== anchors.length) this.header = undefined;
    for (const { cells, page } of rows)
      this.blocks.push({ ...row(cells, 0, this.header?.names), pages: [{ at: 0, page }] });
  }
}

function joined(above: string, cell: string, width: number): string {
  if (above === "" || cell === "") return above + cell;
  if (above.endsWith("\u00ad")) return above.slice(0, -1) + cell;
  const last = above.slice(Math.max(above.lastIndexOf("\v"), above.lastIndexOf("\f")) + 1);
  return `${above}${last.length >= width ? "\f" : "\v"}${cell}`;
}

/** Where columns begin, by the rows that have most of them. */
function anchorsOf(lines: readonly Line[]): number[] {
  const anchors: number[] = [];
  for (const { runs } of [...lines].sort((a, b) => b.runs.length - a.runs.length))
    for (const { x, size } of runs)
      if (anchors.length < MAX_COLUMNS && !anchors.some((known) => Math.abs(known - x) < COLUMN * size * 2))
        anchors.push(x);
  return anchors.sort((a, b) => a - b);
}

function cellsOf(runs: readonly Run[], anchors: readonly number[]): string[] {
  const cells = anchors.map(() => "");
  for (const { text, x, size } of runs) {
    let column = anchors.findLastIndex((anchor) => anchor <= x + COLUMN * size);
    if (column < 0) column = 0;
    cells[column] = cells[column] === "" ? text : `${cells[column]} ${text}`;
  }
  return cells;
}

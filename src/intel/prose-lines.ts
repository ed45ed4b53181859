/** Text, Markdown and what mail programs make of it, line by line to blocks. */
import { normalise } from "./normalise.js";
import { row, type Block, type BlockKind } from "./prose-blocks.js";
import { topicOf } from "./prose-words.js";

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const ATX = /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t#]*$/;
const SETEXT = /^ {0,3}(?:={3,}|-{3,}|~{3,})[ \t]*$/;
const RULE = /^ {0,3}(?:[-*_=][ \t]?){3,200}$/;
const ITEM = /^([ \t]{0,40})(?:[-*+•·‣▪◦●–][ \t]{1,8}|\(?(?:\d{1,3}|[a-z])[.)][ \t]{1,8})(?=\S)/;
const FOOTNOTE = /^ {0,3}\[\^?[\w-]{1,20}\](?::[ \t]?|[ \t]{1,8})(?=\S)/;
const QUOTE = /^ {0,3}(?:>[ \t]?){1,20}/;
const PIPES = /^[ \t]{0,8}\|.*\|[ \t]*$|^[^|]{1,500}[ \t]\|[ \t][^|].*$/;
const PIPE_RULE = /^[ \t|:+=-]{3,4000}$/;
/** "2.1 Network indicators". */
const NUMBERED = /^(\d{1,2}(?:\.\d{1,2}){0,3})\.?[ \t]{1,4}\p{Lu}[^.!?]{2,80}$/u;
/** No table is wider. */
const MAX_ROW = 16 * 1024;
const MAX_LINE = 1024 * 1024;
/** A column ends where two spaces or a tab stand. */
const GAP = /\t+| {2,}/;

/** Links to their text; hrefs only where they are defanged. Escapes to what they stand for, dots apart: `\.` defangs. */
function inline(text: string): string {
  if (!/[[\\]/.test(text) || text.length > MAX_LINE) return text;
  return text
    .replace(
      /!?\[([^\][]{0,300}(?:\[[^\][]{0,20}\][^\][]{0,300}){0,20})\]\(([^()\s]{0,2000})(?: "[^"\n]{0,200}")?\)/g,
      (_, name: string, href: string) =>
        /^h[x*_]{2}p|\[\.\]|\(\.\)|\[dot\]|^meow/i.test(href) && href !== name ? `${name} ${href}` : name,
    )
    .replace(/\\([[\](){}_*`#+>~|-])/g, "$1");
}

/** Cells of a row between pipes; `\|` is a pipe. */
function pipeCells(line: string): string[] {
  const body = line.trim().replace(/^\|/, "").replace(/\|$/, "");
  return body.split(/(?<!\\)\|/).map((cell) => inline(cell.trim().replaceAll("\\|", "|")));
}

/** The line is a value and nothing else. */
export function isValueLine(text: string): boolean {
  const bare = text.trim();
  if (bare.length < 4 || bare.length > 2100 || /\s/.test(bare)) return false;
  return Array.isArray(normalise(bare));
}

function isCapitals(text: string): boolean {
  const letters = text.replace(/[^\p{L}]/gu, "");
  return letters.length >= 3 && letters === letters.toUpperCase() && letters !== letters.toLowerCase();
}

/** Narrower ones are verse. */
const MIN_WIDTH = 50;

/** Lines apart by `\v` where the next word would not have fitted, by `\n` elsewhere. */
function rejoined(lines: readonly string[]): string {
  let width = MIN_WIDTH;
  for (const line of lines) width = Math.max(width, line.trimEnd().length);
  let text = lines[0]!;
  for (let i = 1; i < lines.length; i++) {
    const next = lines[i]!;
    const word = /^\s{0,40}(\S{0,200})/.exec(next)![1]!.length;
    text += (lines[i - 1]!.trimEnd().length + word >= width ? "\v" : "\n") + next;
  }
  return text;
}

export class LineBlocks {
  readonly blocks: Block[] = [];
  private open: { kind: BlockKind; line: number; lines: string[] } | undefined;
  private fence: { mark: string; line: number; lines: string[] } | undefined;
  private header: string[] | undefined;
  private inTable = false;
  private blankBefore = true;
  private columns: { line: number; cells: string[] }[] = [];

  constructor(private readonly lines: readonly string[]) {}

  read(): Block[] {
    for (let i = 0; i < this.lines.length; i++) i += this.line(this.lines[i]!, i);
    if (this.fence) this.push("code", this.fence.lines.join("\n"), this.fence.line);
    this.close();
    return this.blocks;
  }

  private push(kind: BlockKind, text: string, line: number, level?: number): void {
    if (text.trim() === "") return;
    this.blocks.push({ kind, text, line, ...(level === undefined ? {} : { level }) });
  }

  private close(): void {
    this.closeColumns();
    const { open } = this;
    if (open) this.push(open.kind, inline(rejoined(open.lines)), open.line);
    this.open = undefined;
    this.inTable = false;
    this.header = undefined;
  }

  /** Lines of columns: a table when two or more stand together, else part of a paragraph. */
  private closeColumns(): void {
    const rows = this.columns;
    this.columns = [];
    if (rows.length === 0) return;
    const first = rows[0]!.cells;
    const named = rows.length > 1 && !first.some(isValueLine);
    for (const [i, { cells, line }] of rows.entries())
      if (!(named && i === 0)) this.blocks.push(row(cells.map(inline), line, named ? first : undefined));
  }

  /** Returns the number of further lines that were used up. */
  private line(raw: string, index: number): number {
    const number = index + 1;
    if (this.fence) {
      if (raw.trimStart().startsWith(this.fence.mark)) {
        this.push("code", this.fence.lines.join("\n"), this.fence.line);
        this.fence = undefined;
      } else this.fence.lines.push(raw);
      return 0;
    }
    const text = raw.replace(QUOTE, "");
    const fence = FENCE.exec(text);
    if (fence) {
      this.close();
      this.fence = { mark: fence[1]!, line: number + 1, lines: [] };
      return 0;
    }
    if (text.trim() === "") {
      this.close();
      this.blankBefore = true;
      return 0;
    }
    const used = this.content(text, index);
    this.blankBefore = false;
    return used;
  }

  private content(text: string, index: number): number {
    const number = index + 1;
    const next = this.lines[index + 1]?.replace(QUOTE, "") ?? "";
    const atx = ATX.exec(text);
    if (atx) {
      this.close();
      this.push("heading", inline(atx[2]!), number, atx[1]!.length);
      return 0;
    }
    if (!this.open && text.length < 200 && SETEXT.test(next) && !ITEM.test(text) && !PIPES.test(text)) {
      this.close();
      this.push("heading", inline(text), number, next.includes("=") ? 1 : 2);
      return 1;
    }
    if (this.table(text, number)) return 0;
    if (RULE.test(text)) {
      this.close();
      return 0;
    }
    if (this.blankBefore && /^(?: {4}|\t)/.test(text) && !ITEM.test(text)) return this.indented(index);
    if (FOOTNOTE.test(text)) return this.start("note", text.replace(FOOTNOTE, ""), number);
    if (ITEM.test(text) && !isValueLine(text)) {
      const heading = NUMBERED.exec(text.trim());
      if (heading && this.blankBefore && next.trim() === "" && !/[[\d.]{4}/.test(text.slice(heading[1]!.length)))
        return this.heading(text, number, heading[1]!.split(".").length + 1);
      return this.start("item", text.replace(ITEM, ""), number);
    }
    if (this.alignedColumns(text, number)) return 0;
    this.closeColumns();
    if (this.isHeading(text, next)) return this.heading(text, number, isCapitals(text) ? 2 : 5);
    // One value a line, without bullets.
    if (isValueLine(text)) {
      const kind = this.open?.kind === "note" ? "note" : "item";
      if (!this.continues(text)) {
        this.close();
        this.push(kind, inline(text.trim()), number);
        return 0;
      }
    }
    if (this.open) this.open.lines.push(text);
    else this.open = { kind: "paragraph", line: number, lines: [text] };
    return 0;
  }

  /** A value that begins a line of a wrapped sentence. */
  private continues(text: string): boolean {
    const last = this.open?.lines.at(-1)?.trimEnd();
    return (
      last !== undefined &&
      ((/^\s/.test(text) && this.open!.kind !== "paragraph") || last.length > 55) &&
      !/[.:!?]$/.test(last)
    );
  }

  private heading(text: string, line: number, level: number): number {
    this.close();
    this.push("heading", inline(text.trim()), line, level);
    return 0;
  }

  private start(kind: BlockKind, text: string, line: number): number {
    this.close();
    this.open = { kind, line, lines: [text] };
    return 0;
  }

  /** Without marks of its own: a short line alone, in capitals or with words that head such lists. */
  private isHeading(text: string, next: string): boolean {
    const bare = text.trim();
    if (!this.blankBefore || bare.length > 80 || !/^\p{L}/u.test(bare) || /[.!?;,:]$/.test(bare)) return false;
    if (/\.\S|\[\.|:\/\//.test(bare)) return false;
    if (isCapitals(bare)) return true;
    const listFollows = next.trim() === "" || ITEM.test(next) || isValueLine(next);
    return listFollows && bare.split(/\s+/).length <= 7 && topicOf(bare) !== "other";
  }

  /** A table between pipes, with or without a frame. */
  private table(text: string, number: number): boolean {
    if (text.length > MAX_ROW) return false;
    if (PIPE_RULE.test(text) && /[|+]/.test(text)) {
      if (!this.inTable) {
        this.close();
        this.inTable = true;
      } else {
        // What stood above the rule is the header.
        const above = this.blocks.at(-1);
        if (!this.header && above?.kind === "row" && above.line === number - 1 && !above.cells!.some(isValueLine)) {
          this.header = [...above.cells!];
          this.blocks.pop();
        }
      }
      return true;
    }
    if (!PIPES.test(text) || (this.open && !text.trimStart().startsWith("|"))) return false;
    if (!this.inTable) {
      this.close();
      this.inTable = true;
    }
    this.blocks.push(row(pipeCells(text), number, this.header));
    return true;
  }

  /** Columns apart by tabs or several spaces, as in `Domain    evil[.]example    C2`. */
  private alignedColumns(text: string, number: number): boolean {
    if (this.open || text.length > 4000) return false;
    const cells = text.trim().split(GAP);
    if (cells.length < 2 || cells.length > 20) return false;
    this.columns.push({ cells, line: number });
    return true;
  }

  /** An indented block after a blank line is code. */
  private indented(index: number): number {
    this.close();
    let end = index;
    while (end < this.lines.length && /^(?: {4}|\t)/.test(this.lines[end]!)) end++;
    this.push("code", this.lines.slice(index, end).join("\n"), index + 1);
    return end - index - 1;
  }
}

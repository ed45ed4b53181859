/** A page's elements, as they open and close, to blocks. No tree is kept. */
import { row, type Block, type BlockKind } from "./prose-blocks.js";
import { wordTable } from "../model/word-table.js";

const HEADINGS: Readonly<Record<string, number>> = wordTable({ h1: 1, h2: 2, h3: 3, h4: 4, h5: 5, h6: 6 });
/** Elements that begin and end a paragraph. */
const BREAKS = new Set(
  "p div section article main header footer nav aside ul ol li dl dt dd blockquote figure figcaption address form fieldset details summary hr pre table thead tbody tfoot tr caption body html center".split(
    " ",
  ),
);
const DEFANGED_HREF = /^(?:h[x*_]{2}p|meow)|\[\.\]|\(\.\)|%5b\.%5d|\[dot\]/i;
const MAX_CELLS = 1000;

interface Table {
  header: string[] | undefined;
  cells: string[];
  line: number;
  allHeads: boolean;
  /** The cell that is open, its paragraphs apart by line ends. */
  cell: string | undefined;
  inHead: boolean;
}

export class HtmlBlocks {
  readonly blocks: Block[] = [];
  private readonly tables: Table[] = [];
  private kind: BlockKind = "paragraph";
  private level = 0;
  private buffer = "";
  private readonly lines: { at: number; line: number }[] = [];
  private preformatted = 0;
  private inFrame = false;
  private list = 0;
  private link: { href: string; text: string } | undefined;
  /** The last character of the paragraph or cell: to ask its text would be slow. */
  private last = "";
  private term = "";
  private line = 1;

  frame(on: boolean): void {
    this.flush();
    this.inFrame = on;
  }

  open(name: string, attributes: Readonly<Record<string, string>>, email?: string): void {
    if (email !== undefined) this.append(` ${email} `);
    if (name === "br") this.append("\n");
    else if (name === "a") this.link = { href: attributes["href"] ?? "", text: "" };
    else if (name === "table") this.openTable();
    else if (this.tableElement(name)) return;
    else if (Object.hasOwn(HEADINGS, name)) {
      this.leaveCell();
      this.flush();
      this.kind = "heading";
      this.level = HEADINGS[name]!;
    } else if (BREAKS.has(name)) this.openBlock(name);
    else if (name === "img" || name === "sup") this.append(" ");
  }

  private openBlock(name: string): void {
    this.flush();
    if (name === "ul" || name === "ol") this.list++;
    if (name === "pre") {
      this.preformatted++;
      if (this.table?.cell === undefined) this.kind = "code";
    } else if (name === "li" || name === "dt" || name === "dd") this.kind = "item";
  }

  close(name: string): void {
    if (name === "a") this.closeLink();
    else if (name === "sup") this.append(" ");
    else if (name === "td" || name === "th") this.closeCell();
    else if (name === "tr") this.closeRow();
    else if (name === "thead" && this.table) this.table.inHead = false;
    else if (name === "table") this.closeTable();
    else if (Object.hasOwn(HEADINGS, name)) this.flush();
    else if (name === "dt") {
      this.term = this.buffer.trim();
      this.buffer = "";
      this.flush();
    } else if (name === "dd") this.definition();
    else if (BREAKS.has(name)) {
      this.flush();
      if (name === "pre" && this.preformatted > 0) this.preformatted--;
      if ((name === "ul" || name === "ol") && this.list > 0) this.list--;
      // What follows a nested list is still the item's.
      if (this.list > 0 && name !== "li") this.kind = "item";
    }
  }

  /** Where in the source what comes next stands. */
  at(line: number): void {
    this.line = line;
  }

  text(data: string): void {
    if (this.preformatted > 0) return this.append(data);
    for (const [i, piece] of data.split("\n").entries()) {
      if (i > 0) this.line++;
      const joined = `${i > 0 ? " " : ""}${piece}`.replace(/[ \t\f\r]+/g, " ");
      this.append(this.last === "" || this.last === " " || this.last === "\n" ? joined.trimStart() : joined);
    }
  }

  end(): void {
    while (this.tables.length > 0) {
      this.closeCell();
      this.closeRow();
      this.closeTable();
    }
    this.flush();
  }

  private get table(): Table | undefined {
    return this.tables.at(-1);
  }

  private append(text: string): void {
    if (text === "") return;
    this.last = text.at(-1)!;
    if (this.link) this.link.text += text;
    const { table } = this;
    if (table?.cell !== undefined) {
      table.cell += text;
      return;
    }
    const last = this.lines.at(-1);
    if (!last || last.line !== this.line) this.lines.push({ at: this.buffer.length, line: this.line });
    this.buffer += text;
  }

  /** Ends the paragraph; inside a cell, its line. */
  private flush(): void {
    const { table } = this;
    if (table?.cell !== undefined) {
      if (table.cell !== "" && this.last !== "\n") this.append("\n");
      return;
    }
    const text = this.buffer;
    if (text.trim() !== "") {
      const kind = this.inFrame ? "boilerplate" : this.kind;
      const places = this.lines.length > 1 ? { places: [...this.lines] } : {};
      this.blocks.push({
        kind,
        text: text.trimEnd(),
        line: this.lines[0]?.line ?? this.line,
        ...places,
        ...(kind === "heading" ? { level: this.level } : {}),
      });
    }
    this.buffer = "";
    this.last = "";
    this.lines.length = 0;
    this.kind = "paragraph";
  }

  /** The text counts; the address behind it only where it is defanged, too. */
  private closeLink(): void {
    const { link } = this;
    this.link = undefined;
    if (!link || !DEFANGED_HREF.test(link.href)) return;
    if (!link.text.includes(link.href)) this.append(` ${link.href.replace(/%5b\.%5d/gi, "[.]")} `);
  }

  /** `<dt>Domain</dt><dd>evil.example</dd>` is a row. */
  private definition(): void {
    const text = this.buffer.trim();
    if (text !== "" && this.term !== "" && this.table?.cell === undefined && !this.inFrame) {
      this.blocks.push(row([this.term, text], this.lines[0]?.line ?? this.line));
      this.buffer = "";
      this.lines.length = 0;
    }
    this.flush();
  }

  private openTable(): void {
    // A table in a cell: the outer one lays out the page.
    this.leaveCell();
    this.flush();
    this.tables.push({ header: undefined, cells: [], line: 0, allHeads: true, cell: undefined, inHead: false });
  }

  private tableElement(name: string): boolean {
    const { table } = this;
    if (!table) return false;
    if (name === "thead") table.inHead = true;
    else if (name === "tr") this.closeRow();
    else if (name === "td" || name === "th") {
      this.closeCell();
      this.flush();
      if (table.cells.length === 0) {
        table.line = this.line;
        table.allHeads = true;
      }
      table.allHeads &&= name === "th" || table.inHead;
      table.cell = "";
      this.last = "";
    } else return false;
    return true;
  }

  /** The cell holds a part of a page, not a value: its text is a paragraph. */
  private leaveCell(): void {
    const { table } = this;
    if (table?.cell === undefined) return;
    const text = [...table.cells, table.cell].join("\n");
    table.cell = undefined;
    table.cells = [];
    this.append(text);
    this.flush();
  }

  private closeCell(): void {
    const { table } = this;
    if (table?.cell === undefined) {
      this.flush();
      return;
    }
    if (table.cells.length < MAX_CELLS) table.cells.push(table.cell.trim());
    table.cell = undefined;
  }

  private closeRow(): void {
    const { table } = this;
    if (!table) return;
    if (table.cell !== undefined) this.closeCell();
    const { cells } = table;
    table.cells = [];
    if (!cells.some((cell) => cell !== "")) return;
    if (table.allHeads && cells.length > 1 && !this.inFrame) {
      table.header = cells;
      return;
    }
    const made = row(cells, table.line || this.line, table.header);
    this.blocks.push(this.inFrame ? { kind: "boilerplate", text: cells.join("\n"), line: made.line } : made);
  }

  private closeTable(): void {
    this.closeRow();
    this.flush();
    this.tables.pop();
    if (this.list > 0) this.kind = "item";
  }
}

/** Renders the Markdown of a fixture as a web page and as a PDF, so that one expectation holds for all three. */

type Node =
  | { kind: "heading"; level: number; text: string }
  | { kind: "paragraph" | "item" | "code" | "note"; text: string }
  | { kind: "table"; rows: string[][] };

/** The subset that the fixtures use; no code of the readers. */
function parse(markdown: string): Node[] {
  const nodes: Node[] = [];
  for (const chunk of markdown.split(/\n{2,}/)) {
    const lines = chunk.trim().split("\n");
    const heading = /^(#+) (.*)$/.exec(lines[0]!);
    const note = /^\[\^\d\]: (.*)$/.exec(lines[0]!);
    if (heading) nodes.push({ kind: "heading", level: heading[1]!.length, text: heading[2]! });
    else if (lines[0]!.startsWith("```")) nodes.push({ kind: "code", text: lines.slice(1, -1).join("\n") });
    else if (lines[0]!.startsWith("|"))
      nodes.push({
        kind: "table",
        rows: lines
          .filter((_, i) => i !== 1)
          .map((line) =>
            line
              .split("|")
              .slice(1, -1)
              .map((cell) => cell.trim()),
          ),
      });
    else if (lines[0]!.startsWith("- ")) for (const line of lines) nodes.push({ kind: "item", text: line.slice(2) });
    else if (note) nodes.push({ kind: "note", text: note[1]! });
    else nodes.push({ kind: "paragraph", text: lines.join(" ") });
  }
  return nodes;
}

function htmlText(text: string): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/\[\^(\d)\]/g, "<sup>$1</sup>")
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replace(/\*\*([^*]+)\*\*/g, "<b>$1</b>")
    .replace(/\[([^\]]+)\]\((http[^)]+)\)/g, '<a href="$2">$1</a>');
}

export function toHtml(markdown: string, title: string): string {
  const out = [`<!DOCTYPE html>`, `<html><head><title>${title}</title></head>`, "<body><main>"];
  let open = false;
  for (const node of parse(markdown)) {
    if (open !== (node.kind === "item")) out.push(open ? "</ul>" : "<ul>");
    open = node.kind === "item";
    if (node.kind === "heading") out.push(`<h${node.level}>${htmlText(node.text)}</h${node.level}>`);
    else if (node.kind === "item") out.push(`<li>${htmlText(node.text)}</li>`);
    else if (node.kind === "code") out.push(`<pre><code>${node.text.replace(/</g, "&lt;")}</code></pre>`);
    else if (node.kind === "table") {
      const [head, ...rows] = node.rows;
      out.push("<table>", `<tr>${head!.map((cell) => `<th>${cell}</th>`).join("")}</tr>`);
      for (const row of rows) out.push(`<tr>${row.map((cell) => `<td>${htmlText(cell)}</td>`).join("")}</tr>`);
      out.push("</table>");
    } else out.push(`<p>${node.kind === "note" ? "1. " : ""}${htmlText(node.text)}</p>`);
  }
  return [...out, "</main></body></html>", ""].join("\n");
}

/** Characters of Courier, all 0.6 em wide. */
const SIZE = 9;
const WIDTH = SIZE * 0.6;
const LEFT = 60;
const LINE = 11;

interface Draw {
  x: number;
  y: number;
  size: number;
  text: string;
}

/** URLs and digests, which a browser's `overflow-wrap: anywhere` and a cell cut at any character. */
const CUT_ANYWHERE = /:\/\/|\]:\/\/|[0-9a-f]{32}/;

/** Words to lines. What is long is cut after punctuation, as typesetters do, or where the line ends. */
function wrap(text: string, width: number, anywhere: boolean): string[] {
  const lines: string[] = [];
  let line = "";
  for (let word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      let room = Math.max(0, width - line.length - 1);
      if (!(anywhere && CUT_ANYWHERE.test(word))) room = word.slice(0, room).replace(/[^/?&=_-]+$/, "").length;
      if (word.length > 20 && room >= 6) {
        lines.push(`${line} ${word.slice(0, room)}`);
        word = word.slice(room);
      } else lines.push(line);
      line = "";
    }
    while (word.length > width) {
      lines.push(word.slice(0, width));
      word = word.slice(width);
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

class Paper {
  readonly pages: Draw[][] = [[]];
  private y = 780;

  constructor(
    private readonly width: number,
    private readonly anywhere: boolean,
  ) {}

  /** @param need room that must be left on the page */
  private down(by: number, need = 0): void {
    this.y -= by;
    if (this.y - need > 80) return;
    this.pages.push([]);
    this.y = 780;
  }

  private draw(text: string, x: number, size = SIZE, rise = 0): void {
    this.pages.at(-1)!.push({ x, y: this.y + rise, size, text });
  }

  text(text: string, size: number, indent = 0): void {
    const [plain, mark] = text.split(/\[\^(\d)\]/);
    for (const line of wrap(plain!, Math.floor((this.width * SIZE) / size) - indent, this.anywhere)) {
      this.draw(line, LEFT + indent * WIDTH, size);
      if (mark !== undefined) this.draw(mark, LEFT + (indent + line.length) * WIDTH, 6, 4);
      this.down(size * 1.2);
    }
    this.down(8);
  }

  lines(text: string): void {
    for (const line of text.split("\n")) {
      this.draw(line, LEFT);
      this.down(LINE);
    }
    this.down(8);
  }

  table(rows: readonly string[][]): void {
    const widths = [12, 26, 22];
    for (const row of rows) {
      const cells = row.map((cell, i) => wrap(cell, widths[i]!, true));
      const height = Math.max(...cells.map((cell) => cell.length));
      this.down(0, height * LINE);
      for (let i = 0; i < height; i++) {
        let x = LEFT;
        for (const [c, cell] of cells.entries()) {
          if (cell[i] !== undefined) this.draw(cell[i]!, x);
          x += (widths[c]! + 3) * WIDTH;
        }
        this.down(LINE);
      }
      this.down(6);
    }
    this.down(8);
  }
}

function pdfString(text: string): string {
  return `(${text.replace(/[\\()]/g, "\\$&")})`;
}

/** Objects, numbered from 1, to a file with its cross-reference table. */
export function pdfFile(objects: readonly string[], trailer = ""): Buffer {
  let out = "%PDF-1.4\n";
  const offsets: number[] = [];
  for (const [i, body] of objects.entries()) {
    offsets.push(out.length);
    out += `${i + 1} 0 obj\n${body}\nendobj\n`;
  }
  const start = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  for (const offset of offsets) out += `${String(offset).padStart(10, "0")} 00000 n \n`;
  out += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailer}>>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(out, "latin1");
}

/** Pages of text in Courier. @param contents one content stream for each page */
export function pdfOf(contents: readonly string[], trailer = "", extra: readonly string[] = []): Buffer {
  const kids = contents.map((_, i) => `${4 + i * 2} 0 R`).join(" ");
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Count ${contents.length} /Kids [${kids}] >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
  ];
  for (const [i, content] of contents.entries())
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${5 + i * 2} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
      `<< /Length ${Buffer.byteLength(content, "latin1")} >>\nstream\n${content}\nendstream`,
    );
  return pdfFile([...objects, ...extra], trailer);
}

/** @param width of a line in characters: the narrower, the more values are cut @param anywhere in their middle, too */
export function toPdf(markdown: string, width: number, anywhere: boolean): Buffer {
  const paper = new Paper(width, anywhere);
  for (const node of parse(markdown)) {
    if (node.kind === "table") paper.table(node.rows);
    else if (node.kind === "code") paper.lines(node.text);
    else {
      const text = node.text.replace(/`|\*\*([^*]+)\*\*/g, "$1").replace(/\[([^\]]+)\]\((http[^)]+)\)/g, "$1");
      if (node.kind === "heading") paper.text(text, node.level === 1 ? 16 : node.level === 2 ? 13 : 11);
      else if (node.kind === "item") paper.text(`\u2022 ${text}`, SIZE);
      else paper.text(node.kind === "note" ? `1. ${text}` : text, SIZE);
    }
  }
  const contents = paper.pages.map((draws, i) => {
    const all = [
      ...draws,
      { x: LEFT, y: 815, size: 8, text: "Relay operators - www.agency.example" },
      { x: 280, y: 30, size: 8, text: `Page ${i + 1} of ${paper.pages.length}` },
    ];
    return all
      .map(
        ({ x, y, size, text }) =>
          `BT /F1 ${size} Tf 1 0 0 1 ${x.toFixed(2)} ${y.toFixed(2)} Tm ${pdfString(text.replace("\u2022", "\u0095"))} Tj ET`,
      )
      .join("\n");
  });
  return pdfOf(contents);
}

/** What the three prose readers (text and Markdown, HTML, PDF) make of a document, and what `prose-extract.ts` reads. */
import type { Tlp } from "../model/indicator.js";

/** `note`: a footnote. `boilerplate`: navigation, page headers and footers, the publisher's address. */
export type BlockKind = "heading" | "paragraph" | "item" | "row" | "code" | "note" | "boilerplate";

/** A paragraph, list item, table row, code block …, its lines apart by `\n` (`\v` where a full line of a page ends). */
export interface Block {
  kind: BlockKind;
  text: string;
  /** Of its first character; 0 for pages. */
  line: number;
  /** Headings: 1 is the highest. */
  level?: number;
  /** Where each source line begins in `text`, ascending, where line ends in it do not tell. */
  places?: readonly { at: number; line: number }[];
  /** Rows only: the cells, which are apart by tabs in `text`. */
  cells?: readonly string[];
  /** The table's column names. */
  header?: readonly string[];
  /** PDF: where each page begins in `text`, ascending, the first at 0. */
  pages?: readonly { at: number; page: number }[];
}

export interface Advisory {
  blocks: readonly Block[];
  title?: string;
  /** As the document writes it. */
  published?: string;
  /** From the metadata; what the text says at its head comes after. */
  tlp?: Tlp;
  /** Hosts that are the publisher's own, as far as the metadata say so. */
  publisher?: readonly string[];
  /** Line breaks may come from the width of a page or screen. */
  wrapped: boolean;
}

/** A row from its cells; tabs inside a cell would shift the others. */
export function row(cells: readonly string[], line: number, header?: readonly string[]): Block {
  const clean = cells.map((cell) => cell.replace(/\t/g, " "));
  return { kind: "row", text: clean.join("\t"), line, cells: clean, ...(header ? { header } : {}) };
}

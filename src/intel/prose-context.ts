/** The sentence around a value, and the line it stands on. */
import type { Block } from "./prose-blocks.js";

export const MAX_CONTEXT = 300;

/** White space to single spaces, cut at MAX_CONTEXT characters. */
export function squeeze(text: string): string {
  const short = text
    .slice(0, MAX_CONTEXT * 2)
    .replace(/\s+/g, " ")
    .trim();
  return short.length > MAX_CONTEXT ? `${short.slice(0, MAX_CONTEXT - 1)}…` : short;
}

/** A sentence's end is followed by a capital letter, a digit or an opening quote; "192.0.2.1" has none inside. */
const BEGINS = /[.!?]["”»)]?\s+(?=[\p{Lu}\p{N}"“«(])|\n\s*\n/gu;
const ENDS = /[.!?]["”»)]?(?=\s+[\p{Lu}"“«(]|\s*$)|\n\s*\n/u;

/** The sentence around a place, as written; at most MAX_CONTEXT characters to each side are looked at. */
export function sentenceAt(text: string, at: number): string {
  const before = text.slice(Math.max(0, at - MAX_CONTEXT), at);
  let start = 0;
  for (const m of before.matchAll(BEGINS)) start = m.index + m[0].length;
  const rest = text.slice(at, at + MAX_CONTEXT);
  const end = ENDS.exec(rest);
  return squeeze(before.slice(start) + (end ? rest.slice(0, end.index + end[0].trimEnd().length) : rest));
}

/** The line around a place: what a sentence is to code. */
export function lineAt(text: string, at: number): string {
  const start = text.lastIndexOf("\n", Math.max(0, at - 1)) + 1;
  const end = text.indexOf("\n", at);
  const from = Math.max(at === 0 ? 0 : start, at - MAX_CONTEXT);
  return squeeze(text.slice(from, Math.min(end < 0 ? text.length : end, at + MAX_CONTEXT)));
}

export function lastSentence(text: string): string {
  const cut = text.slice(0, -2).search(/[.!?]\s[^.!?]{0,300}$/);
  return cut < 0 ? text : text.slice(cut + 1);
}

/** The row with its column names: `Type: domain | Value: evil.example`. */
export function rowText({ cells, header }: Block): string {
  return squeeze((cells ?? []).map((cell, i) => (header?.[i] ? `${header[i]}: ${cell}` : cell)).join(" | "));
}

/** Lines are asked for in ascending order: counted on from the last one. */
export class LineCounter {
  private at = 0;
  private lines = 0;

  constructor(private readonly text: string) {}

  /** Line ends before a place. */
  before(at: number): number {
    if (at < this.at) this.at = this.lines = 0;
    for (let i = this.at; i < at; i++) {
      const c = this.text.charCodeAt(i);
      if (c === 10 || c === 11) this.lines++;
    }
    this.at = at;
    return this.lines;
  }
}

/** An over-long block in pieces, cut at white space where there is some. Rows lose their cells. */
export function* pieces(block: Block, size: number): Generator<Block> {
  let line = block.line;
  for (let from = 0; from < block.text.length;) {
    let to = Math.min(block.text.length, from + size);
    const window = block.text.slice(from, to);
    const space = Math.max(window.lastIndexOf(" "), window.lastIndexOf("\n"), window.lastIndexOf("\t"));
    if (to < block.text.length && space > size / 2) to = from + space;
    const text = block.text.slice(from, to);
    const { cells: _cells, header: _header, pages, places, ...rest } = block;
    const part: Block = { ...rest, text, line };
    if (pages) part.pages = pages.map((p) => ({ ...p, at: p.at - from }));
    if (places) part.places = places.map((p) => ({ ...p, at: p.at - from }));
    yield part;
    line += new LineCounter(text).before(text.length);
    from = to;
  }
}

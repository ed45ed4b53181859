/**
 * Markdown (CommonMark with GitHub's tables and autolinks) in which text from logs and feeds stays text. Whatever may come from there is a
 * code span or a code block: nothing in them is a link, a tag, an entity or emphasis, and no escape works.
 */
import { shorten, visibleCut, visibleText } from "./text.js";

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

/** A code span. Empty text, of which there is none, is a dash. @param limit code units */
export function code(text: string, limit = 500): string {
  const cut = shorten(text, limit);
  const shown = `${visibleText(cut.text)}${cut.omitted > 0 ? "…" : ""}`;
  if (shown.trim() === "") return "–";
  const fence = "`".repeat(longestRun(shown) + 1);
  // A blank at each end is taken off again; without it a backtick there would be one of the fence.
  const edge = /^[` ]|[` ]$/.test(shown) ? " " : "";
  return `${fence}${edge}${shown}${edge}${fence}`;
}

/** One line as a code block. */
export function codeBlock(text: string, limit: number): string {
  const shown = visibleCut(text, limit);
  const fence = "`".repeat(Math.max(3, longestRun(shown) + 1));
  return `${fence}text\n${shown}\n${fence}`;
}

/**
 * A bar ends a cell, also within a code span, unless a backslash stands before it, and a backslash before that one takes its force away:
 * such a bar is written as a code point.
 */
function cellText(cell: string): string {
  return cell.replace(/(\\*)\|/g, (_, before: string) => (before === "" ? "\\|" : `${before}\\u{7c}`));
}

/** @param rows cells of our own words, numbers and code spans */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cellText).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

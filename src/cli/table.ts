/** A plain table for the terminal: columns apart by two spaces, no lines. */
import Table from "cli-table3";
import { printable } from "../report/text.js";

export type Column<Row> = readonly [head: string, cell: (row: Row) => string];

const PLAIN = {
  style: { head: [], border: [], compact: true },
  chars: {
    top: "",
    "top-mid": "",
    "top-left": "",
    "top-right": "",
    bottom: "",
    "bottom-mid": "",
    "bottom-left": "",
    "bottom-right": "",
    left: "",
    "left-mid": "",
    mid: "",
    "mid-mid": "",
    right: "",
    "right-mid": "",
    middle: "  ",
  },
};

/** More are laid out by the widths of the first: the library's time and memory, and its call stack, do not bear hundreds of thousands. */
const ROWS_MEASURED = 2000;
/** On either side of a cell. */
const PADDING = 1;

/** A column in which nothing stands tells nothing, and is left out. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const shown = columns.filter(([, cell]) => rows.some((row) => cell(row) !== ""));
  const cells = (row: Row): string[] => shown.map(([, cell]) => printable(cell(row)));
  // The library writes the widths that it finds into this list.
  const colWidths: (number | null)[] = [];
  const made = new Table({ ...PLAIN, head: shown.map(([head]) => head), colWidths });
  made.push(...rows.slice(0, ROWS_MEASURED).map(cells));
  const lines = [made.toString()];
  for (const row of rows.slice(ROWS_MEASURED))
    lines.push(
      cells(row)
        .map((cell, i) => ` ${cell.padEnd((colWidths[i] ?? 0) - 2 * PADDING)} `)
        .join(PLAIN.chars.middle),
    );
  return lines.join("\n");
}

/** A plain table for the terminal: columns apart by two spaces, no lines. */
import Table from "cli-table3";
import { printable } from "../report/text.js";

export type Column<Row> = readonly [head: string, cell: (row: Row) => string];

/** A column in which nothing stands tells nothing, and is left out. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const shown = columns.filter(([, cell]) => rows.some((row) => cell(row) !== ""));
  const made = new Table({
    head: shown.map(([head]) => head),
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
  });
  for (const row of rows) made.push(shown.map(([, cell]) => printable(cell(row))));
  return made.toString();
}

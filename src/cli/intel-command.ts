/** `lookback intel show`: what was understood of indicator files, and what was not. */
import Table from "cli-table3";

import { describeSet, loadIntel, type IndicatorRow } from "../intel/index.js";
import type { IndicatorSet } from "../model/indicator.js";
import { printable } from "../report/text.js";
import { intelOptions } from "./hunt-command.js";
import type { FlagValues } from "./parser.js";

const REJECTIONS_SHOWN = 20;

export async function intelShowCommand(paths: string[], flags: FlagValues): Promise<number> {
  const set = await loadIntel(paths, intelOptions(flags));
  process.stdout.write(flags.showJson === true ? `${JSON.stringify(set, jsonSafe, 2)}\n` : asText(set));
  for (const { file, message } of set.errors) process.stderr.write(`lookback: ${printable(`${file}: ${message}`)}\n`);
  return set.errors.length > 0 ? 2 : 0;
}

/** Ranges hold big integers, and the canonical value says the same. */
function jsonSafe(key: string, value: unknown): unknown {
  return key === "range" ? undefined : value;
}

const COLUMNS: readonly (readonly [string, (row: IndicatorRow) => string])[] = [
  ["type", (r) => r.type],
  ["value", (r) => r.value],
  ["role", (r) => r.role],
  ["TLP", (r) => r.tlp ?? ""],
  ["labels", (r) => r.labels.join(", ")],
  ["valid from", (r) => r.validFrom ?? ""],
  ["valid until", (r) => r.validUntil ?? ""],
  ["said by", (r) => `${r.feeds.join(", ")}${r.assertions > 1 ? ` (${r.assertions}×)` : ""}`],
];

function asText(set: IndicatorSet): string {
  const rows = describeSet(set);
  // A column in which nothing stands tells nothing.
  const shown = COLUMNS.filter(([, cell]) => rows.some((row) => cell(row) !== ""));
  const table = new Table({
    head: shown.map(([name]) => name),
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
  for (const row of rows) table.push(shown.map(([, cell]) => printable(cell(row))));

  const lines = [table.toString(), ""];
  for (const file of set.files) {
    const parts = [`${file.accepted} accepted`, `${file.duplicates} said before`, `${file.rejected} not indicators`];
    lines.push(`${printable(file.file)} (${file.reader}): ${parts.join(", ")}`);
  }
  for (const rejection of set.rejections.slice(0, REJECTIONS_SHOWN))
    lines.push(`  ${printable(`${rejection.file}:${rejection.line}: ${rejection.reason}: ${rejection.text}`)}`);
  const more = set.rejections.length - REJECTIONS_SHOWN;
  if (more > 0) lines.push(`  … and ${more} more (--json lists all)`);
  lines.push(`${rows.length} ${rows.length === 1 ? "indicator" : "indicators"}, sha256:${set.hash}`, "");
  return lines.join("\n");
}

/** A LineContext over lines in memory, for format tests. Times without a zone are taken as UTC, without a year as 2021. */
import type { FormatResult, LineContext, ParsedTime } from "../src/formats/format.js";
import { networkFormats } from "./format-groups.js";

export function contextOf(lines: readonly string[], at: number, path = "test.log"): LineContext {
  return {
    path,
    firstLine: lines[0] ?? "",
    headerBefore: (prefix) => {
      for (let i = at; i >= 0; i--) if (lines[i]!.startsWith(prefix)) return lines[i];
      return undefined;
    },
    resolveTime: (time: ParsedTime) =>
      time.kind === "instant"
        ? time.ms
        : Date.UTC(time.year ?? 2021, time.month - 1, time.day, time.hour, time.minute, time.second, time.millisecond),
  };
}

export interface Parsed {
  format: string;
  result: FormatResult;
}

/** The first format, in trial order, that takes the line. */
export function parseFirst(line: string, context: LineContext): Parsed | undefined {
  for (const format of networkFormats) {
    const result = format.parse(line, context);
    if (result) return { format: format.id, result };
  }
  return undefined;
}

/** One bare line on its own. */
export function parseLine(line: string, path?: string): Parsed | undefined {
  return parseFirst(line, contextOf([line], 0, path));
}

/**
 * Suricata's IP reputation lists: `address or block,category,score`, the score from 1 to 127.
 * Source: https://docs.suricata.io/en/latest/reputation/ipreputation/ip-reputation-format.html
 *
 * What a category means stands in another file, which is known and holds no indicators.
 */
import { LookbackError } from "../model/errors.js";
import { parseIp } from "../model/ip.js";
import type { Reader } from "./candidate.js";
import { firstLines, linesOf } from "./lines.js";

const ROW = /^([0-9A-Fa-f.:]{2,45})(\/\d{1,3})?\s?,\s?(\d{1,2})\s?,\s?(\d{1,3})$/;
/** Number, short name, description. */
const CATEGORY_ROW = /^(\d{1,2}),([A-Za-z_][\w-]{0,63}),(.{0,500})$/;
/** Suricata's own bounds. */
const MAX_CATEGORY = 60;
const MAX_SCORE = 127;

interface Row {
  text: string;
  category: number;
  score: number;
}

function rowOf(line: string): Row | undefined {
  const m = ROW.exec(line);
  if (!m || parseIp(m[1]!) === undefined) return undefined;
  const [category, score] = [Number(m[3]), Number(m[4])];
  return category <= MAX_CATEGORY && score <= MAX_SCORE ? { text: m[1]! + (m[2] ?? ""), category, score } : undefined;
}

function isCategory(line: string): boolean {
  return Number(CATEGORY_ROW.exec(line)?.[1] ?? Infinity) <= MAX_CATEGORY;
}

/** A few broken rows must not make a list unknown. */
const REGULAR = 0.75;

function areMostly(lines: readonly string[], test: (line: string) => boolean): boolean {
  return lines.length > 0 && test(lines[0]!) && lines.filter(test).length >= lines.length * REGULAR;
}

export const suricataIprepReader: Reader = {
  id: "suricata-iprep",
  recognises({ text }) {
    const lines = firstLines(text);
    return areMostly(lines, (line) => rowOf(line) !== undefined) || areMostly(lines, isCategory);
  },
  read({ text }, _options, sink) {
    if (areMostly(firstLines(text), isCategory))
      throw new LookbackError("intel-unusable", "Suricata's reputation categories: names, no indicators");
    for (const [raw, line] of linesOf(text)) {
      const trimmed = raw.trim();
      if (trimmed === "" || trimmed.startsWith("#")) continue;
      const row = rowOf(trimmed);
      if (!row)
        sink.candidate({
          text: trimmed.split(",", 1)[0]!,
          line,
          notes: ["no row of address, category (0 to 60) and score (0 to 127): only the address was read"],
        });
      else if (row.score === 0)
        sink.setAside(line, row.text, "its reputation score is 0: the publisher has no data on it");
      else
        sink.candidate({
          text: row.text,
          line,
          confidence: `${row.score}/${MAX_SCORE}`,
          labels: [`iprep-category:${row.category}`],
        });
    }
  },
};

/** One value a line. A file has one marking: that of its strictest value. */
import type { Indicator, Tlp } from "../model/indicator.js";
import { stricter } from "./markings.js";
import { lossesOf, lost, type Aspect } from "./write-common.js";
import type { Loss, Writer } from "./writer.js";

const NOT_HELD: readonly Aspect[] = [
  "role",
  "validity",
  "confidence",
  "confidenceWord",
  "labels",
  "ports",
  "exact",
  "feed",
  "published",
  "comment",
  "statedType",
  "object",
  "pattern",
  "context",
  "related",
];

/** A line of text does not tell these from a file's hash, or from prose. */
const NEEDS_ITS_TYPE: ReadonlySet<string> = new Set(["ja3", "ja3s", "user-agent"]);

export const textWriter: Writer = {
  id: "text",
  write(indicators) {
    const losses: Loss[] = [];
    const kept: Indicator[] = [];
    let tlp: Tlp | undefined;
    for (const indicator of indicators) {
      if (NEEDS_ITS_TYPE.has(indicator.type)) {
        losses.push(lost(indicator, "the indicator"));
        continue;
      }
      kept.push(indicator);
      tlp = stricter(tlp, indicator.tlp);
    }
    for (const indicator of kept) {
      if (indicator.tlp !== tlp) losses.push(lost(indicator, "its own TLP marking, beside a stricter one"));
      losses.push(...lossesOf(indicator, NOT_HELD));
    }
    const lines = [...(tlp === undefined ? [] : [`# ${tlp}`]), ...kept.map(({ value }) => value)];
    return { text: lines.length === 0 ? "" : `${lines.join("\n")}\n`, losses };
  },
};

/** What one intel source may be told about itself, by `--intel FILE,role=c2` or by an entry in lookback.yaml: one table for both. */
import { existsSync } from "node:fs";
import { READER_IDS } from "../intel/ids.js";
import type { IntelInput } from "../intel/index.js";
import { parseConfidence, parseTlp } from "../intel/markings.js";
import { INDICATOR_ROLES, type IndicatorRole } from "../model/indicator.js";
import { usage } from "./usage.js";
import { parseTimeBound } from "./values.js";

type Setter = (input: IntelInput, value: string) => void;

function oneOf<T extends string>(name: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw usage(`${name} takes one of ${choices.join(", ")}, not "${value}"`);
  return found;
}

/** Keys as `--intel` writes them; lookback.yaml has the same with underscores. */
export const INPUT_KEYS: Readonly<Record<string, Setter>> = {
  role: (input, value) => (input.role = oneOf<IndicatorRole>("role", value, INDICATOR_ROLES)),
  label: (input, value) => (input.labels = [...(input.labels ?? []), value]),
  "valid-from": (input, value) => (input.validFrom = parseTimeBound(value, "valid-from", "start")),
  "valid-until": (input, value) => (input.validUntil = parseTimeBound(value, "valid-until", "end")),
  confidence: (input, value) => {
    const confidence = parseConfidence(value);
    if (confidence === undefined) throw usage(`confidence takes 0 to 100, or low, medium or high, not "${value}"`);
    input.confidence = confidence;
  },
  tlp: (input, value) => {
    const tlp = parseTlp(value);
    if (tlp === undefined) throw usage(`tlp takes a marking such as amber or TLP:GREEN, not "${value}"`);
    input.tlp = tlp;
  },
  format: (input, value) => (input.format = oneOf("format", value, READER_IDS)),
  column: (input, value) => (input.column = value),
  name: (input, value) => (input.feed = value),
};

/** The longest tail of `,key=value` pairs with keys of ours: a path may hold commas and equals signs of its own. */
const TAIL = new RegExp(`,(?:${Object.keys(INPUT_KEYS).join("|")})=`);

/** `FILE`, or `FILE,role=c2,label=APT31`. A file whose very name reads so is that file. Throws LookbackError `usage`. */
export function intelInput(text: string): IntelInput {
  const start = text.search(TAIL);
  if (start < 0 || existsSync(text)) return { path: text };
  const input: IntelInput = { path: text.slice(0, start) };
  // Split before each key, so that a value may hold commas.
  const pairs = text.slice(start + 1).split(new RegExp(`,(?=(?:${Object.keys(INPUT_KEYS).join("|")})=)`));
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    INPUT_KEYS[pair.slice(0, equals)]!(input, pair.slice(equals + 1));
  }
  checkWindow(input, text);
  return input;
}

export function checkWindow({ validFrom, validUntil }: IntelInput, where: string): void {
  if (validFrom !== undefined && validUntil !== undefined && validUntil < validFrom)
    throw usage(`${where}: valid-until lies before valid-from`);
}

/** What changed from one set to another. */
import type { Indicator, IndicatorSet, IndicatorType } from "../model/indicator.js";

/** Fields that decide what is hunted and how it is judged; who said it is not among them. */
const COMPARED = [
  "role",
  "validFrom",
  "validUntil",
  "confidence",
  "tlp",
  "labels",
  "exact",
  "ports",
  "benign",
] as const satisfies readonly (keyof Indicator)[];

export interface FieldChange {
  field: (typeof COMPARED)[number];
  /** Undefined: not there. Times in epoch milliseconds. */
  old: unknown;
  new: unknown;
}

export interface SetDiff {
  /** In the order of their sets. */
  added: Indicator[];
  withdrawn: Indicator[];
  changed: { type: IndicatorType; value: string; changes: FieldChange[] }[];
  unchanged: number;
}

function key({ type, value }: Indicator): string {
  return `${type}\0${value}`;
}

export function diffSets(before: IndicatorSet, after: IndicatorSet): SetDiff {
  const old = new Map(before.indicators.map((indicator) => [key(indicator), indicator]));
  const diff: SetDiff = { added: [], withdrawn: [], changed: [], unchanged: 0 };
  const still = new Set<Indicator>();
  for (const indicator of after.indicators) {
    const was = old.get(key(indicator));
    if (was === undefined) {
      diff.added.push(indicator);
      continue;
    }
    still.add(was);
    const changes = COMPARED.filter((field) => JSON.stringify(was[field]) !== JSON.stringify(indicator[field])).map(
      (field) => ({ field, old: was[field], new: indicator[field] }),
    );
    if (changes.length > 0) diff.changed.push({ type: indicator.type, value: indicator.value, changes });
    else diff.unchanged++;
  }
  diff.withdrawn = before.indicators.filter((indicator) => !still.has(indicator));
  return diff;
}

/** The background check and the indicators' validity in sentences. */
import type { Background, BackgroundCount } from "../model/background.js";
import type { FindingList } from "../model/sighting.js";
import { formatCount, plural } from "./text.js";
import { totalsOf } from "./totals.js";

const CONCLUSION: Readonly<Record<BackgroundCount["conclusion"], string>> = {
  signal: "more than chance",
  chance: "no more than chance: hits of this kind are likely noise",
  "too-few": "too few to tell from chance",
  "no-hits": "neither was met",
};

export function conclusionWords({ conclusion }: BackgroundCount): string {
  return CONCLUSION[conclusion];
}

/** `p < 0.001`, `p = 0.03`. */
export function chanceWords(p: number): string {
  if (p < 0.001) return "p < 0.001";
  return `p = ${p >= 0.995 ? "1" : String(Number(p.toPrecision(2)))}`;
}

/** `31 times`, `0.7 times`. */
export function ratioWords(ratio: number): string {
  return `${ratio >= 9.95 ? formatCount(Math.round(ratio)) : String(Number(ratio.toFixed(1)))} times`;
}

/** `Background: listed addresses were met 31 times as often as decoys (93 of 161, 3 of 161), p < 0.001: more than chance.` */
export function backgroundSentence(check: Background): string {
  const { listed, decoys, compared, drawn, ratio, p } = check;
  if (p === undefined)
    return `Background: no traffic of the ${formatCount(compared)} listed IPv4 addresses, nor of ${plural(drawn, "decoy")} from their networks.`;
  const counts = `${formatCount(listed)} of ${formatCount(compared)}, ${formatCount(decoys)} of ${formatCount(drawn)}`;
  const compare =
    ratio === undefined
      ? `listed addresses were met and decoys from their networks were not (${counts})`
      : `listed addresses were met ${ratioWords(ratio)} as often as decoys from their networks (${counts})`;
  return `Background: ${compare}, ${chanceWords(p)}: ${conclusionWords(check)}.`;
}

/** Undefined when no indicator that was sighted has a validity. */
export function validitySentence(findings: FindingList, leftOut = 0): string | undefined {
  const { inside, before, after, unknown } = totalsOf(findings).windows;
  const known = inside + before + after;
  const out = leftOut === 0 ? "" : ` ${plural(leftOut, "other")} left out by --window.`;
  if (known === 0) return out === "" ? undefined : out.trim();
  const open = unknown === 0 ? "" : `, ${formatCount(unknown)} undated or of open validity`;
  return (
    `By the indicators' validity: ${plural(inside, "sighting")} inside, ${formatCount(before)} before, ` +
    `${formatCount(after)} after${open}.${out}`
  );
}

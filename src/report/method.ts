/** How the hunt was made, in words and facts: the page and the Markdown report say the same. */
import type { Coverage } from "../model/coverage.js";
import type { ReportInput } from "./summary.js";
import { formatCount, plural } from "./text.js";
import { dayOrMinute, STANDING_SENTENCE, windowWords } from "./wording.js";

const MAX_NETWORKS = 60;

/** A paragraph each. */
export const METHOD: readonly string[] = [
  "Every byte of every source was searched for the indicators as whole values: an address is not found in a longer one, nor a domain in another one. " +
    "A URL counts where host and path stand together.",
  "Each line with an indicator was then parsed, to tell at which end of the traffic it stands, who began it, and how far it came. " +
    "A reply to a probe is not a callout: where a log shows one direction only, the other is sought, and where it stays open the verdict says so in its reasons. " +
    "A name that a client merely wrote makes no callout.",
  "Indicators are dynamic addresses in many advisories: a sighting outside of an indicator's validity may be somebody else's use of the address. " +
    STANDING_SENTENCE,
];

/** Name and value, plain text that may come from logs and feeds. */
export type Fact = readonly [name: string, value: string];

export function methodFacts(input: ReportInput): Fact[] {
  const { provenance: p, intel, own, coverage } = input;
  const networks = own.networks.slice(0, MAX_NETWORKS).join(", ") + (own.networks.length > MAX_NETWORKS ? ", …" : "");
  const validity =
    intel.validFrom === undefined && intel.validUntil === undefined
      ? "open"
      : `${intel.validFrom === undefined ? "…" : dayOrMinute(intel.validFrom)} to ${intel.validUntil === undefined ? "…" : dayOrMinute(intel.validUntil)}`;
  const { background } = coverage;
  const setAside = intel.files.reduce((n, file) => n + file.setAside, 0);
  return [
    [
      "Indicators",
      `${formatCount(intel.indicators)}; ${plural(intel.rejected, "entry", "entries")} not huntable, ${formatCount(setAside)} set aside`,
    ],
    ["Indicator set", `SHA-256 ${intel.hash}`],
    ["Validity of the indicators", validity],
    ["Own networks", own.assumed ? `none named; assumed: ${networks}` : networks],
    ["Window of the hunt", windowWords(input).trim() || "open"],
    ...facts("Hits outside of it", input.outside, "left out: they are in no file of this output"),
    ...facts("Hits of another validity", input.otherWindow, "left out by --window"),
    [
      "Decoys",
      background === undefined
        ? "none: no background check was made"
        : `${formatCount(background.drawn)} addresses that nobody listed, from the networks of ${plural(background.compared, "listed address", "listed addresses")}`,
    ],
    ["Started", p.startedAt],
    ["Finished", p.finishedAt],
    ["Lookback", `${p.version}, Node ${p.node}`],
    ["Arguments", p.arguments.join(" ")],
    ...(p.facts ?? []),
  ];
}

function facts(name: string, count: number | undefined, words: string): Fact[] {
  return count === undefined || count === 0 ? [] : [[name, `${formatCount(count)}, ${words}`]];
}

export interface TimeDecision {
  /** How the zone and the year were had; undefined where no line has a time. */
  decision: string | undefined;
  sources: number;
  lines: number;
}

/** How the times of each source were read, the most sources first. */
export function timeDecisions({ sources }: Coverage): TimeDecision[] {
  const by = new Map<string | undefined, TimeDecision>();
  for (const { timezone, lines } of sources) {
    const entry = by.get(timezone) ?? { decision: timezone, sources: 0, lines: 0 };
    entry.sources++;
    entry.lines += lines;
    by.set(timezone, entry);
  }
  return [...by.values()].sort((a, b) => b.sources - a.sources || ((a.decision ?? "") < (b.decision ?? "") ? -1 : 1));
}

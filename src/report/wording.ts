/** The sentences that people read, in one place: the terminal and the page say the same. */
import type { IndicatorType } from "../model/indicator.js";
import type { Level, Verdict } from "../model/sighting.js";
import type { HuntSummary } from "./summary.js";
import { sightingsOf, totalsOf, type VerdictCount } from "./totals.js";
import { dayOf, formatBytes, formatCount, formatDuration, minuteOf, plural } from "./text.js";

/** The ladder: what a verdict says, and the name of several of them. */
export const VERDICT_WORDS: Readonly<Record<Verdict, { one: string; many: string; means: string; headline: string }>> =
  {
    "own-asset": {
      one: "own asset",
      many: "own assets",
      means: "The indicator lies in your own ranges: you may host what the advisory describes.",
      headline: "an address of your own is on the list",
    },
    callout: {
      one: "callout",
      many: "callouts",
      means: "One of your machines reached an indicator, and traffic went both ways.",
      headline: "own machines reached an indicator, and traffic went both ways",
    },
    "callout-attempt": {
      one: "callout attempt",
      many: "callout attempts",
      means:
        "One of your machines tried to reach an indicator: blocked, refused, unanswered, or the outcome is unknown.",
      headline: "own machines tried to reach an indicator; no answer is on record",
    },
    access: {
      one: "access",
      many: "accesses",
      means: "An indicator reached one of your machines and logged in, or got more than a public page would give.",
      headline: "an indicator logged in to an own machine, or got more than a public page would give",
    },
    contact: {
      one: "contact",
      many: "contacts",
      means: "An indicator reached one of your machines from outside, and traffic went both ways.",
      headline: "an indicator reached own machines from outside, and traffic went both ways",
    },
    resolution: {
      one: "resolution",
      many: "resolutions",
      means: "One of your machines looked up an indicator's name, or was answered with an indicator's address.",
      headline: "own machines looked up an indicator, or were answered with one",
    },
    probe: {
      one: "probe",
      many: "probes",
      means: "An indicator knocked from outside: refused, unanswered, or the outcome is unknown.",
      headline: "an indicator knocked from outside; nothing on record shows that it got in",
    },
    "probe-blocked": {
      one: "blocked probe",
      many: "blocked probes",
      means: "An indicator knocked from outside and was blocked.",
      headline: "an indicator knocked from outside and was blocked",
    },
    mention: {
      one: "mention",
      many: "mentions",
      means: "An indicator stands in a line, but at neither end of the traffic.",
      headline: "an indicator stands in log lines, at neither end of the traffic",
    },
  };

export const STANDING_SENTENCE =
  "A hit alone is not a compromise: read the direction, the outcome and the reasons, then look at the machine.";

export const NOTHING_SENTENCE =
  "This answer is worth as much as what was read: a log that is not in the coverage was not searched.";

export function verdictCountWords(c: VerdictCount): string {
  const words = VERDICT_WORDS[c.verdict];
  return plural(c.findings, words.one, words.many);
}

/** Sources that were not read to the end. */
export function incompleteSources(input: HuntSummary): number {
  return input.coverage.totals.sources - input.coverage.totals.complete;
}

export interface Headline {
  /** The worst level found, or undefined when nothing was found. */
  level: Level | undefined;
  /** One sentence, without log text. */
  text: string;
  /** What limits the answer, where something does: each a sentence. */
  caveats: string[];
}

export function headline(input: HuntSummary): Headline {
  const { findings } = input;
  const caveats = answerLimits(input);
  if (findings.length > 0) {
    const { worst, likeWorst } = totalsOf(findings);
    return {
      level: worst[0]!.level,
      text: `${verdictCountWords(likeWorst!)}: ${VERDICT_WORDS[likeWorst!.verdict].headline}.`,
      caveats,
    };
  }
  const { totals } = input.coverage;
  if (totals.bytes === 0) return { level: undefined, text: "Nothing was read: this is no answer.", caveats };
  return { level: undefined, text: `${noFindings(input)}.`, caveats };
}

/** A "no" that nothing limits. */
export function isWhole(input: HuntSummary, answer: Headline): boolean {
  return answer.caveats.length === 0 && input.coverage.ledger.assurance === "full";
}

function noFindings(input: HuntSummary): string {
  const n = input.intel.indicators;
  const which = n === 1 ? "the 1 indicator" : `any of the ${formatCount(n)} indicators`;
  const { lines, sources } = input.coverage.totals;
  return `No sighting of ${which} in ${plural(lines, "line")} of ${plural(sources, "source")}${windowWords(input)}`;
}

/** ` from 2021-01-01 on`, ` between 2021-01-01 and 2021-07-31`, or nothing. */
export function windowWords(input: HuntSummary): string {
  const since = input.window?.since;
  const until = input.window?.until;
  if (since !== undefined && until !== undefined) return ` between ${dayOrMinute(since)} and ${dayOrMinute(until)}`;
  if (since !== undefined) return ` from ${dayOrMinute(since)} on`;
  return until === undefined ? "" : ` until ${dayOrMinute(until)}`;
}

/** A day where the time is midnight, else to the minute. */
export function dayOrMinute(timestamp: string): string {
  return /T00:00(?::00(?:\.0{1,9})?)?Z?$/.test(timestamp) ? dayOf(timestamp) : minuteOf(timestamp);
}

function answerLimits(input: HuntSummary): string[] {
  const out: string[] = [];
  const { totals } = input.coverage;
  const incomplete = incompleteSources(input);
  if (input.interrupted) out.push("The hunt was stopped before its end: the rest was not searched.");
  if (incomplete > 0)
    out.push(
      `${plural(incomplete, "source")} ${incomplete === 1 ? "was" : "were"} not read to the end: ` +
        "what is missing there was not searched.",
    );
  const empty = input.coverage.sources.filter((s) => s.bytes === 0 && s.format === "unrecognised").length;
  const unknown = totals.sources - totals.recognised - empty;
  if (unknown > 0)
    out.push(
      `${plural(unknown, "source")} ${unknown === 1 ? "is" : "are"} in no known format: searched in full, ` +
        "a hit there is judged by key names and wording alone.",
    );
  const { benign } = totalsOf(input.findings);
  if (benign > 0)
    out.push(
      `${plural(benign, "finding")} ${benign === 1 ? "is" : "are"} of an indicator that a warning list names as known-benign: ` +
        "its level is low at most.",
    );
  if (input.own.assumed)
    out.push(
      "No own networks were named, so the private ranges stand in for them: " +
        "name yours to tell outward from inward traffic on public addresses.",
    );
  return out;
}

export function isAddressType(type: IndicatorType): boolean {
  return type === "ipv4-addr" || type === "ipv6-addr";
}

/** `Read 12 sources, 312,440 lines, 58 MB, dated 2021-01-01 to 2021-07-31; 2 not read to the end.` */
export function coverageSentence(input: HuntSummary): string {
  const { totals } = input.coverage;
  const incomplete = incompleteSources(input);
  const dated =
    totals.first_seen !== undefined && totals.last_seen !== undefined
      ? `, dated ${dayOf(totals.first_seen)} to ${dayOf(totals.last_seen)}`
      : "";
  return (
    `Read ${plural(totals.sources, "source")}, ${plural(totals.lines, "line")}, ${formatBytes(totals.bytes)}${dated}; ` +
    `${formatCount(totals.recognised)} in a known format; ` +
    `${incomplete === 0 ? "all read to the end" : `${formatCount(incomplete)} not read to the end`}.`
  );
}

/** `161 indicators, 37 sightings, 12 findings, in 3.2 s.` */
export function huntSentence(input: HuntSummary): string {
  return (
    `${plural(input.intel.indicators, "indicator")}, ${plural(sightingsOf(input), "sighting")}, ` +
    `${plural(input.findings.length, "finding")}, in ${formatDuration(input.elapsedMs)}.`
  );
}

/** First to last, UTC, as short as it can be said: one minute, one day, or two ends. */
export function periodWords(first: string | undefined, last: string | undefined): string {
  if (first === undefined || last === undefined) return first ?? last ?? "undated";
  const from = minuteOf(first);
  const to = minuteOf(last);
  if (from === to) return from;
  return dayOf(from) === dayOf(to) ? `${from} – ${to.slice(11)}` : `${from} – ${to}`;
}

/** The reasons on one line. Where the indicator stands comes last: the verdict has said as much already. */
export function reasonWords(reasons: readonly string[]): string {
  const [place, ...rest] = reasons;
  return (place?.endsWith(" is the indicator") ? [...rest, place] : reasons).join("; ");
}

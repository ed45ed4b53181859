/** The coverage ledger in sentences: the terminal, the page and coverage.json say the same. */
import type { ClockJump, Gap, Ledger, LedgerLimit } from "../model/ledger.js";
import { formatCount, plural } from "./text.js";

const MAX_PIECES = 5;
const MAX_NAMES = 3;
const MAX_GAPS = 3;

type Kind = LedgerLimit["kind"];

/** What matters most comes first, and is what a short sentence keeps. */
const ORDER: readonly Kind[] = [
  "interrupted",
  "nothing-read",
  "expected-missing",
  "unread",
  "expected-thin",
  "gap",
  "begins",
  "ends",
  "outside",
  "jump",
  "undated",
  "unrecognised",
  "unordered",
];

/** `2021-03-03`, or `2021-03-03 to 2021-03-05`. */
export function gapWords({ from, to }: Gap): string {
  return from === to ? from : `${from} to ${to}`;
}

export function jumpWords({ before, after, seconds }: ClockJump): string {
  return `${seconds < 0 ? "back" : "ahead"} ${durationWords(Math.abs(seconds))}, from ${second(before)} to ${second(after)}`;
}

const second = (timestamp: string): string => `${timestamp.slice(0, 10)} ${timestamp.slice(11, 19)}`;

function durationWords(seconds: number): string {
  if (seconds >= 86_400) return plural(Math.round(seconds / 86_400), "day");
  if (seconds >= 3600) return plural(Math.round(seconds / 3600), "hour");
  return plural(Math.round(seconds / 60), "minute");
}

/** What is said of a source, for one and for several of which the same is true. */
function predicate(limit: LedgerLimit): [one: string, many: string] {
  switch (limit.kind) {
    case "interrupted":
    case "nothing-read":
      return ["", ""];
    case "expected-missing":
      return ["is expected and missing", "are expected and missing"];
    case "expected-thin":
      return ["is expected and has lines on few days", "are expected and have lines on few days"];
    case "unread":
      return ["was not read to the end", "were not read to the end"];
    case "gap": {
      const days = `no lines for ${plural(limit.days, "day")}`;
      const which =
        limit.gaps.length > MAX_GAPS ? plural(limit.gaps.length, "gap") : limit.gaps.map(gapWords).join(", ");
      return [`has ${days} (${which})`, `have ${days} (${which})`];
    }
    case "begins":
      return [`begins ${limit.day}`, `begin ${limit.day}`];
    case "ends":
      return [`ends ${limit.day}`, `end ${limit.day}`];
    case "outside":
      return ["has no lines in that time", "have no lines in that time"];
    case "jump": {
      const [first] = limit.jumps;
      const more = limit.jumps.length > 1 ? `, ${plural(limit.jumps.length, "jump")} in all` : "";
      const words = `had a clock that went ${jumpWords(first!)}${more}`;
      return [words, words];
    }
    case "undated":
      return ["has lines without a time", "have lines without a time"];
    case "unrecognised":
      return ["is in no known format", "are in no known format"];
    case "unordered":
      return ["is in no order of time, so gaps cannot be told", "are in no order of time, so gaps cannot be told"];
  }
}

function names(list: readonly string[]): string {
  if (list.length > MAX_NAMES)
    return `${list.slice(0, MAX_NAMES - 1).join(", ")} and ${formatCount(list.length - MAX_NAMES + 1)} more`;
  return list.length === 1 ? list[0]! : `${list.slice(0, -1).join(", ")} and ${list.at(-1)}`;
}

/** One piece of a sentence for each thing that is missing, the gravest first. */
export function limitPieces({ limits }: Pick<Ledger, "limits">): string[] {
  const groups = new Map<string, { limit: LedgerLimit; sources: string[] }>();
  for (const kind of ORDER)
    for (const limit of limits) {
      if (limit.kind !== kind) continue;
      const key = `${kind} ${predicate(limit)[0]}`;
      const group = groups.get(key) ?? { limit, sources: [] };
      if ("source" in limit) group.sources.push(limit.source);
      groups.set(key, group);
    }
  return [...groups.values()].map(({ limit, sources }) => {
    if (limit.kind === "interrupted") return "the hunt was stopped before its end";
    if (limit.kind === "nothing-read") return "nothing was read";
    const [one, many] = predicate(limit);
    return `${names(sources)} ${sources.length === 1 ? one : many}`;
  });
}

/** `Searched 2021-01-01 to 2021-07-31; fw01 has no lines for 3 days (2021-03-03 to 2021-03-05); proxy begins 2021-02-11.` */
export function ledgerSentence(ledger: Ledger): string {
  const { from, to } = ledger.window;
  const span = from === undefined || to === undefined ? "logs without any date" : `${from} to ${to}`;
  const pieces = limitPieces(ledger);
  const rest = pieces.length - MAX_PIECES;
  const told =
    rest > 1 ? [...pieces.slice(0, MAX_PIECES), `${formatCount(rest)} more limits in coverage.json`] : pieces;
  return `${[`Searched ${span}`, ...told].join("; ")}.`;
}

const COUNTED: Readonly<Partial<Record<Kind, [one: string, many: string]>>> = {
  "expected-missing": ["expected source is missing", "expected sources are missing"],
  "expected-thin": ["expected source has few days", "expected sources have few days"],
  unread: ["source was not read to the end", "sources were not read to the end"],
  gap: ["source has days without lines", "sources have days without lines"],
  begins: ["source begins late", "sources begin late"],
  ends: ["source ends early", "sources end early"],
  outside: ["source lies outside the window", "sources lie outside the window"],
  jump: ["source has a clock that jumped", "sources have a clock that jumped"],
  undated: ["source has lines without a time", "sources have lines without a time"],
  unrecognised: ["source is in no known format", "sources are in no known format"],
  unordered: ["source is in no order of time", "sources are in no order of time"],
};

/** How much a "no" is worth, in one sentence. */
export function assuranceSentence(ledger: Ledger): string {
  const { assurance, limits, sources } = ledger;
  if (assurance === "full")
    return `Assurance: full. ${sources.length === 1 ? "The source was" : `All ${formatCount(sources.length)} sources were`} read to the end, and no day is missing.`;
  if (assurance === "none")
    return `Assurance: none. ${limits.some(({ kind }) => kind === "nothing-read") ? "Nothing was read" : "No line that was read lies in the window"}: this is no answer.`;
  const counts = ORDER.flatMap((kind) => {
    const n = limits.filter((limit) => limit.kind === kind).length;
    if (n > 0 && kind === "interrupted") return ["the hunt was stopped"];
    const words = COUNTED[kind];
    return n === 0 || !words ? [] : [`${formatCount(n)} ${words[n === 1 ? 0 : 1]}`];
  });
  return `Assurance: partial. Of ${plural(sources.length, "source")}: ${counts.join(", ")}.`;
}

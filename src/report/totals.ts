/** What a hunt's findings come to, in one pass: there may be millions of them, in a file. */
import {
  VERDICTS,
  WINDOWS,
  type Finding,
  type FindingList,
  type Level,
  type Verdict,
  type Window,
} from "../model/sighting.js";
import { compareFindings, isBenign, type HuntSummary } from "./summary.js";

/** Findings that are told one by one, anywhere. */
export const MOST_TOLD = 1000;

export interface VerdictCount {
  verdict: Verdict;
  findings: number;
  /** Sightings of those findings, whatever their own verdict. */
  sightings: number;
}

export interface FindingTotals {
  sightings: number;
  /** One entry for every verdict of the ladder, worst first, zeros included. */
  byVerdict: VerdictCount[];
  /** Worst first, at most MOST_TOLD. */
  worst: readonly Finding[];
  /** Findings of the worst one's verdict and level, itself included. */
  likeWorst: VerdictCount | undefined;
  /** Sightings by the window that they lie in. */
  windows: Record<Window, number>;
  /** Sightings by day, under the verdict of their finding: one entry a verdict that occurs. */
  days: Pick<Finding, "verdict" | "count" | "days">[];
  /** Findings of known-benign indicators. */
  benign: number;
}

const known = new WeakMap<FindingList, FindingTotals>();

export function totalsOf(list: FindingList): FindingTotals {
  let totals = known.get(list);
  if (!totals) known.set(list, (totals = reckon(list)));
  return totals;
}

/** Of a hunt that says how many there are, else of its findings. */
export function sightingsOf({ sightings, findings }: HuntSummary): number {
  return sightings ?? totalsOf(findings).sightings;
}

function reckon(list: FindingList): FindingTotals {
  const none = (verdict: Verdict): VerdictCount => ({ verdict, findings: 0, sightings: 0 });
  const byVerdict = new Map<Verdict, VerdictCount>(VERDICTS.map((verdict) => [verdict, none(verdict)]));
  const alike = new Map<string, VerdictCount>();
  const kind = (verdict: Verdict, level: Level): string => `${verdict} ${level}`;
  const windows: Record<Window, number> = { inside: 0, before: 0, after: 0, unknown: 0 };
  const days = new Map<Verdict, FindingTotals["days"][number]>();
  let worst: Finding[] = [];
  let sightings = 0;
  let benign = 0;
  for (const finding of list) {
    const { verdict, level, count } = finding;
    const same = alike.get(kind(verdict, level)) ?? none(verdict);
    alike.set(kind(verdict, level), same);
    for (const total of [byVerdict.get(verdict)!, same]) {
      total.findings++;
      total.sightings += count;
    }
    sightings += count;
    let dated = days.get(verdict);
    if (!dated) days.set(verdict, (dated = { verdict, count: 0, days: {} }));
    dated.count += count;
    for (const day in finding.days) dated.days[day] = (dated.days[day] ?? 0) + finding.days[day]!;
    for (const window of WINDOWS) windows[window] += finding.windows[window] ?? 0;
    if (isBenign(finding)) benign++;
    worst.push(finding);
    if (worst.length >= 2 * MOST_TOLD) worst = worst.sort(compareFindings).slice(0, MOST_TOLD);
  }
  worst = worst.sort(compareFindings).slice(0, MOST_TOLD);
  const [first] = worst;
  return {
    sightings,
    byVerdict: [...byVerdict.values()],
    worst,
    likeWorst: first && alike.get(kind(first.verdict, first.level)),
    windows,
    days: [...days.values()],
    benign,
  };
}

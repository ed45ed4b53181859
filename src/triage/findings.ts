/**
 * Sightings to findings. Parts made by different workers merge to the same result in any order: evidence is chosen by total
 * orders (first, last, worst), so a finding does not depend on how the work was cut.
 */
import { isoTime } from "../model/iso-time.js";
import {
  EVIDENCE_LIMIT,
  levelOf,
  LEVELS,
  VERDICTS,
  type Evidence,
  type Finding,
  type Judgement,
  type Sighting,
  type Verdict,
  type Window,
} from "../model/sighting.js";

/** Evidence with what is needed to order it. `source` is the source's index in the plan. */
export interface EvidenceDraft {
  evidence: Evidence;
  source: number;
  time: number | undefined;
  reasons: string[];
}

export interface FindingDraft {
  id: string;
  indicator: Finding["indicator"];
  asset: string;
  count: number;
  days: Record<string, number>;
  verdicts: Partial<Record<Verdict, number>>;
  windows: Partial<Record<Window, number>>;
  first: EvidenceDraft;
  last: EvidenceDraft;
  /** Worst first, at most WORST. */
  worst: EvidenceDraft[];
}

/** A draft to be written: its first, last and worst line are most often the same one. */
export interface PackedDraft extends Omit<FindingDraft, "first" | "last" | "worst"> {
  pieces: EvidenceDraft[];
  /** Indexes of `pieces`: first, last, worst. */
  at: number[];
}

export function packed({ first, last, worst, ...draft }: FindingDraft): PackedDraft {
  const all = [first, last, ...worst];
  const pieces = [...new Set(all)];
  return { ...draft, pieces, at: all.map((piece) => pieces.indexOf(piece)) };
}

export function unpacked({ pieces, at, ...draft }: PackedDraft): FindingDraft {
  const [first, last, ...worst] = at.map((i) => pieces[i]!);
  return { ...draft, first: first!, last: last!, worst };
}

const WORST = 3;
/** Kept before what was found, where it stands far down a long line. */
const KEPT_BEFORE = EVIDENCE_LIMIT / 2;

const RANK = Object.fromEntries(VERDICTS.map((v, i) => [v, i])) as Record<Verdict, number>;

function byPlace(a: EvidenceDraft, b: EvidenceDraft): number {
  return (
    a.source - b.source ||
    a.evidence.offset - b.evidence.offset ||
    (a.evidence.record ?? -1) - (b.evidence.record ?? -1) ||
    RANK[a.evidence.verdict] - RANK[b.evidence.verdict]
  );
}
function byTime(a: EvidenceDraft, b: EvidenceDraft): number {
  // Undated evidence is neither first nor last while any is dated.
  // Infinity - Infinity is NaN, which falls through to the place as 0 does.
  return (a.time ?? Infinity) - (b.time ?? Infinity) || byPlace(a, b);
}
function byTimeLast(a: EvidenceDraft, b: EvidenceDraft): number {
  return (b.time ?? -Infinity) - (a.time ?? -Infinity) || byPlace(b, a);
}
function byWorst(a: EvidenceDraft, b: EvidenceDraft): number {
  return RANK[a.evidence.verdict] - RANK[b.evidence.verdict] || byTime(a, b);
}

/** A line as evidence keeps it: whole, or the part around what was found in it, with `…` for what was left out. */
export function keptText(original: string, observed: string): string {
  if (original.length <= EVIDENCE_LIMIT) return original;
  // A token is canonical, the line is not: it may not be found, and then the line's beginning has to do.
  const at = original.toLowerCase().indexOf(observed.toLowerCase());
  const near = at < 0 || at + observed.length <= EVIDENCE_LIMIT;
  const start = near ? 0 : Math.max(0, Math.min(at - KEPT_BEFORE, original.length - EVIDENCE_LIMIT));
  const end = start + EVIDENCE_LIMIT;
  return `${start > 0 ? "…" : ""}${original.slice(start, end)}${end < original.length ? "…" : ""}`;
}

export class FindingsBuilder {
  private readonly drafts = new Map<string, FindingDraft>();

  get size(): number {
    return this.drafts.size;
  }

  /** @param source index of the source in the plan */
  add(sighting: Omit<Sighting, "judgement">, judgement: Judgement, source: number): void {
    const { event, log } = sighting;
    const time = event.timestamp;
    const known = this.drafts.get(judgement.finding);
    const timestamp = time === undefined ? undefined : isoTime(time);
    const day = timestamp?.slice(0, 10);
    const draft: EvidenceDraft = {
      evidence: {
        path: log.path,
        offset: log.offset,
        line: log.line,
        ...(log.record === undefined ? {} : { record: log.record }),
        ...(timestamp === undefined ? {} : { timestamp }),
        verdict: judgement.verdict,
        original: keptText(sighting.original, sighting.observed),
        format: sighting.format,
        ...(sighting.timezone === undefined ? {} : { timezone: sighting.timezone }),
      },
      source,
      time,
      reasons: judgement.reasons,
    };
    if (!known) {
      this.drafts.set(judgement.finding, {
        id: judgement.finding,
        indicator: sighting.indicator,
        asset: judgement.asset,
        count: 1,
        days: day === undefined ? {} : { [day]: 1 },
        verdicts: { [judgement.verdict]: 1 },
        windows: { [judgement.window]: 1 },
        first: draft,
        last: draft,
        worst: [draft],
      });
      return;
    }
    known.count++;
    if (day !== undefined) known.days[day] = (known.days[day] ?? 0) + 1;
    known.verdicts[judgement.verdict] = (known.verdicts[judgement.verdict] ?? 0) + 1;
    known.windows[judgement.window] = (known.windows[judgement.window] ?? 0) + 1;
    keepEnds(known, draft, draft);
    keepWorst(known, [draft]);
  }

  merge(parts: Iterable<FindingDraft>): void {
    for (const part of parts) {
      const known = this.drafts.get(part.id);
      if (!known) {
        this.drafts.set(part.id, part);
        continue;
      }
      known.count += part.count;
      for (const [day, n] of Object.entries(part.days)) known.days[day] = (known.days[day] ?? 0) + n;
      for (const [verdict, n] of Object.entries(part.verdicts) as [Verdict, number][])
        known.verdicts[verdict] = (known.verdicts[verdict] ?? 0) + n;
      for (const [window, n] of Object.entries(part.windows) as [Window, number][])
        known.windows[window] = (known.windows[window] ?? 0) + n;
      keepEnds(known, part.first, part.last);
      keepWorst(known, part.worst);
    }
  }

  /** Hands over what was gathered and starts anew. */
  take(): FindingDraft[] {
    const out = [...this.drafts.values()];
    this.drafts.clear();
    return out;
  }

  /** Worst first, by level and then by verdict; within a verdict the more frequent, then by indicator and asset. */
  findings(): Finding[] {
    return [...this.drafts.values()]
      .map(finish)
      .sort(
        (a, b) =>
          LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) ||
          RANK[a.verdict] - RANK[b.verdict] ||
          b.count - a.count ||
          (a.indicator.name < b.indicator.name ? -1 : a.indicator.name > b.indicator.name ? 1 : 0) ||
          (a.asset < b.asset ? -1 : a.asset > b.asset ? 1 : 0),
      );
  }
}

function keepEnds(known: FindingDraft, first: EvidenceDraft, last: EvidenceDraft): void {
  if (byTime(first, known.first) < 0) known.first = first;
  if (byTimeLast(last, known.last) < 0) known.last = last;
}

function keepWorst(known: FindingDraft, more: readonly EvidenceDraft[]): void {
  const least = known.worst.at(-1)!;
  if (known.worst.length >= WORST && more.every((d) => byWorst(d, least) >= 0)) return;
  known.worst = [...known.worst, ...more].sort(byWorst).slice(0, WORST);
}

function finish(draft: FindingDraft): Finding {
  const worst = draft.worst[0]!;
  const verdict = worst.evidence.verdict;
  const evidence: Evidence[] = [];
  for (const d of [...draft.worst, draft.first, draft.last].sort(byTime)) {
    const seen = evidence.some(
      (e) =>
        e.path === d.evidence.path &&
        e.offset === d.evidence.offset &&
        e.record === d.evidence.record &&
        e.verdict === d.evidence.verdict,
    );
    if (!seen) evidence.push(d.evidence);
  }
  return {
    id: draft.id,
    verdict,
    level: levelOf(verdict, draft.indicator.benign),
    indicator: draft.indicator,
    asset: draft.asset,
    count: draft.count,
    ...(draft.first.time === undefined ? {} : { first_seen: isoTime(draft.first.time) }),
    ...(draft.last.time === undefined ? {} : { last_seen: isoTime(draft.last.time) }),
    days: Object.fromEntries(Object.entries(draft.days).sort(([a], [b]) => (a < b ? -1 : 1))),
    reasons: worst.reasons,
    verdicts: Object.fromEntries(
      VERDICTS.flatMap((v) => (draft.verdicts[v] === undefined ? [] : [[v, draft.verdicts[v]]])),
    ),
    windows: draft.windows,
    evidence,
  };
}

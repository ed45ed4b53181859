/** Counts of the decoys that were met, by verdict. Nothing else is kept of them: they are no findings. */
import type { Verdict } from "../model/sighting.js";
import type { Pending } from "../triage/triage.js";

/** Lines in which one decoy was met with one verdict. */
export interface DecoyHit {
  value: string;
  verdict: Verdict;
  count: number;
}

/** A decoy's line whose verdict waits for its conversation. */
export interface PendingDecoy {
  value: string;
  pending: Pending;
}

export class DecoyTally {
  private readonly counts = new Map<string, Map<Verdict, number>>();

  get size(): number {
    return this.counts.size;
  }

  add(value: string, verdict: Verdict, count = 1): void {
    let verdicts = this.counts.get(value);
    if (!verdicts) this.counts.set(value, (verdicts = new Map()));
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + count);
  }

  merge(hits: readonly DecoyHit[]): void {
    for (const { value, verdict, count } of hits) this.add(value, verdict, count);
  }

  all(): DecoyHit[] {
    return [...this.counts].flatMap(([value, verdicts]) =>
      [...verdicts].map(([verdict, count]) => ({ value, verdict, count })),
    );
  }

  /** Hands over what was counted and starts anew. */
  take(): DecoyHit[] {
    const out = this.all();
    this.counts.clear();
    return out;
  }
}

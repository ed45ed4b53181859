/** Sorted and unique, and one array for the same labels: feeds repeat them a million times. */
export class LabelPool {
  private readonly pool = new Map<string, string[]>();
  /** The same list is often handed in again and again: no need to look at it. */
  private last: readonly string[] | undefined;
  private lastPooled: string[] = [];
  private readonly none: string[] = [];

  get(labels: readonly string[] | undefined): string[] {
    if (labels === undefined || labels.length === 0) return this.none;
    if (labels !== this.last) {
      this.lastPooled = this.find(labels);
      this.last = labels;
    }
    return this.lastPooled;
  }

  private find(labels: readonly string[]): string[] {
    const sorted = [...new Set(labels)].sort();
    const key = sorted.join("\0");
    const known = this.pool.get(key);
    if (known) return known;
    if (this.pool.size < 100_000) this.pool.set(key, sorted);
    return sorted;
  }

  /** All of both. */
  union(a: string[], b: string[]): string[] {
    if (b.length === 0 || a === b) return a;
    return a.length === 0 ? b : this.get([...a, ...b]);
  }
}

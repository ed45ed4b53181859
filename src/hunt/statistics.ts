/** The exact test of the background check. Pure. */

/** n independent trials, each with its own chance of success: the chance of at least `k` successes (Poisson binomial). */
export function upperTail(chances: readonly number[], k: number): number {
  if (k <= 0) return 1;
  if (k > chances.length) return 0;
  // distribution[i]: the chance of i successes so far; the last entry gathers k and more.
  const distribution = new Float64Array(k + 1);
  distribution[0] = 1;
  let n = 0;
  for (const p of chances) {
    n++;
    for (let i = Math.min(n, k); i >= 1; i--) {
      const stays = i === k ? distribution[i]! : distribution[i]! * (1 - p);
      distribution[i] = stays + distribution[i - 1]! * p;
    }
    distribution[0]! *= 1 - p;
  }
  return Math.min(1, distribution[k]!);
}

/** The chance of at least `k` successes in `n` trials of chance `p`. */
export function binomialTail(n: number, k: number, p: number): number {
  return upperTail(new Array<number>(n).fill(p), k);
}

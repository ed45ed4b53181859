/** How far stored bytes may expand. */

/**
 * Without a limit of the user's own, a source may expand to the larger of these. A log that compresses 250 : 1 over more
 * than 4 GiB is not known; deflate reaches 1,032 : 1, gzip in gzip its square.
 */
export const DEFAULT_EXPANSION = { freeBytes: 4 * 1024 ** 3, ratio: 250 } as const;

/** Decompressed bytes after which reading stops. @param consumed stored bytes so far */
export function expansionLimit(asked: number | undefined, consumed: number): number {
  return asked ?? Math.max(DEFAULT_EXPANSION.freeBytes, DEFAULT_EXPANSION.ratio * consumed);
}

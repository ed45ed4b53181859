import type { BigIntStats } from "node:fs";

/** Modification time in epoch milliseconds, to the microsecond. */
export function fileTime({ mtimeNs }: BigIntStats): number {
  return Number(mtimeNs / 1000n) / 1000;
}

/** `lookback diff OLD_DIR NEW_DIR`: what a later hunt added. */
import type { Level } from "../model/sighting.js";
import { diffHunts, reachesLevel, renderDiff } from "../report/hunt-diff.js";
import { jsonDocument } from "../report/json-text.js";
import { readWholeHunt } from "./kept-hunt.js";
import type { FlagValues } from "./parser.js";

export async function diffCommand(old: string, now: string, flags: FlagValues): Promise<number> {
  const diff = diffHunts(readWholeHunt(old), readWholeHunt(now));
  process.stdout.write(flags.showJson === true ? jsonDocument(diff) : renderDiff(diff));
  const failOn = flags.diffFailOn as Level | undefined;
  return failOn !== undefined && reachesLevel(diff, failOn) ? 1 : 0;
}

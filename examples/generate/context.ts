/** What every log's maker is given. */
import type { World } from "./organisation.js";
import { Random } from "./random.js";
import type { Cast } from "./relays.js";
import type { LogWriter } from "./writer.js";

export interface Context {
  seed: string;
  cast: Cast;
  world: World;
  writer: LogWriter;
}

export function randomFor(context: Context, name: string): Random {
  return new Random(`${context.seed}/${name}`);
}

/** When the two implants called home (UTC, epoch milliseconds). Several sensors saw each. */
export const IMPLANT_WORKSTATION = {
  from: Date.UTC(2021, 3, 7, 7, 12),
  to: Date.UTC(2021, 3, 9, 16),
  period: 29 * 60_000,
} as const;
export const IMPLANT_SERVER = {
  from: Date.UTC(2021, 5, 21, 1, 40),
  to: Date.UTC(2021, 5, 25, 4),
  period: 97 * 60_000,
} as const;

/** One call of the workstation's implant, as every sensor on its way saw it. */
export interface Beacon {
  at: number;
  sport: number;
  natPort: number;
  sent: number;
  received: number;
  duration: number;
}

export function beacons(context: Context, name: string, times: readonly number[]): Beacon[] {
  const random = randomFor(context, name);
  return times.map((at) => ({
    at,
    sport: random.ephemeral(),
    natPort: random.ephemeral(),
    sent: random.int(900, 4200),
    received: random.int(1200, 38_000),
    duration: random.int(2, 40),
  }));
}

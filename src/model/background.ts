/** The background check: how often addresses that nobody listed are met where the listed ones are. */

export const BACKGROUND_KINDS = ["outbound", "inbound", "resolution", "mention"] as const;
/** The verdicts' families, own assets apart: a decoy is never an own address. */
export type BackgroundKind = (typeof BACKGROUND_KINDS)[number];

/** Distinct addresses that were met, of the listed ones that have decoys and of their decoys. */
export interface BackgroundCount {
  listed: number;
  decoys: number;
  /** Hits of a listed address for each of a decoy, per address hunted; absent when no decoy was met. */
  ratio?: number;
  /** Exact, one-sided: the chance of so many listed ones if listed and decoys were alike; absent when none was met. */
  p?: number;
  /** `signal`: more than chance; `too-few`: so few were met that no outcome could be; `chance`: enough, and no more. */
  conclusion: "signal" | "chance" | "too-few" | "no-hits";
}

export interface Background extends BackgroundCount {
  /** Listed addresses that have decoys, and the number of decoys. */
  compared: number;
  drawn: number;
  /** `p` below this is called a signal: chance alone is at most this often. */
  alpha: number;
  /** Lines in which a decoy was met, by verdict. */
  hits: Record<string, number>;
  kinds: Partial<Record<BackgroundKind, BackgroundCount>>;
}

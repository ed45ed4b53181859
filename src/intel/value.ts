/** What a text of a feed comes to: a value that can be hunted, or the reason why it is none. */
import type { HashAlgorithm, IndicatorType } from "../model/indicator.js";
import type { IpRange } from "../model/ip.js";

export interface Value {
  type: IndicatorType;
  /** Canonical, as `Indicator.value` says. */
  value: string;
  /** Addresses only. */
  range?: IpRange;
  /** `file` only. */
  hash?: HashAlgorithm;
  /** A domain that is meant without its subdomains. */
  exact?: true;
  /** The port that stood beside an address or a name, or in a URL. */
  port?: number;
  /** How it was read, where that is not plain. */
  note?: string;
}

export interface Refusal {
  reason: string;
  /** Set when the text is an indicator of a kind that is not hunted: `SHA-384`. */
  kind?: string;
}

export function isValue(result: Value | Refusal): result is Value {
  return "value" in result;
}

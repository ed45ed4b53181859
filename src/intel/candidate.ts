/**
 * The contract of an intel reader. One advisory format, one file, listed once in `readers.ts`.
 *
 * A reader finds where the values stand and what the publisher said of them; it does not decide what a value is. It hands
 * raw candidates to a sink, and the one normaliser (`normalise.ts`) turns each into indicator values or a reason.
 */
import type { Assertion, IndicatorRole, IndicatorType } from "../model/indicator.js";

/** What the publisher said of a value, besides the value. */
export interface Statement extends Partial<
  Pick<
    Assertion,
    | "feed"
    | "statedType"
    | "published"
    | "tlp"
    | "confidence"
    | "comment"
    | "context"
    | "pattern"
    | "related"
    | "object"
    | "revision"
  >
> {
  labels?: readonly string[];
  /** Only where the publisher names a role in so many words. */
  role?: IndicatorRole;
  /** Epoch milliseconds, inclusive. */
  validFrom?: number;
  validUntil?: number;
  notes?: readonly string[];
}

/** A value as written, and where. */
export interface Candidate extends Statement {
  text: string;
  /** From 1; 0 when the format has no lines to speak of: then `object` tells the place. */
  line: number;
  /**
   * What the publisher says it is. Needed where the text alone does not tell (`ja3`, `ja3s`, `user-agent`); otherwise it lets
   * unusual values through (a domain under a top-level domain that nobody knows) and is overruled by a text that is plainly
   * something else (a `domain-name` that is an address).
   */
  as?: IndicatorType;
  /** A domain that is meant without its subdomains. */
  exact?: boolean;
  /** Ports that the publisher gives with an address or a name. */
  ports?: readonly number[];
}

/** Where in a file: its line, or the object's id. */
export interface Place {
  line: number;
  object?: string;
}

/** Where a reader puts what it finds, in file order. */
export interface Sink {
  candidate(candidate: Candidate): void;
  /** Something that holds no value that can be hunted, such as a broken row or an attribute of another kind. */
  reject(place: number | Place, text: string, reason: string): void;
  /** An indicator that is understood and must not be hunted: revoked, deleted, marked as not for detection. */
  setAside(place: number | Place, text: string, reason: string): void;
}

export interface ReaderOptions {
  /** The column with the indicators: a name (any case) or a number from 1; several apart by commas. */
  column?: string;
}

/** One file's content, unpacked. */
export interface IntelSource {
  /** As the user named it, or found in a folder. Never what a decision rests on. */
  path: string;
  bytes: Uint8Array;
  /** Decoded, without byte order mark, its lines ending in `\n`. Made on first use. */
  readonly text: string;
}

export interface Reader {
  /** What `--intel-format` takes. */
  readonly id: string;
  /** By content, never by name. Must be cheap: it may look at the beginning only. */
  recognises(source: IntelSource): boolean;
  /** Throws LookbackError `intel-unusable` when the file as a whole cannot be read as asked (an unknown column, broken JSON). */
  read(source: IntelSource, options: ReaderOptions, sink: Sink): void | Promise<void>;
}

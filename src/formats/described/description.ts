/** A log format that a user describes in lookback.yaml: data only, so that it can be handed to a worker. */
import type { Initiator, Outcome } from "../../model/event.js";

/** How a line is cut into named values. */
export type Layout =
  /**
   * Literal text with `{name}` for values and `{}` for what is passed over: `{time} gw: {action} {src} -> {dst}`. A value ends where
   * the first character of the text behind it comes; `{name*}` ends where all of that text comes. The last one takes the rest.
   */
  | { readonly kind: "pattern"; readonly pattern: string }
  /** Columns, quoted as RFC 4180 has it. Without names, the file's first line, or a `#Fields:` line, has them. */
  | { readonly kind: "columns"; readonly separator: string; readonly names?: readonly string[] }
  /** One JSON object; nested names are joined by dots. */
  | { readonly kind: "json" }
  | { readonly kind: "key-value"; readonly separator?: string };

export interface FormatDescription {
  /** As it stands in coverage and sightings: `acme.gateway`. */
  readonly id: string;
  readonly title?: string;
  /** A text that stands in every line of the format, case-sensitive. */
  readonly contains?: string;
  readonly layout: Layout;
  /**
   * The log's name of a value → ECS field (`source.ip`, `destination.port`, `event.action` …) or another name that the table of key names
   * (fallback/keys.ts) knows. A name that is not listed is looked up in that table as it is; an empty one is passed over.
   */
  readonly fields?: Readonly<Record<string, string>>;
  readonly time?: {
    /** The log's name of the value; default: what is called a time. */
    readonly field?: string;
    /** luxon's tokens (https://moment.github.io/luxon/#/parsing), as `dd/MM/yyyy HH:mm:ss`; default: any notation that has one reading. */
    readonly format?: string;
    /** Language of month names, as `fr`. */
    readonly locale?: string;
  };
  readonly outcome?: {
    /** The log's name of the value. */
    readonly field: string;
    /** Values in any case; a value that is not listed leaves the outcome unknown. */
    readonly values: Readonly<Partial<Record<Outcome, readonly string[]>>>;
  };
  /** Who began the traffic of a line; default: what the values tell. */
  readonly initiator?: Initiator;
  /** A line covers one direction of the traffic. */
  readonly oneWay?: boolean;
  /** The log is the asset's own (a server's), and the near end is the machine that logged. */
  readonly assetLog?: boolean;
}

/**
 * The contract of a log format. One format, one file, listed once in `registry.ts`.
 *
 * Only hit lines and a few sampled lines are ever parsed, so a parser may be called with any line of a file, in any order,
 * without having seen the lines before it; what it needs from elsewhere (a header line, the file's time) it asks of the context.
 * Lines are written by the adversary: a parser never throws, every regular expression is linear, and a field that does not
 * parse is left out rather than guessed.
 */
import type { ParsedLine } from "../model/event.js";
import type { Json } from "./json-fields.js";

/** A time as read from a line, before zone and year are decided. Months are 1..12. */
export type ParsedTime =
  | {
      readonly kind: "instant";
      /** Epoch milliseconds. */
      readonly ms: number;
      /** Minutes east of UTC that the line named; absent for UTC and epoch numbers. */
      readonly offsetMinutes?: number;
    }
  | {
      readonly kind: "local";
      /** Absent in RFC 3164 syslog. */
      readonly year?: number;
      readonly month: number;
      readonly day: number;
      readonly hour: number;
      readonly minute: number;
      readonly second: number;
      readonly millisecond: number;
      /** Minutes east of UTC, when the line names a zone but no year, or no order of day and month. */
      readonly offsetMinutes?: number;
      /** IANA name of the zone, where the line gives one: `Europe/Paris`. */
      readonly zoneName?: string;
      /**
       * The line gave day and month as two numbers that may be either; `month` holds the first. The file's other dates decide;
       * where they do not, this does (`undecided`: there is no telling).
       */
      readonly dayMonth?: "day-first" | "month-first" | "undecided";
    };

/** What a line's file can tell its parser. Implemented by the hunt; see `hunt/`. */
export interface LineContext {
  /** The source's path as reported. */
  readonly path: string;
  /** First line of the source (at most 64 KiB of it), without BOM and line end. */
  readonly firstLine: string;
  /** Lines from the source's beginning, in order, as far as they are at hand: the first at least. */
  headLines?(): readonly string[];
  /**
   * The nearest line at or before the line being parsed that starts with `prefix` (case-sensitive), e.g. `#Fields:`;
   * undefined when there is none.
   */
  headerBefore(prefix: string): string | undefined;
  /**
   * The indicator's tokens in the line, canonical, for a record that holds several flows: the format takes the flow with one of
   * them. Undefined when the line is read for another reason.
   */
  readonly observed?: readonly string[] | undefined;
  /** Decides zone and year; returns epoch milliseconds. Records the decision for the `timezone` field of the line. */
  resolveTime(time: ParsedTime): number | undefined;
}

/** What a parser returns; the registry adds `format`, `timezone`, `understood` and the dataset. */
export type FormatResult = Omit<ParsedLine, "format" | "timezone" | "understood">;

export interface Format {
  /** Vendor and product, lower case: `fortinet.fortigate`. Also the default `event.dataset`. */
  readonly id: string;
  readonly title: string;
  /** The document this was written from. */
  readonly reference: string;
  /** Its lines are JSON objects. A line that is one is parsed once, and only such formats are asked for it; they are asked for no other. */
  readonly json?: true;
  /** Its messages are sentences: where `parse` names no end of the traffic, the words around an address are read. */
  readonly prose?: true;
  /**
   * Of a text format: literals of which every line that `parse` takes holds at least one, or else the envelope's program does. ASCII, at
   * least four characters, upper and lower case alike. A line without any is not given to `parse`. Absent: each line is.
   */
  readonly marks?: readonly string[];
  /**
   * Parse one line (or the payload of an envelope), or return undefined at once when it is not this format.
   * Rejecting a foreign line must be cheap: test a literal or two before any real work.
   * @param record the line's object, for a `json` format
   */
  parse(line: string, context: LineContext, envelope?: EnvelopeFields, record?: Json): FormatResult | undefined;
}

/** What an envelope knew about the message inside it. */
export interface EnvelopeFields {
  /** Epoch milliseconds. */
  timestamp?: number;
  /** The host that sent it: becomes host.name and observer.name when the payload names none. */
  hostname?: string;
  /** Syslog APP-NAME or TAG, without the pid: `sshd`, `kernel`, `%ASA-6-302013`. */
  program?: string;
  /** RFC 5424 structured data, flattened as `id.param`. */
  structured?: Record<string, string>;
}

/** A wrapper around another format's line (syslog). */
export interface Envelope {
  readonly id: string;
  readonly title: string;
  readonly reference: string;
  /** As with `Format.json`. */
  readonly json?: true;
  /** What stands beside the message may name ends too: it is read when no format knows the message. True of all JSON. */
  readonly beside?: true;
  /** As with `Format.marks`, of the text that `unwrap` is given. */
  readonly marks?: readonly string[];
  /** Its marks are weak: the line counts as wrapped only when a format knows what is inside. */
  readonly ifKnown?: true;
  unwrap(line: string, context: LineContext, record?: Json): { fields: EnvelopeFields; message: string } | undefined;
}

/** Small builders the formats share. */
import type { EnvelopeFields, FormatResult, LineContext, ParsedTime } from "./format.js";

/**
 * A copy without undefined and null fields, empty lists and empty objects, so that absent means absent.
 * A copy, because deleting fields turns an object into a slow one.
 */
export function compact<T extends object>(record: T): T {
  return (withValues(record) ?? {}) as T;
}

/** Undefined when nothing is left. */
function withValues(record: object): Record<string, unknown> | undefined {
  const fields = record as Record<string, unknown>;
  let out: Record<string, unknown> | undefined;
  for (const key in fields) {
    let value = fields[key];
    if (value === undefined || value === null) continue;
    if (typeof value === "object") {
      if (Array.isArray(value) ? value.length === 0 : (value = withValues(value)) === undefined) continue;
    }
    (out ??= {})[key] = value;
  }
  return out;
}

/** A result without undefined fields; the event itself stays, even when it is empty. */
export function shaped(result: FormatResult): FormatResult {
  const fields = result as unknown as Record<string, unknown>;
  const out: Record<string, unknown> = {};
  for (const key in fields) {
    const value = fields[key];
    if (key === "event") out[key] = compact(result.event);
    else if (value !== undefined && !(Array.isArray(value) && value.length === 0)) out[key] = value;
  }
  return out as unknown as FormatResult;
}

/** The line's own time when it states one, else the envelope's. Epoch milliseconds. */
export function timestamp(
  time: ParsedTime | undefined,
  context: LineContext,
  envelope: EnvelopeFields | undefined,
): number | undefined {
  return (time && context.resolveTime(time)) ?? envelope?.timestamp;
}

/** `h:mm:ss` or seconds to nanoseconds. */
export function durationNs(value: string | number | undefined): number | undefined {
  if (value === undefined) return undefined;
  const clock = typeof value === "string" ? /^(\d{1,6}):(\d{2}):(\d{2})$/.exec(value) : null;
  const seconds = clock ? +clock[1]! * 3600 + +clock[2]! * 60 + +clock[3]! : Number(value);
  return Number.isFinite(seconds) && seconds >= 0 && value !== "" ? Math.round(seconds * 1e6) * 1000 : undefined;
}

const REQUEST = /["'|] {0,8}(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT|PROPFIND|TRACE) /;

/**
 * True when what stands before a format's mark belongs to another program's record: an object, or a quoted request. The mark is
 * then text that a visitor sent (a user agent, a URL), not the beginning of a message.
 */
export function quotesAnother(head: string): boolean {
  return /^[\s[]{0,4}\{/.test(head) || REQUEST.test(head);
}

/** JSON logs of one flat request each: a table of which key is which field, read by one reader. */
import type { EnvelopeFields, Format, FormatResult, LineContext, ParsedTime } from "../format.js";
import type { Outcome } from "../../model/event.js";
import { timeOfValue } from "../fallback/find-time.js";
import { list, object, string, type Json } from "../json-fields.js";
import { webResult, type WebRecord } from "./record.js";

/** Fields of a request, and the names that may hold each: first that has a value wins. A dot goes one object deeper. */
export type Names<T> = { readonly [slot in keyof T]?: readonly string[] };

/** What `fill` puts values into: text by slot, and the time. */
type Slots<T> = { [slot in keyof T]?: string | ParsedTime | undefined };

export interface JsonWeb {
  readonly id: string;
  readonly title: string;
  readonly reference: string;
  /** Whether the object is this product's: tests names before anything else. */
  is(record: Json): boolean;
  readonly names: Names<WebRecord>;
  /** What names alone do not say. */
  adjust?(out: WebRecord, record: Json): void;
  judge?(out: WebRecord, record: Json): { outcome: Outcome; outcomeReason?: string } | undefined;
}

/** The value at a path: a key with dots as written, else object by object. A list of strings is joined. */
export function at(record: Json, path: string): string | undefined {
  const value = valueAt(record, path);
  if (Array.isArray(value)) {
    const parts = list(value).map((v) => string(v));
    return parts.length > 0 && parts.every((v) => v !== undefined) ? parts.slice(0, 32).join(", ") : undefined;
  }
  return typeof value === "boolean" ? String(value) : string(value);
}

export function valueAt(record: Json, path: string): unknown {
  if (path in record) return record[path];
  const dot = path.indexOf(".");
  if (dot < 0) return undefined;
  const inner = object(record[path.slice(0, dot)]);
  return inner && valueAt(inner, path.slice(dot + 1));
}

export function has(record: Json, ...paths: readonly string[]): boolean {
  return paths.every((path) => valueAt(record, path) !== undefined);
}

export function first(record: Json, paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const value = at(record, path);
    if (value !== undefined && value !== "-" && value !== "") return value;
  }
  return undefined;
}

/** The slots that the record has values for. `time` is read in any notation of `timeOfValue`. */
export function fill<T extends { time?: ParsedTime | undefined }>(record: Json, names: Names<T>): T {
  const out: Slots<T> = {};
  for (const slot in names) {
    const value = first(record, names[slot] ?? []);
    if (value === undefined) continue;
    out[slot] = slot === "time" ? timeOfValue(value) : value;
  }
  return out as T;
}

export function jsonFormat(product: JsonWeb): Format {
  return {
    id: product.id,
    title: product.title,
    reference: product.reference,
    json: true,
    parse(_line: string, context: LineContext, _envelope?: EnvelopeFields, record?: Json): FormatResult | undefined {
      if (!record || !product.is(record)) return undefined;
      const out = fill<WebRecord>(record, product.names);
      product.adjust?.(out, record);
      return webResult(out, context, product.judge?.(out, record));
    },
  };
}

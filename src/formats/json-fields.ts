/** Reading fields of untrusted JSON: the wrong type is no value. */
export type Json = Record<string, unknown>;

/** One JSON object, or undefined for anything else. */
export function parseObject(text: string): Json | undefined {
  try {
    return object(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function object(value: unknown): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

/** A non-empty string; numbers are written out. */
export function string(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Members of a record that are looked at. */
const MOST_KEYS = 512;

/** The record's own strings and numbers. */
export function strings(record: Json): Record<string, string> {
  const out: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const key of Object.keys(record).slice(0, MOST_KEYS)) {
    const value = string(record[key]);
    if (value !== undefined) out[key] = value;
  }
  return out;
}

/** A number, or a decimal string that is one. */
export function number(value: unknown): number | undefined {
  const n = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof n === "number" && Number.isFinite(n) ? n : undefined;
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The objects among a list's elements. */
export function objects(value: unknown): Json[] {
  return list(value)
    .map(object)
    .filter((element) => element !== undefined);
}

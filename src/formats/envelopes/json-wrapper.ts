/** JSON records whose one field is another program's line: a table entry a product, read here. */
import type { Envelope, EnvelopeFields, LineContext } from "../format.js";
import { timeOfValue } from "../fallback/find-time.js";
import { object, type Json } from "../json-fields.js";

/** Paths are field names parted by dots; a field whose own name has the dots counts too (`host.name` flattened). */
export interface Wrapper {
  readonly id: string;
  readonly title: string;
  readonly reference: string;
  /** Cheap: a name or two that no other record has. */
  is(record: Json): boolean;
  /** Where the line stands, the first that is there; an object is handed on as JSON, and numbers as the bytes of a text. */
  readonly message: readonly string[];
  readonly time?: readonly string[];
  readonly host?: readonly string[];
  readonly program?: readonly string[];
}

/** The value at a path, or undefined. The first element stands for a list of one. */
export function pick(record: Json, path: string): unknown {
  const whole = record[path];
  if (whole !== undefined) return whole;
  let value: unknown = record;
  for (const name of path.split(".")) {
    if (Array.isArray(value) && value.length === 1) value = value[0] as unknown;
    const inner = object(value);
    if (!inner || !Object.hasOwn(inner, name)) return undefined;
    value = inner[name];
  }
  return value;
}

export function pickString(record: Json, paths: readonly string[] | undefined): string | undefined {
  for (const path of paths ?? []) {
    const value = pick(record, path);
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}

/** The first readable time at the paths, decided. Epoch milliseconds. */
export function pickTime(record: Json, paths: readonly string[] | undefined, context: LineContext): number | undefined {
  for (const path of paths ?? []) {
    const value = pick(record, path);
    const time = typeof value === "string" || typeof value === "number" ? timeOfValue(value) : undefined;
    const ms = time && context.resolveTime(time);
    if (ms !== undefined) return ms;
  }
  return undefined;
}

function lineOf(value: unknown): string | undefined {
  if (typeof value === "string") return value.trim() === "" ? undefined : value.trimEnd();
  if (Array.isArray(value)) {
    // journald writes a text with bytes that are no UTF-8, or with colours, as their numbers.
    if (value.length === 0 || !value.every((v) => typeof v === "number" && v >= 0 && v <= 255)) return undefined;
    return Buffer.from(value as number[])
      .toString("utf8")
      .trimEnd();
  }
  return object(value) ? JSON.stringify(value) : undefined;
}

export function wrapper({ id, title, reference, is, message, time, host, program }: Wrapper): Envelope {
  return {
    id,
    title,
    reference,
    json: true,
    unwrap(_line, context, record) {
      if (!record || !is(record)) return undefined;
      let text: string | undefined;
      for (const path of message) {
        text = lineOf(pick(record, path));
        if (text !== undefined) break;
      }
      if (text === undefined) return undefined;
      const fields: EnvelopeFields = {};
      const timestamp = pickTime(record, time, context);
      const hostname = pickString(record, host);
      const name = pickString(record, program);
      if (timestamp !== undefined) fields.timestamp = timestamp;
      if (hostname !== undefined && /^[\w.:-]{1,255}$/.test(hostname)) fields.hostname = hostname;
      if (name !== undefined && name.length <= 128) fields.program = name;
      return { fields, message: text };
    },
  };
}

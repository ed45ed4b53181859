/** The sections `logs` and `formats` of lookback.yaml: their schemas, and what they come to. */
import { isAbsolute, resolve } from "node:path";
import { z } from "zod";
import type { FormatDescription, Layout } from "../formats/described/description.js";
import { describedFormat } from "../formats/described/format.js";
import type { PathRule } from "../formats/parser-settings.js";
import { isTimezone } from "../formats/time-resolver.js";
import type { Expectation } from "../hunt/ledger.js";
import { LookbackError } from "../model/errors.js";
import { parseTimeBound } from "./values.js";

export const text = z.union([z.string(), z.number().transform(String)]);
/** YAML reads `2021-01-01` as a text; quoted or not is the same. */
export const texts = z.union([text.transform((one) => [one]), z.array(text)]);

export const logsSection = z.array(
  z.union([
    z.string().transform((path) => ({ path })),
    z.strictObject({
      path: z.string(),
      timezone: z.string().optional(),
      year: z.int().min(1990).max(2100).optional(),
      format: z.string().optional(),
      name: text.optional(),
    }),
  ]),
);

/** Sources that should be there: names or globs, and the days they should have. */
export const expectSection = z.array(
  z.union([
    text.transform((name) => ({ name })),
    z.strictObject({ name: text, from: text.optional(), to: text.optional() }),
  ]),
);
export type ExpectEntry = z.output<typeof expectSection>[number] & { from?: string; to?: string };

const outcomeEntry = z.strictObject({
  field: text,
  blocked: texts.optional(),
  refused: texts.optional(),
  unanswered: texts.optional(),
  established: texts.optional(),
  authenticated: texts.optional(),
});

const formatEntry = z.strictObject({
  id: z.string().regex(/^[a-z0-9][\w.-]{0,63}$/i, "an id of letters, digits, dots and dashes, as acme.gateway"),
  title: text.optional(),
  contains: text.optional(),
  pattern: z.string().optional(),
  separator: z.string().min(1).max(8).optional(),
  columns: z.array(text).optional(),
  json: z.literal(true).optional(),
  key_value: z.literal(true).optional(),
  fields: z.record(z.string(), text).optional(),
  time: z.strictObject({ field: text.optional(), format: text.optional(), locale: text.optional() }).optional(),
  outcome: outcomeEntry.optional(),
  initiator: z.enum(["source", "destination", "unknown"]).optional(),
  one_way: z.boolean().optional(),
  asset_log: z.boolean().optional(),
});
export const formatsSection = z.array(formatEntry);

type LogEntry = z.output<typeof logsSection>[number] & Partial<PathRule>;
export type FormatEntry = z.output<typeof formatEntry>;

/** Throws LookbackError `config`, without a place. */
export function pathRule(entry: LogEntry, folder: string): PathRule {
  const { path, timezone, year, format, name } = entry;
  if (timezone !== undefined && !isTimezone(timezone))
    throw new LookbackError(
      "config",
      `"${timezone}" is no time zone: use an IANA name (Europe/Paris) or an offset (+02:00)`,
    );
  return {
    path: path.includes("/") && !isAbsolute(path) ? resolve(folder, path) : path,
    ...(timezone === undefined ? {} : { timezone }),
    ...(year === undefined ? {} : { year }),
    ...(format === undefined ? {} : { format }),
    ...(name === undefined ? {} : { name }),
  };
}

/** Throws LookbackError for a date that is none, without a place. */
export function expectation({ name, from, to }: ExpectEntry, folder: string): Expectation {
  const first = from === undefined ? undefined : parseTimeBound(from, "from", "start");
  const last = to === undefined ? undefined : parseTimeBound(to, "to", "end");
  if (first !== undefined && last !== undefined && last < first)
    throw new LookbackError("config", "to lies before from");
  return {
    name,
    ...(name.includes("/") ? { path: resolve(folder, name) } : {}),
    ...(first === undefined ? {} : { from: first }),
    ...(last === undefined ? {} : { to: last }),
  };
}

function layoutOf({ id, pattern, separator, columns, json, key_value: keyValue }: FormatEntry): Layout {
  const kinds = [pattern, json, keyValue, keyValue ? undefined : separator].filter((kind) => kind !== undefined);
  if (kinds.length !== 1)
    throw new LookbackError("config", `format ${id} needs one of pattern, separator, json, key_value`);
  if (pattern !== undefined) return { kind: "pattern", pattern };
  if (json) return { kind: "json" };
  if (keyValue) return { kind: "key-value", ...(separator === undefined ? {} : { separator }) };
  return { kind: "columns", separator: separator!, ...(columns === undefined ? {} : { names: columns }) };
}

/** Throws LookbackError `config`, without a place. */
export function description(entry: FormatEntry): FormatDescription {
  const { id, title, contains, fields, time, outcome, initiator } = entry;
  const made: FormatDescription = {
    id,
    layout: layoutOf(entry),
    ...(title === undefined ? {} : { title }),
    ...(contains === undefined ? {} : { contains }),
    ...(fields === undefined ? {} : { fields }),
    ...(time === undefined ? {} : { time: time as NonNullable<FormatDescription["time"]> }),
    ...(initiator === undefined ? {} : { initiator }),
    ...(entry.one_way === undefined ? {} : { oneWay: entry.one_way }),
    ...(entry.asset_log === undefined ? {} : { assetLog: entry.asset_log }),
  };
  try {
    const { field, ...values } = outcome ?? { field: "" };
    const whole = outcome ? { ...made, outcome: { field, values: values as never } } : made;
    describedFormat(whole);
    return whole;
  } catch (error) {
    throw new LookbackError("config", `format ${id}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

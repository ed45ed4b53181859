/** lookback.yaml: read, checked against its schema, every value with the place it stands at. */
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, resolve } from "node:path";
import { isNode, LineCounter, parseDocument, type Document } from "yaml";
import { z } from "zod";
import type { FormatDescription } from "../formats/described/description.js";
import type { PathRule } from "../formats/parser-settings.js";
import type { IntelInput } from "../intel/index.js";
import type { Expectation } from "../hunt/ledger.js";
import { isTaxiiAddress } from "../intel/taxii-address.js";
import { LookbackError } from "../model/errors.js";
import {
  description,
  expectation,
  expectSection,
  formatsSection,
  logsSection,
  pathRule,
  type ExpectEntry,
  type FormatEntry,
  text,
  texts,
} from "./config-logs.js";
import { flag, FLAG_NAMES, flagValue, type FlagName } from "./flags.js";
import { checkInput, INPUT_KEYS } from "./intel-inputs.js";

/** A value of the file, and where it stands: `lookback.yaml:3:7`. */
export interface Placed<T> {
  value: T;
  place: string;
}

export interface ConfigFile {
  path: string;
  /** By flag: what the flag would have been given. */
  settings: Map<FlagName, Placed<unknown>>;
  intel: Placed<IntelInput>[];
  logs: Placed<PathRule>[];
  formats: Placed<FormatDescription>[];
  expect: Placed<Expectation>[];
}

const intelEntry = z.union([
  z.string().transform((path) => ({ path })),
  z.strictObject({
    path: z.string(),
    name: text.optional(),
    role: text.optional(),
    labels: texts.optional(),
    valid_from: text.optional(),
    valid_until: text.optional(),
    confidence: text.optional(),
    tlp: text.optional(),
    format: text.optional(),
    column: text.optional(),
    token_env: text.optional(),
    password_env: text.optional(),
    key_passphrase_env: text.optional(),
    cert: text.optional(),
    key: text.optional(),
    ca: text.optional(),
  }),
]);

/** One key for every flag that is a setting; switches are true or false, the others as on the command line. */
function schema(): z.ZodType<Record<string, unknown>> {
  const shape: Record<string, z.ZodType> = {
    intel: z.array(intelEntry).optional(),
    logs: logsSection.optional(),
    formats: formatsSection.optional(),
    expect: expectSection.optional(),
  };
  for (const name of FLAG_NAMES) {
    const { setting, value, repeatable } = flag(name);
    if (setting !== undefined)
      shape[setting] = (value === undefined ? z.boolean() : repeatable ? texts : text).optional();
  }
  return z.strictObject(shape);
}

class Places {
  constructor(
    private readonly name: string,
    private readonly document: Document.Parsed,
    private readonly lines: LineCounter,
  ) {}

  at(path: readonly PropertyKey[]): string {
    for (let length = path.length; length >= 0; length--) {
      const node: unknown = this.document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return this.offset(node.range[0]);
    }
    return this.name;
  }

  offset(offset: number): string {
    const { line, col } = this.lines.linePos(offset);
    return `${this.name}:${line}:${col}`;
  }
}

function fail(place: string, message: string): never {
  throw new LookbackError("config", `${place}: ${message}`);
}

/** Lets an error of a value's own check tell the place instead of the flag. */
function checked<T>(place: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof LookbackError) fail(place, error.message.replace(/^--/, ""));
    throw error;
  }
}

/** Keys of an intel source that hold a path. */
const PATH_KEYS: ReadonlySet<string> = new Set(["cert", "key", "ca"]);

function intelInputOf(entry: Record<string, unknown>, folder: string): IntelInput {
  const path = String(entry["path"]);
  const input: IntelInput = { path: isTaxiiAddress(path) || isAbsolute(path) ? path : resolve(folder, path) };
  for (const [key, value] of Object.entries(entry)) {
    if (key === "path" || value === undefined) continue;
    const setter = INPUT_KEYS[key === "labels" ? "label" : key.replaceAll("_", "-")]!;
    for (const one of [value].flat()) setter(input, PATH_KEYS.has(key) ? resolve(folder, String(one)) : String(one));
  }
  checkInput(input, "intel");
  return input;
}

/** One message of zod's that a user understands. */
function explain(issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string } {
  if (issue.code === "unrecognized_keys")
    return { path: [...issue.path, issue.keys[0]!], message: `there is no setting "${issue.keys.join('", "')}"` };
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    // The alternative that came furthest says most.
    const deepest = issue.errors
      .flat()
      .map(explain)
      .sort((a, b) => b.path.length - a.path.length)[0];
    if (deepest) return { path: [...issue.path, ...deepest.path], message: deepest.message };
  }
  return { path: issue.path, message: issue.message.replace(/^Invalid input: /, "") };
}

/**
 * Reads and checks the file. Relative paths in it are relative to its folder. Throws LookbackError `config` with line and column
 * for what is not right, or when the file cannot be read.
 */
export async function readConfig(path: string): Promise<ConfigFile> {
  let content: string;
  try {
    content = await readFile(path, "utf8");
  } catch (error) {
    return fail(path, error instanceof Error ? error.message : String(error));
  }
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  const places = new Places(path, document, lines);
  const broken = document.errors[0];
  if (broken) fail(places.offset(broken.pos[0]), broken.message);
  const plain: unknown = checked(path, () => document.toJS({ maxAliasCount: 100 })) ?? {};
  const parsed = schema().safeParse(plain);
  if (!parsed.success) {
    const { path: where, message } = explain(parsed.error.issues[0]!);
    fail(places.at(where), `${where.length > 0 ? `${where.join(".")}: ` : ""}${message}`);
  }
  const folder = dirname(resolve(path));
  const settings = new Map<FlagName, Placed<unknown>>();
  for (const name of FLAG_NAMES) {
    const definition = flag(name);
    const { setting, repeatable, completes, value: takes } = definition;
    const value = setting === undefined ? undefined : parsed.data[setting];
    if (setting === undefined || value === undefined || value === false) continue;
    const place = places.at([setting]);
    const convert = (one: unknown): unknown => {
      const raw = String(one);
      const local = completes !== undefined && !isAbsolute(raw) ? resolve(folder, raw) : raw;
      return checked(place, () => flagValue(definition, local));
    };
    const converted = takes === undefined ? true : repeatable ? [value].flat().flatMap(convert) : convert(value);
    settings.set(name, { value: converted, place });
  }
  const section = <E, T>(name: string, make: (entry: E) => T): Placed<T>[] =>
    ((parsed.data[name] ?? []) as E[]).map((entry, i) => {
      const place = places.at([name, i]);
      return { value: checked(place, () => make(entry)), place };
    });
  const intel = section<Record<string, unknown>, IntelInput>("intel", (entry) => intelInputOf(entry, folder));
  const logs = section<Parameters<typeof pathRule>[0], PathRule>("logs", (entry) => pathRule(entry, folder));
  const formats = section<FormatEntry, FormatDescription>("formats", description);
  const expect = section<ExpectEntry, Expectation>("expect", (entry) => expectation(entry, folder));
  return { path, settings, intel, logs, formats, expect };
}

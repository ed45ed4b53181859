/** What is in force: flags win over the environment, the environment over lookback.yaml. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { FormatDescription } from "../formats/described/description.js";
import type { ParserSettings, PathRule } from "../formats/parser-settings.js";
import type { Expectation } from "../hunt/ledger.js";
import type { IntelInput } from "../intel/index.js";
import { isTaxiiAddress, withoutUserinfo } from "../intel/taxii-address.js";
import { LookbackError } from "../model/errors.js";
import type { ConfigFile, Placed } from "./config-file.js";
import { isTimezone } from "../formats/time-resolver.js";
import { usage } from "./usage.js";
import { flag, FLAG_NAMES, flagValue, type FlagName } from "./flags.js";
import { intelInput } from "./intel-inputs.js";
import type { FlagValues } from "./parser.js";

/** Looked for in the working folder. */
export const CONFIG_NAME = "lookback.yaml";
const CONFIG_VARIABLE = "LOOKBACK_CONFIG";

export interface Settings {
  /** By flag, with where each came from: `--own`, `LOOKBACK_OWN`, `lookback.yaml:3:1`. */
  values: Map<FlagName, Placed<unknown>>;
  /** The file that was read, if any. */
  file?: string;
  /** The file's intel sources, rules for log paths, and formats. */
  intel: Placed<IntelInput>[];
  logs: Placed<PathRule>[];
  formats: Placed<FormatDescription>[];
  /** Sources that should be there. */
  expect: Placed<Expectation>[];
}

type Environment = Readonly<Record<string, string | undefined>>;

export function variable(setting: string): string {
  return `LOOKBACK_${setting.toUpperCase()}`;
}

const YES = new Set(["1", "true", "yes", "on"]);
const NO = new Set(["", "0", "false", "no", "off"]);

function fromEnvironment(name: FlagName, environment: Environment): Placed<unknown> | undefined {
  const definition = flag(name);
  if (definition.setting === undefined) return undefined;
  const place = variable(definition.setting);
  const text = environment[place];
  if (text === undefined || text === "") return undefined;
  try {
    if (definition.value !== undefined) {
      const value = flagValue(definition, text);
      return { value: definition.repeatable ? [value].flat() : value, place };
    }
    if (YES.has(text.toLowerCase())) return { value: true, place };
    if (NO.has(text.toLowerCase())) return undefined;
    throw new LookbackError("usage", `takes true or false, not "${text}"`);
  } catch (error) {
    if (error instanceof LookbackError) throw new LookbackError("usage", `${place}: ${error.message}`);
    throw error;
  }
}

async function configFile(flags: FlagValues, environment: Environment): Promise<ConfigFile | undefined> {
  const named = (flags.config as string | undefined) ?? environment[CONFIG_VARIABLE];
  const path = named ?? (existsSync(CONFIG_NAME) ? CONFIG_NAME : undefined);
  // Loaded only when there is a file: most hunts have none, and a YAML parser and a schema take a while.
  return path === undefined ? undefined : (await import("./config-file.js")).readConfig(path);
}

/** Throws LookbackError `config` or `usage` when a value is not right. */
export async function settingsInForce(flags: FlagValues, environment: Environment = process.env): Promise<Settings> {
  const file = await configFile(flags, environment);
  const values: Settings["values"] = new Map();
  for (const name of FLAG_NAMES) {
    const given = flags[name];
    const placed =
      given !== undefined
        ? { value: given, place: `--${flag(name).long}` }
        : (fromEnvironment(name, environment) ?? file?.settings.get(name));
    if (placed !== undefined) values.set(name, placed);
  }
  const { intel = [], logs = [], formats = [], expect = [] } = file ?? {};
  return { values, intel, logs, formats, expect, ...(file === undefined ? {} : { file: file.path }) };
}

/** The flags with what the environment and the file add. */
export function asFlags({ values }: Settings): FlagValues {
  return Object.fromEntries([...values].map(([name, { value }]) => [name, value]));
}

function sameSource(listed: string, named: string): boolean {
  // Whoever names another user or password means the same server.
  if (isTaxiiAddress(named)) return withoutUserinfo(listed) === withoutUserinfo(named);
  return listed === named || listed === resolve(named);
}

/**
 * The sources to read: those named, each with what lookback.yaml says of that very path, or all of the file's when none is named.
 * What is said with the name wins over the file.
 */
export function intelInputs(named: readonly (string | IntelInput)[] | undefined, { intel }: Settings): IntelInput[] {
  if (named === undefined || named.length === 0) return intel.map(({ value }) => value);
  return named.map((one) => {
    const input = typeof one === "string" ? intelInput(one) : one;
    const known = intel.find(({ value }) => sameSource(value.path, input.path));
    return { ...known?.value, ...input };
  });
}

/** How lines are to be read. Throws LookbackError `usage` for an unknown `--timezone`. */
export function parserSettings({ values, logs, formats }: Settings): ParserSettings {
  const timezone = values.get("timezone")?.value as string | undefined;
  const year = values.get("year")?.value as number | undefined;
  if (timezone !== undefined && !isTimezone(timezone))
    throw usage(`--timezone takes an IANA name (Europe/Paris) or an offset (+02:00), not "${timezone}"`);
  return {
    formats: formats.map(({ value }) => value),
    paths: logs.map(({ value }) => value),
    ...(timezone === undefined ? {} : { timezone }),
    ...(year === undefined ? {} : { year }),
  };
}

/** The logs to read: those named, or the paths that lookback.yaml lists. Throws LookbackError `usage` when there are none. */
export function logInputs(named: readonly string[], { logs }: Settings): string[] {
  const inputs = named.length > 0 ? [...named] : logs.map(({ value }) => value.path);
  if (inputs.length === 0)
    throw usage("no log is named: give a file, a folder, a glob or -, or list logs in lookback.yaml");
  return inputs;
}

/** From flags and settings to an indicator set: what every command that takes indicators does first. */
import { loadIntel, type IntelInput, type IntelOptions } from "../intel/index.js";
import type { IndicatorSet } from "../model/indicator.js";
import { printable } from "../report/text.js";
import type { FlagValues } from "./parser.js";
import { intelInputs, type Settings } from "./settings.js";
import { usage } from "./usage.js";

function optionsOf(flags: FlagValues): IntelOptions {
  const options: IntelOptions = {};
  if (flags.role !== undefined) options.role = flags.role as NonNullable<IntelOptions["role"]>;
  if (flags.label !== undefined) options.labels = flags.label as string[];
  if (flags.validFrom !== undefined) options.validFrom = flags.validFrom as number;
  if (flags.validUntil !== undefined) options.validUntil = flags.validUntil as number;
  if (flags.column !== undefined) options.column = flags.column as string;
  if (flags.intelFormat !== undefined) options.format = flags.intelFormat as string;
  if (options.validFrom !== undefined && options.validUntil !== undefined && options.validUntil < options.validFrom)
    throw usage("--valid-until lies before --valid-from");
  return options;
}

export interface Loaded {
  set: IndicatorSet;
  /** The paths and addresses that were read. */
  paths: string[];
}

/**
 * Loads what is named, or what lookback.yaml lists when nothing is. Throws LookbackError `usage` when neither is there.
 * @param flags with the settings in them
 */
export async function loadIndicators(
  named: readonly (string | IntelInput)[] | undefined,
  flags: FlagValues,
  settings: Settings,
): Promise<Loaded> {
  const inputs = intelInputs(named, settings);
  if (inputs.length === 0) throw usage("no indicators are named: give a file, or list intel sources in lookback.yaml");
  const options = optionsOf(flags);
  const set = await loadIntel(inputs, options);
  return { set, paths: inputs.map(({ path }) => path) };
}

export function warnOfErrors({ errors }: IndicatorSet): void {
  for (const { file, message } of errors) process.stderr.write(`lookback: ${printable(`${file}: ${message}`)}\n`);
}

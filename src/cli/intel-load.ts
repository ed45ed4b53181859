/** From flags and settings to an indicator set: what every command that takes indicators does first. */
import { loadIntel, warningJudge, type IntelInput, type IntelOptions, type WarningOptions } from "../intel/index.js";
import { isTaxiiAddress } from "../intel/taxii-address.js";
import type { IndicatorSet } from "../model/indicator.js";
import { printable } from "../report/text.js";
import type { FlagValues } from "./parser.js";
import { intelInputs, type Settings } from "./settings.js";
import { cacheFolder, withAccess } from "./taxii-settings.js";
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
  const folder = flags.noCache === true ? undefined : cacheFolder(flags.cache as string | undefined, process.env);
  options.taxii = { environment: process.env, ...(folder !== undefined && { cacheFolder: folder }) };
  return options;
}

function warningsOf(flags: FlagValues): WarningOptions {
  return {
    none: flags.noWarningLists === true,
    allowWide: flags.allowWide === true,
    lists: (flags.warningLists as string[] | undefined) ?? [],
  };
}

const REASONS_SHOWN = 5;

export interface Loaded {
  set: IndicatorSet;
  /** The files and folders that were read. */
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
  const inputs = withAccess(intelInputs(named, settings), process.env);
  if (inputs.length === 0) throw usage("no indicators are named: give a file, or list intel sources in lookback.yaml");
  const { judge, errors } = await warningJudge(warningsOf(flags));
  const set = await loadIntel(inputs, { ...optionsOf(flags), judge });
  set.errors.push(...errors);
  return { set, paths: inputs.map(({ path }) => path).filter((path) => !isTaxiiAddress(path)) };
}

/** What went wrong, and what there is to know besides, to standard error. */
export function warnOfErrors({ files, errors }: IndicatorSet): void {
  for (const { file, notes } of files)
    for (const note of notes ?? []) process.stderr.write(`lookback: ${printable(`${file}: ${note}`)}\n`);
  for (const { file, message } of errors) process.stderr.write(`lookback: ${printable(`${file}: ${message}`)}\n`);
}

/** Says on standard error what is not hunted although it is an indicator: silence would read as "not found". */
export function warnOfSetAside({ files, rejections }: IndicatorSet): void {
  const count = files.reduce((sum, file) => sum + file.setAside, 0);
  if (count === 0) return;
  const reasons = new Map<string, number>();
  for (const { reason, setAside } of rejections) if (setAside) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const top = [...reasons].sort((a, b) => b[1] - a[1]).slice(0, REASONS_SHOWN);
  const listed = top.map(([reason, n]) => `\n  ${n} × ${printable(reason)}`).join("");
  const more = reasons.size > top.length ? `\n  … and ${reasons.size - top.length} more reasons` : "";
  process.stderr.write(
    `lookback: ${count} ${count === 1 ? "indicator is" : "indicators are"} not hunted (lookback intel check lists them; --no-warninglists takes those on warning lists):${listed}${more}\n`,
  );
}

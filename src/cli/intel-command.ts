/** `lookback intel …`: what is understood of indicator files, and what becomes of it. */
import { writeFile } from "node:fs/promises";
import { describeSet, diffSets, WRITERS, type FieldChange, type IndicatorRow, type Loss } from "../intel/index.js";
import { WRITER_IDS } from "../intel/ids.js";
import { LookbackError } from "../model/errors.js";
import type { Indicator, IndicatorSet, IntelFile, Rejection } from "../model/indicator.js";
import { printable } from "../report/text.js";
import { loadIndicators, warnOfErrors } from "./intel-load.js";
import type { FlagValues } from "./parser.js";
import { asFlags, settingsInForce } from "./settings.js";
import { table, type Column } from "./table.js";
import { usage } from "./usage.js";

const REJECTIONS_SHOWN = 20;

async function load(paths: readonly string[], flags: FlagValues): Promise<IndicatorSet> {
  const settings = await settingsInForce(flags);
  const { set } = await loadIndicators(paths, asFlags(settings), settings);
  return set;
}

/** Data to standard output, errors to standard error, and the exit code. */
function finish(text: string, ...sets: IndicatorSet[]): number {
  process.stdout.write(text);
  for (const set of sets) warnOfErrors(set);
  return sets.some((set) => set.errors.length > 0) ? 2 : 0;
}

/** Ranges hold big integers, and the canonical value says the same. */
function jsonSafe(key: string, value: unknown): unknown {
  return key === "range" ? undefined : value;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, jsonSafe, 2)}\n`;
}

const COLUMNS: readonly Column<IndicatorRow>[] = [
  ["type", (r) => r.type],
  ["value", (r) => r.value],
  ["role", (r) => r.role],
  ["TLP", (r) => r.tlp ?? ""],
  ["confidence", (r) => (r.confidence === undefined ? "" : String(r.confidence))],
  ["labels", (r) => r.labels.join(", ")],
  ["valid from", (r) => r.validFrom ?? ""],
  ["valid until", (r) => r.validUntil ?? ""],
  ["remarks", (r) => r.remarks.join("; ")],
  ["said by", (r) => `${r.feeds.join(", ")}${r.assertions > 1 ? ` (${r.assertions}×)` : ""}`],
];

function countsOf({ file, reader, accepted, duplicates, setAside, rejected }: IntelFile): string {
  const parts = [
    `${accepted} accepted`,
    `${duplicates} said before`,
    ...(setAside > 0 ? [`${setAside} set aside`] : []),
    `${rejected} not indicators`,
  ];
  return printable(`${file} (${reader}): ${parts.join(", ")}`);
}

function rejectionLine({ file, line, object, text, reason, setAside }: Rejection): string {
  const place = [file, ...(line > 0 ? [String(line)] : []), ...(object === undefined ? [] : [object])].join(":");
  return `  ${printable(`${place}: ${setAside ? "set aside: " : ""}${reason}${text === "" ? "" : `: ${text}`}`)}`;
}

function total({ indicators, hash }: IndicatorSet): string {
  return `${indicators.length} ${indicators.length === 1 ? "indicator" : "indicators"}, sha256:${hash}`;
}

/** `intel show`: the indicators. */
export async function intelShowCommand(paths: string[], flags: FlagValues): Promise<number> {
  const set = await load(paths, flags);
  if (flags.showJson === true) return finish(json(set), set);
  const lines = [table(COLUMNS, describeSet(set)), "", ...set.files.map(countsOf)];
  lines.push(...set.rejections.slice(0, REJECTIONS_SHOWN).map(rejectionLine));
  const more = set.rejections.length - REJECTIONS_SHOWN;
  if (more > 0) lines.push(`  … and ${more} more (intel check lists all)`);
  return finish(`${[...lines, total(set), ""].join("\n")}`, set);
}

/** `intel check`: what was not taken, all of it. With `--strict`, 1 when anything was rejected. */
export async function intelCheckCommand(paths: string[], flags: FlagValues): Promise<number> {
  const set = await load(paths, flags);
  const { files, rejections, errors, hash } = set;
  let text: string;
  if (flags.showJson === true) text = json({ indicators: set.indicators.length, hash, files, rejections, errors });
  else {
    const byFile = grouped(rejections);
    const lines = files.flatMap((file) => {
      const kept = byFile.get(file.file) ?? [];
      const more = file.rejected + file.setAside - kept.length;
      return [countsOf(file), ...kept.map(rejectionLine), ...(more > 0 ? [`  … and ${more} more like these`] : [])];
    });
    text = [...lines, total(set), ""].join("\n");
  }
  const code = finish(text, set);
  return code === 0 && flags.strict === true && files.some((file) => file.rejected > 0) ? 1 : code;
}

function grouped(rejections: readonly Rejection[]): Map<string, Rejection[]> {
  const groups = new Map<string, Rejection[]>();
  for (const rejection of rejections) {
    const group = groups.get(rejection.file);
    if (group) group.push(rejection);
    else groups.set(rejection.file, [rejection]);
  }
  return groups;
}

function changeText({ field, old, new: now }: FieldChange): string {
  const say = (value: unknown): string =>
    value === undefined
      ? "none"
      : typeof value === "number" && field.startsWith("valid")
        ? new Date(value).toISOString()
        : Array.isArray(value)
          ? value.join(", ") || "none"
          : String(value);
  return `${field} ${say(old)} → ${say(now)}`;
}

/** `intel diff OLD NEW`. */
export async function intelDiffCommand(paths: string[], flags: FlagValues): Promise<number> {
  const [before, after] = paths;
  if (paths.length !== 2) throw usage("intel diff compares two: OLD and NEW");
  const [old, now] = [await load([before!], flags), await load([after!], flags)];
  const diff = diffSets(old, now);
  if (flags.showJson === true) return finish(json(diff), old, now);
  const named = (sign: string) => (indicator: Indicator) => `${sign} ${indicator.type} ${indicator.value}`;
  const lines = [
    ...diff.added.map(named("+")),
    ...diff.withdrawn.map(named("-")),
    ...diff.changed.map(({ type, value, changes }) => `~ ${type} ${value}: ${changes.map(changeText).join("; ")}`),
    `${diff.added.length} added, ${diff.withdrawn.length} withdrawn, ${diff.changed.length} changed, ${diff.unchanged} unchanged`,
  ];
  return finish(`${lines.map(printable).join("\n")}\n`, old, now);
}

/** One line for each kind of loss, with an example. */
function lossLines(losses: readonly Loss[], target: string): string[] {
  const kinds = new Map<string, { count: number; example: Loss }>();
  for (const loss of losses) {
    const kind = kinds.get(loss.what);
    if (kind) kind.count++;
    else kinds.set(loss.what, { count: 1, example: loss });
  }
  return [...kinds].map(
    ([what, { count, example }]) =>
      `lookback: ${target} cannot hold ${what}: ${count} ${count === 1 ? "indicator" : "indicators"}, such as ${example.type} ${example.value}`,
  );
}

/** `intel convert --to FORMAT`. */
export async function intelConvertCommand(paths: string[], flags: FlagValues): Promise<number> {
  const writer = WRITERS.find(({ id }) => id === flags.convertTo);
  if (!writer) throw usage(`intel convert needs --to ${WRITER_IDS.join("|")}`);
  const set = await load(paths, flags);
  // For builds that want the same bytes every time: https://reproducible-builds.org/specs/source-date-epoch/
  const epoch = Number(process.env["SOURCE_DATE_EPOCH"] ?? Number.NaN);
  const { text, losses } = writer.write(set.indicators, { now: Number.isNaN(epoch) ? Date.now() : epoch * 1000 });
  for (const line of lossLines(losses, writer.id)) process.stderr.write(`${printable(line)}\n`);
  if (flags.outputFile === undefined) return finish(text, set);
  try {
    await writeFile(flags.outputFile as string, text);
  } catch (error) {
    throw new LookbackError("output-failed", error instanceof Error ? error.message : String(error));
  }
  return finish("", set);
}

/** `lookback config show`: what is in force, and where each value comes from. */
import { isTaxiiAddress, withoutUserinfo } from "../intel/taxii-address.js";
import { flag } from "./flags.js";
import type { FlagValues } from "./parser.js";
import { settingsInForce, type Settings } from "./settings.js";
import { table } from "./table.js";

function asText(value: unknown): string {
  return Array.isArray(value) ? value.join(", ") : String(value);
}

function rowsOf({ values, intel, logs, formats, expect }: Settings): [string, string, string][] {
  const rows = [...values]
    .filter(([name]) => flag(name).setting !== undefined)
    .map(([name, { value, place }]): [string, string, string] => [flag(name).setting!, asText(value), place]);
  for (const { value, place } of intel) {
    const { path, access, ...said } = value;
    const shown = Object.entries({ ...said, ...access }).map(([key, one]) => `${key}=${asText(one)}`);
    rows.push(["intel", [isTaxiiAddress(path) ? withoutUserinfo(path) : path, ...shown].join(", "), place]);
  }
  for (const { value, place } of logs) {
    const { path, ...said } = value;
    const shown = Object.entries(said).map(([key, one]) => `${key}=${asText(one)}`);
    rows.push(["logs", [path, ...shown].join(", "), place]);
  }
  for (const { value, place } of formats) rows.push(["formats", value.id, place]);
  const date = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  for (const { value, place } of expect) {
    const { name, from, to } = value;
    const span = [from === undefined ? [] : `from=${date(from)}`, to === undefined ? [] : `to=${date(to)}`].flat();
    rows.push(["expect", [name, ...span].join(", "), place]);
  }
  return rows;
}

export async function configShowCommand(flags: FlagValues): Promise<number> {
  const settings = await settingsInForce(flags);
  const rows = rowsOf(settings);
  if (flags.showJson === true) {
    const list = rows.map(([setting, value, from]) => ({ setting, value, from }));
    process.stdout.write(`${JSON.stringify({ file: settings.file, settings: list }, undefined, 2)}\n`);
    return 0;
  }
  const lines = [`file: ${settings.file ?? "none"}`];
  const body = table<(typeof rows)[number]>(
    [
      ["setting", ([setting]) => setting],
      ["value", ([, value]) => value],
      ["from", ([, , from]) => from],
    ],
    rows,
  );
  lines.push(rows.length > 0 ? body : "every setting has its default");
  process.stdout.write(`${lines.join("\n")}\n`);
  return 0;
}

/** The settings in force as text. */
import { isTaxiiAddress, withoutUserinfo } from "../intel/taxii-address.js";
import { flag } from "./flags.js";
import type { Settings } from "./settings.js";

function asText(value: unknown): string {
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/** Name, value and place of each, for people. Passwords stand in none: an address loses its own, and others are named by variable. */
export function settingRows({ values, intel, logs, formats, expect }: Settings): [string, string, string][] {
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

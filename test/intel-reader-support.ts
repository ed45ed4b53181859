/** What the tests of the intel readers share. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import type { Assertion, Indicator, IndicatorSet } from "../src/model/indicator.js";

export const FIXTURES = "test/fixtures/intel";

const root = mkdtempSync(join(tmpdir(), "lookback-readers-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let counter = 0;

/** Writes files into a fresh folder and returns its path. */
export function folder(files: Record<string, string | Uint8Array>): string {
  const made = join(root, String(counter++));
  mkdirSync(made, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(made, name)), { recursive: true });
    writeFileSync(join(made, name), content);
  }
  return made;
}

export function file(content: string | Uint8Array, name = "intel.dat"): string {
  return join(folder({ [name]: content }), name);
}

/** `ipv4-addr 192.0.2.1`, in the set's order. */
export function values(set: IndicatorSet): string[] {
  return set.indicators.map(({ type, value }) => `${type} ${value}`);
}

/** `12 object "text": reason`, with `aside` before what is set aside, in file order. */
export function rejected(set: IndicatorSet): string[] {
  return set.rejections.map(
    ({ line, object, text, reason, setAside }) =>
      `${setAside ? "aside " : ""}${line}${object === undefined ? "" : ` ${object}`} "${text}": ${reason}`,
  );
}

/** The indicator of that value, which must be there. */
export function indicator(set: IndicatorSet, value: string): Indicator {
  const found = set.indicators.find((one) => one.value === value);
  if (!found) throw new Error(`no indicator ${value}`);
  return found;
}

/** Its only assertion, without the file. */
export function said(set: IndicatorSet, value: string): Omit<Assertion, "file"> {
  const { assertions } = indicator(set, value);
  if (assertions.length !== 1) throw new Error(`${assertions.length} assertions of ${value}`);
  const { file: _, ...rest } = assertions[0]!;
  return rest;
}

export function readers(set: IndicatorSet): string[] {
  return set.files.map(({ reader }) => reader);
}

export function messages(set: IndicatorSet): string[] {
  return set.errors.map(({ message }) => message);
}

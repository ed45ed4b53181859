/** STIX objects made by hand, and what the reader makes of them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect } from "vitest";
import { loadIntel } from "../src/intel/index.js";
import type { Assertion, Indicator, IndicatorSet } from "../src/model/indicator.js";

const root = mkdtempSync(join(tmpdir(), "lookback-stix-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let counter = 0;
export async function load(content: unknown): Promise<IndicatorSet> {
  const path = join(root, String(counter++));
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return loadIntel([path]);
}

export const values = (set: IndicatorSet): string[] => set.indicators.map(({ value }) => value);
/** `object: reason`, the object's id cut to its type and first digits. */
export const listed = (set: IndicatorSet): string[] =>
  set.rejections.map(
    ({ object, text, reason, setAside }) =>
      `${setAside ? "(aside) " : ""}${(object ?? "").slice(0, (object ?? "").indexOf("--") + 6)} ${text} | ${reason}`,
  );

export const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
let next = 1;
export type StixObject = Record<string, unknown> & { id: string };
export function make(type: string, more: Record<string, unknown>): StixObject {
  return {
    type,
    spec_version: "2.1",
    id: `${type}--${uuid(next++)}`,
    created: "2021-07-20T00:00:00.000Z",
    modified: "2021-07-20T00:00:00.000Z",
    ...more,
  };
}
export const indicator = (pattern: string, more: Record<string, unknown> = {}): StixObject =>
  make("indicator", { pattern, pattern_type: "stix", valid_from: "2021-01-01T00:00:00Z", ...more });
export const bundle = (...objects: unknown[]): unknown => ({ type: "bundle", id: `bundle--${uuid(0)}`, objects });
export const relate = (source: StixObject, kind: string, target: StixObject): StixObject =>
  make("relationship", { relationship_type: kind, source_ref: source.id, target_ref: target.id });
export async function only(...objects: unknown[]): Promise<Indicator> {
  const set = await load(bundle(...objects));
  expect(set.indicators).toHaveLength(1);
  return set.indicators[0]!;
}
export async function assertion(...objects: unknown[]): Promise<Assertion> {
  const { assertions } = await only(...objects);
  expect(assertions).toHaveLength(1);
  return assertions[0]!;
}

export const IP = "[ipv4-addr:value = '192.0.2.1']";

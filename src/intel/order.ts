/** The order of a set, and its hash: the same whatever the order, the files and the spelling it was read from. */
import { createHash } from "node:crypto";
import { INDICATOR_TYPES, type Indicator } from "../model/indicator.js";

/** 2^21 indexes beside a 32-bit address fit the 53 bits of a number. */
const MAX_PACKED = 2 ** 21;

function firstOf(indicator: Indicator): number {
  return Number(indicator.range!.first);
}

/**
 * IPv4 by first address, then last. Address and index packed into one number: the typed array's own sort takes a tenth of the
 * time that a comparing one does, and comparing big integers takes seconds for a million.
 */
function sortIpv4(indicators: readonly Indicator[]): Indicator[] {
  const n = indicators.length;
  if (n > MAX_PACKED) return [...indicators].sort(compareRanges);
  const keys = new Float64Array(n);
  for (let i = 0; i < n; i++) keys[i] = firstOf(indicators[i]!) * MAX_PACKED + i;
  keys.sort();
  const sorted = new Array<Indicator>(n);
  let tied = false;
  for (let i = 0; i < n; i++) {
    sorted[i] = indicators[keys[i]! % MAX_PACKED]!;
    tied ||= i > 0 && Math.floor(keys[i]! / MAX_PACKED) === Math.floor(keys[i - 1]! / MAX_PACKED);
  }
  // Ranges that begin at the same address; nearly in order, which the stable sort makes use of.
  return tied ? sorted.sort(compareRanges) : sorted;
}

function compareRanges({ range: a }: Indicator, { range: b }: Indicator): number {
  if (a!.first !== b!.first) return a!.first < b!.first ? -1 : 1;
  return a!.last === b!.last ? 0 : a!.last < b!.last ? -1 : 1;
}

function compareValues({ value: a }: Indicator, { value: b }: Indicator): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By type, then by range or value. */
export function inOrder(indicators: Iterable<Indicator>): Indicator[] {
  const byType = new Map<string, Indicator[]>(INDICATOR_TYPES.map((type) => [type, []]));
  for (const indicator of indicators) byType.get(indicator.type)!.push(indicator);
  const sorted: Indicator[][] = [];
  for (const [type, list] of byType)
    sorted.push(
      type === "ipv4-addr" ? sortIpv4(list) : list.sort(type === "ipv6-addr" ? compareRanges : compareValues),
    );
  return ([] as Indicator[]).concat(...sorted);
}

/** SHA-256 over one line for each indicator in the set's order: type, value, role, validity, labels and what else tells, by tabs. */
export function hashIndicators(indicators: readonly Indicator[]): string {
  const hash = createHash("sha256");
  let lines = "";
  let labels: readonly string[] = [];
  let labelText = "[]";
  for (const i of indicators) {
    if (i.labels !== labels) {
      labels = i.labels;
      labelText = JSON.stringify(labels);
    }
    const exact = i.exact ? "\texact" : "";
    const benign = i.benign ? `\tbenign ${JSON.stringify(i.benign)}` : "";
    lines += `${i.type}\t${i.value}\t${i.role}\t${i.validFrom ?? ""}\t${i.validUntil ?? ""}\t${labelText}${exact}${benign}\n`;
    if (lines.length > 65_536) {
      hash.update(lines);
      lines = "";
    }
  }
  return hash.update(lines).digest("hex");
}

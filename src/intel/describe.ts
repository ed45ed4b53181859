/** Rows for showing a set: data only, the command line draws the table. */
import type { Indicator, IndicatorRole, IndicatorSet, IndicatorType, Tlp } from "../model/indicator.js";

export interface IndicatorRow {
  type: IndicatorType;
  value: string;
  role: IndicatorRole;
  /** RFC 3339, UTC; absent when open. */
  validFrom?: string;
  validUntil?: string;
  /** 0 to 100. */
  confidence?: number;
  tlp?: Tlp;
  labels: string[];
  /** What there is to know besides: `without subdomains`, `port 443`, `known-benign: …`. */
  remarks: string[];
  /** How many times it was said. */
  assertions: number;
  /** Where: the publisher's name for the feed or report, else the file. Sorted, unique. */
  feeds: string[];
}

function remarks({ hash, exact, ports, benign }: Indicator): string[] {
  return [
    ...(hash === undefined ? [] : [hash]),
    ...(exact ? ["without subdomains"] : []),
    ...(ports === undefined ? [] : [`${ports.length > 1 ? "ports" : "port"} ${ports.join(", ")}`]),
    ...(benign === undefined ? [] : [`known-benign: ${benign.join(", ")}`]),
  ];
}

function row(indicator: Indicator): IndicatorRow {
  const { type, value, role, validFrom, validUntil, confidence, tlp, labels, assertions } = indicator;
  return {
    type,
    value,
    role,
    ...(validFrom === undefined ? {} : { validFrom: new Date(validFrom).toISOString() }),
    ...(validUntil === undefined ? {} : { validUntil: new Date(validUntil).toISOString() }),
    ...(confidence === undefined ? {} : { confidence }),
    ...(tlp === undefined ? {} : { tlp }),
    labels,
    remarks: remarks(indicator),
    assertions: assertions.length,
    feeds: [...new Set(assertions.map((assertion) => assertion.feed ?? assertion.file))].sort(),
  };
}

/** In the set's order. */
export function describeSet(set: IndicatorSet): IndicatorRow[] {
  return set.indicators.map(row);
}

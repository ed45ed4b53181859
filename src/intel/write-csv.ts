/**
 * CSV (RFC 4180) that the CSV reader reads back to the same set: a row for each assertion, so that who said what stays apart. A column
 * for each kind of value, because a fingerprint or a user-agent does not tell by itself what it is.
 */
import type { Assertion, Indicator, IndicatorType } from "../model/indicator.js";
import { parseConfidence } from "./markings.js";
import { normalise } from "./normalise.js";
import { statedKind } from "./stated-types.js";
import { circumstances, flat, instant, lossesOf, lost, tagList } from "./write-common.js";
import type { Loss, Writer } from "./writer.js";

const VALUE_COLUMNS: readonly (readonly [string, readonly IndicatorType[]])[] = [
  ["ip", ["ipv4-addr", "ipv6-addr"]],
  ["domain", ["domain-name"]],
  ["url", ["url"]],
  ["email", ["email-addr"]],
  ["file_hash", ["file"]],
  ["ja3", ["ja3"]],
  ["ja3s", ["ja3s"]],
  ["ja4", ["ja4"]],
  ["user_agent", ["user-agent"]],
];
const HEADER: readonly string[] = [
  ...VALUE_COLUMNS.map(([name]) => name),
  "type",
  "role",
  "valid_from",
  "valid_until",
  "confidence",
  "tlp",
  "labels",
  "ports",
  "exact",
  "feed",
  "published",
  "comment",
  "uuid",
  "revision",
];

/** Cells that the reader takes for nothing. */
const EMPTY = /^(?:|-|null|none|nan|n\/a)$/i;
/** Spreadsheets take these for the beginning of a formula; after a space they do not, and readers trim it. */
const FORMULA = /^[=+\-@]/;

function quote(text: string): string {
  const safe = FORMULA.test(text) ? ` ${text}` : text;
  return /[",;\t\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Asked for the same feeds, dates and labels on every row. */
const known = new Map<string, boolean>();
const MAX_KNOWN = 10_000;

/** True for a text that the reader could take for a column of indicators: `abuse.ch` as the name of a feed. */
function readsAsValue(text: string): boolean {
  let reads = known.get(text);
  if (reads === undefined) {
    const result = normalise(text);
    reads = Array.isArray(result) || result.kind !== undefined;
    if (known.size < MAX_KNOWN && text.length < 200) known.set(text, reads);
  }
  return reads;
}

class Row {
  readonly losses: string[] = [];

  /** Free text, as it stands where that is safe. */
  text(text: string | undefined, what: string): string {
    if (text === undefined) return "";
    const one = flat(text);
    if (EMPTY.test(one)) {
      if (one !== "") this.losses.push(what);
      return "";
    }
    if (!readsAsValue(one)) return one;
    this.losses.push(`${what} without a word before it: it reads as an indicator`);
    return `about: ${one}`;
  }

  /** An entry before it that says nothing keeps a lone label from reading as a value. */
  labels(labels: readonly string[]): string {
    const { list, left } = tagList(labels);
    if (left.length > 0) this.losses.push("a label of its labels");
    return list !== "" && (readsAsValue(list) || /^\[|\]$/.test(list)) ? `-,${list},-` : list;
  }
}

/** The type that the publisher states, where reading by it gives the same; else the value's own. */
function typeCell({ statedType }: Assertion, { type, value }: Indicator): { cell: string; lost: boolean } {
  if (statedType === undefined) return { cell: type, lost: false };
  const kind = statedKind(statedType);
  const own = type === "ja3" || type === "ja3s" || type === "ja4" || type === "user-agent" ? type : undefined;
  const same = (kind?.as === undefined ? own === undefined : kind.as === type) && !kind?.digestLast;
  if (kind?.refused !== undefined || !same || readsAsValue(statedType) || EMPTY.test(flat(statedType)))
    return { cell: type, lost: statedType !== type };
  const back = normalise(value, kind?.as);
  return Array.isArray(back) && back[0]?.value === value
    ? { cell: flat(statedType), lost: flat(statedType) !== statedType }
    : { cell: type, lost: true };
}

/** The numbers of all assertions give the indicator's own, unless an analyst had the last word. */
function confidences({ confidence, assertions }: Indicator): string[] {
  const numbers = assertions.map((one) => (one.confidence === undefined ? undefined : parseConfidence(one.confidence)));
  const highest = numbers.reduce<number | undefined>((a, b) => (a === undefined || (b ?? -1) > a ? b : a), undefined);
  if (highest !== confidence) return assertions.map(() => (confidence === undefined ? "" : String(confidence)));
  return assertions.map((one, i) => (numbers[i] === undefined ? flat(one.confidence ?? "") : String(numbers[i])));
}

function rows(indicator: Indicator): { lines: string[]; losses: string[] } {
  const { type, value, role, validFrom, validUntil, ports, exact, assertions } = indicator;
  const row = new Row();
  const confidence = confidences(indicator);
  const said = new Set(assertions.flatMap(({ labels }) => labels));
  const given = indicator.labels.filter((label) => !said.has(label));
  const about = circumstances(indicator);
  const lines = assertions.map((assertion, i) => {
    const stated = typeCell(assertion, indicator);
    if (stated.lost) row.losses.push("its publisher's own type");
    const remarks = [assertion.comment, ...(i === 0 ? about : [])].filter((text) => text !== undefined);
    // The strictest of all is what counts, and an analyst's default stands in no assertion.
    const tlp = assertion.tlp ?? (i === 0 ? indicator.tlp : undefined);
    const cells = [
      ...VALUE_COLUMNS.map(([, types]) => (types.includes(type) ? value : "")),
      stated.cell,
      role === "unknown" ? "" : role,
      validFrom === undefined ? "" : instant(validFrom),
      validUntil === undefined ? "" : instant(validUntil),
      confidence[i]!,
      tlp ?? "",
      row.labels(i === 0 ? [...assertion.labels, ...given] : assertion.labels),
      ports === undefined ? "" : ports.join(" "),
      exact ? "yes" : "",
      row.text(assertion.feed, "who said it"),
      row.text(assertion.published, "when it was published"),
      row.text(remarks.length === 0 ? undefined : remarks.join(" | "), "the remarks on it"),
      row.text(assertion.object, "the object it comes from"),
      row.text(assertion.revision, "the object it comes from"),
    ];
    return cells.map(quote).join(",");
  });
  return { lines, losses: row.losses };
}

export const csvWriter: Writer = {
  id: "csv",
  write(indicators) {
    const losses: Loss[] = [];
    // The reader judges columns by the first rows: one of each kind stands there, whatever the order of the set.
    const leading: string[] = [];
    const lines: string[] = [];
    const seen = new Set<string>();
    for (const indicator of indicators) {
      if (indicator.type === "user-agent" && EMPTY.test(indicator.value)) {
        losses.push(lost(indicator, "the indicator"));
        continue;
      }
      const made = rows(indicator);
      const [first, ...others] = made.lines;
      (seen.has(indicator.type) ? lines : leading).push(first!);
      lines.push(...others);
      seen.add(indicator.type);
      for (const what of new Set(made.losses)) losses.push(lost(indicator, what));
      losses.push(...lossesOf(indicator, ["related"]));
    }
    return { text: `${[HEADER.join(","), ...leading, ...lines].join("\n")}\n`, losses };
  },
};

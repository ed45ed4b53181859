/** A first description of a log nobody has described: its layout by looking, its fields by their names and contents. */
import { findAddresses } from "../fallback/addresses.js";
import { splitColumns } from "../fallback/delimited.js";
import { timeOfValue } from "../fallback/find-time.js";
import { meaningOf, type Kind } from "../fallback/keys.js";
import { parseObject } from "../json-fields.js";
import { keyValues } from "../values.js";
import type { Layout } from "./description.js";
import { splitter } from "./split.js";

export interface Inferred {
  layout: Layout;
  /** In the log's order. */
  fields: InferredField[];
  /** Lines that the layout fits, of those looked at. */
  fits: number;
  lines: number;
}

export interface InferredField {
  name: string;
  /** What the name is taken for; undefined when neither name nor content tells. */
  field: string | undefined;
  isTime: boolean;
  /** Some of its values. */
  examples: string[];
  /** Its values are addresses, but nothing says whose. */
  isAddress: boolean;
}

const SEPARATORS = ["\t", ",", ";", "|"] as const;
/** Share of lines that must agree. */
const MOST = 0.8;
const MAX_FIELDS = 120;
const MAX_EXAMPLES = 3;
const MAX_TOKENS = 60;

function share(lines: readonly string[], test: (line: string) => boolean): number {
  return lines.length === 0 ? 0 : lines.filter(test).length / lines.length;
}

function mostCommon<T>(values: readonly T[]): { value: T; count: number } | undefined {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [best] = [...counts].sort((a, b) => b[1] - a[1]);
  return best && { value: best[0], count: best[1] };
}

/** Columns with the same number in most lines; the first line names them when it holds words alone. */
function columnLayout(lines: readonly string[]): Layout | undefined {
  for (const separator of SEPARATORS) {
    const widths = lines.map((line) => splitColumns(line, separator).length);
    const common = mostCommon(widths);
    if (!common || common.value < 3 || common.count < lines.length * MOST) continue;
    const first = splitColumns(lines[0]!, separator).map((name) => name.trim());
    const isHeader =
      first.every((name) => /^[A-Za-z_#][\w .\-/()#]{0,63}$/.test(name)) && new Set(first).size === first.length;
    if (isHeader) return { kind: "columns", separator };
    return { kind: "columns", separator, names: Array.from({ length: common.value }, (_, i) => `column${i + 1}`) };
  }
  return undefined;
}

const DATE = /^\[?\d{4}[-/.]\d{1,2}[-/.]\d{1,2}$|^\[?\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}$/;
const TIME_OF_DAY = /^\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,9})?\]?$/;
const TRIMMED = /^([[("'<]*)(.*?)([\])"'>,;:]*)$/s;

/** A name for what stands at one place of a sentence, by what stands there. */
function nameOf(token: string, taken: Set<string>): string {
  const bare = TRIMMED.exec(token)![2]!;
  const kind = DATE.test(bare)
    ? "date"
    : TIME_OF_DAY.test(bare) || timeOfValue(bare)
      ? "time"
      : findAddresses(bare).length > 0
        ? "address"
        : /^\d+$/.test(bare)
          ? "number"
          : "word";
  let name = kind;
  for (let n = 2; taken.has(name); n++) name = `${kind}${n}`;
  taken.add(name);
  return name;
}

function escaped(literal: string): string {
  return literal.replace(/[{}]/g, "$&$&");
}

/** Words parted by single blanks: what is the same in all lines of the usual length is literal text. */
function patternLayout(lines: readonly string[]): Layout | undefined {
  const rows = lines.map((line) => line.split(" "));
  const common = mostCommon(rows.map((row) => row.length));
  if (!common || common.value > MAX_TOKENS) return undefined;
  const same = rows.filter((row) => row.length === common.value);
  const taken = new Set<string>();
  const parts = same[0]!.map((token, i) => {
    if (same.every((row) => row[i] === token) && !/\d{2}/.test(token)) return escaped(token);
    const [, open = "", , close = ""] = TRIMMED.exec(token)!;
    const framed = same.every(
      (row) => row[i]!.startsWith(open) && row[i]!.endsWith(close) && row[i]!.length > open.length + close.length,
    );
    return framed ? `${escaped(open)}{${nameOf(token, taken)}}${escaped(close)}` : `{${nameOf(token, taken)}}`;
  });
  return taken.size === 0 ? undefined : { kind: "pattern", pattern: parts.join(" ") };
}

function layoutOf(lines: readonly string[]): Layout | undefined {
  if (share(lines, (line) => line.startsWith("{") && parseObject(line) !== undefined) >= MOST) return { kind: "json" };
  const columns = columnLayout(lines);
  const pairs = (separator: string) => (line: string) => Object.keys(keyValues(line, separator)).length >= 3;
  if (share(lines, pairs("")) >= MOST) {
    const commas = share(
      lines,
      (line) => Object.values(keyValues(line)).filter((value) => value.endsWith(",")).length >= 2,
    );
    return { kind: "key-value", ...(commas >= MOST ? { separator: "," } : {}) };
  }
  return columns ?? patternLayout(lines);
}

/** ECS names of the kinds that a user would write. */
const ECS: Readonly<Partial<Record<Kind, string>>> = {
  action: "event.action",
  event: "event.action",
  status: "http.response.status_code",
  user: "user.name",
  host: "host.name",
  transport: "network.transport",
  protocol: "network.protocol",
  direction: "network.direction",
  url: "url.original",
  method: "http.request.method",
  agent: "user_agent.original",
  forwarded: "network.forwarded_ip",
  question: "dns.question.name",
  answer: "dns.resolved_ip",
};

function ecsName(kind: Kind): string | undefined {
  if (/^(?:source|destination)\./.test(kind)) return kind;
  return ECS[kind];
}

/** Undefined when no layout fits. @param lines the file's first, empty ones and comments left out */
export function inferFormat(lines: readonly string[]): Inferred | undefined {
  const layout = layoutOf(lines);
  if (!layout) return undefined;
  const split = splitter(layout);
  const context = {
    path: "",
    firstLine: lines[0] ?? "",
    headerBefore: () => undefined,
    resolveTime: () => undefined,
  };
  const seen = new Map<string, InferredField>();
  let fits = 0;
  for (const line of lines) {
    const values = split(line, context, undefined);
    if (!values) continue;
    fits++;
    for (const [name, value] of values) {
      let known = seen.get(name);
      if (!known) {
        if (seen.size >= MAX_FIELDS) continue;
        const kind = meaningOf(name)?.kind;
        known = {
          name,
          field: kind && ecsName(kind),
          isTime: kind === "time" || kind === "date",
          examples: [],
          isAddress: false,
        };
        seen.set(name, known);
      }
      const text = String(value);
      if (text !== "" && !known.examples.includes(text) && known.examples.length < MAX_EXAMPLES)
        known.examples.push(text);
    }
  }
  for (const field of seen.values())
    field.isAddress = field.field === undefined && field.examples.some((text) => findAddresses(text).length > 0);
  return { layout, fields: [...seen.values()], fits, lines: lines.length };
}

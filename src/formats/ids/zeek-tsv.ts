/** Zeek logs in its own tab-separated form. The header lines (`#fields`, `#path`, …) say what the columns are. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { zeekEvent } from "./zeek-fields.js";
import { kindOfColumns } from "./zeek-signs.js";
import type { ZeekRecord } from "./zeek-record.js";

interface Schema {
  readonly fieldsLine: string;
  readonly separator: string;
  readonly columns: ReadonlyMap<string, number>;
  readonly width: number;
  readonly kind: string;
  readonly setSeparator: string;
  readonly unset: string;
  readonly empty: string;
}

/** `conn.log`, `conn.05:00:00-06:00:00.log.gz` and `conn_20210304.log` are all `conn`. */
export function kindOfPath(path: string): string {
  const file = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  return /^(?:x509|[a-z]+(?:_[a-z]+)*)/.exec(file)?.[0] ?? "";
}

const schemas = new WeakMap<LineContext, Schema>();

function schemaFor(context: LineContext): Schema | undefined {
  const fieldsLine = context.headerBefore("#fields");
  if (fieldsLine === undefined || fieldsLine.length < 9) return undefined;
  const known = schemas.get(context);
  // Files of one log follow each other with the same header; a new #fields line means a new schema.
  if (known?.fieldsLine === fieldsLine) return known;
  const separator = fieldsLine[7]!;
  const names = fieldsLine.trimEnd().split(separator).slice(1);
  const header = (name: string, otherwise: string): string => {
    const line = context.headerBefore(`#${name}`);
    return line === undefined ? otherwise : line.slice(name.length + 2);
  };
  const schema: Schema = {
    fieldsLine,
    separator,
    columns: new Map(names.map((name, i) => [name, i])),
    width: names.length,
    kind: header("path", kindOfColumns(new Set(names)) ?? kindOfPath(context.path)).trim(),
    setSeparator: header("set_separator", ",") || ",",
    unset: header("unset_field", "-"),
    empty: header("empty_field", "(empty)"),
  };
  schemas.set(context, schema);
  return schema;
}

/** The ASCII writer escapes separators and control characters as `\xHH` and a backslash as `\\`. */
function unescape(value: string): string {
  if (!value.includes("\\")) return value;
  return value.replace(/\\(?:x([0-9a-fA-F]{2})|(\\))/g, (whole, hex: string | undefined) => {
    if (hex === undefined) return "\\";
    const code = parseInt(hex, 16);
    return code < 0x80 ? String.fromCharCode(code) : whole;
  });
}

function reader(schema: Schema, values: readonly string[]): ZeekRecord {
  const raw = (name: string): string | undefined => {
    const column = schema.columns.get(name);
    const value = column === undefined ? undefined : values[column];
    return value === undefined || value === "" || value === schema.unset || value === schema.empty ? undefined : value;
  };
  return {
    kind: schema.kind,
    text: (name) => {
      const value = raw(name);
      return value === undefined ? undefined : unescape(value);
    },
    list: (name) =>
      raw(name)
        ?.split(schema.setSeparator)
        .filter((part) => part !== "" && part !== schema.unset)
        .map(unescape) ?? [],
    flag: (name) => {
      const value = raw(name);
      return value === "T" ? true : value === "F" ? false : undefined;
    },
  };
}

const HEADER = /^#(?:separator|set_separator|empty_field|unset_field|path|open|close|fields|types)[\t ]/;

function parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
  if (line.startsWith("#"))
    return HEADER.test(line) ? { event: {}, outcome: "unknown", initiator: "unknown" } : undefined;
  if (!context.firstLine.startsWith("#") && !line.includes("\t")) return undefined;
  const schema = schemaFor(context);
  if (!schema) return undefined;
  const values = line.split(schema.separator);
  if (values.length !== schema.width) return undefined;
  return zeekEvent(reader(schema, values), context, envelope);
}

export const zeekTsv: Format = {
  id: "zeek.tsv",
  title: "Zeek logs, tab-separated",
  reference: "https://docs.zeek.org/en/master/log-formats.html",
  parse,
};

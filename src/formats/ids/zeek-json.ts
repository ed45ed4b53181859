/** Zeek logs as JSON, one object a line: Zeek's own writer, json-streaming-logs and Corelight, dotted, nested or underscored names. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { list, object, parseObject, string, type Json } from "../json-fields.js";
import { zeekEvent } from "./zeek-fields.js";
import type { ZeekRecord } from "./zeek-record.js";
import { SIGNS } from "./zeek-signs.js";
import { kindOfPath } from "./zeek-tsv.js";

const KINDS: ReadonlySet<string> = new Set(SIGNS.map(([kind]) => kind));

/** A name as written, with its dots as underscores, or as nested objects. */
function field(record: Json, name: string): unknown {
  if (name in record) return record[name];
  const dot = name.indexOf(".");
  if (dot < 0) return undefined;
  const underscored = record[name.replaceAll(".", "_")];
  return underscored ?? object(record[name.slice(0, dot)])?.[name.slice(dot + 1)];
}

function reader(record: Json, kind: string): ZeekRecord {
  return {
    kind,
    text: (name) => string(field(record, name)),
    list: (name) => {
      const value = field(record, name);
      if (typeof value === "string") return value === "" ? [] : [value];
      return list(value).flatMap((item) => string(item) ?? []);
    },
    flag: (name) => {
      const value = field(record, name);
      return typeof value === "boolean" ? value : value === "T" ? true : value === "F" ? false : undefined;
    },
  };
}

/** Names that no other JSON log has beside `ts`. */
const LITERALS = [
  '"_path"',
  '"id.orig_h"',
  '"id_orig_h"',
  '"orig_h"',
  '"uid"',
  '"fuid"',
  '"tx_hosts"',
  '"note"',
  '"conn_uids"',
];

function parse(line: string, context: LineContext, envelope?: EnvelopeFields, parsed?: Json): FormatResult | undefined {
  if (line.charCodeAt(0) !== 123 || !line.includes('"ts"')) {
    // loaded_scripts and the like have a path and no time.
    if (line.charCodeAt(0) !== 123 || !line.startsWith('{"_path":"')) return undefined;
  }
  const fromName = LITERALS.some((literal) => line.includes(literal)) ? undefined : kindOfPath(context.path);
  // Without a name of its own, only the file's name can say that `{"ts":…,"host":…}` is Zeek's.
  if (fromName !== undefined && !/^(?:known_|software|x509|ocsp|pe$|stats|capture_loss|dhcp)/.test(fromName)) {
    if (!SIGNS.some(([, names]) => names.length > 1 && names.every((name) => line.includes(`"${name}"`))))
      return undefined;
  }
  const record = parsed ?? parseObject(line);
  if (!record) return undefined;
  const stated = string(record["_path"]);
  const inferred = SIGNS.find(([, names]) => names.every((name) => field(record, name) !== undefined))?.[0];
  const named = kindOfPath(context.path);
  const kind = stated ?? inferred ?? fromName ?? (KINDS.has(named) ? named : "unknown");
  if (
    stated === undefined &&
    inferred === undefined &&
    fromName === undefined &&
    field(record, "id.orig_h") === undefined
  )
    return undefined;
  return zeekEvent(reader(record, kind), context, envelope);
}

export const zeekJson: Format = {
  id: "zeek.json",
  title: "Zeek logs, JSON",
  reference: "https://docs.zeek.org/en/master/log-formats.html",
  json: true,
  parse,
};

/**
 * PAN-OS writes its logs as columns in a fixed order, one order a type. The first seven are the same in all:
 * future use, receive time, serial number, type, subtype, future use, generated time. Positions count from 0.
 * Source: https://docs.paloaltonetworks.com/pan-os/11-1/pan-os-admin/monitoring/use-syslog-for-monitoring/syslog-field-descriptions
 */
import type { ParsedTime } from "../format.js";
import { splitColumns } from "../fallback/delimited.js";
import { parseIsoTime } from "../time.js";
import type { Fields } from "./keyed.js";
import { wordTable } from "../../model/word-table.js";

type Columns = Readonly<Record<number, string>>;

/** What traffic, threat and decryption logs have in common. Names are the slots of `keyed.ts`. */
const SESSION: Columns = {
  7: "src",
  8: "dst",
  9: "snat",
  10: "dnat",
  11: "rule",
  12: "user",
  14: "protocol",
  24: "sport",
  25: "dport",
  26: "snatport",
  27: "dnatport",
  29: "transport",
  30: "action",
};

const TRAFFIC: Columns = {
  ...SESSION,
  32: "sbytes",
  33: "dbytes",
  36: "duration",
  44: "spackets",
  45: "dpackets",
  46: "reason",
  52: "device",
};

export const COLUMNS: Readonly<Record<string, Columns>> = wordTable<Columns>({
  TRAFFIC,
  THREAT: {
    ...SESSION,
    31: "misc",
    32: "threat",
    35: "way",
    46: "agent",
    48: "forwarded",
    49: "referrer",
    59: "device",
    63: "method",
  },
  DECRYPTION: SESSION,
  TUNNEL: TRAFFIC,
  SCTP: { ...SESSION, 52: "device" },
  GTP: SESSION,
  USERID: { 8: "src", 9: "user", 11: "event", 17: "origin", 24: "device" },
  AUTH: { 8: "src", 9: "user", 18: "message", 20: "event" },
  AUTHENTICATION: { 8: "src", 9: "user", 18: "message", 20: "event" },
  HIPMATCH: { 7: "user", 9: "sname", 11: "src", 12: "rule", 23: "device" },
  "HIP-MATCH": { 7: "user", 9: "sname", 11: "src", 12: "rule", 23: "device" },
  CORRELATION: { 7: "src", 8: "user" },
  SYSTEM: { 8: "event", 14: "message", 22: "device" },
  CONFIG: { 7: "src", 9: "action", 10: "user", 12: "result", 21: "device" },
  IPTAG: { 8: "tagged" },
  GLOBALPROTECT: {
    8: "event",
    9: "stage",
    12: "user",
    14: "sname",
    15: "src",
    16: "src6",
    17: "snat",
    18: "snat6",
    25: "reason",
    26: "error",
    28: "status",
  },
});

/** The line's beginning, after any header: nothing else begins so. The subtype tells an older URL log from a threat. */
const MARK = /(?:^|[\s"])(\d{0,2},\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d,[^,]{0,40},([A-Z-]{3,16}),)/;

/** Of which one stands in every line. */
export const PANOS_MARKS: readonly string[] = Object.keys(COLUMNS).map((type) => `,${type},`);

/** Where a PAN-OS line begins and its type; undefined for a foreign line. */
export function findPanos(line: string): { start: number; type: string } | undefined {
  const m = MARK.exec(line.length > 512 ? line.slice(0, 512) : line);
  if (!m || !Object.hasOwn(COLUMNS, m[2]!)) return undefined;
  return { start: m.index + m[0].length - m[1]!.length, type: m[2]! };
}

/** The named columns of a line, and `type`, `subtype`, `received`, `generated`, and `fine`: the generated time with its zone (PAN-OS 10). */
export function readPanos(line: string, start: number, type: string): Fields {
  const values = splitColumns(line.slice(start), ",");
  const out: Record<string, string> = Object.create(null) as Record<string, string>;
  out["type"] = type;
  out["subtype"] = values[4] ?? "";
  out["received"] = values[1] ?? "";
  out["generated"] = values[6] ?? "";
  for (const [at, name] of Object.entries(COLUMNS[type]!)) out[name] = values[Number(at)] ?? "";
  const wall = out["generated"].replaceAll("/", "-").replace(" ", "T");
  // It stands late in the line, behind text of the visitor's: only one that says the same wall time is it.
  const fine = values.find(
    (value, i) => i > 20 && value.length < 40 && value.startsWith(`${wall}.`) && /[+-]\d\d:\d\d$/.test(value),
  );
  if (wall.length === 19 && fine !== undefined) out["fine"] = fine;
  return out;
}

export function panosTime(fields: Fields): ParsedTime | undefined {
  return (
    (fields["fine"] === undefined ? undefined : parseIsoTime(fields["fine"])) ??
    parseIsoTime(fields["generated"] ?? "") ??
    parseIsoTime(fields["received"] ?? "")
  );
}

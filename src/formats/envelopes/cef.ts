import type { Endpoint } from "../../model/event.js";
import { Facts } from "../fallback/facts.js";
import { findTime, timeOfValue } from "../fallback/find-time.js";
import { meaningOf, type Kind, type Meaning } from "../fallback/keys.js";
import type { Format, FormatResult, LineContext } from "../format.js";
import { wordTable } from "../../model/word-table.js";

/** Where CEF's dictionary means what the table of names does not say. `in` and `out` count from the source's side. */
const KEYS: Readonly<Record<string, Kind>> = wordTable({
  src: "source.ip",
  sourceAddress: "source.ip",
  spt: "source.port",
  sourcePort: "source.port",
  shost: "source.domain",
  sourceHostName: "source.domain",
  sourceTranslatedAddress: "source.nat.ip",
  sourceTranslatedPort: "source.nat.port",
  dst: "destination.ip",
  destinationAddress: "destination.ip",
  dpt: "destination.port",
  destinationPort: "destination.port",
  dhost: "destination.domain",
  destinationHostName: "destination.domain",
  destinationTranslatedAddress: "destination.nat.ip",
  destinationTranslatedPort: "destination.nat.port",
  in: "source.bytes",
  bytesIn: "source.bytes",
  out: "destination.bytes",
  bytesOut: "destination.bytes",
  act: "action",
  deviceAction: "action",
  outcome: "action",
  eventOutcome: "action",
  proto: "transport",
  app: "protocol",
  request: "url",
  requestUrl: "url",
  requestMethod: "method",
  requestClientApplication: "agent",
  suser: "user",
  duser: "user",
  sourceUserName: "user",
  destinationUserName: "user",
});
/** Not ends of the traffic: the device, its agent, and who wrote what. */
const NOT_READ =
  /^(?:dvc|dvchost|dvcmac|agent\w*|ahost|agt|at|av|aid|art|atz|smac|dmac|deviceAddress|deviceHostName|cat|fname|filePath|cs\d|cn\d|cfp\d|c6a\d|flexString\d|flexDate\d|deviceCustom\w*|rt|start|end|deviceReceiptTime|startTime|endTime|msg|reason|requestContext|requestCookies|oldFile\w*|type|externalId)$/;
const TIMES = ["rt", "deviceReceiptTime", "end", "start", "endTime", "startTime"];
/** What custom fields may say, by their label. */
const LABELLED =
  /^(?:source|destination)\.(?:ip|nat\.ip|nat\.port)$|^(?:forwarded|answer|question|url|asked\.\w+|hash\.\w+|tls\.\w+)$/;
const MOST_KEYS = 256;

export interface CefRecord {
  /** Vendor, product, version, event class, name, severity. */
  header: readonly string[];
  extension: ReadonlyMap<string, string>;
  /** Where the header began. */
  start: number;
}

/** The seven fields before the extension: `\|` and `\\` are escaped. Undefined when fewer stand there. */
function readHeader(text: string, from: number): { fields: string[]; end: number } | undefined {
  const fields: string[] = [];
  let field = "";
  let i = from;
  for (; i < text.length && fields.length < 7; i++) {
    const c = text[i]!;
    if (c === "\\" && (text[i + 1] === "|" || text[i + 1] === "\\")) field += text[++i]!;
    else if (c === "|") {
      fields.push(field.trim());
      field = "";
    } else field += c;
    if (field.length > 1024) return undefined;
  }
  // A record without an extension may lack the last bar.
  if (fields.length === 6) fields.push(field.trim());
  return fields.length === 7 ? { fields, end: i } : undefined;
}

/**
 * `key=value` with values that hold spaces: a value ends where the next key begins. An equals sign in a value is escaped; one that is
 * not begins a pair only where a space and a name stand before it.
 */
export function readExtension(text: string): Map<string, string> {
  const out = new Map<string, string>();
  const key = /(?:^|[\s|])([A-Za-z_][\w.[\]-]{0,63})=/g;
  let name: string | undefined;
  let start = 0;
  const put = (end: number): void => {
    if (name === undefined || out.has(name)) return;
    out.set(
      name,
      text
        .slice(start, end)
        .trim()
        .replace(/\\([=\\|nr])/g, (_, c: string) => (c === "n" || c === "r" ? " " : c)),
    );
  };
  for (let m = key.exec(text); m && out.size < MOST_KEYS; m = key.exec(text)) {
    put(m.index);
    name = m[1]!;
    start = key.lastIndex;
  }
  put(text.length);
  return out;
}

/** Finds a CEF record in a line: at its start, or after a header that no envelope knew. */
export function readCef(line: string): CefRecord | undefined {
  const at = line.startsWith("CEF:") ? 0 : line.slice(0, 300).indexOf("CEF:");
  if (at < 0 || !/^CEF: ?\d(?:\.\d)?\|/.test(line.slice(at, at + 10))) return undefined;
  // In another record's quotes it is a text that somebody sent.
  if (at > 0 && /["'{=]/.test(line.slice(0, at))) return undefined;
  const header = readHeader(line, at);
  if (!header) return undefined;
  return { header: header.fields.slice(1), extension: readExtension(line.slice(header.end)), start: at };
}

/** `Palo Alto Networks` to `palo-alto-networks`. */
export function slug(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "")
      .slice(0, 64) || "unknown"
  );
}

/** Gives a record's fields to `facts`: by CEF's dictionary, then by the names of any log. */
export function takeFields(
  fields: ReadonlyMap<string, string>,
  facts: Facts,
  dictionary: Readonly<Record<string, Kind>>,
  skip: RegExp,
): void {
  for (const [key, value] of fields) {
    const kind = dictionary[key];
    const meaning: Meaning | undefined = kind
      ? { kind, rank: 8, ...(kind === "url" ? { asked: true } : {}) }
      : skip.test(key)
        ? undefined
        : meaningOf(key);
    if (meaning && meaning.kind !== "message") facts.field(key, meaning, value);
  }
}

/** `cs1=…` with `cs1Label=…`: the label is the name. `c6a2` and `c6a3` are the IPv6 ends. */
function takeLabelled(fields: ReadonlyMap<string, string>, facts: Facts): void {
  for (const [key, label] of fields) {
    if (!key.endsWith("Label")) continue;
    const value = fields.get(key.slice(0, -5));
    const meaning = value === undefined ? undefined : meaningOf(label);
    if (!meaning || !LABELLED.test(meaning.kind)) continue;
    facts.field(label, { kind: meaning.kind, rank: 4 }, value!);
  }
  const sixes: Readonly<Record<string, Kind>> = { c6a2: "source.ip", c6a3: "destination.ip" };
  for (const [key, kind] of Object.entries(sixes)) {
    const value = fields.get(key);
    if (value !== undefined) facts.field(key, { kind, rank: 7 }, value);
  }
}

/** Fills in what CEF and LEEF headers share, and the direction of the device. */
export function describeHeader(
  result: FormatResult,
  of: "cef" | "leef",
  vendor: string,
  product: string,
  event: { host?: string | undefined; hostIp?: string | undefined },
): FormatResult {
  result.event.event = { ...result.event.event, dataset: `${of}.${slug(vendor)}.${slug(product)}` };
  result.event.observer = { ...result.event.observer };
  const { observer } = result.event;
  if (event.host !== undefined && /^[\w.:-]{1,255}$/.test(event.host)) observer.name = event.host;
  if (event.hostIp !== undefined && /^[0-9A-Fa-f:.]{2,45}$/.test(event.hostIp)) observer.ip ??= event.hostIp;
  if (vendor !== "") observer.vendor = vendor.slice(0, 128);
  if (product !== "") observer.product = product.slice(0, 128);
  return result;
}

function timeOf(record: CefRecord, line: string, context: LineContext): number | undefined {
  for (const key of TIMES) {
    const value = record.extension.get(key);
    const time = timeOfValue(value);
    const ms = time && context.resolveTime(time);
    if (ms !== undefined) return ms;
  }
  const time = record.start > 0 ? findTime(line.slice(0, record.start))?.time : undefined;
  return time && context.resolveTime(time);
}

export const cef: Format = {
  id: "cef",
  title: "ArcSight common event format, any vendor",
  reference:
    "https://www.microfocus.com/documentation/arcsight/arcsight-smartconnectors-8.4/pdfdoc/cef-implementation-standard/cef-implementation-standard.pdf",
  marks: ["CEF:"],
  parse(line, context) {
    const record = readCef(line);
    if (!record) return undefined;
    const [vendor = "", product = "", , , name = ""] = record.header;
    const { extension } = record;
    const facts = new Facts();
    takeFields(extension, facts, KEYS, NOT_READ);
    takeLabelled(extension, facts);
    const way = extension.get("deviceDirection");
    if (way === "0" || way === "1")
      facts.field("deviceDirection", { kind: "direction", rank: 6 }, way === "0" ? "inbound" : "outbound");
    facts.field("name", { kind: "event", rank: 2 }, name);
    const result = facts.result(`${name} ${extension.get("cat") ?? ""} ${extension.get("msg") ?? ""}`, context);
    const timestamp = timeOf(record, line, context);
    if (timestamp !== undefined) result.event.timestamp = timestamp;
    sameEnds(result);
    return describeHeader(result, "cef", vendor, product, {
      host: extension.get("dvchost") ?? extension.get("deviceHostName"),
      hostIp: extension.get("dvc") ?? extension.get("deviceAddress"),
    });
  },
};

/** Some products fill both ends with one address: then it is not known which it was. */
function sameEnds(result: FormatResult): void {
  const { source, destination } = result.event;
  if (source?.ip === undefined || source.ip !== destination?.ip) return;
  const rest: Endpoint = { ...destination };
  delete rest.ip;
  if (Object.keys(rest).length > 0) result.event.destination = rest;
  else delete result.event.destination;
}

/**
 * W3C extended log files: IIS (web, FTP, SMTP), HTTP.sys errors, Windows Firewall, Blue Coat ProxySG, TMG, CloudFront, and
 * any other product with a `#Fields:` line. The fields may change in mid-file, so the nearest header before the line counts.
 * Dates are UTC by the specification; the Windows Firewall writes local time.
 */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { canonicalIp } from "../../model/ip.js";
import { DEFAULT_LAYOUTS, FIELD_SLOTS, type Slot } from "./w3c-fields.js";
import { kindOf, KINDS, type Kind, type Row } from "./w3c-kinds.js";

/** A header line, understood: which column is what. */
interface Layout {
  readonly slots: readonly (Slot | undefined)[];
  readonly separator: " " | "\t";
  readonly kind: Kind;
  /** The layout's name when it was not stated by a header. */
  readonly assumed?: string;
}

const DATED = /^\d{4}-\d\d-\d\d[ \t]\d\d:\d\d:\d\d(?:\.\d{1,6})?[ \t]/;
/** A date and then what W3C logs have third: an address, a site, a firewall's action, milliseconds, an edge location. */
const LIKELY =
  /^\d{4}-\d\d-\d\d[ \t]\d\d:\d\d:\d\d(?:\.\d{1,6})?[ \t](?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,41}(?:%\w{1,16})?|\d{1,9}|(?:W3SVC|SMTPSVC|MSFTPSVC|FTPSVC)\d{1,9}|ALLOW|DROP|OPEN|OPEN-INBOUND|CLOSE|[A-Z]{3}\d{1,3}(?:-\w{1,8}){0,2})[ \t]/;
/** Longest line tried against every default layout. */
const LONGEST_BARE = 16_384;
const DIRECTIVE = /^#(?:Software|Version|Fields|Date|Start-Date|End-Date|Remark|Time Format):/;

export const w3c: Format = {
  id: "w3c.extended",
  title: "W3C extended log: IIS, HTTP.sys, Windows Firewall, ProxySG, TMG, CloudFront",
  reference: "https://www.w3.org/TR/WD-logfile.html",
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (line[0] === "#")
      return DIRECTIVE.test(line) ? { event: {}, outcome: "unknown", initiator: "unknown" } : undefined;
    const dated = DATED.test(line);
    // Looking for a header may mean reading back through the file, so a line must look like W3C's first. Other orders (a
    // clock without a date, the client first) are read only in a file that opens as a W3C log does.
    if (!context.firstLine.startsWith("#") && !LIKELY.test(line)) return undefined;
    const header = context.headerBefore("#Fields:");
    // Exchange's own logs (message tracking, HttpProxy) name their fields so, but are comma-separated: the fallback reads those.
    if (header?.includes(",")) return undefined;
    const stated = header === undefined ? undefined : layoutOf(header, context.headerBefore("#Software:") ?? "");
    const row = stated && readRow(line, stated);
    if (stated && row && plausible(row)) return KINDS[stated.kind](row, context, envelope);
    if (dated && line.length <= LONGEST_BARE) {
      // No header, or one that this line does not bear out (files joined, headers lost in rotation).
      for (const layout of defaultLayouts()) {
        const read = readRow(line, layout);
        const out = read && fits(read, layout) ? KINDS[layout.kind](read, context, envelope) : undefined;
        if (!out) continue;
        const why = stated ? "the line does not fit the #Fields header" : "no #Fields header";
        return { ...out, notes: [...(out.notes ?? []), `${why}: read as the default layout of ${layout.assumed!}`] };
      }
    }
    return stated && row && KINDS[stated.kind](row, context, envelope);
  },
};

const layouts = new Map<string, Layout | undefined>();

/** Headers repeat in every file, so each is worked out once. */
function layoutOf(header: string, software: string): Layout | undefined {
  const key = `${software}\n${header}`;
  if (layouts.has(key)) return layouts.get(key);
  const fields = header.slice("#Fields:".length).trim();
  const layout = fields === "" || fields.length > 8192 ? undefined : buildLayout(fields, software);
  if (layouts.size > 256) layouts.clear();
  layouts.set(key, layout);
  return layout;
}

function buildLayout(fields: string, software: string, separator?: " " | "\t", assumed?: string): Layout {
  // TMG's names hold spaces and are divided by tabs.
  const names = (fields.includes("\t") ? fields.split("\t") : fields.split(/ +/)).map((f) => f.trim().toLowerCase());
  const slots = names.map((name) => FIELD_SLOTS[name]);
  const kind = kindOf(software, new Set(names));
  const base: Layout = {
    slots,
    kind,
    separator: separator ?? (fields.includes("\t") || kind === "cloudfront" ? "\t" : " "),
  };
  return assumed === undefined ? base : { ...base, assumed };
}

let defaults: readonly Layout[] | undefined;
function defaultLayouts(): readonly Layout[] {
  defaults ??= DEFAULT_LAYOUTS.map((d) => buildLayout(d.fields, "", d.separator, d.name));
  return defaults;
}

/** Values by slot. Undefined when the line has so few that it is not of this layout. */
function readRow(line: string, layout: Layout): Row | undefined {
  const { slots } = layout;
  const values = fold(divide(line, layout), layout);
  // A line cut short still tells who came, if it holds at least date, time and an address.
  if (values.length < Math.min(slots.length, 3)) return undefined;
  if (layout.assumed !== undefined && values.length !== slots.length) return undefined;
  const row: Row = {};
  for (let i = 0; i < slots.length && i < values.length; i++) {
    const slot = slots[i];
    const value = bare(values[i]!);
    if (slot !== undefined && value !== "-" && value !== "" && row[slot] === undefined) row[slot] = value;
  }
  return row;
}

/** Without its quotes, and without the link that wikis and chats make of an address on the way (`[a](http://a)`). */
function bare(value: string): string {
  if (value.startsWith('"')) return value.replace(/^"(.*)"$/, "$1");
  return value.startsWith("[") ? value.replace(/^\[([^\]]{1,64})\]\(https?:[^)]{1,80}\)$/, "$1") : value;
}

/** Tabs where the line has them; else spaces, with `"quoted values"` kept whole when plain division gives too many. */
function divide(line: string, layout: Layout): string[] {
  const wanted = layout.slots.length;
  if (layout.separator === "\t" || (line.includes("\t") && !line.includes(" "))) {
    const byTab = line.split("\t", wanted + 64);
    if (byTab.length > 1) return byTab.map((v) => v.trim());
  }
  const plain = line.trimEnd().split(" ", wanted + 512);
  if (plain.length === wanted || !line.includes('"')) return plain.includes("") ? plain.filter((v) => v !== "") : plain;
  const out: string[] = [];
  const word = /"((?:[^"]|"")*)"(?= |$)|(\S+)/g;
  for (let m = word.exec(line); m && out.length < wanted + 512; m = word.exec(line))
    out.push(m[1] === undefined ? m[2]! : m[1].replaceAll('""', '"'));
  return out;
}

/** More values than fields: a URL that was logged with its spaces. The surplus belongs to the URL. */
function fold(values: string[], layout: Layout): string[] {
  const surplus = values.length - layout.slots.length;
  if (surplus <= 0 || layout.separator === "\t") return values;
  const at = (["url", "stem", "query"] as const).map((slot) => layout.slots.indexOf(slot)).find((i) => i >= 0);
  if (at === undefined) return values;
  return [...values.slice(0, at), values.slice(at, at + surplus + 1).join(" "), ...values.slice(at + surplus + 1)];
}

const ADDRESS_SLOTS: readonly Slot[] = ["clientIp", "serverIp", "sourceIp", "destinationIp"];
const PORT_SLOTS: readonly Slot[] = ["clientPort", "serverPort", "sourcePort", "destinationPort"];

/** Whether the values that are there are what their fields say. */
function plausible(row: Row): boolean {
  for (const slot of ADDRESS_SLOTS) if (row[slot] !== undefined && canonicalIp(row[slot]) === undefined) return false;
  for (const slot of PORT_SLOTS) if (row[slot] !== undefined && !/^\d{1,5}$/.test(row[slot])) return false;
  return row.status === undefined || /^\d{1,5}$/.test(row.status);
}

/** Without a header, the shape must bear the layout out: addresses are addresses, ports ports, the status three digits. */
function fits(row: Row, layout: Layout): boolean {
  if (!plausible(row) || (row.status !== undefined && !/^\d{3}$/.test(row.status))) return false;
  if (ADDRESS_SLOTS.some((slot) => layout.slots.includes(slot) && row[slot] === undefined)) return false;
  if (layout.slots.includes("status") && layout.kind !== "httperr" && row.status === undefined) return false;
  if (row.method !== undefined && !/^[\w-]{1,32}$/.test(row.method)) return false;
  return row.forwarded === undefined || /^[\w.:,+%[\]-]+$/.test(row.forwarded);
}

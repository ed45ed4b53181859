import { timeOfValue } from "../fallback/find-time.js";
import { splitColumns } from "../fallback/delimited.js";
import type { Envelope, EnvelopeFields } from "../format.js";
import { isHost } from "./header.js";

/** The column that holds a whole line, by the products that export one; and those beside it. */
const LINE =
  /^(?:_raw|@message|rawdata|raw|raw_message|rawmessage|syslogmessage|original_message|event\.original|line|message|log)$/i;
const TIME = /^(?:_time|@timestamp|timestamp|timegenerated(?: \[utc\])?|eventtime|time|date)$/i;
const HOST = /^(?:host|hostname|computer|source|host\.name)$/i;
const LONGEST_HEADER = 8192;

interface Columns {
  readonly names: readonly string[];
  /** The one that holds the line. */
  readonly at: number;
  readonly delimiter: string;
}

/** Every line of a source is asked about the same header. */
let last: { readonly header: string; readonly columns: Columns | undefined } = { header: "", columns: undefined };

function columnsOf(header: string): Columns | undefined {
  if (header.length > LONGEST_HEADER || !/_raw|mess|line|log|raw/i.test(header)) return undefined;
  const delimiter = [",", ";", "\t"].find((c) => header.includes(c));
  // A header holds names only.
  if (delimiter === undefined || !/^["\w@.,;\t [\]()/:-]{4,8192}$/.test(header) || /\d:\d|\d\.\d/.test(header))
    return undefined;
  const names = splitColumns(header, delimiter).map((name) => name.trim());
  const at = names.findIndex((name) => LINE.test(name));
  return at < 0 || names.length < 2 ? undefined : { names, at, delimiter };
}

/**
 * Splunk's CSV export (`_raw`), Kibana, Graylog, Sentinel and CloudWatch tables: a header names the column that is another program's
 * line. Only rows on one line are read.
 */
export const csvColumn: Envelope = {
  id: "csv-export",
  title: "CSV export with a column of raw lines (Splunk, Kibana, Graylog, Sentinel, CloudWatch)",
  reference: "https://docs.splunk.com/Documentation/Splunk/latest/Search/Exportsearchresults",
  beside: true,
  unwrap(line, context) {
    const header = context.firstLine;
    if (header !== last.header) last = { header, columns: columnsOf(header) };
    const { columns } = last;
    if (!columns || header === line) return undefined;
    const { names, at, delimiter } = columns;
    const values = splitColumns(line, delimiter);
    const message = values[at]?.trim();
    // Unquoted lines with the delimiter in them make columns more.
    if (message === undefined || message === "" || Math.abs(values.length - names.length) > 1) return undefined;
    const fields: EnvelopeFields = {};
    const stated = values[names.findIndex((name) => TIME.test(name))];
    const time = timeOfValue(stated);
    const timestamp = time && context.resolveTime(time);
    if (timestamp !== undefined) fields.timestamp = timestamp;
    const host = values[names.findIndex((name) => HOST.test(name))];
    if (host !== undefined && isHost(host)) fields.hostname = host;
    return { fields, message };
  },
};

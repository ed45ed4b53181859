/** W3C fields as JSON, one object a line: CloudFront's standard logs v2, and IIS or proxy logs that a shipper (NXLog, Logstash) took apart. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { string, type Json } from "../json-fields.js";
import { addressAndPort } from "../values.js";
import { FIELD_SLOTS, type Slot } from "./w3c-fields.js";
import { kindOf, KINDS, type Row } from "./w3c-kinds.js";

const MARKS = ["c-ip", "c_ip"] as const;
const ALSO = ["cs-method", "cs_method", "sc-status", "sc_status", "cs-uri-stem", "cs_uri_stem"] as const;

export const w3cJson: Format = {
  id: "w3c.json",
  title: "W3C extended log fields as JSON: CloudFront v2, shipped IIS and proxy logs",
  reference: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html",
  json: true,
  parse(_line: string, context: LineContext, envelope?: EnvelopeFields, record?: Json): FormatResult | undefined {
    if (!record || !MARKS.some((name) => name in record) || !ALSO.some((name) => name in record)) return undefined;
    const row: Row = {};
    const names = new Set<string>();
    for (const key of Object.keys(record).slice(0, 256)) {
      const name = key.toLowerCase();
      const plain = name in FIELD_SLOTS ? name : name.replaceAll("_", "-");
      names.add(plain);
      const slot: Slot | undefined = FIELD_SLOTS[plain];
      const value = string(record[key]);
      if (slot !== undefined && value !== undefined && value !== "-" && row[slot] === undefined) row[slot] = value;
    }
    if (row.clientIp !== undefined && addressAndPort(row.clientIp).ip === undefined) return undefined;
    return KINDS[kindOf("", names)](row, context, envelope);
  },
};

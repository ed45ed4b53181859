/** Web gateways' records by name, as JSON or as `key=value`: a table of which name is which field, read by one reader. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import type { Outcome } from "../../model/event.js";
import type { Json } from "../json-fields.js";
import { fill, type Names } from "../web/json-reader.js";
import { proxyResult, type ProxyRecord } from "./record.js";

export interface GatewayLog {
  readonly id: string;
  readonly title: string;
  readonly reference: string;
  is(record: Json): boolean;
  readonly names: Names<ProxyRecord>;
  adjust?(out: ProxyRecord, record: Json): void;
  judge?(out: ProxyRecord, record: Json): { outcome: Outcome; outcomeReason?: string } | undefined;
  /** The service is the organisation's own, and the client came to it from outside. */
  readonly observerIsAsset?: true;
}

export function readGateway(log: GatewayLog, record: Json, context: LineContext): FormatResult | undefined {
  if (!log.is(record)) return undefined;
  const out = fill<ProxyRecord>(record, log.names);
  log.adjust?.(out, record);
  const result = proxyResult(out, context, log.judge?.(out, record));
  if (log.observerIsAsset) result.observerIsAsset = true;
  return result;
}

export function jsonGateway(log: GatewayLog): Format {
  return {
    id: log.id,
    title: log.title,
    reference: log.reference,
    json: true,
    parse(_line: string, context: LineContext, _envelope?: EnvelopeFields, record?: Json): FormatResult | undefined {
      return record && readGateway(log, record, context);
    },
  };
}

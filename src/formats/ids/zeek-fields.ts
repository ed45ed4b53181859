/**
 * What the fields of Zeek's logs mean, whichever way they are written. Both writers (TSV and JSON) hand a record to
 * `zeekEvent`, so the same event gives the same result.
 * Reference: https://docs.zeek.org/en/master/logs/index.html
 */
import type { Event } from "../../model/event.js";
import type { EnvelopeFields, FormatResult, LineContext } from "../format.js";
import { parseEpoch, parseIsoTime } from "../time.js";
import { endpoint, transport } from "../values.js";
import { connectionResult } from "./zeek-conn.js";
import { ZEEK_KINDS } from "./zeek-kinds.js";
import type { ZeekRecord } from "./zeek-record.js";
import { shaped, timestamp } from "../shape.js";

/** Finishes a record's own part (from zeek-kinds or zeek-conn) with what all logs share. */
export function zeekEvent(
  record: ZeekRecord,
  context: LineContext,
  envelope: EnvelopeFields | undefined,
): FormatResult {
  const icmp = record.text("proto") === "icmp";
  const source = endpoint({ ip: record.text("id.orig_h"), port: icmp ? undefined : record.text("id.orig_p") });
  const destination = endpoint({ ip: record.text("id.resp_h"), port: icmp ? undefined : record.text("id.resp_p") });
  const own = record.kind === "conn" ? connectionResult(record) : ZEEK_KINDS.get(record.kind)?.(record);
  const ts = record.text("ts");
  const { event: part, ...verdict } = own ?? {
    event: {},
    outcome: "unknown" as const,
    initiator: source ? ("source" as const) : ("unknown" as const),
  };
  const event: Event = {
    timestamp: timestamp(ts === undefined ? undefined : (parseEpoch(ts) ?? parseIsoTime(ts)), context, envelope),
    ...part,
    source: source || part.source ? { ...source, ...part.source } : undefined,
    destination: destination || part.destination ? { ...destination, ...part.destination } : undefined,
    network: { transport: transport(record.text("proto")), ...part.network },
    event: { action: record.kind, dataset: `zeek.${record.kind}`, ...part.event },
    observer: {
      name: record.text("_system_name") ?? record.text("_node_name") ?? envelope?.hostname,
      vendor: "Zeek",
      product: "Zeek",
    },
  };
  return shaped({ event, ...verdict });
}

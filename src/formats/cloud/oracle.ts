/** Oracle Cloud Infrastructure: VCN flow logs, one direction a record, and audit events. */
import type { Format, FormatResult } from "../format.js";
import { number, object, string, type Json } from "../json-fields.js";
import { shaped, timestamp } from "../shape.js";
import { parseEpoch } from "../time.js";
import { endpoint, httpOutcome, integer, transport } from "../values.js";
import { at, auditFormat, callOutcome, first, utcTime, type AuditKind } from "./audit.js";

export const ociFlow: Format = {
  id: "oracle.vcnflow",
  title: "Oracle Cloud VCN flow logs",
  reference: "https://docs.oracle.com/iaas/Content/Logging/Reference/details_for_vcn_flow_logs.htm",
  json: true,
  parse(_line, context, envelope, record) {
    const r = object(record?.["logContent"]) ?? record;
    const d = object(r?.["data"]);
    if (!r || !d || d["sourceAddress"] === undefined || d["destinationAddress"] === undefined) return undefined;
    const start = integer(first(d, ["startTime"]));
    const end = integer(first(d, ["endTime"]));
    const action = string(d["action"]);
    const time = start === undefined ? utcTime(first(r, ["time"])) : parseEpoch(start);
    return shaped({
      event: {
        timestamp: timestamp(time, context, envelope),
        source: endpoint({
          ip: first(d, ["sourceAddress"]),
          port: first(d, ["sourcePort"]),
          bytes: first(d, ["bytesOut"]),
          packets: first(d, ["packets"]),
        }),
        destination: endpoint({ ip: first(d, ["destinationAddress"]), port: first(d, ["destinationPort"]) }),
        network: { transport: transport(first(d, ["protocol", "protocolName"])) },
        event: {
          action,
          duration: start !== undefined && end !== undefined && end >= start ? (end - start) * 1e9 : undefined,
        },
        observer: { name: first(r, ["oracle.vnicocid", "source"]), vendor: "Oracle", product: "VCN Flow Logs" },
      },
      outcome: action === "REJECT" ? "blocked" : "unknown",
      outcomeReason:
        action === "REJECT" ? "action=REJECT" : `action=${action ?? ""}: one direction does not show an answer`,
      initiator: "unknown",
      initiatorReason: "one direction of the flow",
      oneWay: true,
    } as FormatResult);
  },
};

const audit: AuditKind = {
  has: ["eventType", "data"],
  is: (r) => at(r, "data.identity") !== undefined && at(r, "data.eventName") !== undefined,
  time: ["eventTime", "time"],
  client: ["data.identity.ipAddress"],
  user: ["data.identity.principalName", "data.identity.principalId"],
  action: ["data.eventName"],
  agent: ["data.identity.userAgent"],
  observer: ["data.compartmentName", "data.identity.tenantId"],
  vendor: "Oracle",
  product: "OCI Audit",
  judge(r: Json) {
    const status = number(at(r, "data.response.status"));
    const judged = httpOutcome(status);
    return judged.outcome === "established" && at(r, "data.identity.principalId") !== undefined
      ? callOutcome(true, judged.outcomeReason ?? "")
      : judged;
  },
};

export const ociAudit = auditFormat(
  {
    id: "oracle.audit",
    title: "Oracle Cloud audit events",
    reference: "https://docs.oracle.com/iaas/Content/Audit/Reference/logeventreference.htm",
  },
  [audit],
  ["logContent"],
);

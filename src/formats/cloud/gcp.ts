/** Google Cloud's log entries: audit logs, VPC flow, firewall rules, Cloud NAT, and requests to load balancers. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { number, object, string, type Json } from "../json-fields.js";
import { shaped, timestamp } from "../shape.js";
import { endpoint, transport } from "../values.js";
import { at, auditFormat, callOutcome, first, type AuditKind, type Judged, utcTime } from "./audit.js";
import { wordTable } from "../../model/word-table.js";

const TIME = ["timestamp", "receiveTimestamp"];

const audit: AuditKind = {
  has: ["protoPayload"],
  is: (r) => at(r, "protoPayload.methodName") !== undefined || at(r, "protoPayload.serviceName") !== undefined,
  time: TIME,
  // `private`, `gce-internal-ip` and the like name no address.
  client: ["protoPayload.requestMetadata.callerIp"],
  user: ["protoPayload.authenticationInfo.principalEmail", "protoPayload.authenticationInfo.principalSubject"],
  action: ["protoPayload.methodName"],
  agent: ["protoPayload.requestMetadata.callerSuppliedUserAgent"],
  observer: ["resource.labels.project_id", "logName"],
  vendor: "Google Cloud",
  product: "Cloud Audit Logs",
  judge(r, action) {
    if (/loginFailure$/i.test(action)) return { outcome: "refused", outcomeReason: `methodName=${action}` };
    const code = number(at(r, "protoPayload.status.code"));
    if (code !== undefined && code !== 0) return { outcome: "refused", outcomeReason: `status.code=${code}` };
    const denied = at(r, "protoPayload.authorizationInfo.granted") === false;
    if (denied) return { outcome: "refused", outcomeReason: "granted=false" };
    const known = first(r, [
      "protoPayload.authenticationInfo.principalEmail",
      "protoPayload.authenticationInfo.principalSubject",
    ]);
    if (known === undefined || known === "system:anonymous")
      return { outcome: "established", outcomeReason: "no error, no principal named" };
    return callOutcome(true, "no error status");
  },
};

export const gcpAudit = auditFormat(
  {
    id: "gcp.audit",
    title: "Google Cloud audit logs",
    reference: "https://cloud.google.com/logging/docs/reference/audit/auditlog/rest/Shared.Types/AuditLog",
  },
  [audit],
);

interface Told extends Judged {
  initiator: FormatResult["initiator"];
  initiatorReason?: string;
  oneWay?: boolean;
  direction?: string | undefined;
  rule?: string | undefined;
  product: string;
  action?: string | undefined;
}

/** A payload with a `connection`; its other members tell which log it is. */
function network(p: Json): Told | undefined {
  const disposition = string(p["disposition"]);
  if (disposition !== undefined)
    return {
      product: "Firewall Rules Logging",
      outcome: disposition === "DENIED" ? "blocked" : "unknown",
      outcomeReason: `disposition=${disposition}${disposition === "DENIED" ? "" : ": says nothing of an answer"}`,
      initiator: "source",
      direction: string(at(p, "rule_details.direction"))?.toLowerCase(),
      rule: string(at(p, "rule_details.reference")),
      action: disposition,
    };
  const allocation = string(p["allocation_status"]);
  if (allocation !== undefined)
    return {
      product: "Cloud NAT",
      outcome: allocation === "DROPPED" ? "blocked" : "unknown",
      outcomeReason: `allocation_status=${allocation}`,
      initiator: "source",
      initiatorReason: "Cloud NAT translates connections that go out",
      action: allocation,
    };
  if (p["reporter"] === undefined) return undefined;
  return {
    product: "VPC Flow Logs",
    outcome: "unknown",
    outcomeReason: "one direction of a flow does not show an answer",
    initiator: "unknown",
    initiatorReason: "one direction of the flow",
    oneWay: true,
  };
}

const FLOWS: Readonly<Record<string, Pick<Format, "id" | "title" | "reference">>> = wordTable({
  "VPC Flow Logs": {
    id: "gcp.vpcflow",
    title: "Google Cloud VPC flow logs",
    reference: "https://cloud.google.com/vpc/docs/about-flow-logs-records",
  },
  "Firewall Rules Logging": {
    id: "gcp.firewall",
    title: "Google Cloud firewall rules logging",
    reference: "https://cloud.google.com/firewall/docs/firewall-rules-logging",
  },
  "Cloud NAT": {
    id: "gcp.nat",
    title: "Google Cloud NAT",
    reference: "https://cloud.google.com/nat/docs/monitoring",
  },
});

function flowResult(
  r: Json,
  p: Json,
  connection: Json,
  told: Told,
  context: LineContext,
  envelope?: EnvelopeFields,
): FormatResult {
  const { product, direction, rule, action, ...judged } = told;
  return shaped({
    event: {
      timestamp: timestamp(utcTime(first(p, ["start_time"]) ?? first(r, TIME)), context, envelope),
      source: endpoint({
        ip: first(connection, ["src_ip"]),
        port: first(connection, ["src_port"]),
        bytes: first(p, ["bytes_sent"]),
        packets: first(p, ["packets_sent"]),
        natIp: first(connection, ["nat_ip"]),
        natPort: first(connection, ["nat_port"]),
      }),
      destination: endpoint({
        ip: first(connection, ["dest_ip", "dst_ip"]),
        port: first(connection, ["dest_port", "dst_port"]),
      }),
      network: { transport: transport(first(connection, ["protocol"])), direction },
      event: { action },
      host: {
        name: first(p, ["instance.vm_name", "endpoint.vm_name", "src_instance.vm_name", "dest_instance.vm_name"]),
      },
      rule: { name: rule },
      observer: {
        name: first(r, ["resource.labels.project_id", "resource.labels.subnetwork_name"]),
        vendor: "Google Cloud",
        product,
      },
    },
    ...judged,
  } as FormatResult);
}

function flowFormat(product: string): Format {
  return {
    ...FLOWS[product]!,
    json: true,
    parse(_line, context, envelope, record) {
      const p = object(record?.["jsonPayload"]);
      const connection = object(p?.["connection"]);
      if (!record || !p || !connection) return undefined;
      const told = network(p);
      return told?.product === product ? flowResult(record, p, connection, told, context, envelope) : undefined;
    },
  };
}

export const gcpVpcFlow = flowFormat("VPC Flow Logs");
export const gcpFirewall = flowFormat("Firewall Rules Logging");
export const gcpNat = flowFormat("Cloud NAT");

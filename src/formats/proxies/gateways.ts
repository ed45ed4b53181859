/** Cloud web gateways that log JSON: Netskope, Cloudflare Gateway and Zero Trust sessions. */
import type { Format } from "../format.js";
import type { Outcome } from "../../model/event.js";
import { at, first, has } from "../web/json-reader.js";
import { integer } from "../values.js";
import { jsonGateway } from "./reader.js";

export const netskope: Format = jsonGateway({
  id: "netskope.events",
  title: "Netskope: events and alerts, JSON",
  reference: "https://docs.netskope.com/en/get-events-data/",
  is: (record) =>
    (has(record, "srcip") || has(record, "userip") || has(record, "dstip")) &&
    ["access_method", "traffic_type", "ccl", "organization_unit", "appcategory", "ur_normalized", "nsdeviceuid"].some(
      (name) => has(record, name),
    ),
  names: {
    time: ["timestamp", "_insertion_epoch_timestamp", "conn_starttime"],
    client: ["srcip", "userip"],
    clientPort: ["srcport"],
    user: ["user", "ur_normalized", "userkey"],
    server: ["dstip"],
    serverPort: ["dstport"],
    host: ["dsthost", "domain", "site"],
    uri: ["url"],
    method: ["req_method", "http_method", "cs_method"],
    status: ["resp_status", "http_status", "sc_status"],
    transport: ["ip_protocol"],
    sent: ["client_bytes"],
    received: ["server_bytes"],
    agent: ["useragent", "user_agent"],
    referrer: ["referer"],
    action: ["action"],
    rule: ["policy", "alert_name"],
    hostname: ["hostname"],
  },
  judge(out, record): { outcome: Outcome; outcomeReason?: string } | undefined {
    if (/^(?:block|quarantine|bypass_block)/i.test(out.action ?? "") || at(record, "alert_action") === "block")
      return { outcome: "blocked", outcomeReason: `action=${out.action ?? "block"}` };
    const activity = at(record, "activity") ?? "";
    if (/^Login (?:Failed|Attempt)/i.test(activity))
      return { outcome: "refused", outcomeReason: `activity=${activity}` };
    return undefined;
  },
});

export const skyhighCloud: Format = jsonGateway({
  id: "skyhigh.cloud",
  title: "Skyhigh (McAfee) Secure Web Gateway, cloud: access log, JSON",
  reference: "https://docs.trellix.com/docs/mcafee-saas-web-protection-log-format-and-field-mapping",
  is: (record) =>
    has(record, "requested_host", "http_action") && (has(record, "source_ip") || has(record, "client_ip")),
  names: {
    time: ["request_timestamp_epoch", "request_timestamp"],
    client: ["client_ip", "source_ip"],
    clientNat: ["source_ip"],
    user: ["username", "user_id"],
    server: ["destination_ip"],
    serverPort: ["destination_port"],
    host: ["requested_host"],
    uri: ["requested_path"],
    method: ["http_action"],
    status: ["http_status_code"],
    protocol: ["uri_scheme"],
    sent: ["client_to_server_bytes"],
    received: ["server_to_client_bytes"],
    agent: ["user_agent_comment", "user_agent_product"],
    referrer: ["referer"],
    action: ["result"],
    rule: ["last_rule"],
  },
  judge(out, record): { outcome: Outcome; outcomeReason?: string } | undefined {
    const reason = first(record, ["block_reason"]);
    return reason === undefined || /^observed$/i.test(out.action ?? "")
      ? undefined
      : { outcome: "blocked", outcomeReason: `block_reason=${reason.slice(0, 80)}` };
  },
});

export const menlo: Format = jsonGateway({
  id: "menlo.web",
  title: "Menlo Security: web log, JSON",
  reference: "https://cloud.google.com/chronicle/docs/ingestion/parser-list/menlo-security-changelog",
  is: (record) =>
    (has(record, "pe_action") || has(record, "event.pe_action")) &&
    (has(record, "dst_url") || has(record, "event.dst_url") || has(record, "dst") || has(record, "event.dst")),
  names: {
    time: ["event_time", "event.event_time"],
    client: ["x-client-ip", "event.x-client-ip", "src_ip", "event.src_ip", "xff_ip", "event.xff_ip"],
    user: ["userid", "event.userid"],
    server: ["dst", "event.dst"],
    host: ["domain", "event.domain"],
    uri: ["dst_url", "event.dst_url", "url", "event.url"],
    protocol: ["protocol", "event.protocol"],
    status: ["response_code", "event.response_code"],
    agent: ["user-agent", "event.user-agent"],
    referrer: ["referrer", "event.referrer"],
    action: ["pe_action", "event.pe_action"],
    rule: ["pe_rulename", "event.pe_rulename"],
  },
});

const REFERENCE = "https://developers.cloudflare.com/logs/logpush/logpush-job/datasets/account/";

export const cloudflareGateway: Format = jsonGateway({
  id: "cloudflare.gateway",
  title: "Cloudflare Gateway and Zero Trust: HTTP, network and session logs",
  reference: REFERENCE,
  is: (record) =>
    has(record, "SourceIP") &&
    !has(record, "SignatureID") &&
    (has(record, "DestinationIP") || has(record, "OriginIP") || has(record, "URL") || has(record, "HTTPHost")),
  names: {
    time: ["Datetime", "SessionStartTime", "Timestamp"],
    client: ["SourceInternalIP", "SourceIP"],
    clientPort: ["SourcePort"],
    clientNat: ["EgressIP", "SourceIP"],
    user: ["Email", "UserID"],
    server: ["DestinationIP", "OriginIP"],
    serverPort: ["DestinationPort", "OriginPort"],
    host: ["HTTPHost", "SNI"],
    uri: ["URL"],
    method: ["HTTPMethod"],
    status: ["HTTPStatusCode"],
    transport: ["Transport", "Protocol"],
    sent: ["BytesSent"],
    received: ["BytesReceived"],
    agent: ["UserAgent"],
    referrer: ["Referer"],
    action: ["Action", "ConnectionCloseReason"],
    rule: ["PolicyName"],
    sni: ["SNI"],
  },
  judge(out, record) {
    // A session's counters are of the far server: both sides moved only when both are there.
    if (!has(record, "ConnectionCloseReason")) return undefined;
    const [sent, received] = [integer(out.sent) ?? 0, integer(out.received) ?? 0];
    return sent > 0 && received > 0
      ? { outcome: "established", outcomeReason: `${at(record, "ConnectionCloseReason")!}, bytes both ways` }
      : { outcome: "unknown", outcomeReason: at(record, "ConnectionCloseReason")! };
  },
});

export const cloudflareAccess: Format = jsonGateway({
  id: "cloudflare.access",
  title: "Cloudflare Access requests and account audit log",
  reference: REFERENCE,
  observerIsAsset: true,
  is: (record) =>
    (has(record, "IPAddress") && has(record, "Allowed") && has(record, "AppDomain")) ||
    (has(record, "ActorIP") && has(record, "ActionType")),
  names: {
    time: ["CreatedAt", "When"],
    client: ["IPAddress", "ActorIP"],
    user: ["Email", "ActorEmail"],
    action: ["Action", "ActionType"],
  },
  judge(_out, record) {
    const allowed = first(record, ["Allowed", "ActionResult"]);
    return allowed === "true"
      ? { outcome: "authenticated", outcomeReason: "Allowed=true" }
      : { outcome: "refused", outcomeReason: `Allowed=${allowed ?? "-"}` };
  },
});

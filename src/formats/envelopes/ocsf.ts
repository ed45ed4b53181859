import type { Event, Initiator, Outcome } from "../../model/event.js";
import type { Envelope, Format, FormatResult } from "../format.js";
import { list, number, object, string, type Json } from "../json-fields.js";
import { canonicalIp } from "../../model/ip.js";
import { shaped } from "../shape.js";
import { endpoint, httpOutcome, transport } from "../values.js";
import { pick, pickTime, wrapper } from "./json-wrapper.js";

const REFERENCE = "https://schema.ocsf.io/1.3.0/classes";

const isOcsf = (r: Json): boolean =>
  typeof r["class_uid"] === "number" && (r["metadata"] !== undefined || r["category_uid"] !== undefined);

export const ocsfRaw: Envelope = wrapper({
  id: "ocsf",
  title: "Open Cybersecurity Schema Framework around a line",
  reference: REFERENCE,
  is: (r) => isOcsf(r) && typeof r["raw_data"] === "string",
  message: ["raw_data"],
  time: ["time"],
  host: ["device.hostname"],
});

/** disposition_id, https://schema.ocsf.io/1.3.0/profiles/security_control */
const DISPOSITIONS: ReadonlyMap<number, Outcome> = new Map([
  [2, "blocked"],
  [3, "blocked"],
  [4, "blocked"],
  [6, "blocked"],
  [21, "refused"],
  [25, "blocked"],
  [26, "refused"],
]);
/** activity_id of the network and SSH classes. */
const ACTIVITIES: ReadonlyMap<number, Outcome> = new Map([
  [3, "refused"],
  [4, "unanswered"],
  [5, "refused"],
]);
const HTTP = 4002;
const DNS = 4003;
const SSH = 4007;
/** Class 3002 has logons in activity 1. */
const AUTHENTICATION = 3002;
const NETWORK = 4001;
/** One direction or the whole session: only opening and closing records follow a session. */
const SESSION = new Set([1, 2, 3, 4, 5]);

function end(record: Json, name: "src_endpoint" | "dst_endpoint"): Event["source"] {
  const e = object(record[name]) ?? {};
  const traffic = object(record["traffic"]) ?? {};
  const way = name === "src_endpoint" ? "out" : "in";
  return endpoint({
    ip: canonicalIp(string(e["ip"])),
    port: number(e["port"]),
    domain: string(e["hostname"]) ?? string(e["domain"]),
    bytes: number(traffic[`bytes_${way}`]),
    packets: number(traffic[`packets_${way}`]),
  });
}

function outcomeOf(record: Json, kind: number): { outcome: Outcome; outcomeReason?: string } {
  const disposition = number(record["disposition_id"]);
  const blocked = disposition === undefined ? undefined : DISPOSITIONS.get(disposition);
  if (blocked) return { outcome: blocked, outcomeReason: `disposition_id=${disposition}` };
  const action = number(record["action_id"]);
  if (action === 2) return { outcome: "blocked", outcomeReason: "action_id=2 (denied)" };
  const status = number(record["status_id"]);
  if (kind === AUTHENTICATION || kind === SSH) {
    if (status === 2) return { outcome: "refused", outcomeReason: "status_id=2 (failure)" };
    if (status === 1 && (kind === SSH || number(record["activity_id"]) === 1))
      return kind === SSH
        ? { outcome: "established", outcomeReason: "status_id=1 (success)" }
        : { outcome: "authenticated", outcomeReason: "a logon with status_id=1 (success)" };
  }
  if (kind === HTTP) {
    const code = number(pick(record, "http_response.code")) ?? number(record["http_status"]);
    if (code !== undefined) return httpOutcome(code);
  }
  const activity = number(record["activity_id"]) ?? 0;
  if (kind === NETWORK || kind === SSH) {
    const failed = ACTIVITIES.get(activity);
    if (failed) return { outcome: failed, outcomeReason: `activity_id=${activity}` };
    const [out, back] = [number(pick(record, "traffic.bytes_out")), number(pick(record, "traffic.bytes_in"))];
    if (activity === 2 && out && back)
      return { outcome: "established", outcomeReason: "a closed session with bytes both ways" };
  }
  return { outcome: "unknown" };
}

function initiatorOf(record: Json, kind: number): { initiator: Initiator; initiatorReason: string; oneWay?: true } {
  if (kind === NETWORK && !SESSION.has(number(record["activity_id"]) ?? 0)) {
    // Flow logs (VPC in Amazon Security Lake): a record a direction.
    return { initiator: "unknown", initiatorReason: "a record of traffic, which may be a reply", oneWay: true };
  }
  return { initiator: "source", initiatorReason: "src_endpoint is the end that began, by the schema" };
}

function dnsOf(record: Json): Event["dns"] {
  const query = object(record["query"]) ?? {};
  const question = { name: string(query["hostname"]), type: string(query["type"]) };
  const data = list(record["answers"])
    .slice(0, 32)
    .map((a) => string(object(a)?.["rdata"]))
    .filter((d) => d !== undefined);
  return {
    question: {
      ...(question.name ? { name: question.name.replace(/\.$/, "") } : {}),
      ...(question.type ? { type: question.type } : {}),
    },
    resolved_ip: data.map((d) => canonicalIp(d)).filter((ip) => ip !== undefined),
    answers: data.filter((d) => canonicalIp(d) === undefined).map((d) => ({ data: d })),
    ...(string(record["rcode"]) ? { response_code: string(record["rcode"])! } : {}),
  };
}

export const ocsfEvent: Format = {
  id: "ocsf.event",
  title: "Open Cybersecurity Schema Framework: network, HTTP, DNS, SSH, authentication, API activity",
  reference: REFERENCE,
  json: true,
  parse(_line, context, _envelope, record) {
    if (!record || !isOcsf(record)) return undefined;
    const kind = number(record["class_uid"]) ?? 0;
    const request = object(record["http_request"]);
    const url = object(request?.["url"]);
    const product = object(pick(record, "metadata.product"));
    const user = object(record["user"]) ?? object(pick(record, "actor.user"));
    const device = object(record["device"]);
    const event: Event = {
      timestamp: pickTime(record, ["time", "time_dt", "start_time", "metadata.original_time"], context),
      source: end(record, "src_endpoint"),
      destination: end(record, "dst_endpoint"),
      network: {
        transport: transport(
          string(pick(record, "connection_info.protocol_name")) ?? number(pick(record, "connection_info.protocol_num")),
        ),
        direction: string(pick(record, "connection_info.direction"))?.toLowerCase(),
        forwarded_ip: [...list(pick(record, "src_endpoint.intermediate_ips")), ...list(request?.["x_forwarded_for"])]
          .slice(0, 32)
          .map((ip) => canonicalIp(string(ip)))
          .filter((ip) => ip !== undefined),
      },
      event: {
        action: string(record["activity_name"]) ?? string(record["type_name"]) ?? string(record["disposition"]),
        dataset: `ocsf.${kind}`,
      },
      url: { original: string(url?.["url_string"]), domain: string(url?.["hostname"]), path: string(url?.["path"]) },
      http: {
        request: { method: string(request?.["http_method"]) },
        response: { status_code: number(pick(record, "http_response.code")) },
      },
      dns: kind === DNS ? dnsOf(record) : undefined,
      tls: {
        client: { server_name: string(pick(record, "tls.sni")), ja3: string(pick(record, "tls.ja3_hash.value")) },
      },
      user_agent: { original: string(request?.["user_agent"]) },
      user: { name: string(user?.["name"]) ?? string(user?.["email_addr"]) },
      host: { name: string(device?.["hostname"]), ip: canonicalIp(string(device?.["ip"])) },
      observer: { vendor: string(product?.["vendor_name"]), product: string(product?.["name"]) },
    } as Event;
    const result: FormatResult = { event, ...outcomeOf(record, kind), ...initiatorOf(record, kind) };
    if (kind === AUTHENTICATION && event.destination?.ip === undefined) result.observerIsAsset = true;
    return shaped(result);
  },
};

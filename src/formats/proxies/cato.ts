/**
 * Cato Networks events: firewall, IPS, anti-malware and connectivity, as the eventsFeed query gives them. A firewall event is written when a
 * flow is let through or stopped, so an allowed one shows no answer. `src_isp_ip` is the address that a site or user comes from.
 */
import type { Event, Outcome } from "../../model/event.js";
import { canonicalIp } from "../../model/ip.js";
import { wordTable } from "../../model/word-table.js";
import { timeOfValue } from "../fallback/find-time.js";
import { keyedEvent, type Judgement, type Names } from "../firewalls/keyed.js";
import type { Format } from "../format.js";
import { object, strings } from "../json-fields.js";
import { shaped, timestamp } from "../shape.js";

const NAMES: Names = {
  src: "src_ip",
  sport: "src_port",
  snat: "src_isp_ip",
  dst: "dest_ip",
  dport: "dest_port",
  dname: "domain_name",
  transport: "ip_protocol",
  direction: "traffic_direction",
  action: "action",
  user: "vpn_user_email user_name",
  url: "full_path_url url",
  domain: "domain_name",
  method: "http_request_method",
  agent: "user_agent",
  rule: "rule_name threat_name",
  device: "pop_name",
};

const ACTIONS: Readonly<Record<string, Outcome>> = wordTable<Outcome>({ block: "blocked", blocked: "blocked" });
/** Of a login or a tunnel. */
const LOGINS: Readonly<Record<string, Outcome>> = wordTable<Outcome>({ succeeded: "authenticated", failed: "refused" });
/** Kinds of which the content was read: both ends had spoken. */
const SCANNED = new Set(["Anti Malware", "NG Anti Malware"]);
const LOGS_IN = new Set(["Connected", "Cato Management Application"]);

function judge(f: Readonly<Record<string, string>>, event: Event): Judgement {
  const kind = f["event_sub_type"] ?? "";
  const word = f["action"] ?? "";
  const outcomeReason = `${kind.slice(0, 60)}, action=${word.slice(0, 40)}`;
  if (f["event_type"] === "Connectivity") {
    // The far end is where the client comes from; the address that the cloud gave it is inside.
    const far = canonicalIp(f["src_isp_ip"]);
    const inside = event.source?.ip;
    if (far !== undefined)
      event.source = { ip: far, ...(inside === undefined || inside === far ? {} : { nat: { ip: inside } }) };
    const outcome = LOGS_IN.has(kind) ? (LOGINS[word.toLowerCase()] ?? "unknown") : "unknown";
    return { outcome, outcomeReason, initiator: "source", observerIsAsset: true };
  }
  const blocked = ACTIONS[word.toLowerCase()];
  if (kind === "IPS")
    return {
      outcome: blocked ?? "unknown",
      outcomeReason,
      initiator: "unknown",
      initiatorReason: "a signature may match either direction",
    };
  if (blocked !== undefined) return { outcome: blocked, outcomeReason, initiator: "source" };
  if (SCANNED.has(kind) && /^allow$/i.test(word))
    return { outcome: "established", outcomeReason: `${outcomeReason}: its content was scanned`, initiator: "source" };
  return { outcome: "unknown", outcomeReason: `${outcomeReason}: an answer is not shown`, initiator: "source" };
}

export const cato: Format = {
  id: "cato.events",
  title: "Cato Networks: events, JSON",
  reference: "https://support.catonetworks.com/hc/en-us/articles/5131416221085-Explaining-the-Event-Fields",
  json: true,
  parse(_line, context, envelope, record) {
    if (!record) return undefined;
    const fields = object(record["fieldsMap"]) ?? record;
    if (fields["event_sub_type"] === undefined || fields["event_type"] === undefined) return undefined;
    const mark = fields["internalId"] ?? fields["internal_id"] ?? fields["src_is_site_or_vpn"] ?? fields["pop_name"];
    if (mark === undefined || fields["account_id"] === undefined) return undefined;
    const f = strings(fields);
    const event = keyedEvent(f, NAMES);
    const judged = judge(f, event);
    const sha256 = /^[0-9a-f]{64}$/i.test(f["file_hash"] ?? "") ? f["file_hash"] : undefined;
    return shaped({
      ...judged,
      event: {
        timestamp: timestamp(timeOfValue(f["time"] ?? f["event_time"] ?? f["time_str"]), context, envelope),
        ...event,
        ...(sha256 === undefined ? {} : { file: { hash: { sha256 } } }),
        observer: { ...event.observer, vendor: "Cato Networks" },
      },
    });
  },
};

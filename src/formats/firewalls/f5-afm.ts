/** F5 BIG-IP Advanced Firewall Manager network events: RFC 5424 structured data (`F5@12276`) or `name="value",` pairs. */
import type { Event } from "../../model/event.js";
import type { ParsedTime } from "../format.js";
import { civilTime, parseIsoTime } from "../time.js";
import { keyValues } from "../values.js";
import { keyedFormat, type Fields, type Judgement } from "./keyed.js";
import { isBlocked, packetBegan, sessionBegan } from "./verdict.js";
import { monthOf } from "../months.js";

const SD = "F5@12276.";

/** `Mar 04 2021 05:06:07`, `2021-03-04 05:06:07`. */
function time(f: Fields): ParsedTime | undefined {
  const stated = f["date_time"] ?? "";
  const m = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{4}) (\d\d):(\d\d):(\d\d)/.exec(stated);
  const month = m && monthOf(m[1]!);
  return m && month ? civilTime(+m[3]!, month, +m[2]!, +m[4]!, +m[5]!, +m[6]!) : parseIsoTime(stated);
}

function judge(f: Fields, event: Event): Judgement {
  const action = f["action"] ?? "";
  const said = `action=${action}`;
  if (isBlocked(action)) return { outcome: "blocked", outcomeReason: said, ...packetBegan(event, "a packet") };
  if (/^(?:Established|Closed|Close|Open)$/i.test(action))
    return {
      outcome: event.network?.transport === "tcp" ? "established" : "unknown",
      outcomeReason: `${said}: a flow of the BIG-IP`,
      ...sessionBegan("established", event),
    };
  return {
    outcome: "unknown",
    outcomeReason: `${said}: a permission shows no answer`,
    ...packetBegan(event, "a packet"),
  };
}

export const f5Afm = keyedFormat({
  id: "f5.afm",
  title: "F5 BIG-IP Advanced Firewall Manager network events",
  reference: 'F5 BIG-IP Network Firewall: Policies and Implementations, "Network firewall event logging"',
  vendor: "F5",
  product: "BIG-IP AFM",
  find(line, envelope) {
    if (envelope?.structured && Object.keys(envelope.structured).some((key) => key.startsWith(SD))) return 0;
    if (!line.includes("acl_") || !/\b(?:acl_rule_name|acl_policy_name)=/.test(line)) return -1;
    return line.slice(0, 420).search(/\[F5@|\b\w{2,40}="|\bacl_\w{2,24}=/);
  },
  fields(line, start, envelope) {
    const own = Object.entries(envelope?.structured ?? {}).filter(([key]) => key.startsWith(SD));
    if (own.length > 0) return Object.fromEntries(own.map(([key, value]) => [key.slice(SD.length), value]));
    return keyValues(line.slice(start), ",[]");
  },
  names: {
    src: "src_ip source_ip",
    sport: "src_port source_port",
    snat: "translated_source_ip",
    snatport: "translated_source_port",
    dst: "dst_ip dest_ip",
    dport: "dst_port dest_port",
    dname: "dest_fqdn",
    dnat: "translated_dest_ip",
    dnatport: "translated_dest_port",
    transport: "protocol ip_protocol",
    action: "action",
    user: "source_user",
    rule: "acl_rule_name acl_policy_name attack_type",
    device: "hostname",
  },
  time,
  judge,
});

/**
 * Check Point: Log Exporter in its syslog (`[action:"Accept"; …]`), RFC 5424, Splunk and generic forms, `fw log` text (`src: a; dst: b;`)
 * and LEA exports (`loc=…|action=…`). JSON is in checkpoint-json.ts.
 */
import type { Event } from "../../model/event.js";
import { FLAG_BITS, packetBeginning } from "../initiator.js";
import { civilTime, parseEpoch, parseIsoTime } from "../time.js";
import type { ParsedTime } from "../format.js";
import { keyValues } from "../values.js";
import { keyedFormat, splitPairs, type Fields, type Judgement, type Names } from "./keyed.js";
import { counted, countersOf, isBlocked, sessionBegan } from "./verdict.js";
import { wordTable } from "../../model/word-table.js";
import { monthOf } from "../months.js";

export const CHECKPOINT_NAMES: Names = {
  src: "src client_ip endpoint_ip",
  sport: "s_port",
  sname: "src_machine_name",
  sbytes: "client_outbound_bytes sent_bytes",
  spackets: "client_outbound_packets",
  snat: "xlatesrc",
  snatport: "xlatesport",
  dst: "dst server_ip",
  dport: "service svc",
  dbytes: "server_outbound_bytes received_bytes client_inbound_bytes",
  dpackets: "server_outbound_packets client_inbound_packets",
  dname: "dst_machine_name",
  dnat: "xlatedst",
  dnatport: "xlatedport",
  transport: "proto",
  protocol: "service_id app_name appi_name",
  direction: "ifdir i/f_dir",
  action: "action rule_action",
  user: "user src_user_name administrator client_name",
  url: "resource",
  domain: "dst_domain_name http_host",
  sni: "tls_server_host_name sni",
  question: "dns_query",
  method: "method",
  agent: "user_agent web_client_type",
  referrer: "referrer",
  rule: "rule_name rule attack protection_name",
  device: "hostname",
  duration: "duration elapsed",
};

const LOGIN_OUTCOMES: Readonly<Record<string, "authenticated" | "refused" | "unknown">> = wordTable({
  "log in": "authenticated",
  login: "authenticated",
  "log out": "authenticated",
  authorize: "authenticated",
  "failed log in": "refused",
  failed: "refused",
  deauthorize: "unknown",
});

/** What a record comes to. Shared with the JSON form. */
export function judgeCheckpoint(f: Fields, event: Event): Judgement | undefined {
  const action = (f["action"] ?? f["rule_action"] ?? "").trim();
  const said = `action=${action}`;
  // A name in brackets after the login: `jdoe (jdoe)`.
  const user = event.user?.name?.replace(/ \([^()]{1,128}\)$/, "");
  if (user !== undefined) event.user = { name: user };
  const login = LOGIN_OUTCOMES[action.toLowerCase()];
  if (login !== undefined || f["auth_status"] !== undefined) {
    const failed = /fail|reject|denied/i.test(f["auth_status"] ?? f["status"] ?? "");
    return {
      outcome: failed ? "refused" : (login ?? "unknown"),
      outcomeReason: failed ? `${said}, ${f["auth_status"] ?? f["status"]}` : said,
      initiator: "source",
      initiatorReason: "the client that logs in",
      observerIsAsset: true,
    };
  }
  if (event.destination === undefined && (f["administrator"] ?? f["operation"]) !== undefined)
    return {
      outcome: event.source === undefined ? "unknown" : "authenticated",
      outcomeReason: `an administrator's operation: ${action}`,
      initiator: event.source === undefined ? "unknown" : "source",
      observerIsAsset: true,
    };
  if (f["scheme"] === "IKE" || /^key install$/i.test(action))
    return {
      outcome: "unknown",
      outcomeReason: said,
      initiator: "unknown",
      initiatorReason: "an IKE exchange of two peers",
    };
  if (isBlocked(action)) {
    const flags = f["tcp_flags"]?.split("-");
    if (flags && f["tcp_packet_out_of_state"] !== undefined) {
      const bits = flags.reduce((sum, flag) => sum | (FLAG_BITS[flag] ?? 0), 0);
      const begun = packetBeginning(bits, `out of state, tcp_flags=${f["tcp_flags"]}`);
      return { outcome: "blocked", outcomeReason: said, ...begun, oneWay: true };
    }
    return { outcome: "blocked", outcomeReason: said, ...sessionBegan("blocked", event) };
  }
  // An attack is named with the end that sent it, which may be the server.
  if (f["attack"] !== undefined && f["protection_type"] !== undefined && /detect|monitor/i.test(action))
    return {
      outcome: "unknown",
      outcomeReason: said,
      initiator: "unknown",
      initiatorReason: "the source of an attack may be either end",
    };
  const judged = counted(countersOf(event), said);
  if (judged.outcome === "unknown" && event.network?.transport === "tcp" && event.url?.original !== undefined)
    return {
      outcome: "established",
      outcomeReason: `${said}, a request was seen`,
      ...sessionBegan("established", event),
    };
  return { ...judged, ...sessionBegan(judged.outcome, event) };
}

const DAY = /(?:^|\s)(\d{1,2})([A-Z][a-z]{2})(\d{4}) (\d{1,2}):(\d{2}):(\d{2})\s/;

export function checkpointTime(f: Fields, line: string): ParsedTime | undefined {
  const stated = f["time"] ?? f["creation_time"];
  if (stated !== undefined) return parseEpoch(stated) ?? parseIsoTime(stated);
  const m = DAY.exec(line.slice(0, 120));
  const month = m && monthOf(m[2]!);
  return m && month ? civilTime(+m[3]!, month, +m[1]!, +m[4]!, +m[5]!, +m[6]!) : undefined;
}

/** Names that no other product has; one of them must stand in the line. */
const OWN = /\b(?:loguid|origin|originsicname|ifdir|i\/f_dir|rule_uid|sequencenum|orig|ifname|i\/f_name)\s?[:=|]/;
const SD = "1.3.6.1.4.1.2620.";

export const checkpoint = keyedFormat({
  id: "checkpoint.firewall",
  title: "Check Point firewall and threat prevention logs (Log Exporter, fw log, LEA)",
  reference:
    "Check Point sk122323, Log Exporter; https://ossec.net/docs/log_samples/firewalls/checkpoint.html for fw log",
  vendor: "Check Point",
  product: "Security Gateway",
  find(line, envelope) {
    if (envelope?.structured && line.length < 64)
      return Object.keys(envelope.structured).some((key) => key.includes(SD)) ? 0 : -1;
    if (!line.includes("ction") && !line.includes("rule_uid: ") && !line.includes("loguid:")) return -1;
    if (!OWN.test(line)) return -1;
    const mark = /(?:^|[\s[{|(])(?:\[?\w[\w/-]{0,40}:"|loc=\d|time="?\d|[Aa]ction="|\w[\w/ -]{0,30}: \S{1,200};)/.exec(
      line.slice(0, 700),
    );
    return mark ? mark.index : -1;
  },
  fields(line, start, envelope) {
    const structured = envelope?.structured ?? {};
    const own = Object.entries(structured).filter(([key]) => key.includes(SD));
    if (own.length > 0)
      return Object.fromEntries(own.map(([key, value]) => [key.slice(key.lastIndexOf(".") + 1), value]));
    const body = line.slice(start);
    const f = /\w:"/.test(body.slice(0, 300))
      ? quoted(body)
      : body.includes("|")
        ? splitPairs(body, "|")
        : /\w: \S{1,200}?;/.test(body)
          ? splitPairs(body.replace(/^.{0,120}?(?=[\w-]{1,40}: )/, ""), ";", ": ")
          : keyValues(body);
    // Audit logs say what an administrator did; the oldest exports write their first name with a capital.
    const action = f["action"] ?? f["Action"] ?? f["operation"];
    if (action !== undefined) return { ...f, action };
    return f["src"] !== undefined || f["loguid"] !== undefined ? f : undefined;
  },
  names: CHECKPOINT_NAMES,
  time: checkpointTime,
  judge(f, event, line) {
    if (f["action"] !== undefined || f["loguid"] !== undefined) return judgeCheckpoint(f, event);
    // `fw log`: time, action, origin and interface stand before the pairs.
    const action =
      /\b(accept|drop|reject|encrypt|decrypt|authorize|deauthorize|keyinst|monitor|prevent|detect|block)\b/.exec(
        line.slice(0, 160),
      )?.[1];
    if (action === undefined) return undefined;
    event.event = { ...event.event, action };
    return judgeCheckpoint({ ...f, action }, event);
  },
});

/** `name:"value"; name:"value"`, quotes inside a value behind a backslash. */
function quoted(body: string): Record<string, string> {
  const out: Record<string, string> = Object.create(null) as Record<string, string>;
  let i = 0;
  for (let n = 0; n < 256; n++) {
    const colon = body.indexOf(':"', i);
    if (colon < 0) break;
    let from = colon;
    while (from > i && /[\w/-]/.test(body[from - 1]!)) from--;
    let end = colon + 2;
    while (end < body.length && body[end] !== '"') end += body[end] === "\\" ? 2 : 1;
    const key = body.slice(from, colon);
    if (key !== "" && !(key in out)) out[key] = body.slice(colon + 2, end).replace(/\\(["\\\]])/g, "$1");
    i = end + 1;
  }
  return out;
}

/**
 * F5 BIG-IP: application security (ASM, Advanced WAF) as key="value" and as JSON, request logging, access policy (APM) sessions, and the
 * traffic manager's messages that name both ends.
 */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import type { Event, Outcome } from "../../model/event.js";
import type { Json } from "../json-fields.js";
import { compact } from "../shape.js";
import { addressAndPort, integer, keyValues, port, text } from "../values.js";
import { fill, first, has, jsonFormat, type Names } from "./json-reader.js";
import { webResult, type WebRecord } from "./record.js";

const NAMES: Names<WebRecord> = {
  time: ["date_time", "event_timestamp", "event_ts", "EOCTimestamp"],
  client: ["ip_client", "client_ip", "source_ip", "ClientIP", "client-ip"],
  clientPort: ["src_port", "client_port", "source_port", "ClientPort"],
  forwarded: ["x_forwarded_for_header_value", "x_fwd_hdr_val", "XFFHeader", "x_forwarded_for"],
  server: ["dest_ip", "vs_ip", "virtual_ip", "VirtualIP", "server_ip"],
  serverPort: ["dest_port", "vs_port", "virtual_port", "VirtualPort", "server_port"],
  host: ["http_host", "HTTPHost", "host"],
  method: ["method", "http_method", "HTTPMethod"],
  uri: ["uri", "http_uri", "HTTPUri", "HTTPURI"],
  query: ["query_string", "http_query", "HTTPQuery"],
  status: ["response_code", "resp_code", "http_status", "HTTPStatus", "HTTPStatuscode", "HTTPStatusCode"],
  agent: ["http_user_agent", "user_agent", "HTTPUserAgent", "UserAgent"],
  referrer: ["http_referrer", "Referer", "HTTPReferer"],
  user: ["username"],
  action: ["request_status", "action", "Action"],
  rule: ["policy_name", "http_class_name", "acl_policy_name"],
  hostname: ["unit_hostname", "hostname"],
};

function judge(out: WebRecord): { outcome: Outcome; outcomeReason?: string } | undefined {
  const word = (out.action ?? "").toLowerCase();
  if (/^(?:blocked|drop|reject|deny)/.test(word)) return { outcome: "blocked", outcomeReason: `${out.action}` };
  // Alerted requests went on to the server; without its status how they were answered is not known.
  return undefined;
}

/** `N/A` and `0.0.0.0` stand for no value. */
function tidy(out: WebRecord): void {
  if (out.status === "0") delete out.status;
  // The name that a request tried is no proof of a login.
  delete out.user;
}

const KEYS = ["ip_client", "unit_hostname", "policy_name", "virtual_name", "acl_policy_name"] as const;
const KEYED = new RegExp(`(?:^|[,;\\s])(?:${KEYS.join("|")})="`);

export const f5Keyed: Format = {
  id: "f5.asm",
  title: "F5 BIG-IP: application security and request logging, key=value",
  reference: "https://techdocs.f5.com/en-us/bigip-15-1-0/external-monitoring-of-big-ip-systems-implementations.html",
  marks: KEYS.map((key) => `${key}="`),
  parse(line: string, context: LineContext, _envelope?: EnvelopeFields): FormatResult | undefined {
    if (!line.includes('="') || !KEYED.test(line)) return undefined;
    const pairs = keyValues(line.slice(0, 16_384).replace(/^ASM:/, ""), ",");
    const client = first(pairs, NAMES.client!);
    if (client === undefined || addressAndPort(client).ip === undefined) return undefined;
    const out = fill<WebRecord>(pairs, NAMES);
    tidy(out);
    return webResult(out, context, judge(out));
  },
};

export const f5Json: Format = jsonFormat({
  id: "f5.telemetry",
  title: "F5 BIG-IP: telemetry streaming events (LTM, ASM, AFM, APM), JSON",
  reference: "https://clouddocs.f5.com/products/extensions/f5-telemetry-streaming/latest/output-example.html",
  is: (record: Json) =>
    (has(record, "telemetryEventCategory") || has(record, "virtual_name") || has(record, "policy_apply_date")) &&
    first(record, NAMES.client!) !== undefined,
  names: NAMES,
  adjust: tidy,
  judge,
});

interface Message {
  says: RegExp;
  outcome: Outcome;
  /** The client is the second address. */
  reversed?: true;
  through?: true;
}

const ADDRESS = String.raw`\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4}:[0-9a-fA-F:]{1,40}`;
const AT = String.raw`(?<ip>${ADDRESS})(?:%\d{1,5})?`;
const TO = String.raw`(?<near>${ADDRESS})(?:%\d{1,5})?`;

/** Messages with their documented text. An address may carry a route domain, `%1`. */
const MESSAGES: readonly Message[] = [
  { says: new RegExp(`New session from client IP ${AT} \\([^)]{0,120}\\) at VIP ${TO} `), outcome: "established" },
  { says: new RegExp(`Session deleted.{0,80} client IP ${AT}(?: |$)`), outcome: "unknown" },
  { says: new RegExp(`Client IP: ${AT}(?: -|,| |$)`), outcome: "unknown" },
  { says: new RegExp(`session\\.user\\.clientip(?:' set to '| is |: )${AT}(?:'|$)`), outcome: "unknown" },
  {
    says: new RegExp(
      `SSL Handshake failed for TCP ${AT}[:.](?<port>\\d{1,5}) -> ${TO}[:.](?<nearPort>\\d{1,5})(?:\\D|$)`,
    ),
    outcome: "refused",
  },
  {
    says: new RegExp(`RST sent from ${TO}:(?<nearPort>\\d{1,5}) to ${AT}:(?<port>\\d{1,5}), `),
    outcome: "refused",
    reversed: true,
  },
  {
    says: new RegExp(
      `(?:Rejected|Limiting|Dropping).{0,80} from ${AT}(?:[:.](?<port>\\d{1,5}))? to ${TO}(?:[:.](?<nearPort>\\d{1,5}))?(?:[ ,]|$)`,
    ),
    outcome: "blocked",
  },
  {
    says: new RegExp(`user=(?<user>[^ (]{1,128})\\([^)]{0,128}\\) .{0,200}host=${AT} failed to login after`),
    outcome: "refused",
  },
  {
    says: new RegExp(`user=(?<user>[^ (]{1,128})\\([^)]{0,128}\\) .{0,200}host=${AT} attempts=\\d{1,6}`),
    outcome: "authenticated",
  },
];

const CODE = /(?:^|[ :])([0-9a-f]{8}):[0-7]: /;
/** Of each of the messages. */
const MARKS = [
  "client IP",
  "session.user.clientip",
  "SSL Handshake failed for TCP ",
  "RST sent from ",
  "Rejected",
  "Limiting",
  "Dropping",
  " failed to login after",
  " attempts=",
];
const WORTH = ["IP", "clientip", "RST sent", "Handshake", "host=", " from "];

/** APM and LTM: `01490500:5: /Common/profile:Common:session: message`. */
export const f5Message: Format = {
  id: "f5.bigip",
  title: "F5 BIG-IP: access policy sessions and traffic manager messages",
  reference: "https://my.f5.com/manage/s/article/K06362015",
  marks: MARKS,
  parse(line: string, _context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const code = CODE.exec(line.slice(0, 400));
    if (!code || !WORTH.some((word) => line.includes(word))) return undefined;
    const body = line.slice(code.index + code[0].length, code.index + 3000);
    for (const message of MESSAGES) {
      const g = message.says.exec(body)?.groups;
      // An IPv6 address stands before its port with a dot, or with one colon more.
      const far = addressAndPort(g?.["ip"]?.replace(/:$/, ""));
      if (!g || far.ip === undefined) continue;
      const near = addressAndPort(g["near"]?.replace(/:$/, ""));
      const event: Event = compact({
        timestamp: envelope?.timestamp,
        source: { ip: far.ip, port: port(g["port"]) },
        destination: { ip: near.ip, port: port(g["nearPort"]) },
        event: { action: code[1]!, outcome: message.outcome === "refused" ? ("failure" as const) : undefined },
        user: { name: text(g["user"]) },
      });
      return {
        event,
        outcome: message.outcome,
        outcomeReason: body.slice(0, 120).trim(),
        // A reset may answer either end: the ports of the far end do not settle who began.
        initiator: message.reversed && (integer(g["port"]) ?? 0) < 1024 ? "unknown" : "source",
        observerIsAsset: true,
      };
    }
    return undefined;
  },
};

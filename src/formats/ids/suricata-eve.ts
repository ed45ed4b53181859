/** Suricata EVE JSON, one event a line. */
import { mailsIn } from "../../model/host.js";
import { canonicalIp } from "../../model/ip.js";
import type { Event, Outcome } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { parseIsoTime } from "../time.js";
import { httpOutcome, transport } from "../values.js";
import { list, number, object, parseObject, string, type Json } from "../json-fields.js";
import { shaped, timestamp } from "../shape.js";
import { addCounts, flowOutcome, orient, type Ends } from "./suricata-flow.js";
import { wordTable } from "../../model/word-table.js";

type Judged = { outcome: Outcome; outcomeReason?: string };

/** Replies that tell how a login ended, or that the server spoke at all. */
const REPLIES: Readonly<Record<string, (part: Json) => Judged>> = wordTable({
  ftp: (p) => {
    const codes = list(p["completion_code"]).flatMap((code) => number(code) ?? []);
    const code = codes.at(-1);
    if (code === undefined) return { outcome: p["reply_received"] === "no" ? "unknown" : "established" };
    return {
      outcome: code === 230 ? "authenticated" : code >= 400 ? "refused" : "established",
      outcomeReason: `completion_code=${code}`,
    };
  },
  smb: (p) => {
    const status = string(p["status"]);
    if (status === undefined) return { outcome: "established" };
    const setup = (string(p["command"]) ?? "").includes("SESSION_SETUP");
    const well = status === "STATUS_SUCCESS" || status === "STATUS_MORE_PROCESSING_REQUIRED";
    const refused = /LOGON_FAILURE|ACCESS_DENIED|ACCOUNT_|PASSWORD_|WRONG_PASSWORD/.test(status);
    return {
      outcome: refused ? "refused" : setup && status === "STATUS_SUCCESS" ? "authenticated" : "established",
      outcomeReason: `status=${status}${well && setup ? ", session setup" : ""}`,
    };
  },
  krb5: (p) => {
    const type = string(p["msg_type"]) ?? "";
    const failed = type === "KRB_ERROR" || string(p["failed_request"]) !== undefined;
    return {
      outcome: failed ? "refused" : type.endsWith("_REP") ? "authenticated" : "unknown",
      outcomeReason: `msg_type=${type}`,
    };
  },
  sip: (p) => httpOutcome(number(p["code"])),
  rfb: (p) => {
    const result = string(object(p["authentication"])?.["security_result"]);
    if (result === undefined) return { outcome: "established" };
    return { outcome: /^ok$/i.test(result) ? "authenticated" : "refused", outcomeReason: `security_result=${result}` };
  },
  ldap: (p) => {
    const answers = list(p["responses"]);
    if (answers.length === 0) return { outcome: "unknown", outcomeReason: "no response" };
    const bind = string(object(p["request"])?.["operation"]) === "bind_request";
    const code = string(object(object(answers[0])?.["bind_response"])?.["result_code"]);
    if (bind && code !== undefined)
      return { outcome: code === "success" ? "authenticated" : "refused", outcomeReason: `result_code=${code}` };
    return { outcome: "established", outcomeReason: "a response" };
  },
  mqtt: (p) => {
    const code = number(object(p["connack"])?.["return_code"]);
    if (code === undefined) return { outcome: "unknown", outcomeReason: "no connack" };
    return { outcome: code === 0 ? "established" : "refused", outcomeReason: `connack.return_code=${code}` };
  },
  snmp: (p) => {
    const type = string(p["pdu_type"]) ?? "";
    return { outcome: type === "response" ? "established" : "unknown", outcomeReason: `pdu_type=${type}` };
  },
  ike: (p) => {
    const spi = string(p["resp_spi"]);
    // The first message of an exchange has no responder's SPI yet.
    const answered = spi !== undefined && /[1-9a-f]/i.test(spi);
    return { outcome: answered ? "established" : "unknown", outcomeReason: `resp_spi=${spi ?? ""}` };
  },
  modbus: (p) => ({
    outcome: object(p["response"]) === undefined ? "unknown" : "established",
    outcomeReason: object(p["response"]) === undefined ? "no response" : "a response",
  }),
  enip: (p) => ({
    outcome: object(p["response"]) === undefined ? "unknown" : "established",
    outcomeReason: object(p["response"]) === undefined ? "no response" : "a response",
  }),
  dhcp: (p) => ({
    outcome:
      string(p["dhcp_type"]) === "ack" ? "established" : string(p["dhcp_type"]) === "nak" ? "refused" : "unknown",
    outcomeReason: `dhcp_type=${string(p["dhcp_type"]) ?? ""}`,
  }),
  pgsql: (p) => {
    const response = object(p["response"]);
    if (!response) return { outcome: "unknown" };
    if (response["authentication_ok"] !== undefined || string(response["message"]) === "authentication_ok")
      return { outcome: "authenticated", outcomeReason: "authentication_ok" };
    return { outcome: string(response["severity"]) === "FATAL" ? "refused" : "established" };
  },
});

/** Transaction logs that Suricata writes once both sides have spoken. */
const SPOKEN = new Set([
  "tls",
  "ssh",
  "smtp",
  "rdp",
  "nfs",
  "http2",
  "pop3",
  "websocket",
  "quic",
  "fileinfo",
  "ftp_data",
]);

function outcomeOf(e: Json, type: string): Judged {
  const verdict = string(object(e["verdict"])?.["action"]);
  const alert = object(e["alert"]);
  if (type === "drop") return { outcome: "blocked", outcomeReason: "event_type=drop" };
  if (verdict === "drop" || verdict === "reject")
    return { outcome: "blocked", outcomeReason: `verdict.action=${verdict}` };
  if (alert && string(alert["action"]) === "blocked")
    return { outcome: "blocked", outcomeReason: "alert.action=blocked" };
  if (type === "flow") return flowOutcome(e);
  if (type === "netflow") return { outcome: "unknown", outcomeReason: "one half of a flow does not show an answer" };
  const status = number(object(e["http"])?.["status"]);
  if ((type === "http" || type === "alert" || type === "fileinfo") && status !== undefined) return httpOutcome(status);
  if (type === "http") return { outcome: "unknown", outcomeReason: "no status: no reply seen" };
  if (type === "dns" || type === "mdns") {
    const dns = object(e["dns"]);
    const answered = ["answer", "response"].includes(string(dns?.["type"]) ?? "");
    return answered
      ? { outcome: "established", outcomeReason: `dns answer, rcode=${string(dns?.["rcode"]) ?? ""}` }
      : { outcome: "unknown", outcomeReason: "a DNS query alone" };
  }
  const part = object(e[type]);
  const reply = REPLIES[type === "ikev2" ? "ike" : type];
  if (reply) return reply(part ?? {});
  if (SPOKEN.has(type)) return { outcome: "established", outcomeReason: `event_type=${type}` };
  if (type === "alert") return alertOutcome(e);
  return { outcome: "unknown", outcomeReason: `event_type=${type}` };
}

/** An alert is written while the flow goes on: what was counted so far can show an answer, never its absence. */
function alertOutcome(e: Json): Judged {
  const flow = object(e["flow"]);
  const up = number(flow?.["pkts_toserver"]) ?? 0;
  const down = number(flow?.["pkts_toclient"]) ?? 0;
  const said = `alert.action=allowed, pkts_toserver=${up}, pkts_toclient=${down}`;
  // One TCP packet each way may be a SYN and its reset.
  const needed = (string(e["proto"]) ?? "").toUpperCase() === "TCP" ? 2 : 1;
  return up >= needed && down >= 1
    ? { outcome: "established", outcomeReason: said }
    : { outcome: "unknown", outcomeReason: said };
}

/** Records whose data is a name. */
const NAMING: ReadonlySet<string> = new Set(["CNAME", "MX", "NS", "PTR"]);

/** Answers and the question, of DNS log versions 1 to 3 and of the dns part of an alert. */
function readDns(dns: Json): NonNullable<Event["dns"]> {
  const answer = object(dns["answer"]) ?? dns;
  const query = object(list(dns["queries"])[0]) ?? object(list(dns["query"])[0]) ?? dns;
  const resolved = new Set<string>();
  const answers: { data: string; type?: string }[] = [];
  const add = (value: unknown, type: string | undefined): void => {
    const data = string(value);
    const ip = canonicalIp(data);
    if (ip !== undefined) resolved.add(ip);
    else if (data !== undefined && type !== undefined && NAMING.has(type) && answers.length < 32)
      answers.push({ data, type });
  };
  for (const item of list(answer["answers"])) add(object(item)?.["rdata"], string(object(item)?.["rrtype"]));
  const grouped = object(answer["grouped"]);
  for (const type of ["A", "AAAA", ...NAMING]) for (const value of list(grouped?.[type])) add(value, type);
  add(answer["rdata"], string(answer["rrtype"]));
  return {
    answers,
    question: {
      name: string(query["rrname"]) ?? string(answer["rrname"]),
      type: string(query["rrtype"]) ?? string(answer["rrtype"]),
    },
    resolved_ip: [...resolved],
    response_code: string(answer["rcode"]),
  };
}

/** `xff` of the event, of http, and X-Forwarded-For among dumped headers. */
function forwarded(e: Json, http: Json | undefined): string[] {
  const stated = [e["xff"], http?.["xff"], http?.["x_forwarded_for"], http?.["x-forwarded-for"]];
  for (const header of list(http?.["request_headers"])) {
    const h = object(header);
    if (/^(?:x-forwarded-for|x-real-ip|true-client-ip|forwarded)$/i.test(string(h?.["name"]) ?? ""))
      stated.push(h?.["value"]);
  }
  const found: string[] = [];
  for (const value of stated)
    for (const part of string(value)?.split(/[ ,;="]+/) ?? []) {
      const ip = canonicalIp(part);
      if (ip !== undefined && !found.includes(ip)) found.push(ip);
    }
  return found;
}

/** The envelope (`smtp`) before the header (`email`). */
function mailEnds(e: Json): Event["email"] {
  const smtp = object(e["smtp"]);
  const email = object(e["email"]);
  if (!smtp && !email) return undefined;
  const all = (...values: unknown[]): string[] => mailsIn(values.flatMap((value) => string(value) ?? []).join(" "));
  return {
    from: { address: all(smtp?.["mail_from"], email?.["from"]) },
    to: { address: all(...list(smtp?.["rcpt_to"]), ...list(email?.["to"]), ...list(email?.["cc"])) },
  };
}

function eventOf(e: Json, type: string, where: Ends): Event {
  const network = addCounts(e, where);
  const http = object(e["http"]);
  const tls = object(e["tls"]);
  const [ja3, ja4, ja3s] = [
    string(object(tls?.["ja3"])?.["hash"]),
    string(tls?.["ja4"]),
    string(object(tls?.["ja3s"])?.["hash"]),
  ];
  const file = object(e["fileinfo"]);
  const dns = object(e["dns"]);
  const krb5 = object(e["krb5"]);
  return {
    source: where.source,
    destination: where.destination,
    network: {
      ...network,
      transport: transport(string(e["proto"]))?.replace(/^ipv6-icmp$|^icmpv6$/, "ipv6-icmp"),
      protocol: string(e["app_proto"]) ?? (object(e[type]) && !NO_PROTOCOL.has(type) ? type : undefined),
      forwarded_ip: forwarded(e, http),
    },
    event: {
      action: type === "dns" ? (string(dns?.["type"]) ?? type) : type,
      dataset: `suricata.${type}`,
    },
    url: {
      original: string(http?.["url"]),
      domain: string(http?.["hostname"]),
      path: string(http?.["url"])?.startsWith("/") ? string(http?.["url"]) : undefined,
    },
    http: {
      request: { method: string(http?.["http_method"]), referrer: string(http?.["http_refer"]) },
      response: { status_code: number(http?.["status"]), body: { bytes: number(http?.["length"]) } },
    },
    dns: dns ? readDns(dns) : undefined,
    tls: {
      client: { server_name: string(tls?.["sni"]), ja3, ja4 },
      server: { ja3s },
      version: string(tls?.["version"]),
    },
    user_agent: { original: string(http?.["http_user_agent"]) },
    email: mailEnds(e),
    file: { hash: { md5: string(file?.["md5"]), sha1: string(file?.["sha1"]), sha256: string(file?.["sha256"]) } },
    user: { name: string(krb5?.["cname"]) ?? string(object(object(e["smb"])?.["ntlmssp"])?.["user"]) },
    rule: { name: string(object(e["alert"])?.["signature"]) },
  };
}

const NO_PROTOCOL = new Set(["alert", "flow", "netflow", "drop", "anomaly", "fileinfo", "stats"]);

function parse(line: string, context: LineContext, envelope?: EnvelopeFields, record?: Json): FormatResult | undefined {
  if (!line.includes('"event_type"') || !line.includes('"timestamp"')) return undefined;
  const e = record ?? parseObject(line);
  const type = string(e?.["event_type"]);
  const time = string(e?.["timestamp"]);
  if (!e || type === undefined || time === undefined || !/^[a-z\d_]{2,24}$/.test(type)) return undefined;
  if (string(e["src_ip"]) === undefined && type !== "stats" && e["flow_id"] === undefined && e[type] === undefined)
    return undefined;
  const where = orient(e, type);
  const event = eventOf(e, type, where);
  return shaped({
    event: {
      timestamp: timestamp(parseIsoTime(time), context, envelope),
      ...event,
      observer: { name: string(e["host"]) ?? envelope?.hostname, vendor: "OISF", product: "Suricata" },
    },
    ...outcomeOf(e, type),
    initiator: where.initiator,
    ...(where.initiatorReason === undefined ? {} : { initiatorReason: where.initiatorReason }),
    ...(type === "netflow" || type === "drop" ? { oneWay: true } : {}),
  });
}

export const suricataEve: Format = {
  id: "suricata.eve",
  title: "Suricata EVE JSON",
  reference: "https://docs.suricata.io/en/latest/output/eve/eve-json-format.html",
  json: true,
  parse,
};

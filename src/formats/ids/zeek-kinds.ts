/** Zeek's logs other than conn.log: one small reader a log. https://docs.zeek.org/en/master/logs/index.html */
import type { Event, Outcome } from "../../model/event.js";
import type { FormatResult } from "../format.js";
import { endpoint, httpOutcome } from "../values.js";
import { dhcp, files, hostOnly, notice, weird } from "./zeek-hosts.js";
import { handshake, mailEnds, namesAnswered } from "./zeek-names.js";
import { addressesIn, count, recordPort, type ZeekRecord } from "./zeek-record.js";
import { login, session, type Reader } from "./zeek-session.js";
import { wordTable } from "../../model/word-table.js";

const user = (name: string | undefined): Event => (name === undefined ? {} : { user: { name } });

function http(r: ZeekRecord): FormatResult {
  const status = count(r, "status_code");
  const host = r.text("host");
  const uri = r.text("uri");
  const named = r.text("username");
  const judged = httpOutcome(status);
  const authenticated = judged.outcome === "established" && named !== undefined;
  return session(
    {
      source: { bytes: count(r, "request_body_len") },
      destination: { bytes: count(r, "response_body_len"), domain: endpoint({ ip: host })?.domain },
      network: {
        protocol: "http",
        // `X-FORWARDED-FOR -> 203.0.113.7, 10.0.0.1`
        forwarded_ip: r
          .list("proxied")
          .flatMap((header) => addressesIn(header.slice(header.indexOf("->") + 2).split(/[ ,;="]+/))),
      },
      event: { action: r.text("method") },
      url: { original: uri, domain: host, path: uri },
      http: {
        request: { method: r.text("method"), referrer: r.text("referrer") },
        response: { status_code: status, body: { bytes: count(r, "response_body_len") } },
      },
      user_agent: { original: r.text("user_agent") },
      user: { name: named },
    },
    authenticated ? "authenticated" : judged.outcome,
    authenticated
      ? `${judged.outcomeReason}, username is set`
      : (judged.outcomeReason ?? "no status_code: no reply seen"),
  );
}

function dns(r: ZeekRecord): FormatResult {
  const rcode = r.text("rcode_name");
  const rejected = r.flag("rejected");
  const outcome: Outcome = rejected ? "refused" : rcode === undefined ? "unanswered" : "established";
  return session(
    {
      network: { protocol: "dns" },
      event: { action: "query" },
      dns: {
        question: { name: r.text("query"), type: r.text("qtype_name") },
        answers: namesAnswered(r),
        resolved_ip: addressesIn(r.list("answers")),
        response_code: rcode,
      },
    },
    outcome,
    rejected ? "rejected=T" : rcode === undefined ? "no rcode: no answer seen" : `rcode_name=${rcode}`,
  );
}

function ssl(r: ZeekRecord): FormatResult {
  const established = r.flag("established");
  const hello = r.text("cipher") !== undefined;
  return session(
    {
      network: { protocol: "tls" },
      tls: handshake(r),
      destination: { domain: r.text("server_name") },
    },
    established || hello ? "established" : "unknown",
    established ? "established=T" : hello ? "established=F, but the server answered with a cipher" : "established=F",
  );
}

function smtp(r: ZeekRecord): FormatResult {
  const reply = r.text("last_reply");
  const ends = new Set([r.text("id.orig_h"), r.text("id.resp_h")]);
  const refused = reply !== undefined && /^[45]\d\d/.test(reply);
  return session(
    {
      network: {
        protocol: "smtp",
        // Hops of the Received headers and X-Originating-IP: who handed the mail on.
        forwarded_ip: [
          ...new Set(addressesIn([r.text("x_originating_ip") ?? "", ...r.list("path")]).filter((ip) => !ends.has(ip))),
        ],
      },
      source: { domain: endpoint({ ip: r.text("helo") })?.domain },
      user_agent: { original: r.text("user_agent") },
      email: mailEnds(r),
    },
    reply === undefined ? "unknown" : refused ? "refused" : "established",
    reply === undefined ? "no last_reply" : `last_reply=${reply.slice(0, 60)}`,
  );
}

function ftp(r: ZeekRecord): FormatResult {
  const code = count(r, "reply_code");
  const name = r.text("user");
  const anonymous = name === undefined || /^(?:anonymous|ftp|<unknown>)$/i.test(name);
  const outcome: Outcome =
    code === undefined
      ? "unknown"
      : code >= 400
        ? "refused"
        : code >= 200 && !anonymous
          ? "authenticated"
          : "established";
  return session(
    {
      network: { protocol: "ftp" },
      event: { action: r.text("command") },
      url: { original: r.text("arg") },
      ...user(name),
    },
    outcome,
    code === undefined ? "no reply_code" : `reply_code=${code}`,
  );
}

function ssh(r: ZeekRecord): FormatResult {
  const both = r.text("client") !== undefined && r.text("server") !== undefined;
  const direction = r.text("direction")?.toLowerCase();
  const event: Event = { network: { protocol: "ssh" } };
  if (direction === "inbound" || direction === "outbound") event.network = { protocol: "ssh", direction };
  return login(event, r.flag("auth_success"), "auth_success", both ? "established" : "unknown");
}

function rdp(r: ZeekRecord): FormatResult {
  const result = r.text("result");
  const well = result !== undefined && /^(?:success|encrypted)$/i.test(result);
  return session(
    { network: { protocol: "rdp" }, ...user(r.text("cookie")) },
    result === undefined ? "unknown" : well ? "established" : "refused",
    result === undefined ? "result is not set" : `result=${result}`,
  );
}

function radius(r: ZeekRecord): FormatResult {
  const result = r.text("result");
  return session(
    {
      network: { protocol: "radius", forwarded_ip: addressesIn([r.text("remote_ip") ?? ""]) },
      ...user(r.text("username")),
    },
    result === "success" ? "authenticated" : result === "failed" ? "refused" : "unknown",
    result === undefined ? "result is not set" : `result=${result}`,
  );
}

function ldap(r: ZeekRecord): FormatResult {
  const result = r.text("result");
  const bind = /^bind/i.test(r.text("opcode") ?? r.text("message_type") ?? "");
  const success = result === "success";
  return session(
    { network: { protocol: "ldap" } },
    result === undefined
      ? "unknown"
      : success
        ? bind
          ? "authenticated"
          : "established"
        : bind
          ? "refused"
          : "established",
    result === undefined ? "result is not set" : `result=${result}`,
  );
}

function socks(r: ZeekRecord): FormatResult {
  const status = r.text("status");
  // The far end that the proxy was asked for is neither end of this connection: it stands as the translated destination.
  return session(
    {
      destination: { nat: { ip: addressesIn([r.text("request.host") ?? ""])[0], port: recordPort(r, "request_p") } },
      network: { protocol: "socks" },
      url: { domain: r.text("request.name") },
      ...user(r.text("user")),
    },
    status === undefined ? "unknown" : status === "succeeded" ? "established" : "refused",
    status === undefined ? "status is not set" : `status=${status}`,
  );
}

/** A protocol whose log is written once both sides have spoken. */
const spoken =
  (protocol: string): Reader =>
  (r) =>
    session(
      {
        network: { protocol },
        event: { action: r.text("action") ?? r.text("operation") ?? r.text("command") ?? r.text("func") ?? r.kind },
      },
      "established",
      `${r.kind} log`,
    );

const READERS: Readonly<Record<string, Reader>> = wordTable({
  http,
  dns,
  ssl,
  smtp,
  ftp,
  ssh,
  rdp,
  radius,
  ldap,
  socks,
  files,
  notice,
  notice_alarm: notice,
  weird,
  dhcp,
  known_hosts: hostOnly,
  known_services: hostOnly,
  known_certs: hostOnly,
  software: hostOnly,
  ldap_search: spoken("ldap"),
  dce_rpc: spoken("dce_rpc"),
  smb_files: spoken("smb"),
  smb_mapping: spoken("smb"),
  smb_cmd: spoken("smb"),
  irc: (r) =>
    session(
      { network: { protocol: "irc" }, event: { action: r.text("command") }, ...user(r.text("nick") ?? r.text("user")) },
      "established",
      "irc log",
    ),
  kerberos: (r) =>
    login(
      { network: { protocol: "kerberos" }, event: { action: r.text("request_type") }, ...user(r.text("client")) },
      r.flag("success"),
      "success",
    ),
  ntlm: (r) => login({ network: { protocol: "ntlm" }, ...user(r.text("username")) }, r.flag("success"), "success"),
  rfb: (r) => login({ network: { protocol: "rfb" } }, r.flag("auth"), "auth", "established"),
  mysql: (r) =>
    r.text("cmd") === "login"
      ? login(
          { network: { protocol: "mysql" }, event: { action: "login" }, ...user(r.text("arg")) },
          r.flag("success"),
          "success",
        )
      : session({ network: { protocol: "mysql" }, event: { action: r.text("cmd") } }, "established", "mysql log"),
  postgresql: (r) =>
    login({ network: { protocol: "postgresql" }, ...user(r.text("user")) }, r.flag("success"), "success"),
  modbus: (r) =>
    r.text("pdu_type") === "REQ"
      ? session(
          { network: { protocol: "modbus" }, event: { action: r.text("func") } },
          "unknown",
          "pdu_type=REQ: the request alone",
        )
      : session({ network: { protocol: "modbus" }, event: { action: r.text("func") } }, "established", "modbus log"),
  snmp: (r) =>
    (count(r, "get_responses") ?? 0) > 0
      ? session({ network: { protocol: "snmp" } }, "established", "get_responses > 0")
      : session({ network: { protocol: "snmp" } }, "unanswered", "get_responses=0"),
  sip: (r) => {
    const judged = httpOutcome(count(r, "status_code"));
    return session(
      {
        network: { protocol: "sip" },
        event: { action: r.text("method") },
        url: { original: r.text("uri") },
        user_agent: { original: r.text("user_agent") },
      },
      judged.outcome,
      judged.outcomeReason,
    );
  },
  ntp: (r) =>
    r.text("mode") === "4"
      ? session({ network: { protocol: "ntp" } }, "established", "mode=4: the server's answer")
      : session({ network: { protocol: "ntp" } }, "unknown", "one NTP message"),
  syslog: () => ({
    ...session({ network: { protocol: "syslog" } }, "unknown", "syslog is sent one way"),
    oneWay: true,
  }),
  tunnel: (r) => ({
    event: { event: { action: r.text("action") } },
    outcome: "unknown",
    initiator: "unknown",
    initiatorReason: "either end of a tunnel may have begun it",
  }),
  intel: (r) =>
    session(
      { rule: { name: r.text("seen.indicator") } },
      "unknown",
      "an intel hit does not say how far the traffic came",
    ),
  signatures: (r) => ({
    event: {
      source: endpoint({ ip: r.text("src_addr"), port: r.text("src_port") }),
      destination: endpoint({ ip: r.text("dst_addr"), port: r.text("dst_port") }),
      event: { action: r.text("note") },
      rule: { name: r.text("sig_id") },
    },
    outcome: "unknown",
    outcomeReason: "a signature does not say how far the traffic came",
    initiator: "unknown",
    initiatorReason: "src_addr sent what the signature matched",
  }),
  quic: (r) => {
    // Letters of the history: the client's packets are capitals, the server's are not.
    const history = r.text("history") ?? "";
    const answered = /[a-z]/.test(history);
    return session(
      {
        network: { protocol: "quic" },
        tls: { client: { server_name: r.text("server_name") } },
        destination: { domain: r.text("server_name") },
      },
      answered ? "established" : "unknown",
      `history=${history}`,
    );
  },
  websocket: (r) =>
    session(
      {
        network: { protocol: "websocket" },
        url: { domain: r.text("host"), original: r.text("uri") },
        user_agent: { original: r.text("user_agent") },
      },
      "established",
      "websocket log",
    ),
  mqtt_connect: (r) => {
    const status = r.text("connect_status");
    const taken = status === "Connection Accepted";
    return session(
      { network: { protocol: "mqtt" }, ...user(r.text("client_id")) },
      status === undefined ? "unknown" : taken ? "established" : "refused",
      `connect_status=${status ?? "-"}`,
    );
  },
  mqtt_publish: spoken("mqtt"),
  mqtt_subscribe: spoken("mqtt"),
  dnp3: (r) =>
    r.text("fc_reply") === undefined
      ? session({ network: { protocol: "dnp3" }, event: { action: r.text("fc_request") } }, "unknown", "no fc_reply")
      : session(
          { network: { protocol: "dnp3" }, event: { action: r.text("fc_request") } },
          "established",
          "fc_reply is set",
        ),
  redis: spoken("redis"),
  dpd: (r) =>
    session(
      { event: { action: r.text("analyzer") } },
      "unknown",
      "a protocol violation does not say how far the traffic came",
    ),
  traceroute: (r) =>
    session({ source: endpoint({ ip: r.text("src") }), destination: endpoint({ ip: r.text("dst") }) }, "unknown"),
});

export const ZEEK_KINDS: ReadonlyMap<string, Reader> = new Map(Object.entries(READERS));

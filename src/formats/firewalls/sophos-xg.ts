/** Sophos Firewall (XG, XGS, SFOS; Cyberoam before it), in the older `date= time=` and the newer `timestamp=` layouts. */
import type { Event } from "../../model/event.js";
import { civilTime, parseIsoTime, zoneOffset } from "../time.js";
import type { ParsedTime } from "../format.js";
import { httpOutcome, keyValues } from "../values.js";
import { keyedFormat, type Fields, type Judgement } from "./keyed.js";
import { counted, countersOf, isBlocked, sessionBegan } from "./verdict.js";

function time(f: Fields): ParsedTime | undefined {
  const stamp = f["timestamp"];
  if (stamp !== undefined) return parseIsoTime(stamp);
  const local = parseIsoTime(`${f["date"] ?? ""} ${f["time"] ?? ""}`);
  const offset = f["timezone"] === undefined ? undefined : zoneOffset(f["timezone"]);
  return local?.kind === "local" && offset !== undefined
    ? civilTime(local.year, local.month, local.day, local.hour, local.minute, local.second, 0, offset)
    : local;
}

function login(f: Fields): Judgement {
  const status = f["status"] ?? "";
  const said = `${f["log_component"] ?? ""}, status=${status}`;
  const near = { initiator: "source", observerIsAsset: true } as const;
  if (/fail|den|reject|expire/i.test(status)) return { outcome: "refused", outcomeReason: said, ...near };
  if (/^(?:Successful|Established|Success|Connected|Terminated|Disconnected|Logout)/i.test(status) && f["user_name"])
    return { outcome: "authenticated", outcomeReason: said, ...near };
  return { outcome: "unknown", outcomeReason: said, ...near };
}

function judge(f: Fields, event: Event): Judgement {
  const kind = f["log_type"] ?? "";
  const verdict = f["log_subtype"] ?? "";
  const said = `log_subtype=${verdict}`;
  if (f["log_component"] === "IPSec")
    return {
      outcome: /\bestablished\b/i.test((f["message"] ?? "").slice(0, 200)) ? "established" : "unknown",
      outcomeReason: "an IPsec connection",
      initiator: "unknown",
      initiatorReason: "the log does not say which peer began",
      observerIsAsset: true,
    };
  if (/^Event$|^SSL VPN|Authentication/i.test(kind) && event.destination?.port === undefined) return login(f);
  if (kind === "WAF" || kind === "Web Server Protection") {
    const reason = f["reason"];
    const blocked =
      isBlocked(verdict) ||
      (reason !== undefined && !/^(?:-|)$/.test(reason) && event.http?.response?.status_code === 403);
    return {
      ...(blocked ? { outcome: "blocked", outcomeReason: said } : httpOutcome(event.http?.response?.status_code)),
      initiator: "source",
      observerIsAsset: true,
    };
  }
  const judged = verdictOf(f, event, kind, verdict, said);
  if (kind === "IDP" || kind === "IPS")
    return { ...judged, initiator: "unknown", initiatorReason: "the source of an attack may be either end" };
  return { ...judged, ...sessionBegan(judged.outcome, event) };
}

function verdictOf(
  f: Fields,
  event: Event,
  kind: string,
  verdict: string,
  said: string,
): Pick<Judgement, "outcome" | "outcomeReason"> {
  const action = f["action"] ?? f["status"] ?? "";
  if (isBlocked(verdict) || (kind === "Firewall" && /^den/i.test(action)) || (isBlocked(action) && kind !== "Firewall"))
    return { outcome: "blocked", outcomeReason: said };
  if (kind === "Firewall") {
    const began = f["connevent"] ?? f["con_event"];
    if (began === "Start") return { outcome: "unknown", outcomeReason: `${said}, the session only began` };
    return counted(countersOf(event), said);
  }
  const status = event.http?.response?.status_code;
  if (status !== undefined) return httpOutcome(status);
  // Filters of content look into a connection's data, which over TCP there is none of before the handshake.
  if (event.network?.transport === "tcp") return { outcome: "established", outcomeReason: `${said}: content was seen` };
  return counted(countersOf(event), said);
}

export const sophosXg = keyedFormat({
  id: "sophos.xg",
  title: "Sophos Firewall (XG, SFOS) logs",
  reference: "https://docs.sophos.com/nsg/sophos-firewall/21.5/syslog/index.html",
  vendor: "Sophos",
  product: "Firewall",
  marks: ["log_component="],
  find(line) {
    if (!line.includes("log_type=") || !line.includes("log_component=")) return -1;
    const m = /(?:^|[\s>])(device(?:_name|_id)?=|date=\d{4}|timestamp=")/.exec(line.slice(0, 420));
    return m ? m.index + m[0].length - m[1]!.length : -1;
  },
  fields: (line, start) => keyValues(line.slice(start)),
  names: {
    src: "src_ip sourceip remote_ip client_ip",
    sport: "src_port",
    sbytes: "sent_bytes bytes_sent bytesrcv",
    spackets: "sent_pkts packets_sent",
    snat: "tran_src_ip src_trans_ip leased_ip",
    snatport: "tran_src_port src_trans_port",
    dst: "dst_ip localip destinationip",
    dport: "dst_port",
    dbytes: "recv_bytes bytes_received bytessent",
    dpackets: "recv_pkts packets_received",
    dnat: "tran_dst_ip dst_trans_ip",
    dnatport: "tran_dst_port dst_trans_port",
    transport: "protocol",
    protocol: "application app_name ws_protocol",
    direction: "con_direction",
    action: "log_subtype action status",
    user: "user_name user",
    url: "url",
    domain: "domain domainname host server",
    method: "method http_method",
    status: "httpstatus status_code http_status",
    agent: "useragent user_agent",
    referrer: "referer http_referer",
    rule: "signature_msg fw_rule_name rule_name fw_rule_id",
    device: "device_name",
    duration: "duration",
  },
  time,
  judge,
  dataset: (f) =>
    `sophos.xg.${(f["log_type"] ?? "")
      .toLowerCase()
      .replace(/[^a-z0-9]{1,8}/g, "_")
      .slice(0, 32)}`,
});

/** Cisco Meraki MX (and MR): `flows`, `firewall`, `urls`, `ids-alerts`, `security_event`, `events`, after `1 <epoch> <device>`. */
import type { Event } from "../../model/event.js";
import { tell, type Sentence } from "../messages.js";
import { parseEpoch } from "../time.js";
import { keyedFormat, type Fields, type Judgement } from "./keyed.js";
import { icmpBeginning } from "../initiator.js";
import { integer, keyValues } from "../values.js";
import { isBlocked, packetBegan, sessionBegan } from "./verdict.js";
import { ADDRESS } from "./patterns.js";

const KINDS =
  "flows|firewall|cellular_firewall|vpn_firewall|bridge_anyconnect_client_vpn_firewall|ip_flow_start|ip_flow_end|urls|ids-alerts|security_event|airmarshal_events|events";
const KIND_MARKS = KINDS.split("|").map((kind) => `${kind} `);
const MARK = new RegExp(`(?:^|\\s)(?:1 (\\d{10}\\.\\w{1,9}) (\\S{1,64}) )((${KINDS}) )`);
/** After an envelope that took the time and the device's name. */
const BARE = new RegExp(`^((${KINDS}) (?=\\w[\\w-]{0,24}=|allow |deny |\\w+_|dhcp|type=|Blocked|[\\w ]{1,40}))`);

const IP = ADDRESS;
const SENTENCES: readonly Sentence[] = [
  {
    says: new RegExp(
      `^(?:client|anyconnect)_vpn_connect user id '(?<user>[^']{0,128})' local ip ${IP} connected from (?<ip>${IP})`,
    ),
    outcome: "authenticated",
    reason: "client_vpn_connect",
    action: "client_vpn_connect",
  },
  {
    says: new RegExp(
      `^anyconnect_vpn_(?:auth_success|connect)\\b.{0,200}?\\bPeer IP ?= ?(?<ip>${IP})(?: Peer port ?= ?(?<port>\\d{1,5}))?`,
      "i",
    ),
    outcome: "authenticated",
    reason: "an AnyConnect login",
    action: "anyconnect_vpn_connect",
  },
  {
    says: new RegExp(
      `^anyconnect_vpn_(?:auth_failure|auth_fail|reject)\\w{0,16}.{0,200}?\\bPeer IP ?= ?(?<ip>${IP})(?: Peer port ?= ?(?<port>\\d{1,5}))?`,
      "i",
    ),
    outcome: "refused",
    reason: "an AnyConnect login failed",
    action: "anyconnect_vpn_auth_failure",
  },
  {
    says: new RegExp(
      `^anyconnect_vpn_\\w{1,32}\\b.{0,200}?\\bPeer IP ?= ?(?<ip>${IP})(?: Peer port ?= ?(?<port>\\d{1,5}))?`,
      "i",
    ),
    outcome: "unknown",
    reason: "an AnyConnect message",
    action: "anyconnect_vpn",
  },
];

function judge(f: Fields, event: Event): Judgement | undefined {
  const kind = f["kind"] ?? "";
  const rule = f["verdict"] ?? "";
  event.event = { ...event.event, action: f["action"] ?? (rule === "" ? kind : rule) };
  if (kind === "urls") {
    const m = /\brequest: (\S{1,16}) (\S{1,4096})/.exec(f["text"] ?? "");
    // An unknown method means that only the TLS or DNS name was seen.
    if (m && m[1] !== "UNKNOWN") event.http = { request: { method: m[1]! } };
    const domain = m && /^[a-z]{2,8}:\/\/([^/:?#\s]{1,253})/i.exec(m[2]!)?.[1];
    if (m) event.url = { original: m[2]!, ...(domain ? { domain } : {}) };
    return { outcome: "established", outcomeReason: "a request was seen", ...sessionBegan("established", event) };
  }
  if (kind === "ids-alerts" || f["signature"] !== undefined)
    return {
      outcome: isBlocked(f["decision"]) ? "blocked" : "unknown",
      outcomeReason: f["decision"] === undefined ? kind : `decision=${f["decision"]}`,
      initiator: "unknown",
      initiatorReason: "an alert names the packet's sender",
    };
  if (kind === "security_event")
    return {
      outcome: isBlocked(f["action"]) ? "blocked" : "established",
      outcomeReason: `action=${f["action"] ?? ""}, a file was seen`,
      ...sessionBegan("established", event),
    };
  if (kind === "events") {
    const told = tell(f["text"] ?? "", SENTENCES);
    if (told) {
      const { event: said, ...rest } = told;
      Object.assign(event, said);
      return rest;
    }
    const refused = /\b(?:content_filtering_block|nbar_block)\b/.exec(f["text"] ?? "")?.[0];
    if (refused !== undefined)
      return {
        outcome: "blocked",
        outcomeReason: refused,
        initiator: "source",
        initiatorReason: "a client's request",
      };
    const peer = /\bpeer_contact='?([0-9.]{7,15}):(\d{1,5})/.exec(f["text"] ?? "");
    if (peer) event.destination = { ip: peer[1]!, port: Number(peer[2]) };
    return { outcome: "unknown", initiator: "unknown", observerIsAsset: true };
  }
  if (!event.source && !event.destination) return { outcome: "unknown", initiator: "unknown", observerIsAsset: true };
  if (/^(?:deny|block|drop)/.test(rule))
    return { outcome: "blocked", outcomeReason: `pattern: ${rule}`, ...sessionBegan("blocked", event) };
  return {
    outcome: "unknown",
    outcomeReason: rule === "" ? kind : `${rule}: a flow began, the answer is not told`,
    ...(event.network?.transport === "icmp"
      ? icmpBeginning(integer(f["type"]), 4)
      : packetBegan(event, "a flow's first packet")),
  };
}

export const meraki = keyedFormat({
  id: "cisco.meraki",
  title: "Cisco Meraki MX flows, URLs, IDS alerts and events",
  reference:
    "https://documentation.meraki.com/General_Administration/Monitoring_and_Reporting/Syslog_Event_Types_and_Log_Samples",
  vendor: "Cisco",
  product: "Meraki MX",
  prose: true,
  marks: KIND_MARKS,
  find(line, envelope) {
    const m = MARK.exec(line.slice(0, 420));
    if (m) return m.index;
    return envelope && BARE.test(line) ? 0 : -1;
  },
  fields(line, start) {
    const text = line.slice(start, start + 8192).trimStart();
    const m = MARK.exec(text);
    const bare = m ? undefined : BARE.exec(text);
    const kind = m?.[4] ?? bare?.[2];
    if (kind === undefined) return undefined;
    const body = text.slice(m ? m.index + m[0].length : bare![0].length);
    // 0 allows and 1 denies in group policies (`pattern: 1 all`); layer-3 rules say it in words.
    const said = /^(allow|deny)\b/.exec(body)?.[1] ?? /\bpattern: (\w{1,16})\b/.exec(body)?.[1];
    const verdict = said === "0" ? "allow" : said === "1" ? "deny" : said;
    const pairs = keyValues(body.replace(/\b(?:message|request|pattern): .*$/s, ""));
    if (pairs["src"] === undefined && kind !== "events" && kind !== "security_event" && !kind.endsWith("events"))
      return undefined;
    return {
      ...pairs,
      kind,
      text: body,
      ...(m?.[1] === undefined ? {} : { epoch: m[1], device: m[2]! }),
      ...(verdict === undefined ? {} : { verdict }),
    };
  },
  names: {
    src: "src client_ip ip_src",
    sport: "sport",
    snat: "translated_src_ip",
    snatport: "translated_port",
    dst: "dst server_ip server ip_dst",
    dport: "dport",
    dnat: "translated_dst_ip",
    transport: "protocol",
    direction: "direction",
    url: "url",
    agent: "agent",
    rule: "signature name",
    device: "device",
  },
  time: (f) =>
    f["epoch"] === undefined
      ? f["timestamp"] === undefined
        ? undefined
        : parseEpoch(f["timestamp"])
      : parseEpoch(f["epoch"].replace(/\.\D.*$/, "")),
  judge,
  dataset: (f) => `cisco.meraki.${f["kind"]}`,
});

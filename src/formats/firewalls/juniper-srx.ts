/**
 * Juniper Junos security logs (SRX, vSRX): RT_FLOW, AppTrack, RT_IDP, RT_UTM, RT_AAMW, RT_SECINTEL and RT_SCREEN, as structured data or as
 * sentences.
 */
import type { Event, Outcome } from "../../model/event.js";
import type { EnvelopeFields } from "../format.js";
import type { Beginning } from "../initiator.js";
import { parseEpoch } from "../time.js";
import { addressAndPort } from "../values.js";
import { keyedFormat, type Fields, type Judgement } from "./keyed.js";
import { counted, countersOf, isBlocked, onlyBare, packetBegan, sessionBegan } from "./verdict.js";

const EVENT =
  /\b((?:RT_FLOW_SESSION|RT_FLOW_NEXTHOP|APPTRACK_SESSION|RT_SCREEN|IDP_ATTACK|IDP_APPDDOS|WEBFILTER|AV|CONTENT_FILTERING|ANTISPAM|AAMW|SRX_AAMW|SECINTEL|APPID_SESSION|FLOW_REASSEMBLE|FWAUTH|SSL_PROXY)_[A-Z0-9_]{2,48}|RT_SCREEN_[A-Z_]{2,20})\b/;

/** The event's name: MSGID in structured data, the tag or the message's beginning in sentences. */
function eventName(line: string, envelope: EnvelopeFields | undefined): string | undefined {
  const msgid = envelope?.structured?.["syslog.msgid"];
  return (
    (msgid === undefined ? undefined : EVENT.exec(msgid)?.[1]) ??
    (envelope?.program === undefined ? undefined : EVENT.exec(envelope.program)?.[1]) ??
    EVENT.exec(line.slice(0, 200))?.[1]
  );
}

const SD = "junos@2636.";
const PARAM = /(?:^|[ [])([a-z][a-z0-9-]{1,48})="([^"]{0,2048})"/g;

function structured(line: string, envelope: EnvelopeFields | undefined): Record<string, string> {
  const out: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [key, value] of Object.entries(envelope?.structured ?? {}))
    if (key.startsWith(SD)) out[key.slice(key.lastIndexOf(".") + 1)] = value;
  // Cut lines, and structured data in an RFC 3164 header.
  if (line.includes('="')) for (const [, key, value] of line.slice(0, 8192).matchAll(PARAM)) out[key!] ??= value!;
  return out;
}

const ARROW = /([0-9A-Fa-f.:]{2,45})[/(](\d{1,5})\)?->([0-9A-Fa-f.:]{2,45})[/(](\d{1,5})/g;

/** `session closed TCP FIN: a/p->b/p 0x0 service nat/p->nat/p … 6 policy from to id 10(1500) 8(6000) 30 …`. */
function sentence(line: string): Record<string, string> {
  const out: Record<string, string> = Object.create(null) as Record<string, string>;
  const text = line.slice(0, 4096);
  const arrows = [...text.matchAll(ARROW)].slice(0, 2);
  const put = (names: readonly string[], m: RegExpExecArray | undefined): void =>
    names.forEach((name, i) => {
      if (m?.[i + 1] !== undefined) out[name] = m[i + 1]!;
    });
  put(["source-address", "source-port", "destination-address", "destination-port"], arrows[0]);
  put(["nat-source-address", "nat-source-port", "nat-destination-address", "nat-destination-port"], arrows[1]);
  const last = arrows.at(-1);
  if (last && /session (?:created|closed|denied|volume)/i.test(text)) {
    const rest = text.slice(last.index + last[0].length).split(/\s+/, 24);
    // The protocol's number is the first bare number; before it stand names and the connection's tag (`0x0`).
    const at = rest.findIndex((word) => /^\d{1,3}(?:\(\d{1,3}\))?$/.test(word));
    if (at >= 0) {
      out["protocol-id"] = rest[at]!.replace(/\(.*$/, "");
      if (rest[at + 1] !== undefined) out["policy-name"] = rest[at + 1]!;
    }
  }
  put(
    ["packets-from-client", "bytes-from-client", "packets-from-server", "bytes-from-server", "elapsed-time"],
    / (\d{1,12})\((\d{1,15})\) (\d{1,12})\((\d{1,15})\) (\d{1,9})\b/.exec(text) ?? undefined,
  );
  put(["reason"], /session closed ([A-Za-z][\w ]{0,40}):/.exec(text) ?? undefined);
  put(["action"], /\baction[=:] ?"?([\w-]{1,24}(?: [\w-]{1,16})?(?=")|[\w-]{1,24})/i.exec(text) ?? undefined);
  put(["epoch-time"], /\bIDP: at (\d{9,11}),/.exec(text) ?? undefined);
  put(["url", "obj"], /\bURL=(\S{1,253}) OBJ=(\S{1,2048})/.exec(text) ?? undefined);
  put(["protocol-name"], /\bfor ([A-Z0-9]{2,8}) protocol\b/.exec(text) ?? undefined);
  if (arrows.length === 0) {
    // Screens and anti-virus: `source: a:p, destination: b:p`, `from a:p to b:p`.
    const m = /\b(?:source|from):? ([0-9A-Fa-f.:[\]]{2,52}),? (?:destination:|to) ([0-9A-Fa-f.:[\]]{2,52})/.exec(text);
    const [from, to] = [addressAndPort(m?.[1]), addressAndPort(m?.[2]?.replace(/[.,:]$/, ""))];
    if (from.ip !== undefined) out["source-address"] = from.ip;
    if (from.port !== undefined) out["source-port"] = String(from.port);
    if (to.ip !== undefined) out["destination-address"] = to.ip;
    if (to.port !== undefined) out["destination-port"] = String(to.port);
  }
  return out;
}

function judge(f: Fields, event: Event): Judgement {
  const name = f["event"] ?? "";
  event.event = { ...event.event, action: name.toLowerCase() };
  if (f["url"] !== undefined && f["obj"]?.startsWith("/"))
    event.url = { domain: f["url"], path: f["obj"], original: `${f["url"]}${f["obj"]}` };
  const said = f["action"] === undefined ? name : `${name}, action=${f["action"]}`;
  // Of a virus or a spam mail the sender is named first, which may be the server.
  const sender = /^(?:AV|ANTISPAM|CONTENT_FILTERING)/.test(name);
  const began = (outcome: Outcome): Beginning =>
    sender ? packetBegan(event, "the sender of a content") : sessionBegan(outcome, event);
  const blockedBy = (outcomeReason: string): Judgement => ({
    outcome: "blocked",
    outcomeReason,
    ...began("blocked"),
  });
  if (/_DENY(?:_|$)/.test(name)) return blockedBy(name);
  if (/SESSION_CLOSE|SESSION_VOL/.test(name)) {
    const reason = f["reason"] ?? "";
    const judged = counted(countersOf(event), reason === "" ? name : `${name}, reason=${reason}`);
    if (onlyBare(countersOf(event)) && /(?:SERVER )?RST/.test(reason))
      return { ...judged, outcome: "refused", ...sessionBegan("refused", event) };
    return { ...judged, ...sessionBegan(judged.outcome, event, "RT_FLOW names the session's initiator first") };
  }
  if (/SESSION_CREATE/.test(name))
    return {
      outcome: "unknown",
      outcomeReason: `${name}: logged before any answer`,
      initiator: "source",
      initiatorReason: "RT_FLOW names the session's initiator first",
    };
  if (name.startsWith("RT_SCREEN")) {
    const passed = /alarm-without-drop|permit|none/i.test(f["action"] ?? "");
    return { outcome: passed ? "unknown" : "blocked", outcomeReason: said, ...packetBegan(event, "a screen's packet") };
  }
  if (/BLOCKED|DROP/.test(name) || isBlocked(f["action"]) || /^(?:BLOCK|DROP|CLOSE|SINKHOLE)/i.test(f["action"] ?? ""))
    return { ...blockedBy(said), ...(name.startsWith("IDP") ? eitherEnd : {}) };
  // What is seen inside a connection's data needs a connection.
  if (
    /^(?:WEBFILTER|AV|CONTENT_FILTERING|AAMW|SRX_AAMW|SECINTEL|SSL_PROXY)/.test(name) &&
    event.destination?.port !== undefined
  )
    return {
      outcome: "established",
      outcomeReason: `${said}: content was seen`,
      ...began("established"),
    };
  return { outcome: "unknown", outcomeReason: said, ...eitherEnd };
}

const eitherEnd = { initiator: "unknown", initiatorReason: "the source of an attack may be either end" } as const;

export const juniperSrx = keyedFormat({
  id: "juniper.srx",
  title: "Juniper SRX (Junos) security logs: RT_FLOW, RT_IDP, RT_UTM, RT_AAMW, RT_SCREEN",
  reference:
    "https://juniper.net/documentation/en_US/junos12.1x47/topics/reference/command-summary/show-security-log-file.html; https://apps.juniper.net/syslog-explorer/",
  vendor: "Juniper",
  product: "SRX",
  prose: true,
  find: (line, envelope) => {
    const named = envelope?.structured !== undefined || envelope?.program?.includes("_") === true;
    if (!named && !line.includes("_")) return -1;
    if (envelope?.structured || envelope?.program !== undefined)
      return eventName(line, envelope) === undefined ? -1 : 0;
    return EVENT.exec(line.slice(0, 300))?.index ?? -1;
  },
  fields(line, _start, envelope) {
    const event = eventName(line, envelope)!;
    const named = structured(line, envelope);
    const f = named["source-address"] === undefined ? { ...sentence(line), ...named } : named;
    const out: Record<string, string> = { event };
    // "UNKNOWN" and "None" are said of applications, rules and users that there are none of.
    for (const [key, value] of Object.entries(f))
      if (!/^(?:UNKNOWN|None|N\/A|INCONCLUSIVE)$/.test(value))
        out[key] = key === "service-name" ? value.replace(/^junos-/, "") : value;
    return out;
  },
  names: {
    src: "source-address client-ip client-ip-str host-ip",
    sport: "source-port",
    sbytes: "bytes-from-client outbound-bytes",
    spackets: "packets-from-client outbound-packets",
    snat: "nat-source-address",
    snatport: "nat-source-port",
    dst: "destination-address",
    dport: "destination-port",
    dbytes: "bytes-from-server inbound-bytes",
    dpackets: "packets-from-server inbound-packets",
    dnat: "nat-destination-address",
    dnatport: "nat-destination-port",
    transport: "protocol-id protocol-name",
    protocol: "application service-name",
    user: "username user-name",
    domain: "http-host",
    rule: "attack-name policy-name policy rule-name",
    duration: "elapsed-time",
  },
  time: (f) => (f["epoch-time"] === undefined ? undefined : parseEpoch(f["epoch-time"])),
  judge,
});

/** Juniper NetScreen (ScreenOS): traffic logs as pairs, other messages as sentences. */
import { parseIsoTime } from "../time.js";
import { tell, type Sentence } from "../messages.js";
import { keyValues } from "../values.js";
import { keyedFormat, type Fields, type Judgement } from "./keyed.js";
import { counted, countersOf, isBlocked, packetBegan, sessionBegan } from "./verdict.js";
import type { Event } from "../../model/event.js";
import { ADDRESS } from "./patterns.js";

const MARK = "NetScreen device_id=";
const IP = ADDRESS;
const SENTENCES: readonly Sentence[] = [
  {
    says: new RegExp(
      `[Ll]ogin attempt to system by admin (?<user>.{1,128}?) via .{1,64} from (?<ip>${IP}):(?<port>\\d{1,5}) has failed`,
    ),
    outcome: "refused",
    reason: "login attempt has failed",
    action: "login",
  },
  {
    says: new RegExp(
      `(?:Admin user|admin user) "?(?<user>[^"]{1,128}?)"? (?:has )?logged (?:in|on|out).{0,80} from (?<ip>${IP})(?::(?<port>\\d{1,5}))?(?=[\\s(]|$)`,
    ),
    outcome: "authenticated",
    reason: "an administrator's session",
    action: "login",
  },
  {
    says: new RegExp(
      `Management session via .{1,64} from (?<ip>${IP}):(?<port>\\d{1,5}) .{0,160}?has (?:been established|timed out|been terminated)`,
    ),
    outcome: "authenticated",
    reason: "a management session",
    action: "login",
  },
  {
    says: new RegExp(
      `^.{0,40}SSH: (?:Password|PKA) authentication (?:failed|rejected).{0,80}?(?<user>\\w{1,64})'? .{0,40}(?:at host|from) (?<ip>${IP})(?=[\\s.]|$)`,
    ),
    outcome: "refused",
    reason: "SSH authentication failed",
    action: "login",
  },
  {
    says: new RegExp(`^IKE[ <](?<ip>${IP})>? .{0,120}(?:Responded to|Responder)`),
    outcome: "unknown",
    reason: "an IKE negotiation",
    action: "ike",
    initiatorReason: "the firewall responded",
  },
  {
    says: new RegExp(`^IKE[ <](?<ip>${IP})>? .{0,120}(?:Initiated negotiation|Initiator)`),
    outcome: "unknown",
    reason: "an IKE negotiation",
    action: "ike",
    away: true,
    initiatorReason: "the firewall initiated",
  },
  {
    says: new RegExp(`^IKE[ <](?<ip>${IP})>? Phase [12]: Completed`),
    outcome: "established",
    reason: "an IKE phase was completed",
    action: "ike",
    initiator: "unknown",
    initiatorReason: "the message does not say which peer began",
  },
];

/** `Port scan! From a:p to b:p, proto TCP (zone Untrust int ethernet1). Occurred 1 times.` */
const ATTACK =
  /\bFrom ([0-9A-Fa-f.:]{2,45}?)(?:[:/](\d{1,5}))? to ([0-9A-Fa-f.:]{2,45}?)(?:[:/](\d{1,5}))?, proto (\w{1,8})/;

function judge(f: Fields, event: Event): Judgement | undefined {
  if (f["start_time"] !== undefined || f["policy_id"] !== undefined) {
    const action = f["action"] ?? "";
    const judged = isBlocked(action)
      ? ({ outcome: "blocked", outcomeReason: `action=${action}` } as const)
      : f["reason"] === "Creation"
        ? ({ outcome: "unknown", outcomeReason: `action=${action}, reason=Creation` } as const)
        : counted(
            countersOf(event),
            f["reason"] === undefined ? `action=${action}` : `action=${action}, reason=${f["reason"]}`,
          );
    return { ...judged, ...sessionBegan(judged.outcome, event) };
  }
  const message = f["message"] ?? "";
  const told = tell(message, SENTENCES);
  if (told) {
    const { event: said, ...rest } = told;
    Object.assign(event, said, { event: said.event });
    return rest;
  }
  if (f["attack"] !== undefined) event.event = { ...event.event, action: f["attack"] };
  if (f["attack"] !== undefined)
    return { outcome: "unknown", outcomeReason: f["attack"], ...packetBegan(event, "an attack's packet") };
  return { outcome: "unknown", initiator: "unknown", observerIsAsset: true };
}

export const juniperScreenos = keyedFormat({
  id: "juniper.screenos",
  title: "Juniper NetScreen (ScreenOS) traffic and event logs",
  reference: "ScreenOS 6.3.0 Message Log Reference Guide, Juniper Networks",
  vendor: "Juniper",
  product: "NetScreen",
  prose: true,
  marks: [MARK],
  find: (line) => line.indexOf(MARK),
  fields(line, start) {
    const body = line.slice(start, start + 8192);
    const bracket = /\[[^\]]{0,64}\](?:system|traffic|self)[\w-]{0,64}(?:\(\w{1,16}\))?: ?/.exec(body);
    if (!body.includes("start_time=") && !body.includes("policy_id=")) {
      const message = bracket ? body.slice(bracket.index + bracket[0].length) : body;
      const m = ATTACK.exec(message);
      const read: Record<string, string> = { message };
      const device = /device_id=(\S{1,64})/.exec(body)?.[1];
      if (device !== undefined) read["device_id"] = device;
      const time = /\((\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\)\s*$/.exec(message.slice(-40))?.[1];
      if (time !== undefined) read["time"] = time;
      if (m) Object.assign(read, { src: m[1], src_port: m[2] ?? "", dst: m[3], dst_port: m[4] ?? "", proto: m[5] });
      if (m) read["attack"] = message.slice(0, 64).split("!", 1)[0]!;
      return read;
    }
    // Names with a space in them, and `port` said twice.
    return keyValues(
      body
        .replace(/\b(src|dst) zone=/g, "$1_zone=")
        .replace(/\b(src|dst)-xlated ip=(\S{1,45}) port=/g, "$1_xlated_ip=$2 $1_xlated_port="),
    );
  },
  names: {
    src: "src",
    sport: "src_port",
    sbytes: "sent",
    snat: "src_xlated_ip",
    snatport: "src_xlated_port",
    dst: "dst",
    dport: "dst_port",
    dbytes: "rcvd",
    dnat: "dst_xlated_ip",
    dnatport: "dst_xlated_port",
    transport: "proto",
    protocol: "service",
    action: "action",
    rule: "policy_id",
    device: "device_id",
    duration: "duration",
  },
  time: (f) => parseIsoTime(f["start_time"] ?? f["time"] ?? ""),
  judge,
});

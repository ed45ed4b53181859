/** HPE Aruba controllers and gateways (`<124006> <WARN> |authmgr| TCP srcip=…`) and ClearPass (`Common.Username=…`). */
import type { Event } from "../../model/event.js";
import { keyValues } from "../values.js";
import { keyedFormat, type Fields, type Judgement } from "./keyed.js";
import { isBlocked, packetBegan } from "./verdict.js";

const LEVELS = ["EMRG", "ALRT", "CRIT", "ERRS", "WARN", "NOTI", "INFO", "DBUG"];
const MARK = new RegExp(`<(\\d{6})> (?:<\\d{1,6}> )?<(?:${LEVELS.join("|")})> `);

function judge(f: Fields, event: Event): Judgement {
  const text = f["text"] ?? "";
  if (f["srcip"] !== undefined && f["dstip"] !== undefined) {
    const action = f["action"] ?? "";
    const blocked = isBlocked(action);
    return {
      outcome: blocked ? "blocked" : "unknown",
      outcomeReason: `action=${action}`,
      ...packetBegan(event, "a session's first packet"),
    };
  }
  const near = { initiator: "source", observerIsAsset: true } as const;
  if (/Authentication (?:Failed|failed)|auth.{0,20}fail|rejected/i.test(text))
    return { outcome: "refused", outcomeReason: "authentication failed", ...near };
  if (/Authentication Successful|authentication succeeded|logged in/i.test(text))
    return { outcome: "authenticated", outcomeReason: "authentication succeeded", ...near };
  return { outcome: "unknown", initiator: event.source ? "source" : "unknown", observerIsAsset: true };
}

export const aruba = keyedFormat({
  id: "aruba.controller",
  title: "HPE Aruba mobility controller and gateway logs",
  reference: "ArubaOS Syslog Messages Reference Guide, HPE Aruba Networking",
  vendor: "HPE Aruba",
  product: "ArubaOS",
  prose: true,
  marks: LEVELS.map((level) => `> <${level}> `),
  find: (line) => (line.includes("> <") ? (MARK.exec(line.slice(0, 300))?.index ?? -1) : -1),
  fields(line, start) {
    const text = line.slice(start, start + 4096);
    const protocol = /\b(TCP|UDP|ICMP) srcip=/.exec(text)?.[1];
    const pairs = keyValues(text, ",");
    return { ...pairs, text, ...(protocol === undefined ? {} : { proto: protocol }) };
  },
  names: {
    src: "srcip userip IP ip",
    sport: "srcport",
    dst: "dstip",
    dport: "dstport",
    transport: "proto",
    action: "action",
    user: "username user",
    rule: "policy role",
  },
  judge,
});

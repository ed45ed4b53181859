/** Forcepoint NGFW (Stonesoft) log export: `Timestamp="…",LogId="…",NodeId="…",Facility="…",Action="Allow",Src="…"`. */
import type { Event } from "../../model/event.js";
import { parseIsoTime } from "../time.js";
import { keyValues } from "../values.js";
import { keyedFormat, type Fields, type Judgement } from "./keyed.js";
import { counted, countersOf, isBlocked, sessionBegan } from "./verdict.js";

function judge(f: Fields, event: Event): Judgement {
  const name = f["event"] ?? "";
  const action = f["action"] ?? "";
  const said = `Event=${name}, Action=${action}`;
  if (isBlocked(action) || /Discarded|Refused|Blocked|Terminated/.test(name))
    return { outcome: "blocked", outcomeReason: said, ...sessionBegan("blocked", event) };
  if (/Closed/.test(name)) {
    const judged = counted(countersOf(event), said);
    return { ...judged, ...sessionBegan(judged.outcome, event) };
  }
  return {
    outcome: "unknown",
    outcomeReason: `${said}: a permission shows no answer`,
    ...sessionBegan("unknown", event),
  };
}

export const forcepoint = keyedFormat({
  id: "forcepoint.ngfw",
  title: 'Forcepoint NGFW (Stonesoft) logs forwarded by the SMC as name="value"',
  reference:
    'Forcepoint Next Generation Firewall Product Guide, "Log entry fields" and "Forwarding log data from the Log Server"',
  vendor: "Forcepoint",
  product: "NGFW",
  marks: ['NodeId="'],
  find(line) {
    if (!/\bNodeId="/i.test(line) || !/\bSenderId="|\bLogId="|\bFacility="/i.test(line)) return -1;
    return line.slice(0, 420).search(/\b(?:Timestamp|LogId|NodeId)="/i);
  },
  fields(line, start) {
    const pairs = keyValues(line.slice(start), ",");
    return Object.fromEntries(Object.entries(pairs).map(([key, value]) => [key.toLowerCase(), value]));
  },
  names: {
    src: "src",
    sport: "sport",
    sbytes: "accrxbytes",
    snat: "natsrc",
    snatport: "natsport",
    dst: "dst",
    dport: "dport",
    dbytes: "acctxbytes",
    dnat: "natdst",
    dnatport: "natdport",
    transport: "protocol",
    protocol: "service",
    action: "action",
    user: "username user",
    rule: "ruleid",
    device: "nodeid",
    duration: "accelapsed",
  },
  time: (f) => parseIsoTime(f["timestamp"] ?? ""),
  judge,
});

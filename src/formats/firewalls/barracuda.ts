/** Barracuda CloudGen Firewall (NextGen F): firewall activity as `type=FWD|proto=TCP|srcIF=…|srcIP=…` or the same columns without names. */
import type { Event } from "../../model/event.js";
import { keyedFormat, splitPairs, type Fields, type Judgement } from "./keyed.js";
import { counted, countersOf, isBlocked, packetBegan, sessionBegan } from "./verdict.js";

const NAMED = /(?:^|\s)(?:(\w{4,14}):? )?(type=\w{1,8}\|proto=)/;
/** `Info fw Block: FWD|TCP|eth0|a|51234|mac|b|22|ssh|eth1|rule|…`. */
const COLUMNS =
  /(?:^|\s)((Allow|Block|Deny|Drop|Detect|Remove|Fail|LocalAllow|LocalBlock|LocalDeny|LocalDrop|LocalFail|LocalRemove|BLOCK|ALLOW|DROP|DETECT|DENY):? (?:FWD|LIN|LOUT|IFWD|LB)\|)/;
const ORDER =
  "type proto srcIF srcIP srcPort srcMAC dstIP dstPort dstService dstIF rule info srcNAT dstNAT duration count receivedBytes sentBytes receivedPackets sentPackets user protocol application target content urlcat".split(
    " ",
  );

function judge(f: Fields, event: Event): Judgement {
  const action = f["action"] ?? "";
  const info = f["info"] ?? "";
  const said = info === "" ? action : `${action}: ${info}`;
  event.event = { ...event.event, action: action.toLowerCase() };
  if (isBlocked(action.replace(/^Local/, "")) || /^(?:Local)?(?:Block|Deny|Drop)/i.test(action))
    return { outcome: "blocked", outcomeReason: said, ...sessionBegan("blocked", event) };
  if (/^(?:Local)?Fail/i.test(action))
    return {
      outcome: /timeout|unreachable|no response/i.test(info)
        ? "unanswered"
        : /refused|reset/i.test(info)
          ? "refused"
          : "unanswered",
      outcomeReason: said,
      ...sessionBegan("unanswered", event),
    };
  if (/^(?:Local)?Remove/i.test(action)) {
    const judged = counted(countersOf(event), said);
    return { ...judged, ...sessionBegan(judged.outcome, event) };
  }
  return {
    outcome: "unknown",
    outcomeReason: `${said}: the session began`,
    ...packetBegan(event, "a session's first packet"),
  };
}

export const barracuda = keyedFormat({
  id: "barracuda.cloudgen",
  title: "Barracuda CloudGen Firewall activity logs",
  reference: 'Barracuda CloudGen Firewall documentation, "Available Log Files and Structure"',
  vendor: "Barracuda",
  product: "CloudGen Firewall",
  marks: ["|proto=", " FWD|", " LIN|", " LOUT|", " IFWD|", " LB|"],
  find(line) {
    if (!line.includes("|")) return -1;
    const head = line.slice(0, 420);
    const m = NAMED.exec(head);
    if (m) return m.index + m[0].length - m[2]!.length;
    const c = COLUMNS.exec(head);
    return c ? c.index + c[0].length - c[1]!.length : -1;
  },
  fields(line, start) {
    const action = NAMED.exec(line.slice(Math.max(0, start - 24), start + 64))?.[1];
    const body = line.slice(start, start + 8192);
    if (body.startsWith("type=")) return { ...splitPairs(body, "|"), ...(action === undefined ? {} : { action }) };
    const m = COLUMNS.exec(body);
    if (!m) return undefined;
    const values = body
      .slice(body.indexOf(m[2]!) + m[2]!.length)
      .replace(/^:? /, "")
      .split("|", 32);
    return { ...Object.fromEntries(ORDER.map((name, i) => [name, values[i] ?? ""])), action: m[2]! };
  },
  names: {
    src: "srcIP",
    sport: "srcPort",
    // Seen from the box: it receives from the source and sends to it what the destination answered.
    sbytes: "receivedBytes",
    spackets: "receivedPackets",
    snat: "srcNAT",
    dst: "dstIP",
    dport: "dstPort",
    dbytes: "sentBytes",
    dpackets: "sentPackets",
    dnat: "dstNAT",
    transport: "proto",
    protocol: "application protocol dstService",
    user: "user",
    domain: "target",
    rule: "rule",
  },
  judge,
});

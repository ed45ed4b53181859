/** Clavister cOS Core (and D-Link NetDefendOS): `CONN: prio=1 id=00600001 rev=1 event=conn_open connsrcip=…`, `DROP: … srcip=…`. */
import type { Event } from "../../model/event.js";
import { parseIsoTime } from "../time.js";
import { keyValues } from "../values.js";
import { keyedFormat, type Fields, type Judgement } from "./keyed.js";
import { counted, countersOf, isBlocked, sessionBegan } from "./verdict.js";
import { packetBeginning, TCP } from "../initiator.js";

function judge(f: Fields, event: Event): Judgement {
  const name = f["event"] ?? "";
  const action = f["action"] ?? "";
  const said = action === "" ? name : `${name}, action=${action}`;
  event.event = { ...event.event, action: name };
  if (isBlocked(action) || /drop|denied|reject|blocked/i.test(name)) {
    const tcp = event.network?.transport === "tcp" && (f["syn"] ?? f["ack"]) !== undefined;
    const bits = (f["syn"] === "1" ? TCP.SYN : 0) | (f["ack"] === "1" ? TCP.ACK : 0);
    return {
      outcome: "blocked",
      outcomeReason: said,
      ...(tcp
        ? { ...packetBeginning(bits, `syn=${f["syn"] ?? 0} ack=${f["ack"] ?? 0}`), oneWay: true }
        : sessionBegan("blocked", event)),
    };
  }
  if (/^(?:conn_close|connection_close)/.test(name) || f["conn"] === "close") {
    const judged = counted(countersOf(event), said);
    return { ...judged, ...sessionBegan(judged.outcome, event) };
  }
  if (name.startsWith("conn_open") || f["conn"] === "open")
    return { outcome: "unknown", outcomeReason: `${said}: the session only began`, ...sessionBegan("unknown", event) };
  if (/login|auth/i.test(name))
    return {
      outcome: /fail|reject|denied/i.test(name)
        ? "refused"
        : /succ|login$|accept/i.test(name)
          ? "authenticated"
          : "unknown",
      outcomeReason: said,
      initiator: "source",
      observerIsAsset: true,
    };
  return { outcome: "unknown", outcomeReason: said, ...sessionBegan("unknown", event) };
}

export const clavister = keyedFormat({
  id: "clavister.coscore",
  title: "Clavister cOS Core (NetDefendOS) logs",
  reference: "Clavister cOS Core Log Reference Guide",
  vendor: "Clavister",
  product: "cOS Core",
  marks: ["prio="],
  find(line) {
    const m = line.includes(" event=")
      ? /(?:^|\s)(prio=\d{1,2} id=\d{1,12} rev=\d{1,4} )/.exec(line.slice(0, 420))
      : null;
    return m ? m.index + m[0].length - m[1]!.length : -1;
  },
  fields: (line, start) => keyValues(line.slice(start)),
  names: {
    src: "connsrcip srcip remoteip clientip client_ip peer",
    sport: "connsrcport srcport",
    sbytes: "origsent",
    snat: "connnewsrcip",
    snatport: "connnewsrcport",
    dst: "conndestip destip dstip",
    dport: "conndestport destport dstport",
    dbytes: "termsent",
    dnat: "connnewdestip",
    dnatport: "connnewdestport",
    transport: "connipproto ipproto",
    protocol: "app",
    user: "user username",
    rule: "rule",
  },
  time: (_f, line) => parseIsoTime(/\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\]/.exec(line.slice(0, 160))?.[1] ?? ""),
  judge,
});

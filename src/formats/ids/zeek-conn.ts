/** Zeek conn.log: connection states and history. https://docs.zeek.org/en/master/scripts/base/protocols/conn/main.zeek.html */
import type { Outcome } from "../../model/event.js";
import type { FormatResult } from "../format.js";
import { icmpBeginning, replyPorts, type Beginning } from "../initiator.js";
import { durationNs } from "../shape.js";
import { count, recordPort, type ZeekRecord } from "./zeek-record.js";
import { wordTable } from "../../model/word-table.js";

/** `handshake`: established when a SYN-ACK or an answer's data was seen, else the reset is the answer. */
type StateRule = Outcome | "handshake" | "both-ways";

const STATES: Readonly<Record<string, StateRule>> = wordTable({
  S0: "unanswered",
  S1: "established",
  S2: "established",
  S3: "established",
  SF: "established",
  REJ: "refused",
  RSTO: "handshake",
  RSTR: "handshake",
  RSTOS0: "unanswered",
  SH: "unanswered",
  RSTRH: "unknown",
  SHR: "unknown",
  OTH: "both-ways",
});

const NO_SYN: Readonly<Record<string, string>> = wordTable({
  RSTRH: "conn_state=RSTRH: no packet of the originator was seen",
  SHR: "conn_state=SHR: no packet of the originator was seen",
  OTH: "conn_state=OTH: seen from midstream",
});

function beginning(record: ZeekRecord, state: string | undefined, history: string): Beginning {
  if (record.text("proto") === "icmp") {
    const type = count(record, "id.orig_p");
    return icmpBeginning(type, record.text("id.orig_h")?.includes(":") ? 6 : 4, direction(record) === "inbound");
  }
  const udp = record.text("proto") !== "tcp";
  const letters = history.replace("^", "");
  if (letters !== "" && letters === letters.toLowerCase())
    return { initiator: "unknown", initiatorReason: `history=${history}: only the responder was seen` };
  if (state !== undefined && NO_SYN[state] !== undefined)
    return { initiator: "unknown", initiatorReason: NO_SYN[state] };
  if (udp && state === "S0" && replyPorts(recordPort(record, "id.orig_p"), recordPort(record, "id.resp_p")))
    return { initiator: "unknown", initiatorReason: "one direction, from a service port: may be a late reply" };
  return { initiator: "source", initiatorReason: "id.orig_h is the connection's originator" };
}

/** `local_orig` and `local_resp` say which ends lie in Site::local_nets; both false may also mean it was never set. */
function direction(record: ZeekRecord): string | undefined {
  const orig = record.flag("local_orig");
  const resp = record.flag("local_resp");
  if (orig === true) return resp === true ? "internal" : resp === false ? "outbound" : undefined;
  return orig === false && resp === true ? "inbound" : undefined;
}

export function connectionResult(record: ZeekRecord): FormatResult {
  const state = record.text("conn_state");
  const history = record.text("history") ?? "";
  const sent = count(record, "orig_bytes");
  const received = count(record, "resp_bytes");
  const rule = state === undefined ? undefined : STATES[state];
  const answered = (received ?? 0) > 0 || /[hd]/.test(history);
  let outcome: Outcome = "unknown";
  if (rule === "handshake") outcome = answered ? "established" : "refused";
  else if (rule === "both-ways")
    outcome = answered && ((sent ?? 0) > 0 || /[DA]/.test(history)) ? "established" : "unknown";
  else if (rule !== undefined) outcome = rule;
  return {
    event: {
      source: { bytes: sent ?? count(record, "orig_ip_bytes"), packets: count(record, "orig_pkts") },
      destination: { bytes: received ?? count(record, "resp_ip_bytes"), packets: count(record, "resp_pkts") },
      network: { protocol: record.text("service"), direction: direction(record) },
      event: { action: "connection", duration: durationNs(record.text("duration")) },
    },
    outcome,
    outcomeReason: `conn_state=${state ?? "-"}${history === "" ? "" : `, history=${history}`}`,
    ...beginning(record, state, history),
    notes: history.startsWith("^") ? ["Zeek turned the direction round by its own guess (history starts with ^)"] : [],
  };
}

/** Cloud and appliance mail gateways that write named fields: Mimecast, Proofpoint's filter log, Microsoft 365 message traces. */
import type { Event, Outcome } from "../../model/event.js";
import { canonicalIp } from "../../model/ip.js";
import { splitColumns } from "../fallback/delimited.js";
import { findTime } from "../fallback/find-time.js";
import { keyedFormat, splitPairs, type Fields, type Judgement } from "../firewalls/keyed.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { mailEnds } from "../messages.js";
import { shaped, timestamp } from "../shape.js";
import { parseIsoTime } from "../time.js";
import { integer, keyValues } from "../values.js";

/** A delivery's address is the server that was called; a receipt's is the client. */
function mimecastJudge(f: Fields, event: Event): Judgement {
  event.email = mailEnds(f["Sender"] ?? f["headerFrom"], f["Rcpt"] ?? f["Recipient"]);
  const act = f["Act"] ?? f["action"] ?? "";
  if (f["Delivered"] !== undefined) {
    event.destination = event.source;
    event.source = undefined;
    const good = f["Delivered"] === "true";
    return {
      outcome: good ? "established" : "unknown",
      outcomeReason: `Delivered=${f["Delivered"]}`,
      initiator: "source",
      observerIsAsset: true,
    };
  }
  const outcome: Outcome =
    /^(?:Rej|Bnc|Drp|Sdbx|Block|reject|deny)/i.test(act) || f["RejType"] !== undefined
      ? "refused"
      : /^(?:Acc|Allow)/i.test(act)
        ? "established"
        : "unknown";
  return {
    outcome,
    outcomeReason: `Act=${act}`,
    initiator: event.source ? "source" : "unknown",
    observerIsAsset: true,
  };
}

export const mimecast = keyedFormat({
  id: "mimecast.siem",
  title: "Mimecast SIEM logs: receipt, process, delivery, threat protection",
  reference: "https://integrations.mimecast.com/documentation/tutorials/understanding-siem-logs/",
  vendor: "Mimecast",
  product: "Email Security",
  marks: ["|acc="],
  find: (line) =>
    line.includes("|acc=") && (line.includes("|aCode=") || line.includes("|MsgId=") || line.includes("|Sender="))
      ? line.search(/(?<![A-Za-z])datetime=\d{4}-/)
      : -1,
  fields: (line, start) => splitPairs(line.slice(start), "|"),
  names: { src: "IP SourceIP senderIp", action: "Act action", rule: "RejType Virus" },
  time: (f) => parseIsoTime(f["datetime"] ?? ""),
  judge: mimecastJudge,
});

/** One line a step of a session; the client's address stands in `mod=session`. */
function proofpointJudge(f: Fields, event: Event): Judgement {
  event.email = mailEnds(f["from"] ?? f["sender"], f["rcpt"] ?? f["to"]);
  const action = f["action"] ?? "";
  const said = `cmd=${f["cmd"] ?? ""}${action === "" ? "" : `, action=${action}`}`;
  const refused = /reject|discard|retry|drop|tempfail/i.test(action) || /reject/i.test(f["rule"] ?? "");
  const taken = (integer(f["msgs"]) ?? 0) > 0 || (integer(f["rcpts"]) ?? 0) > 0;
  return {
    outcome: refused ? "refused" : taken ? "established" : "unknown",
    outcomeReason: said,
    initiator: event.source ? "source" : "unknown",
    observerIsAsset: true,
  };
}

export const proofpoint = keyedFormat({
  id: "proofpoint.filter",
  title: "Proofpoint Protection Server filter log",
  reference: "https://help.proofpoint.com/Threat_Insight_Dashboard/API_Documentation",
  vendor: "Proofpoint",
  product: "Protection Server",
  marks: ["filter_instance"],
  find: (line, envelope) =>
    /^filter_instance\d{0,3}$/.test(envelope?.program ?? "") || line.includes("filter_instance")
      ? line.search(/(?:^|\s)(?:rprt|info|mod) s=\w/)
      : -1,
  fields: (line, start) => keyValues(line.slice(start)),
  names: { src: "ip", dst: "lip", action: "action cmd", rule: "rule" },
  judge: proofpointJudge,
});

const TRACE = /(?:^|,)"?(?:FromIP|from_ip|original_client_ip|original-client-ip)"?(?:,|$)/i;
const TRACE_SENDER = /(?:^|,)"?(?:SenderAddress|sender_address)"?(?:,|$)/i;

/** Every line of a source is asked about the same header. */
let last = { firstLine: "", isTrace: false };

function isTrace(firstLine: string, header: string): boolean {
  if (firstLine !== last.firstLine) last = { firstLine, isTrace: TRACE.test(header) && TRACE_SENDER.test(header) };
  return last.isTrace;
}

/** https://learn.microsoft.com/exchange/monitoring/trace-an-email-message/message-trace-modern-eac */
export const messageTrace: Format = {
  id: "microsoft.365-trace",
  title: "Microsoft 365 message trace (CSV)",
  reference: "https://learn.microsoft.com/exchange/monitoring/trace-an-email-message/message-trace-modern-eac",
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (!line.includes(",") || line.startsWith("#")) return undefined;
    const { firstLine } = context;
    const header = firstLine.slice(0, 4096);
    if (!isTrace(firstLine, header)) return undefined;
    const names = splitColumns(header, ",").map((name) => name.trim().toLowerCase().replaceAll(/[_-]/g, ""));
    if (line.startsWith(header.slice(0, 60))) return { event: {}, outcome: "unknown", initiator: "unknown" };
    const values = splitColumns(line, ",");
    if (values.length !== names.length) return undefined;
    const get = (...keys: string[]): string | undefined => {
      for (const key of keys) {
        const value = values[names.indexOf(key)]?.trim();
        if (value !== undefined && value !== "") return value;
      }
      return undefined;
    };
    const stated = get("received", "receivedtime", "origintimestamputc", "datetimeutc", "date");
    // Traces are kept and exported in UTC.
    const time =
      stated === undefined
        ? undefined
        : (parseIsoTime(/[Zz]$|[+-]\d\d:\d\d$/.test(stated) ? stated : `${stated.replace(" UTC", "")}Z`) ??
          findTime(stated)?.time);
    const from = canonicalIp(get("fromip", "originalclientip"));
    const to = canonicalIp(get("toip"));
    const status = get("status", "recipientstatus", "deliverystatus") ?? "";
    const delivered =
      /Delivered|Expanded|Resolved|Receive|Deliver$/i.test(status) && !/not delivered|fail/i.test(status);
    const refused = /Failed|Filtered|Quarantined|Reject|Fail$|Spam/i.test(status);
    return shaped({
      event: {
        timestamp: timestamp(time, context, envelope),
        source: from === undefined ? undefined : { ip: from },
        destination: to === undefined ? undefined : { ip: to },
        event: {
          action: status.slice(0, 60).toLowerCase(),
          outcome: delivered ? "success" : refused ? "failure" : undefined,
        },
        email: mailEnds(get("senderaddress", "sender"), get("recipientaddress", "recipient", "recipientstatus")),
      },
      outcome: delivered ? "established" : refused ? "refused" : "unknown",
      outcomeReason: `Status=${status.slice(0, 60)}`,
      initiator: from === undefined && to === undefined ? "unknown" : "source",
      observerIsAsset: true,
    });
  },
};

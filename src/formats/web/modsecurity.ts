/**
 * ModSecurity's audit log: JSON of version 2 and 3 (and Coraza), and part A of the serial format, which alone of its parts names the
 * ends: `[04/Mar/2021:05:06:07 +0000] id client port server port`.
 */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import type { Outcome } from "../../model/event.js";
import { list, object, type Json } from "../json-fields.js";
import { parseClfTime } from "../time.js";
import { addressAndPort, httpOutcome, integer } from "../values.js";
import { has, jsonFormat, valueAt } from "./json-reader.js";
import { webResult, type WebRecord } from "./record.js";

/** Whether a message or the producer's notes say that the request was stopped. */
function intercepted(record: Json): boolean {
  if (valueAt(record, "transaction.is_interrupted") === true) return true;
  if (valueAt(record, "audit_data.action.intercepted") === true) return true;
  const messages = [...list(valueAt(record, "audit_data.messages")), ...list(valueAt(record, "transaction.messages"))];
  return messages.slice(0, 64).some((m) => {
    const said = typeof m === "string" ? m : object(m)?.["message"];
    return typeof said === "string" && said.startsWith("Access denied");
  });
}

export const modsecurityJson = jsonFormat({
  id: "modsecurity.json",
  title: "ModSecurity and Coraza: audit log, JSON",
  reference: "https://github.com/owasp-modsecurity/ModSecurity/wiki/ModSecurity-2-Data-Formats#audit-log",
  is: (record) =>
    has(record, "transaction.remote_address") ||
    (has(record, "transaction.client_ip") && has(record, "transaction.request")),
  names: {
    time: ["transaction.time", "transaction.time_stamp", "transaction.timestamp", "transaction.unix_timestamp"],
    client: ["transaction.client_ip", "transaction.remote_address"],
    clientPort: ["transaction.client_port", "transaction.remote_port"],
    forwarded: [
      "request.headers.X-Forwarded-For",
      "transaction.request.headers.X-Forwarded-For",
      "transaction.request.headers.x-forwarded-for",
    ],
    server: ["transaction.host_ip", "transaction.local_address"],
    serverPort: ["transaction.host_port", "transaction.local_port"],
    host: [
      "request.headers.Host",
      "transaction.request.headers.Host",
      "transaction.request.headers.host",
      "transaction.request.hostname",
    ],
    request: ["request.request_line"],
    method: ["transaction.request.method"],
    uri: ["transaction.request.uri"],
    status: ["response.status", "transaction.response.http_code", "transaction.response.status"],
    agent: [
      "request.headers.User-Agent",
      "transaction.request.headers.User-Agent",
      "transaction.request.headers.user-agent",
    ],
  },
  judge(out, record): { outcome: Outcome; outcomeReason?: string } | undefined {
    return intercepted(record)
      ? { outcome: "blocked", outcomeReason: "intercepted by a rule" }
      : httpOutcome(integer(out.status));
  },
});

const PART_A =
  /^\[(\d{1,2}\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d(?:\.\d{1,6})?(?: [+-]\d{4}|:\d{1,6} [+-]\d{4})?)\] ([\w@.-]{10,64}) (\S{2,45}) (\d{1,5}) (\S{2,45}) (\d{1,5})\s*$/;

export const modsecurityAudit: Format = {
  id: "modsecurity.audit",
  title: "ModSecurity: serial audit log, the transaction's header",
  reference: "https://github.com/owasp-modsecurity/ModSecurity/wiki/ModSecurity-2-Data-Formats#audit-log-header-a",
  parse(line: string, context: LineContext, _envelope?: EnvelopeFields): FormatResult | undefined {
    if (line[0] !== "[") return undefined;
    const m = PART_A.exec(line);
    if (!m) return undefined;
    const record: WebRecord = {
      time: parseClfTime(m[1]!),
      client: m[3]!,
      clientPort: m[4]!,
      server: m[5]!,
      serverPort: m[6]!,
    };
    if (addressAndPort(record.client).ip === undefined) return undefined;
    return webResult(record, context, {
      outcome: "unknown",
      outcomeReason: "the audit log's header: the answer stands in other lines",
    });
  },
};

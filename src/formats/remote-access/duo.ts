/** Duo: authentication and administrator logs (JSON), and the Authentication Proxy's own log. */
import type { Outcome } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { findTime, timeOfValue } from "../fallback/find-time.js";
import { object, parseObject, string, type Json } from "../json-fields.js";
import { tell, type Sentence } from "../messages.js";
import { endpoint } from "../values.js";
import { shaped, timestamp } from "../shape.js";
import { wordTable } from "../../model/word-table.js";

const RESULTS: Readonly<Record<string, Outcome>> = wordTable({
  success: "authenticated",
  allow: "authenticated",
  denied: "refused",
  deny: "refused",
  failure: "refused",
  fraud: "refused",
  reject: "refused",
  error: "unknown",
});

function authentication(e: Json, time: number | undefined): FormatResult {
  const result = (string(e["result"]) ?? string(e["status"]) ?? "").toLowerCase();
  const device = object(e["access_device"]);
  const user = object(e["user"]);
  return shaped({
    event: {
      timestamp: time,
      source: endpoint({
        ip: string(device?.["ip"]) ?? string(e["client_ip"]) ?? string(e["ip"]),
        domain: string(device?.["hostname"]),
      }),
      event: {
        action: string(e["factor"]) ?? string(e["auth_stage"]) ?? string(e["event_type"]),
        outcome: result === "success" || result === "allow" ? "success" : "failure",
      },
      user: { name: string(user?.["name"]) ?? string(e["username"]) },
      rule: {
        name: string(object(e["application"])?.["name"]) ?? string(e["integration"]) ?? string(e["server_section"]),
      },
      observer: { vendor: "Cisco", product: "Duo" },
    },
    outcome: RESULTS[result] ?? "unknown",
    outcomeReason: `result=${result}`,
    initiator: "source",
    initiatorReason: "access_device asked for access",
    observerIsAsset: true,
  });
}

/** `description` of an administrator log is JSON in a string. */
function administrator(e: Json, time: number | undefined): FormatResult {
  const details = parseObject(string(e["description"]) ?? "") ?? object(e["description"]) ?? {};
  const action = string(e["action"]) ?? string(object(e["action"])?.["name"]) ?? "";
  const failed = /fail|error|lockout/i.test(action) || string(details["error"]) !== undefined;
  const login = /login/i.test(action);
  return shaped({
    event: {
      timestamp: time,
      source: endpoint({ ip: string(details["ip_address"]) ?? string(object(e["access_device"])?.["ip"]) }),
      event: { action },
      user: { name: string(e["username"]) ?? string(object(e["actor"])?.["name"]) },
      observer: { vendor: "Cisco", product: "Duo" },
    },
    outcome: failed ? "refused" : login ? "authenticated" : "unknown",
    outcomeReason: `action=${action}`,
    initiator: "source",
    observerIsAsset: true,
  });
}

export const duoJson: Format = {
  id: "cisco.duo",
  title: "Duo authentication and administrator logs",
  reference: "https://duo.com/docs/adminapi#logs",
  json: true,
  parse(line: string, context: LineContext, envelope?: EnvelopeFields, record?: Json): FormatResult | undefined {
    if (!record) return undefined;
    const log = line.includes('"access_device"') && (line.includes('"txid"') || line.includes('"auth_device"'));
    const proxy = line.includes('"auth_stage"') && line.includes('"server_section"');
    const admin =
      !log && line.includes('"isotimestamp"') && line.includes('"description"') && line.includes('"action"');
    if (!log && !proxy && !admin) return undefined;
    const stamp = string(record["isotimestamp"]) ?? string(record["timestamp"]) ?? string(record["ts"]);
    const time = timestamp(timeOfValue(stamp), context, envelope);
    return admin ? administrator(record, time) : authentication(record, time);
  },
};

const A = String.raw`\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{2,41}`;
const PEER = String.raw`\(\('(?<ip>${A})', (?<port>\d{1,5})\), (?:b?')?(?<user>.{0,128}?)'?, \d{1,10}\)`;
const SENTENCES: readonly Sentence[] = [
  {
    says: new RegExp(String.raw`${PEER}: Returning response code 2: AccessAccept`),
    outcome: "authenticated",
    reason: "AccessAccept",
    action: "login",
  },
  {
    says: new RegExp(String.raw`${PEER}: Returning response code 3: AccessReject`),
    outcome: "refused",
    reason: "AccessReject",
    action: "login",
  },
  {
    says: new RegExp(String.raw`${PEER}: Duo authentication returned 'allow'`),
    outcome: "authenticated",
    reason: "Duo returned allow",
    action: "login",
  },
  {
    says: new RegExp(String.raw`${PEER}: Duo authentication returned 'deny'`),
    outcome: "refused",
    reason: "Duo returned deny",
    action: "login",
  },
  { says: new RegExp(PEER), outcome: "unknown", reason: "a message about the request" },
  {
    says: new RegExp(String.raw`^\[Request from (?<ip>${A}):(?<port>\d{1,5})\]`),
    outcome: "unknown",
    reason: "a message about the request",
  },
  {
    says: new RegExp(String.raw`^Sending (?:request|proxied request .{1,80}) from (?<ip>${A}) to `),
    outcome: "unknown",
    reason: "a request came",
  },
];

export const duoProxy: Format = {
  id: "cisco.duo-authproxy",
  title: "Duo Authentication Proxy",
  reference: "https://duo.com/docs/authproxy-reference#logging-options",
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const m =
      /^(\d{4}-\d\d-\d\dT[\d:.]{8,15}[+-]\d{4}|\d{4}-\d\d-\d\d [\d:]{8}[+-]\d{4}) \[(?:duoauthproxy|DuoForwardServer|RadiusClient|-|HTTP)[^\]]{0,80}\] /.exec(
        line,
      );
    if (!m) return undefined;
    return tell(line.slice(m[0].length), SENTENCES, {
      process: "duoauthproxy",
      timestamp: timestamp(findTime(m[1]!)?.time, context, envelope),
    });
  },
};

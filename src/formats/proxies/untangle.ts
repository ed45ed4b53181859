/**
 * Untangle (Arista Edge Threat Management) NG Firewall: remote syslog, one JSON event a line. A session names its ends on both sides of the
 * translation: `C…` before, `S…` after. Bytes stand in the event that ends a session.
 */
import type { Outcome } from "../../model/event.js";
import { canonicalIp } from "../../model/ip.js";
import { timeOfValue } from "../fallback/find-time.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { number, object, parseObject, string, type Json } from "../json-fields.js";
import { shaped, timestamp } from "../shape.js";
import { port, text } from "../values.js";
import { proxyResult } from "./record.js";

const CLASS = /^class com\.untangle\.[\w.]{1,120}\.(\w{3,60})$/;

function judged(record: Json): { outcome: Outcome; outcomeReason?: string } {
  if (record["blocked"] === true) return { outcome: "blocked", outcomeReason: "blocked" };
  const [fromClient, fromServer] = [number(record["c2pBytes"]) ?? 0, number(record["s2pBytes"]) ?? 0];
  return fromClient > 0 && fromServer > 0
    ? { outcome: "established", outcomeReason: `${fromClient} bytes of the client, ${fromServer} of the server` }
    : { outcome: "unknown" };
}

function session(record: Json, of: Json, kind: string, context: LineContext): FormatResult {
  const request = /^([A-Z]{3,20}) (\S{1,8192})/.exec(string(record["requestLine"]) ?? "");
  const out = proxyResult(
    {
      client: string(of["CClientAddr"]),
      clientPort: string(of["CClientPort"]),
      clientNat: string(of["SClientAddr"]),
      server: string(of["CServerAddr"]),
      serverPort: string(of["CServerPort"]),
      transport: string(of["protocolName"]) ?? string(of["protocol"]),
      method: request?.[1],
      uri: request?.[2],
      sent: number(record["c2pBytes"]),
      received: number(record["s2pBytes"]),
      user: string(of["username"]),
      action: kind,
      rule: string(record["category"]) ?? string(record["reason"]),
    },
    context,
    judged(record),
  );
  const inner = canonicalIp(string(of["SServerAddr"]));
  const { destination } = out.event;
  if (inner !== undefined && destination?.ip !== undefined && destination.ip !== inner)
    out.event.destination = { ...destination, nat: { ip: inner } };
  return out;
}

/** Addresses alone: whoever the signature was for. */
function intrusion(record: Json): FormatResult {
  return {
    event: {
      source: { ip: canonicalIp(string(record["ipSource"])), port: port(string(record["sportItype"])) },
      destination: { ip: canonicalIp(string(record["ipDestination"])), port: port(string(record["dportIcode"])) },
      event: { action: "IntrusionPreventionLogEvent" },
      rule: { name: text(string(record["msg"])?.slice(0, 200)) },
    },
    ...judged(record),
    initiator: "unknown",
    initiatorReason: "a signature may match either direction",
  };
}

function login(record: Json): FormatResult {
  const good = record["succeeded"];
  return {
    event: {
      source: { ip: canonicalIp(string(record["clientAddress"])) },
      event: { action: "AdminLoginEvent" },
      user: { name: text(string(record["login"])) },
    },
    outcome: good === true ? "authenticated" : good === false ? "refused" : "unknown",
    outcomeReason: `succeeded=${String(good)}`.slice(0, 40),
    initiator: "source",
    observerIsAsset: true,
  };
}

const TITLE = "Untangle (Arista) NG Firewall: events, JSON";
const REFERENCE = "https://wiki.untangle.com/index.php/Event_Definitions";

function read(record: Json, context: LineContext, envelope: EnvelopeFields | undefined): FormatResult | undefined {
  const kind = CLASS.exec(string(record["class"])?.slice(0, 200) ?? "")?.[1];
  if (kind === undefined) return undefined;
  const of = object(record["sessionEvent"]) ?? record;
  const result =
    kind === "AdminLoginEvent"
      ? login(record)
      : kind === "IntrusionPreventionLogEvent"
        ? intrusion(record)
        : of["CClientAddr"] === undefined
          ? undefined
          : session(record, of, kind, context);
  if (!result) return undefined;
  const time = timestamp(timeOfValue(string(record["timeStamp"])), context, envelope);
  return shaped({ ...result, event: { ...result.event, ...(time === undefined ? {} : { timestamp: time }) } });
}

export const untangle: Format = {
  id: "untangle.ngfw",
  title: TITLE,
  reference: REFERENCE,
  json: true,
  parse: (_line, context, envelope, record) => record && read(record, context, envelope),
};

const MARK = '"class com.untangle.';
/** What its logger puts before the object, once the syslog header is off. */
const BEFORE = /^(?:[A-Z]{4,8} {1,4})?(?:uvm(?:\[\d{1,10}\])?: {0,4})?(?=\{)/;

export const untangleSyslog: Format = {
  id: "untangle.ngfw-syslog",
  title: `${TITLE}, behind its logger's name`,
  reference: REFERENCE,
  marks: [MARK],
  parse(line, context, envelope) {
    if (!line.endsWith("}") || !line.includes(MARK)) return undefined;
    const before = BEFORE.exec(line);
    const record = before && parseObject(line.slice(before[0].length));
    return record ? read(record, context, envelope) : undefined;
  },
};

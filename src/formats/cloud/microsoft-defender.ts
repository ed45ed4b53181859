/** Microsoft Defender's advanced hunting tables, as exported or as streamed (`category: AdvancedHunting-DeviceNetworkEvents`). */
import type { Initiator } from "../../model/event.js";
import { object, parseObject, string, type Json } from "../json-fields.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { splitColumns } from "../fallback/delimited.js";
import { shaped, timestamp } from "../shape.js";
import { endpoint, transport } from "../values.js";
import { auditFormat, first, type Judged, loginOutcome, utcTime } from "./audit.js";
import { wordTable } from "../../model/word-table.js";

interface Action extends Judged {
  began: "local" | "remote" | "unknown";
  why?: string;
}

/** ActionType: https://learn.microsoft.com/defender-xdr/advanced-hunting-devicenetworkevents-table */
const ACTIONS: Readonly<Record<string, Action>> = wordTable({
  ConnectionSuccess: { began: "local", outcome: "established" },
  ConnectionAttempt: { began: "local", outcome: "unknown" },
  ConnectionRequest: { began: "local", outcome: "unknown" },
  ConnectionFailed: { began: "local", outcome: "unanswered" },
  ConnectionFound: { began: "unknown", outcome: "established", why: "a connection that was already there" },
  InboundConnectionAccepted: { began: "remote", outcome: "established" },
  InboundConnectionAttempt: { began: "remote", outcome: "unknown" },
  InboundConnectionBlocked: { began: "remote", outcome: "blocked" },
  InboundInternetScanInspected: { began: "remote", outcome: "unknown" },
  ListeningConnectionCreated: { began: "unknown", outcome: "unknown" },
});

function actionOf(r: Json, name: string): Action {
  const known = ACTIONS[name];
  if (known) return { ...known, outcomeReason: `ActionType=${name}` };
  const more = r["AdditionalFields"];
  const direction = first((typeof more === "string" ? parseObject(more) : object(more)) ?? {}, [
    "direction",
    "Direction",
  ]);
  const began = /^out/i.test(direction ?? "") ? "local" : /^in/i.test(direction ?? "") ? "remote" : "unknown";
  return {
    began,
    outcome: "unknown",
    outcomeReason: `ActionType=${name}`,
    why: `direction=${direction ?? "not stated"}`,
  };
}

function rowOf(record: Json | undefined): Json | undefined {
  return object(record?.["properties"]) ?? record;
}

/** One row of the table; undefined when it lacks what every row has. */
function readRow(r: Json, context: LineContext, envelope: EnvelopeFields | undefined): FormatResult | undefined {
  const action = string(r["ActionType"]);
  if (action === undefined || r["RemoteIP"] === undefined || r["RemotePort"] === undefined) return undefined;
  if (r["LocalIP"] === undefined) return undefined;
  const read = actionOf(r, action);
  const local = endpoint({ ip: first(r, ["LocalIP"]), port: first(r, ["LocalPort"]) });
  const url = first(r, ["RemoteUrl"]);
  const host = url === undefined ? undefined : /^(?:[a-z]{2,6}:\/\/)?([^/:?#\s]{1,253})/i.exec(url)?.[1];
  const remote = endpoint({
    ip: first(r, ["RemoteIP"]),
    port: first(r, ["RemotePort"]),
    domain: read.began === "remote" ? undefined : host,
  });
  const inbound = read.began === "remote";
  const initiator: Initiator = read.began === "unknown" ? "unknown" : "source";
  return shaped({
    event: {
      timestamp: timestamp(utcTime(first(r, ["Timestamp", "TimeGenerated"])), context, envelope),
      source: inbound ? remote : local,
      destination: inbound ? local : remote,
      network: {
        transport: transport(first(r, ["Protocol"]))?.replace(/^(tcp|udp)(?:v[46]|ipv[46])$/, "$1"),
        direction: inbound ? "inbound" : "outbound",
      },
      event: { action },
      url: inbound ? undefined : { original: url },
      host: { name: first(r, ["DeviceName"]) },
      user: { name: first(r, ["InitiatingProcessAccountUpn", "InitiatingProcessAccountName"]) },
      process: { name: first(r, ["InitiatingProcessFileName"]) },
      observer: { name: first(r, ["DeviceName"]), vendor: "Microsoft", product: "Defender for Endpoint" },
    },
    outcome: read.outcome,
    outcomeReason: read.outcomeReason,
    initiator,
    initiatorReason: read.why,
  } as FormatResult);
}

const NETWORK = {
  id: "microsoft.defender-network",
  title: "Microsoft Defender for Endpoint DeviceNetworkEvents",
  reference: "https://learn.microsoft.com/defender-xdr/advanced-hunting-devicenetworkevents-table",
};

export const defenderNetwork: Format = {
  ...NETWORK,
  json: true,
  parse(_line, context, envelope, record) {
    const r = rowOf(record);
    return r && readRow(r, context, envelope);
  },
};

/** The portal's export: a header of column names, quoted where need be. */
export const defenderNetworkCsv: Format = {
  ...NETWORK,
  id: "microsoft.defender-network-csv",
  title: "Microsoft Defender for Endpoint DeviceNetworkEvents, CSV export",
  parse(line, context, envelope) {
    const header = context.firstLine;
    if (!line.includes(",") || !header.includes("ActionType") || !header.includes("RemoteIP")) return undefined;
    if (!header.includes("LocalIP") || !header.includes("RemotePort")) return undefined;
    if (line === header) return { event: {}, outcome: "unknown", initiator: "unknown" };
    const names = splitColumns(header.slice(0, 8192), ",");
    const values = splitColumns(line, ",");
    if (values.length !== names.length) return undefined;
    const row: Json = Object.create(null) as Json;
    for (const [i, name] of names.entries()) if (values[i] !== "") row[name.trim()] = values[i];
    return readRow(row, context, envelope);
  },
};

const logon = (r: Json, action: string): Judged => {
  if (/success/i.test(action)) return loginOutcome(true, `ActionType=${action}`);
  if (/fail/i.test(action)) return loginOutcome(false, `ActionType=${action}`);
  const code = first(r, ["ErrorCode"]);
  return code === undefined
    ? { outcome: "unknown", outcomeReason: `ActionType=${action}` }
    : loginOutcome(code === "0", `ErrorCode=${code}`);
};

const table = {
  time: ["Timestamp", "TimeGenerated"],
  user: ["AccountUpn", "AccountName", "AccountDisplayName"],
  action: ["ActionType"],
  observer: ["DeviceName", "TargetDeviceName", "Application"],
  vendor: "Microsoft",
  product: "Defender XDR",
  judge: logon,
} as const;

export const defenderLogon = auditFormat(
  {
    id: "microsoft.defender-logon",
    title: "Microsoft Defender logon events (DeviceLogonEvents, IdentityLogonEvents, AADSignInEventsBeta)",
    reference: "https://learn.microsoft.com/defender-xdr/advanced-hunting-devicelogonevents-table",
  },
  [
    { ...table, has: ["ActionType", "LogonType", "RemoteIP"], client: ["RemoteIP"], port: ["RemotePort"] },
    { ...table, has: ["ActionType", "LogonType", "IPAddress"], client: ["IPAddress"], port: ["Port"] },
    {
      ...table,
      has: ["ErrorCode", "IPAddress", "Application", "CorrelationId"],
      client: ["IPAddress"],
      agent: ["UserAgent"],
    },
  ],
  ["properties"],
);

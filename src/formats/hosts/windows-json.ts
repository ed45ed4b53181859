/**
 * Windows events as JSON: winlogbeat and Elastic Agent (`winlog`), NXLog and collectors like it (flat), evtx_dump and Velociraptor
 * (`Event.System`), Wazuh (`win`), Azure's SecurityEvent. Each puts the same values under other names.
 */
import { canonicalIp } from "../../model/ip.js";
import type { EnvelopeFields, Format, FormatResult, LineContext, ParsedTime } from "../format.js";
import { object, string, type Json } from "../json-fields.js";
import { parseEpoch, parseIsoTime } from "../time.js";
import { windowsResult } from "./windows-event.js";
import type { WindowsEvent } from "./windows-fields.js";
import { messageData } from "./windows-labels.js";

type Read = Omit<WindowsEvent, "data"> & { data: Record<string, string> };

const MOST = 256;

/** Strings and numbers of a record by name; one level of objects below it (evtx_dump's `#text`, UserData) is looked into. */
function values(record: Json | undefined, deep = true): Record<string, string> {
  const out: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [key, value] of Object.entries(record ?? {}).slice(0, MOST)) {
    const stated = string(value) ?? (typeof value === "boolean" ? String(value) : undefined);
    if (stated !== undefined) out[key] = stated;
    else if (Array.isArray(value)) {
      // EventData of unnamed values, or of `{"Name": …, "#text": …}`.
      for (const [i, item] of value.slice(0, 64).entries()) {
        const inner = object(item);
        const name = string(inner?.["@Name"] ?? inner?.["Name"] ?? object(inner?.["#attributes"])?.["Name"]);
        const said = string(inner ? (inner["#text"] ?? inner["text"] ?? inner["Value"]) : item);
        if (said !== undefined) out[name ?? (key in out ? `${key}${i}` : key)] ??= said;
      }
    } else if (deep) for (const [name, inner] of Object.entries(values(object(value), false))) out[name] ??= inner;
  }
  return out;
}

function number(value: unknown): number | undefined {
  const inner = object(value);
  const stated = inner ? (inner["#text"] ?? inner["Value"] ?? inner["value"]) : value;
  const n = typeof stated === "string" && /^\d{1,6}$/.test(stated) ? Number(stated) : stated;
  return typeof n === "number" && Number.isInteger(n) && n >= 0 && n <= 0xffffffff ? n & 0xffff : undefined;
}

/** With `utc`, a time that names no zone is UTC, as Windows writes SystemTime. */
function timeOf(value: unknown, utc: boolean): ParsedTime | undefined {
  const inner = object(value);
  if (inner)
    return timeOf(object(inner["#attributes"])?.["SystemTime"] ?? inner["SystemTime"] ?? inner["@SystemTime"], utc);
  if (typeof value === "number") return parseEpoch(value);
  const stated = string(value);
  if (stated === undefined) return undefined;
  const net = /^\/Date\((\d{10,16})\)\/$/.exec(stated);
  if (net) return parseEpoch(net[1]!);
  const time = parseIsoTime(stated);
  return time?.kind === "local" && utc ? parseIsoTime(`${stated.slice(0, 40)}Z`) : (time ?? parseEpoch(stated));
}

/** winlogbeat 7 and later, Elastic Agent. */
function winlog(record: Json): Read | undefined {
  const log = object(record["winlog"]);
  const code = object(record["event"])?.["code"];
  const id = number(log?.["event_id"] ?? (log ? code : undefined));
  if (!log || id === undefined) return undefined;
  return {
    id,
    provider: string(log["provider_name"]) ?? "",
    channel: string(log["channel"]),
    computer: string(log["computer_name"]),
    time: timeOf(record["@timestamp"] ?? object(record["event"])?.["created"], true),
    keywords: string(Array.isArray(log["keywords"]) ? log["keywords"][0] : log["keywords"]),
    data: { ...values(object(log["user_data"])), ...values(object(log["event_data"])) },
    message: string(record["message"]),
  };
}

/** winlogbeat 5 and 6. */
function oldWinlog(record: Json): Read | undefined {
  const id = number(record["event_id"]);
  if (
    id === undefined ||
    !object(record["event_data"] ?? record["user_data"]) ||
    string(record["log_name"]) === undefined
  )
    return undefined;
  return {
    id,
    provider: string(record["source_name"]) ?? "",
    channel: string(record["log_name"]),
    computer: string(record["computer_name"]),
    time: timeOf(record["@timestamp"], true),
    keywords: string(Array.isArray(record["keywords"]) ? record["keywords"][0] : record["keywords"]),
    data: { ...values(object(record["user_data"])), ...values(object(record["event_data"])) },
    message: string(record["message"]),
  };
}

/** The event's own structure: evtx_dump, Velociraptor, Chainsaw, Hayabusa. */
function structured(record: Json): Read | undefined {
  const outer = object(record["Event"]) ?? object(object(record["document"])?.["data"]);
  const event = object(outer?.["Event"]) ?? outer ?? record;
  const system = object(event["System"]);
  const id = number(system?.["EventID"]);
  if (!system || id === undefined) return undefined;
  const provider = object(system["Provider"]);
  return {
    id,
    provider: string(object(provider?.["#attributes"])?.["Name"] ?? provider?.["Name"] ?? provider?.["@Name"]) ?? "",
    channel: string(system["Channel"]),
    computer: string(system["Computer"]),
    time: timeOf(system["TimeCreated"], true),
    keywords: string(system["Keywords"]),
    data: { ...values(object(event["UserData"])), ...values(object(event["EventData"])) },
    message: string(event["Message"] ?? record["Message"]),
  };
}

/** Wazuh: `win.system` and `win.eventdata`, whose names begin in lower case. */
function wazuh(record: Json): Read | undefined {
  const win = object(record["win"]) ?? object(object(record["data"])?.["win"]);
  const system = object(win?.["system"]);
  const id = number(system?.["eventID"]);
  if (!win || !system || id === undefined) return undefined;
  const data: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [key, value] of Object.entries({
    ...values(object(win["userdata"])),
    ...values(object(win["eventdata"])),
  }))
    data[key.charAt(0).toUpperCase() + key.slice(1)] = value;
  return {
    id,
    provider: string(system["providerName"]) ?? "",
    channel: string(system["channel"]),
    computer: string(system["computer"]),
    time: timeOf(system["systemTime"], true),
    keywords: string(system["severityValue"]) ?? string(system["keywords"]),
    data,
    message: string(system["message"])?.replace(/^"|"$/g, ""),
  };
}

/** NXLog's im_msvistalog, and other collectors: everything at the top. */
function flat(record: Json): Read | undefined {
  const id = number(record["EventID"] ?? record["EventId"] ?? record["event_id"] ?? record["Id"]);
  const provider = string(
    record["SourceName"] ??
      record["EventSourceName"] ??
      record["ProviderName"] ??
      record["Source"] ??
      record["Provider"] ??
      record["source_name"],
  );
  const channel = string(record["Channel"] ?? record["LogName"] ?? record["log_name"]);
  if (id === undefined || (provider === undefined && channel === undefined)) return undefined;
  const named = `${provider ?? ""} ${channel ?? ""}`;
  if (
    !/Microsoft|Security|Sysmon|System|Application|MSSQL|MSExchange|OpenSSH|Windows|PowerShell|TerminalServices|NTLM/i.test(
      named,
    )
  )
    return undefined;
  // SystemTime and TimeGenerated are UTC; NXLog's EventTime is the host's wall clock.
  const utc = record["SystemTime"] ?? record["UtcTime"] ?? record["TimeGenerated"];
  return {
    id,
    provider: provider ?? "",
    channel,
    computer: string(
      record["Computer"] ?? record["Hostname"] ?? record["MachineName"] ?? record["ComputerName"] ?? record["host"],
    ),
    time: timeOf(utc ?? record["TimeCreated"] ?? record["EventTime"] ?? record["@timestamp"], utc !== undefined),
    keywords: string(record["EventType"]) ?? string(record["KeywordsDisplayNames"] ?? record["Keywords"]),
    data: { ...values(object(record["EventData"]), false), ...values(record) },
    message: string(record["Message"] ?? record["message"]),
  };
}

const READERS = [winlog, structured, wazuh, oldWinlog, flat];

export const windowsJson: Format = {
  id: "windows.json",
  title: "Windows events as JSON: winlogbeat, NXLog, evtx_dump, Velociraptor, Wazuh",
  reference: "https://www.elastic.co/guide/en/beats/winlogbeat/current/exported-fields-winlog.html",
  json: true,
  parse(line: string, context: LineContext, envelope?: EnvelopeFields, record?: Json): FormatResult | undefined {
    // The DNS server's queries are read by dns/.
    if (!record || line.includes("DNSServer/Analytical")) return undefined;
    for (const read of READERS) {
      const event = read(record);
      if (!event) continue;
      // Rendered text fills what a collector left out.
      if (event.message !== undefined && !hasAddress(event.data)) {
        const said = messageData(event.id, event.message);
        for (const [name, value] of Object.entries(said)) event.data[name] ??= value;
      }
      return windowsResult(event, context, envelope);
    }
    return undefined;
  },
};

function hasAddress(data: Readonly<Record<string, string>>): boolean {
  for (const name in data)
    if (/address|ip$|^Param3$/i.test(name) && canonicalIp(data[name]!) !== undefined) return true;
  return false;
}

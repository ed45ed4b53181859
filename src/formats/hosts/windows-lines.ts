/**
 * One line of a Windows event that was printed over several: indented XML (evtx_dump, python-evtx), and Splunk's WinEventLog text. The event's
 * id and what else decides stand in lines before it, which the file is asked for.
 */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { parseIsoTime } from "../time.js";
import { windowsResult } from "./windows-event.js";
import { decodeXml } from "./windows-xml.js";
import { messageData } from "./windows-labels.js";
import { wordTable } from "../../model/word-table.js";

const DATA =
  /^(?<indent>[ \t]{0,16})(?:<EventData>)?<Data Name=["'](?<name>IpAddress|SourceAddress|DestAddress|SourceIp|DestinationIp|ClientAddress|ClientIP|IPString|QueryResults)["']>(?<value>[^<]{2,4096})<\/Data>/;
/** Fields that Windows writes before the address, in the order of its manifests. */
const EARLIER: Readonly<Record<string, readonly string[]>> = wordTable({
  IpAddress: ["TargetUserName", "LogonType", "Status", "SubStatus", "ShareName"],
  ClientAddress: ["AccountName"],
  SourceAddress: ["Direction"],
  DestAddress: ["Direction", "SourceAddress", "SourcePort"],
  SourceIp: ["Protocol", "Initiated"],
  DestinationIp: ["Protocol", "Initiated", "SourceIp", "SourcePort"],
  QueryResults: ["QueryName", "QueryStatus"],
});
const LABEL =
  /^[ \t]{0,8}(?:Source Network Address|Client Address|Client Network Address|Network Address|Source Address|Destination Address):[ \t]{1,8}[0-9A-Fa-f.:]{2,45}\s{0,4}$/;

function inner(line: string | undefined): string | undefined {
  const m = line === undefined ? null : />([^<]{0,1024})</.exec(line);
  return m ? decodeXml(m[1]!.trim()) : undefined;
}

function xmlLine(line: string, context: LineContext, envelope: EnvelopeFields | undefined): FormatResult | undefined {
  const m = DATA.exec(line);
  if (!m) return undefined;
  const { indent, name, value } = m.groups as Record<"indent" | "name" | "value", string>;
  const before = (tag: string): string | undefined => context.headerBefore(`${indent}<${tag}`);
  const id = Number(inner(before("EventID")));
  if (!Number.isInteger(id) || id <= 0) return undefined;
  const data: Record<string, string> = { [name]: decodeXml(value.trim()) };
  for (const field of EARLIER[name] ?? []) {
    const said = inner(before(`Data Name="${field}"`));
    if (said !== undefined) data[field] = said;
  }
  const stated = /SystemTime=["']([^"']{10,40})/.exec(before("TimeCreated") ?? "")?.[1];
  const zoned =
    stated === undefined ? undefined : /Z$|[+-]\d\d:\d\d$/.test(stated) ? stated : `${stated.replace(" UTC", "")}Z`;
  return windowsResult(
    {
      id,
      provider: / Name=["']([^"']{1,128})/.exec(before("Provider") ?? "")?.[1] ?? "",
      channel: inner(before("Channel")),
      computer: inner(before("Computer")),
      keywords: inner(before("Keywords")),
      time: zoned === undefined ? undefined : parseIsoTime(zoned),
      data,
    },
    context,
    envelope,
  );
}

function textLine(line: string, context: LineContext, envelope: EnvelopeFields | undefined): FormatResult | undefined {
  if (!LABEL.test(line)) return undefined;
  const id = /^EventCode=(\d{1,5})\s{0,2}$/.exec(context.headerBefore("EventCode=") ?? "")?.[1];
  if (id === undefined) return undefined;
  const said = (key: string): string | undefined =>
    context
      .headerBefore(`${key}=`)
      ?.slice(key.length + 1)
      .trim();
  const log = said("LogName");
  return windowsResult(
    {
      id: Number(id),
      provider: log === "Security" ? "Microsoft-Windows-Security-Auditing" : (said("SourceName") ?? ""),
      channel: log,
      computer: said("ComputerName"),
      keywords: said("Keywords"),
      data: messageData(Number(id), line),
    },
    context,
    envelope,
  );
}

export const windowsLines: Format = {
  id: "windows.lines",
  title: "Windows events printed over several lines: indented XML, Splunk WinEventLog",
  reference: "https://github.com/omerbenamram/evtx",
  marks: ["<Data Name=", "Network Address:", "Client Address:", "Source Address:", "Destination Address:"],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (line.length > 8192) return undefined;
    return line.includes("<Data Name=") ? xmlLine(line, context, envelope) : textLine(line, context, envelope);
  },
};

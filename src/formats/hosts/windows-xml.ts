/** Windows events as XML in one line: wevtutil, NXLog, Splunk's XmlWinEventLog, Sysmon for Linux, with or without a header before it. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { quotesAnother } from "../shape.js";
import { parseIsoTime } from "../time.js";
import { windowsResult } from "./windows-event.js";
import type { WindowsEvent } from "./windows-fields.js";
import { wordTable } from "../../model/word-table.js";

const ENTITIES: Readonly<Record<string, string>> = wordTable({ lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" });

/** The five predefined entities and character references; nothing else is ever expanded. */
export function decodeXml(value: string): string {
  if (!value.includes("&")) return value;
  return value.replace(
    /&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(lt|gt|amp|quot|apos));/g,
    (whole, dec?: string, hex?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? whole;
      const code = dec === undefined ? parseInt(hex ?? "", 16) : Number(dec);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

const attribute = (tag: string): RegExp => new RegExp(`${tag}=(?:'([^']{0,255})'|"([^"]{0,255})")`);
const NAME = attribute(" Name");
const SYSTEM_TIME = attribute(" SystemTime");

function stated(m: RegExpExecArray | null): string | undefined {
  return m ? (m[1] ?? m[2]) : undefined;
}

function element(text: string, name: string): string | undefined {
  const m = new RegExp(`<${name}(?:\\s[^<>]{0,120})?>([^<]{0,1024})</${name}>`).exec(text);
  return m ? decodeXml(m[1]!.trim()) : undefined;
}

const DATA = /<Data(?:\s{1,4}Name=(?:'([^']{1,128})'|"([^"]{1,128})"))?\s{0,4}>([^<]{0,16384})<\/Data>/g;
/** UserData, whose elements bear the names. */
const ELEMENT = /<([A-Za-z][\w.-]{0,63})(?:\s[^<>]{0,200})?>([^<]{1,16384})<\/\1>/g;
const MOST = 128;

function dataOf(body: string): Record<string, string> {
  const data: Record<string, string> = Object.create(null) as Record<string, string>;
  let unnamed = 0;
  let count = 0;
  for (const m of body.matchAll(DATA)) {
    if (count++ >= MOST) break;
    const name = m[1] ?? m[2] ?? String(unnamed++);
    data[name] ??= decodeXml(m[3]!.trim());
  }
  const from = body.indexOf("<UserData");
  if (from >= 0)
    for (const m of body.slice(from).matchAll(ELEMENT)) {
      if (count++ >= MOST) break;
      data[m[1]!] ??= decodeXml(m[2]!.trim());
    }
  return data;
}

const LONGEST_HEAD = 400;

export const windowsXml: Format = {
  id: "windows.xml",
  title: "Windows events as XML: wevtutil, NXLog, XmlWinEventLog, Sysmon for Linux",
  reference: "https://learn.microsoft.com/windows/win32/wes/eventschema-schema",
  marks: ["<System>"],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const start = line.indexOf("<Event");
    if (start < 0 || start > LONGEST_HEAD || !line.includes("<System>", start) || quotesAnother(line.slice(0, start)))
      return undefined;
    const body = line.slice(start);
    const end = body.indexOf("</System>");
    const system = end < 0 ? body : body.slice(0, end);
    const id = Number(element(system, "EventID"));
    if (!Number.isInteger(id)) return undefined;
    const at = system.indexOf("<Provider");
    const provider = at < 0 ? undefined : stated(NAME.exec(system.slice(at, at + 400)));
    const when = system.indexOf("<TimeCreated");
    const time = when < 0 ? undefined : stated(SYSTEM_TIME.exec(system.slice(when, when + 120)));
    const zoned = time === undefined ? undefined : /[Zz]$|[+-]\d\d:?\d\d$/.test(time) ? time : `${time}Z`;
    const rest = end < 0 ? "" : body.slice(end);
    const event: WindowsEvent = {
      id,
      provider: provider ?? "",
      channel: element(system, "Channel"),
      computer: element(system, "Computer"),
      time: zoned === undefined ? undefined : parseIsoTime(zoned),
      keywords: element(system, "Keywords"),
      data: dataOf(rest),
      message: element(rest, "Message"),
    };
    return windowsResult(event, context, envelope);
  },
};

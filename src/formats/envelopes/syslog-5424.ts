import type { Envelope, EnvelopeFields } from "../format.js";
import { parseIsoTime } from "../time.js";
import { stripPriority } from "./header.js";

const HEADER = /^\d{1,2} (-|\d{4}-\d{2}-\d{2}T\S{8,30}) (\S{1,255}) (\S{1,255}) (\S{1,128}) (\S{1,255}) ?/;
const MOST_PARAMS = 128;

/**
 * STRUCTURED-DATA at `at`: flattened `id.param` values with `\"`, `\\`, `\]` unescaped, and the position after it.
 * Undefined when it is neither nil nor well made.
 */
function readStructured(text: string, at: number): { data: Record<string, string>; end: number } | undefined {
  const data: Record<string, string> = Object.create(null) as Record<string, string>;
  if (text[at] === "-" && (at + 1 >= text.length || text[at + 1] === " ")) return { data, end: at + 1 };
  let i = at;
  let params = 0;
  while (text[i] === "[") {
    let j = i + 1;
    while (j < text.length && text[j] !== " " && text[j] !== "]" && text[j] !== '"') j++;
    const id = text.slice(i + 1, j);
    if (id === "" || id.length > 128) return undefined;
    while (text[j] === " ") {
      while (text[j] === " ") j++;
      if (text[j] === "]") break;
      const equals = text.indexOf('="', j);
      if (equals < 0 || equals - j > 128) return undefined;
      const name = text.slice(j, equals);
      if (/[\s"\]]/.test(name)) return undefined;
      let k = equals + 2;
      while (k < text.length && text[k] !== '"') k += text[k] === "\\" ? 2 : 1;
      if (k >= text.length) return undefined;
      if (params++ < MOST_PARAMS) data[`${id}.${name}`] = text.slice(equals + 2, k).replace(/\\(["\\\]])/g, "$1");
      j = k + 1;
    }
    if (text[j] !== "]") return undefined;
    i = j + 1;
  }
  return i === at ? undefined : { data, end: i };
}

/**
 * RFC 5424, with or without priority and octet count (a relay that strips them). The BOM before MSG is dropped. A message that is all
 * structured data (Junos) has its parameters in `structured` and an empty MSG.
 */
export const syslog5424: Envelope = {
  id: "syslog-5424",
  title: "syslog protocol",
  reference: "RFC 5424, RFC 6587",
  unwrap(line, context) {
    const first = line.charCodeAt(0);
    if (first !== 60 && !(first >= 48 && first <= 57)) return undefined;
    const { rest, pri } = stripPriority(line);
    const m = HEADER.exec(rest);
    if (!m || (!pri && m[1] === "-")) return undefined;
    const nil = (value: string): string | undefined => (value === "-" ? undefined : value);
    const time = m[1] === "-" ? undefined : parseIsoTime(m[1]!);
    if (m[1] !== "-" && !time) return undefined;
    const structured = readStructured(rest, m[0].length);
    // Senders that forget the structured data are common (pfSense, old appliances): the rest is the message.
    let message = rest.slice(structured ? structured.end : m[0].length);
    message = message.replace(/^ ?\uFEFF?/, "");
    const fields: EnvelopeFields = {};
    const hostname = nil(m[2]!);
    const program = nil(m[3]!);
    const timestamp = time && context.resolveTime(time);
    if (timestamp !== undefined) fields.timestamp = timestamp;
    if (hostname !== undefined) fields.hostname = hostname;
    if (program !== undefined) fields.program = program;
    const msgid = nil(m[5]!);
    const data = structured?.data ?? {};
    // MSGID names the event (Junos: RT_FLOW_SESSION_CREATE).
    if (msgid !== undefined) data["syslog.msgid"] = msgid;
    if (Object.keys(data).length > 0) fields.structured = data;
    return { fields, message };
  },
};

import { Facts } from "../fallback/facts.js";
import { findTime, timeOfValue } from "../fallback/find-time.js";
import type { Kind } from "../fallback/keys.js";
import type { Format } from "../format.js";
import { describeHeader, readExtension, takeFields } from "./cef.js";
import { wordTable } from "../../model/word-table.js";

/** IBM's predefined attributes, where the table of names does not say it. */
const KEYS: Readonly<Record<string, Kind>> = wordTable({
  src: "source.ip",
  srcPort: "source.port",
  srcPostNAT: "source.nat.ip",
  srcPostNATPort: "source.nat.port",
  dst: "destination.ip",
  dstPort: "destination.port",
  dstPostNAT: "destination.nat.ip",
  dstPostNATPort: "destination.nat.port",
  srcBytes: "source.bytes",
  dstBytes: "destination.bytes",
  srcPackets: "source.packets",
  dstPackets: "destination.packets",
  identHostName: "host",
  usrName: "user",
  accountName: "user",
  proto: "transport",
  action: "action",
  act: "action",
  url: "url",
});
/** The addresses before translation repeat `src` and `dst`; `ident…` is of the user's machine. */
const NOT_READ =
  /^(?:\w*PreNAT\w*|ident\w+|\w*MAC|devTime\w*|cat|sev|policy|realm|role|groupID|vSrc\w*|resource|msg|reason)$/;
const HEADER =
  /LEEF: ?([12](?:\.\d)?)\|([^|]{0,256})\|([^|]{0,256})\|([^|]{0,256})\|([^|]{0,512})\|(?:(\^|[^|\w\s]|(?:0?x|\\x)[0-9A-Fa-f]{1,4}|\\t|t)?\|)?/;

/** `^`, `x09`, `0x5E`, `\t` to the character. LEEF 1.0 and an empty field: a tab. */
function delimiterOf(stated: string | undefined): string {
  if (stated === undefined || stated === "\\t") return "\t";
  const hex = /^(?:0?x|\\x)([0-9A-Fa-f]{1,4})$/.exec(stated);
  return hex ? String.fromCharCode(Number.parseInt(hex[1]!, 16)) : stated;
}

function attributes(text: string, delimiter: string): ReadonlyMap<string, string> {
  // Relays write tabs as spaces, `#011` or `\t`.
  const restored = delimiter === "\t" ? text.replaceAll("#011", "\t").replaceAll("\\t", "\t") : text;
  if (!restored.includes(delimiter)) return readExtension(restored);
  const out = new Map<string, string>();
  for (const part of restored.split(delimiter, 256)) {
    const equals = part.indexOf("=");
    const key = part.slice(0, Math.max(0, equals)).trim();
    if (key !== "" && key.length <= 64 && !out.has(key)) out.set(key, part.slice(equals + 1).trim());
  }
  return out;
}

export const leef: Format = {
  id: "leef",
  title: "IBM QRadar log event extended format, any vendor",
  reference: "https://www.ibm.com/docs/en/dsm?topic=overview-leef-event-components",
  marks: ["LEEF:"],
  parse(line, context) {
    const at = line.startsWith("LEEF:") ? 0 : line.slice(0, 300).indexOf("LEEF:");
    if (at < 0 || (at > 0 && /["'{=]/.test(line.slice(0, at)))) return undefined;
    const text = line.slice(at);
    const m = HEADER.exec(text);
    if (!m || m.index !== 0) return undefined;
    const [, , vendor = "", product = "", , id = ""] = m;
    const fields = attributes(text.slice(m[0].length), m[1]!.startsWith("2") ? delimiterOf(m[6]) : "\t");
    const facts = new Facts();
    takeFields(fields, facts, KEYS, NOT_READ);
    facts.field("eventId", { kind: "event", rank: 2 }, id);
    const result = facts.result(`${id} ${fields.get("cat") ?? ""} ${fields.get("msg") ?? ""}`, context);
    const stated = fields.get("devTime");
    const time = stated === undefined ? (at > 0 ? findTime(line.slice(0, at))?.time : undefined) : timeOfValue(stated);
    const timestamp = time && context.resolveTime(time);
    if (timestamp !== undefined) result.event.timestamp = timestamp;
    return describeHeader(result, "leef", vendor, product, {
      host: fields.get("devName"),
      hostIp: fields.get("devIP"),
    });
  },
};

/** Flow records as text: nfdump (line, long, extended, biline, CSV), SiLK rwcut, YAF, argus ra. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import type { Outcome } from "../../model/event.js";
import { findTime, timeOfValue } from "../fallback/find-time.js";
import { addressAndPort, port } from "../values.js";
import { durationNs, timestamp } from "../shape.js";
import { flowResult, type Flow } from "./flow-record.js";
import { readEnd } from "./suricata-fast.js";
import { wordTable } from "../../model/word-table.js";

const A = String.raw`\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,41}`;
/** nfdump writes an IPv6 address and its port with a dot between (`2001:db8::1.443`), an IPv4 one with a colon. */
const END = String.raw`(\S{2,64})`;
const NFDUMP = new RegExp(
  String.raw`^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{3})?) {1,8}(\d{1,10}\.\d{3}|[\d:.]{7,16}) ([A-Z0-9-]{2,10}) {1,32}${END} {1,32}(->|<->) {1,32}${END} {1,8}(?:([.UAPRSFCE]{6,8}) {1,8})?(.{1,200})$`,
);

function end(text: string): { ip?: string; port?: number } {
  const dot = text.lastIndexOf(".");
  if (text.includes(":") && dot > text.lastIndexOf(":")) {
    const { ip } = addressAndPort(text.slice(0, dot));
    const p = port(text.slice(dot + 1));
    if (ip?.includes(":")) return p === undefined ? { ip } : { ip, port: p };
  }
  return addressAndPort(text);
}

/** `3456`, `1.2 M`: nfdump scales large numbers unless it is told not to. */
function counts(text: string): string[] {
  return text
    .trim()
    .replace(/(\d) ([KMGT])(?= |$)/g, "$1$2")
    .split(/ {1,16}/, 8);
}

const scale: Readonly<Record<string, number>> = wordTable({ K: 1e3, M: 1e6, G: 1e9, T: 1e12 });
function number(value: string | undefined): number | undefined {
  const m = /^(\d{1,15}(?:\.\d)?)([KMGT])?$/.exec(value ?? "");
  return m ? Math.trunc(Number(m[1]) * (m[2] === undefined ? 1 : scale[m[2]]!)) : undefined;
}

/** Columns of nfdump's CSV by name, of the old and the present releases. */
const CSV: Readonly<Record<string, keyof Flow>> = wordTable({
  ts: "timestamp",
  firstSeen: "timestamp",
  td: "duration",
  duration: "duration",
  sa: "source",
  srcAddr: "source",
  da: "destination",
  dstAddr: "destination",
  sp: "sourcePort",
  srcPort: "sourcePort",
  dp: "destinationPort",
  dstPort: "destinationPort",
  pr: "protocol",
  proto: "protocol",
  flg: "flags",
  flags: "flags",
  ipkt: "packets",
  packets: "packets",
  ibyt: "bytes",
  bytes: "bytes",
  opkt: "backPackets",
  obyt: "backBytes",
});

function csv(line: string, context: LineContext, envelope: EnvelopeFields | undefined): FormatResult | undefined {
  const header = context.firstLine;
  if (line === header) return { event: {}, outcome: "unknown", initiator: "unknown" };
  const values = line.split(",");
  const names = header.split(",").map((name) => name.trim());
  if (Math.abs(values.length - names.length) > 1) return undefined;
  const f: Partial<Record<keyof Flow, string>> = {};
  for (const [i, name] of names.entries()) {
    const key = CSV[name];
    if (key !== undefined) f[key] = values[i]?.trim();
  }
  if (f.source === undefined || end(f.source).ip === undefined) return undefined;
  // Of a flow that was seen one way, the columns of the other are 0.
  const back = f.backPackets !== undefined && f.backPackets !== "0";
  return flowResult({
    timestamp: timestamp(timeOfValue(f.timestamp), context, envelope),
    duration: durationNs(f.duration),
    source: f.source,
    sourcePort: f.sourcePort,
    destination: f.destination,
    destinationPort: f.destinationPort,
    protocol: f.protocol,
    flags: f.flags,
    packets: f.packets,
    bytes: f.bytes,
    backPackets: back ? f.backPackets : undefined,
    backBytes: back ? f.backBytes : undefined,
    observer: { product: "nfdump" },
  });
}

export const nfdump: Format = {
  id: "nfdump.text",
  title: "nfdump: line, long, extended, biline and CSV output",
  reference: "https://github.com/phaag/nfdump/blob/master/man/nfdump.1",
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (/^(?:ts,te,td,sa,da,sp,dp|firstSeen,duration,proto,)/.test(context.firstLine))
      return csv(line, context, envelope);
    const m = line.includes("->") ? NFDUMP.exec(line) : null;
    if (!m) return undefined;
    const [from, to] = [end(m[4]!), end(m[6]!)];
    if (from.ip === undefined || to.ip === undefined) return undefined;
    const columns = counts(m[8]!);
    const both = m[5] === "<->";
    // `long` has the type of service before the packets.
    const first = !both && m[7] !== undefined && columns.length >= 4 ? 1 : 0;
    return flowResult({
      timestamp: timestamp(findTime(m[1]!)?.time, context, envelope),
      duration: durationNs(m[2]),
      source: from.ip,
      sourcePort: from.port,
      destination: to.ip,
      destinationPort: to.port,
      protocol: m[3],
      flags: m[7],
      packets: number(columns[first]),
      bytes: number(columns[both ? 2 : first + 1]),
      ...(both ? { backPackets: number(columns[1]), backBytes: number(columns[3]) } : {}),
      observer: { product: "nfdump" },
    });
  },
};

const SILK: Readonly<Record<string, keyof Flow>> = wordTable({
  sIP: "source",
  dIP: "destination",
  sPort: "sourcePort",
  dPort: "destinationPort",
  pro: "protocol",
  protocol: "protocol",
  packets: "packets",
  pckts: "packets",
  bytes: "bytes",
  flags: "flags",
  sTime: "timestamp",
  dur: "duration",
  durat: "duration",
  duration: "duration",
});
/** rwcut without `--fields`. */
const SILK_DEFAULT = "sIP|dIP|sPort|dPort|pro|packets|bytes|flags|sTime|duration|eTime|sensor|";

const SILK_ROW = new RegExp(
  String.raw`^ {0,40}(?:${A})\| {0,40}(?:${A})\| {0,6}\d{1,5}\| {0,6}\d{1,5}\| {0,4}\d{1,3}\|`,
);

export const silk: Format = {
  id: "silk.rwcut",
  title: "SiLK rwcut",
  reference: "https://tools.netsa.cert.org/silk/rwcut.html",
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (!line.includes("|")) return undefined;
    const headed = /^ {0,40}s(?:IP|IPv6) {0,40}\|/.test(context.firstLine);
    if (headed && line === context.firstLine) return { event: {}, outcome: "unknown", initiator: "unknown" };
    if (!headed && !SILK_ROW.test(line)) return undefined;
    const names = (headed ? context.firstLine : SILK_DEFAULT).split("|").map((name) => name.trim());
    const values = line.split("|", 64).map((value) => value.trim());
    if (Math.abs(values.length - names.length) > 2) return undefined;
    const f: Partial<Record<keyof Flow, string>> = {};
    for (const [i, name] of names.entries()) {
      const key = SILK[name];
      if (key !== undefined && f[key] === undefined) f[key] = values[i]!;
    }
    if (addressAndPort(f.source).ip === undefined) return undefined;
    return flowResult({
      timestamp: timestamp(timeOfValue(f.timestamp), context, envelope),
      duration: durationNs(f.duration),
      source: f.source,
      sourcePort: f.sourcePort,
      destination: f.destination,
      destinationPort: f.destinationPort,
      protocol: f.protocol,
      packets: f.packets,
      bytes: f.bytes,
      flags: f.flags,
      observer: { product: "SiLK" },
    });
  },
};

const YAF = new RegExp(
  String.raw`^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) - \d\d:\d\d:\d\d\.\d{3} \((\d{1,10}\.\d{3}) sec\) (tcp|udp|icmp|ip \d{1,3}) ([0-9A-Fa-f.:]{3,64}) => ([0-9A-Fa-f.:]{3,64}) .{0,160}?\((\d{1,15})\/(\d{1,15}) (->|<->)(?: (\d{1,15})\/(\d{1,15}))?\)`,
);

export const yaf: Format = {
  id: "yaf.yafscii",
  title: "YAF flows as text (yafscii)",
  reference: "https://tools.netsa.cert.org/yaf/yafscii.html",
  marks: [" sec) "],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const m = line.includes(" sec) ") ? YAF.exec(line) : null;
    if (!m) return undefined;
    // Ports always stand behind the last colon, IPv6 or not; ICMP has none.
    const [from, to] =
      m[3] === "tcp" || m[3] === "udp"
        ? [readEnd(m[4]!), readEnd(m[5]!)]
        : [addressAndPort(m[4]), addressAndPort(m[5])];
    const both = m[8] === "<->";
    return flowResult({
      timestamp: timestamp(findTime(m[1]!)?.time, context, envelope),
      duration: durationNs(m[2]),
      protocol: m[3]!.replace("ip ", ""),
      source: from.ip,
      sourcePort: from.port,
      destination: to.ip,
      destinationPort: to.port,
      packets: m[6],
      bytes: m[7],
      session: true,
      ...(both
        ? { backPackets: m[9], backBytes: m[10] }
        : { outcome: { outcome: "unanswered" as const, outcomeReason: "no packet back" } }),
      observer: { product: "YAF" },
    });
  },
};

/** `StartTime Flgs Proto SrcAddr.Sport Dir DstAddr.Dport TotPkts TotBytes State`. */
const RA_PROTOCOLS = "tcp|udp|icmp|ipv6-icmp|ip|gre|esp|igmp";
const RA = new RegExp(
  String.raw`^ {0,4}((?:\d{4}[-/]\d\d[-/]\d\d[ .])?\d\d:\d\d:\d\d\.\d{1,6}|\d{10}\.\d{1,6}) {1,12}(?:[a-zA-Z*&!%^@$ ]{1,12} )?(${RA_PROTOCOLS}) {1,32}(\S{2,64}) {1,32}(<\?>|<->|->|<-|\?>|<\?|<\|>|\|>|who|-)\s{1,32}(\S{2,64}) {1,16}(\d{1,15}) {1,16}(\d{1,15})(?: {1,16}([A-Z_]{2,8}))?\s*$`,
);

const RA_STATES: Readonly<Record<string, Outcome>> = wordTable({
  CON: "established",
  FIN: "established",
  CLO: "established",
  ACC: "established",
  EST: "established",
  REQ: "unanswered",
  TIM: "unknown",
  RST: "unknown",
  INT: "unanswered",
  ECO: "unanswered",
  ECR: "established",
  URP: "refused",
  URH: "refused",
});

/** `192.0.2.5.443`, `192.0.2.5.https`, `2001:db8::1.443`, `192.0.2.5:443`. */
function raEnd(text: string): { ip?: string; port?: number } {
  const m = /^(\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:]{2,45})[.:]([\w-]{1,16}\*?)$/.exec(text);
  const { ip } = addressAndPort(m ? m[1] : text);
  if (ip === undefined) return addressAndPort(text);
  const p = m ? port(m[2]) : undefined;
  return p === undefined ? { ip } : { ip, port: p };
}

export const argus: Format = {
  id: "argus.ra",
  title: "argus flows as text (ra)",
  reference: "https://openargus.org/documentation",
  marks: RA_PROTOCOLS.split("|").map((name) => ` ${name} `),
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const m = /[-?|]>|<[-?|]|<->/.test(line.slice(0, 200)) ? RA.exec(line) : null;
    if (!m) return undefined;
    const [left, right] = [raEnd(m[3]!), raEnd(m[5]!)];
    if (left.ip === undefined || right.ip === undefined) return undefined;
    const turned = m[4]!.startsWith("<") && !m[4]!.endsWith(">");
    const [from, to] = turned ? [right, left] : [left, right];
    const sure = m[4] === "->" || m[4] === "<-" || m[4] === "|>";
    const state = m[8] ?? "";
    return flowResult({
      timestamp: timestamp(findTime(m[1]!)?.time, context, envelope),
      protocol: m[2],
      source: from.ip,
      sourcePort: from.port,
      destination: to.ip,
      destinationPort: to.port,
      session: true,
      beginning: sure
        ? { initiator: "source", initiatorReason: `direction ${m[4]!}` }
        : { initiator: "unknown", initiatorReason: `direction ${m[4]!}: argus is not sure who began` },
      outcome: { outcome: RA_STATES[state] ?? "unknown", outcomeReason: state === "" ? "no state" : `state ${state}` },
      observer: { product: "argus" },
    });
  },
};

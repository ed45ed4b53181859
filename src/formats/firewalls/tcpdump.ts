/** tcpdump's text, alone or of pflog0 (`rule 5/0(match): block in on em0: …`): one line a packet. */
import { canonicalIp } from "../../model/ip.js";
import type { Endpoint } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { icmpBeginning, packetBeginning, TCP, type Beginning } from "../initiator.js";
import { quotesAnother, shaped, timestamp } from "../shape.js";
import { parseIsoTime, parseSyslogTime } from "../time.js";

/** The two ends; each ends in `.port` where the protocol has one. */
const ENDS = /(?:^|[ )])([0-9A-Fa-f.:]{3,45}[\w.-]{0,40}) > ([0-9A-Fa-f.:]{3,45}[\w.-]{0,40}): {0,2}/;
const RULE =
  /\brule (\d{1,6})[\w./()-]{0,64}?\((\w{1,16})\):? ?(?:\[[^\]]{0,40}\] )?(pass|block|match|rdr|nat|scrub) (in|out) on (\w{1,32}):/;
const IP_MARK =
  /^(?:\d{2}:\d{2}:\d{2}\.\d{1,9} |[\d-]{10} \d{2}:\d{2}:\d{2}\.\d{1,9} )?(?:\S{1,16} {1,2}(?:In|Out) {1,3})?IP6? /;

/** `203.0.113.7.51234`, `2001:db8::7.22`, `10.0.0.5.https`, `10.0.0.5`. */
function end(token: string): Endpoint | undefined {
  const whole = canonicalIp(token);
  if (whole !== undefined) return { ip: whole };
  const dot = token.lastIndexOf(".");
  const ip = dot > 0 ? canonicalIp(token.slice(0, dot)) : undefined;
  if (ip === undefined) return undefined;
  const stated = token.slice(dot + 1);
  return /^\d{1,5}$/.test(stated) && Number(stated) <= 65535 ? { ip, port: Number(stated) } : { ip };
}

function read(rest: string, v6: boolean, ports: boolean): { transport: string | undefined } & Beginning {
  const flags = /^Flags \[([A-Za-z.]{1,8})\]/.exec(rest)?.[1] ?? /^([SFRPU.]{1,4}) (?:\d|ack|win)/.exec(rest)?.[1];
  if (flags !== undefined) {
    const acked = flags.includes(".") || / ack \d/.test(rest.slice(0, 120));
    const bits = (flags.includes("S") ? TCP.SYN : 0) | (acked ? TCP.ACK : 0);
    return { transport: "tcp", ...packetBeginning(bits, `flags [${flags}]`) };
  }
  const icmp = /^(?:ICMP6?,?|icmp6?:) ([a-z ]{1,40})/i.exec(rest)?.[1];
  if (icmp !== undefined) {
    const type = /echo request/.test(icmp) ? (v6 ? 128 : 8) : /echo reply/.test(icmp) ? (v6 ? 129 : 0) : undefined;
    return { transport: v6 ? "ipv6-icmp" : "icmp", ...icmpBeginning(type, v6 ? 6 : 4, true) };
  }
  return {
    transport: ports ? "udp" : undefined,
    initiator: "unknown",
    initiatorReason: "one packet of a protocol without handshake",
  };
}

function parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
  if (!line.includes(" > ")) return undefined;
  const text = line.length > 2048 ? line.slice(0, 2048) : line;
  const rule = RULE.exec(text);
  if (!rule && !IP_MARK.test(text)) return undefined;
  if (rule && (rule.index > 160 || quotesAnother(text.slice(0, rule.index)))) return undefined;
  const body = rule ? text.slice(rule.index + rule[0].length) : text;
  const ends = ENDS.exec(body);
  const source = ends ? end(ends[1]!) : undefined;
  const destination = ends ? end(ends[2]!) : undefined;
  if (!ends || !source || !destination) return undefined;
  const rest = body.slice(ends.index + ends[0].length);
  const { transport, ...begun } = read(rest, source.ip!.includes(":"), source.port !== undefined);
  const action = rule?.[3];
  // Without a date the clock alone says no time; before a pf rule it counts from the line before.
  const time = parseIsoTime(text) ?? parseSyslogTime(text);
  return shaped({
    event: {
      timestamp: timestamp(time, context, envelope),
      source,
      destination,
      network: { transport, direction: rule ? (rule[4] === "in" ? "ingress" : "egress") : undefined },
      event: { action: action ?? "packet" },
      rule: { name: rule?.[1] },
      observer: { name: envelope?.hostname, product: rule ? "pf" : "tcpdump" },
    },
    outcome: action === "block" ? "blocked" : "unknown",
    outcomeReason: action === "block" ? "action=block" : "one packet does not show an answer",
    ...begun,
    oneWay: true,
  });
}

export const tcpdump: Format = {
  id: "tcpdump.tcpdump",
  title: "tcpdump text, also of pf's log interface",
  reference: "https://man.openbsd.org/tcpdump.8; https://man.openbsd.org/pflogd.8",
  parse,
};

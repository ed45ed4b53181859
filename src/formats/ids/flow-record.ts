/** What the flow exporters' formats share: a record of one direction (or both), as NetFlow v5/v9 and IPFIX have it. */
import type { Endpoint, Event, Outcome } from "../../model/event.js";
import type { FormatResult } from "../format.js";
import { FLAG_BITS, icmpBeginning, packetBeginning, TCP, type Beginning } from "../initiator.js";
import { endpoint, integer, transport } from "../values.js";
import { shaped } from "../shape.js";
import { wordTable } from "../../model/word-table.js";

export interface Flow {
  timestamp: number | undefined;
  /** Nanoseconds. */
  duration?: number | undefined;
  source: string | undefined;
  sourcePort?: string | number | undefined;
  destination: string | undefined;
  destinationPort?: string | number | undefined;
  /** IANA number or name. */
  protocol: string | number | undefined;
  bytes?: string | number | undefined;
  packets?: string | number | undefined;
  /** Of the other direction: present when the record covers both. */
  backBytes?: string | number | undefined;
  backPackets?: string | number | undefined;
  /** Gathered over the record's packets: the byte itself, or letters. */
  flags?: string | number | undefined;
  /** The exporter keeps sessions, and names their first sender as the source. */
  session?: boolean;
  outcome?: { outcome: Outcome; outcomeReason: string } | undefined;
  beginning?: Beginning | undefined;
  observer?: Event["observer"];
  user?: string | undefined;
  application?: string | undefined;
  domain?: string | undefined;
}

const LETTERS: Readonly<Record<string, number>> = wordTable({
  F: TCP.FIN,
  S: TCP.SYN,
  R: TCP.RST,
  P: TCP.PSH,
  A: TCP.ACK,
});
const ALL = TCP.FIN | TCP.SYN | TCP.RST | TCP.PSH | TCP.ACK;

/** `2`, `0x12`, `...AP.SF`, `FS PA`, `SYN ACK`; undefined when it says nothing. */
export function tcpFlags(value: string | number | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number") return value;
  const stated = value.trim();
  if (/^\d{1,5}$/.test(stated)) return Number(stated);
  if (/^0x[0-9a-f]{1,4}$/i.test(stated)) return parseInt(stated, 16);
  let bits = 0;
  if (/^[A-Z]{3}/.test(stated)) {
    for (const name of stated.split(/[^A-Z]+/, 8)) bits |= FLAG_BITS[name] ?? 0;
    return bits === 0 ? undefined : bits;
  }
  for (const letter of stated.slice(0, 10)) bits |= LETTERS[letter] ?? 0;
  return bits === 0 ? undefined : bits;
}

/** Flags gathered over many packets tell who began only as a SYN alone, or a SYN-ACK alone. */
function beginning(flow: Flow, named: string | undefined, icmp: boolean, version: 4 | 6): Beginning {
  if (flow.beginning) return flow.beginning;
  if (icmp) {
    // NetFlow writes type * 256 + code as the destination port.
    const port = integer(flow.destinationPort);
    return icmpBeginning(port === undefined ? undefined : port > 255 ? port >> 8 : undefined, version);
  }
  if (flow.session) return { initiator: "source", initiatorReason: "the source sent the session's first packet" };
  const flags = named === "tcp" ? tcpFlags(flow.flags) : undefined;
  if (
    flags !== undefined &&
    (flags & TCP.SYN) !== 0 &&
    ((flags & TCP.ACK) === 0 || (flags & ALL) === (TCP.SYN | TCP.ACK))
  )
    return packetBeginning(flags, `flags=${String(flow.flags).trim()}`);
  return { initiator: "unknown", initiatorReason: "one direction of the traffic" };
}

export function flowResult(flow: Flow): FormatResult {
  const named = transport(flow.protocol);
  const icmp = named?.includes("icmp") === true;
  const version = flow.source?.includes(":") === true ? 6 : 4;
  const end = (
    ip: string | undefined,
    port: string | number | undefined,
    bytes: Flow["bytes"],
    packets: Flow["bytes"],
  ): Endpoint | undefined => endpoint({ ip, port: icmp ? undefined : port, bytes, packets });
  const back = integer(flow.backPackets) ?? integer(flow.backBytes);
  const both = back !== undefined;
  const judged =
    flow.outcome ??
    (both
      ? twoWay(flow, back)
      : { outcome: "unknown" as const, outcomeReason: "one direction does not show an answer" });
  return shaped({
    event: {
      timestamp: flow.timestamp,
      source: end(flow.source, flow.sourcePort, flow.bytes, flow.packets),
      destination: end(flow.destination, flow.destinationPort, flow.backBytes, flow.backPackets),
      network: { transport: named, protocol: flow.application?.toLowerCase() },
      event: { action: "flow", duration: flow.duration },
      url: { domain: flow.domain },
      user: { name: flow.user },
      observer: flow.observer,
    },
    ...judged,
    ...beginning(flow, named, icmp, version),
    ...(both || flow.session ? {} : { oneWay: true }),
  });
}

function twoWay(flow: Flow, back: number): { outcome: Outcome; outcomeReason: string } {
  const forth = integer(flow.packets) ?? integer(flow.bytes) ?? 0;
  const said = `${forth} there, ${back} back`;
  if (back === 0) return { outcome: "unanswered", outcomeReason: said };
  return forth > 0 ? { outcome: "established", outcomeReason: said } : { outcome: "unknown", outcomeReason: said };
}

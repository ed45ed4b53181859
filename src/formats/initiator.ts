/** What one packet, or the ports of a record, say of who began the traffic. */
import type { Initiator } from "../model/event.js";

export interface Beginning {
  initiator: Initiator;
  initiatorReason?: string;
}

/** ICMP types, RFC 792 and RFC 4443. A request comes from who began, a reply goes back to them. */
interface IcmpTypes {
  requests: ReadonlySet<number>;
  replies: ReadonlySet<number>;
  errors: ReadonlySet<number>;
}
const ICMP: Readonly<Record<4 | 6, IcmpTypes>> = {
  4: { requests: new Set([8, 13, 15, 17]), replies: new Set([0, 14, 16, 18]), errors: new Set([3, 4, 5, 11, 12]) },
  6: { requests: new Set([128]), replies: new Set([129]), errors: new Set([1, 2, 3, 4]) },
};

/**
 * An error is about a packet its receiver sent. One that an own host sends to a prober must not be read as reaching out.
 * One that comes in proves little: any router sends errors, and spoofed packets draw them too.
 * @param inward true when the record shows that the packet came from outside
 */
export function icmpBeginning(type: number | undefined, version: 4 | 6 = 4, inward = false): Beginning {
  const types = ICMP[version];
  if (type !== undefined) {
    if (types.requests.has(type)) return { initiator: "source", initiatorReason: `ICMP type ${type} is a request` };
    if (types.replies.has(type)) return { initiator: "destination", initiatorReason: `ICMP type ${type} is a reply` };
    if (types.errors.has(type))
      return inward
        ? { initiator: "unknown", initiatorReason: `ICMP type ${type} is an error, and may answer a spoofed packet` }
        : { initiator: "destination", initiatorReason: `ICMP type ${type} is an error about the receiver's packet` };
  }
  return { initiator: "unknown", initiatorReason: "the ICMP type does not say who began" };
}

/** Bits of the TCP flags byte, RFC 9293 3.1. */
export const TCP = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16 } as const;
/** The same by a name as a log writes it, which may be any word. */
export const FLAG_BITS: Readonly<Record<string, number>> = TCP;

/** One TCP packet. */
export function packetBeginning(flags: number, stated: string): Beginning {
  const syn = (flags & TCP.SYN) !== 0;
  const ack = (flags & TCP.ACK) !== 0;
  if (syn && !ack) return { initiator: "source", initiatorReason: `${stated}: a lone SYN` };
  if (syn) return { initiator: "destination", initiatorReason: `${stated}: a SYN-ACK` };
  return { initiator: "unknown", initiatorReason: `${stated}: not the first of a connection` };
}

/** From a service port to a client port: how a reply looks. Only ever used to withhold a claim, never to make one. */
export function replyPorts(source: number | undefined, destination: number | undefined): boolean {
  return source !== undefined && destination !== undefined && source > 0 && source < 1024 && destination >= 1024;
}

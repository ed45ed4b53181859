/** What firewalls' words and counters say of how far a session came. Shared by the formats of this folder. */
import type { Outcome } from "../../model/event.js";
import { replyPorts, type Beginning } from "../initiator.js";
import { integer, port } from "../values.js";
import type { Endpoint, Event } from "../../model/event.js";

export interface Judged {
  outcome: Outcome;
  outcomeReason?: string;
}

const BLOCKED =
  /^(?:den(?:y|ied|ies)|drop(?:ped|s|_packet|_session|-all-packets|-icmp|-packet)?|block(?:ed|s|-url|-override|-continue|-ip|_ip)?|reject(?:ed|_both)?|discard(?:ed)?|prevent(?:ed)?|reset(?:[-_](?:client|server|both|session|connection))?|ban(?:ned)?|shun(?:ned)?|quarantined?|deleted?|redirect(?:ed)?|restrict(?:ed)?|terminated?|localblock|localdeny|rule-deny|violation|sinkhole|stop(?:ped)?|intercept(?:ed)?|silently dropped|not allowed|shutdown|clear[-_]session|close[-_](?:client|server|client-server))$/i;

/** True for the words by which a firewall says that it stopped something. */
export function isBlocked(action: string | undefined): boolean {
  return action !== undefined && action.length <= 32 && BLOCKED.test(action.trim());
}

export interface Counters {
  /** Bytes or, where a product counts no bytes, packets. */
  sent?: number | undefined;
  received?: number | undefined;
  sentPackets?: number | undefined;
  receivedPackets?: number | undefined;
  transport?: string | undefined;
}

/** The counters of an event's two ends. */
export function countersOf(event: Event): Counters {
  const { source, destination } = event;
  return {
    sent: source?.bytes,
    received: destination?.bytes,
    sentPackets: source?.packets,
    receivedPackets: destination?.packets,
    transport: event.network?.transport,
  };
}

/** A TCP packet without data is at most this long: reset, SYN-ACK or ACK, with link layer. */
const BARE = 66;

/** True when all that came back over TCP may have been packets without data: resets, or SYN-ACKs sent again. */
export function onlyBare({ received, receivedPackets, transport }: Counters): boolean {
  if (transport !== "tcp") return false;
  if (receivedPackets === 1) return true;
  return received !== undefined && received > 0 && received <= BARE * (receivedPackets ?? 1);
}

/**
 * A session that a stateful device let through, by what it counted each way. A permission alone shows no answer.
 * @param said the field that let it through, for the reasons: `action=accept`
 */
export function counted(counters: Counters, said: string): Judged {
  const { sent, received, sentPackets, receivedPackets, transport } = counters;
  const out = sent ?? sentPackets;
  const back = received ?? receivedPackets;
  if (out === undefined || back === undefined) return { outcome: "unknown", outcomeReason: `${said}, no counters` };
  const unit = sent !== undefined && received !== undefined ? "bytes" : "packets";
  const outcomeReason = `${said}, ${out} ${unit} sent, ${back} received`;
  if (back === 0) return { outcome: "unanswered", outcomeReason };
  if (out === 0) return { outcome: "unknown", outcomeReason };
  if (transport === "tcp") {
    if (sentPackets === 1 && receivedPackets === 1) return { outcome: "refused", outcomeReason };
    // Packets without data may be resets as well as a handshake.
    if (onlyBare(counters)) return { outcome: "unknown", outcomeReason: `${outcomeReason}: no data came back` };
  }
  return { outcome: "established", outcomeReason };
}

/** The session's own source began it; a blocked datagram from a service port has no session and may be a late reply. */
export function sessionBegan(
  outcome: Outcome,
  event: Event,
  said = "the source is the session's initiator",
): Beginning {
  const transport = event.network?.transport;
  if (outcome === "blocked" && transport !== "tcp" && replyPorts(event.source?.port, event.destination?.port))
    return { initiator: "unknown", initiatorReason: "blocked, from a service port: may be a late reply" };
  return { initiator: "source", initiatorReason: said };
}

/** A packet of which the log shows no flags: from a service port it may be a reply. */
export function packetBegan(event: Event, said: string): Beginning {
  if (replyPorts(event.source?.port, event.destination?.port))
    return { initiator: "unknown", initiatorReason: `${said}, from a service port: may be a reply` };
  return { initiator: "source", initiatorReason: said };
}

const ZERO = new Set(["0.0.0.0", "::"]);

/** Takes away translations that translate nothing: a zero address, or the end's own address and port. */
export function withoutIdleNat(end: Endpoint | undefined): Endpoint | undefined {
  if (!end?.nat) return end;
  const { nat, ...rest } = end;
  const ip = nat.ip === undefined || ZERO.has(nat.ip) ? undefined : nat.ip;
  if (ip === undefined || (ip === end.ip && (nat.port === undefined || nat.port === 0 || nat.port === end.port)))
    return rest;
  return { ...rest, nat: nat.port === undefined || nat.port === 0 ? { ip } : { ip, port: nat.port } };
}

/** ICMP has no ports: what a product writes there is type and code. */
export function portOf(value: string | undefined, transport: string | undefined): number | undefined {
  return transport === "icmp" || transport === "ipv6-icmp" ? undefined : port(integer(value));
}

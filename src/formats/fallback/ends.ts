/** Gives the ends that fields and phrases named their sides, and says which of them began. */
import type { Initiator } from "../../model/event.js";
import { canonicalIp } from "../../model/ip.js";
import { isPrivate } from "../fields.js";
import { icmpBeginning } from "../initiator.js";
import {
  ALERT_WORD,
  directionWord,
  FLOW_WORD,
  icmpOf,
  INBOUND,
  INBOUND_TEXT,
  OUTBOUND,
  OUTBOUND_TEXT,
  servicePorts,
  SESSION_WORD,
  wentTo,
} from "./direction.js";
import type { Facts } from "./facts.js";
import { isAboutLogin } from "./outcome-words.js";

const ASKED_FOR = "an inside client asked for a URL at this address";

/** `host=1.2.3.4 port=5678` is a peer; a `host` alone is as often the machine that logs. */
function settleHost(facts: Facts): void {
  const { source, destination, remote, bare } = facts.ends;
  if (source.ip || destination.ip || remote.ip || bare.ip || !bare.port) return;
  const ip = canonicalIp(facts.plainValue("host"));
  if (ip === undefined) return;
  bare.ip = { value: ip, rank: 0 };
  facts.forget("host");
}

/** `sip` and `originIP` name the far side of a proxy or balancer where the client is named too, and the one who came where not. */
function settleServers({ ends }: Facts): void {
  const { source, destination, sip, origin } = ends;
  for (const end of [sip, origin]) {
    if (!end.ip) continue;
    const server = source.ip !== undefined && (end === origin || source.ip.value !== end.ip.value);
    const to = server ? destination : source;
    if (to.ip === undefined) to.ip = end.ip;
    if (end.port) to.port ??= end.port;
  }
}

/** Of an inside client, the destination is what it asked for. */
function takeAsked(facts: Facts): boolean {
  const { asked } = facts;
  const { source, destination } = facts.ends;
  if (!asked || !source.ip || destination.ip || !isPrivate(source.ip.value) || isPrivate(asked.ip)) return false;
  destination.ip = { value: asked.ip, rank: 0 };
  if (asked.port !== undefined) destination.port = { value: asked.port, rank: 0 };
  facts.byRequest = asked.request;
  facts.service = false;
  return true;
}

/** Gives the ends of a socket (`remote`, `local`) and a bare `ip` their sides. Returns who began it. */
export function settleEnds(facts: Facts, line: string): { initiator: Initiator; reason?: string } {
  settleServers(facts);
  settleHost(facts);
  const { source, destination, remote, local, bare } = facts.ends;
  const direction = directionWord(facts.plainValue("direction") ?? "");
  const actionText = `${direction} ${facts.actionWords}`;
  if (remote.ip && !source.ip) {
    const outbound =
      (OUTBOUND.test(actionText) && !INBOUND.test(actionText)) ||
      (OUTBOUND_TEXT.test(line) && !INBOUND_TEXT.test(line)) ||
      wentTo(remote.port?.value, local.port?.value, line);
    const byPorts = local.ip !== undefined && servicePorts(remote.port?.value, local.port?.value);
    if ((outbound || byPorts) && !destination.ip && !INBOUND.test(actionText)) {
      Object.assign(destination, remote);
      if (local.ip) Object.assign(source, local);
      if (outbound) return { initiator: "source", reason: "the record says outbound" };
      return { initiator: "unknown", reason: "a local and a remote end, told apart by their ports" };
    }
    Object.assign(source, remote);
    if (takeAsked(facts)) return { initiator: "source", reason: ASKED_FOR };
    if (local.ip && !destination.ip) Object.assign(destination, local);
    if (!destination.ip) facts.service = true;
    if (
      INBOUND.test(actionText) ||
      isAboutLogin(line) ||
      facts.statusCode !== undefined ||
      facts.plainValue("method") !== undefined
    )
      return { initiator: "source", reason: "the remote end came to this service" };
    return { initiator: "unknown", reason: "names a local and a remote end, not who began" };
  }
  if (bare.ip && !source.ip && !destination.ip) {
    facts.service = true;
    if ((OUTBOUND.test(direction) && !INBOUND.test(direction)) || wentTo(bare.port?.value, local.port?.value, line)) {
      Object.assign(destination, bare);
      if (local.ip) Object.assign(source, local);
      return { initiator: "source", reason: "the record says outbound" };
    }
    Object.assign(source, bare);
    if (takeAsked(facts)) return { initiator: "source", reason: ASKED_FOR };
    if (local.ip) Object.assign(destination, local);
    return { initiator: "source", reason: "a service's log names one address: its client" };
  }
  if (local.ip && source.ip && !destination.ip) Object.assign(destination, local);
  // A record with a direction and one more address: where it went.
  if (bare.ip && source.ip && !destination.ip && bare.ip.value !== source.ip.value && OUTBOUND.test(direction))
    Object.assign(destination, bare);
  if (takeAsked(facts)) return { initiator: "source", reason: ASKED_FOR };
  if (!source.ip) {
    if (!destination.ip || !facts.reached) return { initiator: "unknown" };
    facts.service = true;
    return { initiator: "source", reason: `"${facts.reached}" is said by the end that went out` };
  }
  if (!destination.ip) facts.service = true;
  if (facts.packet) return facts.packet;
  if (facts.byPorts) return { initiator: "unknown", reason: "two ends are named; told apart by their ports" };
  if (facts.began) return { initiator: facts.began.by, reason: facts.began.why };
  if (facts.plainValue("method") !== undefined || facts.statusCode !== undefined)
    return { initiator: "source", reason: "a request and its answer" };
  if (!destination.ip && !destination.domain)
    return { initiator: "source", reason: "a service's log names one address: its client" };
  // From a service's port to a client's: a reply, if the log takes packets one by one.
  if (servicePorts(source.port?.value, destination.port?.value))
    return { initiator: "unknown", reason: "the ports are those of a reply" };
  const icmp = icmpOf(line, facts.plainValue("transport"));
  if (icmp) {
    const { initiator, initiatorReason } = icmpBeginning(icmp.type, icmp.version);
    return { initiator, ...(initiatorReason === undefined ? {} : { reason: initiatorReason }) };
  }
  if (FLOW_WORD.test(line.slice(0, 2000)))
    return { initiator: "unknown", reason: "a flow record names the ends of one direction" };
  if (ALERT_WORD.test(line.slice(0, 2000)))
    return { initiator: "unknown", reason: "an alert names the packet's sender, which may be either end" };
  if (SESSION_WORD.test(`${actionText} ${line.slice(0, 1000)}`))
    return { initiator: "source", reason: "source and destination of a session or decision" };
  return { initiator: "unknown", reason: "two ends are named, not who began" };
}

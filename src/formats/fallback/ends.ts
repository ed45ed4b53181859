/** Gives the ends that fields and phrases named their sides, and says which of them began. */
import type { Initiator } from "../../model/event.js";
import { canonicalIp } from "../../model/ip.js";
import { isPrivate } from "../fields.js";
import { icmpBeginning, replyPorts } from "../initiator.js";
import {
  ALERT_SYSTEM,
  ALERT_WORD,
  CONNECT,
  FLOW_WORD,
  icmpOf,
  INBOUND,
  INBOUND_TEXT,
  OUT,
  OUTBOUND,
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

/**
 * `sip` is the server beside a client's field, and else the source: over a bare `source` (a collector's) where `dip` stands with it.
 * `originIP` is the server behind a proxy where a client of the Internet is named, the client behind it where that is an inside one,
 * and the source where no other is.
 */
function settleServers(facts: Facts): void {
  const { source, destination, sip, origin } = facts.ends;
  if (sip.ip) {
    if (source.ip?.client && source.ip.value !== sip.ip.value) destination.ip ??= sip.ip;
    else if (!source.ip || (destination.ip && source.ip.rank <= sip.ip.rank)) source.ip = sip.ip;
    else if (source.ip.value !== sip.ip.value)
      facts.notes.push(`fields disagree on one end: ${source.ip.value} and ${sip.ip.value}`);
  }
  if (!origin.ip) return;
  if (!source.ip) Object.assign(source, origin);
  else if (isPrivate(source.ip.value)) {
    if (!facts.knows(origin.ip.value)) facts.forwarded.push(origin.ip.value);
  } else if (!destination.ip) {
    Object.assign(destination, origin);
    facts.packet ??= { initiator: "unknown", reason: "an origin beside a client: who reached it is not said" };
  }
}

/** Of an inside client, the destination is what it asked for. */
function takeAsked(facts: Facts): boolean {
  const { asked } = facts;
  const { source, destination } = facts.ends;
  if (!asked || !source.ip || destination.ip || !isPrivate(source.ip.value) || isPrivate(asked.ip)) return false;
  destination.ip = { value: asked.ip, rank: 0 };
  if (asked.port !== undefined) destination.port = { value: asked.port, rank: 0 };
  facts.service = false;
  return true;
}

/** Ports of services above 1023 that many run. IANA's registry, and what servers listen on by default. */
const COMMON_SERVICES: ReadonlySet<number> = new Set([
  1080, 1194, 1433, 1521, 1723, 1883, 2049, 3128, 3268, 3306, 3389, 4443, 5060, 5061, 5222, 5432, 5671, 5672, 5900,
  5985, 5986, 6379, 6443, 6667, 8000, 8008, 8080, 8081, 8443, 8883, 8888, 9000, 9090, 9200, 9443, 11_211, 27_017,
]);

const PROCESS = /["_ ](?:process|image|exe|comm|proc)(?:_?(?:name|path))?"? ?[=:]/i;

function isService(port: number | undefined): boolean {
  return port !== undefined && port > 0 && (port < 1024 || COMMON_SERVICES.has(port));
}

/** The far port is a service's, the near one a client's. */
function reachesService(far: number | undefined, near: number | undefined): boolean {
  if (replyPorts(far, near)) return true;
  return near !== undefined && near >= 32_768 && far !== undefined && (isService(far) || (far >= 1100 && far < 10_000));
}

/**
 * Whether the record says that this end went out to a remote one. What shows that the other came (a service's port here, a request, a
 * login) outweighs words.
 */
function wentOut(facts: Facts, line: string): boolean {
  const { remote, local } = facts.ends;
  const [far, near] = [remote.port?.value, local.port?.value];
  if (servicePorts(near, far)) return false;
  const direction = facts.plainValue("direction") ?? "";
  const words = `${direction} ${facts.actionWords}`;
  if (INBOUND.test(words)) return false;
  if (OUTBOUND.test(words)) return true;
  // `out` is said of single messages too, and servers say "connected" of their clients.
  if (OUT.test(direction) && reachesService(far, near)) return true;
  if (CONNECT.test(words)) {
    if (reachesService(far, near)) return true;
    // A sensor on this machine names the process that connected.
    const sensed = far !== undefined && far > 0 && far < 10_000 && PROCESS.test(line);
    if (near === undefined && (isService(far) || sensed)) return true;
  }
  const said = facts.said ?? "";
  return !arrived(facts, line) && !INBOUND_TEXT.test(said) && wentTo(far, near, said);
}

/** A request or a login: the other end came. */
function arrived(facts: Facts, line: string): boolean {
  return facts.statusCode !== undefined || facts.plainValue("method") !== undefined || isAboutLogin(line);
}

/** Gives the ends of a socket (`remote`, `local`) and a bare `ip` their sides. Returns who began it. */
export function settleEnds(facts: Facts, line: string): { initiator: Initiator; reason?: string } {
  settleServers(facts);
  settleHost(facts);
  const { source, destination, remote, local, bare } = facts.ends;
  const direction = facts.plainValue("direction") ?? "";
  const actionText = `${direction} ${facts.actionWords}`;
  if (remote.ip && !source.ip) {
    const outbound = wentOut(facts, line);
    const byPorts = local.ip !== undefined && reachesService(remote.port?.value, local.port?.value);
    if ((outbound || byPorts) && !destination.ip && !INBOUND.test(actionText)) {
      Object.assign(destination, remote);
      if (local.ip) Object.assign(source, local);
      if (outbound) return { initiator: "source", reason: "the record says outbound" };
      return { initiator: "unknown", reason: "a local and a remote end, told apart by their ports" };
    }
    Object.assign(source, remote);
    if (local.ip && !destination.ip) Object.assign(destination, local);
    if (!destination.ip) facts.service = true;
    if (INBOUND.test(actionText) || arrived(facts, line))
      return { initiator: "source", reason: "the remote end came to this service" };
    return { initiator: "unknown", reason: "names a local and a remote end, not who began" };
  }
  if (bare.ip && !source.ip && !destination.ip) {
    facts.service = true;
    const said = facts.said ?? "";
    const outbound =
      (local.ip !== undefined && OUTBOUND.test(direction)) ||
      (!arrived(facts, line) && !INBOUND_TEXT.test(said) && wentTo(bare.port?.value, local.port?.value, said));
    if (outbound && !INBOUND.test(actionText)) {
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
    if (!source.port || source.port.value >= 1024) Object.assign(destination, bare);
  if (takeAsked(facts)) return { initiator: "source", reason: ASKED_FOR };
  if (!source.ip) {
    if (!destination.ip || !facts.reached) return { initiator: "unknown" };
    facts.service = true;
    return { initiator: "source", reason: `"${facts.reached}" is said by the end that went out` };
  }
  if (!destination.ip) facts.service = true;
  if (facts.packet) return facts.packet;
  if (facts.byColumns) return { initiator: "unknown", reason: "two addresses in columns, not who began" };
  if (facts.byPorts) return { initiator: "unknown", reason: "two ends are named; told apart by their ports" };
  if (facts.began) return { initiator: facts.began.by, reason: facts.began.why };
  if (facts.plainValue("method") !== undefined || facts.statusCode !== undefined)
    return { initiator: "source", reason: "a request and its answer" };
  if (!destination.ip && !destination.domain)
    return { initiator: "source", reason: "a service's log names one address: its client" };
  // From a service's port to a client's: a reply, if the log takes packets one by one.
  const [from, to] = [source.port?.value, destination.port?.value];
  // Above 1023 only an own machine's: scanners choose the ports that they come from.
  if (replyPorts(from, to) || (isPrivate(source.ip.value) && servicePorts(from, to)))
    return { initiator: "unknown", reason: "the ports are those of a reply" };
  const ported = source.port !== undefined || destination.port !== undefined;
  const icmp = icmpOf(facts.said ?? "", facts.plainValue("transport"), ported, facts.icmpType);
  if (icmp) {
    const inward = !isPrivate(source.ip.value);
    const { initiator, initiatorReason } = icmpBeginning(icmp.type, icmp.version, inward);
    return { initiator, ...(initiatorReason === undefined ? {} : { reason: initiatorReason }) };
  }
  if (FLOW_WORD.test(line.slice(0, 2000)))
    return { initiator: "unknown", reason: "a flow record names the ends of one direction" };
  if (ALERT_WORD.test(line.slice(0, 2000)) || ALERT_SYSTEM.test((facts.said ?? "").slice(0, 2000)))
    return { initiator: "unknown", reason: "an alert names the packet's sender, which may be either end" };
  if (SESSION_WORD.test(`${actionText} ${line.slice(0, 1000)}`))
    return { initiator: "source", reason: "source and destination of a session or decision" };
  return { initiator: "unknown", reason: "two ends are named, not who began" };
}

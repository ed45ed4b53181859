/**
 * Suricata: which end is the client, and how far the flow came.
 * An event about a packet (alert, drop, anomaly, fileinfo) has the packet's addresses, not the flow's: a signature on a
 * response has the server as src_ip. https://docs.suricata.io/en/latest/output/eve/eve-json-format.html
 */
import type { Endpoint, Event, Outcome } from "../../model/event.js";
import { endpoint } from "../values.js";
import { icmpBeginning, packetBeginning, replyPorts, TCP, type Beginning } from "../initiator.js";
import { number, object, string, type Json } from "../json-fields.js";

export interface Ends extends Beginning {
  source?: Endpoint | undefined;
  destination?: Endpoint | undefined;
}

/** Transaction logs that Suricata writes with the flow's addresses: src is the client. */
const CLIENT_FIRST = new Set([
  "http",
  "http2",
  "tls",
  "quic",
  "ssh",
  "smtp",
  "ftp",
  "rdp",
  "smb",
  "nfs",
  "tftp",
  "krb5",
  "snmp",
  "sip",
  "mqtt",
  "rfb",
  "ike",
  "ikev2",
  "modbus",
  "dnp3",
  "enip",
  "pgsql",
  "ldap",
  "pop3",
  "websocket",
  "doh2",
  "bittorrent_dht",
]);

function ends(e: Json): { source: Endpoint | undefined; destination: Endpoint | undefined } {
  const icmp = (string(e["proto"]) ?? "").toUpperCase().includes("ICMP");
  return {
    source: endpoint({ ip: string(e["src_ip"]), port: icmp ? undefined : number(e["src_port"]) }),
    destination: endpoint({ ip: string(e["dest_ip"]), port: icmp ? undefined : number(e["dest_port"]) }),
  };
}

/** The hexadecimal flags Suricata gathers for a flow or a direction. */
function flags(value: unknown): number | undefined {
  const text = string(value);
  return text !== undefined && /^[0-9a-f]{1,4}$/i.test(text) ? parseInt(text, 16) : undefined;
}

const DNS_PORTS = new Set([53, 853, 5353, 5355]);

/** DNS v1 and v2 write an answer with the answering packet's addresses, v3 with the flow's; the port tells. */
function dnsAnswered(e: Json): boolean {
  const type = string(object(e["dns"])?.["type"]);
  if (type !== "answer" && type !== "response") return false;
  const from = number(e["src_port"]);
  const to = number(e["dest_port"]);
  if (from !== undefined && DNS_PORTS.has(from) && !(to !== undefined && DNS_PORTS.has(to))) return true;
  if (to !== undefined && DNS_PORTS.has(to)) return false;
  return type === "answer";
}

/** `to_server`/`to_client` as the event says, or as the rule that matched demands. */
function packetDirection(e: Json): { toClient: boolean; reason: string } | undefined {
  const stated = string(e["direction"]);
  if (stated === "to_client" || stated === "to_server")
    return { toClient: stated === "to_client", reason: `direction=${stated}` };
  const rule = string(object(e["alert"])?.["rule"]);
  const asked =
    rule === undefined ? null : /\bflow:[^;]{0,80}\b(to_client|from_server|to_server|from_client)\b/.exec(rule);
  if (!asked) return undefined;
  return { toClient: asked[1] === "to_client" || asked[1] === "from_server", reason: `rule has flow:${asked[1]}` };
}

/** The client's end first, where the event says which that is. */
export function orient(e: Json, type: string): Ends {
  const { source, destination } = ends(e);
  const swapped = { source: destination, destination: source };
  const proto = (string(e["proto"]) ?? "").toUpperCase();
  if (type === "dns" || type === "mdns") {
    const answered = dnsAnswered(e);
    return {
      ...(answered ? swapped : { source, destination }),
      initiator: "source",
      initiatorReason: answered ? "a DNS answer: its receiver asked" : "src_ip asked",
    };
  }
  if (type === "dhcp") {
    // BOOTP's ports tell: 68 is the client's (RFC 2131 4.1).
    const answered = number(e["src_port"]) === 67 && number(e["dest_port"]) === 68;
    return {
      ...(answered ? swapped : { source, destination }),
      initiator: "source",
      initiatorReason: "DHCP clients ask",
    };
  }
  if (CLIENT_FIRST.has(type))
    return { source, destination, initiator: "source", initiatorReason: "src_ip is the client" };
  if (type === "flow") return { source, destination, ...flowBeginning(e, proto) };
  if (type === "netflow") return { source, destination, ...halfBeginning(e) };

  const toward = packetDirection(e);
  if (toward)
    return {
      ...(toward.toClient ? swapped : { source, destination }),
      initiator: "source",
      initiatorReason: toward.toClient ? `${toward.reason}: src_ip is the server` : toward.reason,
    };
  const flow = object(e["flow"]);
  if (flow && string(flow["src_ip"]) !== undefined && string(flow["dest_ip"]) !== undefined)
    return { ...ends({ ...flow, proto }), initiator: "source", initiatorReason: "flow.src_ip is the client" };
  if (proto.includes("ICMP"))
    return { source, destination, ...icmpBeginning(number(e["icmp_type"]), proto.includes("6") ? 6 : 4) };
  const drop = object(e["drop"]);
  if (drop && typeof drop["syn"] === "boolean" && drop["syn"])
    return { source, destination, ...packetBeginning(TCP.SYN | (drop["ack"] ? TCP.ACK : 0), "the dropped packet") };
  return { source, destination, initiator: "unknown", initiatorReason: `src_ip of ${type} is the packet's sender` };
}

function flowBeginning(e: Json, proto: string): Beginning {
  const flow = object(e["flow"]);
  if (proto.includes("ICMP")) return icmpBeginning(number(e["icmp_type"]), proto.includes("6") ? 6 : 4);
  const toServer = flags(object(e["tcp"])?.["tcp_flags_ts"]);
  if (proto === "TCP" && toServer !== undefined && (toServer & TCP.SYN) === 0)
    return { initiator: "unknown", initiatorReason: "no SYN towards the server: seen from midstream" };
  if (
    proto !== "TCP" &&
    number(flow?.["pkts_toclient"]) === 0 &&
    replyPorts(number(e["src_port"]), number(e["dest_port"]))
  )
    return { initiator: "unknown", initiatorReason: "one direction, from a service port: may be a late reply" };
  return { initiator: "source", initiatorReason: "src_ip sent the flow's first packet" };
}

/** A netflow record is one half of a flow, its flags gathered over many packets: only SYN without ACK, or a SYN-ACK alone, tells. */
function halfBeginning(e: Json): Beginning {
  const seen = flags(object(e["tcp"])?.["tcp_flags"]);
  if (
    seen !== undefined &&
    (seen & TCP.SYN) !== 0 &&
    ((seen & TCP.ACK) === 0 || (seen & ~0xc0) === (TCP.SYN | TCP.ACK))
  )
    return packetBeginning(seen, `tcp_flags=${seen.toString(16)}`);
  return { initiator: "unknown", initiatorReason: "one half of a flow" };
}

/** Bytes and packets of a flow, put on the client's and the server's end when it is known which is which. */
export function addCounts(e: Json, where: Ends): Event["network"] {
  const half = object(e["netflow"]);
  if (half) {
    where.source = counted(where.source, number(half["bytes"]), number(half["pkts"]));
    return undefined;
  }
  const flow = object(e["flow"]);
  if (!flow) return undefined;
  const up = { bytes: number(flow["bytes_toserver"]), packets: number(flow["pkts_toserver"]) };
  const down = { bytes: number(flow["bytes_toclient"]), packets: number(flow["pkts_toclient"]) };
  if (where.initiator === "source" || string(e["event_type"]) === "flow") {
    where.source = counted(where.source, up.bytes, up.packets);
    where.destination = counted(where.destination, down.bytes, down.packets);
    return undefined;
  }
  if (up.bytes === undefined || down.bytes === undefined) return undefined;
  return { bytes: up.bytes + down.bytes, packets: (up.packets ?? 0) + (down.packets ?? 0) };
}

function counted(end: Endpoint | undefined, bytes: number | undefined, packets: number | undefined): Endpoint {
  const out = end ?? {};
  if (bytes !== undefined) out.bytes = bytes;
  if (packets !== undefined) out.packets = packets;
  return out;
}

/** A finished flow. */
export function flowOutcome(e: Json): { outcome: Outcome; outcomeReason: string } {
  const flow = object(e["flow"]) ?? {};
  const up = number(flow["pkts_toserver"]);
  const down = number(flow["pkts_toclient"]);
  const tcp = object(e["tcp"]);
  const said = `pkts_toserver=${up ?? ""}, pkts_toclient=${down ?? ""}, state=${string(flow["state"]) ?? ""}`;
  const action = string(flow["action"]);
  if (action === "drop" || action === "reject") return { outcome: "blocked", outcomeReason: `flow.action=${action}` };
  if (down === undefined) return { outcome: "unknown", outcomeReason: said };
  if (down === 0) return { outcome: "unanswered", outcomeReason: said };
  const answer = flags(tcp?.["tcp_flags_tc"]);
  // An answer of resets alone: no SYN, and none of the PSH or FIN a conversation leaves behind.
  if (answer !== undefined && (answer & TCP.RST) !== 0 && (answer & (TCP.SYN | TCP.PSH | TCP.FIN)) === 0)
    return { outcome: "refused", outcomeReason: `${said}, tcp_flags_tc=${answer.toString(16)}` };
  return up !== undefined && up > 0
    ? { outcome: "established", outcomeReason: said }
    : { outcome: "unknown", outcomeReason: said };
}

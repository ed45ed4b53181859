/** Network events of endpoint agents: CrowdStrike Falcon Data Replicator, SentinelOne, Carbon Black. They name a local and a remote end. */
import type { Format, FormatResult } from "../format.js";
import { string, type Json } from "../json-fields.js";
import { shaped, timestamp } from "../shape.js";
import { endpoint, transport } from "../values.js";
import { first, type Judged, type Paths, utcTime } from "./audit.js";

interface AgentKind {
  readonly is: (r: Json) => boolean;
  readonly time: Paths;
  readonly local: { ip: Paths; port: Paths };
  readonly remote: { ip: Paths; port: Paths; domain?: Paths };
  readonly protocol: Paths;
  readonly action: Paths;
  readonly host: Paths;
  readonly process?: Paths;
  readonly user?: Paths;
  readonly vendor: string;
  readonly product: string;
  /** The agent's own word, where `direction` does not follow it. */
  readonly stated?: Paths;
  /** `in`: the remote end began; undefined: the record does not say. */
  readonly direction: (r: Json) => "in" | "out" | undefined;
  readonly judge: (r: Json) => Judged;
}

function agentFormat(meta: Pick<Format, "id" | "title" | "reference">, kind: AgentKind): Format {
  return {
    ...meta,
    json: true,
    parse(_line, context, envelope, r) {
      if (!r || !kind.is(r)) return undefined;
      const direction = kind.direction(r);
      const local = endpoint({ ip: first(r, kind.local.ip), port: first(r, kind.local.port) });
      const remote = endpoint({
        ip: first(r, kind.remote.ip),
        port: first(r, kind.remote.port),
        domain: direction === "in" ? undefined : first(r, kind.remote.domain),
      });
      const inbound = direction === "in";
      return shaped({
        event: {
          timestamp: timestamp(utcTime(first(r, kind.time)), context, envelope),
          source: inbound ? remote : local,
          destination: inbound ? local : remote,
          network: {
            transport: transport(first(r, kind.protocol)?.replace(/^PROTO_/, "")),
            direction: first(r, kind.stated)?.toLowerCase() ?? (direction && (inbound ? "inbound" : "outbound")),
          },
          event: { action: first(r, kind.action) },
          host: { name: first(r, kind.host) },
          user: { name: first(r, kind.user) },
          process: { name: first(r, kind.process) },
          observer: { name: first(r, kind.host), vendor: kind.vendor, product: kind.product },
        },
        ...kind.judge(r),
        initiator: direction === undefined ? "unknown" : "source",
        ...(direction === undefined ? { initiatorReason: "the record does not say who connected" } : {}),
      } as FormatResult);
    },
  };
}

const FALCON = /^(?:NetworkConnect|NetworkReceiveAccept|NetworkListen|NetworkClose|NetworkUncommon)IP[46]/;

export const crowdstrikeFdr = agentFormat(
  {
    id: "crowdstrike.fdr",
    title: "CrowdStrike Falcon Data Replicator network events",
    reference: "https://developer.crowdstrike.com/docs/data-replicator/",
  },
  {
    is: (r) => FALCON.test(string(r["event_simpleName"]) ?? string(r["EventSimpleName"]) ?? ""),
    time: ["ContextTimeStamp", "timestamp", "ContextTimeStamp_decimal"],
    local: { ip: ["LocalAddressIP4", "LocalAddressIP6"], port: ["LPort", "LocalPort", "LocalPort_decimal"] },
    remote: { ip: ["RemoteAddressIP4", "RemoteAddressIP6"], port: ["RPort", "RemotePort", "RemotePort_decimal"] },
    protocol: ["Protocol", "Protocol_decimal"],
    action: ["event_simpleName", "EventSimpleName"],
    host: ["ComputerName", "aid"],
    process: ["ContextBaseFileName"],
    vendor: "CrowdStrike",
    product: "Falcon",
    direction(r) {
      const name = string(r["event_simpleName"]) ?? string(r["EventSimpleName"]) ?? "";
      if (name.startsWith("NetworkReceiveAccept")) return "in";
      return name.startsWith("NetworkConnect") ? "out" : undefined;
    },
    judge(r) {
      const name = string(r["event_simpleName"]) ?? string(r["EventSimpleName"]) ?? "";
      return name.startsWith("NetworkReceiveAccept")
        ? { outcome: "established", outcomeReason: `${name}: the connection was accepted` }
        : { outcome: "unknown", outcomeReason: `${name}: written when it is tried` };
    },
  },
);

export const sentinelOne = agentFormat(
  {
    id: "sentinelone.deepvisibility",
    title: "SentinelOne Deep Visibility network events",
    reference: "https://www.sentinelone.com/platform/singularity-data-lake/",
  },
  {
    is: (r) =>
      (r["event.network.direction"] !== undefined && r["dst.ip.address"] !== undefined) ||
      (r["netConnStatus"] !== undefined && r["dstIp"] !== undefined),
    time: ["event.time", "createdAt", "eventTime", "timestamp"],
    local: { ip: ["src.ip.address", "srcIp"], port: ["src.port.number", "srcPort"] },
    remote: { ip: ["dst.ip.address", "dstIp"], port: ["dst.port.number", "dstPort"] },
    protocol: ["event.network.protocolName", "netProtocolName"],
    action: ["event.type", "eventType"],
    host: ["endpoint.name", "agentName"],
    process: ["src.process.name", "processName"],
    user: ["src.process.user", "user"],
    vendor: "SentinelOne",
    product: "Deep Visibility",
    stated: ["event.network.direction", "direction"],
    // Its `src` is where the connection came from, in both directions: nothing is to be turned round.
    direction: (r) => (first(r, ["event.network.direction", "direction"]) === undefined ? undefined : "out"),
    judge(r) {
      const status = first(r, ["event.network.connectionStatus", "netConnStatus"]) ?? "";
      const said = `connectionStatus=${status}`;
      if (status === "SUCCESS") return { outcome: "established", outcomeReason: said };
      if (status === "BLOCKED") return { outcome: "blocked", outcomeReason: said };
      return { outcome: status === "FAILURE" ? "unanswered" : "unknown", outcomeReason: said };
    },
  },
);

export const carbonBlack = agentFormat(
  {
    id: "carbonblack.netconn",
    title: "Carbon Black network connections",
    reference:
      "https://developer.carbonblack.com/reference/carbon-black-cloud/data-forwarder/schema/latest/endpoint.event-1.0.0/",
  },
  {
    is: (r) => /^(?:endpoint|ingress)\.event\.netconn/.test(string(r["type"]) ?? ""),
    time: ["device_timestamp", "timestamp", "backend_timestamp"],
    local: { ip: ["local_ip"], port: ["local_port"] },
    remote: { ip: ["remote_ip"], port: ["remote_port"], domain: ["netconn_domain", "domain"] },
    protocol: ["netconn_protocol", "protocol"],
    action: ["action"],
    host: ["device_name", "computer_name"],
    process: ["process_path"],
    user: ["process_username"],
    vendor: "VMware",
    product: "Carbon Black",
    direction(r) {
      const stated = r["netconn_inbound"] ?? r["direction"];
      if (stated === true || stated === "true" || stated === "inbound") return "in";
      return stated === undefined ? undefined : "out";
    },
    judge(r) {
      const action = [first(r, ["sensor_action"]), first(r, ["action"])].filter(Boolean).join(" ");
      if (/DENY|BLOCK|TERMINATE/i.test(action)) return { outcome: "blocked", outcomeReason: action };
      if (/ESTABLISHED|ACCEPT/i.test(action)) return { outcome: "established", outcomeReason: action };
      return {
        outcome: "unknown",
        outcomeReason: action === "" ? "the attempt alone" : `${action}: the attempt alone`,
      };
    },
  },
);

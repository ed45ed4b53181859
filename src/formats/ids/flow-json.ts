/** Flow records as JSON: one table row a product. NetFlow and IPFIX records cover one direction; session records say so. */
import type { Format } from "../format.js";
import { timeOfValue } from "../fallback/find-time.js";
import { list, object, string, type Json } from "../json-fields.js";
import { timestamp } from "../shape.js";
import { integer } from "../values.js";
import { flowResult, type Flow } from "./flow-record.js";
import { markedFormat, type MarkedProduct } from "../marked-json.js";

interface Product extends MarkedProduct {
  read(r: Json): (Omit<Flow, "timestamp"> & { time: string | undefined }) | undefined;
}

function first(r: Json, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = string(r[name]);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Nanoseconds between two epoch readings in milliseconds. */
function between(start: string | undefined, finish: string | undefined): number | undefined {
  const [a, b] = [integer(start), integer(finish)];
  return a === undefined || b === undefined || b < a ? undefined : (b - a) * 1e6;
}

/** Information elements of IPFIX (https://www.iana.org/assignments/ipfix/) that vFlow writes by number. */
function informationElements(set: unknown): Map<number, string> {
  const out = new Map<number, string>();
  for (const item of list(set).slice(0, 64)) {
    const part = object(item);
    const id = integer(string(part?.["I"]));
    const value = string(part?.["V"]);
    if (id !== undefined && value !== undefined) out.set(id, value);
  }
  return out;
}

const PRODUCTS: readonly Product[] = [
  {
    id: "goflow.json",
    title: "GoFlow and GoFlow2: NetFlow, IPFIX and sFlow as JSON",
    reference: "https://github.com/netsampler/goflow2/blob/main/docs/protocols.md",
    marks: ['"sampler_address"', '"src_addr"'],
    read: (r) => ({
      time: first(
        r,
        "time_flow_start_ns",
        "time_flow_start",
        "time_flow_start_ms",
        "time_received_ns",
        "time_received",
      ),
      source: string(r["src_addr"]),
      sourcePort: string(r["src_port"]),
      destination: string(r["dst_addr"]),
      destinationPort: string(r["dst_port"]),
      protocol: string(r["proto"]),
      bytes: string(r["bytes"]),
      packets: string(r["packets"]),
      flags: string(r["tcp_flags"]),
      observer: { ip: string(r["sampler_address"]) ?? "", product: "GoFlow2" },
    }),
  },
  {
    id: "goflow.v1",
    title: "GoFlow 1: NetFlow, IPFIX and sFlow as JSON",
    reference: "https://github.com/cloudflare/goflow",
    marks: ['"SamplerAddress"', '"SrcAddr"'],
    read: (r) => ({
      time: first(r, "TimeFlowStart", "TimeFlowStartMs", "TimeReceived"),
      source: string(r["SrcAddr"]),
      sourcePort: string(r["SrcPort"]),
      destination: string(r["DstAddr"]),
      destinationPort: string(r["DstPort"]),
      protocol: string(r["Proto"]),
      bytes: string(r["Bytes"]),
      packets: string(r["Packets"]),
      flags: string(r["TCPFlags"]),
      observer: { ip: string(r["SamplerAddress"]) ?? "", product: "GoFlow" },
    }),
  },
  {
    id: "pmacct.json",
    title: "pmacct: nfacctd, sfacctd and pmacctd as JSON",
    reference: "https://github.com/pmacct/pmacct/blob/master/CONFIG-KEYS",
    marks: ['"ip_src"', '"ip_dst"'],
    read: (r) => ({
      time: first(r, "timestamp_start", "timestamp_arrival", "stamp_inserted", "timestamp_min"),
      source: string(r["ip_src"]),
      sourcePort: string(r["port_src"]),
      destination: string(r["ip_dst"]),
      destinationPort: string(r["port_dst"]),
      protocol: string(r["ip_proto"]),
      bytes: string(r["bytes"]),
      packets: string(r["packets"]),
      flags: string(r["tcp_flags"]),
      observer: { ip: string(r["peer_ip_src"]) ?? "", product: "pmacct" },
    }),
  },
  {
    id: "nfdump.json",
    title: "nfdump: JSON output",
    reference: "https://github.com/phaag/nfdump/blob/master/man/nfdump.1",
    marks: ['"type"', '"FLOW"', '_addr"'],
    read: (r) => ({
      time: first(r, "first", "t_first", "received"),
      source: first(r, "src4_addr", "src6_addr", "src_addr"),
      sourcePort: string(r["src_port"]),
      destination: first(r, "dst4_addr", "dst6_addr", "dst_addr"),
      destinationPort: first(r, "dst_port"),
      protocol: string(r["proto"]),
      bytes: string(r["in_bytes"]),
      packets: string(r["in_packets"]),
      backBytes: string(r["out_bytes"]),
      backPackets: string(r["out_packets"]),
      flags: string(r["tcp_flags"]),
      observer: { product: "nfdump" },
    }),
  },
  {
    id: "ntop.flow",
    title: "ntopng and nProbe flows as JSON",
    reference: "https://www.ntop.org/guides/nprobe/flow_information_elements.html",
    marks: ['_SRC_ADDR"', '_DST_ADDR"', '"L4_'],
    read: (r) => {
      const back = integer(string(r["OUT_PKTS"])) ?? 0;
      return {
        time: first(r, "FIRST_SWITCHED", "LAST_SWITCHED", "@timestamp"),
        source: first(r, "IPV4_SRC_ADDR", "IPV6_SRC_ADDR"),
        sourcePort: string(r["L4_SRC_PORT"]),
        destination: first(r, "IPV4_DST_ADDR", "IPV6_DST_ADDR"),
        destinationPort: string(r["L4_DST_PORT"]),
        protocol: string(r["PROTOCOL"]),
        bytes: string(r["IN_BYTES"]),
        packets: string(r["IN_PKTS"]),
        ...(back > 0 ? { backBytes: string(r["OUT_BYTES"]), backPackets: back } : {}),
        flags: string(r["TCP_FLAGS"]),
        application: string(r["L7_PROTO_NAME"]),
        domain: first(r, "HTTP_HOST", "TLS_SERVER_NAME", "DNS_QUERY"),
        observer: { ip: first(r, "EXPORTER_IPV4_ADDRESS", "NTOPNG_INSTANCE_NAME") ?? "", product: "ntopng" },
      };
    },
  },
  {
    id: "vflow.json",
    title: "vFlow: IPFIX and NetFlow v9 as JSON",
    reference: "https://github.com/EdgeCast/vflow",
    marks: ['"AgentID"', '"DataSets"'],
    read: (r) => {
      const sets = list(r["DataSets"]);
      // More records than one in a line, and the line does not say which of them an address is from.
      if (sets.length !== 1) return undefined;
      const f = informationElements(sets[0]);
      const header = object(r["Header"]);
      return {
        time: first(header ?? {}, "ExportTime", "UNIXSecs"),
        source: f.get(8) ?? f.get(27),
        sourcePort: f.get(7),
        destination: f.get(12) ?? f.get(28),
        destinationPort: f.get(11),
        protocol: f.get(4),
        bytes: f.get(1),
        packets: f.get(2),
        flags: f.get(6),
        observer: { ip: string(r["AgentID"]) ?? "", product: "vFlow" },
      };
    },
  },
  {
    id: "ipfix.json",
    title: "IPFIX records as JSON under their IANA names (ipfixcol2, super_mediator)",
    reference: "https://github.com/CESNET/ipfixcol2/tree/master/src/plugins/output/json",
    marks: ["sourceIPv", "destinationIPv", 'Address"'],
    read: (r) => {
      const f = object(r["flows"]) ?? r;
      const named = (name: string): string | undefined => string(f[`iana:${name}`]) ?? string(f[name]);
      const source = named("sourceIPv4Address") ?? named("sourceIPv6Address");
      if (source === undefined) return undefined;
      const back =
        string(f["iana@reverse:packetDeltaCount"]) ??
        string(f["reversePacketTotalCount"]) ??
        string(f["reversePacketDeltaCount"]);
      return {
        time:
          named("flowStartMilliseconds") ??
          named("flowStartMicroseconds") ??
          named("flowStartNanoseconds") ??
          named("flowStartSeconds"),
        source,
        sourcePort: named("sourceTransportPort"),
        destination: named("destinationIPv4Address") ?? named("destinationIPv6Address"),
        destinationPort: named("destinationTransportPort"),
        protocol: named("protocolIdentifier"),
        bytes: named("octetDeltaCount") ?? named("octetTotalCount"),
        packets: named("packetDeltaCount") ?? named("packetTotalCount"),
        ...(back === undefined || back === "0" ? {} : { backPackets: back, session: true }),
        flags: named("tcpControlBits"),
        observer: { product: "IPFIX" },
      };
    },
  },
  {
    id: "logstash.netflow",
    title: "Logstash's NetFlow codec",
    reference: "https://www.elastic.co/guide/en/logstash/current/plugins-codecs-netflow.html",
    marks: ['"netflow"', '_src_addr"'],
    read: (r) => {
      const f = object(r["netflow"]);
      if (!f) return undefined;
      return {
        time: first(f, "first_switched") ?? string(r["@timestamp"]),
        source: first(f, "ipv4_src_addr", "ipv6_src_addr"),
        sourcePort: string(f["l4_src_port"]),
        destination: first(f, "ipv4_dst_addr", "ipv6_dst_addr"),
        destinationPort: string(f["l4_dst_port"]),
        protocol: string(f["protocol"]),
        bytes: string(f["in_bytes"]),
        packets: string(f["in_pkts"]),
        flags: string(f["tcp_flags"]),
        observer: { ip: string(r["host"]) ?? "", product: "Logstash" },
      };
    },
  },
  {
    id: "arkime.session",
    title: "Arkime (Moloch) sessions",
    reference: "https://arkime.com/fields",
    marks: ['"firstPacket"', '"lastPacket"', '"ipProtocol"'],
    read: (r) => {
      const [from, to] = [object(r["source"]), object(r["destination"])];
      const flags = object(r["tcpflags"]);
      const answered = integer(string(flags?.["syn-ack"])) ?? 0;
      const reset = integer(string(flags?.["rst"])) ?? 0;
      const begun = integer(string(flags?.["syn"])) ?? 0;
      return {
        time: string(r["firstPacket"]),
        duration: between(string(r["firstPacket"]), string(r["lastPacket"])),
        source: string(from?.["ip"]) ?? string(r["srcIp"]),
        sourcePort: string(from?.["port"]) ?? string(r["srcPort"]),
        destination: string(to?.["ip"]) ?? string(r["dstIp"]),
        destinationPort: string(to?.["port"]) ?? string(r["dstPort"]),
        protocol: string(r["ipProtocol"]),
        bytes: string(from?.["bytes"]) ?? string(r["srcBytes"]),
        packets: string(from?.["packets"]) ?? string(r["srcPackets"]),
        backBytes: string(to?.["bytes"]) ?? string(r["dstBytes"]),
        backPackets: string(to?.["packets"]) ?? string(r["dstPackets"]),
        session: true,
        ...(flags && begun === 0 && answered === 0
          ? { beginning: { initiator: "unknown" as const, initiatorReason: "tcpflags.syn=0: seen from midstream" } }
          : {}),
        ...(flags && answered === 0 && reset > 0 && begun > 0
          ? { outcome: { outcome: "refused" as const, outcomeReason: "tcpflags: a reset and no SYN-ACK" } }
          : {}),
        observer: { name: string(r["node"]) ?? "", product: "Arkime" },
      };
    },
  },
];

function formatOf(product: Product): Format {
  return markedFormat(product, (record, context, envelope) => {
    const read = product.read(record);
    if (!read || (read.source === undefined && read.destination === undefined)) return undefined;
    const { time, observer, ...flow } = read;
    const decided = timeOfValue(time);
    const named = Object.fromEntries(Object.entries(observer ?? {}).filter(([, value]) => value !== ""));
    return flowResult({ ...flow, observer: named, timestamp: timestamp(decided, context, envelope) });
  });
}

export const flowJsonFormats: readonly Format[] = PRODUCTS.map(formatOf);

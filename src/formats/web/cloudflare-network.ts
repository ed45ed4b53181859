/** Cloudflare Logpush datasets that name two ends: Gateway DNS, Magic IDS, network analytics, sinkholes. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { timeOfValue } from "../fallback/find-time.js";
import { timeOf } from "../fields.js";
import { list, object, string, type Json } from "../json-fields.js";
import { compact } from "../shape.js";
import { addressAndPort, port, text, transport } from "../values.js";
import { at, first, has } from "./json-reader.js";

type Reader = (record: Json, timestamp: number | undefined) => FormatResult;

export const cloudflareNetwork: Format = {
  id: "cloudflare.network",
  title: "Cloudflare: Gateway DNS, Magic IDS, network analytics, sinkholes",
  reference: "https://developers.cloudflare.com/logs/logpush/logpush-job/datasets/account/",
  json: true,
  parse(_line: string, context: LineContext, _envelope?: EnvelopeFields, record?: Json): FormatResult | undefined {
    const read = record && KINDS.find((kind) => kind.is(record))?.read;
    if (!read) return undefined;
    const stated = first(record, ["Datetime", "Timestamp"]);
    return read(record, timeOf(context, timeOfValue(stated)));
  },
};

const KINDS: readonly { is(record: Json): boolean; read: Reader }[] = [
  { is: (record) => has(record, "SrcIP", "QueryName"), read: gatewayDns },
  { is: (record) => has(record, "SignatureID", "SourceIP", "DestinationIP"), read: intrusion },
  { is: (record) => has(record, "IPSourceAddress", "IPDestinationAddress"), read: packet },
  { is: (record) => has(record, "SrcAddr", "DestAddr", "SinkholeID"), read: sinkhole },
];

function end(record: Json, ip: string, p: string): { ip?: string; port?: number } {
  const stated = port(at(record, p));
  return { ...addressAndPort(at(record, ip)), ...(stated ? { port: stated } : {}) };
}

function gatewayDns(record: Json, timestamp: number | undefined): FormatResult {
  const decision = at(record, "ResolverDecision") ?? "";
  const answers = [...list(record["ResolvedIPs"]), ...list(record["RData"]).map((r) => object(r)?.["data"])];
  const code = at(record, "RCode");
  return {
    event: compact({
      timestamp,
      source: end(record, "SrcIP", "SrcPort"),
      destination: end(record, "DstIP", "DstPort"),
      network: { protocol: "dns", transport: transport(text(at(record, "Protocol"))) },
      event: { action: text(decision) },
      dns: {
        question: { name: at(record, "QueryName")?.replace(/\.$/, ""), type: at(record, "QueryTypeName") },
        resolved_ip: [...new Set(answers.flatMap((ip) => addressAndPort(string(ip)).ip ?? []))],
        response_code: code,
      },
      user: { name: text(at(record, "Email")) },
      host: { name: text(at(record, "DeviceName")) },
    }),
    outcome: /^block/i.test(decision) ? "blocked" : code === "0" ? "established" : "unknown",
    outcomeReason: `ResolverDecision=${decision || "-"}`,
    initiator: "source",
  };
}

function intrusion(record: Json, timestamp: number | undefined): FormatResult {
  const action = at(record, "Action") ?? "";
  return {
    event: compact({
      timestamp,
      source: end(record, "SourceIP", "SourcePort"),
      destination: end(record, "DestinationIP", "DestinationPort"),
      network: { transport: transport(text(at(record, "Protocol"))) },
      event: { action: text(action) },
      rule: { name: text(at(record, "SignatureMessage")) },
    }),
    outcome: /^(?:block|drop)/i.test(action) ? "blocked" : "unknown",
    outcomeReason: `Action=${action}`,
    initiator: "unknown",
    initiatorReason: "a signature may match either direction",
    oneWay: true,
  };
}

/** A sampled packet at the edge. */
function packet(record: Json, timestamp: number | undefined): FormatResult {
  const outcome = at(record, "Outcome") ?? at(record, "Verdict") ?? "";
  const direction = at(record, "Direction");
  return {
    event: compact({
      timestamp,
      source: end(record, "IPSourceAddress", "SourcePort"),
      destination: end(record, "IPDestinationAddress", "DestinationPort"),
      network: { transport: transport(at(record, "IPProtocol")), direction },
      event: { action: text(outcome) },
      rule: { name: text(first(record, ["RuleName", "MitigationReason"])) },
    }),
    outcome: /^drop/i.test(outcome) ? "blocked" : "unknown",
    outcomeReason: `Outcome=${outcome || "-"}`,
    initiator: "unknown",
    initiatorReason: "one sampled packet",
    oneWay: true,
  };
}

/** A request that reached an address set up to catch such: nobody's page was served. */
function sinkhole(record: Json, timestamp: number | undefined): FormatResult {
  return {
    event: compact({
      timestamp,
      source: addressAndPort(at(record, "SrcAddr")),
      destination: addressAndPort(at(record, "DestAddr")),
      url: { original: text(first(record, ["URI", "URL"])), domain: text(at(record, "Host")) },
      http: { request: { method: text(at(record, "Method")), referrer: text(at(record, "Referrer")) } },
      user_agent: { original: text(at(record, "UserAgent")) },
    }),
    outcome: "established",
    outcomeReason: "a request at the sinkhole",
    initiator: "source",
    observerIsAsset: true,
  };
}

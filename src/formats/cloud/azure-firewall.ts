/** Azure Firewall: structured logs (`AZFWNetworkRule` and kin) and the older ones, whose `msg` is a sentence. */
import type { Event } from "../../model/event.js";
import type { Format, FormatResult } from "../format.js";
import { packetBeginning, TCP } from "../initiator.js";
import { object, string, type Json } from "../json-fields.js";
import { shaped, timestamp } from "../shape.js";
import { addressAndPort, endpoint, transport } from "../values.js";
import { at, first, type Judged, utcTime } from "./audit.js";

const STRUCTURED = /^AZFW(?:NetworkRule|ApplicationRule|NatRule|ThreatIntel|IdpsSignature|DnsQuery|FlowTrace|FatFlow)$/;
const LEGACY = /^AzureFirewall(?:NetworkRule|ApplicationRule|DnsProxy|ThreatIntelLog)$/;

interface Told extends Judged {
  source: Event["source"];
  destination: Event["destination"];
  transport?: string | undefined;
  action?: string | undefined;
  rule?: string | undefined;
  dns?: Event["dns"];
  url?: Event["url"];
  flag?: string | undefined;
}

function outcomeOf(action: string | undefined): Judged {
  if (action === undefined) return { outcome: "unknown" };
  return /^(?:deny|drop|block|reject|alert and deny)/i.test(action)
    ? { outcome: "blocked", outcomeReason: `Action=${action}` }
    : { outcome: "unknown", outcomeReason: `Action=${action}: says nothing of an answer` };
}

function structured(p: Json): Told {
  const action = first(p, ["Action"]);
  const host = first(p, ["Fqdn"]);
  const question = first(p, ["QueryName"]);
  const code = first(p, ["ResponseCode"]);
  const translated = first(p, ["TranslatedIp"]);
  const judged: Judged =
    question === undefined
      ? outcomeOf(action)
      : code === undefined
        ? { outcome: "unknown" }
        : { outcome: "established", outcomeReason: `ResponseCode=${code}` };
  return {
    ...judged,
    source: endpoint({ ip: first(p, ["SourceIp", "SourceIP"]), port: first(p, ["SourcePort"]) }),
    destination: endpoint({
      ip: first(p, ["DestinationIp", "DestinationIP"]),
      port: first(p, ["DestinationPort"]),
      domain: host,
      natIp: translated,
      natPort: first(p, ["TranslatedPort"]),
    }),
    transport: transport(first(p, ["Protocol"]))?.replace(/^https?.*$/, "tcp"),
    action,
    rule: first(p, ["Rule", "Description", "ThreatDescription", "RuleCollection"]),
    dns: {
      question: { name: question?.replace(/\.$/, ""), type: first(p, ["QueryType"]) },
      response_code: code,
    } as Event["dns"],
    url: { original: first(p, ["TargetUrl"]), domain: host } as Event["url"],
    flag: first(p, ["Flag"]),
  };
}

/** `TCP request from 10.0.0.4:1234 to 203.0.113.7:443. Action: Allow`, `… was DNAT'ed to 10.0.2.4:443` */
const REQUEST =
  /^([A-Za-z\d]{2,8})(?: type[ =:]\d{1,3})?\s{1,2}request from (\S{2,60}) to (\S{2,255}?)(?:\. |\.?$| was DNAT'ed to (\S{7,60}))/;
const ACTION = /Action: ?([A-Za-z]{2,12})/;
const RULE = /\bRule: ([^.]{1,120})/;
/** `DNS Request: 10.1.0.5:48197 - 15676 AAAA IN example.com. udp 55 false 512 NXDOMAIN …` */
const DNS =
  /^DNS Request: (\S{2,60}) - \d{1,6} (\S{1,10}) \S{1,6} (\S{1,255}) (\S{3,4}) \d{1,6} \S{4,5} \d{1,6} ([A-Z]{2,12})/;

function sentence(msg: string): Told | undefined {
  const dns = DNS.exec(msg);
  if (dns) {
    const { ip, port } = addressAndPort(dns[1]);
    return {
      source: endpoint({ ip, port }),
      destination: undefined,
      transport: transport(dns[4]),
      dns: { question: { name: dns[3]!.replace(/\.$/, ""), type: dns[2]! }, response_code: dns[5]! },
      outcome: "established",
      outcomeReason: `answered ${dns[5]!}`,
    };
  }
  const m = REQUEST.exec(msg);
  if (!m) return undefined;
  const from = addressAndPort(m[2]);
  const to = addressAndPort(m[3]);
  const named = to.ip === undefined ? /^([^:/]{1,253})(?::(\d{1,5}))?$/.exec(m[3]!) : null;
  const nat = addressAndPort(m[4]?.replace(/\.$/, ""));
  const action = m[4] === undefined ? ACTION.exec(msg)?.[1] : "DNAT";
  return {
    ...outcomeOf(action),
    source: endpoint(from),
    destination: endpoint({
      ip: to.ip,
      port: to.port ?? named?.[2],
      domain: named?.[1],
      natIp: nat.ip,
      natPort: nat.port,
    }),
    transport: transport(m[1])?.replace(/^https?$/, "tcp"),
    action,
    rule: RULE.exec(msg)?.[1],
  };
}

/** Flow trace tells of single packets of connections. */
function beginning(flag: string | undefined): Pick<FormatResult, "initiator" | "initiatorReason" | "oneWay"> {
  if (flag === undefined) return { initiator: "source" };
  const bits = (/SYN/.test(flag) ? TCP.SYN : 0) | (/ACK/.test(flag) ? TCP.ACK : 0);
  return { ...packetBeginning(bits, `Flag=${flag}`), oneWay: true };
}

export const azureFirewall: Format = {
  id: "azure.firewall",
  title: "Azure Firewall",
  reference: "https://learn.microsoft.com/azure/firewall/monitor-firewall-reference",
  json: true,
  parse(_line, context, envelope, record) {
    if (!record) return undefined;
    const category = first(record, ["category", "Category", "Type"]) ?? "";
    const known = STRUCTURED.test(category);
    if (!known && !LEGACY.test(category)) return undefined;
    const properties = object(record["properties"]) ?? record;
    const told = known ? structured(properties) : sentence(first(record, ["properties.msg", "msg_s", "Msg"]) ?? "");
    if (!told) return undefined;
    const { flag, ...rest } = told;
    const resource = string(at(record, "resourceId")) ?? first(record, ["_ResourceId", "Resource"]);
    return shaped({
      event: {
        timestamp: timestamp(
          utcTime(first(record, ["time", "TimeGenerated", "TimeGenerated [UTC]"])),
          context,
          envelope,
        ),
        source: rest.source,
        destination: rest.destination,
        network: { transport: rest.transport },
        event: { action: rest.action ?? category },
        dns: rest.dns,
        url: rest.url,
        rule: { name: rest.rule },
        observer: { name: resource?.split("/").at(-1), vendor: "Microsoft", product: "Azure Firewall" },
      },
      outcome: rest.outcome,
      outcomeReason: rest.outcomeReason,
      ...beginning(flag),
    } as FormatResult);
  },
};

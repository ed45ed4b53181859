/** Amazon VPC flow log records, default (version 2) or custom format with a header line. Each record covers one direction. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { string } from "../json-fields.js";
import { parseEpoch } from "../time.js";
import { endpoint, integer, text, transport } from "../values.js";
import { icmpBeginning, TCP, type Beginning } from "../initiator.js";
import { shaped, timestamp } from "../shape.js";

const DEFAULT_FIELDS =
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status".split(
    " ",
  );
/** Transit Gateway's default format is its version 6 in full. */
const TRANSIT_FIELDS =
  "version resource-type account-id tgw-id tgw-attachment-id tgw-src-vpc-account-id tgw-dst-vpc-account-id tgw-src-vpc-id tgw-dst-vpc-id tgw-src-subnet-id tgw-dst-subnet-id tgw-src-eni tgw-dst-eni tgw-src-az-id tgw-dst-az-id tgw-pair-attachment-id srcaddr dstaddr srcport dstport protocol packets bytes start end log-status type packets-lost-no-route packets-lost-blackhole packets-lost-mtu-exceeded packets-lost-ttl-expired tcp-flags region flow-direction pkt-src-aws-service pkt-dst-aws-service".split(
    " ",
  );
const TRANSIT_RECORD = /^\d TransitGateway \d{12} tgw-\S/;
const DEFAULT_RECORD = /^2 (?:\d{12}|unknown) eni-\S+ /;
/** CloudWatch Logs exports put the ingestion time before the record. */
const CLOUDWATCH_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z (?=\S)/;

function isHeader(line: string): boolean {
  return (
    line.length < 2048 && line.includes("addr") && / ?(?:pkt-)?(?:src|dst)addr(?: |$)/.test(line) && !/\d{5}/.test(line)
  );
}

/** Field names in the file's order: its header, else the default format when the record is one. */
function fieldNames(record: string, context: LineContext): readonly string[] | undefined {
  if (isHeader(context.firstLine)) return context.firstLine.trim().split(" ");
  if (DEFAULT_RECORD.test(record)) return DEFAULT_FIELDS;
  if (TRANSIT_RECORD.test(record)) return TRANSIT_FIELDS;
  const header = /^[a-z\d-]{1,64} /i.test(record) ? context.headerBefore("version ") : undefined;
  return header !== undefined && isHeader(header) ? header.trim().split(" ") : undefined;
}

/**
 * `tcp-flags` is the OR of the flags of a record's packets; AWS sets the ACK bit only together with SYN
 * (flow-logs-records: SYN 2, FIN 1, RST 4, SYN-ACK 18), so 18 names the responder's half, 2 and 3 the initiator's.
 */
function beginning(flags: number | undefined): Beginning {
  if (flags === undefined || (flags & TCP.SYN) === 0)
    return { initiator: "unknown", initiatorReason: "one direction of the flow, without a SYN" };
  return (flags & TCP.ACK) === 0
    ? { initiator: "source", initiatorReason: `tcp-flags=${flags} has SYN without ACK` }
    : { initiator: "destination", initiatorReason: `tcp-flags=${flags} has SYN-ACK` };
}

function parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
  const record = line.replace(CLOUDWATCH_TIME, "");
  const names = fieldNames(record, context);
  if (!names) return undefined;
  const values = record.trimEnd().split(" ");
  if (values.length !== names.length) return undefined;
  if (isHeader(record)) return { event: {}, outcome: "unknown", initiator: "unknown" };
  const f: Record<string, string | undefined> = Object.create(null) as Record<string, string | undefined>;
  names.forEach((name, i) => (f[name] = text(values[i])));
  return readFlow(f, VPC, context, envelope);
}

const VPC = { vendor: "AWS", product: "VPC Flow Logs" };

type Fields = Readonly<Record<string, string | undefined>>;

/** A record by the names of its fields, hyphens in them. */
function readFlow(
  f: Fields,
  by: { vendor: string; product: string },
  context: LineContext,
  envelope: EnvelopeFields | undefined,
): FormatResult | undefined {
  const start = integer(f["start"]);
  const end = integer(f["end"]);
  const status = f["log-status"];
  const action = f["action"];
  if (f["start"] !== undefined && start === undefined) return undefined;
  if (action !== undefined && action !== "ACCEPT" && action !== "REJECT") return undefined;

  const protocol = transport(f["protocol"]);
  // Ports are written as 0 for ICMP.
  const icmp = protocol === "icmp" || protocol === "ipv6-icmp";
  // srcaddr and dstaddr are the interface's view; pkt-* are the packet's own ends, beyond a NAT gateway or load balancer.
  const end_ = (side: "src" | "dst") => {
    const near = f[`${side}addr`];
    const far = f[`pkt-${side}addr`];
    return {
      ip: far ?? near,
      port: icmp ? undefined : f[`${side}port`],
      natIp: far !== undefined && far !== near ? near : undefined,
    };
  };
  const judged =
    action === "REJECT"
      ? { outcome: "blocked" as const, outcomeReason: "action=REJECT" }
      : {
          outcome: "unknown" as const,
          outcomeReason:
            action === undefined
              ? `log-status=${status ?? ""}`
              : "action=ACCEPT: one direction does not show an answer",
        };
  return shaped({
    event: {
      timestamp: timestamp(f["start"] === undefined ? undefined : parseEpoch(f["start"]), context, envelope),
      source: endpoint({ ...end_("src"), bytes: f["bytes"], packets: f["packets"] }),
      destination: endpoint(end_("dst")),
      network: { transport: protocol, direction: f["flow-direction"] ?? f["direction"] },
      event: {
        action: action ?? status,
        duration: start !== undefined && end !== undefined && end >= start ? (end - start) * 1e9 : undefined,
      },
      host: { name: f["instance-id"] ?? f["interface-id"] ?? f["vm-id"] },
      observer: { name: f["interface-id"] ?? f["eni-id"] ?? f["tgw-id"], ...by },
    },
    ...judged,
    ...(icmp ? icmpBeginning(undefined) : beginning(integer(f["tcp-flags"]))),
    oneWay: true,
  });
}

export const awsVpcFlow: Format = {
  id: "aws.vpcflow",
  title: "Amazon VPC flow logs",
  reference: "https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html",
  parse,
};

/** Flow exporters of other kinds name their ends so too: one of these makes it a cloud's. */
const FLOW_KEYS = ["log-status", "interface-id", "eni-id"];

/** The same records as objects: Alibaba's and Tencent's exports, and Amazon's after a pipeline gave the fields their names. */
export const vpcFlowJson: Format = {
  id: "cloud.vpcflow-json",
  title: "VPC flow records as JSON (Amazon, Alibaba, Tencent)",
  reference: "https://www.alibabacloud.com/help/en/sls/user-guide/log-fields-27",
  json: true,
  parse(_line, context, envelope, record) {
    if (!record || record["srcaddr"] === undefined || record["dstaddr"] === undefined) return undefined;
    const f: Record<string, string | undefined> = Object.create(null) as Record<string, string | undefined>;
    for (const [key, value] of Object.entries(record).slice(0, 64)) f[key.replaceAll("_", "-")] = text(string(value));
    f["log-status"] ??= text(string(record["logstatus"]));
    if (!FLOW_KEYS.some((key) => f[key] !== undefined)) return undefined;
    const vendor = f["eni-id"] !== undefined ? "Alibaba" : f["interface-id"] !== undefined ? "AWS" : undefined;
    return readFlow(f, { vendor: vendor ?? "cloud", product: VPC.product }, context, envelope);
  },
};

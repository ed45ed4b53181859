/** DNS services that log JSON: one table row a product, walked by one reader. */
import type { Outcome } from "../../model/event.js";
import type { Format } from "../format.js";
import { timeOfValue } from "../fallback/find-time.js";
import { list, object, string, type Json } from "../json-fields.js";
import { timestamp } from "../shape.js";
import { dnsResult, type Lookup } from "./dns-event.js";
import { markedFormat, type MarkedProduct } from "../marked-json.js";

interface Product extends MarkedProduct {
  read(r: Json): (Lookup & { time: string | undefined }) | undefined;
}

/** The named field of each member that is an object, or the members themselves. */
function answersOf(value: unknown, ...names: readonly string[]): string[] {
  return list(value).flatMap((item) => {
    const part = object(item);
    const found =
      part === undefined ? string(item) : names.map((name) => string(part[name])).find((v) => v !== undefined);
    return found ?? [];
  });
}

const blocked = (why: string): { outcome: Outcome; reason: string } => ({ outcome: "blocked", reason: why });

const PRODUCTS: readonly Product[] = [
  {
    id: "aws.route53-resolver",
    title: "Amazon Route 53 Resolver query logs",
    reference: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-format.html",
    marks: ['"query_timestamp"', '"query_name"', '"srcaddr"'],
    read: (r) => {
      const action = string(r["firewall_rule_action"]);
      return {
        time: string(r["query_timestamp"]),
        client: string(r["srcaddr"]),
        clientPort: string(r["srcport"]),
        name: string(r["query_name"]),
        type: string(r["query_type"]),
        rcode: string(r["rcode"]),
        answers: answersOf(r["answers"], "Rdata"),
        transport: string(r["transport"]),
        action: action ?? "query",
        rule: string(r["firewall_rule_group_id"]),
        ...(action === "BLOCK" ? blocked("firewall_rule_action=BLOCK") : {}),
      };
    },
  },
  {
    id: "adguard.home",
    title: "AdGuard Home query log",
    reference: "https://github.com/AdguardTeam/AdGuardHome/wiki/Configuration",
    marks: ['"QH"', '"QT"', '"IP"'],
    read: (r) => {
      const result = object(r["Result"]);
      const filtered = result?.["IsFiltered"] === true;
      return {
        time: string(r["T"]),
        client: string(r["IP"]),
        name: string(r["QH"]),
        type: string(r["QT"]),
        transport: string(r["CP"]),
        action: "query",
        rule: string(object(list(result?.["Rules"])[0])?.["Text"]) ?? string(result?.["Rule"]),
        ...(filtered
          ? blocked("Result.IsFiltered")
          : string(r["Answer"]) === undefined
            ? {}
            : { outcome: "established", reason: "the answer is in the line" }),
      };
    },
  },
  {
    id: "gcp.dns",
    title: "Google Cloud DNS query logs",
    reference: "https://cloud.google.com/dns/docs/monitoring",
    marks: ['"queryName"', '"jsonPayload"'],
    read: (r) => {
      const p = object(r["jsonPayload"]);
      if (!p) return undefined;
      // `www.example.com.\t300\tIN\ta\t192.0.2.1`, one a line.
      const rdata = (string(p["rdata"]) ?? "").split("\n", 64).flatMap((row) => row.split(/\s+/).at(-1) ?? []);
      const structured = answersOf(p["structuredRdata"], "rvalue");
      return {
        time: string(r["timestamp"]) ?? string(r["receiveTimestamp"]),
        client: string(p["sourceIP"]) ?? string(p["vmInstanceIdString"]),
        server: string(p["destinationIP"]),
        name: string(p["queryName"]),
        type: string(p["queryType"]),
        rcode: string(p["responseCode"]),
        answers: [...rdata, ...structured],
        transport: string(p["protocol"]),
        action: "query",
      };
    },
  },
  {
    id: "azure.dns",
    title: "Azure DNS security policy and private resolver logs",
    reference: "https://learn.microsoft.com/en-us/azure/dns/dns-security-policy",
    marks: ['"QueryName"', '"SourceIPAddress"'],
    read: (r) => {
      const p = object(r["properties"]) ?? r;
      const action = string(p["ResolverPolicyRuleAction"]);
      return {
        time: string(r["time"]) ?? string(r["TimeGenerated"]) ?? string(p["TimeGenerated"]),
        client: string(p["SourceIPAddress"]),
        clientPort: string(p["SourcePort"]),
        name: string(p["QueryName"]),
        type: string(p["QueryType"]),
        rcode: string(p["ResponseCode"]),
        answers: answersOf(p["Answer"], "RData"),
        transport: string(p["Protocol"]),
        action: string(p["OperationName"]) ?? "query",
        rule: string(p["ResolverPolicyRuleName"]),
        ...(action !== undefined && /^(?:deny|block)/i.test(action)
          ? blocked(`ResolverPolicyRuleAction=${action}`)
          : {}),
      };
    },
  },
];

function formatOf(product: Product): Format {
  return markedFormat(product, (record, context, envelope) => {
    const read = product.read(record);
    if (!read || (read.name === undefined && read.client === undefined)) return undefined;
    const { time, ...lookup } = read;
    const decided = timeOfValue(time);
    return dnsResult({ ...lookup, timestamp: timestamp(decided, context, envelope) });
  });
}

export const dnsJsonFormats: readonly Format[] = PRODUCTS.map(formatOf);

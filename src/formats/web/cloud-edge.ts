/** Front ends of the large clouds, JSON: AWS WAF, Google Cloud load balancing and Cloud Armor, Azure Application Gateway and Front Door. */
import type { Format } from "../format.js";
import { list, object, parseObject, string, type Json } from "../json-fields.js";
import { at, has, jsonFormat, valueAt } from "./json-reader.js";

/** A header of a `[{name, value}]` list. */
function header(headers: unknown, name: string): string | undefined {
  for (const entry of list(headers).slice(0, 100)) {
    const pair = object(entry);
    if (string(pair?.["name"])?.toLowerCase() === name) return string(pair?.["value"]);
  }
  return undefined;
}

export const awsWaf: Format = jsonFormat({
  id: "aws.waf",
  title: "AWS WAF: web ACL traffic log",
  reference: "https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html",
  is: (record) => has(record, "httpRequest.clientIp") && has(record, "action"),
  names: {
    time: ["timestamp"],
    client: ["httpRequest.clientIp"],
    method: ["httpRequest.httpMethod"],
    uri: ["httpRequest.uri"],
    query: ["httpRequest.args"],
    status: ["responseCodeSent"],
    action: ["action"],
    rule: ["terminatingRuleId"],
    ja3: ["ja3Fingerprint"],
  },
  adjust(out, record) {
    const headers = valueAt(record, "httpRequest.headers");
    out.host = header(headers, "host") ?? at(record, "httpRequest.host");
    out.agent = header(headers, "user-agent");
    out.referrer = header(headers, "referer");
    out.forwarded = header(headers, "x-forwarded-for");
  },
});

export const gcpLoadBalancer: Format = jsonFormat({
  id: "gcp.loadbalancing",
  title: "Google Cloud: load balancer and other services' request log",
  reference: "https://cloud.google.com/load-balancing/docs/https/https-logging-monitoring",
  is: (record) => has(record, "httpRequest.remoteIp") && has(record, "resource"),
  names: {
    time: ["timestamp", "receiveTimestamp"],
    client: ["httpRequest.remoteIp"],
    server: ["httpRequest.serverIp"],
    method: ["httpRequest.requestMethod"],
    uri: ["httpRequest.requestUrl"],
    status: ["httpRequest.status"],
    bytesIn: ["httpRequest.requestSize"],
    bytesOut: ["httpRequest.responseSize"],
    agent: ["httpRequest.userAgent"],
    referrer: ["httpRequest.referer"],
    action: ["jsonPayload.enforcedSecurityPolicy.outcome"],
    rule: ["jsonPayload.enforcedSecurityPolicy.name"],
  },
  adjust(out, record) {
    if (/^accept$/i.test(out.action ?? "")) delete out.action;
    if (at(record, "jsonPayload.statusDetails") === "denied_by_security_policy") out.action ??= "DENY";
  },
});

/** Azure's `properties`, which some exports hold as a string. */
function properties(record: Json): Json | undefined {
  const value = record["properties"];
  return typeof value === "string" ? parseObject(value) : object(value);
}

const AZURE =
  /^(?:ApplicationGateway(?:Access|Firewall)Log|Front[Dd]oor(?:Access|WebApplicationFirewall)Log|AppServiceHTTPLogs)$/;

const AZURE_NAMES = {
  time: ["timeStamp", "TimeGenerated"],
  client: ["clientIp", "clientIP", "CIp"],
  clientPort: ["clientPort"],
  peer: ["socketIp", "socketIP"],
  server: ["serverRouted", "originIp", "ServerRouted"],
  host: ["originalHost", "hostName", "hostname", "host", "CsHost", "site"],
  method: ["httpMethod", "CsMethod"],
  uri: ["originalRequestUriWithArgs", "requestUri", "CsUriStem"],
  query: ["requestQuery", "CsUriQuery"],
  status: ["httpStatus", "httpStatusCode", "ScStatus"],
  bytesIn: ["receivedBytes", "requestBytes", "CsBytes"],
  bytesOut: ["sentBytes", "responseBytes", "ScBytes"],
  agent: ["userAgent", "UserAgent"],
  referrer: ["referer", "Referer"],
  user: ["CsUsername"],
  action: ["action"],
  rule: ["ruleName", "ruleId"],
  tls: ["sslProtocol", "securityProtocol"],
} as const;

const azureReader = jsonFormat({
  id: "azure.edge",
  title: "Azure Application Gateway, Front Door and App Service: access and firewall logs",
  reference: "https://learn.microsoft.com/azure/application-gateway/monitor-application-gateway-reference",
  is: () => true,
  names: AZURE_NAMES,
});

export const azureEdge: Format = {
  ...azureReader,
  parse(line, context, envelope, record) {
    if (!record || !AZURE.test(string(record["category"]) ?? string(record["Category"]) ?? "")) return undefined;
    const inner = properties(record);
    if (!inner) return undefined;
    const stated = at(record, "time") ?? at(record, "timeStamp");
    const flat: Json = stated === undefined || "timeStamp" in inner ? inner : { ...inner, timeStamp: stated };
    return azureReader.parse(line, context, envelope, flat);
  },
};

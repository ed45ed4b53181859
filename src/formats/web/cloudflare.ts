/** Cloudflare Logpush, zone datasets: HTTP requests, firewall events, Spectrum, DNS. The origin is the organisation's own server. */
import type { Format } from "../format.js";
import type { Outcome } from "../../model/event.js";
import { list, string, type Json } from "../json-fields.js";
import { timeOfValue } from "../fallback/find-time.js";
import { timeOf } from "../fields.js";
import { compact } from "../shape.js";
import { addressAndPort, integer } from "../values.js";
import { at, first, has, jsonFormat } from "./json-reader.js";
import { wordTable } from "../../model/word-table.js";

const REFERENCE = "https://developers.cloudflare.com/logs/logpush/logpush-job/datasets/";

export const cloudflareHttp: Format = jsonFormat({
  id: "cloudflare.http",
  title: "Cloudflare: HTTP requests and firewall events",
  reference: REFERENCE,
  is: (record) =>
    has(record, "ClientIP") &&
    (has(record, "EdgeResponseStatus") || has(record, "ClientRequestMethod") || has(record, "ClientRequestHost")),
  names: {
    time: ["EdgeStartTimestamp", "Datetime", "EdgeEndTimestamp"],
    client: ["ClientIP"],
    clientPort: ["ClientSrcPort"],
    server: ["OriginIP"],
    host: ["ClientRequestHost"],
    method: ["ClientRequestMethod"],
    uri: ["ClientRequestURI", "ClientRequestPath"],
    query: ["ClientRequestQuery"],
    status: ["EdgeResponseStatus", "OriginResponseStatus"],
    bytesIn: ["ClientRequestBytes"],
    bytesOut: ["EdgeResponseBytes"],
    agent: ["ClientRequestUserAgent"],
    referrer: ["ClientRequestReferer"],
    action: ["SecurityAction", "Action", "WAFAction", "FirewallMatchesActions"],
    rule: ["SecurityRuleID", "RuleID", "WAFRuleID"],
    tls: ["ClientSSLProtocol"],
    ja3: ["JA3Hash"],
    forwarded: ["RequestHeaders.x-forwarded-for"],
  },
  adjust(out) {
    // A list of actions: the last one ended the matter. `unknown` is "no action" of the first dashboards.
    const word = out.action?.split(",").at(-1)?.trim();
    if (word === undefined || word === "unknown" || word === "skip") delete out.action;
    else out.action = word;
  },
});

/** Spectrum's events of a TCP or UDP connection, and how far each shows that it came. */
const SPECTRUM: Readonly<Record<string, Outcome>> = wordTable({
  clientfiltered: "blocked",
  tlserror: "refused",
  originerror: "unanswered",
  resolveorigin: "unknown",
  connect: "unknown",
});

export const cloudflareSpectrum: Format = jsonFormat({
  id: "cloudflare.spectrum",
  title: "Cloudflare: Spectrum events",
  reference: REFERENCE,
  is: (record) => has(record, "Application", "ClientIP", "Event"),
  names: {
    time: ["Timestamp", "ConnectTimestamp"],
    client: ["ClientIP"],
    clientPort: ["ClientPort"],
    server: ["OriginIP"],
    serverPort: ["OriginPort"],
    bytesIn: ["ClientBytes"],
    bytesOut: ["OriginBytes"],
    action: ["Event"],
    sni: ["ClientTLSSNI"],
    tls: ["ClientTlsProtocol"],
  },
  judge(out, record) {
    const event = (at(record, "Event") ?? "").toLowerCase();
    const back = integer(out.bytesOut) ?? 0;
    if (event === "disconnect" && back > 0)
      return { outcome: "established", outcomeReason: `Event=disconnect, ${back} bytes from the origin` };
    return { outcome: SPECTRUM[event] ?? "unknown", outcomeReason: `Event=${event}` };
  },
});

/** Record types by number, RFC 1035 and after. */
const TYPES: Readonly<Record<string, string>> = wordTable({
  "1": "A",
  "2": "NS",
  "5": "CNAME",
  "6": "SOA",
  "12": "PTR",
  "15": "MX",
  "16": "TXT",
  "28": "AAAA",
  "33": "SRV",
  "65": "HTTPS",
  "255": "ANY",
});

/** Authoritative DNS and DNS Firewall: the source asked for a name of the zone, or through the resolver. */
export const cloudflareDns: Format = {
  id: "cloudflare.dns",
  title: "Cloudflare: DNS and DNS Firewall queries",
  reference: REFERENCE,
  json: true,
  parse(_line, context, _envelope, record?: Json) {
    if (!record || !has(record, "QueryName", "SourceIP") || !(has(record, "ColoCode") || has(record, "ResponseCode")))
      return undefined;
    const time = first(record, ["Timestamp", "Datetime"]);
    const code = at(record, "ResponseCode");
    const type = at(record, "QueryType");
    return {
      event: compact({
        timestamp: timeOf(context, timeOfValue(time)),
        source: { ip: addressAndPort(at(record, "SourceIP")).ip },
        network: { protocol: "dns" },
        dns: {
          question: {
            name: at(record, "QueryName")?.replace(/\.$/, ""),
            type: type === undefined ? undefined : (TYPES[type] ?? type),
          },
          resolved_ip: list(record["ResolvedIPs"]).flatMap((ip) => addressAndPort(string(ip)).ip ?? []),
          response_code: code,
        },
      }),
      outcome: code === "0" ? "established" : "unknown",
      outcomeReason: `ResponseCode=${code ?? "-"}`,
      initiator: "source",
      observerIsAsset: true,
    };
  },
};

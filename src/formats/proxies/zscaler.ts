/**
 * Zscaler: Internet Access (NSS and Cloud NSS feeds for web, firewall, DNS, tunnels) as JSON, as tab-separated `key=value` and as the
 * default columns, and Private Access (LSS). Feed names are chosen by the owner, so the documented ones of each field are known.
 */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { splitColumns } from "../fallback/delimited.js";
import { timeOfValue } from "../fallback/find-time.js";
import { timeOf } from "../fields.js";
import { object, type Json } from "../json-fields.js";
import { compact } from "../shape.js";
import { addressAndPort, integer, port, text } from "../values.js";
import { at, first, has } from "../web/json-reader.js";
import { proxyResult } from "./record.js";
import { jsonGateway, readGateway, type GatewayLog } from "./reader.js";

const REFERENCE = "https://help.zscaler.com/zia/nss-feed-output-format-web-logs";

/** The client's own address first, then as the service saw it. */
const CLIENT = [
  "cintip",
  "cltintip",
  "clientinternalIP",
  "ClientIP",
  "clientip",
  "client_ip",
  "cltip",
  "clt_ip",
  "cip",
  "src_ip",
  "srcip",
  "cpubip",
];

const WEB: GatewayLog = {
  id: "zscaler.web",
  title: "Zscaler Internet Access: web log",
  reference: REFERENCE,
  is: (record) =>
    first(record, [...CLIENT, "clientpublicIP"]) !== undefined &&
    first(record, ["url", "eurl", "hostname", "ehost", "host", "serverip", "sip"]) !== undefined,
  names: {
    time: ["datetime", "time", "event_time", "epochtime", "eventtime"],
    client: CLIENT,
    clientPort: ["clt_sport", "csport", "srcport"],
    clientNat: ["clientpublicIP", "cpubip", "clientPublicIP", "client_public_ip", "cip"],
    user: ["user", "login", "elogin", "username", "b64elogin"],
    server: ["serverip", "sip", "server_ip", "srvip", "srv_ip", "dest_ip", "dst_ip", "dstip", "srv_dip"],
    serverPort: ["srv_dport", "sdport", "dstport", "serverport"],
    host: ["ehost", "hostname", "host"],
    uri: ["eurl", "url", "uri"],
    method: ["requestmethod", "reqmethod", "method"],
    status: ["status", "respcode", "responsecode", "status_code"],
    protocol: ["protocol", "proto"],
    sent: ["requestsize", "reqsize", "req_size"],
    received: ["responsesize", "respsize", "resp_size"],
    agent: ["useragent", "eua", "ua"],
    referrer: ["refererURL", "ereferer", "referer"],
    action: ["action"],
    rule: ["rulelabel", "erulelabel", "policy"],
  },
};

const FIREWALL: GatewayLog = {
  id: "zscaler.web",
  title: WEB.title,
  reference: REFERENCE,
  is: (record) => has(record, "csip") && (has(record, "cdip") || has(record, "sdip")),
  names: {
    time: ["datetime", "time", "epochtime"],
    client: ["csip"],
    clientPort: ["csport"],
    clientNat: ["ssip"],
    user: ["user", "elogin", "login"],
    server: ["cdip", "sdip"],
    serverPort: ["cdport", "sdport"],
    host: ["cdfqdn", "ehost"],
    transport: ["proto", "ipproto", "protocol"],
    protocol: ["nwsvc", "nwapp"],
    sent: ["outbytes"],
    received: ["inbytes"],
    action: ["action"],
    rule: ["rulelabel", "erulelabel", "rule"],
  },
  adjust(out, record) {
    // The service translates to its own address: the ports of both legs are the session's.
    if (at(record, "ssip") === "0.0.0.0") delete out.clientNat;
  },
};

/** One feed's event, whatever kind it is. */
function event(record: Json, context: LineContext): FormatResult | undefined {
  const named = (out: FormatResult | undefined, dataset: string): FormatResult | undefined => {
    if (out) out.event.event = { ...out.event.event, dataset };
    return out;
  };
  if (has(record, "clt_sip") && has(record, "dns_req")) return named(dns(record, context), "zscaler.dns");
  if (FIREWALL.is(record)) return named(readGateway(FIREWALL, record, context), "zscaler.firewall");
  if (has(record, "tunneltype") && has(record, "sourceip")) return named(tunnel(record, context), "zscaler.tunnel");
  return WEB.is(record) ? readGateway(WEB, record, context) : undefined;
}

function dns(record: Json, context: LineContext): FormatResult {
  const stated = first(record, ["datetime", "time", "epochtime"]);
  const answers = (at(record, "dns_resp") ?? "")
    .split(/[,;|\s]+/, 64)
    .map((part) => addressAndPort(part).ip)
    .filter((ip) => ip !== undefined);
  const [asked, answered] = [at(record, "reqaction") ?? "", at(record, "resaction") ?? ""];
  const blocked = /BLOCK|DROP|DENY/i.test(`${asked} ${answered}`);
  return {
    event: compact({
      timestamp: timeOf(context, timeOfValue(stated)),
      source: { ip: addressAndPort(at(record, "clt_sip")).ip },
      destination: { ip: addressAndPort(at(record, "srv_dip")).ip, port: port(at(record, "srv_dport")) },
      network: { protocol: "dns" },
      dns: {
        question: {
          name: at(record, "dns_req")?.replace(/\.$/, ""),
          type: at(record, "dns_reqtype")?.split(" ", 1)[0],
        },
        resolved_ip: answers,
      },
      event: { action: text(asked) },
      user: { name: text(first(record, ["user", "elogin"])) },
      host: { name: text(at(record, "devicehostname")) },
    }),
    outcome: blocked ? "blocked" : answers.length > 0 ? "established" : "unknown",
    outcomeReason: `reqaction=${asked || "-"}, resaction=${answered || "-"}`,
    initiator: "source",
  };
}

/** GRE and IPsec tunnels of the organisation's sites to the service. */
function tunnel(record: Json, context: LineContext): FormatResult {
  const [sent, received] = [integer(at(record, "txbytes")), integer(at(record, "rxbytes"))];
  return proxyResult(
    {
      time: timeOfValue(first(record, ["datetime", "time"]) ?? ""),
      client: at(record, "sourceip"),
      clientPort: at(record, "sourceport"),
      server: at(record, "destinationip"),
      serverPort: at(record, "destinationport"),
      user: first(record, ["vpncredentialname", "user"]),
      protocol: at(record, "tunneltype"),
      action: first(record, ["event", "Recordtype"]),
    },
    context,
    sent && received
      ? { outcome: "established", outcomeReason: "bytes both ways" }
      : { outcome: "unknown", outcomeReason: first(record, ["event", "Recordtype"]) ?? "tunnel" },
  );
}

/** Columns of the default feed of each kind, in its documented order. */
const WEB_COLUMNS =
  "time login proto url action appname appclass reqsize respsize stime ctime urlclass urlsupercat urlcat malwarecat threatname riskscore dlpeng dlpdict location dept cip sip reqmethod respcode ua referer".split(
    " ",
  );

const NAMED = ["vendor=Zscaler", "product=NSS", "zscalernss", "csip=", "clientpublicIP=", "urlsupercategory="];
const MARK = new RegExp(`\\b(?:${NAMED.join("|")})`);

export const zscaler: Format = {
  id: "zscaler.web",
  title: "Zscaler Internet Access: web, firewall, DNS and tunnel feeds, key=value or columns",
  reference: REFERENCE,
  marks: [...NAMED, '","Allowed', '","Blocked'],
  parse(line: string, context: LineContext, _envelope?: EnvelopeFields): FormatResult | undefined {
    if (line.startsWith('"') && line.includes('","')) return columns(line, context);
    if (!line.includes("=") || !MARK.test(line)) return undefined;
    const record: Record<string, string> = Object.create(null) as Record<string, string>;
    const byTab = line.includes("\t");
    for (const part of byTab ? line.split("\t", 256) : line.split(/, ?(?=[A-Za-z_0-9]{2,40}=)/, 256)) {
      const sign = part.indexOf("=");
      if (sign <= 0) {
        const stated = part.trim();
        if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(stated)) record["datetime"] ??= stated;
        continue;
      }
      const name = part.slice(0, sign).trim();
      record[name] ??= part
        .slice(sign + 1)
        .trim()
        .replace(/^"(.*)"$/s, "$1");
    }
    for (const name of Object.keys(record)) if (record[name] === "None" || record[name] === "NA") delete record[name];
    return event(record, context);
  },
};

/** The fifth column is the action. */
const COLUMNS = /^"[^"]{5,40}","[^"]{0,255}","[^"]{0,40}","[^"]{0,8192}","(?:Allowed|Blocked)/;

function columns(line: string, context: LineContext): FormatResult | undefined {
  if (!COLUMNS.test(line)) return undefined;
  const values = splitColumns(line.slice(0, 16_384), ",");
  if (values.length < 25) return undefined;
  const record: Record<string, string> = {};
  for (const [i, name] of WEB_COLUMNS.entries()) {
    const value = values[i];
    if (value !== undefined && value !== "None" && value !== "NA") record[name] = value;
  }
  return addressAndPort(record["cip"]).ip === undefined ? undefined : event(record, context);
}

export const zscalerJson: Format = {
  id: "zscaler.json",
  title: "Zscaler Internet Access: web, firewall, DNS and tunnel feeds, JSON",
  reference: REFERENCE,
  json: true,
  parse(_line: string, context: LineContext, _envelope?: EnvelopeFields, record?: Json): FormatResult | undefined {
    if (!record) return undefined;
    const kind = at(record, "sourcetype");
    const inner = object(record["event"]);
    if (kind?.startsWith("zscalernss") === true && inner) return event(known(inner), context);
    const own = has(record, "csip", "cdip") || has(record, "clt_sip", "dns_req") || at(record, "vendor") === "Zscaler";
    return own ? event(known(record), context) : undefined;
  },
};

/** Without the feed's words for no value. */
function known(record: Json): Json {
  const out: Json = {};
  for (const name of Object.keys(record).slice(0, 512))
    if (record[name] !== "None" && record[name] !== "NA" && record[name] !== "N/A") out[name] = record[name];
  return out;
}

export const zscalerPrivate: Format = jsonGateway({
  id: "zscaler.private_access",
  title: "Zscaler Private Access: user activity, user status, browser access",
  reference: "https://help.zscaler.com/zpa/about-log-streaming-service",
  observerIsAsset: true,
  is: (record) =>
    has(record, "Customer") &&
    (has(record, "ClientPublicIP") || has(record, "ClientPublicIp") || has(record, "PublicIP")) &&
    (has(record, "ConnectionStatus") || has(record, "SessionStatus") || has(record, "ConnectionID")),
  names: {
    time: ["LogTimestamp", "TimestampConnectionStart", "TimestampRequestReceiveStart"],
    client: ["ClientPublicIP", "ClientPublicIp", "PublicIP"],
    clientPort: ["ClientPublicPort"],
    user: ["Username", "NameID"],
    server: ["ServerIP"],
    serverPort: ["ServerPort", "ServicePort", "ApplicationPort"],
    host: ["Host"],
    uri: ["URL"],
    method: ["Method"],
    status: ["StatusCode"],
    transport: ["IPProtocol"],
    agent: ["UserAgent"],
    sent: ["ZENTotalBytesRxClient", "RequestSize", "TotalBytesRx"],
    received: ["ZENTotalBytesTxClient", "ResponseSize", "TotalBytesTx"],
    action: ["ConnectionStatus", "SessionStatus"],
    rule: ["Policy"],
  },
  judge(out, record) {
    const status = at(record, "SessionStatus");
    if (status === "ZPN_STATUS_AUTHENTICATED")
      return { outcome: "authenticated", outcomeReason: `SessionStatus=${status}` };
    if (status !== undefined) return { outcome: "unknown", outcomeReason: `SessionStatus=${status}` };
    const reason = at(record, "InternalReason") ?? "";
    if (/DENY|BLOCK|REJECT/i.test(reason))
      return { outcome: "blocked", outcomeReason: `InternalReason=${reason.slice(0, 80)}` };
    const back = integer(out.received) ?? 0;
    if (out.user !== undefined && back > 0)
      return { outcome: "authenticated", outcomeReason: `user ${out.user}, ${back} bytes to the client` };
    return out.status === undefined
      ? { outcome: "unknown", outcomeReason: reason || "no bytes to the client" }
      : undefined;
  },
});

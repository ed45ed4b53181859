/** Field names of W3C extended logs and what they mean, and the layouts that products write by default. */
import { wordTable } from "../../model/word-table.js";

/** What a field is to us. Fields that are not listed are skipped. */
export type Slot =
  | "date"
  | "time"
  | "clientIp"
  | "clientPort"
  | "serverIp"
  | "serverPort"
  | "method"
  | "stem"
  | "query"
  | "url"
  | "user"
  | "status"
  | "serverBytes"
  | "clientBytes"
  | "milliseconds"
  | "agent"
  | "referrer"
  | "host"
  | "computer"
  | "site"
  | "forwarded"
  | "upstreamIp"
  | "upstreamPort"
  | "result"
  | "filterResult"
  | "exception"
  | "reason"
  | "sourceIp"
  | "destinationIp"
  | "sourcePort"
  | "destinationPort"
  | "source"
  | "destination"
  | "action"
  | "protocol"
  | "tcpFlags"
  | "path"
  | "rule"
  | "size"
  | "accessMethod"
  | "epoch"
  | "resultStatus"
  | "aclTag";

/** In lower case. A name that several products use differently is told apart by the kind of log (w3c-kinds.ts). */
export const FIELD_SLOTS: Readonly<Record<string, Slot>> = wordTable({
  date: "date",
  time: "time",
  "c-ip": "clientIp",
  "c-port": "clientPort",
  "s-ip": "serverIp",
  "s-port": "serverPort",
  "cs-uri-port": "upstreamPort",
  "cs-method": "method",
  "s-operation": "method",
  "cs-uri-stem": "stem",
  "cs-uri-path": "stem",
  "cs-uri-query": "query",
  "cs-uri": "url",
  "c-uri": "url",
  "cs-username": "user",
  "cs-user": "user",
  "sc-status": "status",
  "sc-bytes": "serverBytes",
  "cs-bytes": "clientBytes",
  "time-taken": "milliseconds",
  "cs(user-agent)": "agent",
  "c-agent": "agent",
  "cs(referer)": "referrer",
  "cs-referred": "referrer",
  "cs-host": "host",
  "cs(host)": "host",
  "r-host": "host",
  "x-host-header": "host",
  "s-computername": "computer",
  computer: "computer",
  "s-sitename": "site",
  "x-forwarded-for": "forwarded",
  "cs(x-forwarded-for)": "forwarded",
  "x-client-ip": "forwarded",
  "x-real-ip": "forwarded",
  "cs(x-real-ip)": "forwarded",
  "cf-connecting-ip": "forwarded",
  "cs(cf-connecting-ip)": "forwarded",
  "true-client-ip": "forwarded",
  "cs(true-client-ip)": "forwarded",
  originalip: "forwarded",
  "original-ip": "forwarded",
  "original client ip": "forwarded",
  "r-ip": "upstreamIp",
  "s-supplier-ip": "upstreamIp",
  "x-cs-dst-ip": "upstreamIp",
  "x-cs-dst-port": "upstreamPort",
  "cs-dns": "host",
  "cs-user-agent": "agent",
  "cs-referer": "referrer",
  "x-policy-action": "action",
  "x-cs-access-method": "accessMethod",
  "r-port": "upstreamPort",
  "s-action": "result",
  // Cisco's web appliance.
  timestamp: "epoch",
  "x-timestamp": "epoch",
  "cs-url": "url",
  "sc-http-status": "status",
  "sc-result-code": "result",
  "x-result-code": "result",
  "x-resultcode-httpstatus": "resultStatus",
  "x-acltag": "aclTag",
  "s-hostname": "host",
  "cs(x-forwarded-for-client)": "forwarded",
  "sc-filter-result": "filterResult",
  "x-exception-id": "exception",
  "s-reason": "reason",
  "src-ip": "sourceIp",
  "dst-ip": "destinationIp",
  "src-port": "sourcePort",
  "dst-port": "destinationPort",
  source: "source",
  destination: "destination",
  action: "action",
  protocol: "protocol",
  "ip protocol": "protocol",
  tcpflags: "tcpFlags",
  path: "path",
  rule: "rule",
  size: "size",
});

const IIS_HEAD = "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent)";
const IIS_ALL =
  "date time s-sitename s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs-version " +
  "cs(User-Agent) cs(Cookie) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken";
const HTTPERR = "date time c-ip c-port s-ip s-port cs-version cs-method cs-uri";

const PROXYSG_V1 = "date time time-taken c-ip cs-username cs-auth-group x-exception-id sc-filter-result cs-categories";
const PROXYSG_REQUEST =
  "rs(Content-Type) cs-uri-scheme cs-host cs-uri-port cs-uri-path cs-uri-query cs-uri-extension cs(User-Agent) s-ip " +
  "sc-bytes cs-bytes x-virus-id";

/**
 * What products write by default, for files whose header is lost (rotated away, shipped line by line). A line is taken for
 * one of these only when every address, port and status in it is one.
 */
export const DEFAULT_LAYOUTS: readonly { name: string; separator: " " | "\t"; fields: string }[] = [
  {
    name: "IIS 8 and later",
    separator: " ",
    fields: `${IIS_HEAD} cs(Referer) sc-status sc-substatus sc-win32-status time-taken`,
  },
  {
    name: "IIS 8 and later, X-Forwarded-For added",
    separator: " ",
    fields: `${IIS_HEAD} cs(Referer) sc-status sc-substatus sc-win32-status time-taken X-Forwarded-For`,
  },
  { name: "IIS 7", separator: " ", fields: `${IIS_HEAD} sc-status sc-substatus sc-win32-status time-taken` },
  { name: "IIS, every field", separator: " ", fields: IIS_ALL },
  { name: "IIS, every field, X-Forwarded-For added", separator: " ", fields: `${IIS_ALL} X-Forwarded-For` },
  { name: "HTTPERR", separator: " ", fields: `${HTTPERR} sc-status s-siteid s-reason s-queuename` },
  {
    name: "HTTPERR of Windows 10",
    separator: " ",
    fields: `${HTTPERR} streamid sc-status s-siteid s-reason s-queuename`,
  },
  {
    name: "Windows Firewall",
    separator: " ",
    fields:
      "date time action protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn tcpack tcpwin icmptype icmpcode info path",
  },
  {
    name: "Windows Firewall with process id",
    separator: " ",
    fields:
      "date time action protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn tcpack tcpwin icmptype icmpcode info path pid",
  },
  {
    name: "Amazon CloudFront",
    separator: "\t",
    fields:
      "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) " +
      "cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken " +
      "x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status " +
      "fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len " +
      "sc-range-start sc-range-end",
  },
  {
    name: "ProxySG bcreportermain_v1",
    separator: " ",
    fields: `${PROXYSG_V1} cs(Referer) sc-status s-action cs-method ${PROXYSG_REQUEST} x-bluecoat-application-name x-bluecoat-application-operation`,
  },
  {
    name: "ProxySG bcreportermain_v1 without applications",
    separator: " ",
    fields: `${PROXYSG_V1} cs(Referer) sc-status s-action cs-method ${PROXYSG_REQUEST}`,
  },
  {
    name: "ProxySG main",
    separator: " ",
    fields:
      "date time time-taken c-ip cs-username cs-auth-group s-supplier-name s-supplier-ip s-supplier-country " +
      "s-supplier-failures x-exception-id sc-filter-result cs-categories cs(Referer) sc-status s-action cs-method " +
      `${PROXYSG_REQUEST} x-bluecoat-application-name x-bluecoat-application-operation cs-threat-risk ` +
      "x-bluecoat-transaction-uuid x-icap-reqmod-header(X-ICAP-Metadata) x-icap-respmod-header(X-ICAP-Metadata)",
  },
  {
    name: "ProxySG bcreporterssl_v1",
    separator: " ",
    fields:
      `${PROXYSG_V1} sc-status s-action cs-method rs(Content-Type) cs-uri-scheme cs-host cs-uri-port cs-uri-extension ` +
      "cs(User-Agent) s-ip sc-bytes cs-bytes x-virus-id x-rs-certificate-observed-errors " +
      "x-rs-connection-negotiated-cipher-strength x-rs-certificate-hostname x-rs-certificate-hostname-category",
  },
  {
    name: "ProxySG main of SGOS 5",
    separator: " ",
    fields:
      "date time time-taken c-ip sc-status s-action sc-bytes cs-bytes cs-method cs-uri-scheme cs-host cs-uri-path " +
      "cs-uri-query cs-username s-hierarchy s-supplier-name rs(Content-Type) cs(User-Agent) sc-filter-result " +
      "sc-filter-category x-virus-id s-ip s-sitename",
  },
];

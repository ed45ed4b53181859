/** Field names of W3C extended logs and what they mean, and the layouts that products write by default. */

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
  | "size";

/** In lower case. A name that several products use differently is told apart by the kind of log (w3c-kinds.ts). */
export const FIELD_SLOTS: Readonly<Record<string, Slot>> = {
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
  "r-port": "upstreamPort",
  "s-action": "result",
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
};

const IIS_HEAD = "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent)";
const IIS_ALL =
  "date time s-sitename s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs-version " +
  "cs(User-Agent) cs(Cookie) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken";
const HTTPERR = "date time c-ip c-port s-ip s-port cs-version cs-method cs-uri";

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
];

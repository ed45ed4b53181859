/** The kinds of W3C extended log, told apart by `#Software:` and field names, and how each is read. */
import type { EnvelopeFields, FormatResult, LineContext } from "../format.js";
import type { Initiator, Outcome } from "../../model/event.js";
import { parseEpoch, parseIsoTime } from "../time.js";
import { addressAndPort, endpoint, httpOutcome, integer, text, transport } from "../values.js";
import { forwardedList, proxyTarget, timeOf } from "../fields.js";
import { compact } from "../shape.js";
import type { Slot } from "./w3c-fields.js";

/** A line's values by slot; empty values are absent. */
export type Row = Partial<Record<Slot, string>>;

export type Kind = "firewall" | "proxy" | "cloudfront" | "httperr" | "ftp" | "smtp" | "web" | "session";

type Reader = (row: Row, context: LineContext, envelope?: EnvelopeFields) => FormatResult | undefined;

export const KINDS: Readonly<Record<Kind, Reader>> = {
  firewall,
  proxy,
  cloudfront: (row, context) => web(row, context, "aws.cloudfront"),
  httperr,
  ftp: (row, context) => web(row, context, "iis.ftp"),
  smtp,
  web: (row, context) => web(row, context, "iis.access"),
  session,
};

/** First that fits. `software` is the `#Software:` line, `names` the field names in lower case. */
const SIGNS: readonly { kind: Kind; software?: RegExp; fields?: readonly string[] }[] = [
  { kind: "firewall", fields: ["src-ip", "dst-ip", "action"] },
  { kind: "cloudfront", fields: ["x-edge-location"] },
  { kind: "httperr", fields: ["s-reason"] },
  { kind: "session", fields: ["source", "destination", "action"] },
  { kind: "proxy", software: /SGOS|Blue ?Coat|ProxySG|Edge SWG/i },
  { kind: "proxy", fields: ["s-action"] },
  { kind: "proxy", fields: ["x-cs-access-method"] },
  { kind: "proxy", fields: ["x-cs-app"] },
  { kind: "proxy", fields: ["s-supplier-ip"] },
  { kind: "proxy", fields: ["x-acltag"] },
  { kind: "proxy", fields: ["x-resultcode-httpstatus"] },
  { kind: "proxy", fields: ["c-ip", "r-ip"] },
  { kind: "ftp", software: /FTP/ },
  { kind: "ftp", fields: ["x-session"] },
  { kind: "ftp", fields: ["x-fullpath"] },
];

export function kindOf(software: string, names: ReadonlySet<string>): Kind {
  const sign = SIGNS.find((s) => s.software?.test(software) ?? s.fields!.every((f) => names.has(f)));
  return sign?.kind ?? "web";
}

/** Date and time of the row; the date may stand in `#Date:` alone. UTC unless `local`. */
function rowTime(row: Row, context: LineContext, local = false): number | undefined {
  if (row.epoch !== undefined && row.time === undefined) return timeOf(context, parseEpoch(row.epoch));
  if (row.time === undefined) return undefined;
  const date = row.date ?? /^#Date: *(\d{4}-\d\d-\d\d)/.exec(context.headerBefore("#Date:") ?? "")?.[1];
  if (date === undefined) return undefined;
  return timeOf(context, parseIsoTime(`${date} ${row.time}${local ? "" : "Z"}`));
}

/** IIS writes `+` for a space in header values. */
function spaced(value: string | undefined): string | undefined {
  return value?.replaceAll("+", " ");
}

function forwardedOf(row: Row): string[] {
  return forwardedList(spaced(row.forwarded)?.replaceAll("%20", " ")) ?? [];
}

function urlOf(row: Row): { original?: string; path?: string } {
  const stem = row.stem ?? row.url;
  if (stem === undefined) return {};
  return {
    original: row.query === undefined ? stem : `${stem}?${row.query.replace(/^\?/, "")}`,
    ...(stem.startsWith("/") ? { path: stem.replace(/[?#].*$/s, "") } : {}),
  };
}

function milliseconds(row: Row): number | undefined {
  const n = integer(row.milliseconds);
  return n === undefined ? undefined : n * 1_000_000;
}

/** A server's own log: web, FTP, CDN. The client is the source, `s-ip` the server. */
function web(row: Row, context: LineContext, dataset: string): FormatResult | undefined {
  if (row.site?.startsWith("SMTPSVC") === true) return smtp(row, context);
  const status = integer(row.status);
  const user = text(row.user);
  const judged = dataset === "iis.ftp" ? ftpOutcome(status, user, row.method) : webOutcome(status, user);
  return {
    event: compact({
      timestamp: rowTime(row, context),
      source: endpoint({ ip: row.clientIp, port: row.clientPort, bytes: row.clientBytes }),
      destination: endpoint({ ip: row.serverIp, port: row.serverPort, bytes: row.serverBytes }),
      network: { forwarded_ip: forwardedOf(row) },
      event: {
        dataset,
        outcome: status === undefined ? undefined : status < 400 ? "success" : "failure",
        // CloudFront counts seconds, IIS milliseconds.
        duration: dataset === "aws.cloudfront" ? undefined : milliseconds(row),
      },
      url: { ...urlOf(row), domain: hostName(row.host) },
      http: {
        request: { method: row.method?.replace(/^\[\d{1,10}\]/, ""), referrer: row.referrer },
        response: { status_code: status },
      },
      user_agent: { original: dataset === "aws.cloudfront" ? row.agent?.replaceAll("%20", " ") : spaced(row.agent) },
      user: { name: user },
      host: { name: row.computer },
    }),
    ...judged,
    initiator: "source",
    observerIsAsset: true,
  };
}

function hostName(host: string | undefined): string | undefined {
  return host?.replace(/:\d{1,5}$/, "");
}

/** `cs-username` names a user only once the server has authenticated one. */
function webOutcome(
  status: number | undefined,
  user: string | undefined,
): { outcome: Outcome; outcomeReason?: string } {
  const judged = httpOutcome(status);
  if (judged.outcome === "established" && user !== undefined && status! >= 200)
    return { outcome: "authenticated", outcomeReason: `sc-status=${status!} with cs-username=${user}` };
  return judged;
}

/** FTP replies (RFC 959): 230 is "logged in"; a name on USER or PASS is only what was tried. */
function ftpOutcome(
  status: number | undefined,
  user: string | undefined,
  method: string | undefined,
): { outcome: Outcome; outcomeReason?: string } {
  const command = method?.replace(/^\[\d{1,10}\]/, "").toUpperCase();
  const login = command === "USER" || command === "PASS";
  if (status === 230) return { outcome: "authenticated", outcomeReason: "sc-status=230 (logged in)" };
  if (status !== undefined && status < 300 && user !== undefined && !login && !/^anonymous$/i.test(user))
    return { outcome: "authenticated", outcomeReason: `sc-status=${status} with cs-username=${user}` };
  return httpOutcome(status);
}

/** IIS SMTP: in its outbound lines `c-ip` is the server that mail was sent to. */
function smtp(row: Row, context: LineContext): FormatResult | undefined {
  const outbound = row.user?.startsWith("OutboundConnection") === true;
  const far = endpoint({ ip: row.clientIp, port: outbound ? row.serverPort : row.clientPort });
  const near = endpoint({ ip: row.serverIp, port: outbound ? undefined : row.serverPort });
  const status = integer(row.status);
  const judged = httpOutcome(status === 0 ? undefined : status);
  return {
    event: compact({
      timestamp: rowTime(row, context),
      source: outbound ? near : far,
      destination: outbound ? far : near,
      event: { dataset: "iis.smtp", action: row.method },
      host: { name: row.computer },
    }),
    // A response line of an outbound session is the far server's own words, whatever the code.
    outcome: row.user === "OutboundConnectionResponse" ? "established" : judged.outcome,
    outcomeReason:
      row.user === "OutboundConnectionResponse" ? "the remote server answered" : (judged.outcomeReason ?? "no status"),
    initiator: "source",
    initiatorReason: outbound ? `cs-username=${row.user!}: c-ip is the server that was called` : "the client called",
    observerIsAsset: true,
  };
}

/** HTTP.sys: requests that never reached a site. Without a status, only the connection is known. */
function httperr(row: Row, context: LineContext): FormatResult | undefined {
  const status = integer(row.status);
  const judged = httpOutcome(status);
  return {
    event: compact({
      timestamp: rowTime(row, context),
      source: endpoint({ ip: row.clientIp, port: row.clientPort }),
      destination: endpoint({ ip: row.serverIp, port: row.serverPort }),
      event: { dataset: "iis.error", action: row.reason, outcome: status === undefined ? undefined : "failure" },
      url: urlOf(row),
      http: { request: { method: row.method }, response: { status_code: status } },
    }),
    outcome: judged.outcome,
    ...(judged.outcomeReason === undefined && row.reason !== undefined
      ? { outcomeReason: `s-reason=${row.reason}` }
      : { outcomeReason: judged.outcomeReason }),
    initiator: "source",
    observerIsAsset: true,
  };
}

/** Host and port of an absolute URL or CONNECT's target; a path names none. */
function targetOf(url: string | undefined): { ip?: string; port?: number; domain?: string } {
  if (url === undefined || url.startsWith("/")) return {};
  return url.includes("://") ? proxyTarget("GET", url) : proxyTarget("CONNECT", url.replace(/\/$/, ""));
}

/** A forward proxy: the client is the organisation's own, the destination is the server it asked for. See squid.ts on statuses. */
function proxy(stated: Row, context: LineContext): FormatResult | undefined {
  // `TCP_MISS/200` in one field.
  const both = /^([A-Z_]{2,40})\/(\d{1,3})$/.exec(stated.resultStatus ?? "");
  const row: Row = both ? { ...stated, result: both[1]!, status: both[2]! } : stated;
  const upstream = addressAndPort(row.upstreamIp);
  // Where no field names the host, the URL does.
  const asked = targetOf(row.url ?? row.stem);
  const named = row.host === undefined ? asked : addressAndPort(row.host);
  const host = named.ip === undefined ? (hostName(row.host) ?? asked.domain) : undefined;
  const status = integer(row.status);
  return {
    event: compact({
      timestamp: rowTime(row, context),
      source: endpoint({ ip: row.clientIp, port: row.clientPort, bytes: row.clientBytes }),
      destination: endpoint({
        ip: upstream.ip ?? named.ip,
        port: row.upstreamPort ?? upstream.port ?? named.port ?? asked.port,
        bytes: row.serverBytes,
        domain: host,
      }),
      network: { forwarded_ip: forwardedOf(row) },
      event: {
        dataset: proxyDataset(row),
        action: row.result ?? row.action,
        duration: milliseconds(row),
      },
      url: { ...urlOf(row), domain: host ?? named.ip },
      http: { request: { method: row.method, referrer: row.referrer }, response: { status_code: status } },
      user_agent: { original: row.agent },
      user: { name: text(row.user) },
      observer: { name: row.computer, ip: addressAndPort(row.serverIp).ip },
    }),
    ...proxyOutcome(row, status),
    initiator: "source",
  };
}

function proxyDataset(row: Row): string {
  if (row.result !== undefined) return "bluecoat.proxysg";
  return row.accessMethod === undefined ? "microsoft.tmg" : "netskope.transaction";
}

function proxyOutcome(row: Row, status: number | undefined): { outcome: Outcome; outcomeReason: string } {
  const says = `${row.result ?? row.action ?? "-"} sc-status=${row.status ?? "-"}`;
  const is = (outcome: Outcome, why: string): { outcome: Outcome; outcomeReason: string } => ({
    outcome,
    outcomeReason: `${says}${why}`,
  });
  const exception = text(row.exception);
  if (row.aclTag !== undefined && row.aclTag.startsWith("BLOCK_"))
    return is("blocked", ` x-acltag=${row.aclTag.slice(0, 60)}`);
  if (row.filterResult === "DENIED") return is("blocked", " sc-filter-result=DENIED");
  if (/DENIED/i.test(row.result ?? row.action ?? "") || (exception !== undefined && /denied/.test(exception)))
    return is("blocked", "");
  if (exception !== undefined && /tcp_error|timeout|unresolved|unreachable/.test(exception))
    return is("unanswered", ` x-exception-id=${exception}`);
  if (/_HIT$|_MEM_HIT/.test(row.result ?? ""))
    return is("unknown", ": served from the cache, no traffic to the server now");
  if (/_ERR_/.test(row.result ?? "") || /^Failed/i.test(row.action ?? "")) return is("unanswered", "");
  if (status === undefined || status === 0 || status > 599) return is("unknown", "");
  if (status === 407) return is("blocked", ": the proxy asked for a login");
  if (status === 503 || status === 504) return is("unanswered", "");
  if (status === 502) return is("unknown", "");
  return is("established", "");
}

/** pfirewall.log. ALLOW is written when a connection begins, so how it went is not known; DROP tells of one packet. */
function firewall(row: Row, context: LineContext): FormatResult | undefined {
  const action = row.action?.toUpperCase();
  if (action === undefined) return undefined;
  const dropped = action === "DROP";
  const { initiator, why } = firewallInitiator(row, action);
  const direction =
    row.path === "SEND" || action === "OPEN"
      ? "outbound"
      : row.path === "RECEIVE" || action === "OPEN-INBOUND"
        ? "inbound"
        : undefined;
  return {
    event: compact({
      timestamp: rowTime(row, context, true),
      source: endpoint({ ip: row.sourceIp, port: row.sourcePort, bytes: row.size }),
      destination: endpoint({ ip: row.destinationIp, port: row.destinationPort }),
      network: { transport: transport(row.protocol), direction },
      event: { dataset: "windows.firewall", action: action.toLowerCase() },
    }),
    outcome: dropped ? "blocked" : "unknown",
    outcomeReason: `action=${action}`,
    initiator,
    initiatorReason: why,
    ...(dropped ? { oneWay: true } : {}),
  };
}

function firewallInitiator(row: Row, action: string): { initiator: Initiator; why: string } {
  if (action === "CLOSE") return { initiator: "unknown", why: "CLOSE names the local end first, whoever began" };
  if (action !== "DROP") return { initiator: "source", why: `action=${action}: the source opened it` };
  const flags = row.tcpFlags ?? "";
  if (/^TCP$/i.test(row.protocol ?? "") && flags !== "") {
    if (flags.includes("S"))
      return flags.includes("A")
        ? { initiator: "destination", why: `tcpflags=${flags} is a SYN-ACK` }
        : { initiator: "source", why: `tcpflags=${flags} is a SYN` };
    return { initiator: "unknown", why: `tcpflags=${flags}: a packet in mid-connection` };
  }
  if (row.path === "RECEIVE") return { initiator: "source", why: "path=RECEIVE: an unsolicited packet" };
  return { initiator: "unknown", why: "one dropped packet" };
}

/** TMG's firewall log: `source` and `destination` with ports, `action` as words. */
function session(row: Row, context: LineContext): FormatResult | undefined {
  const action = row.action ?? "";
  const outcome: Outcome = /^Denied/i.test(action) ? "blocked" : /^Failed/i.test(action) ? "unanswered" : "unknown";
  return {
    event: compact({
      timestamp: rowTime(row, context),
      source: addressAndPort(row.source),
      destination: addressAndPort(row.destination),
      network: { transport: transport(row.protocol), forwarded_ip: forwardedOf(row) },
      event: { dataset: "microsoft.tmg", action: text(action) },
      rule: { name: row.rule },
      observer: { name: row.computer },
    }),
    outcome,
    outcomeReason: `action=${action}`,
    initiator: "source",
  };
}

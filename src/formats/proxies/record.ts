/**
 * One request or connection as forward proxies and web gateways log it, made an event. The client is the organisation's own and
 * the source; the server that was asked for (its resolved address, else the host of the URL) is the destination.
 */
import type { FormatResult, LineContext, ParsedTime } from "../format.js";
import type { Outcome } from "../../model/event.js";
import { timeOf } from "../fields.js";
import { compact } from "../shape.js";
import { addressAndPort, integer, port, text, transport } from "../values.js";
import { DEFAULT_PORTS } from "../../model/url.js";

export interface ProxyRecord {
  time?: ParsedTime | undefined;
  /** Address, address with port, or name. */
  client?: string | undefined;
  clientPort?: string | number | undefined;
  /** The address the client is seen by from outside. */
  clientNat?: string | undefined;
  user?: string | undefined;
  /** The server's address as the proxy resolved it. */
  server?: string | undefined;
  serverPort?: string | number | undefined;
  /** Host that was asked for: a name or an address, with or without a port. */
  host?: string | undefined;
  uri?: string | undefined;
  query?: string | undefined;
  method?: string | undefined;
  status?: string | number | undefined;
  transport?: string | undefined;
  protocol?: string | undefined;
  /** From the client to the server. */
  sent?: string | number | undefined;
  /** From the server to the client. */
  received?: string | number | undefined;
  agent?: string | undefined;
  referrer?: string | undefined;
  /** The proxy's own word on the request. */
  action?: string | undefined;
  rule?: string | undefined;
  sni?: string | undefined;
  observer?: string | undefined;
  hostname?: string | undefined;
  dataset?: string | undefined;
  direction?: string | undefined;
}

const BLOCKED =
  /^(?:block\w*|den(?:y|ied)\w*|drop\w*|reject\w*|forbid\w*|prevent\w*|quarantin\w*|not ?allowed|restrict\w*|ips drop|.{0,40}(?:block|drop|denied))\b/i;
const FAILED = /\b(?:dns_?(?:fail|error)\w*|unresolved|unreachable|time[d_ -]?out|refused)\b/i;

/**
 * | says | outcome |
 * | --- | --- |
 * | a word of refusal | blocked |
 * | status 407 | blocked: the proxy asked for a login |
 * | status 503, 504 | unanswered |
 * | status 502, or none and nothing received | unknown |
 * | any other status, or bytes received | established |
 */
export function proxyOutcome(record: ProxyRecord): { outcome: Outcome; outcomeReason?: string } {
  const action = text(record.action);
  const status = integer(record.status);
  const says = [
    action === undefined ? undefined : `action=${action.slice(0, 80)}`,
    status ? `status ${status}` : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(", ");
  const is = (outcome: Outcome, why = says): { outcome: Outcome; outcomeReason?: string } =>
    why === "" ? { outcome } : { outcome, outcomeReason: why };
  if (action !== undefined && BLOCKED.test(action)) return is("blocked");
  if (action !== undefined && FAILED.test(action)) return is("unanswered");
  if (status === 407) return is("blocked", `${says}: the proxy asked for a login`);
  if (status === 503 || status === 504) return is("unanswered");
  if (status === 502) return is("unknown");
  if (status !== undefined && status >= 100 && status <= 999) return is("established");
  const received = integer(record.received);
  if (received !== undefined && received > 0)
    return is("established", [says, `${received} bytes received`].filter((part) => part !== "").join(", "));
  return is("unknown");
}

interface Target {
  ip?: string;
  port?: number;
  domain?: string;
  path?: string;
}

/** `https://user@www.example.com:8443/a?b`, `www.example.com:443`, `www.example.com/a`, `203.0.113.7`. */
export function targetOf(url: string | undefined): Target {
  const stated = text(url);
  if (stated === undefined) return {};
  const m =
    /^(?:([a-z][a-z0-9+.-]{1,15}):\/\/)?(?:[^/@\s?#]{1,255}@)?(\[[0-9A-Fa-f:.]{2,45}\]|[^/:?#\s]{1,255})(?::(\d{1,5}))?(\/[^?#]*)?(?:[?#]|$)/i.exec(
      stated,
    );
  if (!m) return {};
  const { ip } = addressAndPort(m[2]!);
  const out: Target = ip !== undefined ? { ip } : /^[\w.*-]{1,253}$/.test(m[2]!) ? { domain: m[2]! } : {};
  const p = port(m[3]) ?? DEFAULT_PORTS[m[1]?.toLowerCase() ?? ""];
  if (p !== undefined) out.port = p;
  if (m[4] !== undefined) out.path = m[4];
  return out;
}

const SUCCESS: ReadonlySet<Outcome> = new Set<Outcome>(["established", "authenticated"]);

export function proxyResult(
  record: ProxyRecord,
  context: LineContext,
  judged?: { outcome: Outcome; outcomeReason?: string },
): FormatResult {
  const client = addressAndPort(record.client);
  const server = addressAndPort(record.server);
  const named = targetOf(record.host);
  const asked = targetOf(record.uri?.startsWith("/") === true ? undefined : record.uri);
  const host = named.domain ?? asked.domain;
  const uri = text(record.uri);
  const query = text(record.query)?.replace(/^\?/, "");
  const result = judged ?? proxyOutcome(record);
  const status = integer(record.status);
  const nat = addressAndPort(record.clientNat);
  const notes: string[] = [];
  const ip = server.ip ?? named.ip ?? asked.ip;
  if (server.ip !== undefined && asked.ip !== undefined && server.ip !== asked.ip)
    notes.push(`the URL names ${asked.ip}, the proxy connected to ${server.ip}`);
  const out: FormatResult = {
    event: compact({
      timestamp: timeOf(context, record.time),
      source: {
        ip: client.ip,
        port: client.port ?? (port(record.clientPort) || undefined),
        domain: client.ip === undefined ? text(record.client) : undefined,
        bytes: integer(record.sent),
        nat: nat.ip === undefined || nat.ip === client.ip ? undefined : { ip: nat.ip },
      },
      destination: {
        ip,
        port: server.port ?? (port(record.serverPort) || undefined) ?? named.port ?? asked.port,
        domain: host,
        bytes: integer(record.received),
      },
      network: {
        transport: transport(text(record.transport)),
        protocol: text(record.protocol)?.toLowerCase(),
        direction: text(record.direction)?.toLowerCase(),
      },
      event: {
        dataset: record.dataset,
        action: text(record.action),
        outcome: SUCCESS.has(result.outcome)
          ? "success"
          : result.outcome === "unknown"
            ? undefined
            : ("failure" as const),
      },
      url: {
        original: uri === undefined || query === undefined || uri.includes("?") ? uri : `${uri}?${query}`,
        domain: host ?? named.ip ?? asked.ip,
        path: asked.path ?? (uri?.startsWith("/") === true ? uri.replace(/[?#].*$/s, "") : undefined),
      },
      http: {
        request: { method: text(record.method), referrer: text(record.referrer) },
        response: { status_code: status !== undefined && status >= 100 && status <= 999 ? status : undefined },
      },
      user_agent: { original: text(record.agent) },
      user: { name: text(record.user) },
      tls: { client: { server_name: text(record.sni) } },
      rule: { name: text(record.rule) },
      observer: { ip: addressAndPort(record.observer).ip },
      host: { name: text(record.hostname) },
    }),
    ...result,
    initiator: "source",
  };
  if (notes.length > 0) out.notes = notes;
  return out;
}

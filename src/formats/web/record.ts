/**
 * One request as web servers, load balancers, CDNs and web application firewalls log it, whatever the notation, made an
 * event. The client is the source and began the traffic; the observer is the asset. `Host`, URL, SNI and user agent are the
 * client's own text and never an end.
 */
import type { FormatResult, LineContext, ParsedTime } from "../format.js";
import type { Outcome } from "../../model/event.js";
import { canonicalIp } from "../../model/ip.js";
import { forwardedList, isPrivate, requestLine, timeOf } from "../fields.js";
import { compact } from "../shape.js";
import { addressAndPort, httpOutcome, integer, port, text } from "../values.js";

export interface WebRecord {
  time?: ParsedTime | undefined;
  /** An address, an address with a port, a name, or a list of addresses (X-Forwarded-For in the client's place). */
  client?: string | undefined;
  clientPort?: string | number | undefined;
  /** The connection's own far end, where `client` was taken from a header. */
  peer?: string | undefined;
  /** X-Forwarded-For and kin, as written. */
  forwarded?: string | undefined;
  /** The address that the client connected to. */
  server?: string | undefined;
  serverPort?: string | number | undefined;
  /** The Host that was asked for. */
  host?: string | undefined;
  method?: string | undefined;
  /** Path, or whole URL. */
  uri?: string | undefined;
  query?: string | undefined;
  /** `GET /path HTTP/1.1` */
  request?: string | undefined;
  status?: string | number | undefined;
  bytesIn?: string | number | undefined;
  bytesOut?: string | number | undefined;
  agent?: string | undefined;
  referrer?: string | undefined;
  /** A user that the server has verified. */
  user?: string | undefined;
  sni?: string | undefined;
  tls?: string | undefined;
  ja3?: string | undefined;
  /** What a firewall in front decided: its own word. */
  action?: string | undefined;
  rule?: string | undefined;
  dataset?: string | undefined;
  hostname?: string | undefined;
}

/** Words of web application firewalls. Counted and logged requests went on. */
const DECISIONS: readonly { words: RegExp; outcome: Outcome }[] = [
  {
    words:
      /^(?:block(?:ed)?|den(?:y|ied)|drop(?:ped)?|reject(?:ed)?|rejected_.{0,60}|forbid|abort|jschallenge|js_?challenge|managed_?challenge|challenge|captcha|interactive_challenge|connection_?close|connectionclose|intercepted|tarpit|denied_by_security_policy|req_blocked_.{1,60}|req_challenge_.{1,60}|prevent(?:ed)?|slow|ban(?:ned)?|reset)$/i,
    outcome: "blocked",
  },
];

/** A web application firewall's word, or undefined when it let the request through or said nothing known. */
export function decision(action: string | undefined): Outcome | undefined {
  const word = text(action)?.trim();
  return word === undefined ? undefined : DECISIONS.find((d) => d.words.test(word))?.outcome;
}

interface Client {
  ip?: string;
  port?: number;
  domain?: string;
  forwarded: string[];
  note?: string;
}

/**
 * The client of a field that may hold a list. Of a list, the first public address is the client, as the products' own readers
 * take it; the rest were passed through.
 */
export function clientOf(value: string | undefined): Client {
  const stated = text(value?.trim());
  if (stated === undefined) return { forwarded: [] };
  const one = addressAndPort(stated);
  if (one.ip !== undefined) return { ...one, forwarded: [] };
  const list = stated.includes(",") ? forwardedList(stated) : undefined;
  const first = list?.find((ip) => !isPrivate(ip)) ?? list?.[0];
  if (list && first !== undefined)
    return {
      ip: first,
      forwarded: list,
      note: "client taken from a forwarded-for list, which the client can forge",
    };
  return /^[\w.-]{1,253}$/.test(stated) ? { domain: stated, forwarded: [] } : { forwarded: [] };
}

/** @param judged what the format itself knows of the outcome; else the firewall's word, then the status, decide */
export function webResult(
  record: WebRecord,
  context: LineContext,
  judged?: { outcome: Outcome; outcomeReason?: string },
): FormatResult {
  const client = clientOf(record.client);
  const peer = addressAndPort(record.peer);
  const forwarded = [...client.forwarded, ...(forwardedList(record.forwarded) ?? [])];
  // The last hop of a chain: neither end of the request, but no bystander either.
  if (peer.ip !== undefined && client.ip !== undefined && peer.ip !== client.ip) forwarded.push(peer.ip);
  const source =
    client.ip === undefined && peer.ip !== undefined
      ? peer
      : { ip: client.ip, port: client.port, domain: client.domain };
  const server = addressAndPort(record.server);
  const status = statusOf(record.status);
  const line = requestLine(record.request);
  const target = targetOf(record);
  // Port 0 stands for "not known".
  const sourcePort = (source.port ?? port(record.clientPort)) || undefined;
  const serverPort = (server.port ?? port(record.serverPort)) || undefined;
  const user = text(record.user);
  const out: FormatResult = {
    event: compact({
      timestamp: timeOf(context, record.time),
      source: {
        ...source,
        port: sourcePort,
        bytes: integer(record.bytesIn),
      },
      destination: { ip: server.ip, port: serverPort, bytes: integer(record.bytesOut) },
      network: { forwarded_ip: [...new Set(forwarded)] },
      event: {
        dataset: record.dataset,
        action: text(record.action),
        outcome: status === undefined ? undefined : status < 400 ? "success" : "failure",
      },
      url: {
        original: target.original ?? line.original,
        domain: hostOf(record.host) ?? target.domain,
        path: target.path ?? line.path,
      },
      http: {
        request: { method: text(record.method) ?? line.method, referrer: text(record.referrer) },
        response: { status_code: status },
      },
      user_agent: { original: text(record.agent) },
      user: { name: user },
      tls: { client: { server_name: text(record.sni), ja3: text(record.ja3) }, version: text(record.tls) },
      rule: { name: text(record.rule) },
      host: { name: text(record.hostname) },
    }),
    ...(judged ?? judge(record, status, user)),
    initiator: "source",
    observerIsAsset: true,
  };
  if (client.note !== undefined) out.notes = [client.note];
  return out;
}

function statusOf(value: string | number | undefined): number | undefined {
  const n = integer(value);
  return n !== undefined && n >= 100 && n <= 999 ? n : undefined;
}

function judge(
  record: WebRecord,
  status: number | undefined,
  user: string | undefined,
): { outcome: Outcome; outcomeReason?: string } {
  const decided = decision(record.action);
  if (decided !== undefined) return { outcome: decided, outcomeReason: `action=${record.action!}` };
  const read = httpOutcome(status);
  if (read.outcome === "established" && user !== undefined && status! >= 200)
    return { outcome: "authenticated", outcomeReason: `status ${status!} with user ${user}` };
  if (read.outcome === "unknown" && text(record.action) !== undefined)
    return { outcome: "unknown", outcomeReason: `action=${record.action!}: the answer is not shown` };
  return read;
}

/** `www.example.com:443` to the name. */
export function hostOf(host: string | undefined): string | undefined {
  const stated = text(host);
  if (stated === undefined || stated.length > 255) return undefined;
  const at = addressAndPort(stated);
  return at.ip ?? canonicalIp(stated) ?? stated.replace(/:\d{1,5}$/, "");
}

function targetOf(record: WebRecord): { original?: string; domain?: string; path?: string } {
  const uri = text(record.uri);
  if (uri === undefined) return {};
  const query = text(record.query)?.replace(/^\?/, "");
  const original = query === undefined || query === "" || uri.includes("?") ? uri : `${uri}?${query}`;
  const m = /^[a-z]{2,6}:\/\/([^/?#\s]{1,255})([^?#]*)/i.exec(uri);
  const domain = m ? hostOf(m[1]) : undefined;
  const path = m ? m[2]! : uri.startsWith("/") ? uri.replace(/[?#].*$/s, "") : undefined;
  return {
    original,
    ...(domain === undefined ? {} : { domain }),
    ...(path === undefined || path === "" ? {} : { path }),
  };
}

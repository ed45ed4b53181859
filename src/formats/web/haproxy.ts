/**
 * HAProxy: HTTP, TCP and connect logs, and connection errors. The client is the source; servers stand in the line by name,
 * not by address. The accept date has no zone and is local.
 */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import type { Outcome } from "../../model/event.js";
import { canonicalIp } from "../../model/ip.js";
import { parseClfTime } from "../time.js";
import { httpOutcome, integer, port } from "../values.js";
import { forwardedList, requestLine, timeOf } from "../fields.js";
import { compact } from "../shape.js";

const DATED = /^(\S{3,64}) \[(\d{1,2}\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d(?:\.\d{1,6})?)\] (\S{1,255}) /;
const CONNECT = /^Connect from (\S{3,64}) to (\S{3,64}) \((\S{1,255})\/(?:HTTP|TCP)\)$/;
/** `backend/server [captured] Tq/Tw/Tc/Tr/Tt status bytes - - state`; timers may be negative or carry `+` (logasap). */
const HTTP =
  /^(\S{1,255}\/\S{1,255})(?: \S{1,255})? (-?\+?\d+(?:\/-?\+?\d+){4}) (-?\d{1,3}) \+?(\d{1,15}) \S+ \S+ ([-\w]{4}) /;
const TCP = /^(\S{1,255}\/\S{1,255}) (-?\+?\d+(?:\/-?\+?\d+){2}) \+?(\d{1,15}) ([-\w]{2}) /;

/** `option httpslog` and its like: `sni/version/cipher`. */
const TLS = / ([\w.-]{1,255})\/((?:TLS|SSL)v[\d.]{1,3})\/[\w-]{1,64}(?: |$)/;

export const haproxy: Format = {
  id: "haproxy.log",
  title: "HAProxy: HTTP, TCP and connection log",
  reference: "https://docs.haproxy.org/2.8/configuration.html#8.2",
  parse(line: string, context: LineContext, _envelope?: EnvelopeFields): FormatResult | undefined {
    if (line.startsWith("Connect from ")) return connect(line);
    const m = DATED.exec(line);
    if (!m) return undefined;
    const client = peer(m[1]!);
    const time = parseClfTime(m[2]!);
    if (client === undefined || time === undefined) return undefined;
    const timestamp = timeOf(context, time);
    const rest = line.slice(m[0].length);
    const http = HTTP.exec(rest);
    if (http) return session(timestamp, client, { kind: "http", m: http, rest });
    const tcp = TCP.exec(rest);
    if (tcp) return session(timestamp, client, { kind: "tcp", m: tcp, rest });
    // `client [date] frontend/bind: SSL handshake failure (…)`
    if (!m[3]!.endsWith(":") || !m[3]!.includes("/")) return undefined;
    return {
      event: compact({ timestamp, source: client, event: { action: rest.slice(0, 120), outcome: "failure" } }),
      outcome: "refused",
      outcomeReason: rest.slice(0, 120),
      initiator: "source",
      observerIsAsset: true,
    };
  },
};

interface Peer {
  ip?: string;
  port?: number;
}

/** `1.2.3.4:80`, `2001:db8::1:80` (no brackets: the last colon divides), `-:80`, `unix:1`. */
function peer(token: string): Peer | undefined {
  const colon = token.lastIndexOf(":");
  if (colon < 1) return undefined;
  const p = port(token.slice(colon + 1));
  if (p === undefined) return undefined;
  const address = token.slice(0, colon);
  if (address === "-" || address === "unix") return address === "-" ? { port: p } : {};
  const ip = canonicalIp(address);
  return ip === undefined ? undefined : { ip, port: p };
}

/** Written when the connection is accepted: that it was accepted is all it says. */
function connect(line: string): FormatResult | undefined {
  const m = CONNECT.exec(line);
  const source = m && peer(m[1]!);
  const destination = m && peer(m[2]!);
  if (!m || !source || !destination) return undefined;
  return {
    event: compact({ source, destination, event: { action: "connect" } }),
    outcome: "established",
    outcomeReason: "connection accepted",
    initiator: "source",
    observerIsAsset: true,
  };
}

type Session = { kind: "http" | "tcp"; m: RegExpExecArray; rest: string };

function session(timestamp: number | undefined, source: Peer, s: Session): FormatResult {
  const http = s.kind === "http";
  const status = http ? integer(s.m[3]) : undefined;
  const bytes = integer(s.m[http ? 4 : 3]);
  const state = s.m[http ? 5 : 4]!;
  const tail = s.rest.slice(s.m[0].length);
  const quote = http ? tail.indexOf('"') : -1;
  const requestEnd = tail.lastIndexOf('"');
  const { method, original, path } = requestLine(
    quote < 0 ? undefined : tail.slice(quote + 1, requestEnd > quote ? requestEnd : undefined),
  );
  const sni = TLS.exec(tail.slice(-600));
  return {
    event: compact({
      timestamp,
      source,
      destination: { bytes },
      network: { forwarded_ip: captured(quote < 0 ? tail : tail.slice(0, quote)) },
      event: { action: state, outcome: status === undefined ? undefined : status < 400 ? "success" : "failure" },
      url: { original, path },
      http: { request: { method }, response: { status_code: status } },
      tls: { client: { server_name: sni?.[1] === "-" ? undefined : sni?.[1] }, version: sni?.[2] },
    }),
    ...judge(http, status, bytes, state),
    initiator: "source",
    observerIsAsset: true,
  };
}

/** Termination state, first two letters: who ended it, and in which phase (configuration manual, 8.5). */
function judge(
  http: boolean,
  status: number | undefined,
  bytes: number | undefined,
  state: string,
): { outcome: Outcome; outcomeReason: string } {
  const who = state[0]!;
  const phase = state[1]!;
  const because = (outcome: Outcome, what: string): { outcome: Outcome; outcomeReason: string } => ({
    outcome,
    outcomeReason: what,
  });
  if (who === "P" && (phase === "R" || phase === "T" || phase === "C"))
    return because("blocked", `termination state ${state}: stopped by the proxy`);
  if (http) {
    if (status === undefined || status < 100) return because("refused", `no response, termination state ${state}`);
    const judged = httpOutcome(status);
    return because(judged.outcome, judged.outcomeReason ?? `status ${status}`);
  }
  if ((who === "S" || who === "s") && phase === "C")
    return because("refused", `termination state ${state}: no connection to the server`);
  if (bytes !== undefined && bytes > 0) return because("established", `${bytes} bytes sent to the client`);
  return because(state === "--" ? "established" : "unknown", `termination state ${state}`);
}

/** `{captured|request|headers}`: a header that is an address or a list of addresses is a forwarded-for header. */
function captured(text: string): string[] {
  const out: string[] = [];
  for (const group of text.matchAll(/\{([^{}]{1,2000})\}/g))
    for (const header of group[1]!.split("|", 16))
      for (const ip of /:\d{1,5}$/.test(header) && header.includes(".") ? [] : (forwardedList(header) ?? []))
        if (!out.includes(ip)) out.push(ip);
  return out;
}

/** SOCKS and small HTTP proxies: Dante, tinyproxy, Privoxy. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import type { Outcome } from "../../model/event.js";
import { timeOf } from "../fields.js";
import { tell, type Sentence } from "../messages.js";
import { parseIsoTime, parseSyslogTime } from "../time.js";
import { addressAndPort, integer } from "../values.js";
import { proxyResult } from "./record.js";

const DANTE =
  /^(?:\(?\d{10}\.\d{1,6}\)? )?(?:sockd\[\d{1,8}\]: |danted\[\d{1,8}\]: )?(?:info: )?(pass|block)\(\d{1,5}\): (tcp|udp)\/(accept|connect|bind|bindreply|udpassociate|udpreply|hostid) (\[|\]|-): /;
const DANTE_MARKS = ["): tcp/", "): udp/"];
/** `user@10.0.0.5.50000`: the port stands after a dot. */
const DANTE_END =
  /(?:^| )(?:([\w%.@\\-]{1,128})@)?((?:\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F:]{2,45}|[A-Za-z][\w-]{0,62}(?:\.[\w-]{1,63}){1,8})\.(\d{1,5})(?=[ ,:]|$)/g;

/** `pass(1): tcp/connect ]: 12 -> client proxy -> 34, 34 -> proxy server -> 12: reason`. */
export const dante: Format = {
  id: "dante.sockd",
  title: "Dante: SOCKS server",
  reference: "https://www.inet.no/dante/doc/latest/logging.html",
  marks: DANTE_MARKS,
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (!DANTE_MARKS.some((mark) => line.includes(mark))) return undefined;
    const m = DANTE.exec(line);
    if (!m) return undefined;
    const rest = line.slice(m[0].length, m[0].length + 2000);
    const ends = [...rest.matchAll(DANTE_END)].slice(0, 8).map((e) => ({ user: e[1], host: e[2]!, port: e[3]! }));
    const client = ends[0];
    if (!client || addressAndPort(client.host).ip === undefined) return undefined;
    const accept = m[3] === "accept";
    // Client, own address, own outer address, server: the server is last, once it stands behind an arrow.
    const server = accept ? ends[1] : ends.length >= 3 ? ends.at(-1) : undefined;
    const counts = /^(\d{1,15}) -> .{1,300}? -> (\d{1,15})(?:,|:|$)/.exec(rest);
    const [sent, received] = [integer(counts?.[1]), integer(counts?.[2])];
    const outcome: Outcome = m[1] === "block" ? "blocked" : sent && received ? "established" : "unknown";
    const out = proxyResult(
      {
        client: client.host,
        clientPort: client.port,
        user: client.user?.replace(/^.{1,40}%/, ""),
        ...(server && addressAndPort(server.host).ip !== undefined ? { server: server.host } : { host: server?.host }),
        serverPort: server?.port,
        transport: m[2],
        sent,
        received,
        action: `${m[1]!} ${m[3]!}`,
      },
      context,
      {
        outcome,
        outcomeReason: `${m[1]!}, ${m[2]!}/${m[3]!} ${m[4] === "[" ? "begun" : m[4] === "]" ? "ended" : "data"}`,
      },
    );
    if (accept) out.observerIsAsset = true;
    if (envelope?.timestamp !== undefined) out.event.timestamp = envelope.timestamp;
    return out;
  },
};

const URL = String.raw`(?:[a-z]{2,6}://)?(?:[^/@\s]{1,255}@)?(?<ip>\[[0-9A-Fa-f:.]{2,45}\]|[^/:\s"]{1,253})(?::(?<port>\d{1,5}))?(?:[/\s"]|$)`;

const TINYPROXY: readonly Sentence[] = [
  {
    says: /^Connect \((?:file descriptor \d{1,6}|[^)]{1,40})\): (?:\S{1,253} )?\[?(?<ip>[0-9a-fA-F.:]{3,45})\]?$/,
    outcome: "unknown",
    reason: "a client connected to the proxy",
    action: "connect",
  },
  {
    says: new RegExp(`^Request \\([^)]{1,40}\\): [A-Z]{3,10} ${URL}`),
    outcome: "unknown",
    reason: "asked of the proxy",
    action: "request",
    away: true,
    initiatorReason: "a client's request through the proxy",
  },
  {
    says: /^Established connection to host "(?<ip>[^"]{1,253})" using file descriptor/,
    outcome: "established",
    reason: "Established connection to host",
    action: "established",
    away: true,
    initiatorReason: "the proxy connects for a client",
  },
  {
    says: /^(?:opensock: )?Could not (?:establish a connection to|retrieve address info for|connect to host) "?(?<ip>[^"\s:]{1,253})"?/,
    outcome: "unanswered",
    reason: "could not connect",
    away: true,
    initiatorReason: "the proxy connects for a client",
  },
  {
    says: /^Unauthorized connection from "(?:[^"\s]{0,253} ?\[)?(?<ip>[0-9a-fA-F.:]{3,45})\]?"/,
    outcome: "blocked",
    reason: "Unauthorized connection",
  },
  {
    says: /^Proxying refused on filtered (?:domain|url) "(?:[a-z]{2,6}:\/\/)?(?<ip>[^"/:]{1,253})/,
    outcome: "blocked",
    reason: "Proxying refused",
    away: true,
    initiatorReason: "a client's request through the proxy",
  },
];
const TINYPROXY_HEAD =
  /^(?:CONNECT|NOTICE|ERROR|WARNING|INFO|CRITICAL) {1,8}([A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d(?:\.\d{1,6})?) \[\d{1,8}\]: /;

export const tinyproxy: Format = {
  id: "tinyproxy.log",
  title: "tinyproxy",
  reference: "https://tinyproxy.github.io/",
  marks: [
    "Connect (",
    "Request (",
    "Established connection to host ",
    "Could not establish a connection ",
    "Could not retrieve address info ",
    "Could not connect to host ",
    "Unauthorized connection from ",
    "Proxying refused on filtered ",
  ],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const m = TINYPROXY_HEAD.exec(line);
    if (!m && envelope?.program !== "tinyproxy") return undefined;
    const time = m ? timeOf(context, parseSyslogTime(m[1]!)) : envelope?.timestamp;
    return tell(m ? line.slice(m[0].length) : line, TINYPROXY, { timestamp: time });
  },
};

const PRIVOXY: readonly Sentence[] = [
  {
    says: new RegExp(`^Crunch: Blocked: ${URL}`),
    outcome: "blocked",
    reason: "Crunch: Blocked",
    away: true,
    initiatorReason: "a client's request through the proxy",
  },
  {
    says: new RegExp(`^(?:Request|Connect): (?:to )?${URL}`),
    outcome: "unknown",
    reason: "asked of the proxy",
    away: true,
    initiatorReason: "a client's request through the proxy",
  },
];
const PRIVOXY_HEAD = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?) [0-9a-f]{4,16} (?=Crunch: |Request: |Connect: )/;

export const privoxy: Format = {
  id: "privoxy.log",
  title: "Privoxy",
  reference: "https://www.privoxy.org/user-manual/config.html#DEBUG",
  marks: ["Crunch: Blocked: ", " Request: ", " Connect: "],
  parse(line: string, context: LineContext, _envelope?: EnvelopeFields): FormatResult | undefined {
    const m = PRIVOXY_HEAD.exec(line);
    return m ? tell(line.slice(m[0].length), PRIVOXY, { timestamp: timeOf(context, parseIsoTime(m[1]!)) }) : undefined;
  },
};

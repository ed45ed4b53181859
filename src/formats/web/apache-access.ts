/**
 * Access logs of Apache httpd, nginx and the many servers that write the same lines: common, combined, with a virtual host
 * or a forwarded-for list in front, with any fields behind, `ssl_request_log`, ingress-nginx, Traefik, Nginx Proxy Manager.
 *
 * The log is the server's own: the client is the source and began the traffic, the observer is the asset. The `Host` that
 * some layouts put first is what the client asked for, so it becomes `url.domain` and never a destination address: a
 * request that names an indicator as its host has not reached it.
 */
import type { FormatResult, Format, EnvelopeFields, LineContext } from "../format.js";
import type { Outcome } from "../../model/event.js";
import { canonicalIp } from "../../model/ip.js";
import { parseClfTime } from "../time.js";
import { addressAndPort, httpOutcome, integer, text } from "../values.js";
import { forwardedList, isAddress, isPrivate, proxyTarget, requestLine, timeOf, tokens } from "../fields.js";
import { compact } from "../shape.js";
import type { Target, Token } from "../fields.js";

/** `] "` after the date: both servers escape a quote inside a logged value, so no user name or request can imitate it. */
const DATED_REQUEST = /\[(\d{1,2}\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d(?:\.\d{1,9})?(?: [+-]\d{4})?)\] "/;
const LEADING_DATE = /^\[(\d{1,2}\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d(?:\.\d{1,9})?(?: [+-]\d{4})?)\] /;
/** The end of the request: a quote, then a status or `-`. Older servers leave quotes inside the request as they are. */
const REQUEST_END = /" (\d{3}|-)(?= |$)/g;
const FORWARDED_NAME = /^"?(?:x[-_]?forwarded[-_]?for|http_x_forwarded_for|xff|forwarded|real_?ip)[=:]"?/i;

/** Everything before the date, understood. */
interface Head {
  client?: string;
  clientName?: string;
  forwarded: string[];
  host?: string;
  hostPort?: number;
  user?: string;
  note?: string;
}

/** What the fields of one line came to, before it is made an Event. */
interface Access extends Head {
  time: string;
  request?: string;
  status?: number;
  bytes?: number;
  referrer?: string;
  agent?: string;
  dataset?: string;
}

export const apacheAccess: Format = {
  id: "apache.access",
  title: "Apache httpd, nginx and kin: access log",
  reference: "https://httpd.apache.org/docs/2.4/mod/mod_log_config.html",
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (!line.includes(":") || !line.includes('"')) return undefined;
    const access = (line.startsWith("[") ? dateFirst(line) : undefined) ?? clientFirst(line);
    return access && result(access, context, envelope);
  },
};

function clientFirst(line: string): Access | undefined {
  const m = DATED_REQUEST.exec(line);
  if (!m || m.index < 2) return undefined;
  const access = readHead(line.slice(0, m.index).trim()) as Access | undefined;
  if (!access) return undefined;
  access.time = m[1]!;
  const requestStart = m.index + m[0].length;
  REQUEST_END.lastIndex = requestStart;
  let end = REQUEST_END.exec(line);
  // An escaped quote cannot end the request.
  while (end && line[end.index - 1] === "\\" && line[end.index - 2] !== "\\") end = REQUEST_END.exec(line);
  // Without a status (cut short, or a layout that has none): who came is still known, how far is not.
  if (!end) {
    const request = tokens(line, requestStart - 1, 1)[0]?.text;
    if (request !== undefined) access.request = request;
    return access;
  }
  const tail = tokens(line, end.index + 2);
  // `"host" "request"`: some layouts put the virtual host between date and request.
  const request = line.slice(requestStart, end.index);
  const between = /^([\w.-]{1,253})(?::\d{1,5})?" "(?=[A-Z]{3,16} )/.exec(request);
  if (between) access.host ??= between[1]!;
  access.request = between ? request.slice(between[0].length) : request;
  const status = integer(end[1]);
  if (status !== undefined) access.status = status;
  const bytes = integer(tail[1]?.text);
  if (bytes !== undefined) access.bytes = bytes;
  readTail(access, tail.slice(2));
  return access;
}

function optional<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]?: V });
}

/** `referrer "agent" …`, then whatever the administrator added. */
function readTail(access: Access, tail: Token[]): void {
  let extras = tail;
  if (tail.length >= 2 && tail[1]!.kind === "quoted" && (tail[0]!.kind === "quoted" || tail[0]!.text === "-")) {
    const referrer = text(tail[0]!.text);
    if (referrer !== undefined) access.referrer = referrer;
    const agent = text(tail[1]!.text);
    if (agent !== undefined) access.agent = agent;
    extras = tail.slice(2);
  }
  if (extras.length >= 8 && extras[2]!.kind === "bracketed" && extras[3]!.kind === "bracketed")
    access.dataset = "nginx.ingress_controller";
  else if (extras.length >= 4 && /^\d+ms$/.test(extras[3]!.text)) access.dataset = "traefik.access";
  for (const extra of extras) {
    const name = FORWARDED_NAME.exec(extra.text);
    if (name) addForwarded(access, forwardedList(extra.text.slice(name[0].length).replace(/"$/, "")));
    // An address with a port is an upstream server, not a client: it is left to the `mention` role.
    else if (extra.kind === "quoted" && (/for=/i.test(extra.text) || !/\.\d{1,3}:\d|\]:\d/.test(extra.text)))
      addForwarded(access, forwardedList(extra.text.replaceAll('\\"', '"')));
  }
}

function addForwarded(access: Access, list: string[] | undefined): void {
  for (const ip of list ?? []) if (!access.forwarded.includes(ip)) access.forwarded.push(ip);
}

/**
 * `[host] [list] client ident user`. Ident is `-` in practice, so the first ` - ` ends the addresses, and a user name may
 * hold spaces.
 */
function readHead(head: string): Head | undefined {
  const dash = head.indexOf(" - ");
  let addresses: string;
  let user: string | undefined;
  if (dash >= 0) {
    addresses = head.slice(0, dash);
    user = head.slice(dash + 3).trim();
  } else if (head.endsWith(" -")) {
    // nginx without a user leaves nothing between `-` and the date.
    addresses = head.slice(0, -2);
    user = undefined;
    // Lighttpd: client, host, user. Only there does a name follow the client's address without a comma.
    const m = /^(\S{3,45}) ([A-Za-z0-9_][\w.-]{0,252}(?::\d{1,5})?)$/.exec(addresses);
    if (m && isAddress(m[1]!) && !isAddress(m[2]!)) return { client: canonicalIp(m[1])!, host: m[2]!, forwarded: [] };
  } else {
    // A real ident: the last two words are ident and user.
    const words = head.split(" ");
    if (words.length < 3) return undefined;
    user = words.at(-1);
    addresses = words.slice(0, -2).join(" ");
  }
  const out = readAddresses(addresses);
  if (!out) return undefined;
  // ingress-nginx before 0.30 repeats the client: `client - [real client] - user`.
  const repeated = user === undefined ? null : /^\[([^\]]{2,200})\] - (.*)$/.exec(user);
  if (repeated) {
    for (const ip of forwardedList(repeated[1]) ?? [])
      if (ip !== out.client && !out.forwarded.includes(ip)) out.forwarded.push(ip);
    user = repeated[2];
  }
  const name = text(user?.replace(/^"(.*)"$/, "$1"));
  if (name !== undefined) out.user = name;
  return out;
}

/** The addresses in front: a client; `host client`; a forwarded-for list; `host list`; `list peer`; `host list peer`. */
function readAddresses(part: string): Head | undefined {
  const alone = canonicalIp(part);
  if (alone !== undefined) return { client: alone, forwarded: [] };
  const words: { text: string; comma: boolean }[] = [];
  for (const raw of part.split(" ", 40)) {
    const bare = raw.replace(/^"/, "").replace(/"$/, "");
    const word = bare.replace(/,$/, "").replace(/"$/, "");
    for (const [i, piece] of word.split(",").entries())
      if (piece !== "" && piece !== "-") words.push({ text: piece, comma: i > 0 || bare.endsWith(",") });
  }
  const out: Head = { forwarded: [] };
  let rest = words;
  const first = words[0];
  if (first === undefined) return part === "-" ? out : undefined;
  if (words.length >= 2 && !first.comma && isHost(words)) {
    const at = addressAndPort(first.text);
    const m = /^(.{1,253}?)(?::(\d{1,5}))?$/.exec(first.text);
    if (at.ip !== undefined) out.host = at.ip;
    else if (m) out.host = m[1]!;
    const portOf = at.port ?? integer(m?.[2]);
    if (portOf !== undefined && portOf <= 65535) out.hostPort = portOf;
    rest = words.slice(1);
  }
  if (rest.some((w) => !isClientWord(w.text))) return undefined;
  const ips = rest.map((w) => addressAndPort(w.text).ip).filter((ip) => ip !== undefined);
  if (ips.length === 0) {
    const name = text(rest[0]?.text);
    if (name !== undefined && name !== "unix:") out.clientName = name;
    return out;
  }
  if (ips.length === 1) {
    out.client = ips[0]!;
    return out;
  }
  if (ips.length === 2 && !rest[0]!.comma) {
    // `a b - -`: the second is the peer. The first is a forwarded client or the Host asked for; neither was connected to.
    out.client = ips[1]!;
    out.forwarded = [ips[0]!];
    out.note = `${ips[0]!} stands before the client: X-Forwarded-For, or the host asked for`;
    return out;
  }
  // A list that replaces the client: the first public address is the client, as Elastic's nginx module reads it.
  out.client = ips.find((ip) => !isPrivate(ip)) ?? ips[0]!;
  out.forwarded = ips;
  out.note = "client taken from a forwarded-for list, which the client can forge";
  return out;
}

/** Whether the first of several words is a virtual host: a name, an address with a port, or an address before a list or a name. */
function isHost(words: readonly { text: string; comma: boolean }[]): boolean {
  const first = words[0]!.text;
  if (!isAddress(first)) return true;
  const second = words[1]!;
  return !isAddress(second.text) || (second.comma && words.length > 2);
}

function isClientWord(word: string): boolean {
  return word.length <= 255 && /^[\w.:%[\]-]+$/.test(word) && !/^\d{4}-\d\d-\d\d/.test(word);
}

/** Lines that open with the date: `ssl_request_log`, Nginx Proxy Manager, npmplus. */
function dateFirst(line: string): Access | undefined {
  const m = LEADING_DATE.exec(line);
  if (!m) return undefined;
  const all = tokens(line, m[0].length);
  const time = m[1]!;
  const labelled = all.find((t) => t.kind === "bracketed" && t.text.startsWith("Client "));
  if (labelled) return proxyManager(time, all, labelled.text.slice(7));
  const at = all.findIndex((t) => t.kind === "quoted");
  const request = all[at];
  if (request === undefined || at < 1) return undefined;
  const before = all.slice(0, at);
  const after = all.slice(at + 1).map((t) => t.text);
  const tls = before[1]?.text;
  if (before.length === 3 && tls !== undefined && /^(?:TLS|SSL)v[\d.]+$|^-$/.test(tls)) {
    const client = readAddresses(before[0]!.text);
    if (!client) return undefined;
    // No status: the line says only that a request was read over TLS.
    return { ...client, time, request: request.text, ...optional("bytes", integer(after[0])) };
  }
  if (before.length === 3 && isAddress(before[1]!.text) && /^[\d.-]+$/.test(before[2]!.text)) {
    const head: Head = { forwarded: [], client: addressAndPort(before[1]!.text).ip! };
    if (text(before[0]!.text) !== undefined && before[0]!.text !== "_") head.host = before[0]!.text;
    const agent = text(after.slice(4).join(" "));
    return {
      ...head,
      time,
      request: request.text,
      dataset: "nginx.access",
      ...optional("status", integer(after[0])),
      ...optional("bytes", integer(after[1])),
      ...optional("referrer", text(after[3])),
      ...optional("agent", agent),
    };
  }
  return undefined;
}

/** `[date] cache upstream-status status - METHOD scheme host "uri" [Client a] [Length n] [Gzip r] [Sent-to b] "agent" "referrer"`. */
function proxyManager(time: string, all: readonly Token[], client: string): Access | undefined {
  const dash = all.findIndex((t, i) => i > 0 && t.text === "-" && /^\d{3}$/.test(all[i - 1]!.text));
  const uri = all.findIndex((t) => t.kind === "quoted");
  const { ip } = addressAndPort(client);
  if (dash < 0 || uri !== dash + 4 || ip === undefined) return undefined;
  const length = all.find((t) => t.kind === "bracketed" && t.text.startsWith("Length "));
  const quoted = all.filter((t) => t.kind === "quoted");
  return {
    forwarded: [],
    client: ip,
    time,
    dataset: "nginx.access",
    request: `${all[dash + 1]!.text} ${all[uri]!.text}`,
    ...optional("host", text(all[dash + 3]!.text)),
    ...optional("status", integer(all[dash - 1]!.text)),
    ...optional("bytes", integer(length?.text.slice(7))),
    ...optional("agent", text(quoted[1]?.text)),
    ...optional("referrer", text(quoted[2]?.text)),
  };
}

function result(access: Access, context: LineContext, envelope: EnvelopeFields | undefined): FormatResult | undefined {
  const time = parseClfTime(access.time);
  if (!time) return undefined;
  const { method, original, path } = requestLine(access.request);
  const tunnel = tunnelTo(access, method, original);
  const dataset = access.dataset ?? (envelope?.program?.startsWith("nginx") ? "nginx.access" : undefined);
  const out: FormatResult = {
    event: compact({
      timestamp: timeOf(context, time),
      source: { ip: access.client, domain: access.clientName },
      destination: tunnel ?? { port: access.hostPort },
      network: { forwarded_ip: access.forwarded },
      event: { outcome: eventOutcome(access.status), dataset },
      url: { original, domain: access.host, path },
      http: {
        request: { method, referrer: access.referrer },
        response: { status_code: access.status, body: { bytes: access.bytes } },
      },
      user_agent: { original: access.agent },
      user: { name: access.user },
    }),
    ...(tunnel ? throughProxy(method) : judge(access)),
    initiator: "source",
    ...(tunnel ? {} : { observerIsAsset: true }),
  };
  if (access.note !== undefined) out.notes = [access.note];
  return out;
}

function throughProxy(method: string | undefined): { outcome: Outcome; outcomeReason: string } {
  const asked = method === "CONNECT" ? "CONNECT answered with success" : "a whole URL asked for by an inside client";
  return { outcome: "unknown", outcomeReason: `${asked}, by a server not known to be a proxy` };
}

/**
 * An inside client whose CONNECT succeeded went out through this server (mod_proxy_connect), and so may have one that asked for a
 * public address by its whole URL (Privoxy and others write these lines). From outside it is a search for open proxies, which
 * servers answer with their own pages: no one was called.
 */
function tunnelTo(access: Access, method: string | undefined, to: string | undefined): Target | undefined {
  const { client, status } = access;
  if (method === undefined || to === undefined || client === undefined || access.forwarded.length > 0) return undefined;
  if (status === undefined || !isPrivate(client)) return undefined;
  if (method === "CONNECT") return status >= 200 && status <= 299 ? proxyTarget(method, to) : undefined;
  const target = proxyTarget(method, to);
  return target.ip === undefined || isPrivate(target.ip) ? undefined : target;
}

/**
 * A named user on a 2xx or 3xx got in. On 401 and the like the name is only what was tried (mod_log_config, `%u`).
 * A server that asks for no login still logs the name a client offers (nginx): told by nothing in the line.
 */
function judge(access: Access): { outcome: Outcome; outcomeReason?: string } {
  const judged = httpOutcome(access.status);
  if (judged.outcome === "established" && access.user !== undefined && access.status! >= 200)
    return { outcome: "authenticated", outcomeReason: `status ${access.status!} with user ${access.user}` };
  return judged;
}

function eventOutcome(status: number | undefined): "success" | "failure" | undefined {
  return status === undefined ? undefined : status < 400 ? "success" : "failure";
}

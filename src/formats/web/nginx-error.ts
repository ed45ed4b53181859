/**
 * nginx error log: `date time [level] pid#tid: *connection message, client: …, server: …, request: "…", upstream: "…"`.
 * The client is the source. An upstream that is named beside a client is the server's own back end: left as a mention.
 * The time is the server's local time.
 */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import type { Event, Outcome } from "../../model/event.js";
import { parseIsoTime } from "../time.js";
import { addressAndPort, text } from "../values.js";
import { requestLine, timeOf } from "../fields.js";
import { compact } from "../shape.js";

const HEAD = /^(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d) \[(\w{3,8})\] \d{1,10}#\d{1,20}: (?:\*(\d{1,20}) )?/;

/** The stream module's first message of a session: no fields follow. */
const STREAM = /^client ([0-9A-Fa-f:.[\]]{3,48}) connected to ([0-9A-Fa-f:.[\]]{3,48})$/;

/** Messages that say how the request ended for the client. The first that fits decides. */
const ENDINGS: readonly { says: RegExp; outcome: Outcome; reason: string }[] = [
  { says: /^access forbidden by rule/, outcome: "blocked", reason: "access forbidden by rule" },
  { says: /ModSecurity: Access denied/, outcome: "blocked", reason: "ModSecurity: Access denied" },
  { says: /^client login failed/, outcome: "refused", reason: "client login failed" },
  { says: /^client logged in/, outcome: "authenticated", reason: "client logged in" },
  {
    says: /bytes from\/to client:[1-9]\d{0,14}\/[1-9]/,
    outcome: "established",
    reason: "bytes from and to the client",
  },
  { says: /^limiting (?:requests|connections)/, outcome: "blocked", reason: "limiting requests or connections" },
  { says: /^user "|no user\/password was provided/, outcome: "refused", reason: "authentication failure" },
  { says: /is forbidden/, outcome: "refused", reason: "forbidden" },
  {
    says: /failed \((?:2|13|20|36): |is not found \(2: /,
    outcome: "refused",
    reason: "file not found or not readable",
  },
  { says: /^client sent |too large body|too long URI/, outcome: "refused", reason: "malformed request" },
  { says: /SSL_do_handshake\(\) failed|SSL_read\(\) failed/, outcome: "refused", reason: "TLS handshake failed" },
  { says: /is buffered to a temporary file/, outcome: "established", reason: "data was buffered" },
  {
    says: /while connecting to upstream|upstream timed out|no live upstreams|prematurely closed connection/,
    outcome: "refused",
    reason: "the upstream failed",
  },
];

export const nginxError: Format = {
  id: "nginx.error",
  prose: true,
  title: "nginx: error log",
  reference: "https://nginx.org/en/docs/ngx_core_module.html#error_log",
  parse(line: string, context: LineContext, _envelope?: EnvelopeFields): FormatResult | undefined {
    const m = HEAD.exec(line);
    if (!m) return undefined;
    const body = line.slice(m[0].length);
    const fields = readFields(body);
    const client = addressAndPort(fields.client ?? STREAM.exec(body)?.[1]);
    const { method, original, path } = requestLine(fields.request);
    const upstream = fields.upstream === undefined ? {} : addressAndPort(authority(fields.upstream));
    const inbound = client.ip !== undefined;
    const said = body.slice(0, 2000);
    const end = ENDINGS.find((e) => e.says.test(said));
    const notes: string[] = [];
    if (fields.forged) notes.push("the line names two clients: one is text sent by the client");
    if (inbound && upstream.ip !== undefined) notes.push(`upstream ${upstream.ip}`);
    const event: Event = compact({
      timestamp: timeOf(context, parseIsoTime(m[1]!)),
      source: inbound ? client : { domain: fields.client === "unix:" ? undefined : text(fields.client) },
      destination: inbound ? listener(fields.server ?? STREAM.exec(body)?.[2]) : upstream,
      event: { action: m[2]!, outcome: m[2] === "error" || m[2] === "crit" ? "failure" : undefined },
      url: { original, domain: hostOf(fields.host), path },
      http: { request: { method, referrer: text(fields.referrer) } },
      user: { name: /^user "([^"]{1,255})"/.exec(body)?.[1] },
    });
    return {
      event,
      outcome: end?.outcome ?? "unknown",
      ...(end ? { outcomeReason: end.reason } : {}),
      initiator: inbound || upstream.ip !== undefined ? "source" : "unknown",
      observerIsAsset: true,
      ...(notes.length > 0 ? { notes } : {}),
    };
  },
};

interface Fields {
  client?: string;
  server?: string;
  request?: string;
  upstream?: string;
  host?: string;
  referrer?: string;
  /** Two `client:` fields that differ. */
  forged: boolean;
}

/** nginx appends its fields after the message, in a fixed order; the request and what follows it are the client's own text. */
function readFields(body: string): Fields {
  const requestAt = body.indexOf(', request: "');
  const before = requestAt < 0 ? body : body.slice(0, requestAt);
  const after = requestAt < 0 ? "" : body.slice(requestAt);
  const clients = [...before.matchAll(/, client: ([^\s,"]{1,64})/g)].map((c) => c[1]!);
  const out: Fields = { forged: new Set(clients).size > 1 };
  const client = clients.at(-1);
  if (client !== undefined) out.client = client;
  const server = /, server: ([^\s,"]{1,255})/.exec(before.slice(before.lastIndexOf(", client: ") + 1))?.[1];
  if (server !== undefined) out.server = server;
  const put = (key: "request" | "upstream" | "host" | "referrer", from: string, name: string): void => {
    const at = from.lastIndexOf(`, ${name}: "`);
    if (at < 0) return;
    const start = at + name.length + 5;
    const end = from.indexOf('"', start);
    out[key] = from.slice(start, end < 0 ? undefined : end);
  };
  if (requestAt >= 0) {
    const end = after.indexOf('"', 12);
    out.request = after.slice(12, end < 0 ? undefined : end);
  }
  put("upstream", requestAt < 0 ? before : after, "upstream");
  put("host", requestAt < 0 ? before : after, "host");
  put("referrer", requestAt < 0 ? before : after, "referrer");
  return out;
}

/** Mail and stream name the address they listen at; HTTP names the virtual host, which is no address. */
function listener(server: string | undefined): { ip?: string; port?: number } | undefined {
  const at = addressAndPort(server);
  return at.ip !== undefined && at.port !== undefined ? at : undefined;
}

/** `http://10.0.0.5:80/path`, `fastcgi://unix:/run/php.sock:` to the part that may be an address. */
function authority(url: string): string {
  return /^(?:[a-z]{2,12}:\/\/)?([^/]{2,255})/.exec(url)?.[1] ?? "";
}

function hostOf(host: string | undefined): string | undefined {
  return text(host)?.replace(/:\d{1,5}$/, "");
}

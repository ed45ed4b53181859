/**
 * Apache httpd error log, 2.2 and 2.4. `[client a]` is who came; `[remote a]` is a server that a proxy module went to.
 * The time is the server's local time.
 */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import type { Outcome } from "../../model/event.js";
import { addressAndPort, text } from "../values.js";
import { ctime, timeOf } from "../fields.js";
import { compact } from "../shape.js";

const LEVEL = /^\] \[([\w.-]{0,64}:)?(\w{1,16})\] /;
const CLIENT = /\[client (\[[^\]\s]{2,64}\](?::\d{1,5})?|[^\]\s]{2,64})\]/;
const REMOTE = /\[remote (\[[^\]\s]{2,64}\](?::\d{1,5})?|[^\]\s]{2,64})\]/;
const CONNECT_FAILED = /attempt to connect to ([^\s()]{2,64}) \([^)]{0,255}\)(?: failed)?/;

const PROXY = /\bproxy\b|AH0(?:0\d{3}|1[01]\d{2}|2\d{3}):|back ?end/i;

/** Messages that say how the request ended. The first that fits decides. */
const ENDINGS: readonly { says: RegExp; outcome: Outcome; reason: string }[] = [
  {
    says: /client denied by server configuration/,
    outcome: "blocked",
    reason: "client denied by server configuration",
  },
  { says: /ModSecurity: Access denied/, outcome: "blocked", reason: "ModSecurity: Access denied" },
  { says: /authentication failure|Password Mismatch/i, outcome: "refused", reason: "authentication failure" },
  { says: /AH01618:|user \S{1,255} not found/, outcome: "refused", reason: "user not found" },
  { says: /File does not exist|script .{0,512}not found/, outcome: "refused", reason: "file does not exist" },
  { says: /SSL handshake (?:stopped|failed)|SSL Library Error/, outcome: "refused", reason: "TLS handshake failed" },
  {
    says: /[Ii]nvalid (?:URI|method) in request|request failed: |erroneous characters/,
    outcome: "refused",
    reason: "malformed request",
  },
  { says: /forbidden by|not permitted|Permission denied/, outcome: "refused", reason: "forbidden" },
];

export const apacheError: Format = {
  id: "apache.error",
  prose: true,
  title: "Apache httpd: error log",
  reference: "https://httpd.apache.org/docs/2.4/mod/core.html#errorlogformat",
  parse(line: string, context: LineContext, _envelope?: EnvelopeFields): FormatResult | undefined {
    if (line[0] !== "[") return undefined;
    const dated = ctime(line.slice(1, 48));
    const m = dated && LEVEL.exec(line.slice(dated.length + 1));
    if (!dated || !m) return undefined;
    const message = line.slice(dated.length + 1 + m[0].length);
    const client = addressAndPort(CLIENT.exec(message)?.[1]);
    const away = REMOTE.exec(message)?.[1];
    const failed = CONNECT_FAILED.exec(message)?.[1];
    const timestamp = timeOf(context, dated.time);
    const action = text(m[1]?.slice(0, -1));
    const log = { action, outcome: m[2] === "error" ? ("failure" as const) : undefined };
    // ModSecurity names the client twice, once as the connection's remote end.
    const server = failed ?? (client.ip !== undefined && !PROXY.test(message) ? undefined : away);
    if (server !== undefined)
      return {
        event: compact({
          timestamp,
          destination: addressAndPort(server),
          network: { forwarded_ip: client.ip === undefined ? [] : [client.ip] },
          event: log,
        }),
        outcome: failed === undefined ? "unknown" : "unanswered",
        outcomeReason: failed === undefined ? "[remote] in an error log" : "attempt to connect failed",
        initiator: "source",
        initiatorReason: "the server connects to a back end",
        observerIsAsset: true,
      };
    const user = /(?:^|[:\]] )user ([^\s:]{1,255})(?::| not found)/.exec(message)?.[1];
    const said = message.slice(0, 2000);
    const end = ENDINGS.find((e) => e.says.test(said));
    return {
      event: compact({
        timestamp,
        source: client,
        event: log,
        url: { domain: / \[hostname "([^"]{1,255})"\]/.exec(message)?.[1] },
        http: { request: { referrer: /, referer: (\S{1,2048})$/.exec(message.slice(-2100))?.[1] } },
        user: { name: user },
      }),
      outcome: end?.outcome ?? "unknown",
      ...(end ? { outcomeReason: end.reason } : {}),
      initiator: client.ip === undefined ? "unknown" : "source",
      observerIsAsset: true,
    };
  },
};

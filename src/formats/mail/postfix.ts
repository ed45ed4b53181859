/**
 * Postfix. Its servers (smtpd, postscreen) tell of clients that came; its clients (smtp, lmtp) of the relays they went to, which
 * stand as `host[address]:port`. A relay that answered, whatever it said, was reached: traffic went both ways.
 */
import type { Event, Outcome } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { hostName, mailEnds, tell, type Sentence } from "../messages.js";
import { shaped } from "../shape.js";
import { addressAndPort, text } from "../values.js";

const IP = String.raw`(?:IPv6:)?(?<ip>[0-9A-Fa-f.:]{2,45}|unknown)`;
/** `mail.example.org[203.0.113.7]:4321`; postscreen writes the brackets alone. */
const PEER = String.raw`(?<name>[\w.-]{0,253})\[${IP}\](?::(?<port>\d{1,5}))?`;
const re = (source: string): RegExp => new RegExp(source);

/** What a server says of a client, and others about the servers they went to. The client's own text is never between anchor and peer. */
const SENTENCES: readonly Sentence[] = [
  { says: re(`^connect from ${PEER}$`), outcome: "unknown", reason: "a client connected", action: "connect" },
  {
    says: re(
      `^warning: ${PEER}: SASL (?<method>[\\w-]{1,20}) authentication (?:failed|failure|aborted)(?:.{0,400}?, sasl_username=(?<user>[^,]{1,320})$)?`,
    ),
    outcome: "refused",
    reason: "SASL authentication failed",
    action: "mail_login",
  },
  {
    says: re(
      `^lost connection after (?:CONNECT|EHLO|HELO|STARTTLS|NOOP|RSET|UNKNOWN)(?: \\([^)]{1,40}\\))? from ${PEER}$`,
    ),
    outcome: "unknown",
    reason: "the client left before any mail",
  },
  {
    says: re(`^lost connection after AUTH(?: \\([^)]{1,40}\\))? from ${PEER}$`),
    outcome: "refused",
    reason: "the client left after a login that failed",
  },
  {
    says: re(`^(?:lost connection|timeout) after [A-Z-]{2,20}(?: \\([^)]{1,40}\\))? from ${PEER}`),
    outcome: "unknown",
    reason: "the client left in mid-session",
  },
  {
    says: re(`^(?:too many errors after [A-Z-]{2,20}(?: \\([^)]{1,40}\\))?|SSL_accept error) from ${PEER}`),
    outcome: "refused",
    reason: "the server ended it",
  },
  {
    says: re(`^improper command pipelining after [A-Z-]{2,20}(?: \\([^)]{1,40}\\))? from ${PEER}`),
    outcome: "refused",
    reason: "improper command pipelining",
  },
  {
    says: re(`^warning: (?:non-SMTP command|Illegal address syntax) from ${PEER}`),
    outcome: "refused",
    reason: "no proper SMTP",
  },
  {
    says: re(`^warning: [A-Z][\\w ]{4,40} (?:rate|limit) exceeded: \\d{1,9} from ${PEER} for service`),
    outcome: "blocked",
    reason: "over a limit of the server",
  },
  {
    says: /^warning: hostname (?<name>\S{1,253}) does not resolve to address (?<ip>[0-9A-Fa-f.:]{2,45})(?=$|: )/,
    outcome: "unknown",
    reason: "its name does not resolve to it",
  },
  {
    says: /^warning: (?<ip>[0-9A-Fa-f.:]{3,45}): (?:hostname|address not listed for hostname) (?<name>[\w.-]{1,253})/,
    outcome: "unknown",
    reason: "its name does not resolve to it",
  },
  {
    says: re(`^(?:Anonymous|Trusted|Untrusted|Verified) TLS connection (?:established|reused) from ${PEER}(?:: |$)`),
    outcome: "established",
    reason: "TLS was set up",
    action: "tls",
  },
  {
    says: re(`^(?:Anonymous|Trusted|Untrusted|Verified) TLS connection (?:established|reused) to ${PEER}(?:: |$)`),
    outcome: "established",
    reason: "TLS was set up",
    action: "tls",
    away: true,
  },
  { says: re(`^setting up TLS connection from ${PEER}`), outcome: "unknown", reason: "TLS was begun" },
  { says: re(`^setting up TLS connection to ${PEER}`), outcome: "unknown", reason: "TLS was begun", away: true },
  {
    says: re(`^connect to ${PEER}: Connection refused`),
    outcome: "refused",
    reason: "Connection refused",
    away: true,
  },
  {
    says: re(
      `^connect to ${PEER}: (?:Connection timed out|Operation timed out|No route to host|Network is unreachable|Host is down|Host is unreachable)`,
    ),
    outcome: "unanswered",
    reason: "no connection came about",
    away: true,
  },
  { says: re(`^connect to ${PEER}: `), outcome: "unknown", reason: "no connection came about", away: true },
  { says: re(`^host ${PEER} said: `), outcome: "established", reason: "the relay answered", away: true },
  {
    says: re(`^host ${PEER} refused to talk to me: `),
    outcome: "refused",
    reason: "the relay refused to talk",
    away: true,
  },
  {
    says: re(
      `^(?:lost connection with|conversation with|timeout with) ${PEER} (?:timed out )?while (?:receiving the initial|performing the (?:EHLO|HELO))`,
    ),
    outcome: "unknown",
    reason: "the relay's greeting was not read to its end",
    away: true,
  },
  {
    says: re(`^(?:lost connection with|conversation with|timeout with) ${PEER} `),
    outcome: "established",
    reason: "ended in mid-session",
    away: true,
  },
  {
    says: re(
      `^(?:SSL_connect error to|Cannot start TLS: handshake failure with|server certificate verification failed for|certificate verification failed for) ${PEER}`,
    ),
    outcome: "unknown",
    reason: "TLS failed",
    away: true,
  },
  {
    says: re(`^enabling PIX workarounds: .{0,200} for ${PEER}$`),
    outcome: "established",
    reason: "the relay's greeting was read",
    away: true,
  },
  // postscreen
  {
    says: re(`^CONNECT from ${PEER} to \\[(?<near>[0-9A-Fa-f.:]{2,45})\\]:(?<nearPort>\\d{1,5})$`),
    outcome: "unknown",
    reason: "a client connected",
    action: "connect",
  },
  { says: re(`^PASS (?:NEW|OLD) ${PEER}$`), outcome: "unknown", reason: "passed on to the mail server" },
  {
    says: re(`^(?:WHITELISTED|ALLOWLISTED|WHITELIST VETO|ALLOWLIST VETO|DISCONNECT) ${PEER}$`),
    outcome: "unknown",
    reason: "postscreen names the client",
  },
  {
    says: re(`^(?:BLACKLISTED|DENYLISTED|BLOCKLISTED) ${PEER}$`),
    outcome: "blocked",
    reason: "on postscreen's list",
  },
  {
    says: re(
      `^(?:PREGREET \\d{1,9} after \\S{1,20}|COMMAND (?:TIME|COUNT|LENGTH) LIMIT|COMMAND PIPELINING|NON-SMTP COMMAND|BARE NEWLINE) from ${PEER}`,
    ),
    outcome: "refused",
    reason: "failed postscreen's tests",
  },
  { says: re(`^DNSBL rank \\d{1,6} for ${PEER}$`), outcome: "unknown", reason: "listed in a DNS block list" },
  { says: re(`^HANGUP after \\S{1,20} from ${PEER}`), outcome: "unknown", reason: "the client hung up" },
  {
    says: /^addr (?<ip>[0-9A-Fa-f.:]{2,45}) listed by domain /,
    outcome: "unknown",
    reason: "listed in a DNS block list",
  },
  // anvil
  {
    says: /^statistics: max [\w ]{4,40} [\d/s]{1,20} for \([\w.:[\]-]{1,60}?:(?<ip>\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,41})\) at /,
    outcome: "unknown",
    reason: "how often the client came",
  },
];

const PROGRAM = /^postfix[\w.-]{0,40}(?:\/[\w-]{1,40}){1,3}$/;
const TAG = /^postfix[\w.-]{0,40}(?:\/[\w-]{1,40}){1,3}(?:\[\d{1,10}\])?: /;
/** A queue id, short or long. */
const QUEUE = /^(?:(?=[A-Za-z]{0,19}\d)(?:[0-9A-F]{5,15}|[0-9A-Za-z]{10,20})|NOQUEUE): /;
const CLIENT = re(`^client=${PEER}`);
const DISCONNECT = re(`^disconnect from ${PEER}(?<did>(?: [a-z_]{2,12}=\\d{1,6}(?:/\\d{1,6})?){0,16})$`);
/** `reject`, `milter-reject`, `hold`, … of smtpd and cleanup. */
const VERDICT = re(
  `^(?<verdict>(?:milter-)?(?:reject|reject_warning|hold|discard|redirect|filter|warn|warning|info|prepend|replace|pass|trace|permit|bcc|delay)): `,
);
const COMMAND = re(`^[A-Z][A-Z-]{2,24}(?: \\([^)]{1,40}\\))? from ${PEER}: `);
/** A header's text is the sender's; the peer is named after it, before the envelope. */
const HEADER_PEER = re(` from ${PEER}; from=<`);
const ENVELOPE =
  /[;,] from=<(?<from>[^>]{0,320})>(?:,? to=<(?<to>[^>]{0,320})>)?(?:,? proto=\w{1,12})?(?:,? helo=<[^>]{0,255}>)?/;
const DELIVERY =
  /^to=<(?<to>[^>]{0,320})>, (?:orig_to=<[^>]{0,320}>, )?relay=(?<relay>\S{1,400}?), (?:conn_use=\d{1,6}, )?delay=.{0,160}\bstatus=(?<status>sent|deferred|bounced|expired|SOFTBOUNCE|undeliverable|deliverable)(?: \((?<why>.{0,1000}))?/;
const RELAY = re(`^${PEER}$`);
const CONNECT_TO = re(`^(?:delivery temporarily suspended: )?connect to ${PEER}:`);
const SPOKE_WITH = re(
  `^(?:delivery temporarily suspended: )?(?:host|lost connection with|conversation with|timeout with) ${PEER} `,
);
const SASL = re(`^warning: ${PEER}: SASL `);
const QUEUED = /^from=<(?<from>[^>]{0,320})>, (?:size=\d{1,12}, nrcpt=\d{1,6} \(queue active\)|status=)/;

const REFUSALS = new Set(["reject", "milter-reject", "discard", "milter-discard"]);

function inbound(event: Event, outcome: Outcome, outcomeReason: string): FormatResult {
  return { event, outcome, outcomeReason, initiator: "source", observerIsAsset: true };
}

function peer(groups: Record<string, string | undefined> | undefined): Event["source"] {
  const { ip } = addressAndPort(groups?.["ip"]);
  if (ip === undefined) return undefined;
  const { port } = addressAndPort(`[${ip}]:${groups?.["port"] ?? ""}`);
  const domain = hostName(groups?.["name"]);
  return { ip, ...(port === undefined ? {} : { port }), ...(domain === undefined ? {} : { domain }) };
}

/** `client=`: the mail transaction was begun; with `sasl_username=` by a user who logged in. */
function client(message: string): FormatResult | undefined {
  const m = CLIENT.exec(message);
  if (!m) return undefined;
  const user = /, sasl_username=([^,]{1,320})/.exec(message)?.[1];
  const origin = /, orig_client=[\w.-]{0,253}\[([0-9A-Fa-f.:]{2,45})\]/.exec(message)?.[1];
  const { ip } = addressAndPort(origin);
  const source = peer(m.groups);
  const event: Event = {
    source,
    network: { forwarded_ip: ip === undefined || ip === source?.ip ? [] : [ip] },
    event: { action: "mail", outcome: "success" },
    user: { name: text(user) },
  };
  return user === undefined
    ? inbound(event, "established", "client=: mail was taken")
    : inbound(event, "authenticated", "client= with sasl_username");
}

/** The counts of commands: `auth=0/3` is three of which none succeeded. */
function disconnect(message: string): FormatResult | undefined {
  const m = DISCONNECT.exec(message);
  if (!m) return undefined;
  const did = new Map<string, { good: number; all: number }>();
  for (const part of (m.groups!["did"] ?? "").trim().split(" ")) {
    const [name, counts] = part.split("=");
    const [good, all] = (counts ?? "").split("/");
    if (name) did.set(name, { good: Number(good), all: Number(all ?? good) });
  }
  const event: Event = { source: peer(m.groups) };
  const said = (name: string): string => `${name}=${did.get(name)!.good}/${did.get(name)!.all}`;
  const failed = ["auth", "mail", "rcpt", "data"].find((name) => did.get(name)?.good === 0);
  if ((did.get("auth")?.good ?? 0) > 0) return inbound(event, "authenticated", said("auth"));
  if ((did.get("data")?.good ?? did.get("bdat")?.good ?? 0) > 0) return inbound(event, "established", "mail was taken");
  if (failed !== undefined) return inbound(event, "refused", said(failed));
  return inbound(event, "unknown", "the client's session ended");
}

function verdict(message: string): FormatResult | undefined {
  const m = VERDICT.exec(message);
  if (!m) return undefined;
  const rest = message.slice(m[0].length);
  const word = m.groups!["verdict"]!;
  const header = /^(?:header|body|mime-header|nested-header) /i.test(rest);
  const found = header ? lastPeer(rest) : COMMAND.exec(rest);
  if (!found) return undefined;
  // smtpd writes the envelope after the reply; the reply holds addresses that the client sent.
  const tail = rest.slice(Math.max(found.index, rest.lastIndexOf("; from=<")));
  const envelope = ENVELOPE.exec(tail)?.groups;
  const event: Event = {
    source: peer(found.groups),
    event: { action: word, outcome: REFUSALS.has(word) ? "failure" : undefined },
    email: mailEnds(envelope?.["from"], envelope?.["to"]),
  };
  return REFUSALS.has(word) ? inbound(event, "refused", `${word}`) : inbound(event, "unknown", `${word}`);
}

function lastPeer(rest: string): RegExpExecArray | null {
  const at = rest.lastIndexOf("; from=<");
  const start = at < 0 ? -1 : rest.lastIndexOf(" from ", at);
  if (start < 0) return null;
  const m = HEADER_PEER.exec(rest.slice(start, at + 9));
  if (m) m.index += start;
  return m;
}

/** `relay=none`: what was tried stands in the reason. */
function delivery(message: string): FormatResult | undefined {
  const m = DELIVERY.exec(message);
  if (!m) return undefined;
  const { to, relay, status, why = "" } = m.groups as Record<"to" | "relay" | "status" | "why", string | undefined>;
  const reached = RELAY.exec(relay!);
  const tried = reached ?? CONNECT_TO.exec(why) ?? SPOKE_WITH.exec(why);
  const event: Event = {
    destination: peer(tried?.groups),
    event: { action: status, outcome: status === "sent" ? "success" : "failure" },
    email: mailEnds(undefined, to),
  };
  const local = event.destination === undefined;
  return {
    event,
    ...relayed(status!, why, reached !== null),
    initiator: local ? "unknown" : "source",
    observerIsAsset: true,
  };
}

function relayed(status: string, why: string, reached: boolean): { outcome: Outcome; outcomeReason: string } {
  const is = (outcome: Outcome, outcomeReason: string): { outcome: Outcome; outcomeReason: string } => ({
    outcome,
    outcomeReason,
  });
  if (status === "sent" || status === "deliverable") return is("established", `status=${status}`);
  if (/\]:?\d{0,5}:? refused to talk to me: /.test(why))
    return is("refused", `status=${status}: the relay refused to talk`);
  if (/\] said: /.test(why)) return is("established", `status=${status}: the relay answered`);
  if (/Connection refused/.test(why)) return is("refused", `status=${status}: Connection refused`);
  if (/timed out while (?:receiving the initial|performing)/.test(why))
    return is("unknown", `status=${status}: no greeting`);
  if (/Connection timed out|Operation timed out|No route to host|unreachable|Host is down/.test(why) && !reached)
    return is("unanswered", `status=${status}: no connection came about`);
  if (/while sending|reply to/.test(why)) return is("established", `status=${status}: ended in mid-session`);
  return is("unknown", `status=${status}`);
}

function queued(message: string): FormatResult | undefined {
  const m = QUEUED.exec(message);
  if (!m) return undefined;
  const taken = message.includes("(queue active)");
  return {
    event: { event: { action: "queued" }, email: mailEnds(m.groups!["from"], undefined) },
    outcome: taken ? "established" : "unknown",
    ...(taken ? { outcomeReason: "queue active: the mail had been accepted" } : {}),
    initiator: "unknown",
    observerIsAsset: true,
  };
}

const READERS = [client, disconnect, verdict, delivery, queued];

export const postfix: Format = {
  id: "postfix.postfix",
  title: "Postfix",
  reference: "https://www.postfix.org/postconf.5.html",
  prose: true,
  marks: ["postfix", "NOQUEUE: ", ": SASL "],
  parse(line: string, _context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    const tag = program !== undefined && PROGRAM.test(program) ? null : TAG.exec(line);
    const bare = program === undefined && !tag && (line.startsWith("NOQUEUE: ") || SASL.test(line));
    if (!tag && !bare && !(program !== undefined && PROGRAM.test(program))) return undefined;
    let message = (tag ? line.slice(tag[0].length) : line).trim();
    const queue = QUEUE.exec(message);
    if (queue) message = message.slice(queue[0].length);
    if (message.length > 8192) message = message.slice(0, 8192);
    const process = program ?? (tag ? /^[^[:]{1,160}/.exec(tag[0])![0] : "postfix");
    for (const read of READERS) {
      const result = read(message);
      if (result)
        return shaped({
          ...result,
          event: { timestamp: envelope?.timestamp, ...result.event, process: { name: process } },
        });
    }
    const told = tell(message, SENTENCES, { process, timestamp: envelope?.timestamp });
    if (told) return told;
    return shaped({
      event: { timestamp: envelope?.timestamp, process: { name: process } },
      outcome: "unknown",
      initiator: "unknown",
      observerIsAsset: true,
    });
  },
};

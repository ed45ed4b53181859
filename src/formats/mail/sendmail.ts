/**
 * Sendmail, and Proofpoint's and others' builds of it. `from=` lines tell of mail that came (`relay=` is the client), `to=` lines of
 * delivery (`relay=` is the server that was called).
 */
import type { Event, Outcome } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { hostName, mailEnds, tell, type Sentence } from "../messages.js";
import { shaped } from "../shape.js";
import { addressAndPort, text } from "../values.js";

const PROGRAM = /^(?:(?:sm-(?:mta|msp|acceptingconnections|que)|sendmail|smtp-(?:in|out)bound)[\w.-]{0,32}|mta|MTA)$/;
const PEER = String.raw`(?:(?<name>[\w.-]{1,253}) )?\[(?:IPv6:)?(?<ip>[0-9A-Fa-f.:]{2,45})\](?: \(may be forged\))?`;
const re = (source: string): RegExp => new RegExp(source);

const SENTENCES: readonly Sentence[] = [
  {
    says: re(`^(?:NOQUEUE: )?connect from ${PEER}`),
    outcome: "unknown",
    reason: "a client connected",
    action: "connect",
  },
  {
    says: re(`^${PEER} did not issue `),
    outcome: "refused",
    reason: "the client issued no command",
  },
  {
    says: re(`^lost input channel from ${PEER} to \\S{1,40} after (?:rcpt|data|mail)`),
    outcome: "established",
    reason: "the client left in mid-session",
  },
  { says: re(`^lost input channel from ${PEER}`), outcome: "unknown", reason: "the client left" },
  { says: re(`^timeout waiting for input from ${PEER}`), outcome: "unknown", reason: "the session timed out" },
  {
    says: re(`^rejecting commands from ${PEER} due to `),
    outcome: "refused",
    reason: "commands rejected",
  },
  {
    says: re(`^AUTH=server, relay=${PEER}, authid=(?<user>[^,]{1,320}), mech=(?<method>\\S{1,20}),`),
    outcome: "authenticated",
    reason: "AUTH=server",
    action: "mail_login",
  },
  {
    says: re(`^AUTH (?:failure|error).{0,300}, relay=${PEER}`),
    outcome: "refused",
    reason: "AUTH failure",
    action: "mail_login",
  },
  {
    says: re(`^STARTTLS=server, relay=${PEER}, version=`),
    outcome: "established",
    reason: "TLS was set up",
    action: "tls",
  },
  {
    says: re(`^STARTTLS=client, relay=${PEER}, version=`),
    outcome: "established",
    reason: "TLS was set up",
    action: "tls",
    away: true,
  },
  { says: re(`^STARTTLS=server.{0,120}, relay=${PEER}`), outcome: "unknown", reason: "TLS failed" },
  {
    says: re(`^${PEER}: (?:possible SMTP attack|Probable open proxy|vrfy|expn)`),
    outcome: "refused",
    reason: "sendmail refused it",
  },
  {
    says: re(
      `^(?:tcpwrappers|tcp wrappers) \\(.{1,255}, ${PEER.replace("(?:(?<name>[\\w.-]{1,253}) )?", "").replace("\\[", "\\[?").replace("\\]", "\\]?")}\\) rejection`,
    ),
    outcome: "blocked",
    reason: "tcpwrappers",
  },
];

const QUEUE = /^(?:[0-9A-Za-z]{8,20}|NOQUEUE): /;
const FROM = /^from=(?<from><[^<>]{0,320}>|[^,\s]{1,320}), size=/;
const TO = /^to=(?<to>[^=]{1,1600}?), (?:ctladdr=[^=]{1,400}?, )?(?:delay=|xdelay=|mailer=)/;
const RELAY = re(`, relay=${PEER}`);
const RULESET = /^ruleset=(?<set>\w{1,32}), arg1=(?<arg>.{0,400}?),(?: arg2=.{0,255}?,)? relay=/;

/** The envelope's own text may look like a field: the last `relay=` before the reply is sendmail's. */
function relayOf(message: string, until: RegExp): RegExpExecArray | null {
  const end = message.search(until);
  const own = end < 0 ? message : message.slice(0, end);
  const at = own.lastIndexOf(", relay=");
  return at < 0 ? null : RELAY.exec(own.slice(at));
}

function peerOf(m: RegExpExecArray | null): Event["source"] {
  const { ip } = addressAndPort(m?.groups?.["ip"]);
  if (ip === undefined) return undefined;
  const domain = hostName(m!.groups!["name"]?.replace(/\.$/, ""));
  return { ip, ...(domain === undefined ? {} : { domain }) };
}

function arrived(message: string): FormatResult | undefined {
  const m = FROM.exec(message);
  if (!m) return undefined;
  const source = peerOf(relayOf(message.slice(m[0].length), /\n/));
  const login = /, auth=([^,]{1,64})/.exec(message.slice(m[0].length))?.[1];
  return {
    event: { source, event: { action: "mail", outcome: "success" }, email: mailEnds(m.groups!["from"], undefined) },
    outcome: "established",
    outcomeReason: login === undefined ? "from=: mail was taken" : `from=: mail was taken (auth=${login})`,
    initiator: source ? "source" : "unknown",
    observerIsAsset: true,
  };
}

function left(message: string): FormatResult | undefined {
  const m = TO.exec(message);
  if (!m) return undefined;
  const destination = peerOf(relayOf(message.slice(m[0].length), /, (?:dsn|stat|reply)=/));
  const stat = /, stat=(.{1,400})/.exec(message)?.[1] ?? "";
  return {
    event: {
      destination,
      event: {
        action: text(/^[\w ]{1,32}/.exec(stat)?.[0].toLowerCase()),
        outcome: stat.startsWith("Sent") ? "success" : "failure",
      },
      email: mailEnds(undefined, m.groups!["to"]),
    },
    ...howFar(stat),
    initiator: destination ? "source" : "unknown",
    observerIsAsset: true,
  };
}

function howFar(stat: string): { outcome: Outcome; outcomeReason: string } {
  const said = `stat=${/^[\w ]{1,32}/.exec(stat)?.[0] ?? ""}`;
  if (stat.startsWith("Sent")) return { outcome: "established", outcomeReason: said };
  if (/Connection refused/.test(stat)) return { outcome: "refused", outcomeReason: `${said}: Connection refused` };
  if (/timed out|No route|unreachable|Host is down/.test(stat))
    return { outcome: "unanswered", outcomeReason: `${said}: no connection came about` };
  if (/: \d{3}[ -]|^(?:User unknown|Service unavailable|Data format error|Insufficient permission)/.test(stat))
    return { outcome: "established", outcomeReason: `${said}: the server answered` };
  return { outcome: "unknown", outcomeReason: said };
}

function refused(message: string): FormatResult | undefined {
  const m = RULESET.exec(message);
  if (!m) return undefined;
  const source = peerOf(relayOf(message, /, (?:reject|discard|quarantine)=/));
  const { set, arg } = m.groups!;
  const mail =
    set === "check_mail" ? mailEnds(arg, undefined) : set === "check_rcpt" ? mailEnds(undefined, arg) : undefined;
  return {
    event: { source, event: { action: set, outcome: "failure" }, email: mail },
    outcome: "refused",
    outcomeReason: `ruleset=${set!}`,
    initiator: source ? "source" : "unknown",
    observerIsAsset: true,
  };
}

export const sendmail: Format = {
  id: "sendmail.sendmail",
  title: "Sendmail",
  reference: "https://ftp.sendmail.org/doc/op/op.pdf",
  prose: true,
  parse(line: string, _context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    const named = program !== undefined && PROGRAM.test(program);
    const tag =
      named || program !== undefined ? null : /^(?:sendmail|sm-mta)[\w.-]{0,32}(?:\[\d{1,10}\])?: /.exec(line);
    if (!named && !tag) return undefined;
    let message = (tag ? line.slice(tag[0].length) : line).slice(0, 8192).trim();
    const queue = QUEUE.exec(message);
    if (queue) message = message.slice(queue[0].length);
    const process = "sendmail";
    const result = arrived(message) ?? left(message) ?? refused(message);
    const known = result ?? tell(message, SENTENCES, { process });
    return shaped({
      ...(known ?? { outcome: "unknown", initiator: "unknown", observerIsAsset: true }),
      event: { timestamp: envelope?.timestamp, ...known?.event, process: { name: process } },
    });
  },
};

/**
 * Exim's main, reject and panic logs. `<=` is a message that came, `=>`, `->`, `>>` and `*>` are deliveries, `**` and `==` those that failed
 * or were put off. `H=name (helo) [address]:port` is the far end: the client of what came, the server of what went.
 */
import type { Event, Outcome } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { hostName, mailEnds } from "../messages.js";
import { shaped, timestamp } from "../shape.js";
import { parseIsoTime } from "../time.js";
import { addressAndPort, port, text } from "../values.js";

const re = (source: string): RegExp => new RegExp(source);
/** `mail.example.org (helo.example) [203.0.113.7]:4321`; any of the names may be missing. */
const HOST = String.raw`(?:(?<name>[\w.-]{1,253}) )?(?:\([^()\s]{0,255}\) )?\[(?<ip>[0-9A-Fa-f.:]{2,45})\](?::(?<port>\d{1,5}))?`;
const HEAD =
  /^(?:(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?(?: [+-]\d{4})?) )?(?:\[\d{1,10}\] )?(?:([0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}) )?/;
const PROGRAM = /^exim(?:4|[_-][\w-]{1,20})?$/;
/** Without a syslog name, what no other program's log has after the date. */
const OWN =
  /^(?:(?:<=|=>|->|>>|\*>|\*\*|==|\(=) |H=|SMTP (?:connection|call|protocol|syntax|command|data)|no (?:host name|MAIL|IP address) |TLS (?:error|session)|unexpected disconnection|refused connection|rejected |[\w-]{2,24} authenticator failed for |(?:cram_|dovecot_|plain_|login_)?[\w-]{2,24}: |Completed$|Start queue|End queue|exim \d|Warning: |Sender identification|Connection from |retry time not reached|[\w.-]{1,253} \[[0-9A-Fa-f.:]{2,45}\]:? (?:Connection|SMTP|No route|Network|Remote host|Operation|Permission)|remote host address is the local host|Message is frozen|Unfrozen|Frozen|lowest numbered MX|cancelled by|removed by)/;

const ARROW = /^(<=|=>|->|>>|\*>|\*\*|==|\(=) (\S{1,320})/;
const H = re(`(?:^| )H=${HOST}`);
const AT_HOST = re(`^${HOST}:? `);
/** The recipient's own words: a subject, a message id, a reply's text. Nothing after them is read. */
const QUOTED = / (?:T|id|C|DN|SNI)="?/;

interface Rule {
  says: RegExp;
  outcome: Outcome;
  reason: string;
  action?: string;
  away?: true;
}

/** What stands before the peer is Exim's own; `H=` may stand first or after it. */
const RULES: readonly Rule[] = [
  {
    says: re(`^(?<method>[\\w-]{2,32}) authenticator failed for (?:H=)?${HOST}`),
    outcome: "refused",
    reason: "authenticator failed",
    action: "mail_login",
  },
  {
    says: re(`^SMTP call from ${HOST} dropped: `),
    outcome: "refused",
    reason: "dropped for errors",
  },
  {
    says: re(`^SMTP protocol (?:synchronization |violation|error).{0,160}?(?:H=|from )${HOST}`),
    outcome: "refused",
    reason: "SMTP protocol error",
  },
  {
    says: re(`^SMTP (?:syntax|protocol) error in ".{0,600}" (?:H=)?${HOST}`),
    outcome: "refused",
    reason: "SMTP syntax error",
  },
  {
    says: re(`^(?:refused connection|rejected connection|connection) from (?:H=)?${HOST}`),
    outcome: "blocked",
    reason: "connection refused",
  },
  {
    says: re(`^SMTP connection from ${HOST}(?: I=\\[[^\\]]{1,45}\\]:\\d{1,5})? (?:D=\\S{1,16} )?closed by QUIT`),
    outcome: "established",
    reason: "closed by QUIT",
  },
  {
    says: re(`^SMTP connection from ${HOST}`),
    outcome: "unknown",
    reason: "a client connected",
    action: "connect",
  },
  {
    says: re(`^no MAIL in SMTP connection from (?:H=)?${HOST}`),
    outcome: "unknown",
    reason: "no MAIL in the session",
  },
  {
    says: re(`^TLS error on connection from (?:H=)?${HOST}`),
    outcome: "refused",
    reason: "TLS failed",
  },
  {
    says: re(`^TLS (?:error|session).{0,40} (?:to|with) (?:H=)?${HOST}`),
    outcome: "unknown",
    reason: "TLS failed",
    away: true,
  },
  {
    says: re(`^unexpected disconnection while reading SMTP command from (?:H=)?${HOST}`),
    outcome: "unknown",
    reason: "the client left in mid-session",
  },
  {
    says: re(
      `^(?:SMTP (?:command|data) timeout|SMTP timeout while connected|lost (?:connection|input) while).{0,60} (?:from|to) (?:H=)?${HOST}`,
    ),
    outcome: "unknown",
    reason: "the session timed out",
  },
  {
    says: /^no host name found for IP address (?<ip>[0-9A-Fa-f.:]{2,45})/,
    outcome: "unknown",
    reason: "its address has no name",
  },
  {
    says: /^no IP address found for host (?<name>[\w.-]{1,253}) \(during SMTP connection from (?:H=)?(?:[\w.-]{1,253} )?(?:\([^()\s]{0,255}\) )?\[(?<ip>[0-9A-Fa-f.:]{2,45})\](?::(?<port>\d{1,5}))?/,
    outcome: "unknown",
    reason: "its name has no address",
  },
];

/** Words of Exim's after `H=`, before what the client or its mail says. */
const AFTER_H: readonly { says: RegExp; outcome: Outcome; reason: string }[] = [
  {
    says: /^(?:Warning: )?(?:temporarily )?rejected (?:connection|EHLO|HELO|AUTH|MAIL|RCPT|DATA|VRFY|EXPN|ETRN|STARTTLS|after|during|by|non-SMTP)/,
    outcome: "refused",
    reason: "rejected",
  },
  { says: /^(?:incomplete transaction|dropped: too many)/, outcome: "refused", reason: "ended by an error" },
  { says: /^(?:discarded|was discarded)/, outcome: "refused", reason: "discarded" },
  { says: /^sender verify (?:fail|defer)/, outcome: "refused", reason: "sender verify failed" },
];

function peerOf(groups: Record<string, string | undefined>): NonNullable<Event["source"]> {
  const { ip } = addressAndPort(groups["ip"]);
  const p = port(groups["port"]);
  const domain = hostName(groups["name"]);
  return {
    ...(ip === undefined ? {} : { ip }),
    ...(p === undefined ? {} : { port: p }),
    ...(domain === undefined ? {} : { domain }),
  };
}

/** Exim's own address and port, when `incoming_interface` or `outgoing_interface` logs them. */
function interfaceOf(message: string): Event["destination"] {
  const m = / I=\[([0-9A-Fa-f.:]{2,45})\]:(\d{1,5})/.exec(message);
  const { ip } = addressAndPort(m?.[1]);
  return ip === undefined ? undefined : { ip, port: Number(m![2]) };
}

function arrived(message: string, sender: string): FormatResult {
  const cut = message.search(QUOTED);
  const own = cut < 0 ? message : message.slice(0, cut);
  const m = H.exec(own);
  const login = / A=([\w-]{1,40})(?::(\S{1,320}))?/.exec(own);
  const to = / for (\S{1,320}(?: \S{1,320}){0,31})$/.exec(message)?.[1];
  const event: Event = {
    source: m ? peerOf(m.groups!) : undefined,
    destination: m ? interfaceOf(own) : undefined,
    event: { action: "mail", outcome: "success" },
    email: mailEnds(sender === "<>" ? undefined : sender, to),
    user: { name: text(login?.[2]) },
  };
  return {
    event,
    outcome: login ? "authenticated" : "established",
    outcomeReason: login ? "<= with A=" : "<=: accepted",
    initiator: m ? "source" : "unknown",
    observerIsAsset: true,
  };
}

/** `1.2.3.4` of a delivery that failed before the server spoke stands in the reason. */
function left(message: string, arrow: string, recipient: string): FormatResult {
  const m = H.exec(message) ?? re(`: (?:host )?${HOST}`).exec(message);
  const ok = arrow === "=>" || arrow === "->" || arrow === ">>" || arrow === "*>";
  const original = /^\S{1,320} <([^<>\s]{1,320})>/.exec(message.slice(arrow.length + 1))?.[1];
  const from = / F=<([^<>\s]{0,320})>/.exec(message)?.[1];
  const event: Event = {
    source: m ? interfaceOf(message) : undefined,
    destination: m ? peerOf(m.groups!) : undefined,
    event: {
      action: arrow === "**" ? "bounced" : arrow === "==" ? "deferred" : "delivered",
      outcome: ok ? "success" : "failure",
    },
    email: mailEnds(from, recipient.includes("@") ? recipient : original),
  };
  return {
    event,
    ...(m || ok ? howFar(message, arrow, ok) : { outcome: "unknown" as const, outcomeReason: arrow }),
    initiator: m ? "source" : "unknown",
    observerIsAsset: true,
  };
}

function howFar(message: string, arrow: string, ok: boolean): { outcome: Outcome; outcomeReason: string } {
  if (ok) return { outcome: "established", outcomeReason: `${arrow}: delivered` };
  if (
    /SMTP error from remote (?:mail server|mailer) after |: 5\d\d[ -]| after (?:RCPT|MAIL|end of data|pipelined)/.test(
      message,
    )
  )
    return { outcome: "established", outcomeReason: `${arrow}: the server answered` };
  return reachedOrNot(message, arrow);
}

function reachedOrNot(message: string, said: string): { outcome: Outcome; outcomeReason: string } {
  if (/Connection refused/.test(message)) return { outcome: "refused", outcomeReason: `${said}: Connection refused` };
  if (
    /Connection timed out|Operation timed out|No route to host|Network is unreachable|Host is unreachable/.test(message)
  )
    return { outcome: "unanswered", outcomeReason: `${said}: no connection came about` };
  return { outcome: "unknown", outcomeReason: said };
}

function told(message: string): FormatResult | undefined {
  for (const rule of RULES) {
    const m = rule.says.exec(message);
    if (!m) continue;
    const peer = peerOf(m.groups!);
    const near = interfaceOf(message);
    const user = /\(set_id=([^()]{1,255})\)\s{0,3}$/.exec(message)?.[1];
    return {
      event: {
        source: rule.away ? near : peer,
        destination: rule.away ? peer : near,
        event: {
          action: rule.action,
          outcome: rule.outcome === "refused" || rule.outcome === "blocked" ? "failure" : undefined,
        },
        user: { name: text(user) },
      },
      outcome: rule.outcome,
      outcomeReason: rule.reason,
      initiator: "source",
      observerIsAsset: true,
    };
  }
  return undefined;
}

/** `H=… F=<a> rejected RCPT <b>: …` of the server, `H=… Connection timed out` of the client. */
function ofHost(message: string, queued: boolean): FormatResult | undefined {
  const m = H.exec(message.slice(0, 700)) ?? (queued ? AT_HOST.exec(message) : null);
  if (!m || m.index > 0) return queued && m ? awayFrom(m, message) : undefined;
  const rest = message
    .slice(m[0].length)
    .replace(
      /^(?: (?:I=\[[^\]]{1,45}\]:\d{1,5}|X=\S{1,100}|CV=\S{1,8}|SNI=\S{1,255}|U=\S{1,64}|P=\S{1,24}|A=\S{1,320}|DN="[^"]{0,300}"|K|F=<[^<>]{0,320}>)){0,10}[: ]{0,3}/,
      "",
    );
  const rule = AFTER_H.find((after) => after.says.test(rest));
  const failed =
    /^(?:Connection|SMTP (?:error|timeout)|No route|Network|Remote host|Operation|TLS|Permission|a TLS|LMTP|rejected by)/.test(
      rest,
    );
  if (!rule && failed && (queued || /^(?:Connection|No route|Network is|Operation)/.test(rest)))
    return awayFrom(m, message);
  const from = / F=<([^<>\s]{0,320})>/.exec(message.slice(0, m[0].length + 500))?.[1];
  const to = /rejected RCPT <?([^<>\s:]{1,320})>?/.exec(rest.slice(0, 400))?.[1];
  return {
    event: {
      source: peerOf(m.groups!),
      destination: interfaceOf(message.slice(0, 700)),
      event: { action: rule?.reason, outcome: rule ? "failure" : undefined },
      email: mailEnds(from, to),
    },
    outcome: rule?.outcome ?? "unknown",
    outcomeReason: rule?.reason ?? "H= names the client",
    initiator: "source",
    observerIsAsset: true,
  };
}

function awayFrom(m: RegExpExecArray, message: string): FormatResult {
  const answered = /SMTP error from remote (?:mail server|mailer) after |LMTP error/.test(message);
  return {
    event: {
      source: interfaceOf(message),
      destination: peerOf(m.groups!),
      event: { action: "deferred", outcome: "failure" },
    },
    ...(answered
      ? { outcome: "established" as const, outcomeReason: "the server answered" }
      : reachedOrNot(message, "delivery")),
    initiator: "source",
    observerIsAsset: true,
  };
}

export const exim: Format = {
  id: "exim.exim",
  title: "Exim: main, reject and panic logs",
  reference: "https://www.exim.org/exim-html-current/doc/html/spec_html/ch-log_files.html",
  prose: true,
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const named = envelope?.program !== undefined && PROGRAM.test(envelope.program);
    const tag = named ? null : /^exim(?:4)?(?:\[\d{1,10}\])?: /.exec(line);
    const own = tag ? line.slice(tag[0].length) : line;
    const head = HEAD.exec(own)!;
    if (!named && !tag && (envelope?.program !== undefined || (head[1] === undefined && head[2] === undefined)))
      return undefined;
    const message = own.slice(head[0].length, 8192).trim();
    const queued = head[2] !== undefined;
    if (!named && !tag && !OWN.test(message)) return undefined;
    if (!named && !tag && !queued && /^(?:[\w-]{2,24}: |Warning: |Connection from )/.test(message)) return undefined;
    const arrow = ARROW.exec(message);
    const time = head[1] === undefined ? undefined : parseIsoTime(head[1]);
    const decided = timestamp(time, context, envelope);
    const result: FormatResult = (arrow
      ? arrow[1] === "<=" || arrow[1] === "(="
        ? arrived(message, arrow[2]!)
        : left(message, arrow[1]!, arrow[2]!)
      : (told(message) ?? ofHost(message, queued))) ?? {
      event: {},
      outcome: "unknown",
      initiator: "unknown",
      observerIsAsset: true,
    };
    return shaped({ ...result, event: { timestamp: decided, ...result.event, process: { name: "exim" } } });
  },
};

/**
 * Microsoft Exchange's comma-separated logs, which name their columns in `#Fields:`: message tracking, SMTP send and receive protocol, IMAP
 * and POP, HTTP proxy and the services behind it, anti-spam agents. The server that logs is the asset.
 */
import type { Event, Outcome } from "../../model/event.js";
import { canonicalIp } from "../../model/ip.js";
import { splitColumns } from "../fallback/delimited.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { hostName, mailEnds } from "../messages.js";
import { shaped, timestamp } from "../shape.js";
import { parseIsoTime } from "../time.js";
import { addressAndPort, httpOutcome, integer, text } from "../values.js";
import { wordTable } from "../../model/word-table.js";

type Row = Readonly<Record<string, string>>;
type Read = FormatResult | undefined;

const DATED = /^"?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?Z?"?,/;
/** Without a header, by shape: connector, session, sequence, two endpoints, one sign; or session, sequence, two endpoints, user. */
const ENDPOINT = String.raw`(?:\[[0-9A-Fa-f:.]{2,45}(?:%\w{1,16})?\]|\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}`;
const SMTP = new RegExp(`^[^,]{20,30},[^,]{1,160},[0-9A-F]{16},\\d{1,6},(?:${ENDPOINT})?,(?:${ENDPOINT})?,[-+*<>],`);
const CLIENT_ACCESS = new RegExp(`^[^,]{20,30},[0-9A-F]{16},\\d{1,6},${ENDPOINT},${ENDPOINT},`);
const SMTP_FIELDS =
  "date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context";
const ACCESS_FIELDS =
  "datetime,sessionid,seqnumber,sip,cip,user,duration,rqsize,rpsize,command,parameters,context,puid";

const DIRECTIVE = /^#(?:Software|Version|Log-type|Date|Fields):/;
const COLUMNS = /^(?:DateTime|date-time|Timestamp),(?:RequestId|client-ip|connector-id|sessionId),/i;
const OWN_FILE = /^#Software: Microsoft Exchange|^(?:DateTime|date-time|Timestamp),/i;

const base = { observerIsAsset: true, initiator: "source" } as const;

function address(value: string | undefined): { ip?: string; port?: number } {
  return addressAndPort(value?.replace(/%\w{1,16}(?=\]|$)/, ""));
}

/** The first that is an address of several (`198.51.100.1, 10.0.0.1`). */
function firstAddress(value: string | undefined): string | undefined {
  return address(value?.split(/[,; ]/, 1)[0]).ip;
}

const WENT = /^(?:SEND|SENDEXTERNAL)$/;
const CAME = /^RECEIVE$/;
const SMTP_EVENT = /^(?:SEND|RECEIVE|SENDEXTERNAL|FAIL|DEFER|HAREDIRECT|HARECEIVE|TRANSFER|DSN|BADMAIL|DROP)$/;

/** https://learn.microsoft.com/exchange/mail-flow/transport-logs/message-tracking */
function tracking(row: Row): Read {
  const event = row["event-id"] ?? "";
  const sent = row["source"] === "SMTP" && SMTP_EVENT.test(event);
  const [client, server] = [address(row["client-ip"]), address(row["server-ip"])];
  const original = address(row["original-client-ip"]).ip;
  const source = { ...client, domain: hostName(row["client-hostname"]) };
  const destination = { ...server, domain: hostName(row["server-hostname"]) };
  const known: Event = {
    source: sent || client.ip !== undefined ? source : undefined,
    destination: sent ? destination : undefined,
    network: { forwarded_ip: original === undefined || original === client.ip ? [] : [original] },
    event: { dataset: "microsoft.exchange.tracking", action: event.toLowerCase() },
    email: mailEnds(row["sender-address"], row["recipient-address"]),
  };
  const said = `event-id=${event}`;
  if (sent && (WENT.test(event) || CAME.test(event)))
    return { event: known, outcome: "established", outcomeReason: said, ...base };
  // A failure names whom it was meant for, and seldom how far it came.
  const outcome: Outcome = event === "FAIL" && sent && CAME.test(event) ? "refused" : "unknown";
  return {
    event: known,
    outcome,
    outcomeReason: said,
    ...base,
    initiator: sent ? "source" : client.ip === undefined ? "unknown" : "source",
  };
}

/** https://learn.microsoft.com/exchange/mail-flow/connectors/protocol-logging: `<` came from the far end, `>` went to it. */
function smtp(row: Row, context: LineContext): Read {
  const far = address(row["remote-endpoint"]);
  const near = address(row["local-endpoint"]);
  const type = context.headerBefore("#Log-type:") ?? "";
  const sends =
    /Send/.test(type) ||
    (!/Receive/.test(type) &&
      (far.port === 25 || far.port === 587 || far.port === 465) &&
      near.port !== 25 &&
      near.port !== 587);
  const data = row["data"] ?? "";
  const sign = row["event"] ?? "";
  const note = row["context"] ?? "";
  return {
    event: {
      source: sends ? near : far,
      destination: sends ? far : near,
      event: { dataset: "microsoft.exchange.smtp", action: SIGNS[sign] },
      email: sign === "<" || sign === ">" ? envelopeOf(data) : undefined,
    },
    ...(sends ? sendOutcome(sign, data, note) : receiveOutcome(sign, data, note)),
    ...base,
    initiatorReason: sends ? "a send connector: this server called" : "a receive connector: the client called",
  };
}

const SIGNS: Readonly<Record<string, string>> = wordTable({
  "+": "connect",
  "-": "disconnect",
  ">": "sent",
  "<": "received",
  "*": "information",
});

function envelopeOf(data: string): Event["email"] {
  const m = /^(MAIL FROM|RCPT TO):\s{0,2}<([^<>]{0,320})>/i.exec(data);
  return m ? (/^MAIL/i.test(m[1]!) ? mailEnds(m[2], undefined) : mailEnds(undefined, m[2])) : undefined;
}

interface Judged {
  outcome: Outcome;
  outcomeReason: string;
}
const is = (outcome: Outcome, outcomeReason: string): Judged => ({ outcome, outcomeReason });

function sendOutcome(sign: string, data: string, note: string): Judged {
  const said = `${data} ${note}`.slice(0, 600);
  if (sign === "<") return is("established", "the server answered");
  if (/10061|actively refused|ConnectionRefused/i.test(said)) return is("refused", "connection refused");
  if (/10060|10065|10051|TimedOut|did not properly respond|unreachable/i.test(said))
    return is("unanswered", "no connection came about");
  return sign === ">"
    ? is("established", "a command was sent in the session")
    : is("unknown", SIGNS[sign] ?? "no sign");
}

function receiveOutcome(sign: string, data: string, note: string): Judged {
  if (sign === ">") {
    if (/^235[ -]/.test(data)) return is("authenticated", "235: authentication succeeded");
    if (/^[45]\d\d[ -]/.test(data)) return is("refused", `reply ${data.slice(0, 3)}`);
    return /^2\d\d[ -]/.test(data) && !/^220[ -]/.test(data)
      ? is("established", `reply ${data.slice(0, 3)}`)
      : is("unknown", "a reply was sent");
  }
  if (sign === "*" && /authenticat/i.test(`${data} ${note}`))
    return /fail|denied|error/i.test(`${data} ${note}`)
      ? is("refused", "authentication failed")
      : is("authenticated", "authenticated");
  return sign === "<" ? is("established", "the client sent a command") : is("unknown", SIGNS[sign] ?? "no sign");
}

const LOGIN = /^(?:login|authenticate|auth|pass|ntlm)/i;

/** IMAP and POP, front and back end: `R=` in the context is the reply. */
function access(row: Row): Read {
  const reply = /\bR=["']{0,2}(?:\S{1,32} )?(\+OK|-ERR|OK|NO|BAD)\b/i.exec(row["context"] ?? "")?.[1]?.toUpperCase();
  const login = LOGIN.test((row["command"] ?? "").trim());
  const failed =
    reply === "NO" || reply === "-ERR" || reply === "BAD" || /AuthFailed|LogonDenied/.test(row["context"] ?? "");
  const user = text(row["user"]);
  const judged = failed
    ? is("refused", `${row["command"] ?? ""}: ${reply ?? "failed"}`)
    : login && reply !== undefined
      ? is("authenticated", `${row["command"]!.trim()}: ${reply}`)
      : (integer(row["rpsize"]) ?? 0) > 0
        ? is("established", `rpsize=${row["rpsize"]!}`)
        : is("unknown", row["command"] ?? "");
  return {
    event: {
      source: address(row["cip"]),
      destination: address(row["sip"]),
      event: { dataset: "microsoft.exchange.access", action: text(row["command"]?.trim()) },
      user: { name: user },
    },
    ...judged,
    ...base,
  };
}

/** HTTP proxy, EWS, MAPI, OAB, ECP, Autodiscover …: requests, by `ClientIpAddress`. */
function web(row: Row): Read {
  const listed = row["clientipaddress"] ?? row["clientip"];
  const ip = firstAddress(listed);
  const status = integer(row["httpstatus"] ?? row["httpstatuscode"]);
  const user = text(row["authenticateduser"]);
  const judged = httpOutcome(status);
  const stem = text(row["urlstem"]);
  const signed =
    judged.outcome === "established" && user !== undefined && !/^false$/i.test(row["isauthenticated"] ?? "");
  return {
    event: {
      source: ip === undefined ? undefined : { ip },
      event: { dataset: "microsoft.exchange.http", action: text(row["protocolaction"] ?? row["soapaction"]) },
      url: {
        original: stem === undefined ? undefined : `${stem}${row["urlquery"] ?? ""}`,
        path: stem,
        domain: text(row["urlhost"]),
      },
      http: { request: { method: text(row["method"]) }, response: { status_code: status } },
      user_agent: { original: text(row["useragent"]) },
      user: { name: user },
      host: { name: text(row["serverhostname"]) },
    },
    ...(signed ? is("authenticated", `HttpStatus=${status!} with AuthenticatedUser`) : judged),
    ...base,
    initiator: ip === undefined ? "unknown" : "source",
  };
}

/** Anti-spam agents: https://learn.microsoft.com/exchange/antispam-and-antimalware/antispam-protection/antispam-agent-logging */
function agent(row: Row): Read {
  const action = row["action"] ?? "";
  const from = canonicalIp(row["enteredorgfromip"]);
  const far = address(row["remoteendpoint"]);
  const refused = /Reject|Delete|Disconnect|Quarantine/i.test(action);
  return {
    event: {
      source: far,
      destination: address(row["localendpoint"]),
      network: { forwarded_ip: from === undefined || from === far.ip ? [] : [from] },
      event: { dataset: "microsoft.exchange.agent", action: text(action) },
      email: mailEnds(row["p1fromaddress"], row["recipient"]),
    },
    ...(refused ? is("refused", `Action=${action}`) : is("established", `Action=${action}`)),
    ...base,
  };
}

/** By a column that each has alone. */
const KINDS: readonly (readonly [string, (row: Row, context: LineContext) => Read])[] = [
  ["event-id", tracking],
  ["remote-endpoint", smtp],
  ["cip", access],
  ["enteredorgfromip", agent],
  ["clientipaddress", web],
  ["clientip", web],
];

function headerOf(line: string, context: LineContext): string | undefined {
  const first = context.firstLine;
  const headed = first.startsWith("#") || /^(?:DateTime|date-time|Timestamp),/i.test(first);
  const stated = headed ? context.headerBefore("#Fields:") : undefined;
  if (stated?.includes(",")) return stated.slice("#Fields:".length).trim();
  if (headed && /^(?:DateTime|date-time|Timestamp),/i.test(first)) return first;
  if (SMTP.test(line)) return SMTP_FIELDS;
  return CLIENT_ACCESS.test(line) ? ACCESS_FIELDS : undefined;
}

export const exchange: Format = {
  id: "microsoft.exchange",
  title: "Microsoft Exchange: message tracking, SMTP protocol, IMAP, POP, HTTP proxy, agents",
  reference: "https://learn.microsoft.com/exchange/mail-flow/transport-logs/message-tracking",
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (COLUMNS.test(line)) return { event: {}, outcome: "unknown", initiator: "unknown" };
    if (line[0] === "#" && DIRECTIVE.test(line) && OWN_FILE.test(context.firstLine))
      return { event: {}, outcome: "unknown", initiator: "unknown" };
    if (!DATED.test(line)) return undefined;
    const header = headerOf(line, context);
    if (header === undefined) return undefined;
    const names = header.slice(0, 8192).split(",");
    const values = splitColumns(line, ",");
    const row: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const [i, name] of names.entries()) {
      const value = values[i]?.trim();
      if (value !== undefined && value !== "") row[name.trim().toLowerCase()] ??= value;
    }
    const kind = KINDS.find(([mark]) => names.some((name) => name.trim().toLowerCase() === mark));
    const read = kind?.[1](row, context);
    if (!read) return undefined;
    const stated = (row["date-time"] ?? row["datetime"] ?? row["timestamp"] ?? values[0]!).replace(/"/g, "");
    const time = parseIsoTime(stated.endsWith("Z") ? stated : `${stated}Z`);
    return shaped({
      ...read,
      event: { timestamp: timestamp(time, context, envelope), ...read.event },
    });
  },
};

/**
 * Linux audit records, as auditd writes them, as `ausearch -i` interprets them and as Laurel puts the records of an event together.
 * A login names the client in `addr=`; a socket address says whom a system call was about, and the call who began.
 */
import type { Event, Initiator, Outcome } from "../../model/event.js";
import { canonicalIp } from "../../model/ip.js";
import type { EnvelopeFields, Format, FormatResult, LineContext, ParsedTime } from "../format.js";
import { list, object, string, type Json } from "../json-fields.js";
import { shaped, timestamp } from "../shape.js";
import { findTime } from "../fallback/find-time.js";
import { civilTime, parseEpoch } from "../time.js";
import { keyValues, port, text } from "../values.js";
import { decodeSockaddr } from "./audit-sockaddr.js";
import { wordTable } from "../../model/word-table.js";

const RECORD =
  /^(?:node=(?<node>\S{1,255}) )?type=(?<type>[A-Z0-9_]{2,40}|UNKNOWN\[\d{1,5}\]) (?:msg=)?audit\((?<time>[^()]{6,40}):(?<serial>\d{1,12})\) ?: ?/;
/** Before the interpreted fields of an enriched record. */
const SEPARATOR = String.fromCharCode(29);
/** In the kernel's own log: `audit: type=1112 audit(…): …`. */
const KERNEL = /^(?:\[ {0,8}\d{1,8}\.\d{1,6}\] )?(?:audit|kernel: audit): (?=type=)/;
const NUMBERS: Readonly<Record<string, string>> = wordTable({
  "1100": "USER_AUTH",
  "1101": "USER_ACCT",
  "1103": "CRED_ACQ",
  "1105": "USER_START",
  "1106": "USER_END",
  "1112": "USER_LOGIN",
  "1300": "SYSCALL",
  "1306": "SOCKADDR",
});

/** Records of a session that a user began, ended or was refused. */
const LOGINS =
  /^(?:USER_(?:LOGIN|AUTH|ACCT|START|END|LOGOUT|ERR|CMD|CHAUTHTOK)|CRED_(?:ACQ|DISP|REFR)|LOGIN|GRP_AUTH|ANOM_LOGIN_\w{2,20}|RESP_ACCT\w{0,20})$/;

interface Call {
  name: string;
  success: boolean | undefined;
  exit: string | undefined;
}

/** Numbers of x86-64, then of arm64 and i386's own. */
const CALLS: Readonly<Record<string, string>> = wordTable({
  "42": "connect",
  "43": "accept",
  "44": "sendto",
  "45": "recvfrom",
  "46": "sendmsg",
  "47": "recvmsg",
  "49": "bind",
  "288": "accept4",
  "200": "bind",
  "202": "accept",
  "203": "connect",
  "206": "sendto",
  "242": "accept4",
  "362": "connect",
  "361": "bind",
  "364": "accept4",
});

const ERRORS: readonly (readonly [RegExp, Outcome, string])[] = [
  [/^(?:-111|ECONNREFUSED)/, "refused", "ECONNREFUSED"],
  [/^(?:-104|ECONNRESET)/, "refused", "ECONNRESET"],
  [/^(?:-110|ETIMEDOUT)/, "unanswered", "ETIMEDOUT"],
  [/^(?:-101|-113|ENETUNREACH|EHOSTUNREACH)/, "unanswered", "unreachable"],
  [/^(?:-1|-13|EPERM|EACCES)(?:\D|$)/, "blocked", "not permitted"],
];

/** What a system call on a socket shows. A connect that succeeds may be of a datagram socket, so it proves no answer. */
function called(call: Call | undefined): { away: boolean; initiator: Initiator; outcome: Outcome; reason: string } {
  const name = call?.name;
  if (name === "connect" || name === "sendto" || name === "sendmsg") {
    const error = ERRORS.find(([says]) => says.test(call?.exit ?? ""));
    if (error)
      return {
        away: true,
        initiator: name === "connect" ? "source" : "unknown",
        outcome: error[1],
        reason: `${name}: ${error[2]}`,
      };
    return {
      away: true,
      initiator: name === "connect" ? "source" : "unknown",
      outcome: "unknown",
      reason: `${name}${call?.success === undefined ? "" : `, success=${call.success ? "yes" : "no"}`}`,
    };
  }
  if (name === "accept" || name === "accept4")
    return {
      away: false,
      initiator: "source",
      outcome: call?.success === false ? "unknown" : "established",
      reason: `${name}: the connection was made`,
    };
  return { away: false, initiator: "unknown", outcome: "unknown", reason: name ?? "the call is not in the record" };
}

function callOf(fields: Readonly<Record<string, string>>): Call | undefined {
  const stated = fields["SYSCALL"] ?? fields["syscall"];
  if (stated === undefined) return undefined;
  return {
    name: CALLS[stated] ?? stated,
    success: fields["success"] === undefined ? undefined : fields["success"] === "yes",
    exit: fields["exit"],
  };
}

interface Far {
  ip?: string | undefined;
  port?: number | undefined;
}

/** `saddr=0200…`, `saddr={ saddr_fam=inet laddr=203.0.113.7 lport=443 }`, `saddr={ fam=inet …}`, `saddr=inet host:203.0.113.7 serv:443`. */
function farOf(record: string): Far | undefined {
  const shown = /(?:laddr=|host:)(?<ip>[0-9A-Fa-f.:]{2,45}) (?:lport=|serv:)(?<port>\d{1,5})/.exec(record)?.groups;
  const ip = canonicalIp(shown?.["ip"]);
  if (ip !== undefined) return { ip, port: port(shown!["port"]) };
  const hex = /\bsaddr=(?<hex>[0-9A-Fa-f]{8,256})(?:[^0-9A-Fa-f]|$)/.exec(record)?.groups?.["hex"];
  const read = hex === undefined ? undefined : decodeSockaddr(hex);
  return read?.ip === undefined ? undefined : { ip: read.ip, port: read.port };
}

function socketResult(far: Far | undefined, call: Call | undefined): FormatResult {
  const { away, initiator, outcome, reason } = called(call);
  const unplaced = call === undefined || !/^(?:connect|accept4?|sendto|sendmsg|recvfrom|recvmsg)$/.test(call.name);
  // Whose address a bind or an unknown call holds is not told.
  if (!far || unplaced)
    return {
      event: { event: { action: call?.name } },
      outcome: "unknown",
      outcomeReason: reason,
      initiator: "unknown",
      observerIsAsset: true,
      ...(far && unplaced
        ? { notes: [`a socket address of ${call?.name ?? "an unknown call"}: its place in the traffic is not told`] }
        : {}),
    };
  const end = { ip: far.ip!, port: far.port === 0 ? undefined : far.port };
  return {
    event: { source: away ? undefined : end, destination: away ? end : undefined, event: { action: call.name } },
    outcome,
    outcomeReason: reason,
    initiator,
    observerIsAsset: true,
  };
}

function loginResult(type: string, fields: Readonly<Record<string, string>>): FormatResult {
  const ip = canonicalIp(text(fields["addr"]));
  const host = text(fields["hostname"]);
  const named = ip === undefined && host !== undefined && host !== "?" ? canonicalIp(host) : undefined;
  const good = /^(?:success|yes|1)$/.test(fields["res"] ?? fields["result"] ?? "");
  const bad = /^(?:failed|fail|no|0)$/.test(fields["res"] ?? fields["result"] ?? "");
  return {
    event: {
      source: ip === undefined && named === undefined ? undefined : { ip: ip ?? named! },
      event: { action: fields["op"] ?? type.toLowerCase(), outcome: good ? "success" : bad ? "failure" : undefined },
      user: { name: text(fields["acct"]) },
      process: { name: fields["exe"]?.split("/").pop() },
    },
    outcome: good ? "authenticated" : bad ? "refused" : "unknown",
    outcomeReason: `${type}, res=${fields["res"] ?? fields["result"] ?? "-"}`,
    initiator: "source",
    observerIsAsset: true,
  };
}

/** CRYPTO_SESSION and CRYPTO_KEY_USER of sshd: the key exchange was made, so both ends spoke. */
function cryptoResult(type: string, fields: Readonly<Record<string, string>>): FormatResult {
  const far = canonicalIp(text(fields["addr"]));
  const near = canonicalIp(text(fields["laddr"]));
  const session = type === "CRYPTO_SESSION" && /^(?:success|yes)$/.test(fields["res"] ?? "");
  return {
    event: {
      source: far === undefined ? undefined : { ip: far, port: port(fields["rport"]) },
      destination: near === undefined ? undefined : { ip: near, port: port(fields["lport"]) },
      event: { action: fields["op"] ?? type.toLowerCase() },
      process: { name: fields["exe"]?.split("/").pop() },
    },
    outcome: session ? "established" : "unknown",
    outcomeReason: `${type}, res=${fields["res"] ?? "-"}`,
    initiator: "source",
    observerIsAsset: true,
  };
}

/** SELinux and AppArmor denials on sockets, and the packets that netfilter's AUDIT target records. */
function packetResult(type: string, fields: Readonly<Record<string, string>>, body: string): FormatResult {
  const denied = /\bdenied\b|"DENIED"/.test(body.slice(0, 200)) && fields["permissive"] !== "1";
  const connects = body.slice(0, 200).includes("{ name_connect }");
  const ip = (name: string): string | undefined => canonicalIp(text(fields[name]));
  const [saddr, daddr, laddr, faddr] = ["saddr", "daddr", "laddr", "faddr"].map(ip) as (string | undefined)[];
  const near = laddr ?? saddr;
  const far = faddr ?? daddr;
  return {
    event: {
      source:
        near === undefined ? undefined : { ip: near, port: port(fields["lport"] ?? fields["sport"] ?? fields["src"]) },
      destination:
        far === undefined ? undefined : { ip: far, port: port(fields["fport"] ?? fields["dport"] ?? fields["dest"]) },
      event: { action: type.toLowerCase() },
      process: { name: text(fields["comm"]) },
    },
    outcome: denied ? "blocked" : "unknown",
    outcomeReason: denied ? `${type}: denied` : type,
    initiator: connects ? "source" : "unknown",
    initiatorReason: connects ? "name_connect: this machine began it" : "the record does not say who began",
    oneWay: true,
    observerIsAsset: true,
  };
}

/** `ausearch -i` writes the locale's date, in the United States' order unless it is set to another. */
function interpreted(stated: string): ParsedTime | undefined {
  const m = /^(\d\d)\/(\d\d)\/(\d{4}) (\d\d):(\d\d):(\d\d)\.(\d{3})$/.exec(stated);
  return m ? civilTime(+m[3]!, +m[1]!, +m[2]!, +m[4]!, +m[5]!, +m[6]!, +m[7]!) : undefined;
}

function fieldsOf(body: string): Record<string, string> {
  const plain = body.replaceAll(SEPARATOR, " ");
  const inner = /\bmsg='(.{0,8192}?)'(?:\s|$)/.exec(plain)?.[1];
  const fields = keyValues(plain);
  if (inner !== undefined) for (const [key, value] of Object.entries(keyValues(inner))) fields[key] = value;
  return fields;
}

export const auditd: Format = {
  id: "linux.auditd",
  title: "Linux audit records: auditd, ausearch -i",
  reference: "https://github.com/linux-audit/audit-documentation/wiki/SPEC-Audit-Event-Format",
  marks: ["audit("],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (!line.includes("audit(")) return undefined;
    const kernel = KERNEL.exec(line);
    const text_ = kernel ? line.slice(kernel[0].length) : line;
    const m = RECORD.exec(
      text_.replace(/^type=(\d{4}) /, (whole, n: string) => (NUMBERS[n] === undefined ? whole : `type=${NUMBERS[n]} `)),
    );
    if (!m) return undefined;
    const {
      node,
      type,
      time: stated,
      serial,
    } = m.groups as Record<"type" | "time" | "serial", string> & { node?: string };
    const body = line.slice(line.indexOf("audit(")).replace(/^audit\([^()]{0,60}\) ?: ?/, "");
    const time = parseEpoch(stated) ?? interpreted(stated) ?? findTime(stated)?.time;
    const decided = timestamp(time, context, envelope);
    const fields = fieldsOf(body);
    let result: FormatResult;
    if (type === "SOCKADDR" || /\bsaddr=(?:\{|[0-9A-Fa-f]{8})/.test(body)) {
      let call = callOf(fields);
      // The call stands in the record before, of the same serial.
      const before = call
        ? undefined
        : context.headerBefore(
            `${node === undefined ? "" : `node=${node} `}type=SYSCALL msg=audit(${stated}:${serial})`,
          );
      if (before !== undefined) call = callOf(keyValues(before.replaceAll(SEPARATOR, " ")));
      result = socketResult(farOf(body), call);
    } else if (LOGINS.test(type)) result = loginResult(type, fields);
    else if (type.startsWith("CRYPTO_")) result = cryptoResult(type, fields);
    else if (type === "NETFILTER_PKT" || type === "AVC" || type.startsWith("APPARMOR"))
      result = packetResult(type, fields, body);
    else
      result = {
        event: {
          event: { action: type.toLowerCase() },
          user: { name: text(fields["acct"]) },
          process: { name: text(fields["comm"]) },
        },
        outcome: "unknown",
        initiator: "unknown",
        observerIsAsset: true,
      };
    return shaped({ ...result, event: { timestamp: decided, ...result.event, host: { name: node } } });
  },
};

/** Laurel: the records of one event as one object, numbers translated. https://github.com/threathunters-io/laurel */
export const laurel: Format = {
  id: "linux.laurel",
  title: "Linux audit events by Laurel",
  reference: "https://github.com/threathunters-io/laurel/blob/master/man/laurel.8.md",
  json: true,
  parse(_line: string, context: LineContext, envelope?: EnvelopeFields, record?: Json): FormatResult | undefined {
    const id = /^(\d{9,11}\.\d{1,6}):\d{1,12}$/.exec(string(record?.["ID"]) ?? "");
    if (!record || !id) return undefined;
    const time = parseEpoch(id[1]!);
    const decided = timestamp(time, context, envelope);
    const strings = (value: Json | undefined): Record<string, string> =>
      Object.fromEntries(
        Object.entries(value ?? {}).flatMap(([key, v]) => (string(v) === undefined ? [] : [[key, string(v)!]])),
      );
    const call = callOf(strings(object(record["SYSCALL"])));
    const raw = record["SOCKADDR"];
    const socket = object(raw) ?? object(list(raw)[0]);
    const shown = object(socket?.["SADDR"]) ?? object(socket?.["saddr"]);
    const ip = canonicalIp(string(shown?.["addr"] ?? shown?.["laddr"]));
    const far =
      ip === undefined
        ? farOf(`saddr=${string(socket?.["saddr"]) ?? ""}`)
        : { ip, port: port(string(shown?.["port"] ?? shown?.["lport"])) };
    const login = Object.keys(record).find((key) => LOGINS.test(key));
    const entry = login === undefined ? undefined : (object(record[login]) ?? object(list(record[login])[0]));
    const result: FormatResult = socket
      ? socketResult(far, call)
      : entry
        ? loginResult(login!, strings(entry))
        : {
            event: { event: { action: call?.name } } as Event,
            outcome: "unknown",
            initiator: "unknown",
            observerIsAsset: true,
          };
    const comm = string(object(record["SYSCALL"])?.["comm"]);
    return shaped({
      ...result,
      event: {
        timestamp: decided,
        ...result.event,
        host: { name: string(record["NODE"]) },
        process: { name: result.event.process?.name ?? comm },
      },
    });
  },
};

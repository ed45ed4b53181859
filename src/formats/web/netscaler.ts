/**
 * Citrix NetScaler (ADC) and Gateway: `date [zone] host n-PPE-n : [partition] FEATURE EVENT id 0 : key value - key value`. What a user's
 * session reached stands in TCPCONNSTAT: the user is the source. Dates are month first unless that cannot be.
 */
import type { EnvelopeFields, Format, FormatResult, LineContext, ParsedTime } from "../format.js";
import type { Outcome } from "../../model/event.js";
import { timestamp, compact } from "../shape.js";
import { civilTime, zoneOffset } from "../time.js";
import { addressAndPort, integer, port, text } from "../values.js";

const DATED =
  /(?:^|[ >])(\d{2,4})\/(\d\d)\/(\d{2,4}):(\d\d):(\d\d):(\d\d) {1,2}(?:([A-Z]{3,4}) )?(?:([A-Za-z0-9][\w.-]{0,254}) )?/;
const NAMED =
  /^ {0,2}(?:[A-Za-z0-9][\w.-]{0,254} )?(?:\d{1,3}-)?PPE-?\d{1,3} : (?:[\w.-]{1,64} )?([A-Z_]{2,16}) ([A-Za-z0-9_]{2,40}) \d{1,12} \d{1,12} : {0,4}/;

/** Names that begin a field. A value ends where the next begins. */
const FIELD =
  /(?:^|[-:] |^ )(Context|[Ss]essionId|ADM_User|User|Client_ip|ClientIP|ClientPort|Nat_ip|NatIP|Vserver|VserverServiceIP|VserverServicePort|Source|Destination|Remote_ip|Browser_type|Browser|Failure_reason|Reason|Command|Status|Total_bytes_send|Total_bytes_recv|Access|Denied_by_policy|Protocol|ClientVersion|CipherSuite|Session|SSLVPN_client_type|LogoutMethod|SNI|Start_time|End_time|Group\(s\)|Policy|username:domainname|--> Destination):? /g;

interface Judged {
  outcome: Outcome;
  outcomeReason: string;
}

export const netscaler: Format = {
  id: "citrix.netscaler",
  title: "Citrix NetScaler (ADC) and Gateway",
  reference: "https://developer-docs.netscaler.com/en-us/netscaler-syslog-message-reference/current-release/",
  // A dash or a digit follows.
  marks: [..."-0123456789"].map((c) => `PPE${c}`),
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (!line.includes("PPE")) return undefined;
    const dated = DATED.exec(line.slice(0, 300));
    // The date may be the envelope's alone.
    const start = dated ? dated.index + dated[0].length : 0;
    const m = NAMED.exec(line.slice(start, start + 600));
    if (!m) return undefined;
    const [feature, event] = [m[1]!, m[2]!];
    const body = line.slice(start + m[0].length, start + m[0].length + 8192);
    // Application firewall events as CEF are the envelopes' matter.
    if (body.startsWith("CEF:")) return undefined;
    const { fields: f, forged } = fieldsOf(body);
    const time = dated ? timeOf(dated) : undefined;
    const ends = endsOf(f, feature, body);
    if (!ends.source && !ends.destination && !forged) return undefined;
    const judged = judge(feature, event, f, body);
    return {
      event: compact({
        timestamp: timestamp(time, context, envelope),
        source: {
          ...ends.source,
          nat: addressAndPort(f["NatIP"] ?? f["Nat_ip"]),
          bytes: integer(f["Total_bytes_send"]),
        },
        destination: { ...ends.destination, bytes: integer(f["Total_bytes_recv"]) },
        network: { transport: text(f["Protocol"])?.toLowerCase() },
        event: {
          action: `${feature} ${event}`,
          outcome:
            judged.outcome === "authenticated" || judged.outcome === "established"
              ? "success"
              : judged.outcome === "unknown"
                ? undefined
                : ("failure" as const),
        },
        url: { original: /(?:^| )(https?:\/\/[^\s<>"]{1,4096})/.exec(body)?.[1] },
        user: { name: userOf(f) },
        user_agent: { original: text((f["Browser_type"] ?? f["Browser"])?.replaceAll('"', "")) },
        tls: { client: { server_name: text(f["SNI"]) }, version: text(f["ClientVersion"]) },
        observer: { name: text(dated?.[8]) },
      }),
      ...judged,
      initiator: ends.source ? "source" : "unknown",
      ...(forged ? { notes: ["the line names an end twice: one is text sent by the client"] } : {}),
      ...(ends.through ? {} : { observerIsAsset: true }),
    };
  },
};

function userOf(f: Record<string, string>): string | undefined {
  const context = /^([^@\s]{1,128})@/.exec(f["Context"] ?? "")?.[1];
  return text(f["User"] ?? context ?? f["username:domainname"]?.split(":", 1)[0]);
}

/** Month, day, year as shipped; day first where the first number can be no month; year first where it has four digits. */
function timeOf(m: RegExpExecArray): ParsedTime | undefined {
  const numbers = [Number(m[1]), Number(m[2]), Number(m[3])] as const;
  const [year, a, b] = m[1]!.length === 4 ? numbers : ([numbers[2], numbers[0], numbers[1]] as const);
  const [month, day] = a > 12 ? [b, a] : [a, b];
  const zone = m[7] === undefined ? undefined : zoneOffset(m[7]);
  return civilTime(year, month, day, +m[4]!, +m[5]!, +m[6]!, 0, zone);
}

/** Names whose value must be the device's own: a user name or browser may hold text that looks like one. */
const ENDS = new Set(["Client_ip", "ClientIP", "Remote_ip", "Source", "Destination", "Vserver"]);

/** First value of each name; an end that is named twice with two values is left out, since one is the client's text. */
function fieldsOf(body: string): { fields: Record<string, string>; forged: boolean } {
  const out: Record<string, string> = Object.create(null) as Record<string, string>;
  const forged = new Set<string>();
  const found = [...body.matchAll(FIELD)].slice(0, 64);
  for (const [i, at] of found.entries()) {
    const end = found[i + 1]?.index ?? body.length;
    const value = body
      .slice(at.index + at[0].length, end)
      .replace(/[ -]{1,3}$/, "")
      .trim();
    const name = at[1]!;
    if (out[name] !== undefined && out[name] !== value && ENDS.has(name)) forged.add(name);
    out[name] ??= value;
  }
  for (const name of forged) delete out[name];
  return { fields: out, forged: forged.size > 0 };
}

interface End {
  ip?: string;
  port?: number;
}

function endsOf(
  f: Record<string, string>,
  feature: string,
  body: string,
): { source?: End; destination?: End; through?: true } {
  const end = (value: string | undefined, p?: string): End | undefined => {
    const read = addressAndPort(value?.split(" ", 1)[0]);
    const stated = port(p);
    if (read.ip === undefined) return undefined;
    return stated === undefined || read.port !== undefined ? read : { ...read, port: stated };
  };
  const arrow = /Source (\S{3,60}) --> Destination (\S{3,60})/.exec(body);
  const source = end(arrow?.[1] ?? f["Source"]);
  const destination = end(arrow?.[2] ?? f["Destination"]);
  if (source ?? destination)
    return { ...(source ? { source } : {}), ...(destination ? { destination } : {}), through: true };
  const client =
    end(f["Client_ip"]) ??
    end(f["ClientIP"], f["ClientPort"]) ??
    end(f["Remote_ip"]) ??
    end(/@(\S{3,45})$/.exec(f["Context"] ?? "")?.[1]) ??
    // APPFW begins with the client.
    (feature === "APPFW" ? end(body.trimStart().split(" ", 1)[0]) : undefined);
  const server = end(f["Vserver"]) ?? end(f["VserverServiceIP"], f["VserverServicePort"]);
  return { ...(client ? { source: client } : {}), ...(server ? { destination: server } : {}) };
}

function judge(feature: string, event: string, f: Record<string, string>, body: string): Judged {
  const is = (outcome: Outcome, why = `${feature} ${event}`): Judged => ({ outcome, outcomeReason: why });
  if (feature === "APPFW")
    return body.trimEnd().endsWith("<blocked>")
      ? is("blocked", "<blocked>")
      : is("unknown", `${feature} ${event}, not blocked`);
  if (/FAIL/i.test(event))
    return is("refused", `${feature} ${event} ${f["Failure_reason"] ?? f["Reason"] ?? ""}`.trim());
  if (/DENIED/.test(event) || /^Denied/i.test(f["Access"] ?? "")) return is("blocked");
  if (/^(?:UI|GUI|CLI|API)$/.test(feature)) {
    const status = (f["Status"] ?? "").replaceAll('"', "");
    const login = /^"?login\b/.test(f["Command"] ?? "");
    if (status.startsWith("Success")) return is("authenticated", `Command run, Status ${status}`);
    return login && status.startsWith("ERROR") ? is("refused", `login: ${status.slice(0, 80)}`) : is("unknown");
  }
  if (/^LOG(?:IN|OUT)$|^HTTPREQUEST$|^ICASTART$/.test(event)) return is("authenticated");
  if (event === "SSL_HANDSHAKE_SUCCESS") return is("established");
  const [sent, received] = [integer(f["Total_bytes_send"]), integer(f["Total_bytes_recv"])];
  if (sent && received) return is("established", `${feature} ${event}, bytes both ways`);
  return is("unknown");
}

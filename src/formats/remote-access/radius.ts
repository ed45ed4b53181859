/** RADIUS servers: FreeRADIUS, and Microsoft NPS/IAS in its three file formats. The caller is the source, the network device the destination. */
import type { Outcome } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { ctime } from "../fields.js";
import { splitColumns } from "../fallback/delimited.js";
import { findTime } from "../fallback/find-time.js";
import { tell, type Sentence } from "../messages.js";
import { addressAndPort, endpoint, text } from "../values.js";
import { shaped, timestamp } from "../shape.js";
import { wordTable } from "../../model/word-table.js";

const A = String.raw`\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{2,41}`;
/** User names are the client's text: what follows them is anchored at the end. */
const FROM = String.raw`\(from client \S{1,128} port \d{1,10}(?: cli (?<ip>\S{2,64}))?(?: via TLS tunnel)?\)(?: .{0,200})?$`;
const re = (source: string): RegExp => new RegExp(source);

const FREERADIUS: readonly Sentence[] = [
  {
    says: re(String.raw`^(?:\(\d{1,12}\) )?Login OK(?: \([^)]{1,128}\))?: \[(?<user>.{0,255})\] ${FROM}`),
    outcome: "authenticated",
    reason: "Login OK",
    action: "login",
  },
  {
    says: re(
      String.raw`^(?:\(\d{1,12}\) )?(?:Login incorrect|Invalid user|Multiple logins)(?: \(.{1,255}\))?: \[(?<user>.{0,255})\] ${FROM}`,
    ),
    outcome: "refused",
    reason: "Login incorrect",
    action: "login",
  },
  {
    says: re(
      String.raw`^(?:\(\d{1,12}\) )?Ignoring request to .{1,80} from unknown client (?<ip>${A}) port (?<port>\d{1,5})`,
    ),
    outcome: "blocked",
    reason: "unknown client",
  },
  {
    says: re(
      String.raw`^(?:\(\d{1,12}\) )?(?:Received|Dropping|Discarding|Invalid).{0,160} from (?:client )?(?:\S{1,64} )?(?<ip>${A}) port (?<port>\d{1,5})`,
    ),
    outcome: "unknown",
    reason: "a message about the client",
  },
];

const LEVEL = /^(?:Auth|Info|Error|Warning|WARNING|ERROR|Debug|Acct|Proxy): /;

/** A caller's id that is a telephone or MAC address is no end of the traffic. */
function caller(result: FormatResult | undefined): FormatResult | undefined {
  if (!result || result.event.source?.ip !== undefined || result.event.source === undefined) return result;
  const { source: _source, ...event } = result.event;
  return { ...result, event };
}

export const freeradius: Format = {
  id: "freeradius.radiusd",
  title: "FreeRADIUS",
  reference: "https://wiki.freeradius.org/config/Logging",
  marks: ["(from client ", "Ignoring request to ", "Received", "Dropping", "Discarding", "Invalid"],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    const named = program !== undefined && /^(?:radiusd|freeradius)$/.test(program);
    if (program !== undefined && !named) return undefined;
    const dated = ctime(`${line.slice(0, 24)} `);
    if (!named && (!dated || !line.startsWith(" : ", dated.length))) return undefined;
    const message = (dated ? line.slice(dated.length + 3) : line).replace(LEVEL, "");
    return caller(
      tell(message, FREERADIUS, { process: "radiusd", timestamp: timestamp(dated?.time, context, envelope) }),
    );
  },
};

/** Packet-Type of the NPS log formats. */
const PACKETS: Readonly<Record<string, { action: string; outcome: Outcome }>> = wordTable({
  "1": { action: "Access-Request", outcome: "unknown" },
  "2": { action: "Access-Accept", outcome: "authenticated" },
  "3": { action: "Access-Reject", outcome: "refused" },
  "4": { action: "Accounting-Request", outcome: "authenticated" },
  "5": { action: "Accounting-Response", outcome: "authenticated" },
  "6": { action: "Access-Discard", outcome: "blocked" },
  "11": { action: "Access-Challenge", outcome: "established" },
});

interface Nps {
  stamp: string | undefined;
  computer: string | undefined;
  type: string | undefined;
  user: string | undefined;
  calling: string | undefined;
  framed: string | undefined;
  nas: string | undefined;
  client: string | undefined;
}

function npsResult(n: Nps, context: LineContext, envelope: EnvelopeFields | undefined): FormatResult | undefined {
  const packet = PACKETS[n.type ?? ""];
  if (!packet) return undefined;
  const from = addressAndPort(text(n.calling)).ip;
  const nas = addressAndPort(text(n.nas)).ip ?? addressAndPort(text(n.client)).ip;
  const server = { name: text(n.computer), vendor: "Microsoft", product: "NPS" };
  return shaped({
    event: {
      timestamp: timestamp(n.stamp === undefined ? undefined : findTime(n.stamp)?.time, context, envelope),
      // Without a caller's address, the network device that asks for it is who came.
      source: from === undefined ? endpoint({ ip: nas }) : endpoint({ ip: from, natIp: n.framed }),
      destination: from === undefined ? undefined : endpoint({ ip: nas }),
      network: { protocol: "radius" },
      event: { action: packet.action },
      user: { name: text(n.user) },
      observer: server,
    },
    outcome: packet.outcome,
    outcomeReason: packet.action,
    initiator: "source",
    initiatorReason: from === undefined ? "the network device asked" : "Calling-Station-Id called",
    observerIsAsset: true,
  });
}

/** Attributes of the IAS format, by number. */
const IAS = { user: "1", nas: "4", framed: "8", calling: "31", client: "4108", type: "4136" } as const;

function xmlField(line: string, name: string): string | undefined {
  const open = line.indexOf(`<${name} `);
  if (open < 0) return undefined;
  const start = line.indexOf(">", open) + 1;
  const end = start > 0 ? line.indexOf("<", start) : -1;
  return end < 0 ? undefined : line.slice(start, end);
}

export const nps: Format = {
  id: "microsoft.nps",
  title: "Microsoft NPS / IAS (RRAS) log files: DTS, ODBC and IAS formats",
  reference:
    "https://learn.microsoft.com/en-us/previous-versions/windows/it-pro/windows-server-2008-r2-and-2008/cc771748(v=ws.10)",
  marks: ["<Packet-Type ", '"IAS",', '"RAS",', '"NPS",', ",IAS,", ",RAS,"],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (line.startsWith("<Event>") && line.includes("<Packet-Type ")) {
      const f = (name: string): string | undefined => xmlField(line, name);
      return npsResult(
        {
          stamp: usDate(...halves(f("Timestamp"))),
          computer: f("Computer-Name"),
          type: f("Packet-Type"),
          user: f("SAM-Account-Name") ?? f("User-Name"),
          calling: f("Calling-Station-Id"),
          framed: f("Framed-IP-Address"),
          nas: f("NAS-IP-Address"),
          client: f("Client-IP-Address"),
        },
        context,
        envelope,
      );
    }
    // "SERVER","IAS",03/04/2021,05:06:07,type,…
    if (/^"[^"]{1,64}","(?:IAS|RAS|NPS)",\d\d\/\d\d\/\d{4},\d\d:\d\d:\d\d,/.test(line)) {
      const v = splitColumns(line, ",");
      return npsResult(
        {
          stamp: usDate(v[2], v[3]),
          computer: v[0],
          type: v[4],
          user: v[5],
          calling: v[8],
          framed: v[10],
          nas: v[12],
          client: v[15],
        },
        context,
        envelope,
      );
    }
    // 192.0.2.1,user,03/04/2021,05:06:07,IAS,SERVER,4,192.0.2.1,…: pairs of attribute and value.
    if (!/^[^,]{2,45},[^,]{0,255},\d\d\/\d\d\/\d{4},\d\d:\d\d:\d\d,(?:IAS|RAS),/.test(line)) return undefined;
    const v = splitColumns(line, ",");
    const pairs = new Map<string, string>();
    for (let i = 6; i + 1 < v.length; i += 2) if (!pairs.has(v[i]!)) pairs.set(v[i]!, v[i + 1]!);
    return npsResult(
      {
        stamp: usDate(v[2], v[3]),
        computer: v[5],
        type: pairs.get(IAS.type),
        user: pairs.get(IAS.user) ?? v[1],
        calling: pairs.get(IAS.calling),
        framed: pairs.get(IAS.framed),
        nas: pairs.get(IAS.nas) ?? v[0],
        client: pairs.get(IAS.client),
      },
      context,
      envelope,
    );
  },
};

function halves(stamp: string | undefined): [date: string | undefined, time: string | undefined] {
  const [date, time] = (stamp ?? "").split(" ", 2);
  return [date, time];
}

/** These files are always `MM/DD/YYYY`, whatever the system's locale. */
function usDate(date: string | undefined, time: string | undefined): string | undefined {
  const m = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(date ?? "");
  return m ? `${m[3]}-${m[1]}-${m[2]} ${time ?? ""}` : undefined;
}

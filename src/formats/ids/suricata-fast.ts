/** Suricata's fast.log, and Snort's alert_fast: one line an alert, with the packet's addresses. */
import type { EnvelopeFields, Format, FormatResult, LineContext, ParsedTime } from "../format.js";
import { civilTime } from "../time.js";
import { addressAndPort, endpoint } from "../values.js";
import { icmpBeginning, type Beginning } from "../initiator.js";
import { shaped, timestamp } from "../shape.js";

/** `MM/DD/YYYY-hh:mm:ss.ffffff`; Snort leaves the year out. */
const TIME = /^(\d{2})\/(\d{2})(?:\/(\d{4}|\d{2}))?-(\d{2}):(\d{2}):(\d{2})\.(\d{3})/;
const SYSLOG = /^(?:\[w?Drop\] )?\[\d{1,10}:\d{1,10}:\d{1,10}\] (?=.)/;
const ENDS = /\{([A-Za-z\d:._-]{1,32})\} (\S{2,64}) -> (\S{2,64})\s*$/;

function readTime(line: string): ParsedTime | undefined {
  const m = TIME.exec(line);
  if (!m) return undefined;
  return snortDate([+m[1]!, +m[2]!, m[3] === undefined ? undefined : +m[3]], [+m[4]!, +m[5]!, +m[6]!, +m[7]!]);
}

/** `MM/DD`, `MM/DD/YYYY`; with -y, Snort 2 puts a year of two digits last and Snort 3 first, where it is above 12. */
export function snortDate(
  [a, b, c]: readonly [number, number, number | undefined],
  [hour, minute, second, ms]: readonly [number, number, number, number],
): ParsedTime | undefined {
  if (a > 12 && c !== undefined) return civilTime(2000 + a, b, c, hour, minute, second, ms);
  return civilTime(c !== undefined && c < 100 ? 2000 + c : c, a, b, hour, minute, second, ms);
}

/** `203.0.113.7:443`, `2001:db8::1:443`, `[2001:db8::1]:443`: the last colon parts the port. */
export function readEnd(text: string): { ip?: string; port?: number } {
  const colon = text.lastIndexOf(":");
  if (text.includes("[") || text.indexOf(":") === colon) return addressAndPort(text);
  const ip = addressAndPort(text.slice(0, colon));
  const end = ip.ip === undefined ? undefined : addressAndPort(`[${ip.ip}]:${text.slice(colon + 1)}`);
  return end?.port === undefined ? addressAndPort(text) : end;
}

function parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
  // Over syslog the time and the [**] marks are left out.
  const short = SYSLOG.exec(line);
  const opening = short ? short[0].length : line.indexOf("[**]");
  if (opening < 0) return undefined;
  const start = short ? opening : opening + 4;
  const priority = short ? line.lastIndexOf("[Priority: ") : -1;
  // Decoders and preprocessors of Snort may leave class and priority out.
  const closing = short ? (priority < 0 ? line.lastIndexOf(" {") : priority) : line.indexOf("[**]", start);
  const m = closing < 0 ? null : ENDS.exec(line.slice(-192));
  if (!m) return undefined;
  const protocol = m[1]!.toLowerCase();
  const icmp = protocol.includes("icmp");
  const first = readEnd(m[2]!);
  const second = readEnd(m[3]!);
  const dropped = /\[w?Drop\]/i.test(line.slice(0, opening));
  const message = line
    .slice(start, closing)
    .replace(/^\s{0,4}\[\d{1,10}:\d{1,10}:\d{1,10}\]/, "")
    .replace(/ \[Classification: [^\]]{0,200}\] ?$/, "")
    .trim();
  const begun: Beginning = icmp
    ? icmpBeginning(first.port, protocol.includes("6") ? 6 : 4)
    : { initiator: "unknown", initiatorReason: "an alert names the packet's sender" };
  return shaped({
    event: {
      timestamp: timestamp(readTime(line), context, envelope),
      source: endpoint({ ip: first.ip, port: icmp ? undefined : first.port }),
      destination: endpoint({ ip: second.ip, port: icmp ? undefined : second.port }),
      network: { transport: protocol === "ipv6-icmp" || protocol === "icmpv6" ? "ipv6-icmp" : protocol },
      event: { action: "alert" },
      observer: {
        name: envelope?.hostname,
        ...(envelope?.program?.startsWith("snort")
          ? { vendor: "Cisco", product: "Snort" }
          : { vendor: "OISF", product: "Suricata" }),
      },
      rule: { name: message === "" ? undefined : message },
    },
    outcome: dropped ? "blocked" : "unknown",
    outcomeReason: dropped ? "[Drop]" : "an alert does not say how far the traffic came",
    ...begun,
    oneWay: true,
  });
}

export const suricataFast: Format = {
  id: "suricata.fast",
  title: "Suricata fast.log, Snort alert_fast",
  reference: "https://docs.suricata.io/en/latest/configuration/suricata-yaml.html#line-based-alerts-log-fast-log",
  marks: [" -> "],
  parse,
};

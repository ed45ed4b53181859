/**
 * Cisco ISE and ACS: `CISE_…` (or `CSCOacs_…`) lines of comma-separated `key=value`. Where an endpoint's address is known it is the
 * source and the network device that it came through the destination; else the device asked ISE.
 */
import type { Outcome } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { addressAndPort, endpoint, port, text } from "../values.js";
import { findTime } from "../fallback/find-time.js";
import { shaped, timestamp } from "../shape.js";
import { wordTable } from "../../model/word-table.js";

/** The header's message class tells how it ended. */
const CLASSES: Readonly<Record<string, Outcome>> = wordTable({
  Passed_Authentications: "authenticated",
  PassedAuthentications: "authenticated",
  Failed_Attempts: "refused",
  FailedAttempts: "refused",
  RADIUS_Accounting: "authenticated",
  TACACS_Accounting: "authenticated",
});

const HEADER =
  /\b(?:CISE|CSCOacs)_(\w{2,48}) \d{4,12} (\d{1,3}) (\d{1,3}) (?:(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [+-]\d\d:\d\d) \d{4,12} (\d{3,6}) ([A-Z]{2,8}) )?/;

/** `, Key=value`; a value may hold commas escaped as `\,` and equals signs. First value of a key is kept. */
function pairs(body: string): Map<string, string> {
  const out = new Map<string, string>();
  for (const part of body.split(/, (?=[A-Za-z][\w .\-/()]{0,63}=)|,(?=[A-Z][\w.-]{2,63}=)/, 256)) {
    const equals = part.indexOf("=");
    const key = part.slice(0, equals).trim();
    if (equals > 0 && !out.has(key)) out.set(key, part.slice(equals + 1).replace(/[,;\s]{1,3}$/, ""));
  }
  return out;
}

const address = (value: string | undefined): string | undefined => addressAndPort(text(value?.trim())).ip;

export const ciscoIse: Format = {
  id: "cisco.ise",
  title: "Cisco ISE and Secure ACS",
  reference: "https://www.cisco.com/c/en/us/td/docs/security/ise/syslog/Cisco_ISE_Syslogs/m_SyslogsList.html",
  marks: ["CISE_", "CSCOacs_"],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (!line.includes("CISE_") && !line.includes("CSCOacs_")) {
      return undefined;
    }
    const m = HEADER.exec(line);
    if (!m || m.index > 160) return undefined;
    const body = line.slice(m.index + m[0].length);
    const f = pairs(body);
    const first = (...keys: readonly string[]): string | undefined =>
      keys.map((key) => address(f.get(key))).find((ip) => ip !== undefined);
    const avPair = /(?:ip:source-ip|client-ip|mdm-tlv=device-public-ip)=([0-9A-Fa-f.:]{2,45})/.exec(body)?.[1];
    const device = first("Device IP Address", "DeviceIPAddress", "NAS-IP-Address", "NASIPAddress", "NAS-IPv6-Address");
    const endpointIp =
      first("Calling-Station-ID", "CallingStationID", "Remote-Address", "AdminIPAddress", "Tunnel-Client-Endpoint") ??
      address(avPair) ??
      first("EndpointIPAddress");
    const framed = first("Framed-IP-Address", "FramedIPAddress");
    const server = first("DestinationIPAddress", "DestIPAddress");
    const source = endpointIp ?? (device === undefined ? framed : undefined) ?? device;
    const destination =
      endpointIp !== undefined && device !== undefined && device !== endpointIp
        ? endpoint({ ip: device })
        : endpoint({ ip: server, port: port(f.get("DestinationPort") ?? f.get("DestPort")) });
    const failed = /^5[34]\d\d$|^5411$/.test(m[5] ?? "") || f.has("FailureReason") || f.get("FailureFlag") === "true";
    const sentence = /^([\w -]{1,64}): ([^,]{1,160})/.exec(body);
    const passed = /authentication (?:succeeded|successful|passed)/i.test(sentence?.[2] ?? "");
    const outcome: Outcome =
      CLASSES[m[1]!] ??
      (failed || /failed/i.test(sentence?.[2] ?? "") ? "refused" : passed ? "authenticated" : "unknown");
    return shaped({
      event: {
        timestamp: timestamp(m[4] === undefined ? undefined : findTime(m[4])?.time, context, envelope),
        source:
          source === undefined ? undefined : endpoint({ ip: source, natIp: source === framed ? undefined : framed }),
        destination: destination?.ip === source ? undefined : destination,
        network: { protocol: text(f.get("Protocol"))?.toLowerCase() },
        event: { action: sentence?.[2] ?? m[1] },
        user: { name: text(f.get("UserName")) ?? text(f.get("User")) ?? text(f.get("AdminName")) },
        observer: { vendor: "Cisco", product: "ISE" },
      },
      outcome,
      outcomeReason: m[5] === undefined ? m[1]! : `${m[1]!}, message ${m[5]}`,
      initiator: "source",
      initiatorReason:
        endpointIp === undefined ? "the network device asked ISE" : "the endpoint came to the network device",
      observerIsAsset: true,
    });
  },
};

/** Junos firewall filters (`then syslog`): `PFE_FW_SYSLOG_IP: FW: ge-0/0/0.0 D tcp a b 51234 22 (1 packets)`. One line a packet or a few alike. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { icmpBeginning } from "../initiator.js";
import { quotesAnother, shaped, timestamp } from "../shape.js";
import { endpoint, integer, transport } from "../values.js";

const LINE =
  /\bFW: (\S{1,48}) {1,4}([ADR]) {1,4}(?:[0-9a-f]{4} (?:[0-9a-f:]{17}) -> (?:[0-9a-f:]{17}) )?([\w-]{1,12}) {1,4}([0-9A-Fa-f.:]{2,45}) {1,4}([0-9A-Fa-f.:]{2,45}) {1,6}(\d{1,5}) {1,6}(\d{1,5}) {1,6}\((\d{1,9}) packets?\)/;

function parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
  if (!line.includes("FW: ")) return undefined;
  const m = LINE.exec(line.slice(0, 600));
  if (!m || quotesAnother(line.slice(0, m.index))) return undefined;
  const protocol = transport(m[3]);
  const v6 = m[4]!.includes(":");
  const icmp = protocol === "icmp" || protocol === "icmp6" || protocol === "icmpv6";
  const blocked = m[2] !== "A";
  const source = endpoint({ ip: m[4], port: icmp ? undefined : m[6], packets: m[8] });
  if (source?.ip === undefined) return undefined;
  return shaped({
    event: {
      timestamp: timestamp(undefined, context, envelope),
      source,
      destination: endpoint({ ip: m[5], port: icmp ? undefined : m[7] }),
      network: { transport: icmp ? (v6 ? "ipv6-icmp" : "icmp") : protocol },
      event: { action: m[2] === "A" ? "accept" : m[2] === "D" ? "discard" : "reject" },
      observer: { name: envelope?.hostname, vendor: "Juniper", product: "Junos" },
    },
    outcome: blocked ? "blocked" : "unknown",
    outcomeReason: blocked ? `action ${m[2]}` : "action A: one packet does not show an answer",
    ...(icmp
      ? icmpBeginning(integer(m[6]), v6 ? 6 : 4, true)
      : { initiator: "unknown", initiatorReason: "a filter without state logs replies too" }),
    oneWay: true,
  });
}

export const juniperFilter: Format = {
  id: "juniper.filter",
  title: "Juniper Junos firewall filter logs (PFE_FW_SYSLOG)",
  reference: "https://apps.juniper.net/syslog-explorer/ (PFE_FW_SYSLOG_IP)",
  marks: ["FW: "],
  parse,
};

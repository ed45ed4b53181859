/** DHCP servers: ISC's (also in Infoblox), Kea, Microsoft's. The address is the one that the client has or is given. */
import type { Outcome } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { findTime } from "../fallback/find-time.js";
import { endpoint } from "../values.js";
import { shaped, timestamp } from "../shape.js";
import { tellDns, type DnsSentence } from "./dns-event.js";
import { wordTable } from "../../model/word-table.js";

const ISC_DHCP: readonly DnsSentence[] = [
  {
    says: /^DHCPACK (?:on|to) (?<ip>[0-9A-Fa-f.:]{2,45})\b/,
    action: "DHCPACK",
    outcome: "established",
    reason: "the client was given the address",
  },
  {
    says: /^DHCPNAK on (?<ip>[0-9A-Fa-f.:]{2,45})\b/,
    action: "DHCPNAK",
    outcome: "refused",
    reason: "the address was not given",
  },
  {
    says: /^DHCPREQUEST for (?<ip>[0-9A-Fa-f.:]{2,45}) \((?<near>[0-9.]{7,15})\) from /,
    action: "DHCPREQUEST",
  },
  {
    says: /^(?:DHCPREQUEST for|DHCPOFFER on|DHCPRELEASE (?:of|on)|DHCPDECLINE of|DHCPEXPIRE on|DHCPLEASEQUERY for|DHCPINFORM from|[Aa]bandon(?:ed|ing) IP address|BOOTREPLY (?:on|for)) (?<ip>[0-9A-Fa-f.:]{2,45})\b/,
    action: "DHCP",
  },
  // Infoblox, lease events: address, state, name.
  {
    says: /^r-l-e: ?(?<ip>[0-9A-Fa-f.:]{2,45}),(?:Issued|Renewed),/,
    action: "lease",
    outcome: "established",
    reason: "the client was given the address",
  },
  { says: /^r-l-e: ?(?<ip>[0-9A-Fa-f.:]{2,45}),/, action: "lease" },
  {
    says: /^(?:Reply|Advertise) (?:NA|TA|PD): address (?<ip>[0-9A-Fa-f:]{2,45}) to client/,
    action: "DHCPv6",
    outcome: "established",
    reason: "the client was given the address",
  },
  {
    says: /^(?:Solicit|Request|Renew|Rebind|Release|Confirm|Information-request|Decline) message from (?<ip>[0-9A-Fa-f:]{2,45}) port (?<port>\d{1,5})/,
    action: "DHCPv6",
  },
  {
    says: /^Sending (?:Reply|Advertise) to (?<ip>[0-9A-Fa-f:]{2,45}) port (?<port>\d{1,5})/,
    action: "DHCPv6",
    outcome: "established",
    reason: "the server replied",
  },
];

/** ISC's DHCP server, alone or in Infoblox: the address is the one that the client has or is given. */
export const iscDhcp: Format = {
  id: "isc.dhcpd",
  title: "ISC DHCP server, Infoblox DHCP",
  reference: "https://kb.isc.org/docs/isc-dhcp-44-manual-pages-dhcpd",
  marks: ["dhcpd"],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    const tag = /^dhcpd(?:v?6)?(?:\[\d{1,10}\])?: /.exec(line);
    if (!tag && (program === undefined || !/^dhcpdv?6?$/.test(program))) return undefined;
    const message = tag ? line.slice(tag[0].length) : line;
    const told = tellDns(message, ISC_DHCP, timestamp(undefined, context, envelope));
    return told && { ...told, event: { ...told.event, network: { protocol: "dhcp", transport: "udp" } } };
  },
};

const KEA: readonly DnsSentence[] = [
  {
    says: /^DHCP[46]_LEASE_(?:ALLOC|RENEW|REUSE) .{1,160} lease (?<ip>[0-9A-Fa-f.:]{2,45}) has been /,
    action: "lease",
    outcome: "established",
    reason: "the client was given the address",
  },
  { says: /^DHCP[46]_[A-Z_]{4,40} .{1,160} (?:lease|address) (?<ip>[0-9A-Fa-f.:]{2,45})(?:[ ,.]|$)/, action: "lease" },
];

export const keaDhcp: Format = {
  id: "isc.kea-dhcp",
  title: "Kea DHCP server",
  reference: "https://kea.readthedocs.io/en/latest/kea-messages.html",
  marks: ["[kea-dhcp"],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const at = line.indexOf("DHCP");
    if (at < 0 || at > 160) return undefined;
    const m = /^(?:(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) )?[A-Z]{4,5} {1,2}\[kea-dhcp[46][^\]]{1,80}\] (?=DHCP)/.exec(
      line,
    );
    if (!m) return undefined;
    const time = m[1] === undefined ? undefined : findTime(m[1])?.time;
    const told = tellDns(line.slice(m[0].length), KEA, timestamp(time, context, envelope));
    return told && { ...told, event: { ...told.event, network: { protocol: "dhcp", transport: "udp" } } };
  },
};

/** Event ids of the audit log; the file's own head lists them. */
const AUDIT: Readonly<Record<string, { action: string; outcome: Outcome }>> = wordTable({
  "10": { action: "Assign", outcome: "established" },
  "11": { action: "Renew", outcome: "established" },
  "12": { action: "Release", outcome: "unknown" },
  "13": { action: "address in use", outcome: "unknown" },
  "15": { action: "Deny", outcome: "refused" },
  "16": { action: "Delete", outcome: "unknown" },
  "17": { action: "Expire", outcome: "unknown" },
  "18": { action: "Expire", outcome: "unknown" },
  "20": { action: "BOOTP", outcome: "established" },
  "11000": { action: "Solicit", outcome: "unknown" },
  "11002": { action: "Request", outcome: "unknown" },
  "11003": { action: "Renew", outcome: "unknown" },
  "11010": { action: "Reply", outcome: "established" },
});

/** `10,03/04/21,05:06:07,Assign,192.0.2.5,pc1.example.com,00005E005301,,…`: always month first. */
const ROW = /^(\d{2,5}),(\d\d)\/(\d\d)\/(\d\d),(\d\d:\d\d:\d\d),([^,]{1,80}),([0-9A-Fa-f.:]{2,45}),([^,]{0,255}),/;

export const microsoftDhcp: Format = {
  id: "microsoft.dhcp-server",
  title: "Microsoft DHCP server audit log",
  reference:
    "https://learn.microsoft.com/en-us/previous-versions/windows/it-pro/windows-server-2008-r2-and-2008/dd183591(v=ws.10)",
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const code = line.charCodeAt(0);
    if (code < 48 || code > 57) return undefined;
    const m = ROW.exec(line);
    if (!m) return undefined;
    const event = AUDIT[m[1]!];
    const time = findTime(`20${m[4]!}-${m[2]!}-${m[3]!} ${m[5]!}`)?.time;
    return shaped({
      event: {
        timestamp: timestamp(time, context, envelope),
        source: endpoint({ ip: m[7], domain: m[8] }),
        network: { protocol: "dhcp", transport: "udp" },
        event: { action: event?.action ?? m[6] },
      },
      outcome: event?.outcome ?? "unknown",
      outcomeReason: `event ${m[1]!}, ${m[6]!}`,
      initiator: "source",
      initiatorReason: "DHCP clients ask",
      observerIsAsset: true,
    });
  },
};

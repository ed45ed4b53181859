/** pf's packet log as pfSense and OPNsense write it: columns in a fixed order, one line a packet. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { icmpBeginning, packetBeginning, TCP, type Beginning } from "../initiator.js";
import { quotesAnother, shaped } from "../shape.js";
import { endpoint, integer } from "../values.js";
import { wordTable } from "../../model/word-table.js";

const MARK =
  /(?:^|\s)(\d{0,6},\d{0,6},[^,]{0,64},[^,]{0,64},[^,]{1,32},[\w-]{1,20},(pass|block|reject|rdr|nat|binat|scrub|match),(in|out|in\/out),([46]),)/;

/** Where the columns of an IP version stand. */
const AT = {
  "4": { protocol: 16, length: 17, src: 18, dst: 19, more: 20 },
  "6": { protocol: 12, length: 14, src: 15, dst: 16, more: 17 },
} as const;

/** The words that filterlog writes for ICMP types. */
const ICMP_TYPES: Readonly<Record<string, number>> = wordTable({
  request: 8,
  reply: 0,
  unreachproto: 3,
  unreachport: 3,
  unreach: 3,
  timexceed: 11,
  paramprob: 12,
  redirect: 5,
  maskreply: 18,
  tstamp: 13,
  tstampreply: 14,
});

function beginning(
  protocol: string,
  version: "4" | "6",
  more: readonly string[],
  action: string,
  inward: boolean,
): Beginning {
  if (protocol === "tcp" && /^[SAFRPUEWC.]{1,9}$/.test(more[3] ?? "")) {
    const flags = more[3]!;
    const bits = (flags.includes("S") ? TCP.SYN : 0) | (flags.includes("A") ? TCP.ACK : 0);
    return packetBeginning(bits, `tcp-flags=${flags}`);
  }
  if (protocol === "icmp" && version === "4") return icmpBeginning(ICMP_TYPES[more[0] ?? ""], 4, inward);
  // pf is stateful: what it passes and logs opened a state; what it blocks may belong to anything.
  if (action === "pass" && protocol === "udp")
    return { initiator: "source", initiatorReason: "a pass is logged when a state is made" };
  return { initiator: "unknown", initiatorReason: "a single packet" };
}

function parse(line: string, _context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
  if (!line.includes(",in") && !line.includes(",out")) return undefined;
  const m = MARK.exec(line.length > 512 ? line.slice(0, 512) : line);
  if (!m || quotesAnother(line.slice(0, m.index))) return undefined;
  const values = line.slice(m.index + m[0].length - m[1]!.length).split(",", 64);
  const version = m[4] as "4" | "6";
  const at = AT[version];
  const protocol = (values[at.protocol] ?? "").toLowerCase();
  const ports = protocol === "tcp" || protocol === "udp" || protocol === "sctp";
  const more = values.slice(at.more);
  const source = endpoint({ ip: values[at.src], port: ports ? more[0] : undefined });
  if (source?.ip === undefined) return undefined;
  const action = m[2]!;
  const blocked = action === "block" || action === "reject";
  return shaped({
    event: {
      timestamp: envelope?.timestamp,
      source: {
        ...source,
        ...(integer(values[at.length]) === undefined ? {} : { bytes: integer(values[at.length])! }),
        packets: 1,
      },
      destination: endpoint({ ip: values[at.dst], port: ports ? more[1] : undefined }),
      network: {
        transport: protocol === "icmpv6" ? "ipv6-icmp" : protocol,
        direction: m[3] === "in" ? "ingress" : m[3] === "out" ? "egress" : undefined,
      },
      event: { action },
      rule: { name: values[3] === "" ? values[0] : values[3] },
      observer: { name: envelope?.hostname, product: "pf" },
    },
    outcome: blocked ? "blocked" : "unknown",
    outcomeReason: blocked ? `action=${action}` : `action=${action}: one packet does not show an answer`,
    ...beginning(protocol, version, more, action, m[3] === "in"),
    oneWay: true,
  });
}

export const pfFilterlog: Format = {
  id: "pf.filterlog",
  title: "pfSense and OPNsense filterlog",
  reference: "https://docs.netgate.com/pfsense/en/latest/monitoring/logs/raw-filter-format.html",
  marks: [",in,4,", ",in,6,", "out,4,", "out,6,"],
  parse,
};

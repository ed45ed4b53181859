/** Linux netfilter packet logs: iptables LOG, nftables log, ufw, OpenWrt, UniFi and Proxmox prefixes. One line, one packet. */
import type { Outcome } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext, ParsedTime } from "../format.js";
import { parseClfTime, parseIsoTime, parseSyslogTime } from "../time.js";
import { endpoint, integer, transport } from "../values.js";
import { FLAG_BITS, icmpBeginning, packetBeginning, type Beginning } from "../initiator.js";
import { quotesAnother, shaped, timestamp } from "../shape.js";

/** UniFi and EdgeOS name the rule's action in the prefix: `[WAN_LOCAL-D-2147483647]`, `[WAN_IN-default-D]`. */
const RULE_CODE = /\[[\w.-]{1,64}-([ADR])(?:-\d{1,10})?\]/;
const BLOCK_WORD = /BLOCK|DROP|DENY|DENIED|REJECT/i;
const ALLOW_WORD = /ACCEPT|ALLOW|AUDIT|PERMIT/i;

interface Header {
  time?: ParsedTime | undefined;
  hostname?: string | undefined;
  /** The log prefix set in the rule. */
  prefix: string;
}

/** What stands before `IN=`: a syslog header when the line is bare, the kernel's uptime, the rule's prefix. */
function readHeader(head: string): Header {
  const bare = head.replace(/^<\d{1,3}>/, "");
  const time = parseSyslogTime(bare) ?? parseIsoTime(bare);
  const kernel = bare.lastIndexOf("kernel:");
  if (time) {
    // ISO times may leave the seconds out.
    const clock = /\d{2}:\d{2}(?::\d{2})?\S*/.exec(bare)!;
    const rest = bare.slice(clock.index + clock[0].length).trimStart();
    const hostname = /^([\w.-]{1,255}) /.exec(rest)?.[1];
    return { time, hostname, prefix: kernel >= 0 ? bare.slice(kernel + 7) : rest.slice(hostname?.length ?? 0) };
  }
  // Proxmox VE firewall: `VMID LOGLEVEL CHAIN DATE ZONE [policy] ACTION:`.
  const proxmox = /\d{1,2}\/[A-Z][a-z]{2}\/\d{4}:/.exec(bare);
  if (proxmox)
    return {
      time: parseClfTime(bare.slice(proxmox.index)),
      prefix: bare.slice(proxmox.index + 20).replace(/^ [+-]\d{4} /, ""),
    };
  return { prefix: kernel >= 0 ? bare.slice(kernel + 7) : bare };
}

function outcomeOf(prefix: string): { outcome: Outcome; outcomeReason: string } {
  const label = prefix
    .replace(/^\s*\[\s*\d{1,12}\.\d{1,9}\]/, "")
    .trim()
    .slice(-128);
  const code = RULE_CODE.exec(label)?.[1];
  const shown = label === "" ? "no log prefix" : `log prefix ${JSON.stringify(label)}`;
  if (code !== undefined ? code !== "A" : BLOCK_WORD.test(label)) return { outcome: "blocked", outcomeReason: shown };
  const allowed = code === "A" || ALLOW_WORD.test(label);
  return { outcome: "unknown", outcomeReason: allowed ? `${shown}: one packet does not show an answer` : shown };
}

function beginning(
  protocol: string | undefined,
  flags: string[],
  type: number | undefined,
  v6: boolean,
  inward: boolean,
): Beginning {
  if (protocol === "tcp") {
    const bits = flags.reduce((sum, flag) => sum | (FLAG_BITS[flag] ?? 0), 0);
    return packetBeginning(bits, flags.length === 0 ? "a packet without flags" : `flags ${flags.join(" ")}`);
  }
  if (protocol === "icmp" || protocol === "icmpv6" || protocol === "ipv6-icmp")
    return icmpBeginning(type, v6 ? 6 : 4, inward);
  return { initiator: "unknown", initiatorReason: "one packet of a protocol without handshake" };
}

function parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
  const sourceAt = line.indexOf("SRC=");
  if (sourceAt < 0) return undefined;
  const destinationAt = line.indexOf(" DST=", sourceAt);
  const lengthAt = line.indexOf(" LEN=", destinationAt);
  if (destinationAt < 0 || lengthAt < 0) return undefined;
  let start = line.indexOf("IN=");
  if (start < 0 || start > sourceAt) start = line.indexOf("OUT=");
  if (start < 0 || start > sourceAt || quotesAnother(line.slice(0, start))) return undefined;

  // An ICMP error quotes the packet it answers in brackets: its addresses are not this packet's.
  const quoted = line.indexOf(" [", lengthAt);
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  const flags: string[] = [];
  for (const token of line.slice(start, quoted < 0 ? undefined : quoted).split(" ")) {
    const equals = token.indexOf("=");
    if (equals < 0) {
      if (Object.hasOwn(FLAG_BITS, token)) flags.push(token);
      continue;
    }
    const key = token.slice(0, equals);
    if (fields[key] === undefined) fields[key] = token.slice(equals + 1);
  }
  const header = readHeader(line.slice(0, start));
  const protocol = transport(fields["PROTO"]);
  const hostname = envelope?.hostname ?? header.hostname;
  const inbound = (fields["IN"] ?? "") !== "";
  const outbound = (fields["OUT"] ?? "") !== "";
  const judged = outcomeOf(header.prefix);
  return shaped({
    event: {
      timestamp: timestamp(header.time, context, envelope),
      source: endpoint({ ip: fields["SRC"], port: fields["SPT"], bytes: fields["LEN"], packets: 1 }),
      destination: endpoint({ ip: fields["DST"], port: fields["DPT"] }),
      network: {
        transport: protocol === "icmpv6" ? "ipv6-icmp" : protocol,
        direction: inbound === outbound ? undefined : inbound ? "ingress" : "egress",
      },
      event: { action: judged.outcome === "blocked" ? "blocked" : "logged" },
      host: { name: hostname },
      observer: { name: hostname, vendor: "Linux", product: "netfilter" },
    },
    ...judged,
    ...beginning(protocol, flags, integer(fields["TYPE"]), (fields["SRC"] ?? "").includes(":"), inbound && !outbound),
    oneWay: true,
  });
}

export const iptables: Format = {
  id: "linux.iptables",
  title: "Linux netfilter packet logs (iptables, nftables, ufw)",
  reference: "https://www.netfilter.org/documentation/HOWTO/packet-filtering-HOWTO-7.html",
  marks: [" LEN="],
  parse,
};

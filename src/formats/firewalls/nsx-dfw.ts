/** VMware NSX distributed firewall packet logs (dfwpktlogs.log): `INET match PASS 1001 OUT 60 TCP a/p->b/p S`, `INET TERM …`. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { packetBeginning, TCP, type Beginning } from "../initiator.js";
import { quotesAnother, shaped, timestamp } from "../shape.js";
import { parseIsoTime } from "../time.js";
import { endpoint } from "../values.js";

const LINE =
  /(?:^|\s)(INET6?) ((?:reason-)?match|TERM|TERMINATE|spoofguard) (?:(PASS|DROP|REJECT|RST|PUNT|REDIRECT|COPY|NAT|RDR|NORDR|BINAT|NOBINAT)\w{0,8} )?(\S{1,64}) (IN|OUT) (?:(\d{1,6}) )?(?:PROTO )?([A-Z0-9-]{1,12})(?: (RST|FIN|SYN|TIMEOUT|RESET|[A-Z_]{3,16}))? ([0-9A-Fa-f:.]{2,45})(?:\/(\d{1,5}))?->([0-9A-Fa-f:.]{2,45})(?:\/(\d{1,5}))?(.*)$/s;

function begin(rest: string, tcp: boolean, state: string): Beginning {
  if (!state.endsWith("match")) return { initiator: "source", initiatorReason: "the flow's own direction" };
  const flags = tcp ? /^ ([SAFRPUEW]{1,8})(?=\s|$)/.exec(rest)?.[1] : undefined;
  if (flags === undefined) return { initiator: "unknown", initiatorReason: "one packet" };
  return packetBeginning((flags.includes("S") ? TCP.SYN : 0) | (flags.includes("A") ? TCP.ACK : 0), `flags ${flags}`);
}

function parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
  if (!line.includes("INET") || !line.includes("->")) return undefined;
  const m = LINE.exec(line.slice(0, 1024));
  if (!m || quotesAnother(line.slice(0, m.index))) return undefined;
  const [, family, state, action, rule, direction, length, protocol, , from, sport, to, dport, rest] = m;
  const packet = state!.endsWith("match");
  const transport = protocol!.toLowerCase();
  const icmp = transport.startsWith("icmp") || transport === "ipv6-icmp";
  const source = endpoint({ ip: from, port: sport, bytes: packet ? length : undefined });
  const destination = endpoint({ ip: to, port: dport });
  if (source?.ip === undefined || destination?.ip === undefined) return undefined;
  const counts = packet ? null : / (\d{1,12})\/(\d{1,12}) (\d{1,15})\/(\d{1,15})(?:\s|$)/.exec(rest!);
  const both = counts ? Math.min(+counts[1]!, +counts[2]!) : undefined;
  const most = counts ? Math.max(+counts[1]!, +counts[2]!) : 0;
  const blocked = action === "DROP" || action === "REJECT";
  const time = parseIsoTime(line);
  return shaped({
    event: {
      timestamp: timestamp(time, context, envelope),
      source,
      destination,
      network: {
        transport: icmp ? (family === "INET6" ? "ipv6-icmp" : "icmp") : transport,
        direction: direction === "IN" ? "ingress" : "egress",
        bytes: counts ? +counts[3]! + +counts[4]! : undefined,
      },
      event: { action: (action ?? state!).toLowerCase() },
      rule: { name: rule },
      observer: { name: envelope?.hostname, vendor: "VMware", product: "NSX" },
    },
    ...(blocked
      ? { outcome: "blocked", outcomeReason: action }
      : both === undefined
        ? {
            outcome: "unknown",
            outcomeReason: `${state} ${action ?? ""}: one packet does not show an answer`.replace("  ", " "),
          }
        : both === 0
          ? { outcome: "unanswered", outcomeReason: `packets ${counts![1]}/${counts![2]}` }
          : transport === "tcp" && most === 1
            ? { outcome: "refused", outcomeReason: `packets ${counts![1]}/${counts![2]}` }
            : { outcome: "established", outcomeReason: `packets ${counts![1]}/${counts![2]}` }),
    ...begin(rest!, transport === "tcp", state!),
    ...(packet ? { oneWay: true } : {}),
  });
}

export const nsxDfw: Format = {
  id: "vmware.nsx-dfw",
  title: "VMware NSX distributed and gateway firewall packet logs",
  reference:
    'https://developer.broadcom.com/xapis/nsx-cli-guide/latest/FirewallPacketLogGet.html; VMware NSX Administration Guide, "Firewall Packet Logs"',
  marks: ["INET"],
  parse,
};

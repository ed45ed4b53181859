/** tcpdump's lines: one packet each. A lone SYN shows who began, a SYN-ACK the other; the rest is one direction of something. */
import { canonicalIp } from "../../model/ip.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { findTime } from "../fallback/find-time.js";
import { icmpBeginning, packetBeginning, TCP, type Beginning } from "../initiator.js";
import { endpoint, port } from "../values.js";
import { shaped, timestamp } from "../shape.js";

const A = String.raw`\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]{1,38}(?:%\w{1,16})?`;
/** Ports may be names (`.https`, `.domain`). */
const PACKET = new RegExp(
  String.raw`(?:^ {1,8}|\bIP6? |\blength \d{1,6}: )(?:\([^)]{1,160}\)? )?(${A})(?:\.(\d{1,5}|[a-z][\w-]{0,24}))? > (${A})(?:\.(\d{1,5}|[a-z][\w-]{0,24}))?: (.*)$`,
);
const HEAD =
  /^(?:(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d\.\d{1,9}|\d{10}\.\d{1,9}) (?:(?:[\w.-]{1,16} {1,2}(?:In|Out|B|M|P) {1,4})?(?:IP6? |ARP, )|[0-9a-f:]{17} (?:\([^)]{1,40}\) )?> )/;
const VERBOSE = new RegExp(String.raw`^ {4}(?:${A})(?:\.\w{1,25})? > (?:${A})(?:\.\w{1,25})?: `);
const SERVICES: Readonly<Record<string, number>> = {
  domain: 53,
  http: 80,
  https: 443,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  ntp: 123,
  imaps: 993,
  "ms-wbt-server": 3389,
  "microsoft-ds": 445,
};

function portOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : (port(text) ?? (Object.hasOwn(SERVICES, text) ? SERVICES[text] : undefined));
}

function icmp(said: string, version: 4 | 6): Beginning {
  if (/echo request/.test(said)) return icmpBeginning(version === 4 ? 8 : 128, version);
  if (/echo reply/.test(said)) return icmpBeginning(version === 4 ? 0 : 129, version);
  if (/unreachable|time exceeded|time-exceeded/.test(said)) return icmpBeginning(version === 4 ? 3 : 1, version);
  return icmpBeginning(undefined, version);
}

/** `12345+ A? www.example.com. (33)` asks, `12345 2/0/0 CNAME x., A 192.0.2.1 (60)` answers. */
function dns(said: string): { name?: string; type?: string; answers?: string[]; response: boolean } | undefined {
  const asked = /^\d{1,5}[+%]{0,3}(?: \[[^\]]{1,40}\])? (?:Type)?([A-Z0-9]{1,12})\? (\S{1,255}) /.exec(said);
  if (asked) return { type: asked[1]!, name: asked[2]!.replace(/(?<=.)\.$/, ""), response: false };
  const answered = /^\d{1,5}[*|$-]{0,4}(?: [A-Za-z]{4,16})?(?: [q:].{0,300}?)? \d{1,3}\/\d{1,3}\/\d{1,3} /.exec(said);
  if (!answered) return undefined;
  const answers = [...said.slice(answered[0].length).matchAll(/(?:^|[ ,])A{1,4} ([0-9A-Fa-f.:]{2,45})/g)].flatMap(
    (m) => canonicalIp(m[1]) ?? [],
  );
  return { answers, response: true };
}

export const tcpdump: Format = {
  id: "tcpdump.text",
  title: "tcpdump's packets as text",
  reference: "https://www.tcpdump.org/manpages/tcpdump.1.html#lbAG",
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (!line.includes(" > ")) return undefined;
    const head = HEAD.exec(line);
    if (!head && !VERBOSE.test(line)) return undefined;
    const m = PACKET.exec(line.slice(0, 2048));
    if (!m) return undefined;
    const [, from, fromPort, to, toPort, rest] = m;
    const said = rest!;
    const version = from!.includes(":") ? 6 : 4;
    const flags = /^Flags \[([SFRPUWE.]{1,8})\]/.exec(said)?.[1];
    const asked = flags === undefined ? dns(said) : undefined;
    const isIcmp = /^ICMP6?/.test(said);
    let begun: Beginning = { initiator: "unknown", initiatorReason: "one packet: it may be a reply" };
    if (flags !== undefined)
      begun = packetBeginning(
        (flags.includes("S") ? TCP.SYN : 0) | (flags.includes(".") ? TCP.ACK : 0),
        `Flags [${flags}]`,
      );
    else if (isIcmp) begun = icmp(said, version);
    else if (asked)
      begun = asked.response
        ? { initiator: "destination", initiatorReason: "a DNS answer goes to who asked" }
        : { initiator: "source", initiatorReason: "a DNS question" };
    const transport =
      flags !== undefined
        ? "tcp"
        : isIcmp
          ? version === 6
            ? "ipv6-icmp"
            : "icmp"
          : asked || /^UDP,|^NTP|^isakmp/.test(said)
            ? "udp"
            : undefined;
    const time = head ? findTime(head[0])?.time : undefined;
    return shaped({
      event: {
        timestamp: timestamp(time, context, envelope),
        source: endpoint({ ip: from!.replace(/%\w+$/, ""), port: portOf(fromPort) }),
        destination: endpoint({ ip: to!.replace(/%\w+$/, ""), port: portOf(toPort) }),
        network: { transport, protocol: asked ? "dns" : undefined },
        event: { action: flags === undefined ? said.slice(0, 60) : `Flags [${flags}]` },
        dns: asked
          ? {
              question: { name: asked.name, type: asked.type },
              resolved_ip: asked.answers ?? [],
            }
          : undefined,
      },
      outcome: "unknown",
      outcomeReason: "one packet does not show an answer",
      ...begun,
      oneWay: true,
    });
  },
};

/** CoreDNS: the log plugin's lines (all of its releases), and the errors plugin's, which name the upstream that failed. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { findTime } from "../fallback/find-time.js";
import { timestamp } from "../shape.js";
import { dnsResult } from "./dns-event.js";

const END = String.raw`(\[[0-9A-Fa-f:.]{2,45}(?:%[\w.-]{1,16})?\]|[\d.]{7,15}):(\d{1,5})`;
const LOG = new RegExp(
  String.raw`^${END} - (?:\[[^\]]{20,30}\] )?(?:\d{1,5} )?"([A-Z0-9]{1,16}) [A-Z]{2,8} (\S{1,1024}) (udp|tcp|tls|https?|grpc|quic)(?: \d{1,6} (?:true|false) \d{1,6})?" ([A-Z]{3,16}|-)(?: |$)`,
);
const ERROR = new RegExp(
  String.raw`^plugin\/errors: (-?\d{1,5}) (\S{1,1024}) ([A-Z0-9]{1,16}): (?:(read|write|dial) (udp|tcp)[46]? (?:${END}->)?${END}: )?(.{1,300})$`,
);
const HEAD = /^(?:[\dT:.+Z -]{19,35} )?\[(?:INFO|ERROR|WARNING|DEBUG)\] /;

export const coredns: Format = {
  id: "coredns.log",
  title: "CoreDNS log and errors plugins",
  reference: "https://coredns.io/plugins/log/",
  marks: [" udp", " tcp", " tls", " http", " grpc", " quic", "plugin/errors: "],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const head = HEAD.exec(line);
    const message = head ? line.slice(head[0].length) : line;
    const log = LOG.exec(message);
    const found = head ? findTime(head[0]) : log ? findTime(message.slice(0, 120)) : undefined;
    if (log)
      return dnsResult({
        timestamp: timestamp(found?.time, context, envelope),
        client: log[1],
        clientPort: log[2],
        type: log[3],
        name: log[4],
        transport: log[5],
        rcode: log[6],
        action: "query",
        ...(log[6] === "-" ? { outcome: "unanswered" as const, reason: "no response was written" } : {}),
      });
    if (!message.startsWith("plugin/errors: ")) return undefined;
    const m = ERROR.exec(message);
    if (!m) return undefined;
    const said = m[10]!;
    return dnsResult({
      timestamp: timestamp(found?.time, context, envelope),
      client: m[6],
      clientPort: m[7],
      server: m[8],
      serverPort: m[9],
      name: m[2],
      type: m[3],
      transport: m[5],
      action: "upstream error",
      outcome: /refused|reset/.test(said)
        ? "refused"
        : /timeout|unreachable|no route/.test(said)
          ? "unanswered"
          : "unknown",
      reason: said.slice(0, 80),
      initiatorReason: "CoreDNS asked its upstream",
    });
  },
};

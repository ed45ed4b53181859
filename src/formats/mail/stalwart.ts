/**
 * Stalwart mail server, text log: `time LEVEL Description (event.id) listenerId = "smtp", protocol = smtp, remoteIp = …, remotePort = …, …`. What
 * a client wrote stands after its address.
 */
import type { Event, Outcome } from "../../model/event.js";
import { wordTable } from "../../model/word-table.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { shaped, timestamp } from "../shape.js";
import { parseIsoTime } from "../time.js";
import { addressAndPort, port } from "../values.js";

const LINE =
  /^(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z) (?:TRACE|DEBUG|INFO|WARN|ERROR) [^()=]{1,120} \((?<id>[a-z][a-z0-9.-]{2,60})\) (?:(?:listenerId = "[\w.-]{1,60}"|protocol = \w{1,20}|localPort = \d{1,5}), ){0,4}remoteIp = (?<ip>[0-9A-Fa-f.:]{2,45})(?:, remotePort = (?<port>\d{1,5}))?(?=,|$)/;
const EVENTS: Readonly<Record<string, Outcome>> = wordTable<Outcome>({
  "auth.success": "authenticated",
  "auth.failed": "refused",
  "auth.too-many-attempts": "refused",
  "auth.error": "refused",
});

export const stalwart: Format = {
  id: "stalwart.log",
  title: "Stalwart mail server",
  reference: "https://stalw.art/docs/telemetry/events; https://stalw.art/docs/ref/metrics/",
  marks: ["remoteIp = "],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (!line.includes(") listenerId = ") && !line.includes(") remoteIp = ")) return undefined;
    const g = LINE.exec(line)?.groups;
    const { ip } = addressAndPort(g?.["ip"]);
    if (!g || ip === undefined) return undefined;
    const id = g["id"]!;
    const outcome = EVENTS[id] ?? "unknown";
    return shaped({
      event: {
        timestamp: timestamp(parseIsoTime(g["time"]!), context, envelope),
        source: { ip, port: port(g["port"]) },
        event: { action: id, outcome: outcome === "refused" ? "failure" : undefined },
      } as Event,
      outcome,
      outcomeReason: id,
      initiator: "source",
      observerIsAsset: true,
    });
  },
};

/** NETSCOUT Arbor Sightline (Peakflow SP) alerts and Edge Defense (APS) blocked hosts, as sentences. */
import type { Endpoint } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { quotesAnother, shaped, timestamp } from "../shape.js";
import { parseIsoTime } from "../time.js";
import { addressAndPort, port } from "../values.js";
import { ADDRESS } from "./patterns.js";

const MARK = /\b(?:pfsp|arbor-networks-aps|arbor-aed|arbor-sp): /i;
const IP = ADDRESS;
/** APS: `Blocked Host: Blocked host a at 05:06 by … using TCP/443 destination b, source port 1234, URL: …`. */
const BLOCKED = new RegExp(
  `Blocked host (${IP}) at .{0,160}?(?:using (?:(TCP|UDP|ICMP|\\w{1,8})(?:/(\\d{1,5}))?) )?destination (${IP})(?:,? source port (\\d{1,5}))?`,
  "i",
);
/** Sightline: the host of an alert is the attack's target when traffic comes in, its source when it goes out. */
const ALERT = new RegExp(
  `\\b(?:direction (incoming|outgoing|unknown)|(incoming|outgoing)).{0,160}?\\bhost (${IP})`,
  "i",
);
const LOGIN = new RegExp(
  `(?:login|auth\\w{0,16}) (?:(failed|failure)|succe\\w{1,8})?.{0,80}?\\buser (\\S{1,64}) .{0,40}?\\bfrom (${IP})`,
  "i",
);

function at(ip: string | undefined, stated?: string): Endpoint | undefined {
  const end = addressAndPort(ip?.replace(/[.,]$/, ""));
  const p = port(stated) ?? end.port;
  return end.ip === undefined ? undefined : { ip: end.ip, ...(p === undefined ? {} : { port: p }) };
}

function read(text: string): FormatResult {
  const blocked = BLOCKED.exec(text);
  if (blocked)
    return {
      event: {
        source: at(blocked[1], blocked[5])!,
        destination: at(blocked[4], blocked[3])!,
        network: blocked[2] === undefined ? {} : { transport: blocked[2].toLowerCase() },
        event: { action: "blocked-host" },
      },
      outcome: "blocked",
      outcomeReason: "Blocked host",
      initiator: "source",
      initiatorReason: "the host that was blocked",
    };
  const alert = ALERT.exec(text);
  if (alert) {
    const end = at(alert[3]);
    const incoming = (alert[1] ?? alert[2] ?? "").toLowerCase() === "incoming";
    return {
      event: { ...(incoming ? { destination: end! } : { source: end! }), event: { action: "alert" } },
      outcome: "unknown",
      outcomeReason: "an alert of traffic volume",
      initiator: "unknown",
      initiatorReason: "an alert names one host",
    };
  }
  const login = LOGIN.exec(text);
  if (login)
    return {
      event: { source: at(login[3])!, user: { name: login[2]! }, event: { action: "login" } },
      outcome: login[1] === undefined ? "authenticated" : "refused",
      outcomeReason: "login",
      initiator: "source",
      observerIsAsset: true,
    };
  return { event: {}, outcome: "unknown", initiator: "unknown", observerIsAsset: true };
}

function parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
  const named = /^(?:pfsp|arbor-networks-aps|arbor-aed|arbor-sp)$/i.test(envelope?.program ?? "");
  if (!named && !line.includes("pfsp") && !line.includes("arbor")) return undefined;
  const m = named ? undefined : MARK.exec(line.slice(0, 300));
  if (!named && (!m || quotesAnother(line.slice(0, m.index)))) return undefined;
  const text = line.slice(m ? m.index + m[0].length : 0, 4096);
  const result = read(text);
  const stated = /\bstart (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?: (?:UTC|GMT|[+-]\d{4}))?)/.exec(text)?.[1];
  return shaped({
    ...result,
    event: {
      timestamp: envelope?.timestamp ?? timestamp(parseIsoTime(stated ?? ""), context, envelope),
      ...result.event,
      observer: { name: envelope?.hostname, vendor: "NETSCOUT", product: "Arbor" },
    },
  });
}

export const arbor: Format = {
  id: "netscout.arbor",
  prose: true,
  title: "NETSCOUT Arbor Sightline and Edge Defense alerts",
  reference: 'NETSCOUT Arbor Sightline and Edge Defense User Guides, "Syslog notification formats"',
  marks: ["pfsp", "arbor-"],
  parse,
};

/** Firepower Management Center syslog alerts (`SFIMS: Protocol: TCP, SrcIP: …` and intrusion alerts in Snort's style), before FTD wrote its own. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { quotesAnother, shaped, timestamp } from "../shape.js";
import { addressAndPort } from "../values.js";
import { parseFtdEvent } from "./cisco-ftd.js";

const MARK = /(?:^|\s)SFIMS ?: /;
/** `[119:15:2] "rule" … {tcp} a:p (country)->b:p`. */
const INTRUSION =
  /\[(\d{1,10}:\d{1,10}:\d{1,6})\] "?([^"\]]{1,256})"? .{0,600}?\{(\w{1,12})\} (\S{2,60})(?: \([^)]{0,48}\))? ?-> ?(\S{2,60})/;

function intrusion(text: string): FormatResult | undefined {
  const m = INTRUSION.exec(text);
  if (!m) return undefined;
  return {
    event: {
      source: addressAndPort(m[4]),
      destination: addressAndPort(m[5]),
      network: { transport: m[3]!.toLowerCase() },
      event: { action: "intrusion" },
      rule: { name: m[2]! },
    },
    outcome: /\bBlocked\b|\bDropped\b/.test(text.slice(0, m.index)) ? "blocked" : "unknown",
    outcomeReason: `intrusion rule ${m[1]}`,
    initiator: "unknown",
    initiatorReason: "an intrusion event names the packet's sender",
  };
}

function parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
  const named = envelope?.program === "SFIMS";
  const m = named ? null : line.includes("SFIMS") ? MARK.exec(line.slice(0, 300)) : null;
  if (!named && (!m || quotesAnother(line.slice(0, m.index)))) return undefined;
  const text = line.slice(m ? m.index + m[0].length : 0, 8192);
  const at = text.search(/\b(?:Protocol|SrcIP|AccessControlRuleAction): /);
  const body = at < 0 ? "" : text.slice(at);
  const ended = /\bConnectType: End\b/.test(body);
  const told =
    intrusion(text) ?? (body.includes("SrcIP: ") ? parseFtdEvent(ended ? "430003" : "430002", body).result : undefined);
  const result: FormatResult = told ?? { event: {}, outcome: "unknown", initiator: "unknown" };
  return shaped({
    ...result,
    event: {
      timestamp: timestamp(undefined, context, envelope),
      ...result.event,
      observer: { name: envelope?.hostname, vendor: "Cisco", product: "Firepower" },
    },
  });
}

export const ciscoFirepower: Format = {
  id: "cisco.firepower",
  prose: true,
  title: "Cisco Firepower Management Center syslog alerts (SFIMS)",
  reference:
    'Cisco Secure Firewall Threat Defense Syslog Messages; Firepower Management Center Configuration Guide, "External Alerting"',
  marks: ["SFIMS"],
  parse,
};

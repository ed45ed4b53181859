/** Secure Firewall Threat Defense security events, 430001 to 430005: `Key: value, Key: value`. */
import { canonicalIp } from "../../model/ip.js";
import type { Outcome } from "../../model/event.js";
import type { FormatResult, ParsedTime } from "../format.js";
import { parseIsoTime } from "../time.js";
import { endpoint, integer, text, transport } from "../values.js";
import { durationNs } from "../shape.js";
import { wordTable } from "../../model/word-table.js";

const ACTIONS: Readonly<Record<string, string>> = wordTable({
  "430001": "intrusion",
  "430002": "connection-started",
  "430003": "connection-finished",
  "430004": "file",
  "430005": "malware",
});

export function isFtdEvent(id: string): boolean {
  return id in ACTIONS;
}

/** A value may hold commas; only a comma before the next `Key: ` ends it. The first of a repeated key is kept. */
function readPairs(body: string): Record<string, string> {
  const out: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const pair of body.split(/, (?=[A-Z][A-Za-z_]{1,40}: )/)) {
    const colon = pair.indexOf(": ");
    if (colon > 0 && colon <= 42 && !(pair.slice(0, colon) in out)) out[pair.slice(0, colon)] = pair.slice(colon + 2);
  }
  return out;
}

function outcomeOf(id: string, f: Record<string, string>): { outcome: Outcome; outcomeReason?: string } {
  const action = f["AccessControlRuleAction"] ?? f["FileAction"];
  const inline = f["InlineResult"];
  if (inline !== undefined && /^(?:Blocked|Dropped)/i.test(inline))
    return { outcome: "blocked", outcomeReason: `InlineResult: ${inline}` };
  if (action !== undefined && /^(?:Interactive )?Block/i.test(action))
    return {
      outcome: "blocked",
      outcomeReason: `${id === "430004" || id === "430005" ? "FileAction" : "AccessControlRuleAction"}: ${action}`,
    };
  if (id === "430004" || id === "430005") return { outcome: "established", outcomeReason: "a file was carried" };
  if (id === "430003") {
    const sent = integer(f["InitiatorPackets"]);
    const received = integer(f["ResponderPackets"]);
    const bytes = integer(f["ResponderBytes"]);
    const said = `AccessControlRuleAction: ${action ?? ""}, InitiatorPackets: ${sent ?? ""}, ResponderPackets: ${received ?? ""}, ResponderBytes: ${bytes ?? ""}`;
    if (received === 0 || (received === undefined && bytes === 0))
      return { outcome: "unanswered", outcomeReason: said };
    // One packet each way over TCP is a SYN and a reset: a SYN-ACK would have been followed by another packet.
    if (f["Protocol"]?.toLowerCase() === "tcp" && sent === 1 && received === 1)
      return { outcome: "refused", outcomeReason: said };
    if ((received ?? bytes ?? 0) > 0) return { outcome: "established", outcomeReason: said };
  }
  return {
    outcome: "unknown",
    outcomeReason: action === undefined ? `message ${id}` : `AccessControlRuleAction: ${action}`,
  };
}

/**
 * One security event. In connection, file and malware events SrcIP is the connection's initiator; in an intrusion event
 * it is the sender of the packet that matched, which may be the server answering.
 * Reference: https://www.cisco.com/c/en/us/td/docs/security/firepower/Syslogs/b_fptd_syslog_guide/security-event-syslog-messages.html
 */
export function parseFtdEvent(id: string, body: string): { result: FormatResult; time?: ParsedTime | undefined } {
  const f = readPairs(body);
  const time = f["FirstPacketSecond"] === undefined ? undefined : parseIsoTime(f["FirstPacketSecond"]);
  const user = text(f["User"]);
  const status = integer(f["HTTPResponse"]);
  const question = text(f["DNSQuery"]);
  const resolved = canonicalIp(f["DNSResponse"]) ?? canonicalIp(f["DNS_IP"]);
  const seconds = integer(f["ConnectionDuration"]);
  const forwarded = canonicalIp(f["OriginalClientSrcIP"]);
  return {
    time,
    result: {
      event: {
        source: endpoint({
          ip: f["SrcIP"],
          port: f["SrcPort"],
          bytes: f["InitiatorBytes"],
          packets: f["InitiatorPackets"],
          natIp: f["NAT_InitiatorIP"],
          natPort: f["NAT_InitiatorPort"],
        }),
        destination: endpoint({
          ip: f["DstIP"],
          port: f["DstPort"],
          bytes: f["ResponderBytes"],
          packets: f["ResponderPackets"],
          domain: f["ReferencedHost"],
          natIp: f["NAT_ResponderIP"],
          natPort: f["NAT_ResponderPort"],
        }),
        network: {
          transport: transport(f["Protocol"]),
          protocol: text(f["ApplicationProtocol"])?.toLowerCase(),
          forwarded_ip: forwarded === undefined ? undefined : [forwarded],
        },
        event: { action: ACTIONS[id], duration: durationNs(seconds) },
        url: { original: text(f["URL"]) },
        http: { request: { referrer: text(f["HTTPReferer"]) }, response: { status_code: status } },
        dns:
          question === undefined && resolved === undefined
            ? undefined
            : {
                question: { name: question, type: text(f["DNSRecordType"]) },
                resolved_ip: resolved === undefined ? undefined : [resolved],
              },
        user_agent: { original: text(f["UserAgent"]) },
        user: { name: user === "No Authentication Required" || user === "Unknown" ? undefined : user },
        rule: { name: text(f["Message"]) ?? text(f["AccessControlRuleName"]) },
      },
      ...outcomeOf(id, f),
      ...(id === "430001"
        ? { initiator: "unknown", initiatorReason: "an intrusion event names the packet's sender" }
        : { initiator: "source", initiatorReason: "SrcIP is the connection's initiator" }),
    },
  };
}

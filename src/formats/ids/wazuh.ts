/** OSSEC and Wazuh: alerts as JSON, alerts.log, syslog output, active responses. The alert repeats the ends that a decoder read. */
import { canonicalIp } from "../../model/ip.js";
import type { Outcome } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { findTime, timeOfValue } from "../fallback/find-time.js";
import { list, object, string, type Json } from "../json-fields.js";
import { parseEpoch } from "../time.js";
import { endpoint, text } from "../values.js";
import { shaped, timestamp } from "../shape.js";

/** Groups of Wazuh's rules that say how it ended. First that is there counts. */
const GROUPS: readonly (readonly [string, Outcome])[] = [
  ["authentication_success", "authenticated"],
  ["authentication_failed", "refused"],
  ["authentication_failures", "refused"],
  ["invalid_login", "refused"],
  ["win_authentication_failed", "refused"],
  ["firewall_drop", "blocked"],
  ["active_response", "blocked"],
  ["access_denied", "refused"],
  ["login_denied", "refused"],
];

function outcomeOf(groups: readonly string[]): { outcome: Outcome; outcomeReason: string } {
  for (const [group, outcome] of GROUPS)
    if (groups.includes(group)) return { outcome, outcomeReason: `rule group ${group}` };
  return { outcome: "unknown", outcomeReason: "an alert does not say how far the traffic came" };
}

const DENIED = /^(?:drop|deny|denied|block|blocked|reject|dropped)$/i;

export const wazuhJson: Format = {
  id: "wazuh.alerts",
  title: "Wazuh and OSSEC alerts, JSON",
  reference: "https://documentation.wazuh.com/current/user-manual/manager/alert-management.html",
  json: true,
  parse(line: string, context: LineContext, envelope?: EnvelopeFields, record?: Json): FormatResult | undefined {
    if (!record || !line.includes('"rule"') || !line.includes('"decoder"')) return undefined;
    const rule = object(record["rule"]);
    const data = object(record["data"]);
    if (!rule || !data) return undefined;
    const win = object(object(data["win"])?.["eventdata"]);
    const source =
      string(data["srcip"]) ?? string(data["src_ip"]) ?? string(win?.["sourceIp"]) ?? string(win?.["ipAddress"]);
    const destination = string(data["dstip"]) ?? string(data["dest_ip"]) ?? string(win?.["destinationIp"]);
    if (source === undefined && destination === undefined) return undefined;
    const agent = object(record["agent"]);
    const stamp = string(record["timestamp"]) ?? string(record["@timestamp"]);
    const action = string(data["action"]) ?? string(data["status"]);
    const judged =
      action !== undefined && DENIED.test(action)
        ? { outcome: "blocked" as const, outcomeReason: `data.action=${action}` }
        : outcomeOf(list(rule["groups"]).flatMap((g) => string(g) ?? []));
    const login = judged.outcome === "authenticated" || judged.outcome === "refused";
    return shaped({
      event: {
        timestamp: timestamp(timeOfValue(stamp), context, envelope),
        source: endpoint({
          ip: source,
          port: string(data["srcport"]) ?? string(win?.["sourcePort"]) ?? string(win?.["ipPort"]),
        }),
        destination: endpoint({ ip: destination, port: string(data["dstport"]) ?? string(win?.["destinationPort"]) }),
        network: { transport: string(data["protocol"])?.toLowerCase() },
        event: { action: string(rule["description"]) },
        url: { original: string(data["url"]) },
        user: { name: string(data["dstuser"]) ?? string(data["srcuser"]) ?? string(win?.["targetUserName"]) },
        rule: { name: string(rule["id"]) },
        host: { name: string(agent?.["name"]), ip: text(string(agent?.["ip"])) },
        observer: { name: string(object(record["manager"])?.["name"]), product: "Wazuh" },
      },
      ...judged,
      initiator: login || destination === undefined ? "source" : "unknown",
      initiatorReason:
        login || destination === undefined
          ? "the alert's srcip came to the machine"
          : "an alert does not say who began",
      observerIsAsset: true,
    });
  },
};

/** The lines of one alert of alerts.log that name an end; what the alert is about stands in the line before. */
const LINE = /^(Src|Dst) IP: ([0-9A-Fa-f.:]{2,45})\s*$/;
/** `2021 Mar 04 05:06:07 (agent) 192.0.2.5->/var/log/auth.log`: where the alert's line came from. */
const LOCATION = /^(\d{4} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d) \(([^)]{1,128})\) ([0-9A-Fa-f.:]{2,45}|any)->/;
const SYSLOG = /^(?:ossec|wazuh)?:? ?Alert Level: \d{1,3}; Rule: (\d{1,8}) - (.{1,300}?)\.?; Location: ([^;]{1,300});/;
const RESPONSE =
  /^((?:[A-Z][a-z]{2} ){2}[ \d]\d [\d:]{8} (?:[A-Z]{2,5} )?\d{4}) \S{0,160}active-response\/bin\/(\S{1,64}) (add|delete) (?:\S{1,64}) ([0-9A-Fa-f.:]{2,45})(?: (\S{1,32}) (\d{1,8}))?/;
/** How both begin: told sooner than a literal far into the line. */
const BEGINNING = /^(?:(?:[A-Z][a-z]{2} ){2}|(?:ossec|wazuh)?:? ?Alert Level: )/;

export const ossecText: Format = {
  id: "ossec.alerts",
  title: "OSSEC and Wazuh: alerts.log, syslog output, active responses",
  reference: "https://www.ossec.net/docs/docs/formats/alerts.html",
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const part = LINE.exec(line);
    if (part) {
      const header = context.headerBefore("** Alert ");
      const m =
        header === undefined ? null : /^\*\* Alert (\d{10})\.\d{1,12}:(?: mail)? {0,2}- (.{0,400})$/.exec(header);
      if (!m) return undefined;
      const judged = outcomeOf(m[2]!.split(","));
      const source = part[1] === "Src";
      return shaped({
        event: {
          timestamp: timestamp(parseEpoch(m[1]!), context, envelope),
          ...(source ? { source: endpoint({ ip: part[2] }) } : { destination: endpoint({ ip: part[2] }) }),
          event: { action: "alert" },
        },
        ...judged,
        initiator: source ? "source" : "unknown",
        observerIsAsset: true,
      });
    }
    const location = LOCATION.exec(line);
    if (location) {
      const host = {
        name: location[2],
        ...(canonicalIp(location[3]) === undefined ? {} : { ip: canonicalIp(location[3]) }),
      };
      const time = timestamp(findTime(location[1]!)?.time, context, envelope);
      return shaped({ event: { timestamp: time, host }, outcome: "unknown", initiator: "unknown" });
    }
    if (!BEGINNING.test(line)) return undefined;
    // An alert may quote one.
    const response = line.includes("active-response/bin/") ? RESPONSE.exec(line) : null;
    if (response)
      return shaped({
        event: {
          timestamp: timestamp(findTime(response[1]!)?.time, context, envelope),
          source: endpoint({ ip: response[4] }),
          event: { action: `${response[2]!} ${response[3]!}` },
          rule: { name: response[6] },
        },
        outcome: response[3] === "add" ? "blocked" : "unknown",
        outcomeReason: `active response ${response[3]!}`,
        initiator: "source",
        observerIsAsset: true,
      });
    if (!line.includes("Alert Level: ")) return undefined;
    const m = SYSLOG.exec(line);
    if (!m) return undefined;
    const source = /; srcip: ([0-9A-Fa-f.:]{2,45});/.exec(line)?.[1];
    const destination = /; dstip: ([0-9A-Fa-f.:]{2,45});/.exec(line)?.[1];
    if (source === undefined && destination === undefined) return undefined;
    const said = m[2]!;
    const outcome: Outcome = /fail|invalid|denied|incorrect/i.test(said)
      ? "refused"
      : /success|session opened|accepted|authenticated/i.test(said)
        ? "authenticated"
        : /drop|\bblock/i.test(said) && !/\bunblock/i.test(said)
          ? "blocked"
          : "unknown";
    return shaped({
      event: {
        timestamp: timestamp(undefined, context, envelope),
        source: endpoint({ ip: source }),
        destination: endpoint({ ip: destination }),
        event: { action: said.slice(0, 120) },
        user: { name: /; user: ([^;]{1,128});/.exec(line)?.[1] },
        rule: { name: m[1] },
      },
      outcome,
      outcomeReason: said.slice(0, 80),
      initiator: destination === undefined ? "source" : "unknown",
      observerIsAsset: true,
    });
  },
};

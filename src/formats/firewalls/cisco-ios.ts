/** Cisco IOS, IOS XE, IOS XR and NX-OS system messages: `%SEC-6-IPACCESSLOGP: list 101 denied tcp a(p) -> b(p), 1 packet`. */
import { canonicalIp } from "../../model/ip.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { icmpBeginning } from "../initiator.js";
import { tell } from "../messages.js";
import { quotesAnother, shaped, timestamp } from "../shape.js";
import { parseIsoTime, parseSyslogTime } from "../time.js";
import { endpoint, integer, transport } from "../values.js";
import { OWN, TRAFFIC, type TrafficRule } from "./cisco-ios-messages.js";
import { counted, countersOf, packetBegan } from "./verdict.js";

const TAG = /%([A-Z][A-Z0-9_]{0,30}(?:-[A-Z0-9_]{1,30}){0,3})-([0-7])-([A-Z0-9_]{2,48})\s?:\s?/;
/** Other products with tags of the same make. */
const FOREIGN = /^(?:ASA|FTD|PIX|FWSM|NGIPS)(?:-|$)/;

function traffic(rule: TrafficRule, groups: Record<string, string | undefined>): FormatResult | undefined {
  const source = canonicalIp(groups["src"]);
  if (source === undefined) return undefined;
  const protocol = transport(groups["proto"])?.replace(/^(\w{1,12})-.*$/, "$1");
  const icmp = protocol === "icmp" || protocol === "icmpv6" || protocol === "ipv6-icmp";
  const v6 = source.includes(":");
  const word = icmp ? (v6 ? "ipv6-icmp" : "icmp") : protocol;
  const verdict = groups["verdict"] ?? "";
  const blocked = rule.outcome === "blocked" || /^(?:den|drop)/i.test(verdict);
  const event = {
    source: endpoint({ ip: source, port: icmp ? undefined : groups["sport"], bytes: groups["sent"] }),
    destination: endpoint({
      ip: canonicalIp(groups["dst"]),
      port: icmp ? undefined : groups["dport"],
      bytes: groups["received"],
    }),
    network: {
      transport:
        word === undefined
          ? undefined
          : /^(?:tcp|udp|icmp|ipv6-icmp|igmp|gre|esp|ospf|sctp|eigrp|pim)$/.test(word)
            ? word
            : rule.session
              ? "tcp"
              : word,
    },
    event: { action: blocked ? "denied" : verdict === "" ? "logged" : "permitted" },
    rule: { name: groups["rule"] },
  };
  if (rule.session) {
    const judged = counted(countersOf(event as FormatResult["event"]), "session audit trail");
    const known =
      groups["sent"] === undefined
        ? ({ outcome: "unknown", outcomeReason: "the session only began" } as const)
        : judged;
    return {
      event: event as FormatResult["event"],
      ...known,
      initiator: "source",
      initiatorReason: "the message names initiator and responder",
    };
  }
  const begun = icmp
    ? icmpBeginning(integer(/^\d{1,3}/.exec(groups["detail"] ?? "")?.[0]), v6 ? 6 : 4, true)
    : // Access lists on routers keep no state: a reply is logged like any other packet.
      { initiator: "unknown" as const, initiatorReason: "an access list without state logs replies too" };
  return {
    event: event as FormatResult["event"],
    outcome: blocked ? "blocked" : "unknown",
    outcomeReason: blocked ? verdict || "dropped" : `${verdict || "logged"}: one packet does not show an answer`,
    ...(rule.mnemonic.source.includes("DROP_PKT")
      ? packetBegan(event as FormatResult["event"], "a dropped packet")
      : begun),
    oneWay: true,
  };
}

function read(mnemonic: string, text: string): FormatResult | undefined {
  for (const rule of TRAFFIC) {
    if (!rule.mnemonic.test(mnemonic)) continue;
    const m = rule.says.exec(text);
    const result = m?.groups ? traffic(rule, m.groups) : undefined;
    if (result) return result;
  }
  return tell(text, OWN);
}

function parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
  if (!line.includes("%")) return undefined;
  const m = TAG.exec(line.slice(0, 420));
  if (!m || FOREIGN.test(m[1]!) || quotesAnother(line.slice(0, m.index))) return undefined;
  const head = line.slice(0, m.index);
  // A percent sign in a URL or a sentence is no tag: what stands before it is a header, which ends in a blank or a colon.
  if (head !== "" && !/[\s:*]$/.test(head)) return undefined;
  let text = line.slice(m.index + m[0].length, m.index + 2048);
  // IOS XE passes on its data plane's messages: `%IOSXE-6-PLATFORM: …: %FW-6-DROP_PKT: …`.
  const inner = m[1] === "IOSXE" ? TAG.exec(text) : null;
  if (inner) text = text.slice(inner.index + inner[0].length);
  const bare = head.replace(/^(?:<\d{1,3}>)?(?:\S{1,64}: )??[*.]?(?=[A-Z][a-z]{2} )/, "");
  const time = envelope?.timestamp === undefined ? (parseSyslogTime(bare) ?? parseIsoTime(bare)) : undefined;
  const result = read(inner?.[3] ?? m[3]!, text) ?? {
    event: {},
    outcome: "unknown",
    initiator: "unknown",
    observerIsAsset: true,
  };
  return shaped({
    ...result,
    event: {
      timestamp: timestamp(time, context, envelope),
      ...result.event,
      event: { action: result.event.event?.action ?? m[3]!.toLowerCase(), dataset: "cisco.ios" },
      observer: { name: envelope?.hostname, vendor: "Cisco", product: "IOS" },
    },
  });
}

export const ciscoIos: Format = {
  id: "cisco.ios",
  prose: true,
  title: "Cisco IOS, IOS XE, IOS XR and NX-OS system messages (access lists, logins, inspection)",
  reference: "Cisco IOS System Message Guide; Cisco NX-OS System Messages Reference",
  parse,
};

/** MikroTik RouterOS: `firewall,info forward: in:… out:…, proto TCP (SYN), a:p->b:p, len 60`, logins and VPN peers as sentences. */
import { canonicalIp } from "../../model/ip.js";
import type { Endpoint } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { FLAG_BITS, icmpBeginning, packetBeginning, type Beginning } from "../initiator.js";
import { tell, type Sentence } from "../messages.js";
import { quotesAnother, shaped, timestamp } from "../shape.js";
import { parseIsoTime } from "../time.js";
import { addressAndPort, integer } from "../values.js";
import { ADDRESS } from "./patterns.js";

/** A line's first topic. */
const TOPIC =
  "system|firewall|account|critical|info|warning|error|ipsec|l2tp|pptp|ovpn|sstp|ppp|ssh|interface|dhcp|web-proxy|hotspot|radius|script|wireguard";
const TOPICS = new RegExp(`(?:^|\\s)((?:${TOPIC})(?:,[!a-z0-9-]{1,16}){1,6}) `);
const PACKET = /\bin:(\S{1,64}|\([^)]{0,32}\)) out:(\S{1,64}|\([^)]{0,32}\)),/;
const PAIR =
  /(\[[0-9A-Fa-f.:]{2,45}\](?::\d{1,5})?|[0-9A-Fa-f.:]{3,52})->(\[[0-9A-Fa-f.:]{2,45}\](?::\d{1,5})?|[0-9A-Fa-f.:]{3,52})/;
const NAT = /, NAT (\()?([^\s(),]{3,60}?)->(\()?([^\s(),]{3,60}?)\)?(?:->([^\s(),]{3,60})\)?)?(?=,|\s|$)/;

const IP = ADDRESS;
const SENTENCES: readonly Sentence[] = [
  {
    says: new RegExp(`^login failure for user (?<user>.{0,128}) from (?<ip>${IP}) via (?<method>[\\w-]{1,24})\\s*$`),
    outcome: "refused",
    reason: "login failure",
    action: "login",
  },
  {
    says: new RegExp(
      `^user (?<user>.{1,128}) logged (?:in|out) from (?<ip>${IP})(?: via (?<method>[\\w-]{1,24}))?\\s*$`,
    ),
    outcome: "authenticated",
    reason: "a session of a user",
    action: "login",
  },
  {
    says: new RegExp(`^(?<user>.{1,128}) logged in, ${IP} from (?<ip>${IP})\\s*$`),
    outcome: "authenticated",
    reason: "a VPN user logged in",
    action: "vpn-login",
  },
  {
    says: new RegExp(
      `\\b(?:TCP connection established|first L2TP UDP packet received|connection established) from (?<ip>${IP})(?::(?<port>\\d{1,5}))?\\s*$`,
    ),
    outcome: "established",
    reason: "a VPN client connected",
    action: "vpn-connection",
  },
  {
    says: new RegExp(
      `^respond new phase 1 .{0,64}: (?<near>${IP})\\[(?<nearPort>\\d{1,5})\\]<=>(?<ip>${IP})\\[(?<port>\\d{1,5})\\]`,
    ),
    outcome: "unknown",
    reason: "an IKE negotiation",
    action: "ike",
    initiatorReason: "the router responded",
  },
  {
    says: new RegExp(
      `^initiate new phase 1 .{0,64}: (?<near>${IP})\\[(?<nearPort>\\d{1,5})\\]<=>(?<ip>${IP})\\[(?<port>\\d{1,5})\\]`,
    ),
    outcome: "unknown",
    reason: "an IKE negotiation",
    action: "ike",
    away: true,
    initiatorReason: "the router initiated",
  },
];

function at(token: string): Endpoint | undefined {
  const end = addressAndPort(token);
  return end.ip === undefined ? undefined : end;
}

function withNat(end: Endpoint | undefined, ...others: (string | undefined)[]): Endpoint | undefined {
  if (!end) return end;
  for (const token of others) {
    const other = token === undefined ? undefined : at(token);
    if (other?.ip !== undefined && (other.ip !== end.ip || other.port !== end.port))
      return { ...end, nat: { ip: other.ip, ...(other.port === undefined ? {} : { port: other.port }) } };
  }
  return end;
}

function beginning(text: string, transport: string, v6: boolean, state: string | undefined): Beginning {
  const detail = /\bproto [\w-]{1,16} \(([^)]{1,60})\)/.exec(text)?.[1];
  if (transport === "tcp" && detail !== undefined) {
    const bits = detail.split(",").reduce((sum, flag) => sum | (FLAG_BITS[flag.trim()] ?? 0), 0);
    return packetBeginning(bits, `proto TCP (${detail})`);
  }
  if (transport === "icmp" || transport === "ipv6-icmp")
    return icmpBeginning(integer(/type (\d{1,3})/.exec(detail ?? "")?.[1]), v6 ? 6 : 4, true);
  return state === "new"
    ? { initiator: "source", initiatorReason: "connection-state:new" }
    : { initiator: "unknown", initiatorReason: "one packet of a protocol without handshake" };
}

function packet(text: string): FormatResult | undefined {
  const interfaces = PACKET.exec(text);
  const proto = /\bproto ([\w-]{1,16})/.exec(text);
  if (!interfaces || !proto) return undefined;
  const pair = PAIR.exec(text.slice(proto.index));
  const source = pair ? at(pair[1]!) : undefined;
  const destination = pair ? at(pair[2]!) : undefined;
  if (!source || !destination) return undefined;
  const name = proto[1]!.toLowerCase();
  const transport = name === "icmpv6" || name === "ipv6-icmp" ? "ipv6-icmp" : name;
  // The administrator's own prefix stands before the chain: `drop-in input: in:…`.
  const label = text.slice(0, interfaces.index).trim().slice(-128);
  const blocked = /drop|deny|denied|block|reject/i.test(label);
  const nat = NAT.exec(text);
  const state = /\bconnection-state:(\w{1,16})/.exec(text)?.[1];
  // `(a->x)->b`: the source is translated. `a->(x->b)`: the destination is.
  const sourceNat = nat?.[1] !== undefined;
  const inward = !interfaces[1]!.startsWith("(") && interfaces[2]!.startsWith("(");
  return {
    event: {
      source: sourceNat ? withNat(source, nat![4], nat![2]) : source,
      destination: nat && !sourceNat ? withNat(destination, nat[4], nat[5]) : destination,
      network: {
        transport,
        ...(inward ? { direction: "ingress" } : interfaces[1]!.startsWith("(") ? { direction: "egress" } : {}),
      },
      event: { action: blocked ? "blocked" : "logged" },
      rule: { name: label },
    },
    outcome: blocked ? "blocked" : "unknown",
    outcomeReason: blocked ? `log prefix ${JSON.stringify(label)}` : "one packet does not show an answer",
    ...beginning(text, transport, source.ip!.includes(":"), state),
    oneWay: true,
  };
}

function parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
  if (!line.includes(",")) return undefined;
  const head = line.slice(0, 200);
  const m = TOPICS.exec(head);
  let text = m ? line.slice(m.index + m[0].length, m.index + 4096) : line.slice(0, 4096);
  const start = m?.index ?? PACKET.exec(head)?.index ?? 0;
  if (quotesAnother(line.slice(0, start))) return undefined;
  // The older BSD syslog setting has the topics left out: then only the packet's own shape vouches.
  if (!m && !(PACKET.test(head) && text.includes("proto ") && text.includes("->"))) return undefined;
  const result = packet(text);
  if (!m && !result) return undefined;
  // A daemon's name and a colon: `<l2tp-jdoe>: `, `ovpn: `.
  if (!result) text = text.replace(/^[<\w][\w<>@.-]{0,64}: /, "");
  const told = result ?? tell(text, SENTENCES) ?? undefined;
  const own: FormatResult = told ?? { event: {}, outcome: "unknown", initiator: "unknown", observerIsAsset: true };
  const time = m ? parseIsoTime(line) : undefined;
  const stated = m && time ? /^\S+ ([\w.-]{1,64}) /.exec(line.slice(0, m.index + 1))?.[1] : undefined;
  const ip = canonicalIp(stated);
  return shaped({
    ...own,
    event: {
      timestamp: timestamp(time, context, envelope),
      ...own.event,
      observer: { name: envelope?.hostname ?? stated, ip, vendor: "MikroTik", product: "RouterOS" },
    },
  });
}

export const mikrotik: Format = {
  id: "mikrotik.routeros",
  prose: true,
  title: "MikroTik RouterOS firewall and login logs",
  reference: "https://help.mikrotik.com/docs/display/ROS/Log",
  marks: [" out:", ...TOPIC.split("|").map((topic) => `${topic},`)],
  parse,
};

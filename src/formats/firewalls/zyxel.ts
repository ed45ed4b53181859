/** Zyxel USG, ATP, VPN and ZyWALL: `src="a:port" dst="b:port" msg="…" note="ACCESS BLOCK" user="unknown" devID="…" cat="Firewall"`. */
import type { Event } from "../../model/event.js";
import { keyValues } from "../values.js";
import { keyedFormat, type Fields, type Judgement } from "./keyed.js";
import { isBlocked, sessionBegan } from "./verdict.js";

function judge(f: Fields, event: Event): Judgement {
  const note = f["note"] ?? "";
  const message = f["msg"] ?? "";
  const said = `note=${note}`;
  // "from LAN to WAN, TCP, service others, ACCEPT": the message's words on a policy.
  const protocol = /(?:^|, )(TCP|UDP|ICMP|ICMPv6|GRE|ESP)(?:,|$| )/.exec(message.slice(0, 160))?.[1]?.toLowerCase();
  if (protocol !== undefined)
    event.network = { ...event.network, transport: protocol === "icmpv6" ? "ipv6-icmp" : protocol };
  const near = { initiator: "source", observerIsAsset: true } as const;
  if (/log(?:ged|in|on)|auth/i.test(message) && /^(?:User|Account|Auth)/i.test(f["cat"] ?? note)) {
    if (/fail|incorrect|denied|lock|reach/i.test(message))
      return { outcome: "refused", outcomeReason: message.slice(0, 80), ...near };
    return {
      outcome: /has logged|success/i.test(message) ? "authenticated" : "unknown",
      outcomeReason: message.slice(0, 80),
      ...near,
    };
  }
  if (/BLOCK|DROP|REJECT|DENY/i.test(note) || isBlocked(f["act"]) || /, (?:DROP|REJECT|DENY)\b|\bBLOCK\b/.test(message))
    return { outcome: "blocked", outcomeReason: said, ...sessionBegan("blocked", event) };
  return {
    outcome: "unknown",
    outcomeReason: `${said}: a permission shows no answer`,
    ...sessionBegan("unknown", event),
  };
}

export const zyxel = keyedFormat({
  id: "zyxel.usg",
  title: "Zyxel USG, ATP and ZyWALL logs",
  reference: 'Zyxel ZyWALL, USG and ATP Series CLI Reference Guide, chapter "Logs"',
  vendor: "Zyxel",
  product: "USG",
  marks: ['note="'],
  find(line) {
    if (!line.includes('note="') || !line.includes('msg="')) return -1;
    const m = /(?:^|[\s>])(src="[^"]{0,64}" ?,? ?dst="|(?:cat|devID)="[^"]{0,32}" )/.exec(line.slice(0, 420));
    return m ? m.index + m[0].length - m[1]!.length : -1;
  },
  fields: (line, start) => keyValues(line.slice(start), ","),
  names: {
    src: "src",
    sport: "sport",
    sbytes: "sent",
    dst: "dst",
    dport: "dport",
    dbytes: "rcvd",
    transport: "proto",
    action: "note",
    user: "user",
    rule: "cat",
  },
  judge(f, event) {
    if (event.user?.name === "unknown") delete event.user;
    // The device itself has no address here.
    if (event.destination?.ip === "0.0.0.0") delete event.destination;
    return judge(f, event);
  },
});

/** Sophos (Astaro) UTM: packet filter, IPS, web and mail proxy, reverse proxy, logins and VPN, all as `id="2001" severity="info" sys=… sub=…`. */
import type { Event } from "../../model/event.js";
import { FLAG_BITS, icmpBeginning, packetBeginning, type Beginning } from "../initiator.js";
import { civilTime } from "../time.js";
import { httpOutcome, integer, keyValues } from "../values.js";
import { keyedFormat, type Fields, type Judgement } from "./keyed.js";
import { isBlocked, packetBegan } from "./verdict.js";

const MARK = /(?:^|\s)(id="\d{4}" (?:severity="\w{1,12}" sys="|srcip="))/;
const CLOCK = /(?:^|>|\s)(\d{4}):(\d\d):(\d\d)-(\d\d):(\d\d):(\d\d)(?: ([A-Za-z][\w.-]{0,62}) )?/;

function packet(f: Fields, event: Event): Judgement {
  const action = f["action"] ?? "";
  const blocked = isBlocked(action) || /dropped|rejected|blocked/i.test(f["name"] ?? "");
  const flags = f["tcpflags"]?.split(" ");
  return {
    outcome: blocked ? "blocked" : "unknown",
    outcomeReason: blocked ? `action=${action}` : `action=${action}: one packet does not show an answer`,
    ...packetOf(f, event, flags),
    oneWay: true,
  };
}

function packetOf(f: Fields, event: Event, flags: readonly string[] | undefined): Beginning {
  const transport = event.network?.transport;
  if (transport === "icmp" || transport === "ipv6-icmp")
    return icmpBeginning(integer(f["type"]), transport === "icmp" ? 4 : 6, true);
  if (!flags || transport !== "tcp") return packetBegan(event, "one packet");
  return packetBeginning(
    flags.reduce((sum, flag) => sum | (FLAG_BITS[flag] ?? 0), 0),
    `tcpflags=${f["tcpflags"]}`,
  );
}

/** The UTM's own services: the far end is a client of the asset. */
function service(f: Fields): Judgement {
  const name = f["name"] ?? "";
  const words = `${name} ${f["event"] ?? ""}`.trim();
  const near = { initiator: "source", observerIsAsset: true } as const;
  if (/fail|reject|denied|blocked|dropped|refused/i.test(words))
    return { outcome: "refused", outcomeReason: words, ...near };
  if (/^(?:Authentication successful|Connection (?:started|terminated)|.{0,40}login successful)/i.test(words))
    return { outcome: "authenticated", outcomeReason: words, ...near };
  if (f["sub"] === "smtp" && /passed|accepted|delivered|quarantined/i.test(words))
    return { outcome: "established", outcomeReason: words, ...near };
  return { outcome: "unknown", outcomeReason: words, ...near };
}

function judge(f: Fields, event: Event): Judgement {
  const sub = f["sub"];
  if (f["localip"] !== undefined || sub === "reverseproxy") {
    if (f["reason"] !== undefined && f["reason"] !== "-" && f["statuscode"] === "403")
      return { outcome: "blocked", outcomeReason: `reason=${f["reason"]}`, initiator: "source", observerIsAsset: true };
    return { ...httpOutcome(event.http?.response?.status_code), initiator: "source", observerIsAsset: true };
  }
  if (f["method"] !== undefined && f["statuscode"] !== undefined) {
    const status = httpOutcome(event.http?.response?.status_code);
    return {
      ...(isBlocked(f["action"]) ? { outcome: "blocked", outcomeReason: `action=${f["action"]}` } : status),
      initiator: "source",
      initiatorReason: "a client's request to the proxy",
    };
  }
  if (sub === "ips")
    return {
      outcome: isBlocked(f["action"]) ? "blocked" : "unknown",
      outcomeReason: `action=${f["action"] ?? ""}`,
      initiator: "unknown",
      initiatorReason: "the source of an alert is the packet's sender",
    };
  if (f["dstip"] !== undefined && f["proto"] !== undefined) return packet(f, event);
  return service(f);
}

export const sophosUtm = keyedFormat({
  id: "sophos.utm",
  title: "Sophos (Astaro) UTM packet filter, web proxy, WAF, IPS, mail and login logs",
  reference: 'Sophos UTM 9 Administration Guide, "Logging & Reporting"',
  vendor: "Sophos",
  product: "UTM",
  marks: ['" severity="', '" srcip="'],
  find(line) {
    const m = line.includes('id="') ? MARK.exec(line.slice(0, 420)) : null;
    return m ? m.index + m[0].length - m[1]!.length : -1;
  },
  fields(line, start) {
    const f = keyValues(line.slice(start));
    const device = CLOCK.exec(line.slice(0, 160))?.[7];
    if (device !== undefined) f["device"] = device;
    // Of a mail, the size of what came in.
    if (f["dstip"] === undefined && f["localip"] === undefined) delete f["size"];
    if (/^(?:http|smtp|ftp|pop3)$/.test(f["sub"] ?? "")) f["service"] = f["sub"]!;
    return f;
  },
  names: {
    src: "srcip",
    sport: "srcport",
    snat: "virtual_ip",
    dst: "dstip localip",
    dport: "dstport port",
    dbytes: "size",
    transport: "proto",
    protocol: "service app caller",
    action: "action event name",
    user: "user username",
    url: "url",
    domain: "server",
    method: "method",
    status: "statuscode",
    agent: "ua useragent",
    referrer: "referer",
    rule: "reason fwrule",
    device: "device",
  },
  time(_f, line) {
    const m = CLOCK.exec(line.slice(0, 160));
    return m ? civilTime(+m[1]!, +m[2]!, +m[3]!, +m[4]!, +m[5]!, +m[6]!) : undefined;
  },
  judge,
  dataset: (f) => (f["sub"] === undefined ? "sophos.utm" : `sophos.utm.${f["sub"]}`),
});

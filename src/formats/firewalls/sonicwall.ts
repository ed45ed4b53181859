/** SonicWall SonicOS: `id=firewall sn=… time="…" fw=… pri=6 m=98 msg="Connection Opened" src=a:port:interface dst=…`. */
import type { Event } from "../../model/event.js";
import { packetBeginning, replyPorts, TCP } from "../initiator.js";
import { parseIsoTime } from "../time.js";
import { keyValues } from "../values.js";
import { keyedFormat, type Fields, type Judgement } from "./keyed.js";
import { counted, countersOf, sessionBegan } from "./verdict.js";
import { wordTable } from "../../model/word-table.js";

/** The message's words, first match wins: SonicOS Log Events Reference Guide. */
const WORDS: readonly (readonly [RegExp, Judgement["outcome"]])[] = [
  [
    /\blog(?:in|on)\b.{0,60}\b(?:denied|fail|incorrect|lock)|authentication fail|auth.{0,20}fail|bad credentials|user log(?:in|on) denied/i,
    "refused",
  ],
  [
    /\blog(?:in|on)\b.{0,40}\b(?:allowed|success)|successfully logged|\blogged (?:in|out)\b|authentication success/i,
    "authenticated",
  ],
  [/\b(?:denied|dropped|blocked|prevent(?:ion|ed)|reject(?:ed|ing)?|discarded|drop)\b|\bblock(?:ing)?\b/i, "blocked"],
];

/** `op`, the HTTP operation. */
const OPERATIONS: Readonly<Record<string, string>> = wordTable({ "1": "GET", "2": "POST", "3": "HEAD" });

const LOGIN = /\blog(?:in|on|ged)\b|authentication|credentials/i;

function judge(f: Fields, event: Event): Judgement {
  const message = f["msg"] ?? "";
  const said = `m=${f["m"] ?? ""}: ${message.slice(0, 80)}`;
  const word = WORDS.find(([pattern]) => pattern.test(message.slice(0, 256)))?.[1];
  const near = { initiator: "source", observerIsAsset: true } as const;
  if (LOGIN.test(message) && (word === "refused" || word === "authenticated"))
    return { outcome: word, outcomeReason: said, ...near };
  const forced = f["fw_action"];
  if (forced === "drop" || forced === "deny" || (word === "blocked" && forced !== "forward")) {
    const flags = /TCP Flags?\(s\): ([A-Z ]{2,32})|\bTCP (SYN|ACK|FIN|RST)\b/.exec(f["note"] ?? "");
    const named = (flags?.[1] ?? flags?.[2])?.trim().split(" ");
    if (named) {
      const bits = (named.includes("SYN") ? TCP.SYN : 0) | (named.includes("ACK") ? TCP.ACK : 0);
      return { outcome: "blocked", outcomeReason: said, ...packetBeginning(bits, named.join(" ")), oneWay: true };
    }
    return { outcome: "blocked", outcomeReason: said, ...sessionBegan("blocked", event) };
  }
  if (/Connection Closed/i.test(message) || f["rcvd"] !== undefined || f["rpkt"] !== undefined) {
    const judged = counted(countersOf(event), said);
    return { ...judged, ...sessionBegan(judged.outcome, event) };
  }
  if (f["result"] !== undefined && f["op"] !== undefined)
    return {
      outcome: "established",
      outcomeReason: `${said}, result=${f["result"]}`,
      ...sessionBegan("established", event),
    };
  // "Possible port scan", "Probable SYN flood": a packet, or a rate of them.
  if (event.destination && replyPorts(event.source?.port, event.destination.port))
    return { outcome: "unknown", outcomeReason: said, initiator: "unknown", initiatorReason: "from a service port" };
  return {
    outcome: "unknown",
    outcomeReason: said,
    initiator: "source",
    initiatorReason: "the source of what was seen",
    ...(event.destination ? {} : { observerIsAsset: true }),
  };
}

export const sonicwall = keyedFormat({
  id: "sonicwall.sonicos",
  title: "SonicWall SonicOS syslog",
  reference:
    "SonicOS Log Events Reference Guide, SonicWall; https://docs.trellix.com/docs/dell-sonicos-log-format-and-field-mapping",
  vendor: "SonicWall",
  product: "SonicOS",
  prose: true,
  find(line) {
    if (!line.includes("sn=") || !line.includes(" m=") || !line.includes("fw=")) return -1;
    const m = /(?:^|[\s>])((?:id=\S{1,64} {1,2})?sn=[\w-]{1,32} )/.exec(line.slice(0, 420));
    return m ? m.index + m[0].length - m[1]!.length : -1;
  },
  fields(line, start) {
    const f = keyValues(line.slice(start));
    // With IPv6 the port stays in the IPv4 field; the method is a number in most versions.
    for (const [end, name] of [
      ["src", "sport"],
      ["dst", "dport"],
    ] as const) {
      const stated = f[`${end}V6`] === undefined ? undefined : /:(\d{1,5})(?::|$)/.exec(f[end] ?? "")?.[1];
      if (stated !== undefined) f[name] = stated;
    }
    if (/^\d/.test(f["op"] ?? "")) f["op"] = OPERATIONS[f["op"]!] ?? "";
    return f;
  },
  names: {
    src: "srcV6 src",
    sport: "sport",
    sbytes: "sent",
    spackets: "spkt",
    snat: "natSrcV6 natSrc",
    dst: "dstV6 dst",
    dport: "dport",
    dbytes: "rcvd",
    dpackets: "rpkt",
    dnat: "natDstV6 natDst",
    transport: "proto",
    action: "fw_action msg",
    user: "usr user",
    url: "arg",
    domain: "dstname",
    method: "op",
    status: "result",
    rule: "rule ipscat sid",
    agent: "agent",
    referrer: "referer",
  },
  time: (f) => parseIsoTime(f["time"] ?? ""),
  judge(f, event) {
    const service = /^\w{2,5}\/(\S{1,24})$/.exec(f["proto"] ?? "")?.[1];
    if (service !== undefined && !/^\d/.test(service))
      event.network = { ...event.network, protocol: service.toLowerCase() };
    return judge(f, event);
  },
});

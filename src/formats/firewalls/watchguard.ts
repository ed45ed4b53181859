/** WatchGuard Fireware: traffic lines (`Deny 0-External Firebox tcp a b 51234 22 …`), proxies, and logins as sentences. */
import type { Event } from "../../model/event.js";
import { canonicalIp } from "../../model/ip.js";
import { packetBeginning, TCP } from "../initiator.js";
import { tell, type Sentence } from "../messages.js";
import { parseIsoTime } from "../time.js";
import { keyValues } from "../values.js";
import { keyedFormat, type Fields, type Judgement } from "./keyed.js";
import { counted, countersOf, sessionBegan } from "./verdict.js";
import { ADDRESS } from "./patterns.js";

const IP = ADDRESS;
const SENTENCES: readonly Sentence[] = [
  {
    says: new RegExp(`Authentication of .{0,40}user \\[(?<user>[^\\]]{1,128})\\] from (?<ip>${IP}) was accepted`),
    outcome: "authenticated",
    reason: "authentication was accepted",
    action: "authentication",
  },
  {
    says: new RegExp(`Authentication of .{0,40}user \\[(?<user>[^\\]]{1,128})\\] from (?<ip>${IP}) was rejected`),
    outcome: "refused",
    reason: "authentication was rejected",
    action: "authentication",
  },
  {
    says: new RegExp(`user (?<user>\\S{1,128}) from (?<ip>${IP}) (?:logged (?:in|out)|log (?:in|out)ed?)\\b`),
    outcome: "authenticated",
    reason: "a user's session",
    action: "login",
  },
  {
    says: new RegExp(`user (?<user>\\S{1,128}) from (?<ip>${IP}) log ?in attempt was rejected`),
    outcome: "refused",
    reason: "login attempt was rejected",
    action: "login",
  },
  {
    says: new RegExp(
      `user (?<user>\\S{1,128}) logged (?:in|out)\\. Virtual IP address is \\S{2,45}\\. Real IP address is (?<ip>${IP})`,
    ),
    outcome: "authenticated",
    reason: "a VPN user's session",
    action: "vpn-login",
  },
  {
    says: new RegExp(`\\((?<near>${IP})<->(?<ip>${IP})\\).{0,120}(?:by peer|Received|received|responder|Responder)`),
    outcome: "unknown",
    reason: "an IKE negotiation",
    action: "ike",
    initiatorReason: "the peer's message",
  },
  {
    says: new RegExp(`\\((?<near>${IP})<->(?<ip>${IP})\\)`),
    outcome: "unknown",
    reason: "an IKE negotiation",
    action: "ike",
    initiator: "unknown",
    initiatorReason: "the message does not say which peer began",
  },
];

const VERDICT = /^(?:Allow|Deny|Drop|Block)$/;
const VERDICTS = "Allow|Deny|Drop|Block|ProxyAllow|ProxyDeny|ProxyDrop|ProxyBlock|ProxyStrip|ProxyAvScan";
const PROXIES = "(?:\\w{2,12}-proxy|proxy|firewall|pxy|kernel)";
const MARK = new RegExp(
  `(?:^|\\s)(?:${PROXIES}(?:\\[\\d{1,8}\\])?: )?(?:msg_id="[0-9A-F-]{9}" )?((${VERDICTS}):?(?=\\s.{0,160}?${IP} ${IP}\\s)\\s)`,
);
const OTHER = /(?:^|\s)(?:\w[\w-]{1,24}(?:\[\d{1,8}\])?: )?(msg_id="[0-9A-F]{4}-[0-9A-F]{4}")/;
const ENDS = new RegExp(`\\s(${IP}) (${IP}) (?:([\\w.-]{1,32})/(\\w{1,8}) )?(\\d{1,5}) (\\d{1,5})\\b`);

function judge(f: Fields, event: Event): Judgement | undefined {
  const action = f["action"];
  if (action === undefined) {
    const told = tell(f["text"] ?? "", SENTENCES);
    if (!told) return { outcome: "unknown", initiator: "unknown", observerIsAsset: true };
    const { event: said, ...rest } = told;
    Object.assign(event, said);
    return rest;
  }
  if (/Deny|Drop|Block/.test(action)) {
    const flags = /\b(?:offset|hdr) \d{1,3} ([SAFRPU]{1,6}) /.exec(f["tcp_info"] ?? f["text"] ?? "")?.[1];
    const bits = (flags?.includes("S") ? TCP.SYN : 0) | (flags?.includes("A") ? TCP.ACK : 0);
    const outcome = "blocked";
    return {
      outcome,
      outcomeReason: action,
      ...(flags === undefined
        ? sessionBegan(outcome, event)
        : { ...packetBeginning(bits, `flags ${flags}`), oneWay: true }),
    };
  }
  const judged = counted(countersOf(event), action);
  if (judged.outcome === "unknown" && event.network?.transport === "tcp" && f["proxy_act"] !== undefined)
    return {
      outcome: "established",
      outcomeReason: `${action}: the proxy saw data`,
      ...sessionBegan("established", event),
    };
  return { ...judged, ...sessionBegan(judged.outcome, event) };
}

export const watchguard = keyedFormat({
  id: "watchguard.fireware",
  title: "WatchGuard Fireware traffic and event logs",
  reference: 'WatchGuard Fireware Help, "Read a Log Message"; Fireware Log Catalog',
  vendor: "WatchGuard",
  product: "Fireware",
  prose: true,
  marks: ['msg_id="', ...VERDICTS.split("|")],
  find(line, envelope) {
    const head = line.slice(0, 700);
    if (!head.includes('msg_id="') && !head.includes('proc_id="') && !/\(\d{4}-\d\d-\d\dT/.test(head.slice(0, 160))) {
      // Older lines have neither: the program's name and the line's shape are all there is.
      if (!/^(?:firewall|\w{2,12}-proxy)$/.test(envelope?.program ?? "") || !MARK.test(head)) return -1;
    }
    const m = MARK.exec(head) ?? OTHER.exec(head);
    return m ? m.index + m[0].length - m[1]!.length : -1;
  },
  fields(line, start, envelope) {
    // In files of the log server the verdict stands where syslog has the host.
    const host = VERDICT.test(envelope?.hostname ?? "") ? `${envelope!.hostname} ` : "";
    const text = host + line.slice(host === "" ? start : 0, start + 8192);
    const pairs = keyValues(text);
    const id = /msg_id="([0-9A-F-]{9})"/.exec(line.slice(0, 420))?.[1];
    const base: Record<string, string> = { ...pairs, text, ...(id === undefined ? {} : { msg_id: id }) };
    const m = ENDS.exec(text);
    const found = /^(Allow|Deny|Drop|Block|Proxy\w{3,8})\b/.exec(text)?.[1];
    if (found === undefined) return base;
    const pair = m ?? new RegExp(`\\s(${IP}) (${IP})\\s`).exec(text);
    if (!pair || canonicalIp(pair[1]) === undefined) return undefined;
    const before = /\b(tcp|udp|icmp|icmpv6|igmp|gre|esp)\b/i.exec(text.slice(0, pair.index + pair[0].length))?.[1];
    Object.assign(base, { action: found, src: pair[1]!, dst: pair[2]! });
    if (m) Object.assign(base, { sport: m[5]!, dport: m[6]!, ...(m[3] === undefined ? {} : { service: m[3] }) });
    const protocol = m?.[4] ?? before;
    if (protocol !== undefined) base["protocol"] = protocol;
    const rule = /\(([\w .-]{1,64}-\d\d)\)/.exec(text)?.[1];
    if (rule !== undefined) base["policy"] = rule;
    return base;
  },
  names: {
    src: "src",
    sport: "sport",
    sbytes: "sent_bytes",
    snat: "src_ip_nat",
    snatport: "src_port_nat",
    dst: "dst",
    dport: "dport",
    dbytes: "rcvd_bytes",
    dname: "dstname",
    dnat: "dst_ip_nat",
    dnatport: "dst_port_nat",
    transport: "protocol",
    protocol: "service app_name",
    action: "action",
    user: "src_user",
    method: "op",
    url: "arg path",
    domain: "dstname host",
    sni: "sni",
    question: "question",
    rule: "policy signature_name",
    duration: "duration elapsed_time",
  },
  time: (_f, line) =>
    parseIsoTime(/\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)/.exec(line.slice(0, 200))?.[1] ?? line.slice(0, 40)),
  judge,
});

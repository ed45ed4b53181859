/** Huawei USG and Eudemon, and H3C SecPath: `%%01SECLOG/6/SESSION_TEARDOWN(l):IPVer=4,Protocol=tcp,SourceIP=…`, policy, IPS, URL and login logs. */
import type { Event } from "../../model/event.js";
import { parseEpoch, parseIsoTime } from "../time.js";
import { keyedFormat, splitPairs, type Fields, type Judgement } from "./keyed.js";
import { counted, countersOf, isBlocked, sessionBegan } from "./verdict.js";

const MARK = /%%\d{2}([A-Z][\w-]{1,24})\/(\d)\/([\w-]{1,64})(?:\((\w)\))?(?:\[\d{1,10}\])?: ?/;
/** "Built an udp session, 10.1.1.1:1 (trust) to 10.1.1.2:1 (trust)." */
const SENTENCE = /\b(\w{1,8}) session, ([0-9A-Fa-f.:]{3,52}) \(\w{0,32}\) to ([0-9A-Fa-f.:]{3,52}) \(/;

/** "Acl 3000 deny tcp 203.0.113.7(51234)->198.51.100.4(22)": access lists of routers, without state. */
const ACL =
  /\b(deny|permit|denied|permitted) (\w{1,8}) ([0-9A-Fa-f.:]{3,45})(?:\((\d{1,5})\))? ?-> ?([0-9A-Fa-f.:]{3,45})(?:\((\d{1,5})\))?/;

function judge(f: Fields, event: Event): Judgement {
  const module = f["module"] ?? "";
  const name = f["mnemonic"] ?? "";
  const action = f["action"] ?? (module === "FILTER" ? (f["event"] ?? "") : "");
  const said = action === "" ? `${module}/${name}` : `${module}/${name}, action=${action}`;
  event.event = { ...event.event, action: name.toLowerCase() };
  if (event.user?.name === "unknown") delete event.user;
  if (/SESSION_BUILT|SESSION_CREATE/.test(name) || /created/i.test(f["event"] ?? ""))
    return {
      outcome: "unknown",
      outcomeReason: `${name}: logged before any answer`,
      ...sessionBegan("unknown", event),
    };
  if (/SESSION_(?:TEARDOWN|AGED|DELETE|FLOW|TIMEOUT|IPV[46]_FLOW)|SESSION$|NAT_IPV[46]_FLOW/.test(name)) {
    const judged = counted(countersOf(event), name);
    return { ...judged, ...sessionBegan(judged.outcome, event) };
  }
  if (
    module === "POLICY" ||
    module === "SECPOLICY" ||
    module === "FILTER" ||
    module.startsWith("ACL") ||
    /PACKET_?FILTER|PACKETFILTER/.test(`${module}${name}`)
  ) {
    const blocked = /DENY|DENIED|DROP/i.test(`${name} ${action}`);
    if (f["stateless"] !== undefined)
      return {
        outcome: blocked ? "blocked" : "unknown",
        outcomeReason: said,
        initiator: "unknown",
        initiatorReason: "an access list without state logs replies too",
        oneWay: true,
      };
    const outcome = blocked ? "blocked" : "unknown";
    return { outcome, outcomeReason: said, ...sessionBegan(outcome, event) };
  }
  if (isBlocked(action) || /^(?:block|discard|deny|reset)/i.test(action)) {
    const either = module === "IPS" || module === "ATK";
    return {
      outcome: "blocked",
      outcomeReason: said,
      ...(either
        ? { initiator: "unknown", initiatorReason: "the source of an attack may be either end" }
        : sessionBegan("blocked", event)),
    };
  }
  if (/FAIL|LOCK|REJECT|INCORRECT/i.test(name) && event.destination === undefined)
    return { outcome: "refused", outcomeReason: said, initiator: "source", observerIsAsset: true };
  if (/LOGIN|LOGON|LOGOUT|LOGOFF|SUCC|CMDRECORD/i.test(name) && event.destination === undefined)
    return { outcome: "authenticated", outcomeReason: said, initiator: "source", observerIsAsset: true };
  if (event.destination === undefined)
    return { outcome: "unknown", outcomeReason: said, initiator: "unknown", observerIsAsset: true };
  return {
    outcome: "unknown",
    outcomeReason: said,
    initiator: "unknown",
    initiatorReason: "the log does not say who began",
  };
}

export const huawei = keyedFormat({
  id: "huawei.usg",
  title: "Huawei USG and Eudemon firewall logs",
  reference:
    'Huawei HiSecEngine USG6000E Product Documentation, "Meanings of Log Fields"; H3C SecPath System Log Messages Reference',
  vendor: "Huawei",
  product: "USG",
  prose: true,
  find: (line) => {
    const m = line.includes("%%") ? MARK.exec(line.slice(0, 420)) : null;
    return m ? m.index : -1;
  },
  fields(line, start) {
    const text = line.slice(start, start + 8192);
    const m = MARK.exec(text)!;
    const body = text.slice(m[0].length);
    // H3C writes its names with their numbers: `SrcIPAddr(1003)=203.0.113.7;DstIPAddr(1007)=…`.
    const numbered = /\(\d{4}\)=/.test(body.slice(0, 200));
    const named = numbered || /^[\w -]{1,40}="?[^,=]{0,200}"?(?:,|;|$|\.$)/.test(body);
    const inner = /\(((?:[A-Za-z][\w -]{1,32}=))/.exec(body);
    const list = named ? body : inner ? body.slice(inner.index + 1).replace(/\)\.?\s*$/, "") : body;
    const pairs = splitPairs(list.replace(/\.\s*$/, ""), numbered ? ";" : ",");
    const f: Record<string, string> = {};
    for (const [key, value] of Object.entries(pairs)) f[key.toLowerCase().replace(/[\s_-]|\(\d{4}\)/g, "")] = value;
    const acl = f["sourceip"] === undefined && f["srcip"] === undefined ? ACL.exec(body) : null;
    if (acl)
      Object.assign(f, {
        action: acl[1]!,
        protocol: acl[2]!,
        sourceip: acl[3]!,
        sourceport: acl[4] ?? "",
        destinationip: acl[5]!,
        destinationport: acl[6] ?? "",
        stateless: "1",
      });
    const said = Object.keys(f).length === 0 ? SENTENCE.exec(body) : null;
    if (said) Object.assign(f, { protocol: said[1]!, sourceip: said[2]!, destinationip: said[3]! });
    return { ...f, module: m[1]!, mnemonic: m[3]! };
  },
  names: {
    src: "sourceip srcip srcipaddr src sourceaddress ip ipaddress clientip loginip peeraddress remoteip userip",
    sport: "sourceport srcport",
    sbytes: "sendbytes outbytes initbytecount",
    spackets: "sendpkts sendpackets initpktcount",
    snat: "sourcenatip srcnatip natsrcipaddr",
    snatport: "sourcenatport srcnatport natsrcport",
    dst: "destinationip dstip dstipaddr dst destip destinationaddress",
    dport: "destinationport dstport destport",
    dbytes: "rcvbytes receivebytes inbytes rplybytecount",
    dpackets: "rcvpkts receivepackets rplypktcount",
    dnat: "destinationnatip dstnatip natdstipaddr",
    dnatport: "destinationnatport dstnatport natdstport",
    transport: "protocol proto",
    protocol: "application applicationname app",
    user: "user username",
    domain: "host",
    url: "url",
    rule: "signname policyname rulename policy attacktype",
  },
  time: (f) => {
    if (f["endtime"] !== undefined && /^\d{9,11}$/.test(f["endtime"])) return parseEpoch(f["endtime"]);
    if (f["begintime"] !== undefined && /^\d{9,11}$/.test(f["begintime"])) return parseEpoch(f["begintime"]);
    const m = /^(\d{4})[/-](\d{1,2})[/-](\d{1,2}) (\d{1,2}:\d\d:\d\d)/.exec(f["time"] ?? f["begintime"] ?? "");
    return m
      ? parseIsoTime(`${m[1]}-${m[2]!.padStart(2, "0")}-${m[3]!.padStart(2, "0")} ${m[4]!.padStart(8, "0")}`)
      : undefined;
  },
  judge,
});

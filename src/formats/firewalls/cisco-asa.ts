/** Cisco ASA, FTD and PIX syslog messages (`%ASA-6-302013: …`). */
import type { Endpoint, Event, Outcome } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext, ParsedTime } from "../format.js";
import { parseIsoTime, parseSyslogTime } from "../time.js";
import { integer, transport } from "../values.js";
import { readEnds, type Ends } from "./cisco-asa-ends.js";
import { messageRule, TEARDOWN_REASONS, WORDS, type BeginRule, type MessageRule } from "./cisco-asa-messages.js";
import { isFtdEvent, parseFtdEvent } from "./cisco-ftd.js";
import { FLAG_BITS, icmpBeginning, packetBeginning, replyPorts, type Beginning } from "../initiator.js";
import { durationNs, quotesAnother, shaped, timestamp } from "../shape.js";

const FAMILIES = ["ASA", "FTD", "PIX", "FWSM", "NGIPS"];
/** `%ASA-6-302013: `, `%ASA--6-302013: `, `%ASA-session-6-302013: `, `%FTD-6-430003: `. */
const TAG = new RegExp(`%(${FAMILIES.join("|")})-(?:[a-z]{0,16}-)?(\\d)-(\\d{6})(?::|\\s|$)\\s*`);

interface Header {
  time?: ParsedTime | undefined;
  hostname?: string | undefined;
}

/** What a bare line has before the tag: priority, time, zone, host name. */
function readHeader(head: string): Header {
  const bare = head.replace(/^<\d{1,3}>/, "").replace(/^\s*:?\s*/, "");
  const time = parseSyslogTime(bare) ?? parseIsoTime(bare);
  if (!time) return { hostname: /^([A-Za-z][\w.-]{0,254})\s*:?\s*$/.exec(bare)?.[1] };
  const clock = /\d{2}:\d{2}(?::\d{2}\S*)?/.exec(bare)!;
  let rest = bare.slice(clock.index + clock[0].length).replace(/^[\s:]+/, "");
  const zone = /^(?:UTC|GMT)\b/.exec(rest);
  if (zone) rest = rest.slice(3).replace(/^[\s:]+/, "");
  const zoned: ParsedTime =
    zone && time.kind === "local" && time.year !== undefined
      ? {
          kind: "instant",
          ms: Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second, time.millisecond),
        }
      : time;
  return { time: zoned, hostname: /^([A-Za-z][\w.-]{0,254}|\d{1,3}(?:\.\d{1,3}){3})/.exec(rest)?.[1] };
}

function wordsOutcome(text: string): { outcome: Outcome; outcomeReason?: string } {
  for (const [pattern, outcome] of WORDS) {
    const word = pattern.exec(text)?.[0];
    if (word !== undefined) return { outcome, outcomeReason: word };
  }
  return { outcome: "unknown" };
}

function teardownOutcome(text: string, tcp: boolean): { outcome: Outcome; outcomeReason: string; bytes?: number } {
  const m = /\bbytes (\d{1,15})\s*(.*)$/s.exec(text);
  const bytes = integer(m?.[1]);
  const reason = (m?.[2] ?? "").slice(0, 80).trim();
  const said = `Teardown${bytes === undefined ? "" : `, bytes ${bytes}`}${reason === "" ? "" : `, ${reason}`}`;
  const result = (outcome: Outcome) => ({ outcome, outcomeReason: said, ...(bytes === undefined ? {} : { bytes }) });
  const fixed = TEARDOWN_REASONS.find(([pattern]) => pattern.test(reason))?.[1];
  if (fixed !== undefined) return result(fixed);
  if (bytes === undefined) return result("unknown");
  if (bytes === 0) return result(/^TCP Reset/i.test(reason) ? "refused" : "unanswered");
  // The ASA counts both directions together. TCP payload needs a handshake; a datagram needs no answer.
  return tcp ? result("established") : { ...result("unknown"), outcomeReason: `${said}: both directions together` };
}

function transportOf(text: string): string | undefined {
  const numbered = /\bprotocol[ =]{1,2}(\d{1,3})\b/.exec(text)?.[1];
  if (numbered !== undefined) return transport(numbered);
  const word = /\b(tcp|udp|icmpv6|icmp6|icmp|sctp|gre|esp|igmp)\b/i.exec(text)?.[1]?.toLowerCase();
  return word === "icmpv6" || word === "icmp6" ? "ipv6-icmp" : word;
}

function icmpType(text: string): number | undefined {
  const m = /\btype[ =]{1,2}(\d{1,3})\b/i.exec(text) ?? /\bicmp \S{1,320}?\((\d{1,3})\)/.exec(text);
  return integer(m?.[1]);
}

/** A denied packet. Only a lone SYN or a request shows who began: a stray reply is denied just the same. */
function packet(text: string, id: string, protocol: string | undefined, ends: Ends): Beginning {
  if (protocol === "icmp" || protocol === "ipv6-icmp") {
    const found = icmpBeginning(icmpType(text), protocol === "icmp" ? 4 : 6, true);
    return found.initiator === "destination" ? { ...found, initiator: "unknown" } : found;
  }
  if (protocol === "tcp") {
    const flags = /\bflags ([A-Z][A-Z ]{1,40}?)\s+on\b/.exec(text)?.[1]?.split(/ +/);
    if (flags) {
      const bits = flags.reduce((sum, flag) => sum | (FLAG_BITS[flag] ?? 0), 0);
      const found = packetBeginning(bits, `flags ${flags.join(" ")}`);
      return found.initiator === "destination"
        ? { initiator: "unknown", initiatorReason: `${found.initiatorReason}, of no known connection` }
        : found;
    }
    // A packet that is no SYN and has no connection is dropped as 106015 before any access list is asked.
    if (id !== "106100" || !text.includes("est-allowed"))
      return { initiator: "source", initiatorReason: "an access list is asked about a connection's first packet" };
    return { initiator: "unknown", initiatorReason: "est-allowed: a packet of a session that stood already" };
  }
  if (replyPorts(ends.first?.port, ends.second?.port))
    return { initiator: "unknown", initiatorReason: "from a service port: may be a late reply" };
  return { initiator: "source", initiatorReason: "the packet's sender" };
}

/** Puts the end that began first, and says how that is known. */
function orient(
  rule: BeginRule,
  text: string,
  id: string,
  protocol: string | undefined,
  ends: Ends,
): Beginning & { swapped: boolean } {
  switch (rule) {
    case "first":
      return { initiator: "source", swapped: false };
    case "second":
      return { initiator: "source", swapped: true };
    case "packet":
      return { ...packet(text, id, protocol, ends), swapped: false };
    case "direction": {
      const direction = /\b(inbound|outbound)\b/.exec(text)?.[1];
      const icmp =
        protocol === "icmp" || protocol === "ipv6-icmp"
          ? icmpBeginning(icmpType(text), protocol === "icmp" ? 4 : 6, direction !== "outbound")
          : undefined;
      const swapped = direction === "outbound";
      // A request is begun by the end that the message says; only what a reply or an error says goes against it.
      if (icmp && icmp.initiator !== "source" && icmpType(text) !== undefined) return { ...icmp, swapped };
      if (direction === undefined)
        return { initiator: "unknown", initiatorReason: "the message says neither inbound nor outbound", swapped };
      return {
        initiator: "source",
        initiatorReason: swapped
          ? "Built outbound: the end after 'to' began it"
          : "Built inbound: the end after 'for' began it",
        swapped,
      };
    }
    case "unknown":
      return {
        initiator: "unknown",
        initiatorReason: text.startsWith("Teardown")
          ? "Teardown names no direction"
          : "the message does not say who began",
        swapped: false,
      };
  }
}

/** `Bytes xmt: n, Bytes rcv: n` of a VPN session's end; `IPv4 Address <a>` given to its client. */
function addSessionFacts(text: string, id: string, source: Endpoint | undefined): Endpoint | undefined {
  if (!source) return source;
  const received = id === "113019" ? integer(/\bBytes rcv: (\d{1,15})/.exec(text)?.[1]) : undefined;
  const given = id === "722051" ? /\bIPv4 Address <([\d.]{7,15})>/i.exec(text)?.[1] : undefined;
  return {
    ...source,
    ...(received === undefined ? {} : { bytes: received }),
    ...(given === undefined ? {} : { nat: { ip: given } }),
  };
}

/** `translation from inside:10.1.1.5/51234 to outside:198.51.100.5/1025`: the second is the first, mapped. */
function translation(text: string): FormatResult {
  const { first, second } = readEnds(text, "forTo");
  return {
    event: {
      source: first && {
        ...first,
        nat: {
          ...(second?.ip === undefined ? {} : { ip: second.ip }),
          ...(second?.port === undefined ? {} : { port: second.port }),
        },
      },
      network: { transport: transportOf(text) },
      event: { action: text.startsWith("Built") ? "translation-built" : "translation-teardown" },
    },
    outcome: "unknown",
    outcomeReason: "a translation, not traffic",
    initiator: "unknown",
    initiatorReason: "a translation names one host and its mapped address",
  };
}

function judgeIke(text: string, begun: Beginning): Beginning {
  if (begun.initiator !== "unknown") return begun;
  if (/\bResponder\b|\bReceived\b|\breceived\b/.test(text))
    return { initiator: "source", initiatorReason: "the firewall responded to the peer" };
  return begun;
}

/** Far more than the longest documented message; what an adversary appends to one is not read. */
const LONGEST = 4096;

function message(id: string, whole: string): FormatResult {
  const text = whole.slice(0, LONGEST);
  if (/^30501[0-2]$|^305009$/.test(id)) return translation(text);
  const rule: MessageRule = messageRule(id);
  const ends = readEnds(text, rule.notation);
  const stated = transportOf(text.slice(0, 160));
  const protocol = stated === "icmp" && (ends.first ?? ends.second)?.ip?.includes(":") ? "ipv6-icmp" : stated;
  const begun = orient(rule.begin, text, id, protocol, ends);
  // "SSL handshake with server A": here the firewall is the client.
  const withServer = id.startsWith("725") && /\bwith server\b/.test(text);
  // A Teardown lists the foreign end first, whoever began: the client's port tells which end was the source.
  const clientSecond = rule.outcome === "teardown" && replyPorts(ends.first?.port, ends.second?.port);
  const swapped = withServer || clientSecond || begun.swapped;
  const source = swapped ? ends.second : ends.first;
  const destination = swapped ? ends.first : ends.second;
  const icmp = protocol === "icmp" || protocol === "ipv6-icmp";
  const withoutPort = (end: Endpoint | undefined): Endpoint | undefined => {
    if (!end || !icmp) return end;
    const { port: _type, ...rest } = end;
    return rest;
  };

  let outcome: Outcome;
  let outcomeReason = rule.because;
  let bytes: number | undefined;
  if (rule.outcome === "teardown") ({ outcome, outcomeReason, bytes } = teardownOutcome(text, protocol === "tcp"));
  else if (rule.outcome === "words") ({ outcome, outcomeReason } = { outcomeReason, ...wordsOutcome(text) });
  else outcome = rule.outcome;
  if (id === "303002") outcome = /\buser (?:anonymous|ftp|unknown)\b/i.test(text) ? "established" : "authenticated";
  const service = id.startsWith("6050") ? /\/(https|http|ssh|telnet|serial)\b/.exec(text)?.[1] : undefined;
  const event: Event = {
    source: withoutPort(addSessionFacts(text, id, source)),
    destination: withoutPort(destination),
    network: {
      transport: protocol,
      protocol: service,
      direction: /^(?:Built|Deny|Inbound)\b.{0,40}?\b(inbound|outbound)\b/i.exec(text)?.[1]?.toLowerCase(),
      bytes,
    },
    event: { action: rule.action, duration: durationNs(/\bduration (\d{1,6}:\d{2}:\d{2})/.exec(text)?.[1]) },
    url: { original: id === "304001" || id === "304002" ? /\bhttps?:\/\/\S+/i.exec(text)?.[0] : undefined },
    user: {
      name: ends.user ?? /\buser ['"]([^'"*]{1,128})['"]/i.exec(text)?.[1],
    },
    rule: { name: /\baccess-group "([^"]{1,128})"/.exec(text)?.[1] ?? /^access-list (\S{1,128})/.exec(text)?.[1] },
  };
  const { swapped: _swapped, ...begin } = begun;
  return {
    event,
    outcome,
    outcomeReason: outcomeReason === undefined ? `message ${id}` : `message ${id}: ${outcomeReason}`,
    ...judgeIke(/^7(?:13|5)/.test(id) ? text : "", begin),
    ...(rule.own && !(source && destination) ? { observerIsAsset: true } : {}),
    ...(begin.initiator === "unknown" && rule.begin === "packet" ? { oneWay: true } : {}),
  };
}

function parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
  let tag = line.includes("%") ? TAG.exec(line) : null;
  let text: string;
  let head = "";
  if (tag) {
    text = line.slice(tag.index + tag[0].length);
    head = line.slice(0, tag.index);
    // The tag quoted deep inside another program's message is no header.
    if (head.length > 320 || quotesAnother(head)) return undefined;
  } else {
    // A syslog envelope may have taken the tag as the program's name.
    tag = envelope?.program?.startsWith("%") ? TAG.exec(`${envelope.program}:`) : null;
    if (!tag) return undefined;
    text = line.replace(/^[\s:]+/, "");
  }
  const id = tag[3]!;
  const header = readHeader(head);
  const ftd = isFtdEvent(id) ? parseFtdEvent(id, text) : undefined;
  const result = ftd?.result ?? message(id, text);
  const family = tag[1] === "FTD" || tag[1] === "NGIPS" ? "ftd" : "asa";
  const hostname = header.hostname ?? envelope?.hostname;
  return shaped({
    ...result,
    event: {
      timestamp: timestamp(ftd?.time ?? header.time, context, envelope),
      ...result.event,
      event: { ...result.event.event, dataset: `cisco.${family}` },
      observer: {
        name: hostname,
        vendor: "Cisco",
        product: family === "ftd" ? "Secure Firewall Threat Defense" : "ASA",
      },
    },
  });
}

export const ciscoAsa: Format = {
  id: "cisco.asa",
  prose: true,
  title: "Cisco ASA, Secure Firewall Threat Defense and PIX syslog",
  reference: "https://www.cisco.com/c/en/us/td/docs/security/asa/syslog/b_syslog.html",
  marks: FAMILIES.map((family) => `%${family}-`),
  parse,
};

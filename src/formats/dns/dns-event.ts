/**
 * What the DNS formats share. The asking client is the source, the server that logs (or the upstream it asks) the destination,
 * the asked name `dns.question.name`, addresses in answers `dns.resolved_ip`.
 */
import { canonicalIp } from "../../model/ip.js";
import type { Endpoint, Event, Initiator, Outcome } from "../../model/event.js";
import type { FormatResult } from "../format.js";
import { addressAndPort, port, text } from "../values.js";
import { shaped } from "../shape.js";
import { wordTable } from "../../model/word-table.js";

/** One message of DNS as a log states it. Addresses and names as written. */
export interface Lookup {
  timestamp?: number | undefined;
  /** Who asked: address, or name where the log gives no address. */
  client?: string | undefined;
  clientPort?: string | number | undefined;
  /** Who was asked. */
  server?: string | undefined;
  serverPort?: string | number | undefined;
  name?: string | undefined;
  type?: string | undefined;
  /** Answers; what is no address (a CNAME's target, a text) is left out. */
  answers?: readonly (string | undefined)[];
  /** Name or number, RFC 1035 and the IANA registry. */
  rcode?: string | undefined;
  /** Overrules what the response code says. */
  outcome?: Outcome | undefined;
  reason?: string | undefined;
  transport?: string | undefined;
  action?: string | undefined;
  rule?: string | undefined;
  initiator?: Initiator | undefined;
  initiatorReason?: string | undefined;
  oneWay?: boolean;
  user?: string | undefined;
}

/** DNS RCODEs, https://www.iana.org/assignments/dns-parameters/ */
const RCODES: Readonly<Record<string, string>> = wordTable({
  "0": "NOERROR",
  "1": "FORMERR",
  "2": "SERVFAIL",
  "3": "NXDOMAIN",
  "4": "NOTIMP",
  "5": "REFUSED",
  "6": "YXDOMAIN",
  "7": "YXRRSET",
  "8": "NXRRSET",
  "9": "NOTAUTH",
  "10": "NOTZONE",
  "16": "BADVERS",
});
const REFUSALS = new Set(["REFUSED", "NOTAUTH"]);

/** Types by number, https://www.iana.org/assignments/dns-parameters/ */
const TYPES: Readonly<Record<string, string>> = wordTable({
  "1": "A",
  "2": "NS",
  "5": "CNAME",
  "6": "SOA",
  "12": "PTR",
  "15": "MX",
  "16": "TXT",
  "28": "AAAA",
  "33": "SRV",
  "43": "DS",
  "48": "DNSKEY",
  "64": "SVCB",
  "65": "HTTPS",
  "251": "IXFR",
  "252": "AXFR",
  "255": "ANY",
});

/** `No Error (0)`, `NXDomain`, `3`, `0x8003`'s low bits are the caller's. */
export function rcodeName(value: string | undefined): string | undefined {
  const stated = text(value);
  if (stated === undefined) return undefined;
  const word = stated.replace(/\s?\(\d{1,2}\)$/, "").replaceAll(/[\s_]/g, "");
  return RCODES[word] ?? word.toUpperCase();
}

export function typeName(value: string | undefined): string | undefined {
  const stated = text(value);
  return stated === undefined ? undefined : (TYPES[stated] ?? stated);
}

/** Without the root's dot, except the root itself. */
export function questionName(value: string | undefined): string | undefined {
  const stated = text(value);
  if (stated === undefined || stated.length > 1024) return undefined;
  return stated.length > 1 && stated.endsWith(".") ? stated.slice(0, -1) : stated;
}

/** The address that a name under in-addr.arpa or ip6.arpa stands for (RFC 1035 3.5, RFC 3596 2.5). */
export function reverseAddress(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (lower.endsWith(".in-addr.arpa")) return canonicalIp(lower.slice(0, -13).split(".").toReversed().join("."));
  if (!lower.endsWith(".ip6.arpa")) return undefined;
  const nibbles = lower.slice(0, -9).split(".").toReversed().join("");
  return /^[0-9a-f]{32}$/.test(nibbles) ? canonicalIp(nibbles.match(/.{4}/g)!.join(":")) : undefined;
}

function end(address: string | undefined, stated: string | number | undefined): Endpoint | undefined {
  const named = text(address);
  const read = addressAndPort(named);
  if (read.ip === "0.0.0.0" || read.ip === "::") return undefined;
  const p = port(stated) ?? read.port;
  const at = p === undefined || p === 0 ? {} : { port: p };
  if (read.ip !== undefined) return { ip: read.ip, ...at };
  return named === undefined ? undefined : { domain: named, ...at };
}

function judge(
  l: Lookup,
  rcode: string | undefined,
  answers: readonly string[],
): Pick<FormatResult, "outcome" | "outcomeReason"> {
  if (l.outcome !== undefined)
    return { outcome: l.outcome, ...(l.reason === undefined ? {} : { outcomeReason: l.reason }) };
  if (rcode !== undefined)
    return { outcome: REFUSALS.has(rcode) ? "refused" : "established", outcomeReason: `response code ${rcode}` };
  if (answers.length > 0) return { outcome: "established", outcomeReason: "the answer is in the line" };
  if (l.reason !== undefined) return { outcome: "unknown", outcomeReason: l.reason };
  return l.name === undefined ? { outcome: "unknown" } : { outcome: "unknown", outcomeReason: "a DNS query alone" };
}

/** A lookup as an event of the server's own log. */
export function dnsResult(l: Lookup, more: Event = {}): FormatResult {
  const name = questionName(l.name);
  const rcode = rcodeName(l.rcode);
  const answers = [...new Set((l.answers ?? []).flatMap((a) => canonicalIp(a) ?? []))];
  const reversed = name === undefined ? undefined : reverseAddress(name);
  const client = end(l.client, l.clientPort);
  return shaped({
    event: {
      timestamp: l.timestamp,
      source: client,
      destination: end(l.server, l.serverPort),
      network: { protocol: "dns", transport: text(l.transport)?.toLowerCase() },
      event: { action: l.action },
      dns: {
        question: { name, type: typeName(l.type) },
        resolved_ip: answers,
        ...(rcode === undefined ? {} : { response_code: rcode }),
      },
      rule: { name: text(l.rule) },
      user: { name: text(l.user) },
      ...more,
    },
    ...judge(l, rcode, answers),
    initiator: l.initiator ?? "source",
    ...(l.initiatorReason === undefined ? {} : { initiatorReason: l.initiatorReason }),
    ...(l.oneWay ? { oneWay: true } : {}),
    observerIsAsset: true,
    notes: reversed === undefined ? [] : [`asks for the name of ${reversed}`],
  });
}

/**
 * A sentence of a name server's log. Named groups of `says`: `ip` and `port` of the far end, `near` and `nearPort` of this
 * server, `name`, `type` or `type2`, `rcode` or `rcode2`, `answer`, `proto`, `user`, `rule`.
 */
export interface DnsSentence {
  says: RegExp;
  action: string;
  /** Default: by the response code. */
  outcome?: Outcome;
  reason?: string;
  /** This server asked the far end: it is the destination. */
  away?: true;
  initiator?: Initiator;
  initiatorReason?: string;
  oneWay?: true;
}

/** Longer lines hold names and texts of the adversary's. */
const MAX_MESSAGE = 8192;

/** The first sentence that fits, as a result. */
export function tellDns(
  message: string,
  sentences: readonly DnsSentence[],
  timestamp: number | undefined,
): FormatResult | undefined {
  if (message.length > MAX_MESSAGE) return undefined;
  for (const s of sentences) {
    const g = s.says.exec(message)?.groups;
    if (!g) continue;
    const { ip, near, port: farPort, nearPort } = g;
    return dnsResult({
      timestamp,
      client: s.away ? near : ip,
      clientPort: s.away ? nearPort : farPort,
      server: s.away ? ip : near,
      serverPort: s.away ? farPort : nearPort,
      name: g["name"],
      type: g["type"] ?? g["type2"],
      rcode: g["rcode"] ?? g["rcode2"],
      answers: [g["answer"]],
      transport: g["proto"],
      user: g["user"],
      rule: g["rule"],
      action: s.action,
      outcome: s.outcome,
      reason: s.reason,
      initiator: s.initiator,
      initiatorReason: s.initiatorReason,
      ...(s.oneWay ? { oneWay: true } : {}),
    });
  }
  return undefined;
}

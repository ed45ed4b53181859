/**
 * What a name, a mail address or a fingerprint in an event is worth. An address in a packet is where the packet went; a name is what
 * somebody wrote: a client may ask any server for any host name, and the owner of an address gives it any reverse name. So a name
 * makes a callout only of own traffic that went out.
 */
import type { Event, Outcome, ParsedLine } from "../model/event.js";
import type { Verdict } from "../model/sighting.js";
import { LADDER } from "./ladder.js";
import type { OwnNetworks } from "./own.js";
import type { Place } from "./place.js";
import { serverByPort } from "./services.js";
import { wordTable } from "../model/word-table.js";

export interface NameReading {
  /** Set when the field decides by itself; else the ladder does, as for an address. */
  verdict?: Verdict;
  asset?: string;
  reasons: string[];
  /** Why no more than a callout-attempt may be claimed. */
  attempt?: string;
}

/** Fields in which the client writes whom it asks for. */
const ASKED_FOR: ReadonlySet<string> = new Set(["destination.domain", "tls.client.server_name", "url.domain"]);

export function isName(field: string): boolean {
  return READERS[field] !== undefined || ASKED_FOR.has(field) || MARK.test(field);
}

type Reader = (parsed: ParsedLine, own: OwnNetworks) => NameReading;

const READERS: Readonly<Record<string, Reader>> = wordTable({
  "source.domain": named,
  "dns.question.name": asked,
  "dns.answers": answered,
  "email.from.address": received,
  "email.to.address": sent,
});

const MARK = /^(?:file\.hash|tls\.client\.ja|tls\.server\.ja|user_agent)/;

export function readName(parsed: ParsedLine, { field }: Place, own: OwnNetworks): NameReading {
  if (MARK.test(field)) return { verdict: "mention", reasons: [bearer(parsed.event, field)] };
  return READERS[field]?.(parsed, own) ?? reached(parsed, field, own);
}

/** True, false, or undefined when there is no address to tell by. */
function isOwn(own: OwnNetworks, ip: string | undefined): boolean | undefined {
  return ip === undefined ? undefined : own.contains(ip);
}

/**
 * A client asked for the name: Host header, SNI, a proxy's request. A record of a packet may be one of the server's, so the client is
 * told by who began it, or by the ports.
 */
function reached(parsed: ParsedLine, field: string, own: OwnNetworks): NameReading {
  const { event } = parsed;
  const swapped = isAnswer(parsed);
  const client = (swapped ? event.destination : event.source)?.ip;
  const server = (swapped ? event.source : event.destination)?.ip;
  const fromOwn = isOwn(own, client);
  const toOwn = isOwn(own, server);
  // A web server's own log: any client may send any Host header. A field named `destination` says more than the header does.
  const serves = parsed.observerIsAsset === true && (event.http !== undefined || field !== "destination.domain");
  const forwarded = event.network?.forwarded_ip?.some((ip) => !own.contains(ip)) === true;
  if (serves && (parsed.understood === "format" || fromOwn !== true || forwarded))
    return { verdict: "mention", reasons: ["a server's own log: this is the host name that its client asked for"] };
  const stranger = fromOwn === false;
  // Without a word on who began, the stranger may be the server.
  const told = parsed.initiator !== "unknown" || serverOf(parsed) !== undefined;
  if (stranger && told && (toOwn === true || (server === undefined && parsed.observerIsAsset === true)))
    return { verdict: "mention", reasons: [`${client!}, which is not own, sent this name to a server of yours`] };
  const reading = { ...(swapped ? { asset: client! } : {}), reasons: [] };
  if (serves) return { ...reading, attempt: "the log may be the server's own, and names whom the client asked for" };
  if (stranger && toOwn === true) return { asset: server!, reasons: [], attempt: "which end asked is not known" };
  if (fromOwn === true && toOwn === true)
    return { ...reading, attempt: `${server!} is own (a proxy, a sinkhole): that the traffic left is not shown` };
  if (stranger) return { ...reading, attempt: `${client!} is not own: a stranger may send this name to any server` };
  return reading;
}

/** The record runs from the server to the client. */
function isAnswer(parsed: ParsedLine): boolean {
  if (parsed.event.source?.ip === undefined || parsed.event.destination?.ip === undefined) return false;
  return parsed.initiator === "destination" || (parsed.initiator === "unknown" && serverOf(parsed) === "a");
}

function serverOf({ event }: ParsedLine): "a" | "b" | undefined {
  return serverByPort(event.source?.port, event.destination?.port);
}

/** Who asked a resolver: an own machine, unless a stranger asked an own server. */
function asker({ event }: ParsedLine, own: OwnNetworks): NameReading {
  const source = event.source?.ip;
  const stranger = isOwn(own, source) === false;
  if (stranger && isOwn(own, event.destination?.ip) === true)
    return { verdict: "mention", reasons: [`asked by ${source!}, which is not own, of a server of yours`] };
  const reasons =
    stranger && own.stated ? [`${source!} is not in --own; taken as yours because your log holds it`] : [];
  return { verdict: "resolution", reasons };
}

function asked(parsed: ParsedLine, own: OwnNetworks): NameReading {
  const by = asker(parsed, own);
  const why = parsed.outcomeReason === undefined ? [] : [parsed.outcomeReason];
  return { ...by, reasons: ["the indicator was asked for", ...by.reasons, ...why] };
}

const REVERSE = /\.(?:in-addr|ip6)\.arpa\.?$/i;

function answered(parsed: ParsedLine, own: OwnNetworks): NameReading {
  const question = parsed.event.dns?.question;
  if (/^ptr$/i.test(question?.type ?? "") || REVERSE.test(question?.name ?? ""))
    return {
      verdict: "mention",
      reasons: ["a reverse look-up: an address was asked for, and its owner gives it any name"],
    };
  const by = asker(parsed, own);
  return { ...by, reasons: ["the answer names the indicator", ...by.reasons] };
}

/** Reverse DNS or HELO. An own machine that goes by the name is not the indicator. */
function named({ event }: ParsedLine, own: OwnNetworks): NameReading {
  const why = "a host may give itself any name (reverse DNS, HELO)";
  if (isOwn(own, event.source?.ip) !== true) return { reasons: [why] };
  return { verdict: "mention", reasons: [`${event.source!.ip!}, which is own, goes by this name: ${why}`] };
}

/** A mail from the indicator: it came in, or was turned away. */
function received(parsed: ParsedLine, own: OwnNetworks): NameReading {
  const { event } = parsed;
  const source = event.source?.ip;
  const destination = event.destination?.ip;
  if (isOwn(own, source) === true && isOwn(own, destination) === false)
    return {
      verdict: "mention",
      reasons: [`${source!}, which is own, sent it on to ${destination!} under this sender`],
    };
  const outcome: Outcome = parsed.outcome === "authenticated" ? "established" : parsed.outcome;
  const verdict = LADDER.inbound[outcome];
  return {
    verdict,
    ...asset(event.email?.to?.address[0]),
    reasons: [
      verdict === "contact" ? "mail of this sender was taken" : "mail of this sender was offered",
      ...(parsed.outcomeReason === undefined ? [] : [`${parsed.outcomeReason}: ${parsed.outcome}`]),
    ],
  };
}

/** A mail to the indicator counts once the log shows that it left. */
function sent(parsed: ParsedLine, own: OwnNetworks): NameReading {
  const { event } = parsed;
  const destination = event.destination?.ip;
  const left = parsed.outcome === "established" || parsed.outcome === "authenticated";
  if (left && isOwn(own, event.source?.ip) !== false && isOwn(own, destination) === false)
    return {
      verdict: "callout-attempt",
      ...asset(event.email?.from?.address[0]),
      reasons: [`mail to the indicator left: ${destination!} took it`],
    };
  return { verdict: "mention", reasons: ["mail was addressed to the indicator; that it left is not shown"] };
}

function asset(name: string | undefined): { asset?: string } {
  return name === undefined ? {} : { asset: name };
}

/** Which end bore a fingerprint. */
function bearer(event: Event, field: string): string {
  const source = event.source?.ip ?? event.source?.domain;
  const destination = event.destination?.ip ?? event.destination?.domain;
  const shared = "others bear it too, so it makes nobody an end of the traffic";
  if (field.startsWith("file.")) {
    const where =
      source !== undefined && destination !== undefined
        ? `between ${source} and ${destination}`
        : `at ${event.host?.name ?? event.host?.ip ?? source ?? destination ?? "a machine that the line does not name"}`;
    return `the file was seen ${where}`;
  }
  const server = field === "tls.server.ja3s";
  const who = server ? destination : source;
  const end = server ? "server" : "client";
  return `the ${end}${who === undefined ? "" : ` ${who}`} bore it; ${shared}`;
}

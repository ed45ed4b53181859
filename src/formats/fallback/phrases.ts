/** The places of addresses in a sentence, by the words around them. */
import { packetBeginning, TCP } from "../initiator.js";
import { findAddresses, type FoundAddress } from "./addresses.js";
import { guessAdjacent, guessPair, portColumns, twoAndTwo } from "./columns.js";
import type { Facts } from "./facts.js";
import { isAboutLogin, outcomeOfText } from "./outcome-words.js";
import { ARROW_BEFORE, readBefore, URL_BEFORE, type Reading } from "./place-words.js";

const ARROW_AFTER = /^(?:\/\d{1,5})?(?: \([^()]{1,40}\))?[\s\]")]{0,24}(?:-{1,2}>|=>|→|>(?= ?[\d[]))/;
/** A request for an absolute URL or a tunnel, in columns without quotes. */
const PROXIED =
  /[\s,;|](?:(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH)[\s,;|]{1,3}[a-z]{3,6}:\/\/|CONNECT[\s,;|]{1,3}[\w.[\]:-]{1,255}:\d{1,5}[\s,;|]|https?:\/\/\S{1,2048}[\s,;|]{1,3}(?:GET|POST|PUT|HEAD|CONNECT)[\s,;|])/;
/** What proxies write and other servers do not: a cache's result with its status, and how the peer was chosen. */
const PROXY_SIGN = /(?<=[\s,;|])(?:[A-Z][A-Z_]{2,31}\/\d{3}|(?:HIER_[A-Z_]{2,24}|DIRECT|NONE|[A-Z_]{2,24}_PARENT)\/)/;
/** The address that a request asks for, right where its method and its URL stand. */
const ASKED =
  /^["'\s,;|]{0,4}(?:(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH)[\s,;|]{1,3}[a-z]{3,6}:\/\/|CONNECT[\s,;|]{1,3}|https?:\/\/)((?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](?::\d{1,5})?)(?=[/\s?"',;|]|$)/;
const ZONED_FIRST = /\bfor \w{1,32}:$/;
const ZONED_SECOND = /\bfor \w{1,32}:[\dA-Fa-f:.]{2,45}\/\d{1,5} (?:\(\S{1,64}\) )?to (?:\w{1,32}:)?$/;
/** `<id@192.0.2.1>`: a message's id or sender, no end of the traffic. */
const MAILBOX = /<[^<>\s]{0,64}@\[?$/;
export const WEB = /["'|] {0,8}(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT|PROPFIND|TRACE)[\s"',|]/;
const REQUEST = /\b(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT|PROPFIND) +"?[/h*\w]/;
const SUBJECT =
  /^[\])"']{0,2}:? (?:has |was |is |could |did |tried |attempted |failed |logged |connected|disconnected|closed|sent |requested |exceeded|rejected|blocked|banned|already|found|performed|triggered|authenticat)/i;

const WENT_OUT =
  /\b(?:(?:connect(?:ed|ing)?|dial(?:ing)?|forward(?:ed|ing)(?!-for)|relay(?:ed|ing)?|(?:sent|sending)(?= (?:\w{1,16} ){0,2}(?:request|query|e?mail|message|data|file|traffic|beacon|alert))|request(?:ed|ing)?|quer(?:y|ied|ying)|upstream)\b(?! from)|(?:upload|fetch|download)(?:ed|ing)?\b)/i;
const RELAY = /\brelay=[^\s[]{0,100} ?\[$/;
const TCP_FLAGS = /\bTCP \(([A-Z,]{3,40})\)|\bFlags \[([SFRPUEW.]{1,8})\]/;
const EXIM_HOST = /\bH=[^\s[]{0,40}(?: \([^)]{0,60}\))? ?\[$/;

/** A stretch of text, by position. */
export interface Span {
  start: number;
  end: number;
}

/**
 * Tells whether a position lies in a quoted string after a quoted request: there stands what the visitor sent (URL, referrer, user
 * agent), which may imitate the log's own fields.
 */
export function visitorText(text: string): (position: number) => boolean {
  const request = WEB.exec(text);
  if (!request) return () => false;
  const quotes: number[] = [];
  for (let at = text.indexOf('"', request.index); at >= 0; at = text.indexOf('"', at + 1))
    if (text[at - 1] !== "\\") quotes.push(at);
  return (position) => {
    let low = 0;
    let high = quotes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (quotes[middle]! < position) low = middle + 1;
      else high = middle;
    }
    return low % 2 === 1;
  };
}

/**
 * Gives places to the addresses of `text` that no field has placed.
 * @param said the text without what visitors wrote and without the values of fields; positions are the same
 * @param from Positions before this are the line's time and level: an address that stands right there is a client's (access logs).
 * @param read Spans of the text that fields have already read: their words place nothing again.
 */
export function readPhrases(text: string, said: string, facts: Facts, from: number, read: readonly Span[]): void {
  const bounded = text.length > 8192 ? text.slice(0, 8192) : text;
  const all = findAddresses(bounded);
  const outcome = outcomeOfText(from > 0 ? bounded.slice(from) : bounded);
  if (outcome) facts.outcome ??= { outcome: outcome.outcome, reason: `"${outcome.word}"`, rank: 1 };
  const status = /" (\d{3}) (?:\d+|-)(?: |$)/.exec(bounded);
  if (status) facts.statusCode ??= Number(status[1]);
  if (all.length === 0) return;
  const flags = TCP_FLAGS.exec(bounded);
  if (flags) {
    const stated = flags[1] ?? flags[2]!;
    const bits = (/SYN|^S|S\.?$/.test(stated) ? TCP.SYN : 0) | (/ACK|\./.test(stated) ? TCP.ACK : 0);
    const { initiator, initiatorReason } = packetBeginning(bits, `tcp-flags=${stated}`);
    facts.packet ??= { initiator, ...(initiatorReason === undefined ? {} : { reason: initiatorReason }) };
  }
  const request = WEB.exec(bounded);
  const afterRequest = request ? request.index : bounded.length;
  const open: FoundAddress[] = [];
  const columns = portColumns(bounded, all);
  if (twoAndTwo(bounded, all, facts)) return;
  // Exim: deliveries go out to H=, everything else comes in from it.
  const delivery = /(?: => | -> | == | \*\* )/.test(bounded.slice(0, 120));
  for (const [i, found] of all.entries()) {
    if (columns && i < 2) {
      open.push(found);
      continue;
    }
    if (read.some((s) => s.start <= found.start && found.start < s.end)) continue;
    const before = bounded.slice(Math.max(0, found.start - 80), found.start);
    const after = bounded.slice(found.end, found.end + 80);
    if (MAILBOX.test(before) && /^\]?>/.test(after)) continue;
    // "203.0.113.0/24" is a network.
    if (
      found.ip.endsWith(".0") &&
      found.port !== undefined &&
      found.port <= 30 &&
      bounded[found.start + found.ip.length] === "/"
    )
      continue;
    const peer = EXIM_HOST.test(before) ? delivery : RELAY.test(before) ? /\bto=/.test(bounded) : undefined;
    const reading =
      peer !== undefined
        ? ({ place: peer ? "destination" : "source", rank: 3 } as const)
        : readPlace(bounded.slice(from, found.start), before, after, i, all);
    const inRequest = found.start > afterRequest;
    if (!reading) {
      if (!inRequest && !URL_BEFORE.test(before) && !/^[.\d]*\/\d/.test(after)) open.push(found);
      continue;
    }
    putPlace(facts, reading, found, inRequest);
    if (reading.place === "destination" && !isQuoted(bounded, found.start))
      facts.reached ??= WENT_OUT.exec(before)?.[0];
  }
  const client = !facts.hasEnd("source") && !facts.hasEnd("remote") && !facts.hasEnd("bare");
  const proxied = request ? null : PROXIED.exec(said.slice(0, bounded.length));
  // Any web server logs the URLs that it is asked for, and chats quote them.
  if (client && proxied && PROXY_SIGN.test(said)) {
    guessClient(open, facts, proxied.index + 1);
    const asked = ASKED.exec(bounded.slice(proxied.index, proxied.index + 120))?.[1];
    if (asked !== undefined && facts.hasEnd("source")) facts.askedFor(asked);
  }
  if (client && request) guessClient(open, facts, afterRequest);
  if (!facts.hasRoles) guessPair(bounded, open, facts);
  if (!request) guessAdjacent(bounded, said, all, facts);
  if (!facts.hasRoles) guessOnly(bounded, open, facts, REQUEST.test(bounded));
}

/** In a request's target, or in quotes that are no field's (`msg="…"`): said by somebody else, not by the program that logs. */
function isQuoted(text: string, at: number): boolean {
  if (REQUEST.test(text.slice(0, at))) return true;
  let open = -1;
  for (let i = text.indexOf('"'); i >= 0 && i < at; i = text.indexOf('"', i + 1))
    if (text[i - 1] !== "\\") open = open < 0 ? i : -1;
  return open > 0 && !/[=:{,[] ?$/.test(text.slice(0, open));
}

const SERVICE_PORTS = 1024;

/** Before a quoted request, in an access log, the first address is the client's; the second, if both have ports, the backend's. */
function guessClient(open: readonly FoundAddress[], facts: Facts, request: number): void {
  const [a, b] = open.filter((f) => f.start < request);
  if (!a) return;
  facts.phrase("source", a.ip, a.port, 1);
  facts.began ??= { by: "source", why: "a request line" };
  if (b && a.port !== undefined && b.port !== undefined) facts.phrase("destination", b.ip, b.port, 1);
}

/** @param lead The text between the line's time and level and the address. */
function readPlace(
  lead: string,
  before: string,
  after: string,
  i: number,
  all: readonly FoundAddress[],
): Reading | undefined {
  const found = all[i]!;
  const previous = all[i - 1];
  // "New connection: 1.2.3.4:47630 (5.6.7.8:2222)"
  if (
    previous?.port !== undefined &&
    found.port !== undefined &&
    /^ \($/.test(before.slice(previous.end - found.start)) &&
    /connection|session/i.test(lead) &&
    // ASA writes the translated address in brackets.
    !/\bfor \S{1,64} /.test(lead)
  )
    return { place: "destination", rank: 2 };
  // Go's net errors name the socket, this end first, whoever began: "read tcp 10.0.0.1:2121->203.0.113.7:7843".
  if (/\b(?:read|write) (?:tcp|udp)[46]? $/.test(before)) return { place: "local", rank: 3 };
  if (previous && /\b(?:read|write) (?:tcp|udp)[46]? \S{1,60}->$/.test(before)) return { place: "remote", rank: 3 };
  const next = all[i + 1];
  if (next && ARROW_AFTER.test(after) && next.start - found.end <= 48) return { place: "source", rank: 3 };
  // ASA: "Built outbound … for outside:192.0.2.1/443 (…) to inside:10.0.0.5/51234" names the ends by their zones, whoever began.
  const zoned = ZONED_FIRST.test(before) ? "first" : ZONED_SECOND.test(before) ? "second" : undefined;
  if (zoned) {
    const way = /\b(in|out)bound\b/i.exec(lead)?.[1]?.toLowerCase();
    if (way === undefined) return undefined;
    return { place: (zoned === "first") === (way === "in") ? "source" : "destination", rank: 2 };
  }
  const reading = readBefore(before, lead);
  // "Connection from … on 10.0.0.5 port 22": this end, where "on" alone may be anything.
  if (reading?.place === "observer" && found.port !== undefined && /\bon \[?$/.test(before))
    return { place: "local", rank: 2 };
  // "session 192.0.2.1:51234 198.51.100.4:22": told apart by their ports.
  const [left, right] = i === 0 ? [found, all[1]] : i === 1 ? [all[0], found] : [];
  if (left?.port !== undefined && right?.port !== undefined && right.start - left.end === 1)
    if (/\b(?:session|connection) $/.test(i === 0 ? before : before.slice(0, left.start - found.start)))
      return undefined;
  if (reading?.place === "destination" && ARROW_BEFORE.test(before) && i === 0 && !/(?:->|=>)/.test(before))
    return undefined;
  if (reading) return reading;
  if (/^[\s["(<]{0,3}$/.test(lead)) return { place: "source", rank: 2 };
  if (SUBJECT.test(after)) return { place: "source", rank: 1.5 };
  return undefined;
}

function putPlace(facts: Facts, reading: Reading, found: FoundAddress, inRequest: boolean): void {
  if (reading.place === "forwarded") {
    if (!facts.knows(found.ip) && facts.forwarded.length < 32) facts.forwarded.push(found.ip);
    return;
  }
  // What a visitor sends may read like a log: it must not outrank what the log itself says.
  const rank = inRequest ? 0.5 : reading.rank;
  // "opened connection 203.0.113.7:443": a weak word does not make a service's port a client's.
  if (reading.place === "source" && reading.rank < 2 && found.port && found.port < SERVICE_PORTS) return;
  if (reading.place === "observer") return;
  if (reading.place === "answer") {
    if (facts.answers.length < 32) facts.answers.push(found.ip);
    return;
  }
  facts.phrase(reading.place, found.ip, found.port, rank);
}

/** Words of a program that went out itself. */
const OUTGOING =
  /\b(?:dial|connect|connecting|lookup|resolv\w+|fetch\w*|download\w*|upload\w*|upstream|curl|wget|ping|query(?:ing)?|forwarding|backend)\b/i;

/** One address in a line about a login, a request or a refusal, without a word that places it: it is the client's. */
function guessOnly(text: string, open: readonly FoundAddress[], facts: Facts, request: boolean): void {
  const distinct = new Set(open.map((f) => f.ip));
  const first = open[0];
  if (!first || distinct.size !== 1) return;
  // A client comes from a high port; one address with a service's port may as well be where this machine went.
  if (OUTGOING.test(text) || (first.port !== undefined && first.port > 0 && first.port < SERVICE_PORTS)) return;
  const ended = facts.outcome?.outcome === "refused" || facts.outcome?.outcome === "blocked";
  if (request || ended || isAboutLogin(text) || facts.statusCode !== undefined)
    facts.phrase("bare", first.ip, first.port, 0.5);
}

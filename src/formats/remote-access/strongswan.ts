/**
 * strongSwan's charon. Packets are logged one by one, each direction alone: where the ports do not tell who began, the sentences
 * of IKE do.
 */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { findTime } from "../fallback/find-time.js";
import { tell, type Sentence } from "../messages.js";
import { timestamp } from "../shape.js";

const A = String.raw`[0-9A-Fa-f.:]{2,45}`;
const FAR = String.raw`(?<ip>${A})\[(?<port>\d{1,5})\]`;
const NEAR = String.raw`(?<near>${A})\[(?<nearPort>\d{1,5})\]`;
/** RFC 7296 2 and 2.23: a responder is reached at 500 or 4500. An initiator behind a NAT has whatever port that gave it. */
const IKE = String.raw`(?:500|4500)`;
const re = (source: string): RegExp => new RegExp(source);

const CLIENT_PORT = "only the initiator has a port other than 500 and 4500";
const REPLY = "one packet of an exchange: it may be a reply";

const SENTENCES: readonly Sentence[] = [
  {
    says: re(
      String.raw`^received packet(?: on ignored interface)?: from (?<ip>${A})\[(?!${IKE}\])(?<port>\d{1,5})\] to (?<near>${A})\[(?<nearPort>${IKE})\]`,
    ),
    outcome: "unknown",
    reason: "one packet",
    action: "received packet",
    initiatorReason: CLIENT_PORT,
    oneWay: true,
  },
  {
    says: re(
      String.raw`^sending packet: from (?<near>${A})\[(?<nearPort>${IKE})\] to (?<ip>${A})\[(?!${IKE}\])(?<port>\d{1,5})\]`,
    ),
    outcome: "established",
    reason: "this gateway answered the initiator",
    action: "sending packet",
    initiatorReason: CLIENT_PORT,
  },
  {
    says: re(
      String.raw`^sending packet: from (?<near>${A})\[(?!${IKE}\])(?<nearPort>\d{1,5})\] to (?<ip>${A})\[(?<port>${IKE})\]`,
    ),
    outcome: "unknown",
    reason: "one packet",
    action: "sending packet",
    away: true,
    initiatorReason: CLIENT_PORT,
    oneWay: true,
  },
  {
    says: re(
      String.raw`^received packet: from (?<ip>${A})\[(?<port>${IKE})\] to (?<near>${A})\[(?!${IKE}\])(?<nearPort>\d{1,5})\]`,
    ),
    outcome: "established",
    reason: "the responder answered this gateway",
    action: "received packet",
    away: true,
    initiatorReason: CLIENT_PORT,
  },
  {
    says: re(String.raw`^received packet(?: on ignored interface)?: from ${FAR} to ${NEAR}`),
    outcome: "unknown",
    reason: "one packet",
    action: "received packet",
    initiator: "unknown",
    initiatorReason: REPLY,
    oneWay: true,
  },
  {
    says: re(String.raw`^sending packet: from ${NEAR} to ${FAR}`),
    outcome: "unknown",
    reason: "one packet",
    action: "sending packet",
    away: true,
    initiator: "unknown",
    initiatorReason: REPLY,
    oneWay: true,
  },
  {
    says: re(String.raw`^(?<ip>${A}) is initiating an? (?:.{1,40} )?IKE_SA`),
    outcome: "unknown",
    reason: "the peer begins a key exchange",
  },
  {
    says: re(String.raw`^initiating .{1,80} to (?<ip>${A})$`),
    outcome: "unknown",
    reason: "this gateway begins a key exchange",
    away: true,
  },
  {
    says: re(String.raw`^IKE_SA \S{1,80} (?:established|rekeyed) between (?<near>${A})\[.{0,255}\]\.\.\.(?<ip>${A})\[`),
    outcome: "authenticated",
    reason: "IKE_SA established",
    initiator: "unknown",
    initiatorReason: "charon names the local end first, whoever began",
  },
  {
    says: re(String.raw`^(?:deleting|closing) IKE_SA \S{1,80} between (?<near>${A})\[.{0,255}\]\.\.\.(?<ip>${A})\[`),
    outcome: "authenticated",
    reason: "an established IKE_SA ended",
    initiator: "unknown",
    initiatorReason: "charon names the local end first, whoever began",
  },
  {
    says: re(String.raw`^no (?:IKE|peer|matching peer) config found(?: for (?<near>${A})\.\.\.(?<ip>${A}))`),
    outcome: "refused",
    reason: "no configuration for the peer",
  },
  {
    says: re(
      String.raw`^looking for (?:peer|pre-shared key peer|\S{1,40} peer) configs? matching (?<near>${A})\[.{0,255}\]\.\.\.(?<ip>${A})\[`,
    ),
    outcome: "unknown",
    reason: "the peer asks for a configuration",
  },
  {
    says: re(String.raw`^deleting half open IKE_SA with (?<ip>${A}) after timeout`),
    outcome: "refused",
    reason: "half-open IKE_SA timed out",
  },
];

const HEAD = /^(?:[A-Z][a-z]{2}(?:, \d{4}-\d\d-\d\d)?,? {1,2}[\d: .-]{8,24} )?\d{2}\[[A-Z]{3}\d?\] (?:<[^>]{1,128}> )?/;

export const strongswan: Format = {
  id: "strongswan.charon",
  prose: true,
  title: "strongSwan charon",
  reference: "https://docs.strongswan.org/docs/latest/config/logging.html",
  marks: ["received packet", "sending packet: from ", "initiating ", "IKE_SA ", " config found", "looking for "],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    if (program !== undefined && !/^(?:charon|ipsec|strongswan)/.test(program)) return undefined;
    const head = HEAD.exec(line);
    if (!head) return undefined;
    const time = timestamp(findTime(head[0])?.time, context, envelope);
    return tell(line.slice(head[0].length), SENTENCES, { process: "charon", timestamp: time });
  },
};

const PEER = String.raw`"[^"]{1,128}"(?:\[\d{1,6}\])? (?<ip>${A})(?::\d{1,5})?(?: #\d{1,8}(?:\/\d{1,6})?)?:`;
const PLUTO: readonly Sentence[] = [
  {
    says: re(
      String.raw`^packet from (?<ip>${A}):(?<port>\d{1,5}): .{0,120} received on (?<near>${A}):(?<nearPort>\d{1,5}) but no (?:suitable )?connection`,
    ),
    outcome: "refused",
    reason: "no connection for the peer",
  },
  {
    says: re(
      String.raw`^packet from (?<ip>${A}):(?<port>\d{1,5}): .{0,160}(?:not acceptable|rejected|malformed|dropping|ignoring|no connection|refused|NO_PROPOSAL_CHOSEN)`,
    ),
    outcome: "refused",
    reason: "the packet was not taken",
  },
  {
    says: re(String.raw`^packet from (?<ip>${A}):(?<port>\d{1,5}): `),
    outcome: "unknown",
    reason: "one packet",
    initiator: "unknown",
    initiatorReason: "one packet of an exchange: it may be a reply",
    oneWay: true,
  },
  {
    says: re(
      String.raw`^${PEER} .{0,200}(?:authentication failed|AUTHENTICATION_FAILED|probable authentication failure|INVALID_ID_INFORMATION|NO_PROPOSAL_CHOSEN|no suitable connection)`,
    ),
    outcome: "refused",
    reason: "the peers did not agree",
    initiator: "unknown",
    initiatorReason: "the line does not say which peer began",
  },
  {
    says: re(
      String.raw`^${PEER} .{0,200}(?:responding to|STATE_(?:MAIN|QUICK|AGGR|PARENT|V2_\w{1,24})_R\d|authenticated using|responder)`,
    ),
    outcome: "established",
    reason: "this gateway responded",
    initiatorReason: "this gateway is the responder",
  },
  {
    says: re(String.raw`^${PEER} .{0,200}(?:IPsec SA|ISAKMP SA|IKE SA|Child SA|CHILD SA) established`),
    outcome: "authenticated",
    reason: "SA established",
    initiator: "unknown",
    initiatorReason: "the line does not say which peer began",
  },
  {
    says: re(String.raw`^${PEER} .{0,40}initiating`),
    outcome: "unknown",
    reason: "this gateway begins a key exchange",
    away: true,
  },
  {
    says: re(String.raw`^${PEER}`),
    outcome: "unknown",
    reason: "a message about the peer",
    initiator: "unknown",
    initiatorReason: "the line does not say which peer began",
  },
];

export const pluto: Format = {
  id: "libreswan.pluto",
  prose: true,
  title: "Libreswan and Openswan pluto",
  reference: "https://libreswan.org/man/pluto.8.html",
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    if (program !== undefined && program !== "pluto") return undefined;
    const tag = /^(?:[A-Z][a-z]{2} {1,2}\d{1,2} [\d:.]{8,15}: )?(?:pluto(?:\[\d{1,10}\])?: )?(?="|packet from )/.exec(
      line,
    );
    if (!tag || (program === undefined && tag[0] === "")) return undefined;
    const time = timestamp(findTime(tag[0])?.time, context, envelope);
    return tell(line.slice(tag[0].length), PLUTO, { process: "pluto", timestamp: time });
  },
};

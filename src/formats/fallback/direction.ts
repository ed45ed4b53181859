/** What words and ports say of which end began the traffic, in records that no format knows. */
import { replyPorts } from "../initiator.js";

/**
 * Words of a log that follows sessions or decides on them, and so names the ends as they began. `flow`, `traffic` and `alert`
 * are not among them: flow records and intrusion alerts name the ends of one direction.
 */
export const SESSION_WORD =
  /(?:\b|_)(?:session|connections?|conn|allow\w*|den(?:y|ied)|drop(?:ped)?|block(?:ed|ing)?|permit\w*|accept\w*|pass(?:ed)?|reject\w*|discard\w*|attempt\w*|login|logon|connexion|verbindung|conexi[oó]n|connessione)(?:\b|_)/i;
export const OUTBOUND = /\b(?:outbound|outgoing|egress|upload)\b/i;
/** Of a socket, by its ports. */
export const CONNECT = /\bconnect(?:ing|ed)?\b/i;
export const INBOUND = /\b(?:inbound|incoming|ingress|accept(?:ed)?|listen)\b/i;

/** Signs of an intrusion alert: it names the ends of the packet that matched. */
export const ALERT_WORD =
  /\b(?:[Ss]ignature(?:[_-]?[Ii][Dd]|[_-]?[Nn]ame)?|[Ss]ign(?:Name|Id)|[Cc]lassification|[Ii]ntrusions?|[Ee]xploit)\b/;
/** The same among a program's words; as a field's name it may say that a session was looked at. */
export const ALERT_SYSTEM = /\b(?:IDS|IPS|IDP)\b/;
/** Signs of a flow record. */
export const FLOW_WORD =
  /\b(?:flow[_-]?(?:id|logs?|direction|records?|start\w{0,16}|end\w{0,16})|netflow|ipfix|sflow)\b/i;
/** Said of the other end. */
export const INBOUND_TEXT = /\b(?:inbound|incoming|ingress)/i;
/** How the end that goes out begins to say so; with another subject before it, or a place after it, it is said of somebody else. */
const GOING_OUT =
  /(?:^|[:\]] )[^\w]{0,4}(?:attempting to connect|trying to connect|connecting|dial(?:ing)?|(?:failed|unable) to connect)\b(?! (?:from|to [a-z]))/i;
/** `direction=out` */
export const OUT = /^(?:out|o)$/i;

/**
 * The type of an ICMP message, by number or in words.
 * @param said see `Facts.said`; @param transport as a field states it; @param ported an end has a port, which ICMP has not; @param type of a field
 */
export function icmpOf(
  said: string,
  transport: string | undefined,
  ported: boolean,
  type: string | undefined,
): { type: number; version: 4 | 6 } | undefined {
  const named =
    transport === undefined ? (ported ? null : /\bICMP(v?6)?\b/i.exec(said.slice(0, 1000))) : ICMP.exec(transport);
  if (!named) return undefined;
  const version = named[1] === undefined ? 4 : 6;
  const words = said.slice(named.index, named.index + 200);
  const stated = type ?? /\btype[= :]{1,3}(\d{1,3})\b/i.exec(transport === undefined ? words : said)?.[1];
  if (stated !== undefined && /^\d{1,3}$/.test(stated)) return { type: Number(stated), version };
  const text = transport === undefined ? words : said.slice(0, 1000);
  if (/\becho[ _-]?reply\b|\bicmp\b.{0,80}[,; ]reply\b/i.test(text)) return { type: version === 4 ? 0 : 129, version };
  if (/\becho[ _-]?request\b|\bicmp\b.{0,80}[,; ]request\b/i.test(text))
    return { type: version === 4 ? 8 : 128, version };
  if (/\bicmp\b.{0,80}[,; ](?:host |port |net(?:work)? )?unreach/i.test(text))
    return { type: version === 4 ? 3 : 1, version };
  return undefined;
}

const ICMP = /^icmp(v?6)?$/i;

/** Ports above are given to clients: by IANA from 49152 on (RFC 6335 6), by Linux from 32768 on. */
const DYNAMIC_PORTS = 49_152;
const CLIENT_PORTS = 32_768;
/** Few clients get ports below this, and most services that are not well known listen there. */
const REGISTERED = 10_000;

/** From a service's port to a client's: below 1024, or a registered port against one that systems give to clients only. */
export function servicePorts(service: number | undefined, client: number | undefined): boolean {
  return (
    replyPorts(service, client) ||
    (service !== undefined &&
      client !== undefined &&
      service > 0 &&
      ((service < CLIENT_PORTS && client >= DYNAMIC_PORTS) || (service < REGISTERED && client >= CLIENT_PORTS)))
  );
}

/** Words of going out, to a service's port: a client would come from a high one. */
export function wentTo(far: number | undefined, near: number | undefined, said: string): boolean {
  const words = said.slice(0, 2000);
  return replyPorts(far, near ?? DYNAMIC_PORTS) && GOING_OUT.test(words) && !/\bclient\b/i.test(words);
}

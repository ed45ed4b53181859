/** What words and ports say of which end began the traffic, in records that no format knows. */
import { wordTable } from "../../model/word-table.js";
import { replyPorts } from "../initiator.js";

/**
 * Words of a log that follows sessions or decides on them, and so names the ends as they began. `flow`, `traffic` and `alert`
 * are not among them: flow records and intrusion alerts name the ends of one direction.
 */
export const SESSION_WORD =
  /(?:\b|_)(?:session|connections?|conn|allow\w*|den(?:y|ied)|drop(?:ped)?|block(?:ed|ing)?|permit\w*|accept\w*|pass(?:ed)?|reject\w*|discard\w*|attempt\w*|login|logon|connexion|verbindung|conexi[oó]n|connessione)(?:\b|_)/i;
export const OUTBOUND = /\b(?:outbound|outgoing|egress|connect(?:ing|ed)?|upload)\b/i;
export const INBOUND = /\b(?:inbound|incoming|ingress|accept(?:ed)?|listen)\b/i;

/** Signs of an intrusion alert: it names the ends of the packet that matched. */
export const ALERT_WORD =
  /\b(?:[Ss]ignature(?:[_-]?[Ii][Dd]|[_-]?[Nn]ame)?|[Ss]ign(?:Name|Id)|[Cc]lassification|[Ii]ntrusions?|[Ee]xploit|IDS|IPS|IDP)\b/;
/** Signs of a flow record. */
export const FLOW_WORD =
  /\b(?:flow[_-]?(?:id|logs?|direction|records?|start\w{0,16}|end\w{0,16})|netflow|ipfix|sflow)\b/i;
/** Said of the traffic as a whole. */
export const OUTBOUND_TEXT = /\b(?:outbound|outgoing|egress)[ _-](?:connection|traffic|request|network|session)/i;
export const INBOUND_TEXT = /\b(?:inbound|incoming|ingress)/i;
/** Said by the end that goes out. */
const GOING_OUT =
  /\b(?:(?:attempting|trying|failed|unable|could not|cannot) (?:to )?connect|connecting(?! from)|connect to|dial(?:ing)?)\b(?! from)/i;
const DIRECTIONS: Readonly<Record<string, string>> = wordTable({
  out: "outbound",
  o: "outbound",
  egress: "outbound",
  l2r: "outbound",
  in: "inbound",
  i: "inbound",
  ingress: "inbound",
  r2l: "inbound",
});

export function directionWord(stated: string): string {
  return DIRECTIONS[stated.toLowerCase()] ?? stated;
}

/** A record of ICMP: the type that it states by number or in words. */
export function icmpOf(line: string, transport: string | undefined): { type: number; version: 4 | 6 } | undefined {
  const head = line.slice(0, 2000);
  const stated = /^icmp(v?6)?$/i.exec(transport ?? "") ?? /\bICMP(v?6)?\b/i.exec(head);
  if (!stated) return undefined;
  const version = stated[1] === undefined ? 4 : 6;
  const number = /\b(?:icmp[_-]?)?type[= :"]{1,3}(\d{1,3})\b/i.exec(head)?.[1];
  if (number !== undefined) return { type: Number(number), version };
  if (/\becho[ _-]?reply\b|\bicmp\b.{0,80}[,; ]reply\b/i.test(head)) return { type: version === 4 ? 0 : 129, version };
  if (/\becho[ _-]?request\b|\bicmp\b.{0,80}[,; ]request\b/i.test(head))
    return { type: version === 4 ? 8 : 128, version };
  if (/\bicmp\b.{0,80}[,; ](?:host |port |net(?:work)? )?unreach/i.test(head))
    return { type: version === 4 ? 3 : 1, version };
  return undefined;
}

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
export function wentTo(far: number | undefined, near: number | undefined, line: string): boolean {
  return replyPorts(far, near ?? DYNAMIC_PORTS) && GOING_OUT.test(line.slice(0, 2000));
}

/** Reads an address's place from the words before it. */
import { wordTable } from "../../model/word-table.js";
import { meaningOf } from "./keys.js";

export type Place = "answer" | "source" | "destination" | "remote" | "local" | "forwarded" | "observer";

/** The last word before an address, and the place it gives. */
const WORDS: Readonly<Record<Exclude<Place, "answer">, string>> = {
  source:
    "from client clientip cip attacker offender source src srcip visitor caller by initiator originator requester requestor sender banned blocked blocking banning ban unban unbanned unbanning intruder iprange clients for against user login disconnected connection session rcv von de desde depuis da van från aus",
  destination:
    "to into toward towards dst dest dstip destination target upstream backend server responder targeting dial connect connecting snd vers nach hacia naar verso",
  remote: "remote peer rhost foreign rip",
  local: "local lip listening bound bind interface",
  forwarded: "x-forwarded-for forwarded-for xff x-real-ip",
  observer: "firewall sensor gateway via through proxy on at",
};
const BEFORE: ReadonlyMap<string, Place> = new Map(
  Object.entries(WORDS).flatMap(([of, list]) => list.split(" ").map((word): [string, Place] => [word, of as Place])),
);

/** Said of an address without giving it a place. */
const NOISE = new Set(
  "relay endpoint master af_inet af_inet6 ip ipv4 ipv6 ips address addresses addr ip-address ipaddress ipaddr host hostname machine node system computer the a an with tcp udp inet inet6 network port is was has of and had being address's ipv4:tcp".split(
    " ",
  ),
);
/** "to" after these is not where the traffic went. */
const NOT_TO =
  /\b(?:according|due|belong\w*|similar|equal|related|changed?|set|switch\w*|added|add|list|assigned|assign|lease\w*|bound|ack|resolv\w*|back|access|redirect\w*) to$/;
export const ARROW_BEFORE = /(?:(?<!<)(?:-{1,2}|=)>|→|\d >|\w\)? >)[\s["(]{0,16}$/;
const REPLY_TO =
  /(?<!\bno )\b(?:repl(?:y|ied|ying)|response|respond(?:ed|ing)?|answer(?:ed|ing)?|servfail|nxdomain|formerr)(?: (?:sent|packet|message))? (?:back )?to (?:(?:peer|client|host|address|ip) ){0,2}(?:\d{1,6} )?[[("']?$/;
/** The address that follows is the host of a URL. */
export const URL_BEFORE = /:\/\/[^\s/|,;"'<>]{0,60}$/;
/** A URL that this machine went to, not one that a visitor named. */
const FETCHED = /\b(?:download|fetch|upload|curl|wget|connect)\w*(?: [\w.'-]{1,20}){0,3} ["'<]?[a-z]{2,6}:\/\/$/;

/** A field's name before its value without `=`, parted from what stands before: `- Client_ip 192.0.2.1`, `| ServerIP 10.0.0.5`. */
const FIELD_NAME =
  /(?:^|[,;|([-] {0,2})([A-Za-z][A-Za-z_-]{1,30}(?:_[Ii][Pp]|I[Pp]|_addr|Addr|_address|Address|-ip|-addr|-address)):? ["[]?$/;
const PLACES: Readonly<Record<string, Place>> = wordTable({
  "source.ip": "source",
  "destination.ip": "destination",
  "remote.ip": "remote",
  "local.ip": "local",
  "observer.ip": "observer",
  forwarded: "forwarded",
});

export interface Reading {
  place: Place;
  rank: number;
}

/**
 * Reads up to five words back from an address: `from host.example [`, `remote IP address: `.
 * @param lead what stands between the line's time and level and the address
 */
export function readBefore(before: string, lead: string): Reading | undefined {
  // "from outside:192.0.2.1", "dst inside/192.0.2.1": firewalls put the zone before an address.
  const text = before
    .toLowerCase()
    .replace(/(\b(?:from|to|src|dst|client|server) )[a-z][\w.-]{0,31}[:/]$/, "$1")
    .replace(/((?:->|=>|→) )[a-z][\w.-]{0,31}\/$/, "$1");
  if (URL_BEFORE.test(text)) return FETCHED.test(text) ? { place: "destination", rank: 2 } : undefined;
  if (/\btranslation from \S{1,64} to $/.test(text)) return undefined;
  const named = FIELD_NAME.exec(lead.length < before.length ? lead : before);
  const kind = named ? meaningOf(named[1]!)?.kind : undefined;
  if (kind !== undefined && kind in PLACES) return { place: PLACES[kind]!, rank: 3 };
  if (kind?.includes(".nat.")) return undefined;
  // WireGuard: the source inside the tunnel, which the peer was not allowed to use.
  if (/\bunallowed src ip \($/.test(text)) return undefined;
  if (/\bresolv\w* \S{1,60} (?:to|as) \[?$/.test(text)) return { place: "answer", rank: 3 };
  if (/\b(?:x-forwarded(?:-for)?|forwarded-for) ?(?:->|=>|[:=])[\s"[(]{0,3}$/.test(text))
    return { place: "forwarded", rank: 3 };
  if (ARROW_BEFORE.test(text)) return { place: "destination", rank: 3 };
  // Who is answered began.
  if (REPLY_TO.test(text)) return { place: "source", rank: 3 };
  if (/[\w.-]["']?@["'[]?$/.test(text))
    return /\bto \S{1,64}@["'[]?$/.test(text) ? { place: "destination", rank: 2 } : { place: "source", rank: 2 };
  if (/\b(?:reply|cached|config|hosts|answer) \S{1,255} is $/.test(text)) return { place: "answer", rank: 3 };
  if (/\bin (?:a|aaaa) $/.test(text)) return { place: "answer", rank: 3 };
  // "host (client[1.2.3.4])", "H=host (helo) [1.2.3.4]": daemons' ways to write the peer; "([1.2.3.4])" is what it calls itself.
  if (/\([\w.:-]{1,60}\[$/.test(text)) return { place: "source", rank: 2.5 };
  if (text.endsWith("([")) return { place: "observer", rank: 1 };
  // A bracket after a name: the name is the host's, and the word before it decides.
  const bracketed = /[[(/]$/.test(text);
  const tokens = text.match(/[a-z0-9_'.@-]+(?=[^a-z0-9_'.@-]*)/g);
  if (!tokens) return undefined;
  const gap = /[^a-z0-9_'.@-]*$/.exec(text)![0];
  if (/[;|!]/.test(gap)) return undefined;
  let skipped = false;
  for (let i = tokens.length - 1; i >= 0 && i >= tokens.length - 5; i--) {
    const token = tokens[i]!.replace(/^[-.']+|[-.']+$/g, "");
    const place = BEFORE.get(token);
    if (place !== undefined) {
      const upTo = text.slice(0, text.lastIndexOf(token) + token.length);
      if (token === "to" && NOT_TO.test(upTo)) return undefined;
      if (
        (token === "for" || token === "by" || token === "user" || token === "against") &&
        i < tokens.length - 1 &&
        skipped
      )
        return undefined;
      const near = tokens[i - 1];
      if (place === "remote" && near === "by") return undefined; // "refused by peer": of either direction
      if (place === "remote" && (near === "to" || near === "from"))
        return { place: near === "to" ? "destination" : "source", rank: 3 };
      const rank = /^(?:for|by|user|login|de|da|van|aus|von|at|on|against|server|connection|session)$/.test(token)
        ? 1.5
        : 3;
      return { place, rank };
    }
    if (NOISE.has(token) || /^@?0x[0-9a-f]+$/.test(token)) continue;
    if (bracketed && !skipped) {
      skipped = true;
      continue;
    }
    return undefined;
  }
  return undefined;
}

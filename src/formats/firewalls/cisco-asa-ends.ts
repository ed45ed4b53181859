/**
 * How ASA and FTD messages name the two ends of traffic. `interface:address/port`, with a mapped (translated) address, a
 * user or a security group tag in parentheses after it; access-list messages write `interface/address(port)`.
 */
import { canonicalIp } from "../../model/ip.js";
import type { Endpoint } from "../../model/event.js";
import { endpoint, port } from "../values.js";

export interface Ends {
  first?: Endpoint | undefined;
  second?: Endpoint | undefined;
  /** The user named beside an end. */
  user?: string | undefined;
}

/** Drops punctuation that ends a word. A loop, because an unanchored `[…]+$` is quadratic. */
function trimmed(token: string): string {
  let end = token.length;
  while (end > 0 && ",.;:)".includes(token[end - 1]!)) end--;
  return token.slice(0, end);
}

/** `outside:203.0.113.7/443`, `203.0.113.7/443`, `outside:2001:db8::1/443`, `inside/10.0.0.5(443)`, `198.51.100.4:500`, a host name. */
export function readEnd(token: string | undefined): { ip?: string; port?: number; domain?: string } | undefined {
  if (token === undefined) return undefined;
  let body = trimmed(token);
  let portText: string | undefined;
  const withPort = /^([^()]{1,300})\((\d{1,5})$/.exec(body) ?? /^([^()]{1,300})\((\d{1,5})\)/.exec(token);
  if (withPort) {
    body = withPort[1]!;
    portText = withPort[2];
    const slash = body.indexOf("/");
    if (slash >= 0) body = body.slice(slash + 1);
  } else {
    const slash = body.lastIndexOf("/");
    if (slash >= 0) {
      portText = body.slice(slash + 1);
      body = body.slice(0, slash);
    }
  }
  const parts = (ip: string): { ip: string; port?: number } => {
    const p = port(portText);
    return p === undefined ? { ip } : { ip, port: p };
  };
  let rest = body;
  for (let step = 0; step < 3; step++) {
    const ip = canonicalIp(rest);
    if (ip !== undefined) return parts(ip);
    const colon = rest.indexOf(":");
    if (colon < 0) break;
    rest = rest.slice(colon + 1);
  }
  // `198.51.100.4:500`, as IKEv2 messages write it.
  const last = body.lastIndexOf(":");
  const ip = last > 0 ? canonicalIp(body.slice(0, last)) : undefined;
  if (ip !== undefined) {
    portText = body.slice(last + 1);
    return parts(ip);
  }
  // With `names` configured, the ASA writes a host name in the address's place.
  if (!/^[A-Za-z][\w.-]{1,253}$/.test(rest) || (portText === undefined && !body.includes(":"))) return undefined;
  const p = port(portText);
  return { domain: rest, ...(p === undefined ? {} : { port: p }) };
}

/** One end with its mapped address, kept only where it differs. */
function toEndpoint(token: string | undefined, mapped?: ReturnType<typeof readEnd>): Endpoint | undefined {
  const real = readEnd(token);
  if (!real || mapped?.ip === undefined || (mapped.ip === real.ip && mapped.port === real.port)) return real;
  return { ...real, nat: { ip: mapped.ip, ...(mapped.port === undefined ? {} : { port: mapped.port }) } };
}

/** `LOCAL\user`, `user= name`; `2:tag` is a security group. */
function userName(aside: string | undefined): string | undefined {
  const named = aside?.replace(/^user= ?/, "");
  if (named === undefined || named === "any" || /^\d/.test(named)) return undefined;
  const user = named.slice(named.lastIndexOf("\\") + 1);
  return user === "" ? undefined : user;
}

/** An end and what may follow it in parentheses: mapped address, then user or group tag. */
const SIDE = /^\s*\(?([^\s()]+)\)?\s*(?:\(([^()]*)\))?\s*(?:\(([^()]*)\))?/;

function readSide(text: string): { end?: Endpoint | undefined; user?: string | undefined } {
  const m = SIDE.exec(text);
  if (!m) return {};
  const mapped = readEnd(m[2]);
  const aside = mapped?.ip === undefined ? m[2] : m[3];
  return { end: toEndpoint(m[1], mapped), user: userName(aside) };
}

const CONNECTION = /^(?:Built|Teardown) .{0,40}\bconnection\b/;
const FROM_MARKS = [" from ", " with client ", " with server ", " SSL client ", " for "];

/** `for A (mapped) to B (mapped)` in connection messages, `from A to B` in the others. */
function forTo(text: string): Ends | undefined {
  // A teardown ends in "TCP FINs from outside": its ends stand after the first of the two words.
  const mark = CONNECTION.test(text)
    ? / (?:for|from) /.exec(text)?.[0]
    : FROM_MARKS.find((word) => text.includes(word));
  if (mark === undefined) return undefined;
  const start = text.indexOf(mark);
  const middle = start < 0 ? -1 : text.indexOf(" to ", start);
  if (middle < 0) return undefined;
  const first = readSide(text.slice(start + mark.length, middle));
  const second = readSide(text.slice(middle + 4));
  if (!first.end && !second.end) return undefined;
  return { first: first.end, second: second.end, user: first.user ?? second.user };
}

/** `src A dst B`, upper case in 304002. */
const SRC_DST = /\bsrc ([^\s()]+)(?:\(([^()]*)\))?\s{1,4}(?:dst|dest) ([^\s()]+)/i;
/** `interface/address(port)(user) -> interface/address(port)`. */
const ARROW = /(\S+?\(\d{1,5}\)|[^\s()]+)(?:\([^()]*\))*\s?->\s?(\S+?\(\d{1,5}\)|[^\s()]+)/;

function srcDst(text: string): Ends | undefined {
  const m = SRC_DST.exec(text);
  return m ? { first: toEndpoint(m[1]), second: toEndpoint(m[3]), user: userName(m[2]) } : undefined;
}

function arrow(text: string): Ends | undefined {
  const at = text.indexOf("->");
  if (at < 0) return undefined;
  // Only the words beside the arrow are looked at, so a long message costs no more.
  const before = text.slice(Math.max(0, at - 320), at);
  const m = ARROW.exec(`${before.slice(before.trimEnd().lastIndexOf(" ") + 1)}${text.slice(at, at + 320)}`);
  return m ? { first: toEndpoint(m[1]), second: toEndpoint(m[2]) } : undefined;
}

/** `faddr F/n gaddr G/n laddr L/n`: ICMP connections; the numbers are no ports. */
const FADDR = /\bfaddr (\S+).{0,120}?\bgaddr (\S+).{0,120}?\bladdr (\S+)/;

function faddr(text: string): Ends | undefined {
  const m = FADDR.exec(text);
  if (!m) return undefined;
  const foreign = readEnd(m[1])?.ip;
  const inside = readEnd(m[3])?.ip;
  const global = readEnd(m[2])?.ip;
  return {
    first: endpoint({ ip: foreign }),
    second: endpoint({ ip: inside, natIp: global === inside ? undefined : global }),
  };
}

/** `Local:A:500 Remote:B:500 Username:U` (IKEv2): the remote end first. */
function localRemote(text: string): Ends | undefined {
  const m = /\bLocal:(\S+) Remote:(\S+)(?: Username:(\S+))?/.exec(text);
  return m
    ? { first: toEndpoint(m[2]), second: toEndpoint(m[1]), user: m[3] === "Unknown" ? undefined : m[3] }
    : undefined;
}

/** A session of a named user or peer: `Group <g> User <u> IP <a>`, `Group = g, Username = u, IP = a`. */
function session(text: string): Ends | undefined {
  const ip =
    // At the end, where the firewall writes it: a user name before it may hold the same words.
    / : user IP = ([0-9A-Fa-f:.]{2,45})\s*$/.exec(text)?.[1] ??
    /\b(?:IP(?: ?= ?| address: ?| addr: ?| )|Addr )<?([0-9A-Fa-f:.]{2,45})>?/.exec(text)?.[1] ??
    /\bClient IP ([0-9A-Fa-f:.]{2,45})/.exec(text)?.[1];
  const user =
    /\bUser <([^<>]{1,128})>/.exec(text)?.[1] ??
    /\b(?:Username|Uname|user) ?[=:] ?([^\s,:]{1,128})/.exec(text)?.[1] ??
    /\bUser (\S{1,128}?),? (?:IP|Addr) /.exec(text)?.[1];
  const first = endpoint({ ip: canonicalIp(ip && trimmed(ip)) });
  return first || user !== undefined ? { first, user } : undefined;
}

/** `Object 203.0.113.7 is attacking`, `adds host 203.0.113.7`, `SSH session from A on interface`. */
function lone(text: string): Ends | undefined {
  const m = /\b(?:from|host|Object|IP) \(?([0-9A-Fa-f:.]{2,45}(?:\/\d{1,5}(?![\d.]))?)\)?/.exec(text);
  const first = toEndpoint(m?.[1]);
  return first ? { first } : undefined;
}

/** `A Accessed URL [user@]B:url` (304001). */
function accessed(text: string): Ends | undefined {
  const m =
    /^(?:([^\s@]{1,128})@)?(\S+) Accessed (?:JAVA )?URL (?:[^\s@]{1,128}@)?([0-9A-Fa-f.]{7,15}|[0-9A-Fa-f:]{2,45}):/.exec(
      text,
    );
  return m ? { first: toEndpoint(m[2]), second: toEndpoint(m[3]), user: m[1] } : undefined;
}

/** `laddr A on interface X to B`, `from A on interface X to B`. */
function onInterface(text: string): Ends | undefined {
  const m = /\b(?:laddr|from) (\S+) on interface \S+ to ([^\s:]+|\S+)/.exec(text);
  return m ? { first: toEndpoint(m[1]), second: toEndpoint(m[2]) } : undefined;
}

/** `server = A : user = U`: the address of the server that was asked. */
function aaaServer(text: string): Ends | undefined {
  const m = /\bserver = {1,2}(\S{2,64}) : user = (\S{1,128})/.exec(text);
  return m ? { first: toEndpoint(m[1]), user: m[2] } : undefined;
}

/** `between A and B` (IPsec security associations). */
function between(text: string): Ends | undefined {
  const m = /\bbetween (\S+) and (\S+)/.exec(text);
  return m ? { first: toEndpoint(m[1]), second: toEndpoint(m[2]) } : undefined;
}

/** `Shunned packet: A = B on interface`, `A ==> B` in older versions. */
function shunned(text: string): Ends | undefined {
  const m = /\bpacket: (\S{2,64}) =(?:=>)? (\S{2,64})/.exec(text);
  return m ? { first: toEndpoint(m[1]), second: toEndpoint(m[2]) } : undefined;
}

/** `src = A, dest = B` (IP fragments). */
function fragment(text: string): Ends | undefined {
  const m = /\bsrc = ([^\s,]{2,64}), dest = ([^\s,]{2,64})/.exec(text);
  return m ? { first: toEndpoint(m[1]), second: toEndpoint(m[2]) } : undefined;
}

/** `for A to B from <message>` (inspected calls). */
function inspected(text: string): Ends | undefined {
  const m = / for (\S{2,320}) to (\S{2,320})/.exec(text);
  return m ? { first: toEndpoint(m[1]), second: toEndpoint(m[2]) } : undefined;
}

/** `Built local-host outside:A`. */
function localHost(text: string): Ends | undefined {
  const m = /\blocal-host (\S{2,320})/.exec(text);
  return m ? { first: toEndpoint(m[1]) } : undefined;
}

export const NOTATIONS = {
  shunned,
  fragment,
  inspected,
  localHost,
  forTo,
  srcDst,
  arrow,
  faddr,
  localRemote,
  session,
  lone,
  accessed,
  onInterface,
  between,
  aaaServer,
};
export type Notation = keyof typeof NOTATIONS;

/** Trial order for a message that has no entry of its own. */
const GENERAL: readonly Notation[] = [
  "arrow",
  "faddr",
  "localRemote",
  "srcDst",
  "onInterface",
  "forTo",
  "between",
  "session",
  "lone",
];

/** The ends of a message, by its own notation or by the first that fits. */
export function readEnds(text: string, notation?: Notation): Ends {
  if (notation !== undefined) return NOTATIONS[notation](text) ?? {};
  for (const name of GENERAL) {
    const ends = NOTATIONS[name](text);
    if (ends && (ends.first ?? ends.second) !== undefined) return ends;
  }
  return {};
}

/** Domains, URLs and e-mail addresses from refanged text. */
import { domainToASCII } from "node:url";
import { parse as parseDomain } from "tldts";
import { address } from "./addresses.js";
import { isValue, type Refusal, type Value } from "./value.js";

const MAX_DOMAIN = 253;
const MAX_LABEL = 63;
/** RFC 5321 4.5.3.1.1. */
const MAX_LOCAL = 64;
/** Longer ones are cut by most logs, and no advisory lists them. */
const MAX_URL = 2048;

/**
 * Names under these are seen in logs though IANA delegates none of them: alternative roots, overlay networks, and the special-use
 * names (RFC 6761), on which the warning lists have their say.
 */
const OTHER_TOP_LEVEL = new Set(
  "onion i2p bit emc lib coin bazar eth crypto zil nft wallet dao blockchain libre fur geek gopher indy null oss parody pirate dyn chan oz neo bbs example test invalid localhost local internal home lan corp arpa".split(
    " ",
  ),
);

const topLevel = new Map<string, boolean>();
/** Bound on `topLevel`: the labels come from the feed. */
const MAX_KNOWN = 10_000;

/** Of some, such as `za`, the list has only what is under them. */
function isRegistered(name: string): boolean {
  return parseDomain(name, { extractHostname: false }).isIcann === true;
}

/** A top-level domain of the public suffix list (ICANN's part) or of an alternative root. */
export function isTopLevel(label: string): boolean {
  let known = topLevel.get(label);
  if (known === undefined) {
    known = OTHER_TOP_LEVEL.has(label) || ["a", "a.co"].some((name) => isRegistered(`${name}.${label}`));
    if (topLevel.size < MAX_KNOWN) topLevel.set(label, known);
  }
  return known;
}

const DOT = 46;

/** Lower-case ASCII labels of sane length, the last one no number; two at least. Underscores are allowed, as in SRV names. */
function isHostName(name: string): boolean {
  if (name.length > MAX_DOMAIN || name.length < 3) return false;
  let start = 0;
  let labels = 0;
  let letters = false;
  for (let i = 0; i <= name.length; i++) {
    const c = i === name.length ? DOT : name.charCodeAt(i);
    if (c === DOT) {
      if (i === start || i - start > MAX_LABEL) return false;
      labels++;
      start = i + 1;
      if (i < name.length) letters = false;
    } else if ((c >= 97 && c <= 122) || c === 95) letters = true;
    else if (!((c >= 48 && c <= 57) || c === 45)) return false;
  }
  const last = name.charCodeAt(name.length - 1);
  return labels > 1 && letters && last !== 45;
}

const ASCII = /^[\x21-\x7e]+$/;

/** A name in lower case and A-labels without its final dot; undefined when it is none. */
function canonicalName(text: string): string | undefined {
  if (text.length > 4 * MAX_DOMAIN) return undefined;
  let name = ASCII.test(text) ? text.toLowerCase() : domainToASCII(text);
  if (name.endsWith(".")) name = name.slice(0, -1);
  return isHostName(name) ? name : undefined;
}

const UNKNOWN_TOP = "its last label is no top-level domain";

/**
 * `evil.example`, `*.evil.example`, `.evil.example`, `evil.example:443`. `trusted`: the publisher says that it is a domain, so
 * the top-level domain may be one nobody knows.
 */
export function domain(text: string, trusted: boolean): Value | Refusal | undefined {
  let name = text;
  let port: number | undefined;
  const colon = name.indexOf(":");
  if (colon > 0) {
    const digits = name.slice(colon + 1);
    if (!/^(?:\d{1,5}(?:-\d{1,5})?|\*)?$/.test(digits)) return undefined;
    if (/^\d+$/.test(digits)) port = Number(digits);
    name = name.slice(0, colon);
  }
  const wild = name.startsWith("*.") || name.startsWith(".");
  if (wild) name = name.slice(name.indexOf(".") + 1);
  const value = canonicalName(name);
  if (value === undefined) return undefined;
  if (!trusted && !isTopLevel(value.slice(value.lastIndexOf(".") + 1)))
    return { reason: `no indicator: it reads like a domain, but ${UNKNOWN_TOP}` };
  const note = wild ? `read as ${value} and its subdomains` : undefined;
  return {
    type: "domain-name",
    value,
    ...(port === undefined || port === 0 || port > 65535 ? {} : { port }),
    ...(note === undefined ? {} : { note }),
  };
}

/** `someone@evil.example`, `mailto:` before it, and a name with angle brackets around the address. */
export function email(text: string): Value | Refusal | undefined {
  const bare = text.replace(/^mailto:/i, "");
  const at = bare.lastIndexOf("@");
  if (at < 0 || bare.length > MAX_LOCAL + 1 + 4 * MAX_DOMAIN) return undefined;
  const local = bare.slice(0, at);
  const host = canonicalName(bare.slice(at + 1));
  if (host === undefined) return undefined;
  if (local === "" || local === "*") return { ...(domain(host, true) as Value), note: "any address at this domain" };
  if (local.length > MAX_LOCAL || !/^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+$/.test(local)) return undefined;
  return { type: "email-addr", value: `${local.toLowerCase()}@${host}` };
}

export const SCHEME = /^[a-z][a-z0-9+.-]{1,20}:\/\//i;
/** What a browser or a proxy speaks; the host and port of other schemes are what can be hunted. */
const WEB = /^(?:https?|ftp|wss?):\/\//i;

/** `host:port` of any URL. */
function authority(rest: string): string {
  const end = rest.search(/[/?#\\]/);
  const all = end < 0 ? rest : rest.slice(0, end);
  return all.slice(all.lastIndexOf("@") + 1);
}

/** `192.0.2.1:443`, `[2001:db8::1]:443`. Port, port range or `*`, after an address; brackets around it. */
const WITH_PORT = /^(\[[0-9A-Fa-f:.%]{2,60}\]|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}):(?:(\d{1,5})(?:-\d{1,5})?|\*)?$/;

/** What no port is stands after it: `192.0.2.1:443:8443`, `192.0.2.1:500081`. */
const WITH_UNCLEAR_PORT = /^(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?::\d{1,9}){1,4}$/;

/** An address, with a port or without. */
export function endpoint(text: string): Value | Refusal | undefined {
  const m = WITH_PORT.exec(text);
  const unclear = m === null ? WITH_UNCLEAR_PORT.exec(text)?.[1] : undefined;
  if (unclear !== undefined) {
    const host = address(unclear);
    return host && isValue(host) ? { ...host, note: "what follows it is no single port: left out" } : host;
  }
  const found = address(m?.[1] ?? text);
  const port = m?.[2] === undefined || m[0].includes("-") ? 0 : Number(m[2]);
  return found && isValue(found) && port > 0 && port < 65536 ? { ...found, port } : found;
}

/**
 * A URL with its scheme, or `host/path` without. A URL that names a host and no more is that host: `http://192.0.2.1:8080/` is an
 * address with a port, `https://evil.example/` that very name. User and fragment never stand in a log: left out, with a note.
 */
export function url(text: string, trusted: boolean): Value | Refusal | undefined {
  const scheme = SCHEME.exec(text)?.[0];
  if (scheme === undefined && !/^[^/?#]+[/?]/.test(text)) return undefined;
  const rest = scheme === undefined ? text : text.slice(scheme.length);
  const place = authority(rest);
  const host = endpoint(place) ?? domain(place, trusted || scheme !== undefined);
  if (host === undefined)
    return scheme === undefined ? undefined : { reason: "a URL whose host is neither an address nor a domain" };
  if (!isValue(host)) return host;
  const path = rest.slice(rest.indexOf(place) + place.length);
  const bare = /^(?:\/|[?#]|\/#.{0,2000})?$/.test(path);
  if (bare || (scheme !== undefined && !WEB.test(scheme))) {
    if (host.type === "domain-name") host.exact ??= true;
    return bare ? host : { ...host, note: `the host of a ${scheme!.slice(0, -3).toLowerCase()} URL` };
  }
  if (text.length > MAX_URL) return { reason: `a URL longer than ${MAX_URL} characters` };
  let parsed: URL;
  try {
    parsed = new URL(scheme === undefined ? `http://${text}` : text);
  } catch {
    return { reason: "not a URL: it cannot be parsed" };
  }
  const notes: string[] = scheme === undefined ? ["no scheme: read as http"] : [];
  if (parsed.username !== "" || parsed.password !== "") notes.push("without the user in it");
  parsed.username = "";
  parsed.password = "";
  if (parsed.hash !== "") notes.push("without its fragment");
  parsed.hash = "";
  // WHATWG keeps the final dot of a host and writes mapped addresses as IPv6: the host is as it is everywhere else.
  const port = parsed.port === "" ? "" : `:${parsed.port}`;
  const name = host.value.includes(":") ? `[${host.value}]` : host.value;
  const value = `${parsed.protocol}//${name}${port}${parsed.pathname}${parsed.search}`;
  return {
    type: "url",
    value,
    ...(host.port === undefined ? {} : { port: host.port }),
    ...(notes.length === 0 ? {} : { note: notes.join("; ") }),
  };
}

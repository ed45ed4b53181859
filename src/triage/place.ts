/** Where in an event the indicator stands. */
import type { Event } from "../model/event.js";
import { canonicalHost, canonicalMail, hostOfField } from "../model/host.js";
import type { Indicator, IndicatorType } from "../model/indicator.js";
import { canonicalIp, parseIp } from "../model/ip.js";
import type { SightingRole } from "../model/sighting.js";
import { holdsTarget, urlTarget } from "../model/url.js";

/** A place, the ECS field that holds the indicator there, and the token of the line that it is. */
export interface Place {
  role: SightingRole;
  field: string;
  observed: string;
  /** The field holds the indicator among other text, as a referrer or a query does. */
  quoted?: true;
}

type FieldReader = (event: Event) => string | readonly string[] | undefined;
type Row = readonly [SightingRole, string, FieldReader];

/** Strongest first: an address that is an end of the traffic is not also a mention of it. */
const ADDRESSES: readonly Row[] = [
  ["source", "source.ip", (e) => e.source?.ip],
  ["destination", "destination.ip", (e) => e.destination?.ip],
  ["translated", "destination.nat.ip", (e) => e.destination?.nat?.ip],
  ["translated", "source.nat.ip", (e) => e.source?.nat?.ip],
  ["forwarded", "network.forwarded_ip", (e) => e.network?.forwarded_ip],
  ["answer", "dns.resolved_ip", (e) => e.dns?.resolved_ip],
  ["question", "dns.question.name", (e) => e.dns?.question?.name],
];

const senders: FieldReader = (e) => e.email?.from?.address;
const recipients: FieldReader = (e) => e.email?.to?.address;
const domainsOf =
  (read: FieldReader): FieldReader =>
  (e) =>
    listOf(read(e)).map((mail) => mail.slice(mail.lastIndexOf("@") + 1));

const NAMES: readonly Row[] = [
  ["source", "source.domain", (e) => e.source?.domain],
  ["destination", "destination.domain", (e) => e.destination?.domain],
  ["destination", "tls.client.server_name", (e) => e.tls?.client?.server_name],
  ["destination", "url.domain", (e) => e.url?.domain],
  ["question", "dns.question.name", (e) => e.dns?.question?.name],
  ["answer", "dns.answers", (e) => e.dns?.answers?.map((answer) => answer.data)],
  ["source", "email.from.address", domainsOf(senders)],
  ["destination", "email.to.address", domainsOf(recipients)],
];

const MAILS: readonly Row[] = [
  ["source", "email.from.address", senders],
  ["destination", "email.to.address", recipients],
];

/** What an end bears: many share a fingerprint, so it makes nobody an end of the traffic. */
const MARKS: readonly Row[] = [
  ["mention", "file.hash.sha256", (e) => e.file?.hash?.sha256],
  ["mention", "file.hash.sha1", (e) => e.file?.hash?.sha1],
  ["mention", "file.hash.md5", (e) => e.file?.hash?.md5],
  ["mention", "file.hash.sha512", (e) => e.file?.hash?.sha512],
  ["mention", "tls.client.ja3", (e) => e.tls?.client?.ja3],
  ["mention", "tls.client.ja4", (e) => e.tls?.client?.ja4],
  ["mention", "tls.server.ja3s", (e) => e.tls?.server?.ja3s],
];
const AGENTS: readonly Row[] = [["mention", "user_agent.original", (e) => e.user_agent?.original]];

/** Where the client itself wrote the name: the reason then says so. */
const QUOTED: readonly (readonly [string, (event: Event) => string | undefined])[] = [
  ["http.request.referrer", (e) => e.http?.request?.referrer],
  ["url.original", (e) => e.url?.original],
  ["user_agent.original", (e) => e.user_agent?.original],
];

const listOf = (value: string | readonly string[] | undefined): readonly string[] =>
  typeof value === "string" ? [value] : (value ?? []);

function find(
  rows: readonly Row[],
  event: Event,
  observed: readonly string[],
  canonical: (text: string) => string | undefined,
): Place | undefined {
  for (const [role, field, read] of rows) {
    const text = read(event);
    if (text === undefined) continue;
    const values = typeof text === "string" ? [canonical(text)] : text.map(canonical);
    const met = observed.find((token) => values.includes(token));
    if (met !== undefined) return { role, field, observed: met };
  }
  return undefined;
}

const asIs = (text: string): string => text;
const lower = (text: string): string => text.toLowerCase();

/**
 * @param observed the indicator's tokens in the line, canonical: several of a domain and its subdomains, or of a network. The
 * strongest place of any of them is the indicator's.
 */
export function placeOf(
  event: Event,
  indicator: Pick<Indicator, "type" | "value">,
  observed: readonly string[],
): Place {
  const place = typedPlace(event, indicator, observed);
  if (place) return place;
  const first = observed[0] ?? indicator.value;
  const quoting = isAddressType(indicator.type) ? undefined : QUOTED.find(([, read]) => quotes(read(event), observed));
  return quoting
    ? { role: "mention", field: quoting[0], observed: first, quoted: true }
    : { role: "mention", field: "event.original", observed: first };
}

export function isAddressType(type: IndicatorType): boolean {
  return type === "ipv4-addr" || type === "ipv6-addr";
}

function typedPlace(
  event: Event,
  indicator: Pick<Indicator, "type" | "value">,
  observed: readonly string[],
): Place | undefined {
  switch (indicator.type) {
    case "ipv4-addr":
    case "ipv6-addr":
      return find(ADDRESSES, event, observed, asIs);
    case "domain-name":
      return find(NAMES, event, observed, hostOfField);
    case "url":
      return urlPlace(event, indicator.value, observed);
    case "email-addr":
      return find(MAILS, event, observed, canonicalMail);
    case "user-agent":
      return find(AGENTS, event, observed, asIs);
    default:
      return find(MARKS, event, observed, lower);
  }
}

/** A URL is asked for at its host, in the request that has its path. Elsewhere (a referrer, another's query) it is a mention. */
function urlPlace(event: Event, url: string, observed: readonly string[]): Place | undefined {
  if (isRequested(event, url) === false) return undefined;
  const addresses = observed.filter((value) => parseIp(value) !== undefined);
  const place =
    (addresses.length > 0 ? find(ADDRESSES, event, addresses, asIs) : undefined) ??
    find(NAMES, event, observed, hostOfField);
  return place?.role === "destination" || place?.field === "destination.nat.ip" ? place : undefined;
}

const ABSOLUTE = /^[a-z][a-z0-9+.-]{1,20}:\/\/(?:[^/?#@]{0,255}@)?(\[[0-9a-f:.]{2,45}\]|[^/?#:]{0,255})(?::\d{0,5})?/i;

/** Whether the event's own request is for the URL; undefined when the event tells no request. */
function isRequested(event: Event, url: string): boolean | undefined {
  const original = event.url?.original ?? event.url?.path;
  const target = urlTarget(url);
  if (original === undefined || target === undefined) return undefined;
  const absolute = ABSOLUTE.exec(original);
  if (absolute) {
    const host = absolute[1]!.replace(/^\[|\]$/g, "");
    if ((canonicalIp(host) ?? canonicalHost(host)) !== target.host) return false;
  }
  const bytes = Buffer.from(original.slice(0, 8192), "utf8");
  const at = absolute ? Buffer.byteLength(absolute[0]) : 0;
  // A query in a field of its own is borne out by the line; what is left to tell here is the path.
  return holdsTarget(bytes, at, original.includes("?") ? target : { ...target, query: undefined });
}

function quotes(text: string | undefined, observed: readonly string[]): boolean {
  if (text === undefined) return false;
  const searched = text.toLowerCase();
  return observed.some((value) => searched.includes(value.toLowerCase()));
}

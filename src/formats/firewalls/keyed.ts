/**
 * Firewalls that write named fields: one reader, and a table of names a product. A product's file says how its line is cut into
 * fields, what its names mean, and what they come to.
 */
import type { Event } from "../../model/event.js";
import { canonicalIp } from "../../model/ip.js";
import type { EnvelopeFields, Format, FormatResult, LineContext, ParsedTime } from "../format.js";
import { compact, quotesAnother, shaped, timestamp } from "../shape.js";
import { addressAndPort, endpoint, integer, text, transport } from "../values.js";
import { withoutIdleNat } from "./verdict.js";

export type Fields = Readonly<Record<string, string>>;

/** What a name may mean. Addresses may carry a port (`1.2.3.4:443`) and more after it (`:X0`). */
export type Slot =
  | "src"
  | "sport"
  | "sbytes"
  | "spackets"
  | "sname"
  | "snat"
  | "snatport"
  | "dst"
  | "dport"
  | "dbytes"
  | "dpackets"
  | "dname"
  | "dnat"
  | "dnatport"
  | "transport"
  | "protocol"
  | "direction"
  | "action"
  | "user"
  | "url"
  | "domain"
  | "method"
  | "status"
  | "agent"
  | "referrer"
  | "forwarded"
  | "question"
  | "sni"
  | "rule"
  | "device"
  /** Seconds. */
  | "duration";

/** Names of a slot, the better first, with a space between them. */
export type Names = Readonly<Partial<Record<Slot, string>>>;

export type Judgement = Omit<FormatResult, "event">;

export interface KeyedProduct {
  readonly id: string;
  readonly title: string;
  readonly reference: string;
  readonly vendor: string;
  readonly product: string;
  readonly prose?: true;
  /** As `Format.marks`: of every line that `find` finds. */
  readonly marks?: readonly string[];
  /** Where the message begins; -1 when this is not its line. What stands before it is a header. */
  find(line: string, envelope: EnvelopeFields | undefined): number;
  /** Cuts the line into fields. Undefined: it is not its line after all. */
  fields(line: string, start: number, envelope: EnvelopeFields | undefined): Fields | undefined;
  readonly names: Names | ((fields: Fields) => Names);
  time?(fields: Fields, line: string): ParsedTime | undefined;
  /** Completes the event where names alone do not say it, and judges it. Undefined: not this format's line. */
  judge(fields: Fields, event: Event, line: string): Judgement | undefined;
  /** `event.dataset`, where a product has several logs. */
  dataset?(fields: Fields): string | undefined;
}

const split = new WeakMap<Names, ReadonlyMap<Slot, readonly string[]>>();

function keysOf(names: Names): ReadonlyMap<Slot, readonly string[]> {
  let keys = split.get(names);
  if (!keys) {
    keys = new Map(Object.entries(names).map(([slot, list]) => [slot as Slot, list.split(" ")]));
    split.set(names, keys);
  }
  return keys;
}

/** The first of `keys` that has a value. */
export function first(fields: Fields, keys: readonly string[] | undefined): string | undefined {
  if (!keys) return undefined;
  for (const key of keys) {
    const value = text(fields[key]?.trim());
    if (value !== undefined) return value;
  }
  return undefined;
}

/** `10.0.0.5:443:X0:host`, `10.0.0.5:443`, `[2001:db8::1]:443`, `10.0.0.5/32`, `10.0.0.5 (host)`, or a name. */
export function readAddress(value: string | undefined): { ip?: string; port?: number; domain?: string } {
  if (value === undefined || value.length > 300) return {};
  const whole = addressAndPort(value);
  if (whole.ip !== undefined) return whole;
  const m = /^(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:.]{2,45}\])(?::(\d{1,5}))?(?=[:\s,(/]|$)/.exec(value);
  if (m) return addressAndPort(m[2] === undefined ? m[1] : `${m[1]}:${m[2]}`);
  return /^[A-Za-z0-9][\w.-]{1,253}$/.test(value) ? { domain: value } : {};
}

/** The event that `fields` tell by `names`. */
export function keyedEvent(fields: Fields, names: Names): Event {
  const keys = keysOf(names);
  const get = (slot: Slot): string | undefined => first(fields, keys.get(slot));
  const protocol = transport(get("transport"))?.replace(/^(tcp|udp|icmp)[/(].*$/s, "$1");
  const word = protocol === "icmpv6" || protocol === "icmp6" || protocol === "icmp_v6" ? "ipv6-icmp" : protocol;
  const icmp = word === "icmp" || word === "ipv6-icmp";
  const side = (s: "s" | "d") => {
    const at = readAddress(get(s === "s" ? "src" : "dst"));
    const nat = readAddress(get(`${s}nat`));
    return withoutIdleNat(
      endpoint({
        ip: at.ip,
        port: icmp ? undefined : notZero(get(`${s}port`) ?? at.port),
        bytes: get(`${s}bytes`),
        packets: get(`${s}packets`),
        domain: get(`${s}name`) ?? at.domain,
        natIp: nat.ip,
        natPort: icmp ? undefined : (get(`${s}natport`) ?? nat.port),
      }),
    );
  };
  const seconds = Number(get("duration") ?? NaN);
  const address = get("url");
  const whole = address !== undefined && /^[a-z][a-z0-9+.-]{1,15}:\/\//i.test(address);
  const question = get("question");
  const forwarded = (get("forwarded") ?? "").split(/[,; ]+/, 32).flatMap((part) => canonicalIp(part) ?? []);
  const service = get("protocol");
  return compact<Event>({
    source: side("s"),
    destination: side("d"),
    network: {
      transport: word !== undefined && /^[a-z][\w.-]{0,15}$|^\d{1,3}$/.test(word) ? word : undefined,
      protocol: service !== undefined && /^[A-Za-z][\w.-]{0,31}$/.test(service) ? service.toLowerCase() : undefined,
      direction: get("direction")?.toLowerCase(),
      forwarded_ip: forwarded,
    },
    event: {
      action: get("action"),
      duration: Number.isFinite(seconds) && seconds >= 0 ? Math.round(seconds * 1e6) * 1000 : undefined,
    },
    url: {
      original: whole ? address : undefined,
      domain: get("domain"),
      path: address?.startsWith("/") ? address : undefined,
    },
    http: {
      request: { method: get("method"), referrer: get("referrer") },
      response: { status_code: httpStatus(get("status")) },
    },
    dns: question === undefined ? undefined : { question: { name: question } },
    tls: { client: { server_name: get("sni") } },
    user_agent: { original: get("agent") },
    user: { name: get("user") },
    rule: { name: get("rule") },
    observer: { name: get("device") },
  } as Event);
}

/** Port 0 is how products write that there is none. */
function notZero(value: string | number | undefined): string | number | undefined {
  return value === "0" || value === 0 ? undefined : value;
}

function httpStatus(value: string | undefined): number | undefined {
  const status = integer(value);
  return status !== undefined && status >= 100 && status <= 599 ? status : undefined;
}

/** `a=b|c=d`, `a: b; c: d`: pairs between separators, the first of a repeated key kept. Quotes around a value are dropped. */
export function splitPairs(body: string, separator: string, equals = "="): Record<string, string> {
  const out: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const part of body.split(separator, 256)) {
    const at = part.indexOf(equals);
    if (at <= 0) continue;
    const key = part.slice(0, at).trim();
    const value = part.slice(at + equals.length).trim();
    if (key.length <= 64 && !(key in out))
      out[key] = value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
  }
  return out;
}

/** A longer head belongs to another program's record. */
const LONGEST_HEAD = 400;

/** Headers that are no syslog: `fw1 id=firewall …`, a collector's own time. */
function headerHost(head: string): string | undefined {
  return /(?:^|\s)([A-Za-z][\w.-]{0,62})\s{1,4}$/.exec(head.slice(-80))?.[1];
}

/** Makes the format of a product. */
export function keyedFormat(product: KeyedProduct): Format {
  const parse = (line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined => {
    const start = product.find(line, envelope);
    if (start < 0 || start > LONGEST_HEAD || (start > 0 && quotesAnother(line.slice(0, start)))) return undefined;
    const fields = product.fields(line, start, envelope);
    if (!fields) return undefined;
    const names = typeof product.names === "function" ? product.names(fields) : product.names;
    const event = keyedEvent(fields, names);
    const judged = product.judge(fields, event, line);
    if (!judged) return undefined;
    const name = event.observer?.name ?? envelope?.hostname ?? headerHost(line.slice(0, start));
    return shaped({
      ...judged,
      event: {
        timestamp: timestamp(product.time?.(fields, line), context, envelope),
        ...event,
        event: { ...event.event, dataset: product.dataset?.(fields) },
        observer: { name, vendor: product.vendor, product: product.product },
      },
    });
  };
  return {
    id: product.id,
    title: product.title,
    reference: product.reference,
    ...(product.prose ? { prose: true as const } : {}),
    ...(product.marks ? { marks: product.marks } : {}),
    parse,
  };
}

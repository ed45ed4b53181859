/**
 * Audit logs of services: who did what, and from which address. The actor is the source and the service the asset, whose own log it is.
 * One row says where a product keeps these; one reader walks them all.
 *
 * A call by an identity that the service knows, and that succeeded, counts as `authenticated`: whoever sent it held its credentials.
 */
import type { Event, Outcome } from "../../model/event.js";
import { canonicalIp } from "../../model/ip.js";
import type { EnvelopeFields, Format, FormatResult, LineContext, ParsedTime } from "../format.js";
import { object, parseObject, string, type Json } from "../json-fields.js";
import { shaped, timestamp } from "../shape.js";
import { parseEpoch, parseIsoTime } from "../time.js";
import { addressAndPort, endpoint, text } from "../values.js";

export interface Judged {
  outcome: Outcome;
  outcomeReason?: string;
}

export function judgedAs(outcome: Outcome, outcomeReason: string): Judged {
  return { outcome, outcomeReason };
}

/** Names of members; a dot leads to a member of a member, and a list is read by its first element. */
export type Paths = readonly string[];

export interface AuditKind {
  /** Members that all of its records have. */
  readonly has: readonly string[];
  readonly is?: (r: Json) => boolean;
  readonly dataset?: string;
  readonly time: Paths;
  /** The actor's address, perhaps with its port. */
  readonly client: Paths;
  readonly port?: Paths;
  readonly user?: Paths;
  readonly action?: Paths;
  readonly agent?: Paths;
  /** What the service calls itself: account, tenant, host. */
  readonly observer?: Paths;
  readonly vendor: string;
  readonly product: string;
  readonly judge: (r: Json, action: string) => Judged;
}

/** The value at a path. Objects that are written as JSON text in a string are looked into. */
export function at(record: Json, path: string): unknown {
  if (Object.hasOwn(record, path)) return record[path];
  let value: unknown = record;
  for (const key of path.split(".")) {
    if (Array.isArray(value)) value = value[0];
    if (typeof value === "string") value = value.startsWith("{") ? parseObject(value) : undefined;
    const inner = object(value);
    if (!inner || !Object.hasOwn(inner, key)) return undefined;
    value = inner[key];
  }
  return value;
}

/** The first of the paths that holds a text or a number; of a list, its first. */
export function first(record: Json, paths: Paths | undefined): string | undefined {
  for (const path of paths ?? []) {
    const value = at(record, path);
    const found = text(string(Array.isArray(value) ? value[0] : value));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** ISO 8601, or seconds to nanoseconds since 1970. */
export function parseTime(value: string | undefined): ParsedTime | undefined {
  return value === undefined ? undefined : (parseIsoTime(value) ?? parseEpoch(value));
}

/** Cloud services that write no zone mean UTC, as their documentation says. */
export function utcTime(value: string | undefined): ParsedTime | undefined {
  const time = parseTime(value);
  if (time?.kind !== "local" || time.year === undefined) return time;
  const { year, month, day, hour, minute, second, millisecond } = time;
  return { kind: "instant", ms: Date.UTC(year, month - 1, day, hour, minute, second, millisecond) };
}

const DOMAIN = /^(?=.{4,253}$)[a-z\d][a-z\d-]{0,62}(?:\.[a-z\d-]{1,63}){1,8}$/i;

/** An address with or without port, or a service's name; other words (`AWS Internal`) are no end. */
export function clientEnd(stated: string | undefined, port?: string): Event["source"] {
  if (stated === undefined) return undefined;
  const comma = stated.indexOf(",");
  const one = (comma < 0 ? stated : stated.slice(0, comma)).trim();
  const read = addressAndPort(one);
  if (read.ip !== undefined) return endpoint({ ip: read.ip, port: read.port ?? port });
  return DOMAIN.test(one) ? endpoint({ domain: one }) : undefined;
}

const SUCCESS: ReadonlySet<Outcome> = new Set<Outcome>(["authenticated", "established"]);

export function eventOutcome(outcome: Outcome): "success" | "failure" | undefined {
  if (outcome === "unknown" || outcome === "unanswered") return undefined;
  return SUCCESS.has(outcome) ? "success" : "failure";
}

/** `authenticated` for true, `refused` for false, else unknown. */
export function loginOutcome(success: boolean | undefined, reason: string): Judged {
  return {
    outcome: success === undefined ? "unknown" : success ? "authenticated" : "refused",
    outcomeReason: reason,
  };
}

/** A call that an identity known to the service made. */
export function callOutcome(success: boolean | undefined, reason: string): Judged {
  const judged = loginOutcome(success, reason);
  return success ? { ...judged, outcomeReason: `${reason}, a call by a known identity` } : judged;
}

export function readAudit(kind: AuditKind, r: Json, context: LineContext, envelope?: EnvelopeFields): FormatResult {
  const action = first(r, kind.action);
  const judged = kind.judge(r, action ?? "");
  const clients = kind.client.map((path) => at(r, path)).find((v) => string(Array.isArray(v) ? v[0] : v) !== undefined);
  const stated = first(r, kind.client);
  const source = clientEnd(stated, first(r, kind.port));
  const chain = Array.isArray(clients) && clients.length > 1 ? clients.slice(0, 32) : undefined;
  return shaped({
    event: {
      timestamp: timestamp(utcTime(first(r, kind.time)), context, envelope),
      source,
      network: { forwarded_ip: chain?.flatMap((ip) => canonicalIp(string(ip)) ?? []).slice(1) },
      event: { action, outcome: eventOutcome(judged.outcome), dataset: kind.dataset },
      user: { name: first(r, kind.user) },
      user_agent: { original: first(r, kind.agent) },
      observer: { name: first(r, kind.observer) ?? envelope?.hostname, vendor: kind.vendor, product: kind.product },
    },
    ...judged,
    initiator: "source",
    observerIsAsset: true,
  });
}

export function fits(kind: Pick<AuditKind, "has" | "is">, r: Json): boolean {
  for (const key of kind.has) if (!Object.hasOwn(r, key)) return false;
  return kind.is === undefined || kind.is(r);
}

/** @param inner the members that may hold the record, for records that a bus or an API wraps */
export function auditFormat(
  meta: Pick<Format, "id" | "title" | "reference">,
  kinds: readonly AuditKind[],
  inner: readonly string[] = [],
): Format {
  return {
    ...meta,
    json: true,
    parse(_line, context, envelope, record) {
      if (!record) return undefined;
      for (const kind of kinds) if (fits(kind, record)) return readAudit(kind, record, context, envelope);
      for (const name of inner) {
        if (!Object.hasOwn(record, name)) continue;
        const stated = record[name];
        const r =
          object(stated) ?? (typeof stated === "string" && stated.startsWith("{") ? parseObject(stated) : undefined);
        const kind = r && kinds.find((k) => fits(k, r));
        if (kind) return readAudit(kind, r, context, envelope);
      }
      return undefined;
    },
  };
}

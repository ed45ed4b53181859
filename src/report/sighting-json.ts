/**
 * `sightings.jsonl`: one ECS document a line.
 *
 * Workers write the text; the main thread adds what only it knows. A worker that reads a range of a file does not know the
 * number of lines before the range, and a sighting that waits for its reverse flow is not judged yet. So the text is cut at
 * the line number, and everything that is judged stands at the end:
 * `{…,"log":{"file":{"path":…},"offset":N,"line":` | line | `},"threat":{…},"lookback":{…}}`.
 */
import type { Endpoint, Event } from "../model/event.js";
import type { Judgement, Sighting } from "../model/sighting.js";
import { escapeJson, rfc3339 } from "./json-text.js";

/** A sighting before it is judged. */
export type SightingBody = Omit<Sighting, "judgement">;

export interface SightingParts {
  /** Up to and including `"line":`. */
  head: string;
  /** From the `}` that closes `log` to the end. */
  tail: string;
}

/** Drops members without a value, so that a group left empty can be left out. */
function group(parts: Record<string, unknown>): Record<string, unknown> | undefined {
  for (const key in parts) if (parts[key] !== undefined) return parts;
  return undefined;
}

function endpoint(e: Endpoint | undefined): unknown {
  if (e === undefined) return undefined;
  return group({
    ip: e.ip,
    port: e.port,
    bytes: e.bytes,
    packets: e.packets,
    domain: e.domain,
    nat: e.nat && group({ ip: e.nat.ip, port: e.nat.port }),
  });
}

function device(d: NonNullable<Event["observer"]> | undefined): unknown {
  return d && group({ name: d.name, ip: d.ip, vendor: d.vendor, product: d.product });
}

/** Keys in the order of the contract; a member that is undefined is left out by `JSON.stringify`. */
function document(event: Event, original: string): Record<string, unknown> {
  const { network, url, http, dns, tls } = event;
  const request = http?.request;
  const response = http?.response;
  return {
    "@timestamp": rfc3339(event.timestamp),
    source: endpoint(event.source),
    destination: endpoint(event.destination),
    network:
      network &&
      group({
        transport: network.transport,
        protocol: network.protocol,
        direction: network.direction,
        bytes: network.bytes,
        packets: network.packets,
        forwarded_ip: network.forwarded_ip,
      }),
    event: {
      action: event.event?.action,
      outcome: event.event?.outcome,
      dataset: event.event?.dataset,
      duration: event.event?.duration,
      original,
    },
    url: url && group({ original: url.original, domain: url.domain, path: url.path }),
    http:
      http &&
      group({
        request: request && group({ method: request.method, referrer: request.referrer }),
        response: response && group({ status_code: response.status_code, body: response.body }),
      }),
    dns:
      dns &&
      group({
        question: dns.question && group({ name: dns.question.name, type: dns.question.type }),
        answers: dns.answers,
        resolved_ip: dns.resolved_ip,
        response_code: dns.response_code,
      }),
    tls:
      tls &&
      group({
        client: tls.client && group({ server_name: tls.client.server_name, ja3: tls.client.ja3, ja4: tls.client.ja4 }),
        server: tls.server && group({ ja3s: tls.server.ja3s }),
        version: tls.version,
      }),
    user_agent: event.user_agent && group({ original: event.user_agent.original }),
    email: event.email && group({ from: event.email.from, to: event.email.to }),
    file: event.file && group({ hash: event.file.hash }),
    user: event.user && group({ name: event.user.name }),
    host: event.host && group({ name: event.host.name, ip: event.host.ip }),
    observer: device(event.observer),
    rule: event.rule && group({ name: event.rule.name }),
    process: event.process && group({ name: event.process.name }),
  };
}

/** The text up to and including `"line":`. Needs no judgement. */
export function sightingHead(s: Pick<SightingBody, "event" | "original" | "log">): string {
  const body = JSON.stringify(document(s.event, s.original));
  // `event.original` is always there, so the document is never empty and a comma may follow.
  const path = JSON.stringify(s.log.path);
  const { offset, record } = s.log;
  const place = record === undefined ? `${offset}` : `${offset},"record":${record}`;
  return escapeJson(`${body.slice(0, -1)},"log":{"file":{"path":${path}},"offset":${place},"line":`);
}

/** The `threat` object: `{"indicator":{"type":…,"name":…}}`, and ECS' `confidence` and `marking.tlp` where they are known. */
export function threatJson({ type, name, confidence, tlp }: Sighting["indicator"]): string {
  return escapeJson(
    JSON.stringify({
      indicator: {
        type,
        name,
        confidence: confidence === undefined ? undefined : confidenceWord(confidence),
        // ECS leaves the prefix out: `AMBER+STRICT`.
        marking: tlp === undefined ? undefined : { tlp: tlp.replace("TLP:", "") },
      },
    }),
  );
}

/** The None/Low/Medium/High scale of STIX 2.1, Appendix A, which ECS takes. */
function confidenceWord(confidence: number): string {
  if (confidence < 1) return "None";
  return confidence < 30 ? "Low" : confidence < 70 ? "Medium" : "High";
}

/** The `lookback` object. */
export function lookbackJson(
  judgement: Judgement,
  format: string,
  timezone: string | undefined,
  observed: string,
): string {
  return escapeJson(
    JSON.stringify({
      role: judgement.role,
      outcome: judgement.outcome,
      window: judgement.window,
      verdict: judgement.verdict,
      level: judgement.level,
      reasons: judgement.reasons,
      finding: judgement.finding,
      asset: judgement.asset,
      format,
      timezone,
      observed,
    }),
  );
}

/** The text after the line number, once judged. */
export function sightingTail(s: Omit<Sighting, "event" | "original" | "log">): string {
  const lookback = lookbackJson(s.judgement, s.format, s.timezone, s.observed);
  return `},"threat":${threatJson(s.indicator)},"lookback":${lookback}}`;
}

/** `head + line + tail` is the sighting's JSON text, one line without its line end. */
export function sightingParts(s: Sighting): SightingParts {
  return { head: sightingHead(s), tail: sightingTail(s) };
}

/** The whole line, without its line end. */
export function sightingJson(s: Sighting): string {
  return `${sightingHead(s)}${s.log.line}${sightingTail(s)}`;
}

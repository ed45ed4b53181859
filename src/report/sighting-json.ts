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
import { jsonLine, quoteJson, rfc3339 } from "./json-text.js";

/** A sighting before it is judged. */
export type SightingBody = Omit<Sighting, "judgement">;

export interface SightingParts {
  /** Up to and including `"line":`. */
  head: string;
  /** From the `}` that closes `log` to the end. */
  tail: string;
}

/**
 * Members as text, each with a comma before it; none for a member without a value. Written by hand, because documents have many shapes
 * and `JSON.stringify` of the objects takes three times as long as this.
 */
function text(name: string, value: string | undefined): string {
  return value === undefined ? "" : `,"${name}":${quoteJson(value)}`;
}

function number(name: string, value: number | undefined): string {
  return value === undefined ? "" : `,"${name}":${Number.isFinite(value) ? value : "null"}`;
}

function json(name: string, value: object | undefined): string {
  return value === undefined ? "" : `,"${name}":${jsonLine(value)}`;
}

/** A group whose members have no value is left out. */
function group(name: string, members: string): string {
  return members === "" ? "" : `,"${name}":{${members.slice(1)}}`;
}

function endpoint(name: string, e: Endpoint | undefined): string {
  if (e === undefined) return "";
  return group(
    name,
    text("ip", e.ip) +
      number("port", e.port) +
      number("bytes", e.bytes) +
      number("packets", e.packets) +
      text("domain", e.domain) +
      group("nat", text("ip", e.nat?.ip) + number("port", e.nat?.port)),
  );
}

function network(n: NonNullable<Event["network"]>): string {
  return (
    text("transport", n.transport) +
    text("protocol", n.protocol) +
    text("direction", n.direction) +
    number("bytes", n.bytes) +
    number("packets", n.packets) +
    json("forwarded_ip", n.forwarded_ip)
  );
}

function http({ request, response }: NonNullable<Event["http"]>): string {
  return (
    group("request", text("method", request?.method) + text("referrer", request?.referrer)) +
    group("response", number("status_code", response?.status_code) + json("body", response?.body))
  );
}

function dns(d: NonNullable<Event["dns"]>): string {
  return (
    group("question", text("name", d.question?.name) + text("type", d.question?.type)) +
    json("answers", d.answers) +
    json("resolved_ip", d.resolved_ip) +
    text("response_code", d.response_code)
  );
}

function tls({ client, server, version }: NonNullable<Event["tls"]>): string {
  return (
    group("client", text("server_name", client?.server_name) + text("ja3", client?.ja3) + text("ja4", client?.ja4)) +
    group("server", text("ja3s", server?.ja3s)) +
    text("version", version)
  );
}

function machine(m: NonNullable<Event["observer"]>): string {
  return text("name", m.name) + text("ip", m.ip) + text("vendor", m.vendor) + text("product", m.product);
}

/** Members in the order of the contract, with a comma before the first. */
function document(e: Event, original: string): string {
  return (
    text("@timestamp", rfc3339(e.timestamp)) +
    endpoint("source", e.source) +
    endpoint("destination", e.destination) +
    group("network", e.network ? network(e.network) : "") +
    group(
      "event",
      text("action", e.event?.action) +
        text("outcome", e.event?.outcome) +
        text("dataset", e.event?.dataset) +
        number("duration", e.event?.duration) +
        text("original", original),
    ) +
    group("url", text("original", e.url?.original) + text("domain", e.url?.domain) + text("path", e.url?.path)) +
    group("http", e.http ? http(e.http) : "") +
    group("dns", e.dns ? dns(e.dns) : "") +
    group("tls", e.tls ? tls(e.tls) : "") +
    group("user_agent", text("original", e.user_agent?.original)) +
    group("email", json("from", e.email?.from) + json("to", e.email?.to)) +
    group("file", json("hash", e.file?.hash)) +
    group("user", text("name", e.user?.name)) +
    group("host", e.host ? machine(e.host) : "") +
    group("observer", e.observer ? machine(e.observer) : "") +
    group("rule", text("name", e.rule?.name)) +
    group("process", text("name", e.process?.name))
  );
}

/** The text up to and including `"line":`. Needs no judgement. */
export function sightingHead(s: Pick<SightingBody, "event" | "original" | "log">): string {
  const { offset, record } = s.log;
  const place = record === undefined ? `${offset}` : `${offset},"record":${record}`;
  // `event.original` is always there, so the document is never empty.
  return `{${document(s.event, s.original).slice(1)},"log":{"file":{"path":${quoteJson(s.log.path)}},"offset":${place},"line":`;
}

/** The `threat` object: `{"indicator":{"type":…,"name":…}}`, and ECS' `confidence` and `marking.tlp` where they are known. */
export function threatJson({ type, name, confidence, tlp }: Sighting["indicator"]): string {
  return jsonLine({
    indicator: {
      type,
      name,
      confidence: confidence === undefined ? undefined : confidenceWord(confidence),
      // ECS leaves the prefix out: `AMBER+STRICT`.
      marking: tlp === undefined ? undefined : { tlp: tlp.replace("TLP:", "") },
    },
  });
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
  const { reasons } = judgement;
  const members =
    text("role", judgement.role) +
    text("outcome", judgement.outcome) +
    text("window", judgement.window) +
    text("verdict", judgement.verdict) +
    text("level", judgement.level) +
    `,"reasons":[${reasons.map(quoteJson).join(",")}]` +
    text("finding", judgement.finding) +
    text("asset", judgement.asset) +
    text("format", format) +
    text("timezone", timezone) +
    text("observed", observed);
  return `{${members.slice(1)}}`;
}

/** The text after the line number, once judged. */
export function sightingTail(
  s: Pick<Sighting, "indicator" | "format" | "timezone" | "observed">,
  judgement: Judgement,
): string {
  const lookback = lookbackJson(judgement, s.format, s.timezone, s.observed);
  return `},"threat":${threatJson(s.indicator)},"lookback":${lookback}}`;
}

/** `head + line + tail` is the sighting's JSON text, one line without its line end. */
export function sightingParts(s: Sighting): SightingParts {
  return { head: sightingHead(s), tail: sightingTail(s, s.judgement) };
}

/** The whole line, without its line end. */
export function sightingJson(s: Sighting): string {
  return `${sightingHead(s)}${s.log.line}${sightingTail(s, s.judgement)}`;
}

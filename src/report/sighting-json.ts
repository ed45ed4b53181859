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
  const nat = e.nat ? group("nat", text("ip", e.nat.ip) + number("port", e.nat.port)) : "";
  return group(
    name,
    text("ip", e.ip) +
      number("port", e.port) +
      number("bytes", e.bytes) +
      number("packets", e.packets) +
      text("domain", e.domain) +
      nat,
  );
}

function network(n: Event["network"]): string {
  if (n === undefined) return "";
  return group(
    "network",
    text("transport", n.transport) +
      text("protocol", n.protocol) +
      text("direction", n.direction) +
      number("bytes", n.bytes) +
      number("packets", n.packets) +
      json("forwarded_ip", n.forwarded_ip),
  );
}

function http(h: Event["http"]): string {
  if (h === undefined) return "";
  const { request, response } = h;
  return group(
    "http",
    (request ? group("request", text("method", request.method) + text("referrer", request.referrer)) : "") +
      (response ? group("response", number("status_code", response.status_code) + json("body", response.body)) : ""),
  );
}

function dns(d: Event["dns"]): string {
  if (d === undefined) return "";
  return group(
    "dns",
    (d.question ? group("question", text("name", d.question.name) + text("type", d.question.type)) : "") +
      json("answers", d.answers) +
      json("resolved_ip", d.resolved_ip) +
      text("response_code", d.response_code),
  );
}

function tls(t: Event["tls"]): string {
  if (t === undefined) return "";
  const { client, server } = t;
  return group(
    "tls",
    (client
      ? group("client", text("server_name", client.server_name) + text("ja3", client.ja3) + text("ja4", client.ja4))
      : "") +
      (server ? group("server", text("ja3s", server.ja3s)) : "") +
      text("version", t.version),
  );
}

function machine(name: string, m: Event["observer"]): string {
  if (m === undefined) return "";
  return group(name, text("name", m.name) + text("ip", m.ip) + text("vendor", m.vendor) + text("product", m.product));
}

/** Members in the order of the contract, with a comma before the first. */
function document(event: Event, original: string): string {
  const { event: what, url, email } = event;
  return (
    text("@timestamp", rfc3339(event.timestamp)) +
    endpoint("source", event.source) +
    endpoint("destination", event.destination) +
    network(event.network) +
    group(
      "event",
      text("action", what?.action) +
        text("outcome", what?.outcome) +
        text("dataset", what?.dataset) +
        number("duration", what?.duration) +
        text("original", original),
    ) +
    (url ? group("url", text("original", url.original) + text("domain", url.domain) + text("path", url.path)) : "") +
    http(event.http) +
    dns(event.dns) +
    tls(event.tls) +
    (event.user_agent ? group("user_agent", text("original", event.user_agent.original)) : "") +
    (email ? group("email", json("from", email.from) + json("to", email.to)) : "") +
    (event.file ? group("file", json("hash", event.file.hash)) : "") +
    (event.user ? group("user", text("name", event.user.name)) : "") +
    machine("host", event.host) +
    machine("observer", event.observer) +
    (event.rule ? group("rule", text("name", event.rule.name)) : "") +
    (event.process ? group("process", text("name", event.process.name)) : "")
  );
}

/** The text up to and including `"line":`. Needs no judgement. */
export function sightingHead(s: Pick<SightingBody, "event" | "original" | "log">): string {
  const { offset, record } = s.log;
  const place = record === undefined ? `${offset}` : `${offset},"record":${record}`;
  // `event.original` is always there, so the document is never empty.
  return `{${document(s.event, s.original).slice(1)},"log":{"file":{${text("path", s.log.path).slice(1)}},"offset":${place},"line":`;
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

/** Indicators as texts: those that are hit are hit often, and each is one object a thread. */
const threats = new WeakMap<Sighting["indicator"], string>();

function threatText(indicator: Sighting["indicator"]): string {
  let known = threats.get(indicator);
  if (known === undefined) threats.set(indicator, (known = threatJson(indicator)));
  return known;
}

/** The text after the line number, once judged. */
export function sightingTail(
  s: Pick<Sighting, "indicator" | "format" | "timezone" | "observed">,
  judgement: Judgement,
): string {
  const lookback = lookbackJson(judgement, s.format, s.timezone, s.observed);
  return `},"threat":${threatText(s.indicator)},"lookback":${lookback}}`;
}

/** `head + line + tail` is the sighting's JSON text, one line without its line end. */
export function sightingParts(s: Sighting): SightingParts {
  return { head: sightingHead(s), tail: sightingTail(s, s.judgement) };
}

/** The whole line, without its line end. */
export function sightingJson(s: Sighting): string {
  return `${sightingHead(s)}${s.log.line}${sightingTail(s, s.judgement)}`;
}

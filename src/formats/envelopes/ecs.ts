import { Facts } from "../fallback/facts.js";
import { readJson } from "../fallback/json.js";
import type { Envelope, Format } from "../format.js";
import { string, type Json } from "../json-fields.js";
import { pick, pickString, wrapper } from "./json-wrapper.js";

const REFERENCE = "https://www.elastic.co/guide/en/ecs/current/index.html";
/** Field sets that are about the event's ends and course; `log`, `agent`, `input`, `related`, `threat` and labels are not. */
const READ =
  /^(?:@timestamp|source|destination|client|server|network|event|http|url|user_agent|user|dns|tls|email|file|rule)(?:\.|$)/;
/** What an event's set has beside its action and outcome. */
const NOT_READ =
  /^event\.(?:ingested|created|kind|module|dataset|severity|risk_score|sequence|provider|id|hash|timezone|original|reference|url)$/;
const LOGIN = /authentication|iam|session/;

/** Elastic Common Schema documents, as Elastic Agent, Filebeat and Logstash write them. */
function isEcs(r: Json): boolean {
  return (
    r["@timestamp"] !== undefined &&
    (r["ecs"] !== undefined ||
      r["ecs.version"] !== undefined ||
      r["@version"] !== undefined ||
      r["agent"] !== undefined ||
      r["event"] !== undefined ||
      r["event.original"] !== undefined ||
      r["log"] !== undefined ||
      r["fields"] !== undefined ||
      r["beat"] !== undefined)
  );
}

function isParsed(r: Json): boolean {
  const ends = ["source.ip", "destination.ip", "client.ip", "server.ip"];
  return ends.some((path) => pick(r, path) !== undefined);
}

/** The original line is preferred to what an agent made of it; a message only counts where no ends were parsed. */
export const ecs: Envelope = wrapper({
  id: "ecs",
  title: "Elastic Agent, Beats and Logstash around a line",
  reference: REFERENCE,
  // Windows events have their fields under `winlog`; their message is a text for people.
  is: (r) => isEcs(r) && r["winlog"] === undefined && (pick(r, "event.original") !== undefined || !isParsed(r)),
  message: ["event.original", "message"],
  time: ["@timestamp"],
  host: ["host.hostname", "host.name", "observer.name", "beat.hostname"],
  program: ["process.name", "log.syslog.appname"],
});

/** Nested and flattened names alike, in one flat record of the field sets above. */
function flatten(record: Json): Json {
  const out: Json = {};
  const walk = (value: unknown, path: string, depth: number): void => {
    if (depth > 8 || Object.keys(out).length > 400) return;
    if (typeof value !== "object" || value === null) out[path] = value;
    else if (Array.isArray(value)) out[path] = value.every((v) => typeof v !== "object") ? value.map(String) : value;
    else for (const [key, inner] of Object.entries(value)) walk(inner, path === "" ? key : `${path}.${key}`, depth + 1);
  };
  for (const [key, value] of Object.entries(record)) if (READ.test(key)) walk(value, key, 0);
  return out;
}

/** A document whose ends are parsed already: its fields are the event. */
export const ecsEvent: Format = {
  id: "elastic.ecs",
  title: "Elastic Common Schema events",
  reference: REFERENCE,
  json: true,
  parse(_line, context, _envelope, record) {
    if (!record || !isEcs(record) || !isParsed(record)) return undefined;
    const flat = flatten(record);
    const category = [flat["event.category"]].flat().map(string).join(",");
    const facts = new Facts();
    for (const key of Object.keys(flat)) if (NOT_READ.test(key)) delete flat[key];
    // An outcome of "success" says that the device did as told, which may have been to deny.
    if (!LOGIN.test(category)) delete flat["event.outcome"];
    readJson(flat, facts);
    // A document may name a client and the neutral source at once; they are one end.
    const result = facts.result(LOGIN.test(category) ? `login ${category}` : category, context);
    const dataset = pickString(record, ["event.dataset", "data_stream.dataset"]);
    const { event } = result;
    if (dataset !== undefined) event.event = { ...event.event, dataset };
    const observer = {
      ...optional("name", pickString(record, ["observer.hostname", "observer.name"])),
      ...optional("vendor", pickString(record, ["observer.vendor"])),
      ...optional("product", pickString(record, ["observer.product"])),
    };
    if (Object.keys(observer).length > 0) event.observer = { ...event.observer, ...observer };
    const host = pickString(record, ["host.hostname", "host.name"]);
    if (host !== undefined) event.host = { name: host };
    return result;
  },
};

function optional(key: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [key]: value };
}

/**
 * MISP as JSON: events (alone, in a search's `response`, bare, in a feed's folder), attributes and objects that a search gives.
 * Source: the MISP core format (https://datatracker.ietf.org/doc/draft-dulaunoy-misp-core-format/).
 *
 * A feed's `manifest.json` and `hashes.csv` are known and hold no indicators: the digests in the latter are of values, not of files.
 */
import { LookbackError } from "../model/errors.js";
import type { Candidate, Place, Reader, Sink, Statement } from "./candidate.js";
import { parseFeedDate } from "./dates.js";
import { jsonIfAny, jsonOf, opensAsJson } from "./json-source.js";
import { isObject, objectsIn, textOf, type JsonObject } from "./json.js";
import { tagsAround, tagsOf, tagsWithin, type Tagged } from "./misp-tags.js";
import { mispKind, type MispKind } from "./misp-types.js";
import { stateWindow } from "./validity.js";

/** What a file may hold at its top. */
interface Content {
  events: JsonObject[];
  attributes: JsonObject[];
  objects: JsonObject[];
}

/** One object, or a list of them. */
function oneOrMore(value: unknown): JsonObject[] {
  return isObject(value) ? [value] : objectsIn(value);
}

/** An event without its envelope. */
function isEvent(value: JsonObject): boolean {
  return textOf(value["info"]) !== undefined && (Array.isArray(value["Attribute"]) || Array.isArray(value["Object"]));
}

/** Envelopes stand in one another: `{"response": [{"Event": …}]}`. */
const MAX_ENVELOPES = 3;

function contentOf(value: unknown, found: Content = { events: [], attributes: [], objects: [] }, depth = 0): Content {
  if (depth > MAX_ENVELOPES) return found;
  for (const part of oneOrMore(value)) {
    if (isEvent(part)) found.events.push(part);
    else if (isObject(part["Event"]) && part["value"] === undefined) found.events.push(part["Event"]);
    else if (part["response"] !== undefined) contentOf(part["response"], found, depth + 1);
    else {
      for (const attribute of oneOrMore(part["Attribute"]))
        if (isAttribute(attribute)) found.attributes.push(attribute);
      for (const object of oneOrMore(part["Object"])) found.objects.push(object);
    }
  }
  return found;
}

function isAttribute(value: JsonObject): boolean {
  return textOf(value["type"]) !== undefined && value["value"] !== undefined;
}

function isEmpty({ events, attributes, objects }: Content): boolean {
  return events.length + attributes.length + objects.length === 0;
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** `manifest.json`: the feed's events by their uuid, without their attributes. */
function isManifest(value: unknown): boolean {
  if (!isObject(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length > 0 &&
    entries.every(([key, event]) => UUID.test(key) && isObject(event) && textOf(event["info"]) !== undefined)
  );
}

const HASH_ROW = /^[0-9a-f]{32},[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const SAMPLE = 4096;

/** `hashes.csv`: MD5 of a value and the uuid of its event. */
function isHashList(text: string): boolean {
  const rows = text
    .slice(0, SAMPLE)
    .split("\n")
    .filter((row) => row !== "");
  if (text.length > SAMPLE) rows.pop();
  return rows.length > 0 && rows.every((row) => HASH_ROW.test(row));
}

/** `true`, `1`, `"1"`. */
function isTrue(value: unknown): boolean {
  return value === true || value === 1 || value === "1" || value === "true";
}

/** Stated, and false. Where an attribute says nothing, MISP takes it to be for detection or not by its type: the type decides here too. */
function isFalse(value: unknown): boolean {
  return value === false || value === 0 || value === "0" || value === "false";
}

function revisionOf(timestamp: unknown): string | undefined {
  const ms = parseFeedDate(textOf(timestamp) ?? "");
  return ms === undefined ? undefined : new Date(ms).toISOString().replace(".000Z", "Z");
}

const MAX_PORT = 65_535;

/** The file, one value after the other. */
class Walk {
  constructor(private readonly sink: Sink) {}

  event(event: JsonObject): void {
    const said: Statement = {};
    const info = textOf(event["info"]);
    const date = textOf(event["date"]);
    if (info !== undefined) said.feed = info;
    if (date !== undefined) said.published = date;
    const tags = tagsAround(event);
    for (const attribute of objectsIn(event["Attribute"])) this.attribute(attribute, said, tags);
    for (const object of objectsIn(event["Object"])) this.object(object, said, tags);
    this.proposals(event);
    for (const report of objectsIn(event["EventReport"]))
      this.sink.setAside(placeOf(report), textOf(report["name"]) ?? "", "an event's report: its prose is not read");
  }

  object(object: JsonObject, event: Statement, tags: Tagged): void {
    const said = { ...event };
    const comment = textOf(object["comment"]);
    if (comment !== undefined) said.comment = comment;
    const inner = tagsWithin(tags, tagsAround(object));
    for (const attribute of objectsIn(object["Attribute"])) this.attribute(attribute, said, inner, object);
    this.proposals(object);
  }

  attribute(attribute: JsonObject, outer: Statement, tags: Tagged, object?: JsonObject): void {
    this.proposals(attribute);
    const place = placeOf(attribute);
    const value = textOf(attribute["value"])?.trim();
    const type = textOf(attribute["type"]) ?? "";
    if (value === undefined) {
      this.sink.reject(place, "", "an attribute without a value");
      return;
    }
    if (isTrue(attribute["deleted"]) || isTrue(object?.["deleted"])) {
      this.sink.setAside(place, value, "the publisher has deleted it");
      return;
    }
    if (isFalse(attribute["to_ids"])) {
      this.sink.setAside(place, value, "the publisher marks it as not for detection (to_ids)");
      return;
    }
    const kind = mispKind(type, textOf(attribute["object_relation"]));
    if (kind.refused !== undefined) {
      this.sink.reject(place, value, kind.refused);
      return;
    }
    this.give(value, kind, statement(attribute, outer, tagsWithin(tags, tagsOf(attribute)), object));
  }

  private give(value: string, kind: MispKind, said: Statement): void {
    const base: Omit<Candidate, "text"> = { line: 0, ...said };
    if (kind.as !== undefined) base.as = kind.as;
    const bar = value.lastIndexOf("|");
    if (kind.digestLast) this.sink.candidate({ ...base, text: value.slice(bar + 1) });
    else if (kind.parts === undefined || bar < 0) this.sink.candidate({ ...base, text: value });
    else {
      const port = kind.parts[1] === "port" ? Number(value.slice(bar + 1)) : undefined;
      const first = value.slice(0, bar);
      const ports = port !== undefined && Number.isInteger(port) && port > 0 && port <= MAX_PORT ? [port] : undefined;
      this.sink.candidate({
        ...base,
        text: first,
        ...(kind.parts[0] === "domain-name" ? { as: "domain-name" as const } : {}),
        ...(ports === undefined ? {} : { ports }),
      });
      if (kind.parts[1] === "address") this.sink.candidate({ ...base, text: value.slice(bar + 1) });
    }
  }

  private proposals(holder: JsonObject): void {
    for (const proposal of objectsIn(holder["ShadowAttribute"]))
      this.sink.setAside(
        placeOf(proposal),
        textOf(proposal["value"]) ?? "",
        "a proposal (ShadowAttribute) that the event's owner has not taken over",
      );
  }
}

function placeOf(holder: JsonObject): Place {
  const uuid = textOf(holder["uuid"]);
  return uuid === undefined ? { line: 0 } : { line: 0, object: uuid };
}

/** A sighting's type: 0 is a sighting, 2 the end of it. */
const FALSE_POSITIVE = "1";

function statement(attribute: JsonObject, outer: Statement, tags: Tagged, object?: JsonObject): Statement {
  const said: Statement = { ...outer, ...tags };
  const own = (key: string): string | undefined => textOf(attribute[key]);
  const uuid = own("uuid");
  const type = own("type");
  const comment = own("comment");
  const category = own("category");
  const revision = revisionOf(attribute["timestamp"]);
  // A search for attributes gives each its event's title.
  const event = isObject(attribute["Event"]) ? textOf(attribute["Event"]["info"]) : undefined;
  if (uuid !== undefined) said.object = uuid;
  if (type !== undefined) said.statedType = type;
  if (comment !== undefined) said.comment = comment;
  if (revision !== undefined) said.revision = revision;
  if (event !== undefined) said.feed ??= event;
  if (category !== undefined) said.notes = [`MISP category: ${category}`];
  const doubts = objectsIn(attribute["Sighting"]).filter(({ type: kind }) => textOf(kind) === FALSE_POSITIVE).length;
  if (doubts > 0) said.notes = [...(said.notes ?? []), `${doubts} sightings call it a false positive`];
  stateWindow(
    said,
    own("first_seen") ?? textOf(object?.["first_seen"]),
    own("last_seen") ?? textOf(object?.["last_seen"]),
  );
  return said;
}

const NO_TAGS: Tagged = { labels: [] };

/** Words without which a JSON text is none of MISP's: spares the parsing. */
const KEYS = ['"Event"', '"Attribute"', '"Object"', '"info"'];

export const mispReader: Reader = {
  id: "misp",
  recognises(source) {
    if (!opensAsJson(source)) return isHashList(source.text);
    if (!KEYS.some((key) => source.text.includes(key))) return false;
    const value = jsonIfAny(source);
    return value !== undefined && (!isEmpty(contentOf(value)) || isManifest(value));
  },
  read(source, _options, sink) {
    if (isHashList(source.text)) {
      sink.setAside(0, "", "a MISP feed's hashes.csv: digests of its values, no indicators");
      return;
    }
    const value = jsonOf(source);
    if (isManifest(value)) {
      sink.setAside(0, "", "a MISP feed's manifest: it names the events and holds no indicators");
      return;
    }
    const content = contentOf(value);
    if (isEmpty(content)) throw new LookbackError("intel-unusable", "no MISP event, object or attribute in it");
    const walk = new Walk(sink);
    for (const event of content.events) walk.event(event);
    for (const object of content.objects) walk.object(object, {}, NO_TAGS);
    for (const attribute of content.attributes) walk.attribute(attribute, {}, NO_TAGS);
  },
};

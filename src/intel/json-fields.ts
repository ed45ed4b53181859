/** What a JSON object's keys say, by the tables of `columns.ts`: which hold indicators, which say something of them. */
import type { Statement } from "./candidate.js";
import {
  fieldOf,
  indicatorRank,
  isReference,
  NO,
  PLAIN_FIELDS,
  valueColumn,
  YES,
  type Field,
  type ValueColumn,
} from "./columns.js";
import { isObject, textOf, type JsonObject } from "./json.js";
import { parseRole, parseTags, parseTlp, stricter } from "./markings.js";
import { stateWindow } from "./validity.js";

/** What a key's name says. */
export interface Key {
  /** Its values are indicators. */
  value?: ValueColumn;
  /** Among keys for indicators; lower is better. */
  rank: number;
  field?: { field: Field; rank: number };
  /** Indicators in a list only: a text under this name is a message as often. */
  listOnly?: true;
  /** Neither it nor anything in it is an indicator: references, labels, markings. */
  closed: boolean;
}

/** Lists of names, whose objects have a `value` of their own that is a name too (OpenCTI's `objectLabel`). */
const LISTS_OF_NAMES: ReadonlySet<string> = new Set(
  "tags tag labels label object_label object_marking object_marking_refs markings marking tlp".split(" "),
);

/** Names for lists of indicators, as no column of a table is called. */
const LISTS: ReadonlySet<string> = new Set(
  "indicators observables blocklist blacklist denylist addresses hosts networks cidrs prefixes netblocks values items entries data results".split(
    " ",
  ),
);

const known = new Map<string, Key>();
/** Bound on `known`: the keys come from the feed. */
const MAX_KNOWN = 10_000;

function readKey(key: string): Key {
  // `abuseConfidenceScore`, as the tables write it.
  const name = key.slice(0, 200).replace(/([a-z0-9])([A-Z])/g, "$1_$2");
  const bare = name.toLowerCase();
  const made: Key = { rank: indicatorRank(name), closed: isReference(name) || LISTS_OF_NAMES.has(bare) };
  const column = valueColumn(name);
  const value = column ?? (LISTS.has(bare) ? { generic: true } : undefined);
  if (column === undefined && value !== undefined) made.listOnly = true;
  const field = fieldOf(name);
  if (value !== undefined && !made.closed) made.value = value;
  else if (field !== undefined) made.field = field;
  return made;
}

export function keyOf(key: string): Key {
  let read = known.get(key);
  if (!read) {
    read = readKey(key);
    // Emptied, not closed: a feed of odd keys must not make the next one slow.
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(key, read);
  }
  return read;
}

/** Text, number, the names in a list, the name of an object. */
function namesIn(value: unknown): string[] {
  const names: string[] = [];
  for (const one of Array.isArray(value) ? value : [value]) {
    const named = isObject(one) ? (one["name"] ?? one["value"] ?? one["definition"] ?? one["label"]) : one;
    const text = textOf(named)?.trim();
    if (text !== undefined) names.push(text);
  }
  return names;
}

/** A truth value in any spelling. */
function word(value: unknown): string {
  return typeof value === "boolean" ? String(value) : (textOf(value)?.trim().toLowerCase() ?? "");
}

export interface Said {
  statement: Statement;
  /** The publisher's reason not to hunt what the object names. */
  setAside?: string;
  exact?: true;
  ports?: number[];
}

type Fields = Map<Field, { rank: number; value: unknown }[]>;

function fieldsOf(record: JsonObject): Fields {
  const fields: Fields = new Map();
  for (const [key, value] of Object.entries(record)) {
    const { field } = keyOf(key);
    if (field === undefined || value === null) continue;
    const list = fields.get(field.field) ?? [];
    list.push({ rank: field.rank, value });
    fields.set(
      field.field,
      list.sort((a, b) => a.rank - b.rank),
    );
  }
  return fields;
}

const PORTS = 65_536;
/** Of one object. What is in it has them too: without a bound a small file could fill the memory. */
const MAX_LABELS = 500;

/** What an object says of the indicators in it. */
export function saidBy(record: JsonObject): Said {
  const fields = fieldsOf(record);
  const values = (field: Field): unknown[] => (fields.get(field) ?? []).map(({ value }) => value);
  const first = (field: Field): string | undefined =>
    values(field)
      .map((value) => textOf(value)?.trim())
      .find((text) => text !== undefined && text !== "-");
  const statement: Statement = {};
  for (const [field, name] of PLAIN_FIELDS) {
    const text = first(field);
    if (text !== undefined) statement[name] = text;
  }
  // A pulse or a report is called by its name: what holds a list of indicators is the feed.
  if (statement.feed === undefined && ["indicators", "iocs", "observables"].some((key) => Array.isArray(record[key]))) {
    const name = textOf(record["name"]);
    if (name !== undefined) statement.feed = name;
  }
  for (const name of values("tlp").flatMap(namesIn)) {
    const tlp = stricter(statement.tlp, parseTlp(name));
    if (tlp !== undefined) statement.tlp = tlp;
  }
  const labels = new Set<string>();
  for (const name of values("labels").flatMap(namesIn).slice(0, MAX_LABELS)) {
    const tags = parseTags(name);
    for (const label of tags.labels) labels.add(label);
    const tlp = stricter(statement.tlp, tags.tlp);
    if (tlp !== undefined) statement.tlp = tlp;
  }
  if (labels.size > 0) statement.labels = [...labels];
  const role = values("role")
    .map((value) => parseRole(textOf(value) ?? ""))
    .find((found) => found !== undefined);
  if (role !== undefined) statement.role = role;
  stateWindow(statement, first("validFrom"), first("validUntil"));

  const said: Said = { statement };
  if (values("forDetection").some((value) => NO.has(word(value))))
    said.setAside = "the publisher marks it as not for detection (to_ids)";
  else if (NO.has(word(record["is_active"]))) said.setAside = "the publisher marks it as no longer active (is_active)";
  if (values("exact").some((value) => YES.has(word(value)))) said.exact = true;
  const ports = values("ports").flatMap(namesIn).map(Number);
  if (ports.length > 0 && ports.every((port) => Number.isInteger(port) && port > 0 && port < PORTS)) said.ports = ports;
  return said;
}

/** What an outer object says that holds for all in it: not what names one thing. */
export function inherited(outer: Statement, own: Statement): Statement {
  const { statedType: _t, object: _o, comment: _c, revision: _r, notes: _n, ...kept } = own;
  const made: Statement = { ...outer, ...kept };
  // A window is one thing: half of one and half of another is none.
  if (kept.validFrom !== undefined || kept.validUntil !== undefined)
    for (const bound of ["validFrom", "validUntil"] as const) if (kept[bound] === undefined) delete made[bound];
  if (outer.labels !== undefined && kept.labels !== undefined)
    made.labels = [...new Set([...outer.labels, ...kept.labels])];
  const tlp = stricter(outer.tlp, own.tlp);
  if (tlp !== undefined) made.tlp = tlp;
  return made;
}

/** What a STIX object says of the values in it: validity, marking, confidence, labels, role, whose they are. */
import { INDICATOR_ROLES, type IndicatorType, type Tlp } from "../model/indicator.js";
import type { Candidate, Statement } from "./candidate.js";
import { parseFeedDate } from "./dates.js";
import { isObject, textOf, textsOf, type JsonObject } from "./json.js";
import { parseTags, stricter } from "./markings.js";
import { idOf, type Graph } from "./stix-graph.js";
import { isPlainLabel, LOOKBACK_EXTENSION, type LookbackExtension } from "./stix-names.js";

/** MISP's export to STIX says so of attributes that are not for detection. */
const NOT_FOR_DETECTION = 'misp:to_ids="False"';
const MAX_TEXT = 2000;
/** More and longer ones are no labels, and every value would be shown with them. */
const MAX_LABELS = 1000;
const MAX_LABEL = 200;

/** What our own writer adds, checked: the file may come from anyone. */
export function extensionOf(object: JsonObject): Partial<LookbackExtension> {
  const extensions = isObject(object["extensions"]) ? object["extensions"] : {};
  const ours = extensions[LOOKBACK_EXTENSION];
  if (!isObject(ours)) return {};
  const made: Partial<LookbackExtension> = {};
  const [role, range] = [textOf(ours["role"]), textOf(ours["range"])];
  if (role !== undefined) made.role = role;
  if (range !== undefined) made.range = range;
  if (ours["exact"] === true) made.exact = true;
  if (Array.isArray(ours["labels"])) made.labels = textsOf(ours["labels"].slice(0, 1000));
  const ports = Array.isArray(ours["ports"]) ? ours["ports"].slice(0, 1000) : [];
  const valid = ports.filter((n): n is number => Number.isInteger(n) && Number(n) > 0 && Number(n) < 65536);
  if (valid.length > 0) made.ports = valid;
  return made;
}

/** Why it must not be hunted, for one that is understood. */
export function setAsideBecause(object: JsonObject, graph: Graph): string | undefined {
  if (graph.isRevoked(object)) return "revoked by its publisher";
  const own = extensionOf(object).labels !== undefined;
  const types = new Set([...textsOf(object["indicator_types"]), ...(own ? [] : textsOf(object["labels"]))]);
  if (types.has("benign") && !types.has("malicious-activity")) return "its publisher calls it benign";
  if (types.has(NOT_FOR_DETECTION)) return "the publisher marks it as not for detection (to_ids)";
  return undefined;
}

function date(object: JsonObject, key: string, notes: string[]): number | undefined {
  const written = textOf(object[key]);
  if (written === undefined) return undefined;
  const ms = parseFeedDate(written);
  // STIX demands a start: who knows none writes the epoch, as our own writer does.
  if (ms === 0 && key === "valid_from") return undefined;
  if (ms === undefined) notes.push(`${key} "${written.slice(0, 40)}" is no date that could be read: left open`);
  return ms;
}

function validity(object: JsonObject, notes: string[]): { validFrom?: number; validUntil?: number } {
  const validFrom = date(object, "valid_from", notes);
  const validUntil = date(object, "valid_until", notes);
  if (validFrom !== undefined && validUntil !== undefined && validUntil < validFrom) {
    notes.push("valid_until before valid_from: both left open");
    return {};
  }
  return {
    ...(validFrom === undefined ? {} : { validFrom }),
    ...(validUntil === undefined ? {} : { validUntil }),
  };
}

/** Name and description, as one remark. */
function remark(object: JsonObject): string | undefined {
  const [name, description] = [textOf(object["name"])?.trim(), textOf(object["description"])?.trim()];
  const whole =
    name === undefined || description?.includes(name)
      ? description
      : description === undefined
        ? name
        : `${name}: ${description}`;
  return whole?.slice(0, MAX_TEXT);
}

/** Says the same of every value in the object. */
export function statementOf(object: JsonObject, graph: Graph): Statement {
  const { tlp: marked, notes } = graph.markingsOf(object);
  let tlp = marked;
  const own = extensionOf(object).labels;
  const labels: string[] = [...(own ?? [])];
  for (const label of own === undefined ? textsOf(object["labels"]) : []) {
    // A label may be a tag of MISP's ("tlp:green"); it is no list.
    const tags: { labels: string[]; tlp?: Tlp } = isPlainLabel(label)
      ? { labels: [label] }
      : /^(?:tlp|misp-galaxy:)/i.test(label)
        ? parseTags(label)
        : { labels: [] };
    tlp = stricter(tlp, tags.tlp);
    labels.push(...tags.labels);
  }
  const related: Record<string, string[]> = {};
  for (const { type, name } of graph.relationsOf(object)) {
    const names = Object.hasOwn(related, type) ? related[type]! : (related[type] = []);
    if (!names.includes(name)) names.push(name);
    if (type !== "attack-pattern") labels.push(name);
  }
  const said: Statement = { ...validity(object, notes) };
  const feed = graph.feedOf(object);
  const id = idOf(object);
  const revision = textOf(object["modified"]);
  const published = textOf(object["created"]);
  const confidence = object["confidence"];
  const comment = remark(object);
  const role = graph.roleOf(object);
  if (id !== "") said.object = id;
  if (feed !== undefined) said.feed = feed.slice(0, MAX_TEXT);
  if (revision !== undefined) said.revision = revision.slice(0, 40);
  if (published !== undefined) said.published = published.slice(0, 40);
  if (tlp !== undefined) said.tlp = tlp;
  if (labels.length > MAX_LABELS) notes.push(`${labels.length - MAX_LABELS} more labels: left out`);
  if (labels.length > 0) said.labels = labels.slice(0, MAX_LABELS).map((label) => label.slice(0, MAX_LABEL));
  if (typeof confidence === "number") said.confidence = String(confidence);
  if (comment !== undefined) said.comment = comment;
  if (role !== undefined) said.role = role;
  if (Object.keys(related).length > 0) said.related = related;
  if (notes.length > 0) said.notes = notes;
  return said;
}

/** One value with what its object says of it: a file is no relay and no server, and a name that is the value is no remark. */
export function candidateOf(
  said: Statement,
  { object, line }: { object: JsonObject; line: number },
  value: { text: string; as?: IndicatorType; statedType: string; ports?: readonly number[] },
  notes: readonly string[],
): Candidate {
  const made: Candidate = { ...said, text: value.text, line, statedType: value.statedType.slice(0, 200) };
  if (value.as !== undefined) made.as = value.as;
  if (value.ports !== undefined && value.ports.length > 0) made.ports = value.ports;
  if (notes.length > 0) made.notes = [...(said.notes ?? []), ...notes];
  const own = extensionOf(object);
  const role = INDICATOR_ROLES.find((one) => one === own.role);
  if (role !== undefined && role !== "unknown") made.role = role;
  else if (role === "unknown" || (value.as === "file" && made.role !== "delivery")) delete made.role;
  if (own.ports) made.ports = own.ports;
  if (own.exact) made.exact = true;
  if (textOf(object["name"])?.trim() === value.text) {
    const description = textOf(object["description"])?.trim();
    if (description === undefined) delete made.comment;
    else made.comment = description.slice(0, MAX_TEXT);
  }
  return made;
}

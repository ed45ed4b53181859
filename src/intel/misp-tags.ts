/** MISP's tags and galaxies to labels, marking, confidence, role and related objects. */
import type { IndicatorRole, Tlp } from "../model/indicator.js";
import { objectsIn, textOf, type JsonObject } from "./json.js";
import { parseTlp, stricter } from "./markings.js";
import { wordTable } from "../model/word-table.js";

export interface Tagged {
  labels: readonly string[];
  tlp?: Tlp;
  confidence?: string;
  role?: IndicatorRole;
  related?: Readonly<Record<string, readonly string[]>>;
}

/** Galaxies by the STIX 2.1 type of what they name (https://github.com/MISP/misp-stix, its galaxy mapping). */
const GALAXY_TYPES: readonly (readonly [string, string])[] = [
  [
    "intrusion-set",
    "threat-actor mitre-intrusion-set mitre-enterprise-attack-intrusion-set microsoft-activity-group 360net-threat-actor",
  ],
  [
    "malware",
    "malpedia mitre-malware mitre-enterprise-attack-malware ransomware rat botnet banker stealer backdoor android cryptominers exploit-kit",
  ],
  ["tool", "tool mitre-tool mitre-enterprise-attack-tool"],
  ["attack-pattern", "mitre-attack-pattern mitre-enterprise-attack-attack-pattern mitre-mobile-attack-attack-pattern"],
];
const TYPE_OF_GALAXY: ReadonlyMap<string, string> = new Map(
  GALAXY_TYPES.flatMap(([type, galaxies]) => galaxies.split(" ").map((galaxy): [string, string] => [galaxy, type])),
);

/** Predicates of taxonomies that state a confidence in the words that `parseConfidence` knows. */
const CONFIDENCE_TAG =
  /^(?:misp:confidence-level|estimative-language:confidence-in-analytic-judgment)="([^"]{1,60})"$/i;
/** Tags of the taxonomies kill-chain and adversary that name a role in so many words, in lower case and without quotes. */
const ROLE_TAGS: Readonly<Record<string, IndicatorRole>> = wordTable({
  "kill-chain:command and control": "c2",
  "kill-chain:delivery": "delivery",
  "kill-chain:reconnaissance": "scanner",
  "adversary:infrastructure-type=proxy": "relay",
  "adversary:infrastructure-type=c2": "c2",
});
const GALAXY_TAG = /^misp-galaxy:([^="]{1,80})="([^"]{1,200})"$/i;

const MAX_LABEL = 200;
/** Of one event, object or attribute. Each attribute has its event's too: without a bound a small file could fill the memory. */
const MAX_TAGS = 500;

class Collected {
  readonly labels = new Set<string>();
  readonly related = new Map<string, Set<string>>();
  tlp: Tlp | undefined;
  confidence: string | undefined;
  role: IndicatorRole | undefined;
  roleTag = "";

  cluster(galaxy: string, name: string): void {
    this.labels.add(name.slice(0, MAX_LABEL));
    const type = TYPE_OF_GALAXY.get(galaxy.toLowerCase());
    if (type === undefined) return;
    const names = this.related.get(type) ?? new Set();
    this.related.set(type, names.add(name.slice(0, MAX_LABEL)));
  }

  tag(name: string): void {
    const marking = /^tlp\b/i.test(name) ? parseTlp(name) : undefined;
    const galaxy = GALAXY_TAG.exec(name);
    const confidence = CONFIDENCE_TAG.exec(name)?.[1];
    if (marking) this.tlp = stricter(this.tlp, marking);
    else if (galaxy) this.cluster(galaxy[1]!, galaxy[2]!);
    else if (confidence !== undefined) this.confidence ??= confidence.toLowerCase();
    else {
      const bare = name.toLowerCase().replaceAll('"', "");
      if (this.role === undefined && Object.hasOwn(ROLE_TAGS, bare)) {
        this.role = ROLE_TAGS[bare];
        this.roleTag = name;
      } else this.labels.add(name.slice(0, MAX_LABEL));
    }
  }
}

/** What the tags and galaxies of an attribute say. */
export function tagsOf(holder: JsonObject): Tagged {
  return tagged(collect(holder));
}

/** What those of an event or an object say of all in it: a role is said of the very thing it stands with, and is a label here. */
export function tagsAround(holder: JsonObject): Tagged {
  const found = collect(holder);
  if (found.role !== undefined) found.labels.add(found.roleTag);
  found.role = undefined;
  return tagged(found);
}

function collect(holder: JsonObject): Collected {
  const found = new Collected();
  for (const tag of objectsIn(holder["Tag"]).slice(0, MAX_TAGS)) {
    const name = textOf(tag["name"])?.trim();
    if (name !== undefined) found.tag(name);
  }
  for (const galaxy of objectsIn(holder["Galaxy"]).slice(0, MAX_TAGS))
    for (const cluster of objectsIn(galaxy["GalaxyCluster"]).slice(0, MAX_TAGS)) {
      if (found.labels.size >= MAX_TAGS) break;
      const name = textOf(cluster["value"])?.trim();
      if (name !== undefined) found.cluster(textOf(cluster["type"]) ?? textOf(galaxy["type"]) ?? "", name);
    }
  return found;
}

function tagged(found: Collected): Tagged {
  const said: Tagged = { labels: [...found.labels] };
  if (found.tlp !== undefined) said.tlp = found.tlp;
  if (found.confidence !== undefined) said.confidence = found.confidence;
  if (found.role !== undefined) said.role = found.role;
  if (found.related.size > 0)
    said.related = Object.fromEntries([...found.related].map(([type, names]) => [type, [...names]]));
  return said;
}

function relatedOfBoth(outer: Tagged["related"], inner: Tagged["related"]): Tagged["related"] {
  if (!outer || !inner) return inner ?? outer;
  const all: Record<string, readonly string[]> = { ...outer };
  for (const [type, names] of Object.entries(inner)) all[type] = [...new Set([...(all[type] ?? []), ...names])];
  return all;
}

/** The inner one's, and what the outer one says of everything in it. */
export function tagsWithin(outer: Tagged, inner: Tagged): Tagged {
  if (inner.labels.length === 0 && Object.keys(inner).length === 1) return outer;
  const both: Tagged = { labels: [...new Set([...outer.labels, ...inner.labels])] };
  const tlp = stricter(outer.tlp, inner.tlp);
  const confidence = inner.confidence ?? outer.confidence;
  const related = relatedOfBoth(outer.related, inner.related);
  if (tlp !== undefined) both.tlp = tlp;
  if (confidence !== undefined) both.confidence = confidence;
  if (inner.role !== undefined) both.role = inner.role;
  if (related !== undefined) both.related = related;
  return both;
}

/**
 * A MISP event (https://www.misp-project.org/datamodels/, MISP core format draft-dulaunoy-misp-core-format), as MISP imports it: one
 * attribute for each value, and for each port of an address or name.
 */
import type { Indicator, IndicatorRole, IndicatorType } from "../model/indicator.js";
import {
  blocksOf,
  circumstances,
  commentsOf,
  confidenceWord,
  feedsOf,
  instant,
  lossesOf,
  lost,
  unique,
  uuid5,
} from "./write-common.js";
import type { Loss, Writer } from "./writer.js";

interface Kind {
  type: string;
  category: string;
}

const network = (type: string): Kind => ({ type, category: "Network activity" });
const payload = (type: string): Kind => ({ type, category: "Payload delivery" });

const KINDS: Readonly<Record<Exclude<IndicatorType, "file">, Kind>> = {
  "ipv4-addr": network("ip-dst"),
  "ipv6-addr": network("ip-dst"),
  "domain-name": network("domain"),
  url: network("url"),
  "email-addr": payload("email"),
  ja3: network("ja3-fingerprint-md5"),
  ja3s: network("ja3-fingerprint-md5"),
  ja4: network("text"),
  "user-agent": network("user-agent"),
};
const HASH_KINDS = { MD5: "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-512": "sha512" } as const;

/**
 * What no attribute type tells, as an object of MISP's templates (https://github.com/MISP/misp-objects): the relation of the value, and what
 * else the template wants.
 */
interface Template {
  name: string;
  uuid: string;
  version: string;
  relation: string;
  beside?: { type: string; category: string; object_relation: string; value: string; to_ids: false };
}
const TEMPLATES: Readonly<Partial<Record<IndicatorType, Template>>> = {
  ja3s: {
    name: "ja3s",
    uuid: "7f377f66-d128-4b97-897f-592d06ba2ff7",
    version: "5",
    relation: "ja3s-fingerprint-md5",
  },
  ja4: {
    name: "ja4-plus",
    uuid: "2c15c75e-e7db-4b62-8d17-633e7571818f",
    version: "1",
    relation: "ja4-fingerprint",
    beside: { type: "text", category: "Other", object_relation: "ja4-type", value: "JA4", to_ids: false },
  },
};

/** Tags of MISP's taxonomies kill-chain and adversary. */
const ROLE_TAGS: Readonly<Partial<Record<IndicatorRole, string>>> = {
  c2: "kill-chain:Command and Control",
  delivery: "kill-chain:Delivery",
  scanner: "kill-chain:Reconnaissance",
  relay: 'adversary:infrastructure-type="proxy"',
};

/** MISP's taxonomy for confidence, and the numbers that its own export gives it. */
const CONFIDENCE_TAGS: readonly (readonly [number, string])[] = [
  [100, "completely-confident"],
  [75, "usually-confident"],
  [50, "fairly-confident"],
  [25, "rarely-confident"],
  [0, "unconfident"],
];

/** The nearest word; the lower one of two as near. */
function confidenceTag(confidence: number): { tag: string; whole: boolean } {
  const [number, word] = CONFIDENCE_TAGS.reduce((best, one) =>
    Math.abs(one[0] - confidence) <= Math.abs(best[0] - confidence) ? one : best,
  );
  return { tag: `misp:confidence-level="${word}"`, whole: number === confidence };
}

function kindOf({ type, hash, exact }: Indicator): Kind {
  if (type === "file") return payload(HASH_KINDS[hash ?? "MD5"]);
  return type === "domain-name" && exact ? network("hostname") : KINDS[type];
}

/** Type and value of each attribute. */
function valuesOf(indicator: Indicator): { type: string; value: string }[] {
  const { value, range, ports } = indicator;
  const { type } = kindOf(indicator);
  const values = range === undefined ? [value] : blocksOf(range);
  if (ports === undefined || ports.length === 0 || values[0]!.includes("/") || values.length > 1)
    return values.map((one) => ({ type, value: one }));
  const composite = `${type === "domain" ? "hostname" : type}|port`;
  return ports.map((port) => ({ type: composite, value: `${value}|${port}` }));
}

function commentOf(indicator: Indicator, onlyFeed: boolean): string {
  const { ports, range, assertions } = indicator;
  const words = unique(assertions.map(confidenceWord));
  const block = range !== undefined && range.first !== range.last;
  return [
    ...commentsOf(indicator),
    ...(block && ports !== undefined ? [`ports ${ports.join(", ")}`] : []),
    ...(words.length === 0 ? [] : [`confidence: ${words.join(", ")}`]),
    ...(onlyFeed || feedsOf(indicator).length === 0 ? [] : [`said by: ${feedsOf(indicator).join(", ")}`]),
    ...circumstances(indicator),
  ].join("\n");
}

function tagsOf({ role, tlp, labels, confidence }: Indicator): { name: string }[] {
  const names = unique([
    tlp?.toLowerCase(),
    ...labels,
    ROLE_TAGS[role],
    confidence === undefined ? undefined : confidenceTag(confidence).tag,
  ]);
  return names.map((name) => ({ name }));
}

/** RFC 3339 with the offset in numbers, as MISP writes it. */
function seen(ms: number): string {
  return instant(ms).replace("Z", "+00:00");
}

function attributes(indicator: Indicator, onlyFeed: boolean, timestamp: string): Record<string, unknown>[] {
  const { category } = kindOf(indicator);
  const { validFrom, validUntil } = indicator;
  const comment = commentOf(indicator, onlyFeed);
  const tags = tagsOf(indicator);
  return valuesOf(indicator).map(({ type, value }) => ({
    uuid: uuid5(`misp-attribute\0${indicator.type}\0${type}\0${value}`),
    type,
    category,
    value,
    to_ids: true,
    distribution: "5",
    timestamp,
    comment,
    ...(validFrom === undefined ? {} : { first_seen: seen(validFrom) }),
    ...(validUntil === undefined ? {} : { last_seen: seen(validUntil) }),
    ...(tags.length === 0 ? {} : { Tag: tags }),
  }));
}

/** An attribute in the object that says what it is. */
function objectOf(template: Template, attribute: Record<string, unknown>, timestamp: string): Record<string, unknown> {
  const { name, uuid, version, relation, beside } = template;
  const seed = `misp-object\0${String(attribute["uuid"])}`;
  return {
    uuid: uuid5(seed),
    name,
    "meta-category": "network",
    template_uuid: uuid,
    template_version: version,
    distribution: "5",
    timestamp,
    Attribute: [
      { ...attribute, object_relation: relation },
      ...(beside === undefined ? [] : [{ uuid: uuid5(`${seed}\0beside`), distribution: "5", timestamp, ...beside }]),
    ],
  };
}

function lossesIn(indicator: Indicator): Loss[] {
  const { confidence, assertions, labels } = indicator;
  const names = assertions.flatMap(({ related }) => Object.values(related ?? {}).flat());
  return [
    ...(confidence === undefined || confidenceTag(confidence).whole ? [] : [lost(indicator, "its confidence in full")]),
    ...lossesOf(indicator, ["exact", "span", "published", "statedType", "object"]),
    ...(names.every((name) => labels.includes(name)) ? [] : lossesOf(indicator, ["related"])),
  ];
}

export const mispWriter: Writer = {
  id: "misp",
  write(indicators, { now }) {
    const feeds = unique(indicators.flatMap(feedsOf));
    const info =
      feeds.length === 1
        ? feeds[0]!
        : `Indicators of ${feeds.length === 0 ? "an unnamed source" : `${feeds.length} sources`}`;
    const timestamp = String(Math.floor(now / 1000));
    const alone: unknown[] = [];
    const objects: unknown[] = [];
    for (const indicator of indicators) {
      const template = TEMPLATES[indicator.type];
      const onlyFeed = feeds.length === 1 && feedsOf(indicator).length === 1;
      for (const attribute of attributes(indicator, onlyFeed, timestamp))
        if (template === undefined) alone.push(attribute);
        else objects.push(objectOf(template, attribute, timestamp));
    }
    const event = {
      uuid: uuid5(`misp-event\0${info}`),
      info,
      date: instant(now).slice(0, 10),
      timestamp,
      // Undefined threat, complete analysis, this organisation only: whoever imports it decides on sharing.
      threat_level_id: "4",
      analysis: "2",
      distribution: "0",
      published: false,
    };
    const list = (all: readonly unknown[]): string => `[\n${all.map((one) => JSON.stringify(one)).join(",\n")}\n]`;
    const head = JSON.stringify(event).slice(0, -1);
    const text = `{"Event":${head},"Attribute":${list(alone)},"Object":${list(objects)}}}\n`;
    return { text, losses: indicators.flatMap(lossesIn) };
  },
};

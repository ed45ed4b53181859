/**
 * STIX 2.1 bundle. One indicator object for each indicator, its identifier made of type and value, so that writing again gives new
 * versions of the same objects. What STIX has no property for stands in an extension of ours (`stix-names.ts`), which other readers pass
 * over. Its definition object is left out: OASIS's schema for bundles (2.1) takes none.
 */
import type { Assertion, HashAlgorithm, Indicator, IndicatorRole, Tlp } from "../model/indicator.js";
import { parseFeedDate } from "./dates.js";
import { parseRole } from "./markings.js";
import {
  isPlainLabel,
  LOOKBACK_EXTENSION,
  OPEN_START,
  RELATED_TYPES,
  TLP2_EXTENSION,
  TLP_MARKINGS,
  type LookbackExtension,
} from "./stix-names.js";
import {
  blocksOf,
  circumstances,
  commentsOf,
  confidenceWord,
  feedsOf,
  instant,
  isSpan,
  lossesOf,
  unique,
  uuid5,
} from "./write-common.js";
import type { Writer } from "./writer.js";

type StixObject = Record<string, unknown> & { type: string; id: string };

/** The marking to write for each level: TLP 2.0's, but WHITE, which it has not. */
const MARKING_IDS: ReadonlyMap<Tlp, string> = new Map(Object.entries(TLP_MARKINGS).map(([id, tlp]) => [tlp, id]));

/** The stages of Lockheed Martin's kill chain that a role belongs to, for readers that do not know our extension. */
const PHASES: Readonly<Partial<Record<IndicatorRole, string>>> = {
  c2: "command-and-control",
  delivery: "delivery",
  scanner: "reconnaissance",
};

const HASH_STEPS: Readonly<Record<HashAlgorithm, string>> = {
  MD5: "MD5",
  "SHA-1": "'SHA-1'",
  "SHA-256": "'SHA-256'",
  "SHA-512": "'SHA-512'",
};

function literal(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** The pattern for a value. The types with no observable of their own get a custom property of network traffic. */
export function patternOf(indicator: Indicator): string {
  const { type, value, hash, range, exact } = indicator;
  const equals = (path: string): string => `[${path} = ${literal(value)}]`;
  switch (type) {
    case "ipv4-addr":
    case "ipv6-addr": {
      const blocks = range === undefined ? [value] : blocksOf(range);
      const tests = blocks.map((block) => `${type}:value ${block.includes("/") ? "ISSUBSET" : "="} ${literal(block)}`);
      return `[${tests.join(" OR ")}]`;
    }
    case "domain-name":
      return exact
        ? equals("domain-name:value")
        : `[domain-name:value = ${literal(value)} OR domain-name:value LIKE ${literal(`%.${value}`)}]`;
    case "file":
      return equals(`file:hashes.${HASH_STEPS[hash ?? "MD5"]}`);
    case "user-agent":
      return equals("network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'");
    case "url":
    case "email-addr":
      return equals(`${type}:value`);
    default:
      return equals(`network-traffic:x_${type}`);
  }
}

function extension(indicator: Indicator): LookbackExtension | undefined {
  const { role, ports, exact, labels, value } = indicator;
  const made: LookbackExtension = { extension_type: "property-extension" };
  const odd = labels.some((label) => !isPlainLabel(label));
  if (role !== "unknown" || labels.some((label) => parseRole(label) !== undefined)) made.role = role;
  if (ports !== undefined && ports.length > 0) made.ports = ports;
  if (exact) made.exact = true;
  if (isSpan(indicator)) made.range = value;
  if (odd) made.labels = labels;
  return Object.keys(made).length > 1 ? made : undefined;
}

/** Who said it, and what they said that has no property: never lost, though only people read it. */
function reference(assertion: Assertion): Record<string, string> {
  const { feed, object, published, revision, statedType, comment } = assertion;
  const name = feed?.trim() || "unnamed source";
  const facts = [
    ...(statedType === undefined ? [] : [`type ${statedType}`]),
    ...(published === undefined ? [] : [`published ${published}`]),
    ...(revision === undefined ? [] : [`revision ${revision}`]),
    ...(confidenceWord(assertion) === undefined ? [] : [`confidence ${assertion.confidence!}`]),
    ...(comment === undefined ? [] : [comment]),
  ];
  // STIX wants CVE and CAPEC numbers where these are named (2.1, 2.5).
  const reserved = name === "cve" || name === "capec";
  return {
    source_name: reserved ? `${name} feed` : name,
    description: facts.length === 0 ? "said so" : facts.join("; "),
    ...(object === undefined || /^(?:CVE|CAPEC)-/.test(object) ? {} : { external_id: object }),
  };
}

/** With no bound below: a start that no event comes before. An end that is the start is one microsecond later, as STIX wants it later. */
function validity({ validFrom, validUntil }: Indicator): Record<string, string> {
  const end = validUntil === undefined ? undefined : instant(validUntil);
  return {
    valid_from: validFrom === undefined ? OPEN_START : instant(validFrom),
    ...(end === undefined ? {} : { valid_until: validUntil === (validFrom ?? 0) ? `${end.slice(0, -1)}001Z` : end }),
  };
}

class Bundle {
  /** Objects that indicators refer to, by id. */
  private readonly context = new Map<string, StixObject>();
  private readonly indicators: StixObject[] = [];
  private readonly relationships: StixObject[] = [];

  constructor(private readonly now: string) {}

  private sdo(type: string, name: string, more: Record<string, unknown>): string {
    const id = `${type}--${uuid5(`${type}\0${name}`)}`;
    if (!this.context.has(id))
      this.context.set(id, {
        type,
        spec_version: "2.1",
        id,
        created: this.now,
        modified: this.now,
        name,
        ...more,
      });
    return id;
  }

  private identity(name: string): string {
    return this.sdo("identity", name, { identity_class: "organization" });
  }

  private marking(tlp: Tlp): string {
    const id = MARKING_IDS.get(tlp)!;
    const level = tlp.slice(4).toLowerCase();
    const common = { type: "marking-definition", spec_version: "2.1", id };
    this.context.set(
      id,
      tlp === "TLP:WHITE"
        ? {
            ...common,
            created: "2017-01-20T00:00:00.000Z",
            definition_type: "tlp",
            name: tlp,
            definition: { tlp: level },
          }
        : {
            ...common,
            created: "2022-10-01T00:00:00.000Z",
            name: tlp,
            extensions: { [TLP2_EXTENSION]: { extension_type: "property-extension", tlp_2_0: level } },
          },
    );
    return id;
  }

  add(indicator: Indicator): void {
    const { type, value, role, confidence, tlp, labels, assertions } = indicator;
    const id = `indicator--${uuid5(`indicator\0${type}\0${value}`)}`;
    const feed = feedsOf(indicator)[0];
    const description = [...commentsOf(indicator), ...circumstances(indicator)].join("\n");
    const dates = assertions.map(({ published }) => (published === undefined ? undefined : parseFeedDate(published)));
    const first = Math.min(...dates.filter((ms) => ms !== undefined), Date.parse(this.now));
    const plain = labels.filter(isPlainLabel);
    const own = extension(indicator);
    const phase = PHASES[role];
    const object: StixObject = {
      type: "indicator",
      spec_version: "2.1",
      id,
      created: instant(first),
      modified: this.now,
      name: value,
      pattern: patternOf(indicator),
      pattern_type: "stix",
      ...validity(indicator),
    };
    if (feed !== undefined) object["created_by_ref"] = this.identity(feed);
    if (description !== "") object["description"] = description;
    if (role === "relay") object["indicator_types"] = ["anonymization"];
    if (phase !== undefined)
      object["kill_chain_phases"] = [{ kill_chain_name: "lockheed-martin-cyber-kill-chain", phase_name: phase }];
    if (plain.length > 0) object["labels"] = plain;
    if (confidence !== undefined) object["confidence"] = confidence;
    if (tlp !== undefined) object["object_marking_refs"] = [this.marking(tlp)];
    object["external_references"] = unique(assertions.map((one) => JSON.stringify(reference(one)))).map(
      (text): unknown => JSON.parse(text),
    );
    if (own) object["extensions"] = { [LOOKBACK_EXTENSION]: own };
    this.indicators.push(object);
    this.relate(id, assertions);
  }

  private relate(id: string, assertions: readonly Assertion[]): void {
    const related = new Map<string, string>();
    for (const assertion of assertions)
      for (const [type, names] of Object.entries(assertion.related ?? {})) {
        if (!RELATED_TYPES.has(type)) continue;
        const more = type === "malware" ? { is_family: true } : {};
        for (const name of names) related.set(`${type}\0${name}`, this.sdo(type, name, more));
      }
    for (const target of related.values())
      this.relationships.push({
        type: "relationship",
        spec_version: "2.1",
        id: `relationship--${uuid5(`indicates\0${id}\0${target}`)}`,
        created: this.now,
        modified: this.now,
        relationship_type: "indicates",
        source_ref: id,
        target_ref: target,
      });
  }

  /** One object a line: large bundles stay readable, and two of them can be compared. */
  toString(): string {
    const all = [...this.context.values(), ...this.indicators, ...this.relationships];
    const id = `bundle--${uuid5(`bundle\0${this.now}\0${this.indicators.map((one) => one.id).join(" ")}`)}`;
    const head = `{"type":"bundle","id":"${id}"`;
    if (all.length === 0) return `${head}}\n`;
    return `${head},"objects":[\n${all.map((one) => JSON.stringify(one)).join(",\n")}\n]}\n`;
  }
}

export const stixWriter: Writer = {
  id: "stix",
  write(indicators, { now }) {
    const bundle = new Bundle(instant(now));
    for (const indicator of indicators) bundle.add(indicator);
    const foreign = ({ assertions }: Indicator): boolean =>
      assertions.some(({ related }) => Object.keys(related ?? {}).some((type) => !RELATED_TYPES.has(type)));
    return { text: bundle.toString(), losses: indicators.filter(foreign).flatMap((one) => lossesOf(one, ["related"])) };
  },
};

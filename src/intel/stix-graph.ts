/** The objects of one STIX file, and what they say of each other. */
import type { IndicatorRole, Tlp } from "../model/indicator.js";
import { parseFeedDate } from "./dates.js";
import { isObject, objectsIn, textOf, textsOf, type JsonObject } from "./json.js";
import { parseRole, parseTlp, ROLE_ORDER, stricter } from "./markings.js";
import { RELATED_TYPES, TLP2_EXTENSION, TLP_MARKINGS } from "./stix-names.js";
import { wordTable } from "../model/word-table.js";

/** An object, and where it stands. */
export interface Found {
  object: JsonObject;
  /** From 1 for JSON Lines, else 0. */
  line: number;
}

export interface Relation {
  type: string;
  name: string;
  role?: IndicatorRole;
}

/** Relationships that do not say that one belongs to the other. */
const UNRELATED = new Set([
  "mitigates",
  "remediates",
  "targets",
  "duplicate-of",
  "derived-from",
  "investigates",
  "located-at",
]);

/** STIX's infrastructure-type-ov, where it names a role. */
const INFRASTRUCTURE_ROLES: Readonly<Record<string, IndicatorRole>> = wordTable({
  "command-and-control": "c2",
  anonymization: "relay",
  "hosting-malware": "delivery",
});

const MAX_RELATIONS = 100;
const TLP_IN_STATEMENT = /\bTLP\s?[:=]\s?(CLEAR|WHITE|GREEN|AMBER[+_ -]STRICT|AMBER|RED)\b/i;

export function idOf(object: JsonObject): string {
  return textOf(object["id"])?.slice(0, 200) ?? "";
}

function time(object: JsonObject): number {
  return parseFeedDate(textOf(object["modified"]) ?? textOf(object["created"]) ?? "") ?? 0;
}

export function strongest(roles: readonly (IndicatorRole | undefined)[]): IndicatorRole | undefined {
  return ROLE_ORDER.find((role) => role !== "unknown" && roles.includes(role));
}

/** What a marking definition says, by its own words. */
function tlpOf(definition: JsonObject): Tlp | undefined {
  const inner = isObject(definition["definition"]) ? definition["definition"] : {};
  const extensions = isObject(definition["extensions"]) ? definition["extensions"] : {};
  const tlp2 = extensions[TLP2_EXTENSION];
  const statement = TLP_IN_STATEMENT.exec((textOf(inner["statement"]) ?? "").slice(0, 2000))?.[1];
  for (const text of [
    textOf(inner["tlp"]),
    isObject(tlp2) ? textOf(tlp2["tlp_2_0"]) : undefined,
    statement,
    textOf(definition["name"]),
  ]) {
    const tlp = text === undefined ? undefined : parseTlp(text);
    if (tlp !== undefined) return tlp;
  }
  return undefined;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

export class Graph {
  /** The version that counts of each object with an id, in order of first appearance. */
  private readonly latest = new Map<string, Found>();
  private readonly withoutId: Found[] = [];
  private readonly revoked = new Set<string>();
  private readonly related = new Map<string, Relation[]>();
  private readonly reports = new Map<string, string[]>();
  /** What observed data says of an observable. */
  private readonly observed = new Map<string, string[]>();
  /** Addresses that an e-mail was sent to. */
  private readonly recipients = new Set<string>();
  /** Ports of connections by the observable at that end. */
  private readonly ports = new Map<string, Set<number>>();

  constructor(found: readonly Found[]) {
    for (const one of found) this.add(one);
    for (const { object } of this.latest.values()) this.connect(object);
  }

  /** Each object once: of several versions, the latest. */
  objects(): Found[] {
    return [...this.latest.values(), ...this.withoutId];
  }

  private add(found: Found): void {
    const id = idOf(found.object);
    if (id === "") {
      this.withoutId.push(found);
      return;
    }
    // Revoking is for good (STIX 2.1, 3.6).
    if (found.object["revoked"] === true) this.revoked.add(id);
    const known = this.latest.get(id);
    if (!known || time(found.object) >= time(known.object)) this.latest.set(id, found);
  }

  isRevoked(object: JsonObject): boolean {
    return object["revoked"] === true || this.revoked.has(idOf(object));
  }

  private connect(object: JsonObject): void {
    const type = textOf(object["type"]);
    if (type === undefined || this.isRevoked(object)) return;
    if (type === "relationship") this.relate(object);
    else if (type === "report" || type === "grouping") {
      const name = textOf(object["name"]);
      if (name !== undefined) for (const ref of textsOf(object["object_refs"])) push(this.reports, ref, name);
    } else if (type === "malware") for (const ref of textsOf(object["sample_refs"])) this.relateTo(ref, object, false);
    else if (type === "observed-data") {
      const said = observation(object);
      for (const ref of textsOf(object["object_refs"])) push(this.observed, ref, said);
    } else if (type === "email-message")
      for (const key of ["to_refs", "cc_refs", "bcc_refs"])
        for (const ref of textsOf(object[key])) this.recipients.add(ref);
    else if (type === "network-traffic") this.connection(object);
  }

  /** The port of the end that was called; the caller's is any. */
  private connection(object: JsonObject): void {
    const ref = textOf(object["dst_ref"]);
    const port = object["dst_port"];
    if (ref === undefined || typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65535) return;
    const ports = this.ports.get(ref) ?? new Set();
    if (ports.size < MAX_RELATIONS) ports.add(port);
    this.ports.set(ref, ports);
  }

  private relate(relationship: JsonObject): void {
    const kind = textOf(relationship["relationship_type"]) ?? "";
    const source = textOf(relationship["source_ref"]);
    const target = textOf(relationship["target_ref"]);
    if (UNRELATED.has(kind) || source === undefined || target === undefined) return;
    const belongs = kind === "consists-of" || kind === "indicates";
    this.relateTo(source, this.latest.get(target)?.object, belongs);
    this.relateTo(target, this.latest.get(source)?.object, belongs);
  }

  /** @param belongs it is a part or a sign of the other, so that the other's role is its own */
  private relateTo(id: string, other: JsonObject | undefined, belongs: boolean): void {
    const type = other && textOf(other["type"]);
    const name = other && textOf(other["name"]);
    if (!other || type === undefined || name === undefined || !RELATED_TYPES.has(type) || this.isRevoked(other)) return;
    if ((this.related.get(id)?.length ?? 0) >= MAX_RELATIONS) return;
    const words = belongs ? textsOf(other["infrastructure_types"]) : [];
    const role = strongest(words.map((word) => INFRASTRUCTURE_ROLES[word]));
    push(this.related, id, { type, name: name.slice(0, 200), ...(role === undefined ? {} : { role }) });
  }

  relationsOf(object: JsonObject): readonly Relation[] {
    return this.related.get(idOf(object)) ?? [];
  }

  /** The name of the report or grouping that lists it, else of who created it. */
  feedOf(object: JsonObject): string | undefined {
    const reports = [...new Set(this.reports.get(idOf(object)) ?? [])];
    if (reports.length > 0) return reports.slice(0, 5).join(", ");
    const creator = this.latest.get(textOf(object["created_by_ref"]) ?? "")?.object;
    return creator && textOf(creator["name"]);
  }

  portsOf(object: JsonObject): number[] {
    return [...(this.ports.get(idOf(object)) ?? [])].sort((a, b) => a - b);
  }

  isRecipient(object: JsonObject): boolean {
    return this.recipients.has(idOf(object));
  }

  /** When observed data saw it, in words. */
  observationsOf(object: JsonObject): string[] {
    return [...new Set(this.observed.get(idOf(object)) ?? [])].slice(0, 5);
  }

  /** The strictest marking of the object and of any part of it, and the markings that nobody explains. */
  markingsOf(object: JsonObject): { tlp?: Tlp; notes: string[] } {
    const granular = objectsIn(object["granular_markings"]).map((one) => one["marking_ref"]);
    const notes: string[] = [];
    let tlp: Tlp | undefined;
    for (const ref of new Set([...textsOf(object["object_marking_refs"]), ...textsOf(granular)])) {
      const definition = this.latest.get(ref)?.object;
      const known = Object.hasOwn(TLP_MARKINGS, ref) ? TLP_MARKINGS[ref] : definition && tlpOf(definition);
      if (known !== undefined) tlp = stricter(tlp, known);
      else if (!definition && notes.length < 3) notes.push(`its marking ${ref.slice(0, 80)} is not in the file`);
    }
    return tlp === undefined ? { notes } : { tlp, notes };
  }

  /** A role that the publisher names: by kill chain phase, type, label or the infrastructure it belongs to. */
  roleOf(object: JsonObject): IndicatorRole | undefined {
    const phases = objectsIn(object["kill_chain_phases"]).map((phase) => textOf(phase["phase_name"]) ?? "");
    const words = [...phases, ...textsOf(object["indicator_types"]), ...textsOf(object["labels"])];
    return strongest([...words.map((word) => parseRole(word)), ...this.relationsOf(object).map(({ role }) => role)]);
  }
}

/** `observed 2015-12-21T19:00:00Z to 2015-12-21T19:00:00Z, 50 times`. */
export function observation(object: JsonObject): string {
  const [first, last] = [textOf(object["first_observed"]), textOf(object["last_observed"])];
  const count = textOf(object["number_observed"]);
  return `observed ${first?.slice(0, 40) ?? "?"} to ${last?.slice(0, 40) ?? "?"}${count === undefined ? "" : `, ${count} times`}`;
}

/**
 * OpenIOC 1.0 (`ioc`, `definition`) and 1.1 (`OpenIOC`, `metadata`, `criteria`, `parameters`).
 * Source: https://github.com/fireeye/OpenIOC_1.1 and its schemas.
 *
 * An indicator is a tree of AND and OR over single terms. Every term that can be hunted is; one that must come together with others
 * (it stands under an AND) carries the whole expression.
 */
import { LookbackError } from "../model/errors.js";
import type { Candidate, Place, Reader, Sink, Statement } from "./candidate.js";
import { CONDITIONS, termOf, type Narrowing, type Term } from "./openioc-terms.js";
import type { Element } from "./openioc-xml.js";
import { wordTable } from "../model/word-table.js";

const ROOTS = new Set(["ioc", "OpenIOC"]);

function find(element: Element, name: string): Element | undefined {
  return element.children.find((child) => child.name === name);
}

function textIn(element: Element | undefined, name: string): string | undefined {
  const text = element && find(element, name)?.text;
  return text === "" ? undefined : text;
}

function allIn(elements: readonly Element[]): Element[] {
  return elements.flatMap((element) => (ROOTS.has(element.name) ? [element] : allIn(element.children)));
}

function isTrue(text: string | undefined): boolean {
  return text === "true" || text === "1";
}

/** One term of the tree. */
interface Item {
  place: Place;
  search: string;
  condition: string;
  negated: boolean;
  value: string;
  comment?: string;
}

function itemOf(element: Element): Item {
  const { id, condition = "is", negate } = element.attributes;
  const item: Item = {
    place: id === undefined ? { line: element.line } : { line: element.line, object: id },
    search: find(element, "Context")?.attributes["search"] ?? "",
    condition: condition.toLowerCase(),
    negated: isTrue(negate) || CONDITIONS[condition.toLowerCase()] === "negated",
    value: find(element, "Content")?.text ?? "",
  };
  const comment = textIn(element, "Comment");
  if (comment !== undefined) item.comment = comment;
  return item;
}

const MAX_PATTERN = 2000;

/** The expression as people write it: `(Network/DNS is "evil.example" AND FileItem/SizeInBytes is "12")`. */
function render(element: Element): string {
  if (element.name === "IndicatorItem") {
    const { search, condition, negated, value } = itemOf(element);
    return `${negated && !condition.endsWith("not") ? "NOT " : ""}${search} ${condition} ${JSON.stringify(value)}`;
  }
  const parts = partsOf(element).map(render);
  return parts.length === 1 ? parts[0]! : `(${parts.join(` ${operatorOf(element)} `)})`;
}

function partsOf(element: Element): Element[] {
  return element.children.filter(({ name }) => name === "Indicator" || name === "IndicatorItem");
}

function operatorOf(element: Element): string {
  return element.attributes["operator"]?.toUpperCase() === "AND" ? "AND" : "OR";
}

/** What `links` say by their relation, by STIX 2.1's type of it; undefined for a label that names no object. */
const LINKS: Readonly<Record<string, string | undefined>> = wordTable({
  threatgroup: "intrusion-set",
  threatactor: "intrusion-set",
  actor: "intrusion-set",
  family: "malware",
  malware: "malware",
  malwarefamily: "malware",
  campaign: "campaign",
  category: undefined,
  threatcategory: undefined,
});

function linksOf(metadata: Element): Pick<Statement, "labels" | "related"> {
  const labels = new Set<string>();
  const related: Record<string, string[]> = {};
  for (const { name, attributes, text } of find(metadata, "links")?.children ?? []) {
    const relation = attributes["rel"]?.toLowerCase().replace(/[\s_-]/g, "") ?? "";
    if (name !== "link" || text === "" || !Object.hasOwn(LINKS, relation)) continue;
    labels.add(text);
    const type = LINKS[relation];
    if (type !== undefined) (related[type] ??= []).push(text);
  }
  return {
    ...(labels.size === 0 ? {} : { labels: [...labels] }),
    ...(Object.keys(related).length === 0 ? {} : { related }),
  };
}

function statementOf(root: Element): Statement {
  const metadata = find(root, "metadata") ?? root;
  const said: Statement = linksOf(metadata);
  const feed = textIn(metadata, "short_description");
  const comment = textIn(metadata, "description");
  const published = textIn(metadata, "authored_date");
  const revision = root.attributes["last-modified"];
  if (feed !== undefined) said.feed = feed;
  if (comment !== undefined) said.comment = comment;
  if (published !== undefined) said.published = published;
  if (revision !== undefined && revision !== "") said.revision = revision;
  return said;
}

/** 1.1: remarks stand apart from the terms, and name them by id. */
function parametersOf(root: Element): Map<string, Statement> {
  const said = new Map<string, Statement>();
  for (const { attributes, children } of find(root, "parameters")?.children ?? []) {
    const of = attributes["ref-id"];
    const name = attributes["name"]?.toLowerCase();
    const value = children.find((child) => child.name === "value")?.text;
    if (of === undefined || value === undefined || value === "") continue;
    const own = said.get(of) ?? {};
    if (name === "comment") own.comment = value;
    else if (name === "confidence") own.confidence = value;
    said.set(of, own);
  }
  return said;
}

/** Why a term is not hunted; undefined when it is. */
function refusal(item: Item, term: Term | undefined, narrows: Narrowing | undefined): string | undefined {
  if (item.negated) return "negated, it says what must not be there";
  if (term === undefined) return "not hunted";
  if (narrows === undefined || (narrows === "end" && term.as !== "domain-name"))
    return `the condition "${item.condition.slice(0, 40)}" is not hunted`;
  return term.as === "user-agent" && narrows !== "whole"
    ? "a part of a user-agent, and only whole ones are hunted"
    : undefined;
}

class Walk {
  constructor(
    private readonly sink: Sink,
    private readonly said: Statement,
    private readonly parameters: ReadonlyMap<string, Statement>,
  ) {}

  tree(element: Element, pattern?: string): void {
    if (element.name === "IndicatorItem") {
      this.item(itemOf(element), pattern);
      return;
    }
    const parts = partsOf(element);
    const tied = pattern ?? (operatorOf(element) === "AND" && parts.length > 1 ? render(element) : undefined);
    for (const part of parts) this.tree(part, tied?.slice(0, MAX_PATTERN));
  }

  private item(item: Item, pattern: string | undefined): void {
    const { place, search, condition, value } = item;
    const term = termOf(search);
    const narrows = CONDITIONS[condition];
    const reason = refusal(item, term, narrows);
    if (reason !== undefined || term === undefined) {
      const named = search === "" ? "a term without a search path" : search;
      this.sink.reject(place, value, `${named}: ${reason ?? "not hunted"}`);
      return;
    }
    const parameter = place.object === undefined ? undefined : this.parameters.get(place.object);
    const candidate: Candidate = { ...this.said, ...parameter, ...place, text: value, statedType: search };
    if (item.comment !== undefined) candidate.comment = item.comment;
    if (pattern !== undefined) candidate.pattern = pattern;
    // A part of a name is a name of its own only where its end is a top-level domain.
    if (term.as !== undefined && narrows === "whole") candidate.as = term.as;
    if (narrows !== "whole") candidate.notes = [`the condition is "${condition}": hunted as a whole value`];
    this.sink.candidate(candidate);
  }
}

const SNIFF = 64 * 1024;
const ROOT_TAG = /<(?:[A-Za-z][\w.-]{0,40}:)?(?:ioc|OpenIOC)[\s>]/;

export const openIocReader: Reader = {
  id: "openioc",
  recognises({ text }) {
    const start = text.slice(0, SNIFF).trimStart();
    if (!start.startsWith("<")) return false;
    // An entity declaration makes no feed that anyone reads: refused here, by name, rather than read as a list of lines.
    return ROOT_TAG.test(start) || start.includes("<!ENTITY");
  },
  async read({ text }, _options, sink) {
    // Only now: the XML parser is large, and every start of the program would load it.
    const { parseXml } = await import("./openioc-xml.js");
    const roots = allIn(parseXml(text));
    if (roots.length === 0) throw new LookbackError("intel-unusable", "no OpenIOC definition in it");
    for (const root of roots) {
      const walk = new Walk(sink, statementOf(root), parametersOf(root));
      const criteria = find(root, "criteria") ?? find(root, "definition") ?? root;
      for (const part of partsOf(criteria)) walk.tree(part);
    }
  },
};

/**
 * STIX 2.0 and 2.1 (OASIS): bundles, TAXII envelopes, lone objects, arrays and JSON Lines of objects.
 *
 * Indicators are read by their pattern; a domain in it is hunted with its subdomains, as in every feed. Observables that stand by
 * themselves or in observed data are candidates too; when they were observed is noted and is no validity. Domain objects and
 * relationships give names and labels.
 */
import type { IntelSource, Reader, Sink, Statement } from "./candidate.js";
import { isObject, parseJson, textOf, type JsonObject } from "./json.js";
import { Graph, idOf, observation, type Found } from "./stix-graph.js";
import { huntPattern, type Part } from "./stix-hunt.js";
import { observe, type Observed } from "./stix-observables.js";
import { candidateOf, extensionOf, setAsideBecause, statementOf } from "./stix-statement.js";
import { linesOf } from "./lines.js";

const START = 64 * 1024;
/** The id of any object: its type, two hyphens, a UUID. */
const ID = /"id"\s{0,20}:\s{0,20}"[a-z][a-z0-9-]{1,80}--[0-9a-f]{8}-[0-9a-f]{4}-/i;
/** STIX 2.0's observables have no ids of their own. */
const PATTERN = /"type"\s{0,20}:\s{0,20}"(?:bundle|indicator|observed-data)"/;
/** Kept with every value of a pattern. */
const MAX_PATTERN = 2000;

/** Every STIX object in a parsed document, however it is wrapped. Not recursive: documents may be nested at will. */
function collect(document: unknown, line: number, found: Found[], sink: Sink): void {
  const stack: unknown[] = [document];
  while (stack.length > 0) {
    const one = stack.pop();
    if (Array.isArray(one)) {
      for (let i = one.length - 1; i >= 0; i--) stack.push(one[i]);
      continue;
    }
    if (!isObject(one)) {
      sink.reject(line, one === undefined || one === null ? "" : String(one), "not a STIX object");
      continue;
    }
    const type = textOf(one["type"]);
    if (Array.isArray(one["objects"]) && (type === undefined || type === "bundle")) stack.push(one["objects"]);
    else if (type === "bundle") continue;
    else if (type === undefined) reject(sink, { object: one, line }, "", "a STIX object without a type");
    else found.push({ object: one, line });
  }
}

/** The text as one document; undefined when each of its lines is one. */
function documentOf(text: string): { document: unknown } | undefined {
  const first = text.trimStart().split("\n", 1)[0]!.trim();
  try {
    return { document: JSON.parse(text) };
  } catch {
    try {
      JSON.parse(first);
    } catch {
      // One document, broken: throws with the place.
      return { document: parseJson(text) };
    }
    return undefined;
  }
}

function reject(sink: Sink, { object, line }: Found, text: string, reason: string): void {
  const id = idOf(object);
  sink.reject({ line, ...(id === "" ? {} : { object: id }) }, text, reason);
}

/** A pattern's language, where the object names it or the pattern itself tells (STIX 2.0 has one alone). */
function languageOf({ pattern_type: type, pattern }: JsonObject): string {
  return textOf(type)?.toLowerCase() ?? (/^\s{0,100}[[(]/.test(String(pattern)) ? "stix" : "unnamed");
}

function placeInPattern(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `offset ${offset} (line ${before.length}, column ${before.at(-1)!.length + 1} of the pattern)`;
}

/** `evil.example OR %.evil.example` is one domain with its subdomains. */
function withoutTwins(parts: readonly Part[]): readonly Part[] {
  const plain = new Set(parts.filter(({ as }) => as === "domain-name").map(({ text }) => text));
  return parts.filter(({ text, as }) => as !== "domain-name" || !text.startsWith("*.") || !plain.has(text.slice(2)));
}

function indicator(found: Found, graph: Graph, sink: Sink): void {
  const { object, line } = found;
  const pattern = textOf(object["pattern"]);
  const because = setAsideBecause(object, graph);
  if (because !== undefined) {
    sink.setAside({ line, object: idOf(object) }, pattern ?? "", because);
    return;
  }
  if (pattern === undefined) {
    reject(sink, found, textOf(object["name"]) ?? "", "an indicator without a pattern");
    return;
  }
  const language = languageOf(object);
  if (language !== "stix") {
    reject(sink, found, pattern, `a pattern of the kind ${language.slice(0, 40)}: not hunted`);
    return;
  }
  const hunted = huntPattern(pattern);
  if ("offset" in hunted) {
    reject(sink, found, pattern, `the pattern breaks at ${placeInPattern(pattern, hunted.offset)}: ${hunted.reason}`);
    return;
  }
  const said = statementOf(object, graph);
  const { range } = extensionOf(object);
  const whole = pattern.length > MAX_PATTERN ? `${pattern.slice(0, MAX_PATTERN)}…` : pattern;
  // A range that our own writer had to cut into blocks.
  const parts =
    range === undefined
      ? withoutTwins(hunted.parts)
      : hunted.parts.slice(0, 1).map((part) => ({ ...part, text: range }));
  for (const part of parts) {
    const value = { ...part, statedType: part.path };
    const candidate = candidateOf(said, found, value, [...part.notes, ...hunted.qualifiers]);
    if (part.tied) candidate.pattern = whole;
    sink.candidate(candidate);
  }
  for (const { text, reason } of hunted.refusals) reject(sink, found, text, reason);
}

const OBSERVED = "an observable by itself: no indicator says what it stands for";

/** The object that speaks for observables: one of them itself, or the observed data they stand in. Asked once, for all of them. */
class Speaker {
  private readonly said: Statement;
  private readonly because: string | undefined;
  private readonly notes: readonly string[];

  constructor(
    readonly found: Found,
    graph: Graph,
    seen: readonly string[],
    private readonly sink: Sink,
  ) {
    this.said = statementOf(found.object, graph);
    this.because = setAsideBecause(found.object, graph);
    this.notes = graph.relationsOf(found.object).length > 0 ? seen : [OBSERVED, ...seen];
  }

  /** @param refs in which the observable's own references are looked up */
  give(object: JsonObject, { values, refusals }: Observed, refs: Graph): void {
    const { found, sink, because } = this;
    const ports = refs.portsOf(object);
    for (const value of values)
      if (refs.isRecipient(object)) reject(sink, found, value.text, "a recipient of an e-mail: not hunted");
      else if (because !== undefined)
        sink.setAside({ line: found.line, object: idOf(found.object) }, value.text, because);
      else sink.candidate(candidateOf(this.said, found, { ...value, ports }, this.notes));
    for (const { text, reason } of refusals) reject(sink, found, text, reason);
  }
}

/** STIX 2.0: a dictionary of observables, which refer to each other by its keys. */
function observedData(holder: Found, graph: Graph, sink: Sink): void {
  const inside = isObject(holder.object["objects"]) ? holder.object["objects"] : {};
  const local = Object.entries(inside).flatMap(([key, value]): Found[] =>
    isObject(value) ? [{ object: { ...value, id: key }, line: holder.line }] : [],
  );
  if (local.length === 0) return;
  const refs = new Graph(local);
  const speaker = new Speaker(holder, graph, [observation(holder.object)], sink);
  for (const { object } of local) {
    const observed = observe(object);
    if (observed) speaker.give(object, observed, refs);
    else {
      const type = textOf(object["type"])?.slice(0, 60) ?? "unnamed";
      reject(sink, holder, textOf(object["value"]) ?? "", `an observable of the kind ${type}: not hunted`);
    }
  }
}

function readObjects(found: readonly Found[], sink: Sink): void {
  const graph = new Graph(found);
  for (const one of graph.objects()) {
    const type = textOf(one.object["type"]);
    if (type === "indicator") indicator(one, graph, sink);
    else if (type === "observed-data") observedData(one, graph, sink);
    else {
      const observed = observe(one.object);
      if (observed) new Speaker(one, graph, graph.observationsOf(one.object), sink).give(one.object, observed, graph);
    }
  }
}

export const stixReader: Reader = {
  id: "stix",
  recognises({ text }: IntelSource) {
    const start = text.slice(0, START);
    if (!/^\s{0,1000}[[{]/.test(start)) return false;
    return ID.test(start) || (PATTERN.test(start) && start.includes('"spec_version"'));
  },
  read({ text }, _options, sink) {
    const found: Found[] = [];
    const whole = documentOf(text);
    if (whole) collect(whole.document, 0, found, sink);
    else
      for (const [raw, line] of linesOf(text)) {
        if (raw.trim() === "") continue;
        try {
          collect(JSON.parse(raw), line, found, sink);
        } catch {
          sink.reject(line, raw, "a line that is no JSON");
        }
      }
    readObjects(found, sink);
  },
};

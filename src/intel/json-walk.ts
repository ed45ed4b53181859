/**
 * The indicators in any JSON value: fields by name at any depth, lists of values, objects keyed by value. What the objects around
 * a value say of it goes with it. Without recursion: the input may nest a hundred thousand deep.
 */
import type { Candidate, Place, Sink, Statement } from "./candidate.js";
import type { ValueColumn } from "./columns.js";
import { inherited, keyOf, saidBy, type Said } from "./json-fields.js";
import { isObject, type JsonObject } from "./json.js";
import { normalise } from "./normalise.js";
import { statedKind } from "./stated-types.js";

/** A value and where it stands. */
interface Node {
  value: unknown;
  key: string | number;
  parent: Node | undefined;
  /** What the objects around it say. */
  outer: Statement;
}

/** A text that may be an indicator. */
interface Found {
  text: string;
  key: string;
  column: ValueColumn;
  rank: number;
}

/** Deeper parts of a path are left out where it is shown. */
const MAX_PATH = 32;

function pathParts(node: Node | undefined): (string | number)[] {
  const parts: (string | number)[] = [];
  for (let at = node; at?.parent !== undefined && parts.length < MAX_PATH; at = at.parent) parts.push(at.key);
  return parts.toReversed();
}

/** `data[3].ioc`. */
function pathOf(node: Node, key?: string): string {
  let path = "";
  for (const part of [...pathParts(node), ...(key === undefined ? [] : [key])])
    path += typeof part === "number" ? `[${part}]` : path === "" ? part : `.${part}`;
  return path.slice(0, 500);
}

/** The same without the places in lists: what `--column` takes. */
function fieldPath(node: Node, key?: string): string {
  return [...pathParts(node), key]
    .filter((part) => typeof part === "string")
    .join(".")
    .slice(0, 500);
}

/** Of an address's record these are the owner's, not the adversary's (AbuseIPDB, ipinfo). */
const OWNER_KEYS = ["isp", "usageType", "usage_type"];
const OWNERS = "this field names the owner of the address";

/** Bound on the fields that are named to the user. */
const MAX_FIELDS = 50;
/** Values that are looked at of a field whose name tells nothing. */
const MAX_LOOKS = 20;

function texts(value: unknown): string[] {
  if (typeof value === "string") return value.trim() === "" ? [] : [value.trim()];
  return Array.isArray(value) ? value.filter((one) => typeof one === "string").flatMap(texts) : [];
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Could be an address, a name, a hash or a URL: spares the closer look. */
const LIKE_VALUE = /[.:]|^[0-9a-f]{32}/i;

export class JsonWalk {
  /** Fields with indicators that no name told of, and how they were found. */
  readonly passedOver = new Map<string, string>();
  /** Every field, for an error that names them. */
  readonly fields = new Set<string>();
  /** A field that was asked for is there. */
  asked = false;
  private readonly looks = new Map<string, number>();
  private readonly wanted: readonly string[] | undefined;

  constructor(
    private readonly sink: Sink,
    column: string | undefined,
  ) {
    this.wanted = column?.split(",").map((name) => name.trim().toLowerCase());
  }

  /** @param line 0 for a file of one value: places are paths then. */
  walk(root: unknown, line: number): void {
    const top: Node = { value: root, key: "", parent: undefined, outer: {} };
    if (typeof root === "string" && this.wanted === undefined) this.sink.candidate({ text: root, line });
    const stack: Node[] = [top];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      const inner: Node[] = [];
      if (Array.isArray(node.value)) this.list(node, node.value, line, inner);
      else if (isObject(node.value)) this.record(node, node.value, line, inner);
      for (let i = inner.length - 1; i >= 0; i--) stack.push(inner[i]!);
    }
  }

  /** A list's own texts are given with the object that holds it; only a list at the top, or in a list, has none. */
  private list(node: Node, list: readonly unknown[], line: number, inner: Node[]): void {
    const bare = node.parent === undefined || typeof node.key === "number";
    for (const [i, value] of list.entries()) {
      const child: Node = { value, key: i, parent: node, outer: node.outer };
      if (isContainer(value)) inner.push(child);
      else if (bare && this.wanted === undefined && typeof value === "string")
        this.sink.candidate({ ...node.outer, text: value, line, ...(line > 0 ? {} : { object: pathOf(child) }) });
    }
  }

  private record(node: Node, record: JsonObject, line: number, inner: Node[]): void {
    const said = saidBy(record);
    const outer = inherited(node.outer, said.statement);
    if (this.wanted === undefined && this.keyed(node, record, line, inner)) return;
    const found: Found[] = [];
    const isOwned = OWNER_KEYS.some((key) => record[key] !== undefined);
    for (const [key, value] of Object.entries(record)) {
      const { value: column, rank, closed, listOnly } = keyOf(key);
      if (this.wanted !== undefined) {
        if (this.isWanted(node, key))
          for (const text of texts(value)) found.push({ text, key, column: column ?? {}, rank: 0 });
      } else if (column === undefined) {
        if (!closed) this.look(node, key, value);
      } else if (isOwned && column.as === "domain-name") this.passOver(node, key, OWNERS);
      else if (!listOnly || Array.isArray(value))
        for (const text of texts(value)) found.push({ text, key, column, rank });
      if (typeof value === "number" && this.wanted === undefined && column?.as !== undefined)
        this.sink.reject(
          { line, ...(line > 0 ? {} : { object: pathOf(node, key) }) },
          String(value),
          "a number, no text",
        );
      if (isContainer(value) && !closed) inner.push({ value, key, parent: node, outer });
    }
    this.choose(found, node, { ...said, statement: { ...outer, ...own(said) } }, line);
  }

  /** The best-named field and those that stand beside it; a user-agent alone only. */
  private choose(found: readonly Found[], node: Node, said: Said, line: number): void {
    const leading = found.filter(({ column }) => !column.alone);
    const pool = leading.length > 0 ? leading : found;
    let best = Number.POSITIVE_INFINITY;
    for (const { rank } of pool) best = Math.min(best, rank);
    for (const one of pool)
      if (this.wanted !== undefined || one.rank === best || one.column.beside || one.column.alone)
        this.give(one, node, said, line);
      else if (Array.isArray(normalise(one.text, one.column.as))) this.passOver(node, one.key, PASSED);
  }

  private give(one: Found, node: Node, said: Said, line: number): void {
    const { statement } = said;
    const place: Place = { line };
    if (statement.object !== undefined) place.object = statement.object;
    else if (line === 0) place.object = pathOf(node, one.key);
    const kind = statement.statedType === undefined ? undefined : statedKind(statement.statedType);
    if (kind?.refused !== undefined) {
      this.sink.reject(place, one.text, kind.refused);
      return;
    }
    if (said.setAside !== undefined) {
      this.sink.setAside(place, one.text, said.setAside);
      return;
    }
    const text = kind?.digestLast ? one.text.slice(one.text.lastIndexOf("|") + 1) : one.text;
    const candidate: Candidate = { ...statement, ...place, text };
    const as = one.column.generic ? (kind?.as ?? one.column.as) : (one.column.as ?? kind?.as);
    if (as !== undefined) candidate.as = as;
    if (said.exact) candidate.exact = true;
    if (said.ports !== undefined) candidate.ports = said.ports;
    this.sink.candidate(candidate);
  }

  /**
   * `{"192.0.2.1": {…}, "evil.example": {…}}`: every key is a value. A name with a plain value is a field's name as often
   * (`host.name`), and is not taken.
   */
  private keyed(node: Node, record: JsonObject, line: number, inner: Node[]): boolean {
    const entries = Object.entries(record);
    const all = entries.every(([key, value]) => {
      if (!LIKE_VALUE.test(key)) return false;
      const values = normalise(key);
      return Array.isArray(values) && (isContainer(value) || values.every(({ type }) => type !== "domain-name"));
    });
    if (!all || entries.length === 0) return false;
    for (const [key, value] of entries) {
      const holder = isObject(value) ? value : undefined;
      const said: Said = holder === undefined ? { statement: {} } : saidBy(holder);
      const statement = { ...inherited(node.outer, said.statement), ...own(said) };
      if (typeof value === "string" && value.trim() !== "") statement.comment = value;
      this.give({ text: key, key, column: { generic: true }, rank: 0 }, node, { ...said, statement }, line);
      if (isContainer(value)) inner.push({ value, key, parent: node, outer: node.outer });
    }
    return true;
  }

  private isWanted(node: Node, key: string): boolean {
    const path = fieldPath(node, key);
    if (this.fields.size < MAX_FIELDS) this.fields.add(path);
    const lower = path.toLowerCase();
    const isIt = this.wanted!.some((name) => lower === name || lower.endsWith(`.${name}`));
    this.asked ||= isIt;
    return isIt;
  }

  /** A field of a name that tells nothing: a few of its values tell whether to name it to the user. */
  private look(node: Node, key: string, value: unknown): void {
    const sample = typeof value === "string" ? value : Array.isArray(value) ? value[0] : undefined;
    if (typeof sample !== "string" || sample.length > 2048 || !LIKE_VALUE.test(sample)) return;
    const looks = this.looks.get(key) ?? 0;
    if (looks >= MAX_LOOKS || this.looks.size > MAX_FIELDS) return;
    this.looks.set(key, looks + 1);
    if (Array.isArray(normalise(sample))) this.passOver(node, key, PASSED);
  }

  private passOver(node: Node, key: string, reason: string): void {
    if (this.passedOver.size < MAX_FIELDS) this.passedOver.set(fieldPath(node, key), reason);
  }
}

const PASSED = "this field holds indicators too and was passed over";

/** What names one thing, which does not go down to what is in it. */
function own({ statement }: Said): Statement {
  const { statedType, object, comment, revision, notes } = statement;
  return {
    ...(statedType === undefined ? {} : { statedType }),
    ...(object === undefined ? {} : { object }),
    ...(comment === undefined ? {} : { comment }),
    ...(revision === undefined ? {} : { revision }),
    ...(notes === undefined ? {} : { notes }),
  };
}

/** Reads JSON logs by the names of their keys, at any depth. */
import { Facts } from "./facts.js";
import { findAddresses } from "./addresses.js";
import { isVisitors, keyWords, meaningOf } from "./keys.js";

export interface JsonLine {
  /** What stood before the object: `prog: `. */
  prefix: string;
  value: object;
}

const MOST_NODES = 4000;
const DEEPEST = 24;
const MOST_TRIES = 3;

/**
 * The JSON object (or array) that ends the line, after any prefix. Linear: three places are tried.
 * @param record the object that begins at the line's first brace, where it was parsed before
 */
export function openJson(line: string, record: object | undefined): JsonLine | undefined {
  const text = line.trimEnd();
  const last = text.charCodeAt(text.length - 1);
  if (last !== 125 && last !== 93) return undefined;
  let at = text.startsWith("[") ? 0 : text.indexOf("{");
  for (let tries = 0; at >= 0 && tries < MOST_TRIES; tries++) {
    // Only what can begin an object: `{"`, `{ "`, `[{`, `{}`.
    if (/^[[{]\s{0,8}["{}]/.test(text.slice(at, at + 12))) {
      if (record && tries === 0) return { prefix: text.slice(0, at), value: record };
      try {
        const value: unknown = JSON.parse(text.slice(at));
        if (typeof value === "object" && value !== null) return { prefix: text.slice(0, at), value };
      } catch {
        // A brace of the prefix, or a cut line: the next brace may do.
      }
    }
    at = text.indexOf("{", at + 1);
  }
  return undefined;
}

interface Node {
  value: unknown;
  key: string;
  path: string;
  depth: number;
}

/** Strings that hold another program's line. */
export interface InnerMessage {
  key: string;
  text: string;
}

/**
 * Feeds every named value to `facts` and returns the strings that are lines of their own. Breadth first and bounded, so that depth and
 * size cost nothing beyond the bound.
 */
export function readJson(root: object, facts: Facts): InnerMessage[] {
  const queue: Node[] = [{ value: root, key: "", path: "", depth: 0 }];
  const inner: InnerMessage[] = [];
  for (let i = 0; i < queue.length && i < MOST_NODES; i++) {
    const node = queue[i]!;
    const { value } = node;
    if (Array.isArray(value)) {
      readArray(value, node, queue);
    } else if (typeof value === "object" && value !== null) {
      if (node.depth >= DEEPEST) continue;
      const named = nameValuePair(value);
      if (named) {
        // Under "headers" the name stays below it; elsewhere the list's own name says nothing.
        const path = isVisitors(node.path) ? `${node.path}.${named.name}` : named.name;
        queue.push({ value: named.value, key: named.name, path, depth: node.depth + 1 });
      }
      for (const [key, child] of Object.entries(value)) {
        if (queue.length >= MOST_NODES) break;
        queue.push({ value: child, key, path: node.path === "" ? key : `${node.path}.${key}`, depth: node.depth + 1 });
      }
    } else readScalar(node, facts, inner);
  }
  return inner;
}

function readArray(value: readonly unknown[], node: Node, queue: Node[]): void {
  if (node.depth >= DEEPEST) return;
  const strings = value.every((v) => typeof v === "string");
  if (strings && value.length > 0) {
    // A list of addresses under one name is one value: `"X-Forwarded-For": ["1.2.3.4", "5.6.7.8"]`.
    queue.push({ value: value.slice(0, 32).join(", "), key: node.key, path: node.path, depth: node.depth });
    return;
  }
  for (const child of value) {
    if (queue.length >= MOST_NODES) return;
    queue.push({ value: child, key: node.key, path: node.path, depth: node.depth + 1 });
  }
}

/** `{"name": "ClientIP", "value": "1.2.3.4"}`, as Microsoft 365 and CloudWatch write extended properties. */
function nameValuePair(value: object): { name: string; value: unknown } | undefined {
  const record = value as {
    name?: unknown;
    Name?: unknown;
    key?: unknown;
    Key?: unknown;
    value?: unknown;
    Value?: unknown;
  };
  const name = record.name ?? record.Name ?? record.key ?? record.Key;
  const v = record.value ?? record.Value;
  return typeof name === "string" && v !== undefined && typeof v !== "object" ? { name, value: v } : undefined;
}

function readScalar(node: Node, facts: Facts, inner: InnerMessage[]): void {
  const { value } = node;
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return;
  if (typeof value === "string" && value.length > 8192 && node.key === "") return;
  facts.hear(node.key, value);
  if (typeof value === "string" && TUPLE_KEY.test(node.key) && readTuple(node.key, value, facts)) return;
  const meaning = meaningOf(node.path.length <= 200 ? node.path : node.key);
  if (typeof value === "string" && isLine(value, meaning?.kind) && !isVisitors(node.path)) {
    if (inner.length < 4) inner.push({ key: node.key, text: value });
    if (meaning?.kind === "message") return;
  }
  if (meaning && meaning.kind !== "message") facts.field(node.key, meaning, value, node.depth - 1);
}

const TUPLE_KEY = /^(?:fd(?:\.name)?|conn(?:ection)?|flow|socket|sock|(?:five_?|5_?)?tuple|stream|traffic|endpoints)$/i;

/** A connection as one value, `10.0.0.5:43210->203.0.113.7:443`; false for anything else. */
function readTuple(key: string, value: string, facts: Facts): boolean {
  if (value.length > 120 || !value.includes("->")) return false;
  const [from, to] = findAddresses(value);
  const whole = from && to && from.start <= 2 && to.end >= value.length - 2;
  if (!whole || !/^ ?-{1,2}> ?\[?$/.test(value.slice(from.end, to.start))) return false;
  // Programs print a socket with their own end first, whoever began.
  const socket = /^(?:conn|so)/i.test(key);
  facts.phrase(socket ? "local" : "source", from.ip, from.port, 4);
  facts.phrase(socket ? "remote" : "destination", to.ip, to.port, 4);
  return true;
}

/** A string of several words or columns, or JSON in a string, under any name: it may be a line of its own. */
function isLine(value: string, kind: string | undefined): boolean {
  if (value.length < 8) return false;
  if (kind === "message") return /\s|^\{/.test(value.trim()) || value.split(/[,;|]/, 5).length === 5;
  return value.startsWith('{"') && value.trimEnd().endsWith("}");
}

/** True when the object is a wrapper: its names say little more than message, time and stream. */
export function isWrapper(root: object): boolean {
  const keys = Object.keys(root);
  return keys.length <= 64 && keys.some((k) => /^(?:message|msg|log|line|raw|event)$/i.test(keyWords(k).join("")));
}

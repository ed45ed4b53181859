/** STIX cyber-observable objects (STIX 2.1 chapter 6) that stand by themselves or in observed data. */
import type { IndicatorType } from "../model/indicator.js";
import { isObject, textOf, type JsonObject } from "./json.js";
import { targetOf } from "./stix-paths.js";
import { wordTable } from "../model/word-table.js";

export interface ObservedValue {
  text: string;
  as?: IndicatorType;
  statedType: string;
}

export interface Observed {
  values: ObservedValue[];
  /** What is in it and is not hunted. */
  refusals: { text: string; reason: string }[];
}

/** Types with a property `value`. Their own custom forms are those of patterns. */
const VALUE_TYPES: ReadonlySet<string> = new Set([
  "ipv4-addr",
  "ipv6-addr",
  "domain-name",
  "url",
  "email-addr",
  "hostname",
  "x-opencti-hostname",
  "user-agent",
  "x-user-agent",
]);

/** Types that only tie others together, which stand in the file by themselves. */
const TIES: ReadonlySet<string> = new Set(["email-message"]);

/** Types of cyber observables that are not hunted, and the property to show. */
const OTHERS: Readonly<Record<string, string>> = wordTable({
  "autonomous-system": "number",
  directory: "path",
  "mac-addr": "value",
  mutex: "name",
  process: "command_line",
  software: "name",
  "user-account": "account_login",
  "windows-registry-key": "key",
  "x509-certificate": "serial_number",
});

function hashes(object: JsonObject, type: string): Observed {
  const made: Observed = { values: [], refusals: [] };
  const all = isObject(object["hashes"]) ? object["hashes"] : {};
  for (const [name, value] of Object.entries(all)) {
    const text = textOf(value);
    if (text === undefined) continue;
    const statedType = `${type}:hashes.${name}`;
    const target = targetOf({ type, steps: ["hashes", name] });
    if (target.use === "value") made.values.push({ text, as: "file", statedType });
    else if (target.use === "none") made.refusals.push({ text, reason: target.reason });
  }
  const name = textOf(object["name"]) ?? "";
  if (made.values.length === 0 && made.refusals.length === 0)
    made.refusals.push({ text: name, reason: "a file without a hash: its name is not hunted" });
  return made;
}

/** What of a connection is not an object of its own: a user-agent, custom fingerprints. */
function connection(object: JsonObject): Observed {
  const made: Observed = { values: [], refusals: [] };
  const extensions = isObject(object["extensions"]) ? object["extensions"] : {};
  const http = extensions["http-request-ext"];
  const header = isObject(http) && isObject(http["request_header"]) ? http["request_header"] : {};
  for (const [name, value] of Object.entries(header)) {
    const text = textOf(value);
    if (text !== undefined && name.toLowerCase() === "user-agent")
      made.values.push({
        text,
        as: "user-agent",
        statedType: "network-traffic:extensions.http-request-ext.request_header.User-Agent",
      });
  }
  for (const [name, value] of Object.entries(object)) {
    const text = textOf(value);
    const target =
      name.includes("ja") && text !== undefined ? targetOf({ type: "network-traffic", steps: [name] }) : undefined;
    if (text !== undefined && target?.use === "value" && target.as !== undefined)
      made.values.push({ text, as: target.as, statedType: `network-traffic:${name}` });
  }
  return made;
}

/** Undefined when it is no cyber observable: a domain object, a relationship. */
export function observe(object: JsonObject): Observed | undefined {
  const type = textOf(object["type"]);
  if (type === undefined) return undefined;
  if (type === "file" || type === "artifact") return hashes(object, type);
  if (type === "network-traffic") return connection(object);
  if (TIES.has(type)) return { values: [], refusals: [] };
  if (Object.hasOwn(OTHERS, type)) {
    const text = textOf(object[OTHERS[type]!]) ?? textOf(object["name"]) ?? "";
    const target = targetOf({ type, steps: [OTHERS[type]!] });
    return { values: [], refusals: [{ text, reason: target.use === "none" ? target.reason : "not hunted" }] };
  }
  const target = targetOf({ type, steps: ["value"] });
  const text = textOf(object["value"]);
  if (target.use !== "value" || (!VALUE_TYPES.has(type) && target.as === undefined)) return undefined;
  if (text === undefined) return { values: [], refusals: [{ text: "", reason: `a ${type} without a value` }] };
  return { values: [{ text, statedType: type, ...(target.as === undefined ? {} : { as: target.as }) }], refusals: [] };
}

/** Names, hosts of URLs and mail addresses to literals (rules N and M of reference-names.ts and reference-tokens.ts). */
import { domainToASCII, domainToUnicode } from "node:url";
import type { Indicator } from "../model/indicator.js";
import { parseIp } from "../model/ip.js";
import type { IpAddress } from "../model/ip.js";
import * as layout from "./assembly/layout.js";
import type { Filters, Literals } from "./compile-literals.js";
import { addToBloom, hashKey } from "./hashing.js";
import { merged } from "./slots.js";
import type { Slots } from "./slots.js";

const DOT = 0x2e;
const AT = 0x40;
const scratch = Buffer.alloc(1024);

/** Members whose name alone is meant. */
const EXACT = 1;

/** The host of a canonical URL: an address, or a name; undefined when it has none. */
export function hostOf(url: string): IpAddress | string | undefined {
  const start = url.indexOf("://") + 3;
  if (start < 3) return undefined;
  let end = start;
  while (end < url.length && !"/?#\\".includes(url[end]!)) end++;
  const from = url.lastIndexOf("@", end - 1) + 1;
  const host = url.slice(Math.max(start, from), end);
  if (host.startsWith("[")) return parseIp(host.slice(0, host.indexOf("]") + 1));
  const colon = host.indexOf(":");
  const name = colon < 0 ? host : host.slice(0, colon);
  return parseIp(name) ?? name;
}

/** Adds a name and, where it has A-labels, its UTF-8 spelling. One label alone, or a name too long, is never found. */
export function addName(names: Literals, text: string, indicator: number, exact: boolean): void {
  const name = (text.endsWith(".") ? text.slice(0, -1) : text).toLowerCase();
  if (name.length < 3 || name.length > layout.MAX_NAME || name.lastIndexOf(".") < 1) return;
  const tag = exact ? EXACT : 0;
  const id = names.add(scratch, scratch.write(name, "latin1"), indicator, tag);
  const wide = wideSpelling(name);
  if (wide === undefined) return;
  const length = scratch.write(wide, "utf8");
  if (length > layout.MAX_NAME) return;
  const other = names.add(scratch, length, indicator, tag);
  names.alike.set(id, other).set(other, id);
}

/** The name in U-labels, when that is another spelling of the very same name. */
function wideSpelling(name: string): string | undefined {
  if (!name.includes("xn--")) return undefined;
  const wide = domainToUnicode(name).toLowerCase();
  return wide !== name && domainToASCII(wide) === name ? wide : undefined;
}

/** The indicator's host goes where it is looked for: among the names, or the addresses. */
export function addUrl(
  names: Literals,
  addExact: (i: number, ip: IpAddress) => void,
  { value }: Indicator,
  i: number,
): void {
  const host = hostOf(value);
  if (typeof host === "string") addName(names, host, i, true);
  else if (host) addExact(i, host);
}

/** `local@name`. */
export function addMail(mail: Literals, text: string, indicator: number): void {
  const sign = text.lastIndexOf("@");
  if (sign < 1 || sign > layout.MAX_LOCAL || text.length - sign - 1 > layout.MAX_NAME) return;
  mail.add(scratch, scratch.write(text.toLowerCase(), "latin1"), indicator);
}

/**
 * Every name's two slots: for a token that is the name, and for one that lies below it. Both hold what the nearest listed name above
 * has for what lies below that.
 */
export function nameSlots(names: Literals, slots: Slots): void {
  names.close();
  const parents = new Int32Array(names.count);
  for (let id = 0; id < names.count; id++) parents[id] = parentOf(names, id);
  for (let id = 0; id < names.count; id++) {
    // From the name up to the first that has its slots or the last that is listed, then down again.
    const chain: number[] = [];
    for (let at = id; at >= 0 && names.slots[at] === 0; at = parents[at]!) chain.push(at);
    for (let i = chain.length - 1; i >= 0; i--) settle(names, chain[i]!, parents[chain[i]!]!, slots);
  }
}

/** The nearest name above that is listed, or -1. */
function parentOf(names: Literals, id: number): number {
  const start = names.offsets[id]!;
  const end = names.offsets[id + 1]!;
  let at = names.text.indexOf(DOT, start) + 1;
  for (let next = names.text.indexOf(DOT, at) + 1; next > 0 && next < end; next = names.text.indexOf(DOT, at) + 1) {
    const found = names.find(at, end);
    if (found >= 0) return found;
    at = next;
  }
  return -1;
}

function settle(names: Literals, id: number, parent: number, slots: Slots): void {
  const other = names.alike.get(id);
  if (other !== undefined && names.slots[other] !== 0) {
    names.slots[id] = names.slots[other]!;
    names.slotsBelow[id] = names.slotsBelow[other]!;
    return;
  }
  const above = parent < 0 ? 0 : names.slotsBelow[parent]!;
  const inherited = above === 0 ? [] : slots.lists[above - 1]!;
  const own = names.members(id);
  const wide = own.filter((member) => member % 2 === 0).map((member) => member >>> 1);
  names.slotsBelow[id] = wide.length === 0 ? above : slots.add(merged(wide, inherited)) + 1;
  if (wide.length === own.length) names.slots[id] = names.slotsBelow[id]!;
  else names.slots[id] = slots.add(merged([...new Set(own.map((member) => member >>> 1))], inherited)) + 1;
}

/** Fills what the kernel asks before it cuts a name out. Returns the flags that the names need. */
export function filterNames(names: Literals, { first, sieve }: Filters, image: Uint32Array): number {
  let flags = 0;
  const { text } = names;
  for (let id = 0; id < names.count; id++) {
    const start = names.offsets[id]!;
    const end = names.offsets[id + 1]!;
    const dot = text.lastIndexOf(DOT, end - 1);
    let label = dot;
    while (label > start && isLabel(text[label - 1]!)) label--;
    addToBloom(image, first, hashKey(names.seed, text, end, Math.min(end - label, layout.KEY_BYTES)));
    const pair = ((text[dot - 1]! & 31) << 10) | ((text[dot + 1]! & 31) << 5);
    const only = end - dot > 2 ? text[dot + 2]! & 31 : undefined;
    for (let third = only ?? 0; third <= (only ?? 31); third++) sieve[(pair | third) >>> 3]! |= 1 << (third & 7);
    for (const c of [text[dot + 1]!, text[end - 1]!]) if (!isLetter(c) && c < 0x80) flags |= layout.ODD_TOPS;
  }
  if (names.alike.size > 0) flags |= layout.UTF8_NAMES;
  return flags;
}

/** The hosts of the mail addresses, by their last bytes. */
export function filterMail(mail: Literals, { first }: Filters, image: Uint32Array): void {
  for (let id = 0; id < mail.count; id++) {
    const end = mail.offsets[id + 1]!;
    const host = mail.text.lastIndexOf(AT, end - 1) + 1;
    addToBloom(image, first, hashKey(mail.seed, mail.text, end, Math.min(end - host, layout.KEY_BYTES)));
  }
}

function isLetter(c: number): boolean {
  return (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a;
}

function isLabel(c: number): boolean {
  return isLetter(c) || (c >= 0x30 && c <= 0x39) || c === 0x2d || c === 0x5f;
}

/** What the writers share: what an indicator says besides its value, blocks of a range, fixed identifiers. */
import { createHash } from "node:crypto";
import type { Assertion, Indicator } from "../model/indicator.js";
import { formatRange, type IpRange } from "../model/ip.js";
import { parseConfidence, parseTags } from "./markings.js";
import type { Loss } from "./writer.js";

/** Without repeats, in order. */
export function unique(texts: readonly (string | undefined)[]): string[] {
  return [...new Set(texts.filter((text): text is string => text !== undefined && text.trim() !== ""))];
}

export function feedsOf({ assertions }: Indicator): string[] {
  return unique(assertions.map(({ feed }) => feed));
}

export function commentsOf({ assertions }: Indicator): string[] {
  return unique(assertions.map(({ comment }) => comment));
}

/** Whole patterns that it is a part of, and sentences it was found in, as remarks for people. */
export function circumstances({ assertions }: Indicator): string[] {
  return [
    ...unique(assertions.map(({ pattern }) => pattern)).map((pattern) => `Part of the pattern: ${pattern}`),
    ...unique(assertions.map(({ context }) => context)).map((context) => `Found in: ${context}`),
  ];
}

/** Confidence in words that no scale holds. */
export function confidenceWord({ confidence }: Assertion): string | undefined {
  return confidence !== undefined && parseConfidence(confidence) === undefined ? confidence : undefined;
}

/** One line of text. */
export function flat(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

/** Labels as a list that `parseTags` gives back, quoted where they hold separators, and those for which there is no way. */
export function tagList(labels: readonly string[]): { list: string; left: string[] } {
  const written: string[] = [];
  const left: string[] = [];
  for (const label of labels) {
    const tag = /[,;|[\]"']|^\s|\s$/.test(label) ? `"${label}"` : label;
    const back = parseTags(`-,${tag},-`);
    const same = back.tlp === undefined && back.labels.length === 1 && back.labels[0] === label && flat(tag) === tag;
    (same ? written : left).push(same ? tag : label);
  }
  return { list: written.join(","), left };
}

/** RFC 3339, UTC, milliseconds. */
export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

/** The largest blocks that make up a range, ascending: at most 62 for IPv4, 254 for IPv6. */
export function blocksOf({ version, first, last }: IpRange): string[] {
  const width = version === 4 ? 32n : 128n;
  const blocks: string[] = [];
  for (let at = first; at <= last;) {
    let size = 1n;
    for (let bits = 0n; bits < width; bits++) {
      const next = size * 2n;
      if (at % next !== 0n || at + next - 1n > last) break;
      size = next;
    }
    blocks.push(formatRange({ version, first: at, last: at + size - 1n }));
    at += size;
  }
  return blocks;
}

/** True for a range that no single block covers. */
export function isSpan({ range, value }: Indicator): boolean {
  return range !== undefined && value.includes("-");
}

/** For identifiers of domain objects: STIX keeps its own namespace for cyber observables (2.1, 2.9). */
const NAMESPACE = Buffer.from("c9b5d1d24f0e4f5f9a2f6d1a70f3b8e6", "hex");

/** RFC 9562 5.5: the same name gives the same identifier, so that writing again updates and does not duplicate. */
export function uuid5(name: string): string {
  const hash = createHash("sha1").update(NAMESPACE).update(name).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString("hex", 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** What an indicator may say besides its value, in words for the one who converts. */
const ASPECTS = {
  role: ["its role", (i: Indicator) => i.role !== "unknown"],
  validity: ["its validity", (i: Indicator) => i.validFrom !== undefined || i.validUntil !== undefined],
  confidence: ["its confidence", (i: Indicator) => i.confidence !== undefined],
  confidenceWord: ["the publisher's word for the confidence", said((a) => confidenceWord(a) !== undefined)],
  tlp: ["its TLP marking", (i: Indicator) => i.tlp !== undefined],
  labels: ["its labels", (i: Indicator) => i.labels.length > 0],
  ports: ["its ports", (i: Indicator) => i.ports !== undefined],
  exact: ["that its subdomains are not meant", (i: Indicator) => i.exact === true],
  subdomains: ["that its subdomains are meant", (i: Indicator) => i.type === "domain-name" && i.exact !== true],
  span: ["that its blocks are one range", isSpan],
  feed: ["who said it", said((a) => a.feed !== undefined)],
  published: ["when it was published", said((a) => a.published !== undefined)],
  comment: ["the remarks on it", said((a) => a.comment !== undefined)],
  statedType: ["its publisher's own type", said((a) => a.statedType !== undefined)],
  object: ["the object it comes from", said((a) => a.object !== undefined || a.revision !== undefined)],
  pattern: ["the pattern that it is a part of", said((a) => a.pattern !== undefined)],
  context: ["the sentence it was found in", said((a) => a.context !== undefined)],
  related: ["what it is related to", said((a) => a.related !== undefined)],
} as const satisfies Record<string, readonly [string, (indicator: Indicator) => boolean]>;

export type Aspect = keyof typeof ASPECTS;

function said(test: (assertion: Assertion) => boolean): (indicator: Indicator) => boolean {
  return ({ assertions }) => assertions.some(test);
}

/**
 * Aspects that the indicator has and a target does not hold. Where Lookback read a value (file, line, spelling) and its own remarks
 * (notes, warning lists) are no business of the target.
 */
export function lossesOf(indicator: Indicator, notHeld: readonly Aspect[]): Loss[] {
  const { type, value } = indicator;
  return notHeld
    .filter((aspect) => ASPECTS[aspect][1](indicator))
    .map((aspect) => ({ type, value, what: ASPECTS[aspect][0] }));
}

export function lost({ type, value }: Indicator, what: string): Loss {
  return { type, value, what };
}

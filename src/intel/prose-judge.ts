/**
 * Whether something that looks like an indicator is one, by what stands around it. Pure; the words are in `prose-words.ts`.
 *
 * The rules, each a test:
 * - Whatever is defanged is an indicator: that is what defanging says. Only the publisher's own mail address, and what a row or
 *   section calls benign, is set aside.
 * - An undefanged address is one unless it reads like a version, a section's number or an object identifier.
 * - An undefanged domain, URL or e-mail address is one only in a list of indicators, or in a sentence that calls it hostile when
 *   the document defangs nothing. Otherwise it is set aside and listed, once.
 * - A digest is one unless the text says that it is of something else than a file.
 */
import { parse as parseDomain } from "tldts";
import { parseIp } from "../model/ip.js";
import type { BlockKind } from "./prose-blocks.js";
import {
  FILE_ENDINGS,
  HOSTILE,
  OTHER_DIGEST,
  PLAINLY_FILES,
  PRODUCT_BEFORE,
  REFERENCE_HOSTS,
  REFERRED_BEFORE,
  VERSION_AFTER,
  VERSION_BEFORE,
  VERSION_MAYBE,
  type Topic,
} from "./prose-words.js";

/** `take`, an indicator; `ignore`, nothing that anybody would take for one. */
export type Verdict = "take" | "ignore" | { setAside: string } | { reject: string };

/** What is known of a value's surroundings. */
export interface Around {
  topic: Topic;
  kind: BlockKind;
  /** The text directly before and after the value, marked. */
  before: string;
  after: string;
  /** Its sentence, line or row. */
  context: string;
  /** The line, item or cell is the value and no more. */
  alone: boolean;
}

/** What is known of the document. */
export interface Document {
  /** It defangs what it warns of. */
  defangs: boolean;
  /** The publisher's registrable domains. */
  publisher: ReadonlySet<string>;
}

export function site(host: string): string {
  return parseDomain(host, { allowPrivateDomains: false }).domain ?? host;
}

const VERSION: Verdict = { reject: "a version number, not an address" };
const OID: Verdict = { reject: "an object identifier or section number, not an address" };
const EXAMPLE: Verdict = { setAside: "an example's name, or this machine itself" };

/** Reserved for examples (RFC 2606), and a host's names for itself. */
const EXAMPLES = new Set(["example.com", "example.net", "example.org", "localhost", "localhost.localdomain", "::1"]);

export function isExample(host: string): boolean {
  return EXAMPLES.has(host) || EXAMPLES.has(site(host)) || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

const LISTED_NUMBER =
  /v?\d{1,5}(?:\.\d{1,5}){1,4}(?: ?[,;/]| ?, (?:and|or)| (?:and|or|et|ou|und|oder|y|to|through)) ?$/i;

/** Four or more numbers apart by dots, undefanged. @param value without port and path */
export function judgeNumbers(value: string, around: Around): Verdict {
  const groups = value.replace(/^v/i, "").split(".").map(Number);
  if (groups.length > 4) return OID;
  if (/^v/i.test(value) || groups.some((group) => group > 999)) return VERSION;
  const { after } = around;
  const small = groups.every((group) => group < 32);
  // "Versions 7.2.0.1, 7.2.0.3 and 7.2.0.4": the word stands before the first.
  let { before } = around;
  if (small) for (let i = 0; i < 8 && LISTED_NUMBER.test(before); i++) before = before.replace(LISTED_NUMBER, "");
  if (VERSION_BEFORE.test(before) || (groups[0]! < 128 && PRODUCT_BEFORE.test(before))) return VERSION;
  if (small && (VERSION_MAYBE.test(before) || VERSION_AFTER.test(after) || around.topic === "mitigation"))
    return VERSION;
  if (around.kind === "heading" && small && /^\s{0,3}$/.test(before)) return OID;
  if (groups.some((group) => group > 255)) return { reject: "not an address: an octet is greater than 255" };
  return isExample(value) ? EXAMPLE : "take";
}

/** Hexadecimal of a digest's length. */
export function judgeDigest(value: string, around: Around): Verdict {
  if (/^(.)\1*$/.test(value) || /^\d+$/.test(value)) return "ignore";
  const other = OTHER_DIGEST.exec(around.before)?.[1];
  if (other === undefined) return "take";
  return { reject: `the text calls it ${/^[aeiou]/i.test(other) ? "an" : "a"} ${other.toLowerCase()}: no file's hash` };
}

/** Java packages and .NET namespaces are written from the top down; "the end.In short" is two sentences. */
function isNoName(value: string, host: string): boolean {
  if (/^(?:com|org|net|io|de|fr)\./.test(host) || /^(?:node\.js|asp\.net|system\.net)$/.test(host)) return true;
  return /^[A-Z][a-z]+\.[A-Z]/.test(value) || /[a-z0-9]\.[A-Z][a-z]+$/.test(value);
}

const DOS_PROGRAM = /^(?:command|edit|more|mode|format|tree|attrib|chcp|diskcopy|win)\.com$/;

/** A name that is as likely a file's. */
function looksLikeFile(host: string): boolean {
  const end = host.slice(host.lastIndexOf(".") + 1);
  return PLAINLY_FILES.has(end) || (FILE_ENDINGS.has(end) && DOS_PROGRAM.test(host));
}

/** A domain, URL or e-mail address. */
export function judgeName(
  found: { value: string; host: string; kind: "domain" | "url" | "email"; defanged: boolean },
  around: Around,
  document: Document,
): Verdict {
  const { value, host, kind, defanged } = found;
  const { topic } = around;
  const own = document.publisher.has(site(host));
  if (own && (!defanged || kind === "email")) return { setAside: "the publisher's own" };
  if (isExample(host)) return EXAMPLE;
  if (kind === "email" && topic === "about") return { setAside: "an address to write to" };
  if (defanged) return "take";
  const address = kind === "url" && parseIp(host) !== undefined;
  const listed = topic === "network" || topic === "indicators" || topic === "benign";
  if (kind === "domain" && !listed && !around.alone && isNoName(value, host)) return "ignore";
  if (topic === "references" || topic === "about") return { setAside: "a reference, not defanged" };
  if (topic === "bystanders") return { setAside: "not defanged, and in a part about bystanders" };
  if (address) return "take";
  if (REFERENCE_HOSTS.has(site(host)) || REFERENCE_HOSTS.has(host))
    return { setAside: "a well-known reference site, not defanged" };
  const hostile = !document.defangs && HOSTILE.test(around.context);
  if (kind === "domain" && looksLikeFile(host) && topic !== "network" && !hostile)
    return topic === "indicators" ? { setAside: "reads like a file's name" } : "ignore";
  if (REFERRED_BEFORE.test(around.before)) return { setAside: "a reference, not defanged" };
  if (hostile || (listed && (around.kind !== "paragraph" || !document.defangs))) return "take";
  // A list of names that nothing introduces.
  if (around.alone && around.kind !== "heading" && (kind !== "url" || !document.defangs)) return "take";
  return { setAside: "not defanged, and outside any list of indicators" };
}

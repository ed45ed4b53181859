/** What a document says of itself: title, marking, publisher, and whether it defangs. */
import type { Tlp } from "../model/indicator.js";
import type { Statement } from "./candidate.js";
import { parseTlp, stricter } from "./markings.js";
import type { Advisory } from "./prose-blocks.js";
import { squeeze } from "./prose-context.js";
import { hostIn, trimToken, trimUrl } from "./prose-tokens.js";

/** Blocks at the head of a document in which a marking or an address speaks for all of it. */
const HEAD = 30;
const MAX_HEAD = 4000;
const DEFANGS =
  /\b(?:hxx|htx|hxt|h\*\*|h__)ps?(?![a-z])|https?\s?[[({]|\[\s?\.\s?\]|\(\.\)|\{\.\}|[[({]dot[\])}]|\[:\]|\[:\/\/\]|meow:|\[@\]|[[(]at[\])]/i;
const MARKING = /\bTLP\s?[:=-]?\s?(RED|AMBER(?:[+ -]STRICT)?|GREEN|CLEAR|WHITE)\b/gi;
/** Every marking of the scheme in one block: its legend, not this document's. */
const LEGEND = 3;
/** At the head of a text advisory: "Contact: cert@cert.example". A mail's "From:" is the adversary's as often. */
const OWN =
  /(?:^|\n)[ \t*_#>-]{0,6}(?:(?:web ?site|published by|publisher|issued by|(?:press )?contact(?: us)?|[ée]diteur|herausgeber|kontakt)[*_ \t]{0,4}:)[ \t*_]{0,4}(\S[^\n]{2,200})/gi;
const HOSTS = /(?:https?:\/\/|[\w.+-]{1,64}@|\bwww\.)[\w.-]{3,253}/gi;

export class Metadata {
  readonly statement: Statement = {};
  readonly publisher = new Set<string>();
  readonly defangs: boolean;

  constructor({ blocks, title, published, tlp, publisher }: Advisory) {
    this.defangs = blocks.some(({ text }) => DEFANGS.test(text));
    for (const host of publisher ?? []) this.publisher.add(host.toLowerCase());
    let marking = tlp;
    for (const [i, { kind, text: whole, pages }] of blocks.entries()) {
      if (i >= HEAD && kind !== "boilerplate") continue;
      const text = whole.slice(0, MAX_HEAD);
      marking ??= markingIn(text);
      // What stands on every page of a PDF is the publisher's; a web page's frame holds anything.
      if (kind === "boilerplate") {
        if (pages) this.owners(text);
      } else if (i < HEAD && kind !== "row") for (const m of text.matchAll(OWN)) this.owners(m[1]!);
    }
    if (title !== undefined && title !== "") this.statement.feed = squeeze(title);
    if (published !== undefined) this.statement.published = published;
    if (marking !== undefined) this.statement.tlp = marking;
  }

  /** Hosts of undefanged links and mail addresses. */
  private owners(text: string): void {
    for (const [found] of text.matchAll(HOSTS)) {
      const host = hostIn(trimToken({ raw: trimUrl(found), at: 0 }).raw);
      if (host.includes(".") && !/^[\d.]+$/.test(host)) this.publisher.add(host);
    }
  }
}

function markingIn(text: string): Tlp | undefined {
  const words = new Set(Array.from(text.matchAll(MARKING), (m) => m[1]!.toUpperCase()));
  if (words.size === 0 || words.size >= LEGEND) return undefined;
  let strictest: Tlp | undefined;
  for (const word of words) strictest = stricter(strictest, parseTlp(word));
  return strictest;
}

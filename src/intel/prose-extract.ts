/**
 * Blocks of an advisory's text to candidates: what the three prose readers (text and Markdown, HTML, PDF) share. What counts as
 * an indicator is in `prose-judge.ts`.
 */
import { parse as parseDomain } from "tldts";
import { parseIp, parseIpv4 } from "../model/ip.js";
import type { Candidate, Place, Sink, Statement } from "./candidate.js";
import { isTopLevel } from "./names.js";
import type { Advisory, Block } from "./prose-blocks.js";
import { lineAt, LineCounter, pieces, rowText, sentenceAt } from "./prose-context.js";
import {
  isExample,
  judgeDigest,
  judgeName,
  judgeNumbers,
  site,
  type Around,
  type Document,
  type Verdict,
} from "./prose-judge.js";
import { isDefanged, mark, plain, type Marked } from "./prose-marks.js";
import { Metadata } from "./prose-metadata.js";
import { Sections } from "./prose-sections.js";
import {
  agentIn,
  HOST_START,
  hostIn,
  isWorthALook,
  TOKEN,
  trimToken,
  trimUrl,
  URL_START,
  V4_START,
  type Token,
} from "./prose-tokens.js";
import { BENIGN, BENIGN_CELL, topicOf, type Topic } from "./prose-words.js";

const MAX_BLOCK = 1024 * 1024;
/** Set-aside references of one file; an advisory's bibliography is no place for more. */
const MAX_LISTED = 500;

type As = "ja3" | "ja3s" | "ja4" | "user-agent";

const JA =
  /(?:^|[^\p{L}\p{N}])(ja3s?|ja4)(?:[ _-]?(?:hash|fingerprint|md5|digest))?[`*"']{0,2}\s{0,2}(?:[:=#]|is|of)?\s{0,2}[`"'(]{0,2}$/iu;
const AS_COLUMN: readonly (readonly [RegExp, As])[] = [
  [/\bja3s\b/i, "ja3s"],
  [/\bja3\b/i, "ja3"],
  [/\bja4\b/i, "ja4"],
  [/\buser[- ]?agents?\b/i, "user-agent"],
];
const TYPE_COLUMN = /^(?:(?:indicator |ioc )?types?|typ|art|kind|categor(?:y|ie)|type d'indicateur|tipo)$/i;
const VALUE_COLUMN =
  /^(?:(?:ioc |indicator )?values?|indicators?|iocs?|observables?|artifacts?|wert|indikator|valeur|indicateur|indicador|valor)$/i;
const JA4 = /^[tqd][0-9sd]{2}[di]\d{4}[0-9a-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}$/i;
const DIGEST_LENGTHS = new Set([32, 40, 56, 64, 96, 128]);
/** `Chrome/92.0.45.107`. */
const AGENT_VERSION = /^\p{L}[\p{L}\p{N}_.-]{0,40}\/(\d{1,3}(?:\.\d{1,3}){3})$/u;
const RANGE_END = /^[ \t]?(-|to|bis|à)[ \t]?(\d{1,3}(?:[.\ue000]\d{1,3}){3})(?!\w|\.\d)/;
const CALLED_RANGE = /\b(?:ranges?|between|plages?|bereich|zwischen|entre|rangos?)\b/i;

/** A stretch of a block that is judged alike: all of it, or one cell. */
interface Part {
  block: Block;
  marked: Marked;
  topic: Topic;
  from: number;
  to: number;
  as?: As;
  lines: LineCounter;
  /** The block mentions user-agents. */
  agents: boolean;
}

/** The last entry that begins at or before a place, by halving. */
function entryAt<T extends { at: number }>(entries: readonly T[], at: number): T | undefined {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle]!.at <= at) low = middle + 1;
    else high = middle;
  }
  return entries[low - 1];
}

class Extraction {
  private readonly listed = new Set<string>();
  private unlisted = 0;
  /** The end of a range whose beginning took it along. */
  private rangeEnd = -1;

  constructor(
    private readonly wrapped: boolean,
    private readonly document: Document,
    private readonly statement: Statement,
    private readonly sink: Sink,
  ) {}

  block(block: Block, topic: Topic): void {
    for (const part of block.text.length > MAX_BLOCK ? pieces(block, MAX_BLOCK) : [block]) {
      // Code is broken where its author breaks it.
      const marked = mark(part.text, this.wrapped && part.kind !== "code");
      const lines = new LineCounter(part.text);
      const agents = /user[- ]?agent/i.test(marked.text);
      const whole: Part = { block: part, marked, topic, from: 0, to: marked.text.length, lines, agents };
      if (part.cells) this.row(whole);
      else this.scan(whole);
    }
  }

  private row(whole: Part): void {
    const { block, marked, topic } = whole;
    let from = 0;
    const cells = marked.text.split("\t");
    const benign = cells.some((cell) => BENIGN.test(cell) || BENIGN_CELL.test(cell.trim()));
    const typeColumn = block.header?.findIndex((name) => TYPE_COLUMN.test(name.trim())) ?? -1;
    const valueColumn = block.header?.findIndex((name) => VALUE_COLUMN.test(name.trim())) ?? -1;
    for (const [i, cell] of cells.entries()) {
      const name = block.header?.[i] ?? "";
      // "domain | evil.example": the first cell, or that of the types, names what the value's holds.
      const isNamed = name === "" ? i > 0 : typeColumn >= 0 && i === (valueColumn < 0 ? typeColumn + 1 : valueColumn);
      const said = isNamed ? (cells[Math.max(0, typeColumn)] ?? "") : name;
      const own = topicOf(said);
      const as = AS_COLUMN.find(([pattern]) => pattern.test(said))?.[1];
      const cellTopic = benign ? "benign" : own === "other" || topic === "benign" ? topic : own;
      const part: Part = { ...whole, topic: cellTopic, from, to: from + cell.length };
      if (as !== undefined) part.as = as;
      if (as === "user-agent") {
        if (cell.trim().length >= 4) this.give(cell.trim().replace(/\s+/g, " "), part, from, as);
      } else this.scan(part);
      from += cell.length + 1;
    }
  }

  private scan(part: Part): void {
    const { marked, block } = part;
    TOKEN.lastIndex = part.from;
    // A user-agent's own numbers are versions.
    let agent = part.agents ? agentIn(marked.text, part.from, part.to, block.kind) : undefined;
    for (let m = TOKEN.exec(marked.text); m !== null && m.index < part.to; m = TOKEN.exec(marked.text)) {
      if (agent && m.index >= agent.at) {
        this.give(agent.text, part, agent.at, "user-agent");
        const next = Math.max(agent.to, m.index + 1);
        agent = agentIn(marked.text, next, part.to, block.kind);
        TOKEN.lastIndex = next;
        continue;
      }
      if (!isWorthALook(m[0])) continue;
      TOKEN.lastIndex = this.token({ raw: m[0], at: m.index }, part);
    }
  }

  /** Judges one token; where the scan goes on. */
  private token(found: Token, part: Part): number {
    const after = found.at + found.raw.length;
    if (URL_START.test(found.raw)) {
      const raw = trimUrl(found.raw);
      const value = plain(raw);
      const host = hostIn(value);
      const known = parseIp(host) !== undefined || isTopLevel(host.slice(host.lastIndexOf(".") + 1));
      if (known) this.name({ value, host, kind: "url", defanged: isDefanged(raw) }, part, found.at, raw.length);
      return found.at + Math.max(raw.length, 4);
    }
    const token = trimToken(found);
    // A path goes on over what ends other tokens: `evil[.]example/a?b=(c)`.
    if (/[/\ue003]/.test(token.raw) && (HOST_START.test(token.raw) || V4_START.test(token.raw))) {
      const rest = /^[^\s<>"'`|]{0,2048}/.exec(
        part.marked.text.slice(token.at, Math.min(part.to, token.at + 2048)),
      )![0];
      const raw = trimUrl(rest);
      if (raw.length > token.raw.length) {
        this.word({ raw, at: token.at }, part);
        return token.at + raw.length;
      }
    }
    this.word(token, part);
    return after;
  }

  private word({ raw, at }: Token, part: Part): void {
    if (raw.length < 4 || raw.length > 2048) return;
    const value = plain(raw);
    const defanged = isDefanged(raw);
    if (/^[0-9a-f]{32,128}$/i.test(value)) return this.digest(value, part, at);
    if (JA4.test(value)) return this.give(value, part, at, "ja4");
    if (V4_START.test(raw)) return this.ipv4(value, defanged, part, at);
    if (!defanged && /^v?\d{1,9}(?:\.\d{1,9}){3,30}$/i.test(value))
      return this.rule(judgeNumbers(value, this.around(part, at, raw.length)), value, part, at);
    if (/[:\ue001]/.test(raw) && /^\[?[0-9a-f:.]{2,45}\]?(?::\d{1,5}|\/\d{1,3})?$/i.test(value))
      return this.ipv6(value, defanged, part, at);
    if (value.includes("@")) return this.email(value, defanged, part, at);
    const named = HOST_START.exec(raw);
    if (!named) {
      const version = defanged ? null : AGENT_VERSION.exec(value);
      if (version) this.rule({ reject: "a version number, not an address" }, version[1]!, part, at);
      return;
    }
    const host = plain(named[0]).toLowerCase();
    const top = host.slice(host.lastIndexOf(".") + 1);
    if (/^\d+$/.test(top) || !isTopLevel(top)) return;
    if (parseDomain(host, { allowPrivateDomains: false }).domain === null) return;
    const kind = value.length > host.length && value[host.length] !== ":" ? "url" : "domain";
    this.name({ value, host, kind, defanged }, part, at, raw.length);
  }

  private email(value: string, defanged: boolean, part: Part, at: number): void {
    const address = value.replace(/^mailto:/i, "");
    const sign = address.indexOf("@");
    const host = address.slice(sign + 1).toLowerCase();
    if (!host.includes(".") || !isTopLevel(host.slice(host.lastIndexOf(".") + 1))) return;
    if (!/^[A-Za-z0-9._%+-]{0,64}$/.test(address.slice(0, sign))) return;
    this.name({ value: address, host, kind: "email", defanged }, part, at, value.length);
  }

  private ipv4(value: string, defanged: boolean, part: Part, at: number): void {
    if (at === this.rangeEnd) return;
    const bare = V4_START.exec(value)![1]!;
    if (defanged) {
      if (isExample(bare)) return this.rule({ setAside: "this machine itself" }, value, part, at);
    } else {
      const verdict = judgeNumbers(bare, this.around(part, at, value.length));
      if (verdict !== "take") return this.rule(verdict, bare, part, at);
    }
    if (parseIpv4(bare) === undefined)
      return this.rule({ reject: "not an address: an octet is greater than 255" }, bare, part, at);
    this.give(value === bare ? this.withRange(value, part, at) : value, part, at);
  }

  /** `192.0.2.1 - 192.0.2.9`, `from 192.0.2.1 to 192.0.2.9` where it is called a range. */
  private withRange(value: string, part: Part, at: number): string {
    const start = at + value.length;
    const m = RANGE_END.exec(part.marked.text.slice(start, Math.min(part.to, start + 40)));
    if (!m) return value;
    const end = plain(m[2]!);
    const alike = (groups: number): boolean => value.split(".", groups).join(".") === end.split(".", groups).join(".");
    // Two relays beside each other are no range of millions.
    const isRange = m[1] === "-" ? alike(2) : alike(3) && CALLED_RANGE.test(this.context(part, at));
    if (!isRange) return value;
    this.rangeEnd = start + m[0].length - m[2]!.length;
    return `${value}-${end}`;
  }

  private ipv6(value: string, defanged: boolean, part: Part, at: number): void {
    const bare = value.replace(/\/\d{1,3}$/, "").replace(/^\[([^\]]{0,60})\](?::\d{1,5})?$/, "$1");
    // Times, MAC addresses and C++ scopes are none.
    if (bare.split(":").length < 3 || parseIp(bare) === undefined) return;
    if (isExample(bare)) return this.rule({ setAside: "this machine itself" }, value, part, at);
    if (!defanged && (!/[0-9]/.test(bare) || bare.replace(/:/g, "").length < 4)) return;
    this.give(value, part, at);
  }

  private digest(value: string, part: Part, at: number): void {
    if (!DIGEST_LENGTHS.has(value.length)) return;
    const around = this.around(part, at, value.length);
    const ja = part.as ?? (JA.exec(around.before)?.[1]?.toLowerCase() as As | undefined);
    if (ja !== undefined) return this.give(value, part, at, ja);
    this.rule(judgeDigest(value, around), value, part, at);
  }

  private name(found: Parameters<typeof judgeName>[0], part: Part, at: number, length: number): void {
    this.rule(judgeName(found, this.around(part, at, length), this.document), found.value, part, at);
  }

  private around(part: Part, at: number, length: number): Around {
    const { text } = part.marked;
    const before = text.slice(Math.max(part.from, at - 80), at);
    const after = text.slice(at + length, Math.min(part.to, at + length + 40));
    return {
      topic: part.topic,
      kind: part.block.kind,
      before: before.replace(/\s/g, " "),
      after: after.replace(/\s/g, " "),
      context: this.context(part, at),
      alone: /(?:^|[\n\v])[^\p{L}\p{N}\n\v]*$/u.test(before) && /^[^\p{L}\p{N}\n\v]*(?:$|[\n\v])/u.test(after),
    };
  }

  private place({ block, marked, lines }: Part, at: number): Place {
    const origin = marked.origin(at);
    if (block.pages) return { line: 0, object: `page ${(entryAt(block.pages, origin) ?? block.pages[0]!).page}` };
    if (block.cells) return { line: block.line };
    const entry = block.places && block.kind !== "code" ? entryAt(block.places, origin) : undefined;
    return { line: entry?.line ?? block.line + lines.before(origin) };
  }

  /** The row, the line of code, or the sentence around a place, as written. */
  private context({ block, marked }: Part, at: number): string {
    if (block.cells) return rowText(block);
    const origin = marked.origin(at);
    return block.kind === "code" ? lineAt(block.text, origin) : sentenceAt(block.text, origin);
  }

  private rule(verdict: Verdict, value: string, part: Part, at: number): void {
    if (verdict === "take") this.give(value, part, at);
    else if (verdict !== "ignore") this.list(verdict, value, part, at);
  }

  private give(value: string, part: Part, at: number, as?: As): void {
    const context = this.context(part, at);
    if (part.topic === "benign" || (!part.block.cells && BENIGN.test(context))) {
      this.sink.setAside(this.place(part, at), value, "the advisory calls it benign");
      return;
    }
    const candidate: Candidate = { text: value, ...this.place(part, at), ...this.statement };
    if (as !== undefined) candidate.as = as;
    if (context !== "") candidate.context = context;
    this.sink.candidate(candidate);
  }

  /** What is left out, once. */
  private list(verdict: { setAside: string } | { reject: string }, value: string, part: Part, at: number): void {
    const key = `${value}\0${JSON.stringify(verdict)}`;
    if (this.listed.has(key)) return;
    if (this.listed.size >= MAX_LISTED) {
      this.unlisted++;
      return;
    }
    this.listed.add(key);
    const place = this.place(part, at);
    if ("reject" in verdict) this.sink.reject(place, value, verdict.reject);
    else this.sink.setAside(place, value, verdict.setAside);
  }

  end(): void {
    if (this.unlisted > 0) this.sink.setAside(0, "", `${this.unlisted} more values that are no indicators, not listed`);
  }
}

/** Everything the blocks hold, to the sink in reading order. */
export function extract(advisory: Advisory, sink: Sink): void {
  const metadata = new Metadata(advisory);
  const document: Document = {
    defangs: metadata.defangs,
    publisher: new Set([...metadata.publisher].map(site)),
  };
  const extraction = new Extraction(advisory.wrapped, document, metadata.statement, sink);
  const sections = new Sections();
  for (const block of advisory.blocks) {
    sections.enter(block);
    extraction.block(block, sections.topic(block));
  }
  extraction.end();
}

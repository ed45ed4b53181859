/**
 * Blocks of an advisory's text to candidates: what the three prose readers (text and Markdown, HTML, PDF) share.
 *
 * The rules, each a test:
 * - Whatever is defanged is an indicator: that is what defanging says. Only the publisher's own mail address, and what a row or
 *   section calls benign, is set aside.
 * - An undefanged address is one unless it reads like a version, a section's number or an object identifier.
 * - An undefanged domain, URL or e-mail address is one only in a list of indicators or in a sentence that calls it hostile.
 *   Otherwise it is set aside and listed, once.
 * - A digest is one unless the text says that it is of something else than a file.
 */
import { parse as parseDomain } from "tldts";
import { parseIp, parseIpv4 } from "../model/ip.js";
import type { Place, Sink } from "./candidate.js";
import { isTopLevel } from "./names.js";
import { isDefanged, mark, plain, type Marked } from "./prose-marks.js";
import {
  BENIGN,
  FILE_ENDINGS,
  HOSTILE,
  OTHER_DIGEST,
  PLAINLY_FILES,
  REFERENCE_HOSTS,
  topicOf,
  VERSION_BEFORE,
  VERSION_MAYBE,
  type Topic,
} from "./prose-words.js";

export type BlockKind = "heading" | "paragraph" | "item" | "row" | "code" | "note" | "boilerplate";

/** A paragraph, list item, table row, code block …, its lines apart by `\n` (`\v` where a full line of a page ends). */
export interface Block {
  kind: BlockKind;
  text: string;
  /** Of its first character; 0 for pages. */
  line: number;
  /** Headings: 1 is the highest. */
  level?: number;
  /** Rows only. */
  cells?: readonly string[];
  /** The table's column names. */
  header?: readonly string[];
  /** PDF: where each page begins in `text`, ascending, the first at 0. */
  pages?: readonly { at: number; page: number }[];
}

export interface Advisory {
  blocks: Iterable<Block>;
  title?: string;
  /** Hosts that are the publisher's own, as far as the metadata say so. */
  publisher?: readonly string[];
  /** Line breaks come from the width of a page or screen. */
  wrapped: boolean;
}

const MAX_CONTEXT = 300;
const MAX_BLOCK = 1024 * 1024;
/** Set-aside references of one file; an advisory's bibliography is no place for more. */
const MAX_LISTED = 500;

/** Where in the document we are, and what that says. */
class Sections {
  private readonly open: { level: number; topic: Topic }[] = [];
  /** A sentence that introduces the list, code or table after it. */
  private lead: Topic = "other";
  private leadLeft = false;

  topic(block: Block): Topic {
    if (block.kind === "note") return "references";
    if (block.kind === "boilerplate") return "about";
    const section = this.section();
    if (section === "references" || section === "about") return section;
    const introduced = block.kind === "paragraph" ? "other" : this.lead;
    return introduced === "other" ? section : introduced;
  }

  private section(): Topic {
    for (let i = this.open.length - 1; i >= 0; i--) if (this.open[i]!.topic !== "other") return this.open[i]!.topic;
    return "other";
  }

  /** Before the block's values are judged. */
  enter(block: Block): void {
    if (block.kind === "heading") {
      const level = block.level ?? 2;
      while (this.open.length > 0 && this.open.at(-1)!.level >= level) this.open.pop();
      // A document's title names its subject, not what follows.
      this.open.push({ level, topic: level === 1 ? "other" : topicOf(block.text) });
      this.lead = "other";
      return;
    }
    if (block.kind !== "paragraph") {
      this.leadLeft = true;
      return;
    }
    const text = block.text.trimEnd();
    const last = text.slice(-MAX_CONTEXT);
    if (/[::]$/.test(last)) this.lead = topicOf(lastSentence(last));
    else if (this.leadLeft || !/\b(?:following|below|suivants?|ci-dessous|folgende\w*|siguientes?)\b/i.test(last))
      this.lead = "other";
    else this.lead = topicOf(lastSentence(last));
    this.leadLeft = false;
  }
}

function lastSentence(text: string): string {
  const cut = text.slice(0, -2).search(/[.!?]\s[^.!?]*$/);
  return cut < 0 ? text : text.slice(cut + 1);
}

/** One token that could be a value. */
interface Token {
  raw: string;
  at: number;
}

const OTHER_BREAKS = "\\s<>\"'`|,;(){}=\u201c\u201d\u2018\u2019\u00ab\u00bb\\u2028";
const TOKEN = new RegExp(
  `\\ue004?(?:https?|ftps?|wss?|tcp|udp|ssh|ldaps?|rmi|socks[45]?|telnet|smb)[:\\ue001][/\\ue003]{2}[^\\s<>"\`|\\u201c\\u201d\\u00ab\\u00bb]+|\\[[0-9a-f:.\\ue000\\ue001]{2,60}\\](?:[:\\ue001]\\d{1,5})?|[^\\[\\]${OTHER_BREAKS}]+`,
  "giu",
);
/** Shapes worth a look. */
const WORTH = /[.\ue000@\ue002]\w|[:\ue001].*[:\ue001]|[0-9a-f]{32}|[\ue000-\ue004]/i;
const V4 = /^(\d{1,3}(?:[.\ue000]\d{1,3}){3})(?=$|[:\ue001/\ue003-])/;
const HOST_START = /^(?:[\p{L}\p{N}_-]{1,63}[.\ue000])+[\p{L}\p{N}-]{2,63}(?=$|[:\ue001/\ue003?#])/u;
const URL_START = /^\ue004?[a-z][a-z0-9]{1,9}[:\ue001][/\ue003]{2}/i;

/** A URL goes on over characters that end other tokens, and stops before a bracket that it did not open. */
function trimUrl(raw: string): string {
  let end = raw.length;
  for (;;) {
    const c = raw[end - 1];
    if (c === undefined) return "";
    if (".,;:!?'*\u2019]}\\".includes(c)) {
      // "https://[2001:db8::1]": the bracket is the host's.
      if (c === "]" && raw.slice(0, end).includes("[")) break;
      end--;
    } else if (c === ")") {
      const body = raw.slice(0, end);
      let depth = 0;
      for (const d of body) depth += d === "(" ? 1 : d === ")" ? -1 : 0;
      if (depth >= 0) break;
      end--;
    } else break;
  }
  const url = raw.slice(0, end);
  // "https://a.example/x','https://b.example": quotes of a list.
  const quote = url.search(/['\u2019],/);
  return quote > 0 ? url.slice(0, quote) : url;
}

function trimToken(token: Token): Token {
  const start = /^[^\p{L}\p{N}[_.:\ue000-\ue004]*/u.exec(token.raw)![0].length;
  const body = token.raw.slice(start);
  let end = body.length;
  while (end > 0 && ".,;!?*'\u2026\\".includes(body[end - 1]!)) end--;
  if (body[end - 1] === ":" && body[end - 2] !== ":") end--;
  return { raw: body.slice(0, end), at: token.at + start };
}

function hostOf(value: string): string {
  const rest = value.replace(/^[a-z][a-z0-9+.-]{1,20}:\/\//i, "").replace(/^[^@/]*@/, "");
  return rest.split(/[/:?#]/, 1)[0]!.toLowerCase();
}

function site(host: string): string {
  return parseDomain(host, { allowPrivateDomains: false }).domain ?? host;
}

const AGENT = /(?:^|[^\p{L}-])(user[- ]?agents?)(?: strings?)?[`*"']{0,2}\s{0,2}[:=]\s{0,2}/iu;
const JA =
  /(?:^|[^\p{L}\p{N}])(ja3s?|ja4)(?:[ _-]?(?:hash|fingerprint|md5|digest))?[`*"']{0,2}\s{0,2}(?:[:=#]|is|of)?\s{0,2}[`"'(]{0,2}$/iu;
const AS_COLUMN: readonly (readonly [RegExp, "ja3" | "ja3s" | "ja4" | "user-agent"])[] = [
  [/\bja3s\b/i, "ja3s"],
  [/\bja3\b/i, "ja3"],
  [/\bja4\b/i, "ja4"],
  [/\buser[- ]?agents?\b/i, "user-agent"],
];

type As = "ja3" | "ja3s" | "ja4" | "user-agent";

class Extraction {
  private readonly listed = new Set<string>();
  private unlisted = 0;
  private readonly given = new Set<string>();
  private readonly publisher: Set<string>;

  constructor(
    private readonly advisory: Advisory,
    private readonly sink: Sink,
  ) {
    this.publisher = new Set((advisory.publisher ?? []).map((host) => site(host.toLowerCase())));
  }

  block(block: Block, topic: Topic): void {
    const joined = this.advisory.wrapped && block.kind !== "row";
    const parts = block.text.length > MAX_BLOCK ? pieces(block) : [block];
    for (const part of parts) {
      const marked = mark(part.text, joined);
      if (part.cells) this.row(part, marked, topic);
      else this.scan({ block: part, marked, topic, from: 0, to: marked.text.length });
    }
  }

  /** Cells are apart by tabs in a row's text. */
  private row(block: Block, marked: Marked, topic: Topic): void {
    let from = 0;
    const cells = marked.text.split("\t");
    const benign = cells.some((cell) => BENIGN.test(cell.trim()));
    for (const [i, cell] of cells.entries()) {
      const name = block.header?.[i] ?? "";
      // "Type: domain | value": the first cell names what the second holds.
      const said = name === "" && i > 0 ? (cells[0] ?? "") : name;
      const own = topicOf(said);
      const as = AS_COLUMN.find(([pattern]) => pattern.test(said))?.[1];
      const cellTopic = benign ? "benign" : own === "other" ? topic : topic === "benign" ? topic : own;
      this.scan({ block, marked, topic: cellTopic, from, to: from + cell.length, ...(as ? { as } : {}) });
      from += cell.length + 1;
    }
  }

  private scan(part: Part): void {
    const { marked, block } = part;
    let from = part.from;
    if (part.as === "user-agent") {
      const cell = marked.text.slice(part.from, part.to).trim();
      if (cell.length >= 4) this.give(cell, part, part.from, "user-agent");
      return;
    }
    TOKEN.lastIndex = from;
    // A user-agent's own numbers are versions.
    let agent = agentIn(marked.text, from, part.to, block.kind);
    for (let m = TOKEN.exec(marked.text); m !== null && m.index < part.to; m = TOKEN.exec(marked.text)) {
      if (agent && m.index >= agent.at) {
        this.give(agent.text, part, agent.at, "user-agent");
        TOKEN.lastIndex = from = Math.max(agent.to, m.index + 1);
        agent = agentIn(marked.text, from, part.to, block.kind);
        continue;
      }
      if (m[0].length < 4 || !WORTH.test(m[0].length > 4096 ? m[0].slice(0, 4096) : m[0])) continue;
      TOKEN.lastIndex = this.token({ raw: m[0], at: m.index }, part);
    }
  }

  /** Judges one token; where the scan goes on. */
  private token(found: Token, part: Part): number {
    const after = found.at + found.raw.length;
    if (URL_START.test(found.raw)) {
      const raw = trimUrl(found.raw);
      const value = plain(raw);
      const host = hostOf(value.replace(/^([a-z]+:\/\/)\[/i, "$1"));
      const known =
        parseIp(host) !== undefined ||
        value.includes("://[") ||
        (host.includes(".") && isTopLevel(host.slice(host.lastIndexOf(".") + 1)));
      if (known) this.name(value, host, isDefanged(raw), part, found.at, "url");
      return found.at + Math.max(raw.length, 4);
    }
    const token = trimToken(found);
    // A path with separators that ended the token: `evil[.]example/a?b=(c)`.
    if (isDefanged(token.raw) && /[/\ue003]/.test(token.raw) && HOST_START.test(token.raw)) {
      const rest = /^[^\s<>"'`|]*/.exec(part.marked.text.slice(token.at, Math.min(part.to, token.at + 2048)))![0];
      const raw = trimUrl(rest);
      this.name(plain(raw), hostOf(plain(raw)), true, part, token.at, "url");
      return Math.max(after, token.at + raw.length);
    }
    this.word(token, part);
    return after;
  }

  private word({ raw, at }: Token, part: Part): void {
    if (raw.length < 4 || raw.length > 2048) return;
    const value = plain(raw);
    const defanged = isDefanged(raw);
    if (/^[0-9a-f]{32,128}$/i.test(value)) return this.digest(value, part, at);
    if (/^[tqd][0-9sd]{2}[di]\d{4}[0-9a-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}$/i.test(value))
      return this.give(value, part, at, "ja4");
    if (/^\d/.test(value) && V4.test(raw)) return this.ipv4(value, defanged, part, at);
    if (!defanged && /^v?\d{1,9}(?:\.\d{1,9}){3,}$/i.test(value)) {
      this.refuse(
        value,
        part,
        at,
        value.split(".").length > 4
          ? "an object identifier or section number, not an address"
          : "a version number, not an address",
      );
      return;
    }
    if (/[:\ue001]/.test(raw) && /^\[?[0-9a-f:.]{2,45}\]?(?::\d{1,5}|\/\d{1,3})?$/i.test(value))
      return this.ipv6(value, defanged, part, at);
    const email = value.indexOf("@");
    if (email > 0) {
      const host = value.slice(email + 1).toLowerCase();
      if (
        host.includes(".") &&
        /^(?:mailto:)?[A-Za-z0-9._%+-]{1,64}$/.test(value.slice(0, email)) &&
        isTopLevel(host.slice(host.lastIndexOf(".") + 1))
      )
        this.name(value.replace(/^mailto:/i, ""), host, defanged, part, at, "email");
      return;
    }
    const named = HOST_START.exec(raw);
    if (!named) {
      // `Chrome/92.0.4515.107`
      const version = defanged ? null : /^[\p{L}][\p{L}\p{N}_.-]{0,40}\/(\d{1,3}(?:\.\d{1,3}){3})$/u.exec(value);
      if (version) this.refuse(version[1]!, part, at, "a version number, not an address");
      return;
    }
    const host = plain(named[0]).toLowerCase();
    const top = host.slice(host.lastIndexOf(".") + 1);
    if (/^\d+$/.test(top) || !isTopLevel(top) || parseDomain(host, { allowPrivateDomains: false }).domain === null)
      return;
    this.name(
      value,
      host,
      defanged,
      part,
      at,
      value.length > host.length && value[host.length] !== ":" ? "url" : "domain",
    );
  }

  private ipv4(value: string, defanged: boolean, part: Part, at: number): void {
    const bare = V4.exec(value)![1]!;
    if (!defanged) {
      const before = part.marked.text.slice(Math.max(part.from, at - 60), at);
      const small = bare.split(".").every((group) => Number(group) < 32) || Number(bare.split(".", 1)[0]) < 10;
      const after = part.marked.text.slice(at + value.length, at + value.length + 40);
      const heading = part.block.kind === "heading" && at <= 2;
      if (
        VERSION_BEFORE.test(before) ||
        (small && VERSION_MAYBE.test(before)) ||
        heading ||
        (small && /^\s(?:and|or) (?:earlier|below|prior|later|older)\b/i.test(after))
      )
        return this.refuse(bare, part, at, "a version number, not an address");
      if (part.topic === "mitigation" && small) return this.refuse(bare, part, at, "a version number, not an address");
    }
    if (parseIpv4(bare) === undefined)
      return this.refuse(bare, part, at, "not an address: an octet is greater than 255");
    // A range with spaces: `192.0.2.1 - 192.0.2.9`.
    const next = /^[ \t]?(?:-|to)[ \t]?(\d{1,3}(?:[.\ue000]\d{1,3}){3})(?![\w.])/.exec(
      part.marked.text.slice(at + rawLength(part, at, value), at + rawLength(part, at, value) + 40),
    );
    if (next && value === bare) {
      this.give(`${value}-${plain(next[1]!)}`, part, at);
      this.given.add(plain(next[1]!));
      return;
    }
    this.give(value, part, at);
  }

  private ipv6(value: string, defanged: boolean, part: Part, at: number): void {
    const bare = value.replace(/\/\d{1,3}$/, "").replace(/^\[([^\]]*)\](?::\d{1,5})?$/, "$1");
    const colons = bare.split(":").length - 1;
    // Times, MAC addresses and C++ scopes are none: eight groups, or a gap and a long group.
    if (colons < 2 || parseIp(bare) === undefined) return;
    if (!defanged && (/^:*$/.test(bare) || !/[0-9]/.test(bare) || bare.replace(/:/g, "").length < 4)) return;
    this.give(value, part, at);
  }

  private digest(value: string, part: Part, at: number): void {
    if (![32, 40, 64, 96, 56, 128].includes(value.length) || /^(.)\1*$/.test(value) || /^\d+$/.test(value)) return;
    const before = part.marked.text.slice(Math.max(part.from, at - 80), at);
    const ja = part.as ?? (JA.exec(before)?.[1]?.toLowerCase() as As | undefined);
    if (ja !== undefined && ja !== "user-agent") return this.give(value, part, at, ja);
    const other = OTHER_DIGEST.exec(before)?.[1];
    if (other !== undefined)
      return this.refuse(
        value,
        part,
        at,
        `the text calls it ${/^[aeiou]/i.test(other) ? "an" : "a"} ${other.toLowerCase()}: not a file's hash`,
      );
    this.give(value, part, at);
  }

  /** A domain, URL or e-mail address. */
  private name(
    value: string,
    host: string,
    defanged: boolean,
    part: Part,
    at: number,
    kind: "domain" | "url" | "email",
  ): void {
    const { topic } = part;
    if (this.publisher.has(site(host)) && (!defanged || kind === "email"))
      return this.aside(value, part, at, "the publisher's own");
    if (defanged || (kind === "url" && parseIp(host) !== undefined && topic !== "references" && topic !== "about"))
      return this.give(value, part, at);
    if (topic === "references" || topic === "about") return this.aside(value, part, at, "a reference, not defanged");
    if (REFERENCE_HOSTS.has(site(host)) || REFERENCE_HOSTS.has(host))
      return this.aside(value, part, at, "a well-known reference site, not defanged");
    const top = host.slice(host.lastIndexOf(".") + 1);
    const looksLikeFile =
      kind === "domain" &&
      (PLAINLY_FILES.has(top) ||
        (FILE_ENDINGS.has(top) &&
          /^[^.]+\.com$/.test(host) &&
          /^(?:command|edit|more|mode|format|tree|attrib)\./.test(host)));
    // Java packages and .NET namespaces are written from the top down.
    const reversed =
      kind === "domain" &&
      (/^(?:com|org|net|io|de|fr)\./.test(host) ||
        /^[A-Z][a-z]+\.[A-Z]/.test(value) ||
        /^(?:Node\.js|ASP\.net)$/i.test(value));
    if (reversed) return;
    const listed =
      topic === "network" || topic === "indicators" || (part.block.kind !== "paragraph" && topic === "benign");
    const hostile = HOSTILE.test(this.context(part, at));
    if (looksLikeFile && topic !== "network" && !hostile)
      return topic === "indicators" ? this.aside(value, part, at, "reads like a file's name") : undefined;
    if (listed || hostile) return this.give(value, part, at);
    this.aside(value, part, at, "not defanged, and outside any list of indicators");
  }

  private place(part: Part, at: number): Place {
    const { block, marked } = part;
    const origin = marked.origin(at);
    if (block.pages) {
      const page = block.pages.findLast((entry) => entry.at <= origin)?.page ?? block.pages[0]?.page ?? 0;
      return { line: 0, object: `page ${page}` };
    }
    return { line: block.line + countLines(block, origin) };
  }

  /** The row, or the sentence around a place, as written. */
  private context(part: Part, at: number): string {
    const { block, marked } = part;
    if (block.cells) {
      const named = block.cells.map((cell, i) => (block.header?.[i] ? `${block.header[i]}: ${cell}` : cell));
      return squeeze(named.join(" | "));
    }
    return sentence(block.text, marked.origin(at));
  }

  private give(value: string, part: Part, at: number, as?: As): void {
    if (this.given.delete(value)) return;
    const place = this.place(part, at);
    const context = this.context(part, at);
    if (part.topic === "benign" || (!part.block.cells && BENIGN.test(context))) {
      this.sink.setAside(place, value, "the advisory calls it benign");
      return;
    }
    const origin = part.marked.origin(at);
    const written = part.block.text.slice(origin, part.marked.origin(at + value.length));
    this.sink.candidate({
      text: value,
      ...place,
      ...(as ? { as } : {}),
      ...(this.advisory.title === undefined ? {} : { feed: this.advisory.title }),
      context: context === "" ? written : context,
    });
  }

  private aside(value: string, part: Part, at: number, reason: string): void {
    const key = `${value}\0${reason}`;
    if (this.listed.has(key)) return;
    if (this.listed.size >= MAX_LISTED) {
      this.unlisted++;
      return;
    }
    this.listed.add(key);
    this.sink.setAside(this.place(part, at), value, reason);
  }

  private refuse(value: string, part: Part, at: number, reason: string): void {
    const key = `${value}\0${reason}`;
    if (this.listed.has(key)) return;
    if (this.listed.size >= MAX_LISTED) {
      this.unlisted++;
      return;
    }
    this.listed.add(key);
    this.sink.reject(this.place(part, at), value, reason);
  }

  end(): void {
    if (this.unlisted > 0) this.sink.setAside(0, "", `${this.unlisted} more values that are no indicators, not listed`);
  }
}

interface Part {
  block: Block;
  marked: Marked;
  topic: Topic;
  from: number;
  to: number;
  as?: As;
}

/** Characters of a marked value: as many as of the plain one, and its scheme's mark. */
function rawLength(_part: Part, _at: number, value: string): number {
  return value.length;
}

/** Line numbers are asked in ascending order of places: counted on from the last one. */
const counted = new WeakMap<Block, { at: number; lines: number }>();
function countLines(block: Block, at: number): number {
  let from = counted.get(block);
  if (!from || from.at > at) from = { at: 0, lines: 0 };
  let { lines } = from;
  for (let i = block.text.indexOf("\n", from.at); i >= 0 && i < at; i = block.text.indexOf("\n", i + 1)) lines++;
  counted.set(block, { at, lines });
  return lines;
}

function squeeze(text: string): string {
  const short = text
    .slice(0, MAX_CONTEXT * 2)
    .replace(/\s+/g, " ")
    .trim();
  return short.length > MAX_CONTEXT ? `${short.slice(0, MAX_CONTEXT - 1)}…` : short;
}

function sentence(text: string, at: number): string {
  const low = Math.max(0, at - MAX_CONTEXT);
  const before = text.slice(low, at);
  let start = 0;
  for (const m of before.matchAll(/[.!?:]["”»)]?\s+(?=[\p{Lu}\p{N}"“«(])|\u2028|\n\s*\n/gu))
    start = m.index + m[0].length;
  const rest = text.slice(at, at + MAX_CONTEXT);
  const end = /[.!?]["”»)]?(?=\s+[\p{Lu}"“«(]|\s*$)|\u2028|\n\s*\n/u.exec(rest);
  return squeeze(
    before.slice(start) + (end ? rest.slice(0, end.index + (/[.!?]/.test(end[0]) ? end[0].length : 0)) : rest),
  );
}

/** The next user-agent that the text gives in full: to the end of the quotes or of the line. */
function agentIn(
  text: string,
  from: number,
  to: number,
  kind: BlockKind,
): { at: number; to: number; text: string } | undefined {
  const rest = text.slice(from, Math.min(to, from + 65_536));
  const m = AGENT.exec(rest);
  if (!m) return undefined;
  const at = from + m.index + m[0].length;
  const line = /^[^\n\v\u2028]{0,600}/.exec(text.slice(at, Math.min(to, at + 600)))![0];
  const quoted = /^(["'`“])(.{4,512}?)["'`”](?=[\s.,;)]|$)/u.exec(line);
  if (quoted) return { at: at + 1, to: at + quoted[0].length, text: quoted[2]! };
  const own =
    kind === "code" ||
    kind === "item" ||
    /(?:^|[\n\v\u2028])[\s*•·-]{0,6}$/.test(
      rest.slice(0, m.index + (m[0].length - m[0].trimStart().length > 0 ? 1 : 0)),
    );
  const value = line.trim();
  return own && value.length >= 4 ? { at, to: at + line.length, text: value } : undefined;
}

/** An over-long block, cut at white space. */
function* pieces(block: Block): Generator<Block> {
  let line = block.line;
  for (let from = 0; from < block.text.length;) {
    let to = Math.min(block.text.length, from + MAX_BLOCK);
    const space = to < block.text.length ? block.text.lastIndexOf(" ", to) : to;
    if (space > from + MAX_BLOCK / 2) to = space;
    const text = block.text.slice(from, to);
    const { cells: _cells, pages, ...rest } = block;
    yield { ...rest, text, line, ...(pages ? { pages: pages.map((p) => ({ ...p, at: p.at - from })) } : {}) };
    line += text.split("\n").length - 1;
    from = to;
  }
}

/** Everything the blocks hold, to the sink in reading order. */
export function extract(advisory: Advisory, sink: Sink): void {
  const extraction = new Extraction(advisory, sink);
  const sections = new Sections();
  for (const block of advisory.blocks) {
    sections.enter(block);
    extraction.block(block, sections.topic(block));
  }
  extraction.end();
}

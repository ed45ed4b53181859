/** What is tried when no format knows a line: fields by their names, then sentences by their words. */
import type { EnvelopeFields, FormatResult, LineContext } from "../format.js";
import { readDelimited } from "./delimited.js";
import { Facts } from "./facts.js";
import { findTime, type FoundTime } from "./find-time.js";
import { openJson, readJson, type JsonLine } from "./json.js";
import { isVisitors, meaningOf } from "./keys.js";
import { readNames } from "./names.js";
import { findPairs, type Pair } from "./pairs.js";
import { readPhrases, visitorText, WEB, type Span } from "./phrases.js";

export interface FallbackResult {
  id: "json" | "delimited" | "key-value" | "free-text";
  result: FormatResult;
  /** False when neither a time nor a place of any address was found. */
  learned: boolean;
  /** An address has a place. */
  roles: boolean;
}

/** Lines inside lines: `log` in Docker's JSON, whose own text is JSON with a `message`. */
const DEEPEST_MESSAGE = 4;
/** Bracketed tags (not an address) and level words before the sentence: `[1:0] info: `, `WARN {core}`. */
const LEVEL =
  /^(?:[\s\])}|:,-]{0,4}(?:\[[\w# /-]{1,40}(?::[\w# /-]{1,20})?\]|\{[^{}]{1,40}\}|[\w.-]{1,32}\[\d{1,10}(?::\d{1,6})?\]:?|(?:trace|debug|verbose|info|notice|warn|warning|error|err|crit|critical|fatal|severe|wrn|inf)\b:?)){0,4}[\s\])}|:,-]{0,4}/i;
/** "AUTH-ERROR: 1.2.3.4 - …": a name of these kinds does not speak of the address after it. */
const SAYS_NO_PLACE = /^(?:action|event|status|time|date|direction|method|transport|protocol)$/;
const FIELD_TEXT = 16_384;
/** Times that begin this far into a line, at most, are the line's own. */
const LEAD = 48;

/**
 * Reads `line` by names and phrases. Never throws; bounded in the line's length.
 * @param record the line's object, where it is one
 */
export function readFallback(
  line: string,
  context: LineContext,
  envelope: EnvelopeFields | undefined,
  record: object | undefined,
): FallbackResult {
  const facts = new Facts();
  facts.timed = envelope?.timestamp !== undefined;
  for (const [key, value] of Object.entries(envelope?.structured ?? {})) {
    const meaning = meaningOf(key);
    if (meaning) facts.field(key, meaning, value);
  }
  const id = readText(line, context, facts, 0, facts.timed, record);
  const result = facts.result(line.length > 4096 ? line.slice(0, 4096) : line, context);
  return { id, result, roles: facts.hasRoles, learned: facts.hasRoles || result.event.timestamp !== undefined };
}

function readText(
  line: string,
  context: LineContext,
  facts: Facts,
  depth: number,
  timed: boolean,
  record?: object,
): FallbackResult["id"] {
  // An element of a list that is written one a line: nothing says what it is.
  if (ELEMENT.test(line) || BARE_MEMBER.test(line)) return "free-text";
  const json = openJson(line, record) ?? member(line);
  if (json) {
    readObject(json, context, facts, depth);
    return "json";
  }
  if (depth === 0 && readDelimited(line, context, facts) && facts.hasRoles) return "delimited";
  const text = line.length > FIELD_TEXT ? line.slice(0, FIELD_TEXT) : line;
  const time = findTime(text);
  let named = false;
  const read: Span[] = [];
  const fromVisitor = visitorText(text);
  const pairs = findPairs(text);
  if (time && (!timed || isOwn(time, pairs))) facts.foundTime(time.time);
  const sealed = sealedSpans(text, pairs);
  for (const pair of pairs) {
    const bracketed = text[pair.end - 1] === ">" && /^(?:from|to|orig_to|helo)$/.test(pair.key);
    const meaning = meaningOf(pair.key);
    if ((!meaning && !bracketed) || meaning?.kind === "message" || fromVisitor(pair.start)) continue;
    if (sealed.some((s) => s.start < pair.start && pair.start < s.end)) continue;
    // "from=<a@[192.0.2.1]>": a mail's sender is no end of the traffic.
    if (bracketed && pair.key !== "helo") facts.names.mail(pair.key === "from" ? "from" : "to", pair.value);
    if (bracketed || !meaning) continue;
    facts.field(pair.key, meaning, pair.value);
    if (!SAYS_NO_PLACE.test(meaning.kind)) read.push(pair);
    named ||= facts.hasRoles;
  }
  read.push(...sealed);
  const said = prose(text, pairs, sealed);
  facts.say(said);
  const lead = time && !time.weak && time.start <= LEAD ? time.end : undefined;
  readPhrases(text, said, facts, leadEnd(text, lead), read);
  readNames(text, facts);
  return named ? "key-value" : "free-text";
}

const ELEMENT = /^\s{0,80}["'](?:[0-9A-Fa-f.:]{2,45})(?::\d{1,5})?["'],?\s{0,8}$/;
/** A bare "ip" is of whatever the lines above are about. */
const BARE_MEMBER =
  /^\s{0,200}"(?:ip|ip_?address|ip_?addr|address|addr|ipv[46]|host)"\s{0,4}:\s{0,4}"[^"\\]{0,64}",?\s{0,8}$/i;
const MEMBER = /^\s{0,200}"[^"\\]{1,100}"\s{0,4}:\s{0,4}[["{\d]/;

/** A line of pretty-printed JSON: `"sourceIPAddress": "1.2.3.4",` gives its one or more members. */
function member(line: string): JsonLine | undefined {
  if (!MEMBER.test(line)) return undefined;
  const text = line.trim().replace(/,$/, "");
  try {
    const value: unknown = JSON.parse(`{${text}}`);
    return typeof value === "object" && value !== null ? { prefix: "", value } : undefined;
  } catch {
    return undefined;
  }
}

/** A quoted word of a sentence that somebody else chose: `login failed for user 'x'`, `requested "/x"`. */
const CHOSEN =
  /\b(?:user|username|account|subject|requested|url|uri|path|referer|referrer|user-agent)(?: ?[:=] ?| )(?:"[^"]{1,2048}"|'[^']{1,2048}')/gi;
/** A command as sudo and cron log it: what somebody typed, not traffic. */
const COMMAND =
  /^(?:[\dTZ:.+ -]{0,40}sudo(?:\[\d{1,10}\])?: {1,8})?\s{0,8}[^\s:]{1,32} : (?:[^;]{1,80} ; )?TTY=.{1,400}; COMMAND=|^\([^\s()]{1,32}\) CMD \(/;
/** `cmdline`, `CommandLine`, `ProcessCommandLine`, `command`. */
const COMMAND_KEY =
  /^(?:\w{0,24}[._])?(?:process|parent|parentprocess|initiatingprocess)?_?(?:cmd|command)(?:_?line)?$/i;
const MAIL_HEADER = /\bheader [A-Z][\w-]{1,40}: /;

/**
 * Stretches that a visitor wrote: quoted values under such names (`ua="x dst=…"`), mail addresses in `<>`, a mail's header in
 * Postfix's warnings. Pairs and sentences in them are imitations.
 */
function sealedSpans(text: string, pairs: readonly Pair[]): Span[] {
  const out: Span[] = pairs.filter((pair) => {
    const last = text[pair.end - 1];
    if (last === ">") return true;
    if (COMMAND_KEY.test(pair.key) && (last === '"' || last === "'" || text[pair.start] === "<")) return true;
    return (last === '"' || last === "'") && pair.value.includes(" ") && isVisitors(pair.key);
  });
  const command = COMMAND.exec(text);
  if (command) out.push({ start: command[0].length, end: text.length });
  for (const m of text.matchAll(CHOSEN)) out.push({ start: m.index, end: m.index + m[0].length });
  const header = MAIL_HEADER.exec(text);
  const end = header ? text.lastIndexOf(" from ", text.lastIndexOf("; from=<")) : -1;
  if (header && end > header.index) out.push({ start: header.index, end });
  return out;
}

/**
 * Whether a time is that of the event although a header has one: a date far inside a sentence (a certificate's end, a queue id) or in a
 * field that is not of time is not.
 */
function isOwn(time: FoundTime, pairs: readonly Pair[]): boolean {
  if (time.start > LEAD || time.weak) return false;
  const field = pairs.find(({ start, end }) => start < time.start && time.start < end);
  const meaning = field && meaningOf(field.key);
  return !field || ((meaning?.kind === "time" || meaning?.kind === "date") && meaning.rank >= 0);
}

/**
 * What the program itself says in words: the text with visitors' text and the values of fields blanked out, so that words of it
 * speak of the traffic. Positions stay.
 */
function prose(text: string, pairs: readonly Pair[], sealed: readonly Span[]): string {
  const blank: Span[] = [...sealed];
  for (const pair of pairs)
    if (meaningOf(pair.key)?.kind !== "message" && (text[pair.start + pair.key.length] === "=" || isVisitors(pair.key)))
      blank.push(pair);
  const request = WEB.exec(text);
  if (request) blank.push({ start: request.index, end: text.length });
  if (blank.length === 0) return text;
  let out = "";
  let at = 0;
  for (const { start, end } of blank.toSorted((a, b) => a.start - b.start)) {
    if (start > at) out += text.slice(at, start);
    if (end > at) out += " ".repeat(end - Math.max(at, start));
    at = Math.max(at, end);
  }
  return out + text.slice(at);
}

/** Where the line proper begins: after the leading time, tags and level. */
function leadEnd(text: string, timeEnd: number | undefined): number {
  const start = timeEnd ?? 0;
  return start + (LEVEL.exec(text.slice(start, start + 160))?.[0].length ?? 0);
}

function readObject(json: JsonLine, context: LineContext, facts: Facts, depth: number): void {
  facts.structured = true;
  const inner = readJson(json.value, facts);
  if (json.prefix.length > 2) {
    const time = findTime(json.prefix);
    if (time) facts.foundTime(time.time);
    if (!facts.hasRoles) readPhrases(json.prefix, json.prefix, facts, 0, []);
  }
  if (depth < DEEPEST_MESSAGE)
    for (const message of inner) readText(message.text, context, facts, depth + 1, facts.hasTime);
}

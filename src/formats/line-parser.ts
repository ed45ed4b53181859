/** Parses the lines of one source: unwraps envelopes, asks the formats, then the fallbacks, and decides times. */
import type { ParsedLine } from "../model/event.js";
import { canonicalIp } from "../model/ip.js";
import type { Envelope, EnvelopeFields, Format, FormatResult, LineContext, ParsedTime } from "./format.js";
import { readFallback } from "./fallback/fallback.js";
import { Facts } from "./fallback/facts.js";
import { isWrapper, openJson, readJson } from "./fallback/json.js";
import { object, parseObject, type Json } from "./json-fields.js";
import { MarkIndex, type Marks } from "./marks.js";
import { hasWord, recordsNote, recordsOf } from "./records.js";
import { ENVELOPES, FORMATS } from "./registry.js";
import { TimeResolver, type TimeOptions } from "./time-resolver.js";

export type { TimeOptions } from "./time-resolver.js";

/** What is known of the source that lines come from. Times in epoch milliseconds. */
export interface SourceFacts {
  path: string;
  /** First line, at most 64 KiB of it, without BOM and line end. */
  firstLine: string;
  /** The nearest line at or before `offset` (bytes, decompressed) that starts with `prefix`. */
  headerBefore(prefix: string, offset: number): string | undefined;
  mtimeMs?: number;
  /** Modification time that the container records (gzip MTIME). */
  innerTimeMs?: number;
  /** An instant that a line near the source's beginning states in full; asked only when a year is wanting. */
  datedLine?: () => number | undefined;
  /** Lines at the source's beginning, in order; asked only when the day and month of a date may be either number. */
  headLines?: () => readonly string[];
}

const JSON_ENVELOPES = ENVELOPES.filter((envelope) => envelope.json);
const TEXT_ENVELOPES = ENVELOPES.filter((envelope) => !envelope.json);
const JSON_FORMATS = FORMATS.filter((format) => format.json);
const TEXT_FORMATS = FORMATS.filter((format) => !format.json);
const MARKS = new MarkIndex([TEXT_ENVELOPES, TEXT_FORMATS]);
/** The cookie of Common Event Expression, before JSON in syslog (rsyslog's mmjsonparse). */
const CEE = "@cee:";

/** Relayed syslog in syslog in a container's log is three. */
const DEEPEST = 4;
const LONGEST = 65_536;
/** Of a text line, what formats see: longer ones hold text of the adversary's, and two hundred formats look at them. */
const LONGEST_FORMATTED = 16_384;
/** Of an object: in part it means little. */
const LONGEST_OBJECT = 262_144;
const BRACE = 123;
const UNDECIDED = "not dated: nothing in the file tells the day of its dates from the month";
/** SGR escape sequences of coloured logs. */
const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]{0,16}m`, "g");

interface Understood {
  result: FormatResult;
  /** Ids from the outside in. */
  ids: readonly string[];
  envelope: EnvelopeFields | undefined;
}

/** What is left when no format knew the line: the innermost text, for the fallbacks. */
interface Unknown {
  text: string;
  /** The object that the text is. */
  record: Json | undefined;
  ids: readonly string[];
  envelope: EnvelopeFields | undefined;
  /** The record (JSON, a row) that the text stood in, for where the text itself names no ends. */
  around?: Unknown;
}

/** The context handed to formats: one a parser, moved from line to line. */
class ParserContext implements LineContext {
  offset = 0;
  /** An instant that the envelope named with its zone: it settles times of the payload that have none. */
  known: number | undefined;
  /** A format asked which tokens of the line were hit. */
  asked = false;
  private tokens: readonly string[] | undefined;
  /** Why a time of the line was left unread. */
  undated: string | undefined;
  private readonly decisions = new Map<number, string>();
  private readonly headers = new Map<string, string | undefined>();

  constructor(
    private readonly source: SourceFacts,
    private readonly resolver: TimeResolver,
  ) {}

  get path(): string {
    return this.source.path;
  }

  get firstLine(): string {
    return this.source.firstLine;
  }

  get observed(): readonly string[] | undefined {
    this.asked = true;
    return this.tokens;
  }

  headLines(): readonly string[] {
    return this.source.headLines?.() ?? [this.source.firstLine];
  }

  begin(offset: number, observed: readonly string[] | undefined): void {
    this.offset = offset;
    this.tokens = observed;
    this.asked = false;
    this.known = undefined;
    this.undated = undefined;
    if (this.decisions.size > 0) this.decisions.clear();
    if (this.headers.size > 0) this.headers.clear();
  }

  headerBefore(prefix: string): string | undefined {
    if (!this.headers.has(prefix)) this.headers.set(prefix, this.source.headerBefore(prefix, this.offset));
    return this.headers.get(prefix);
  }

  resolveTime(time: ParsedTime): number | undefined {
    const resolved = this.resolver.resolve(time, this.known);
    if (!resolved) {
      if (time.kind === "local" && time.dayMonth !== undefined) this.undated = UNDECIDED;
      return undefined;
    }
    this.decisions.set(resolved.ms, resolved.decision);
    return resolved.ms;
  }

  decisionFor(ms: number): string | undefined {
    return this.decisions.get(ms);
  }
}

/** One per source. Lines may come in any order; what a line parses to does not depend on the lines before it. */
export class LineParser {
  private readonly context: ParserContext;
  private readonly first: readonly Format[];
  /** By depth. */
  private readonly marks: Marks[] = [];

  /**
   * Throws LookbackError `usage` for an unknown time zone.
   * @param options.first formats that are asked before all else, envelopes included: the user's own, and the one asked for a path
   */
  constructor(source: SourceFacts, options: TimeOptions & { first?: readonly Format[] }) {
    this.context = new ParserContext(source, new TimeResolver(source, options));
    this.first = options.first ?? [];
  }

  /**
   * @param line Without its line end.
   * @param offset Byte offset of the line's start in the decompressed stream.
   * @param observed See `LineContext.observed`. Of a line that holds many records the one with such a token is read; without any, it has
   * no ends.
   * Never throws; a line nobody understands comes back with `understood: "none"`.
   */
  parse(line: string, offset: number, observed?: readonly string[]): ParsedLine {
    this.context.begin(offset, observed);
    const text = clean(line);
    const records = recordsOf(text);
    return records ? this.oneOf(records, this.context.observed) : this.read(text);
  }

  /** One record of a line's many. */
  private oneOf(records: readonly Json[], observed: readonly string[] | undefined): ParsedLine {
    const texts = observed === undefined ? [] : records.map((record) => JSON.stringify(record));
    const having = texts.filter((text) => observed!.some((token) => hasWord(text, token)));
    const parsed: ParsedLine =
      having.length > 0
        ? this.read(having[0]!)
        : { event: {}, format: "json", outcome: "unknown", initiator: "unknown", understood: "fallback" };
    return { ...parsed, notes: [...(parsed.notes ?? []), recordsNote(records.length, having.length)] };
  }

  private read(text: string): ParsedLine {
    const read = this.understand(text, undefined, [], 0);
    if ("result" in read) return this.finish(read, "format");
    return this.guess(read);
  }

  private guess(read: Unknown): ParsedLine {
    const fallback = readFallback(read.text, this.context, read.envelope, read.record);
    if (read.around && !fallback.roles) {
      const outer = this.guess(read.around);
      if (outer.event.source?.ip ?? outer.event.destination?.ip) return outer;
    }
    const ids = fallback.learned ? [...read.ids, fallback.id] : read.ids.length > 0 ? read.ids : ["unrecognised"];
    return this.finish(
      { result: fallback.result, ids, envelope: read.envelope },
      // A header that was read is something: its time dates the line.
      fallback.learned || read.ids.length > 0 ? "fallback" : "none",
    );
  }

  /** What the last line was read as depends on the tokens that were hit: for others it must be parsed again. */
  get choseByToken(): boolean {
    return this.context.asked;
  }

  /** Epoch milliseconds of a line, for coverage. */
  timeOf(line: string, offset = 0): number | undefined {
    return this.parse(line, offset).event.timestamp;
  }

  /**
   * Asks envelopes first, because a format's marks may also stand inside a wrapped line; then the formats; then JSON around a line.
   * @param around marks of a text that holds the line: at least those of the line itself
   */
  private understand(
    line: string,
    outer: EnvelopeFields | undefined,
    ids: readonly string[],
    depth: number,
    around?: Marks,
  ): Understood | Unknown {
    const record = recordOf(line);
    const text = record || line.length <= LONGEST ? line : line.slice(0, LONGEST);
    const only = record && depth < DEEPEST ? onlyRecord(record) : undefined;
    if (only) return this.understand(JSON.stringify(only), outer, ids, depth + 1);
    let left: Unknown = { text, record, ids, envelope: outer };
    if (this.first.length > 0) {
      const own = this.ask(
        this.first.filter((format) => !format.json || record),
        text,
        record,
        outer,
        ids,
      );
      if (own) return own;
    }
    const marks = record ? undefined : (around ?? this.marksOf(text, depth));
    const envelopes = marks ? MARKS.candidates(TEXT_ENVELOPES, marks) : JSON_ENVELOPES;
    const opened = this.open(envelopes, text, record, outer, ids, depth, marks);
    if (opened) {
      if ("result" in opened) return opened;
      left = opened;
    }
    // What looked wrapped may be a format's own line after all ("2021-03-04T… host: …"): its times stand alone.
    const seen = record ? text : headOf(text);
    if (marks && outer?.program !== undefined) MARKS.add(outer.program, marks);
    const formats = marks ? MARKS.candidates(TEXT_FORMATS, marks) : JSON_FORMATS;
    const known = this.ask(formats, seen, record, outer, ids);
    if (known) return known;
    if (left.ids !== ids) {
      this.noteZone(left.envelope ?? {});
      return left;
    }
    return (depth < DEEPEST ? this.unwrapJson(text, record, outer, ids, depth) : undefined) ?? left;
  }

  private marksOf(text: string, depth: number): Marks {
    const marks = (this.marks[depth] ??= MARKS.empty());
    MARKS.find(text, marks);
    return marks;
  }

  /** What the first of the envelopes that fits comes to; undefined when none does. */
  private open(
    envelopes: readonly Envelope[],
    text: string,
    record: Json | undefined,
    outer: EnvelopeFields | undefined,
    ids: readonly string[],
    depth: number,
    marks: Marks | undefined,
  ): Understood | Unknown | undefined {
    if (depth >= DEEPEST) return undefined;
    for (const envelope of envelopes) {
      const known = this.context.known;
      let opened: ReturnType<Envelope["unwrap"]>;
      try {
        opened = envelope.unwrap(text, this.context, record);
      } catch {
        // As with a format that throws.
      }
      if (!opened || opened.message === text) continue;
      const fields = nest(outer, opened.fields);
      this.noteZone(opened.fields);
      const around = marks && text.endsWith(opened.message) ? marks : undefined;
      const inner = this.understand(opened.message, fields, [...ids, envelope.id], depth + 1, around);
      if ("result" in inner) return inner;
      this.context.known = known;
      if (envelope.ifKnown) return undefined;
      return beside(envelope, inner, { text, record, ids: [...ids, envelope.id], envelope: fields }, opened.message);
    }
    return undefined;
  }

  /** The first of the formats that knows the line. */
  private ask(
    formats: readonly Format[],
    text: string,
    record: Json | undefined,
    outer: EnvelopeFields | undefined,
    ids: readonly string[],
  ): Understood | undefined {
    for (const format of formats) {
      let result: FormatResult | undefined;
      try {
        result = format.parse(text, this.context, outer, record);
      } catch {
        // One that throws on hostile bytes must not end the hunt: the line then counts as not of that format.
      }
      if (!result) continue;
      if (format.prose) this.fillEnds(result, text, record, outer);
      (result.event.event ??= {}).dataset ??= format.id;
      return { result, ids: [...ids, format.id], envelope: outer };
    }
    return undefined;
  }

  /** A sentence that its format does not know in detail may still say "from 1.2.3.4" (a daemon's rarer messages). */
  private fillEnds(
    result: FormatResult,
    text: string,
    record: Json | undefined,
    outer: EnvelopeFields | undefined,
  ): void {
    const { event } = result;
    if (event.source?.ip ?? event.destination?.ip ?? event.network?.forwarded_ip ?? event.dns) return;
    const { result: read } = readFallback(text, this.context, outer, record);
    if (!read.event.source?.ip && !read.event.destination?.ip) return;
    if (read.event.source) event.source = { ...read.event.source, ...event.source };
    if (read.event.destination) event.destination = { ...read.event.destination, ...event.destination };
    result.initiator = read.initiator;
    if (read.initiatorReason !== undefined) result.initiatorReason = read.initiatorReason;
    if (read.observerIsAsset) result.observerIsAsset = true;
    if (result.outcome === "unknown" && read.outcome !== "unknown") {
      result.outcome = read.outcome;
      if (read.outcomeReason !== undefined) result.outcomeReason = read.outcomeReason;
    }
    result.notes = [...(result.notes ?? []), "ends read by the words around them"];
  }

  /** Docker's `{"log": …}`, ECS `message`, journald `MESSAGE`: JSON whose text another format knows. */
  private unwrapJson(
    text: string,
    record: Json | undefined,
    outer: EnvelopeFields | undefined,
    ids: readonly string[],
    depth: number,
  ): Understood | undefined {
    const json = openJson(text, record);
    if (!json || !isWrapper(json.value)) return undefined;
    const facts = new Facts();
    const messages = readJson(json.value, facts);
    if (messages.length === 0) return undefined;
    const { event } = facts.result("", this.context);
    const fields: EnvelopeFields = {};
    if (event.timestamp !== undefined) fields.timestamp = event.timestamp;
    if (event.host?.name !== undefined) fields.hostname = event.host.name;
    const { known } = this.context;
    this.noteZone(fields);
    for (const message of messages) {
      const inner = this.understand(message.text.trimEnd(), nest(outer, fields), [...ids, "json"], depth + 1);
      if ("result" in inner) return inner;
    }
    this.context.known = known;
    return undefined;
  }

  private noteZone(fields: EnvelopeFields): void {
    const decision = fields.timestamp === undefined ? undefined : this.context.decisionFor(fields.timestamp);
    if (decision?.endsWith("(in the line)")) this.context.known = fields.timestamp;
  }

  private finish(read: Understood, understood: ParsedLine["understood"]): ParsedLine {
    const { result, envelope } = read;
    const { event } = result;
    if (event.timestamp === undefined && envelope?.timestamp !== undefined) event.timestamp = envelope.timestamp;
    if (envelope?.hostname !== undefined) {
      const ip = canonicalIp(envelope.hostname);
      const named = ip === undefined ? { name: envelope.hostname } : { name: envelope.hostname, ip };
      event.host = { ...named, ...event.host };
      event.observer = { ...named, ...event.observer };
    }
    if (envelope?.program !== undefined && event.process?.name === undefined)
      event.process = { ...event.process, name: envelope.program };
    // Completed where it stands: a format makes a new result for each line, and a copy of each costs a tenth of the parse.
    const parsed = result as ParsedLine;
    parsed.format = read.ids.length === 1 ? read.ids[0]! : read.ids.join(">");
    parsed.understood = understood;
    const timezone = event.timestamp === undefined ? undefined : this.context.decisionFor(event.timestamp);
    if (timezone !== undefined) parsed.timezone = timezone;
    if (this.context.undated !== undefined && event.timestamp === undefined)
      parsed.notes = [...(parsed.notes ?? []), this.context.undated];
    return parsed;
  }
}

/** The beginning that formats see, cut where no token stands: half an address is another address. */
function headOf(text: string): string {
  if (text.length <= LONGEST_FORMATTED) return text;
  let end = LONGEST_FORMATTED;
  while (end > LONGEST_FORMATTED - 1024 && /[\w.:%-]/.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}

/** The object that the line is, a cookie before it left out. */
function recordOf(text: string): Json | undefined {
  const start = text.startsWith(CEE) ? text.indexOf("{") : 0;
  return text.charCodeAt(start) === BRACE ? parseObject(start === 0 ? text : text.slice(start)) : undefined;
}

/** The one record of a page that holds no other: a hunt takes longer pages apart before it comes here. */
function onlyRecord(page: Json): Json | undefined {
  for (const name in page) {
    const list = page[name];
    if (!/^[Rr]ecords$/.test(name) || Object.keys(page).length > 1) return undefined;
    return Array.isArray(list) && list.length === 1 ? object(list[0]) : undefined;
  }
  return undefined;
}

/**
 * What the fallbacks get of a line whose message no format knew. Of JSON and rows the whole record, because the fields beside the
 * message were made by who knew it; but a message that was itself wrapped (syslog in Docker's JSON) comes first.
 */
function beside(envelope: Envelope, inner: Unknown, outer: Unknown, message: string): Unknown {
  if (!envelope.json && !envelope.beside) return inner;
  return inner.text === message && !inner.around ? outer : { ...inner, around: outer };
}

/** Inner fields win: the sender's own host and time over the relay's. */
function nest(outer: EnvelopeFields | undefined, inner: EnvelopeFields): EnvelopeFields {
  if (!outer) return inner;
  return { ...outer, ...inner };
}

/** The text that parsers see: bounded, without BOM, leading NULs (a file cut by a crash), colours and the line end. */
function clean(line: string): string {
  const first = line.charCodeAt(0);
  // An element of a list that was written with an indent.
  if ((first === 32 || first === 9) && /^[ \t]{1,32}\{/.test(line)) return clean(line.trimStart());
  const longest = first === BRACE ? LONGEST_OBJECT : LONGEST;
  let text = line.length > longest ? line.slice(0, longest) : line;
  if (first === 0xfeff || first === 0) text = text.replace(/^[\uFEFF\0]+/, "");
  if (text.includes("\u001B[")) text = text.replace(COLOUR, "");
  const last = text.charCodeAt(text.length - 1);
  // An element of a list that is written one a line.
  if (first === BRACE && (last === 44 || last === 32 || last === 13) && /\},\s{0,2}$/.test(text.slice(-4)))
    return text.slice(0, text.lastIndexOf(","));
  return last === 13 || last === 10 || last === 0 ? text.replace(/[\r\n\0]+$/, "") : text;
}

/** Gathers what fields and phrases say of one line, weighs it, and turns it into a FormatResult. */
import { canonicalIp } from "../../model/ip.js";
import type { Endpoint, Event, Initiator, Outcome } from "../../model/event.js";
import type { FormatResult, LineContext, ParsedTime } from "../format.js";
import { httpOutcome, integer, port, text, transport } from "../values.js";
import { findAddresses } from "./addresses.js";
import { settleEnds } from "./ends.js";
import { answered, isEnding, signInResult, windowsLogon } from "./evidence.js";
import { inZone, isDateOnly, timeOfValue } from "./find-time.js";
import type { Kind, Meaning } from "./keys.js";
import { NamedFacts } from "./names.js";
import { isAboutLogin, outcomeOfWord } from "./outcome-words.js";

/** Of fields that are called times: a line of hundreds states none in earnest, and each costs as much as a line. */
const MOST_TIMES = 48;

const WORDS_KEY = /^(?:context|description|details?|reason|summary|info)$/i;

type Side = "source" | "destination" | "remote" | "local" | "bare" | "sip" | "origin";

interface Ranked<T> {
  value: T;
  rank: number;
}

interface End {
  /** `client`: of a field that names a client. */
  ip?: Ranked<string> & { client?: true };
  port?: Ranked<number>;
  domain?: Ranked<string>;
}

export class Facts {
  readonly ends: Record<Side, End> = {
    source: {},
    destination: {},
    remote: {},
    local: {},
    bare: {},
    sip: {},
    origin: {},
  };
  readonly nat: Record<"source" | "destination", { ip?: string; port?: number }> = { source: {}, destination: {} };
  readonly counts: Record<"source" | "destination", { bytes?: number; packets?: number }> = {
    source: {},
    destination: {},
  };
  readonly forwarded: string[] = [];
  readonly answers: string[] = [];
  readonly notes: string[] = [];
  readonly names = new NamedFacts();
  private readonly answerNames: string[] = [];
  private readonly plain = new Map<Kind, Ranked<string>>();
  private readonly actions: Ranked<{ key: string; value: string }>[] = [];
  private time: Ranked<ParsedTime> | undefined;
  /** Event and result numbers, whose meaning is their program's. */
  private readonly numbers: string[] = [];
  private timesTried = 0;
  private timeOfDay: string | undefined;
  private date: string | undefined;
  private zone: string | undefined;
  statusCode: number | undefined;
  /** Words that show who began it, for the reasons list. */
  began: { by: "source" | "destination"; why: string } | undefined;
  outcome: { outcome: Outcome; reason: string; rank: number } | undefined;
  /** Source and destination were told apart by their ports alone. */
  byPorts = false;
  /** What a TCP packet's flags say of who began. */
  packet: { initiator: Initiator; reason?: string } | undefined;
  /** The word that shows this machine went out: `connecting`, `dial`. */
  reached: string | undefined;
  /** The record is an object. */
  structured = false;
  /** A header around the text has a time. */
  timed = false;
  /** What the program says in words: no text of visitors, no values of fields. */
  said: string | undefined;
  /** A field called `type`: of an ICMP message where the record is of one. */
  icmpType: string | undefined;
  /** Two addresses stand side by side in columns. */
  byColumns = false;
  /** What a proxy was asked for. */
  asked: { ip: string; port?: number } | undefined;
  /** The far end alone stands in the line, as in a service's own log. */
  service = false;

  /** Takes one field. `depth` is its nesting: a shallow field is about the event, a deep one about a part of it. */
  field(key: string, meaning: Meaning, value: string | number | boolean, depth = 0): void {
    const rank = meaning.rank - Math.min(depth, 8) * 0.1;
    const { kind } = meaning;
    if (kind === "initiated") {
      // Sysmon event 3: whether the process on this machine opened the connection. Of one it took, the ports say who did.
      if (/^true$/i.test(String(value))) this.began ??= { by: "source", why: `${key}=${String(value)}` };
      else if (/^false$/i.test(String(value)))
        this.packet ??= { initiator: "unknown", reason: `${key}=${String(value)}: the other end opened it` };
      return;
    }
    const string = typeof value === "string" ? text(value.trim()) : undefined;
    switch (kind) {
      case "time":
        this.takeTime(value, rank, string);
        return;
      case "date":
        if (string !== undefined && isDateOnly(string)) this.date ??= string;
        else this.takeTime(value, rank - 1, string);
        return;
      case "zone":
        // A city's zone beside other members of an object is as often a visitor's.
        if (string !== undefined && string.length <= 64 && !(this.structured && string.includes("/")))
          this.zone ??= string;
        return;
      case "forwarded":
        if (string !== undefined) this.takeList(this.forwarded, string);
        return;
      case "answer":
        if (string !== undefined) this.takeList(this.answers, string);
        return;
      case "action":
      case "event":
        if (/(?:event_?id|code|type)$/i.test(key) && /^\d{1,7}$/.test(String(value))) this.numbers.push(String(value));
        if (/^(?:icmp[_-]?)?type$/i.test(key)) this.icmpType ??= String(value);
        this.takeAction(key, value, rank);
        return;
      case "status": {
        const code = integer(typeof value === "boolean" ? undefined : value);
        if (code !== undefined && code >= 100 && code <= 599) this.statusCode ??= code;
        else this.takeAction(key, value, rank);
        return;
      }
      default:
    }
    if (typeof value === "boolean") return;
    if (meaning.asked && string !== undefined) this.names.askedUrl(string);
    const m = /^(source|destination|remote|local|bare|sip|origin)\.(ip|port|domain)$/.exec(kind);
    if (m) this.takeEnd(m[1] as Side, m[2] as keyof End, value, rank, meaning.began === true ? key : undefined);
    else this.takeOther(kind, value, string, rank);
  }

  private takeOther(kind: Kind, value: string | number, string: string | undefined, rank: number): void {
    const m = /^(source|destination)\.(bytes|packets|nat\.ip|nat\.port)$/.exec(kind);
    if (!m) {
      if (string !== undefined && this.names.take(kind, string)) return;
      const known = this.plain.get(kind);
      if (string !== undefined && (!known || known.rank < rank)) this.plain.set(kind, { value: string, rank });
      return;
    }
    const side = m[1] as "source" | "destination";
    if (m[2] === "nat.ip") {
      const ip = typeof value === "string" ? findAddresses(value)[0]?.ip : undefined;
      // 0.0.0.0 says "not translated".
      if (ip !== undefined && ip !== "0.0.0.0" && ip !== "::") this.nat[side].ip ??= ip;
    } else if (m[2] === "nat.port") {
      const p = port(value);
      if (p) this.nat[side].port ??= p;
    } else {
      const n = integer(value);
      if (n !== undefined) this.counts[side][m[2] as "bytes" | "packets"] ??= n;
    }
  }

  private takeEnd(side: Side, part: keyof End, value: string | number, rank: number, began: string | undefined): void {
    const end = this.ends[side];
    if (part === "port") {
      const p = port(typeof value === "string" ? value.trim() : value);
      if (p !== undefined && !(end.port && end.port.rank >= rank)) end.port = { value: p, rank };
      return;
    }
    if (typeof value !== "string") return;
    const stated = text(value.trim());
    if (stated === undefined) return;
    // "1.2.3.4:5678", "IPV4/UDP/1.2.3.4/5060", "host/1.2.3.4:80", "tcp://1.2.3.4:80"; a sentence is no address.
    const found = stated.length <= 200 ? findAddresses(stated) : [];
    if (found.length === 0) {
      // `from` and `to` of a mail.
      if (stated.includes("@") && (side === "source" || side === "destination"))
        this.names.mail(side === "source" ? "from" : "to", stated);
      if (/^[A-Za-z0-9_][\w.-]{0,252}(?::\d{1,5})?$/.test(stated) && part !== "ip")
        this.better(end, "domain", stated, rank);
      return;
    }
    if (found.length > 1 && side === "source" && !/^[\s\d.:a-fA-F,[\]]+$/.test(stated)) return;
    if (/\s[A-Za-z]+\s[A-Za-z]+\s/.test(stated)) return;
    const first = found[0]!;
    if (this.better(end, "ip", first.ip, rank)) {
      if (began !== undefined && /^c(?:li(?:ent)?)?[_.-]?(?:ip|addr)|client/i.test(began)) end.ip!.client = true;
      if (first.port !== undefined) end.port = { value: first.port, rank };
      if (began !== undefined && (side === "source" || side === "destination"))
        this.began ??= { by: "source", why: `field ${began}` };
    }
    // A list in a client field is a chain of proxies.
    if (found.length > 1 && side === "source") for (const f of found) this.push(this.forwarded, f.ip);
  }

  private better(end: End, part: "ip" | "domain", value: string, rank: number): boolean {
    const known = end[part];
    if (known && known.rank >= rank) {
      if (part === "ip" && known.value !== value && known.rank - rank < 0.5 && this.notes.length < 4)
        this.notes.push(`fields disagree on one end: ${known.value} and ${value}`);
      return false;
    }
    end[part] = { value, rank };
    return true;
  }

  /** A name that a question was answered with. */
  answerName(name: string): void {
    if (this.answerNames.length < 32) this.answerNames.push(name);
  }

  private takeList(list: string[], value: string): void {
    for (const f of findAddresses(value)) this.push(list, f.ip);
  }

  private push(list: string[], ip: string): void {
    if (list.length < 32 && !list.includes(ip)) list.push(ip);
  }

  private takeTime(value: string | number | boolean, rank: number, string: string | undefined): void {
    if (typeof value === "boolean") return;
    if (string !== undefined && /^\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z| ?[+-]\d{2}:?\d{2})?$/.test(string)) {
      this.timeOfDay ??= string;
      return;
    }
    if (string !== undefined && isDateOnly(string)) {
      this.date ??= string;
      return;
    }
    if ((this.time && this.time.rank >= rank) || this.timesTried >= MOST_TIMES) return;
    // `first`, `received`: a count as often as a time.
    if (rank < 0 && (this.timed || string === undefined || /^\d*$/.test(string))) return;
    this.timesTried++;
    const parsed =
      typeof value === "number" ? timeOfValue(value) : string === undefined ? undefined : timeOfValue(string);
    if (parsed) this.time = { value: parsed, rank };
  }

  private takeAction(key: string, value: string | number | boolean, rank: number): void {
    if (typeof value === "number" || this.actions.length >= 16) return;
    const stated =
      typeof value === "boolean"
        ? // `success: false`, `blocked: true`; a false `blocked` or `error` says nothing.
          value
          ? key
          : /succe|allow|ok$|accept/i.test(key)
            ? "failed"
            : undefined
        : /^(?:false|no|0)$/i.test(value)
          ? /succe/i.test(key)
            ? "failed"
            : undefined
          : text(value);
    if (stated !== undefined) this.actions.push({ value: { key, value: stated.slice(0, 200) }, rank });
  }

  /** The address, with its port, that a proxy was asked for. */
  askedFor(host: string): void {
    const [found] = findAddresses(host);
    if (found) this.asked ??= found;
  }

  /** A time found outside named fields; it counts when no field states one. */
  foundTime(time: ParsedTime): void {
    this.time ??= { value: time, rank: 0 };
  }

  /** An end found by phrasing. */
  phrase(side: Side, ip: string, p: number | undefined, rank: number): void {
    const end = this.ends[side];
    if (end.ip && end.ip.rank >= rank) {
      if (end.ip.value === ip) {
        if (p !== undefined && !end.port) end.port = { value: p, rank };
      } else if (end.ip.rank === rank && this.notes.length < 4 && !this.knows(ip))
        // What a visitor chose as his name may imitate the words around an address.
        this.notes.push(`the words place two addresses at one end: ${end.ip.value} and ${ip}`);
      return;
    }
    end.ip = { value: ip, rank };
    if (p !== undefined) end.port = { value: p, rank };
    else delete end.port;
  }

  get hasTime(): boolean {
    return this.time !== undefined;
  }

  /** Takes in the value of a field that the program fills with words of its own. */
  hear(key: string, value: unknown): void {
    if (typeof value === "string" && WORDS_KEY.test(key)) this.say(value.slice(0, 500));
  }

  say(words: string): void {
    this.said = this.said === undefined ? words : `${this.said} ${words}`;
  }

  /** True when an address already has a place. */
  knows(ip: string): boolean {
    return (
      Object.values(this.ends).some((e) => e.ip?.value === ip) ||
      this.nat.source.ip === ip ||
      this.nat.destination.ip === ip ||
      this.forwarded.includes(ip) ||
      this.answers.includes(ip)
    );
  }

  hasEnd(side: Side): boolean {
    return this.ends[side].ip !== undefined;
  }

  plainValue(kind: Kind): string | undefined {
    return this.plain.get(kind)?.value;
  }

  forget(kind: Kind): void {
    this.plain.delete(kind);
  }

  /** What action and event fields say, joined. */
  get actionWords(): string {
    return this.actions.map(({ value }) => value.value).join(" ");
  }

  /** True when anything but a time was learned. */
  get hasRoles(): boolean {
    return (
      Object.values(this.ends).some((e) => e.ip !== undefined) || this.forwarded.length > 0 || this.answers.length > 0
    );
  }

  private settleTime(context: LineContext): number | undefined {
    if (this.date !== undefined && this.timeOfDay !== undefined && !(this.time && this.time.rank >= 6)) {
      const joined = timeOfValue(`${this.date.replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3")} ${this.timeOfDay}`);
      if (joined) return context.resolveTime(inZone(joined, this.zone));
    }
    // A zone's field speaks of the times in fields, not of the one that a logger wrote before them.
    return (
      this.time && context.resolveTime(this.time.rank === 0 ? this.time.value : inZone(this.time.value, this.zone))
    );
  }

  private settleOutcome(line: string): { outcome: Outcome; outcomeReason?: string } {
    const auth = isAboutLogin(line);
    const answer = answered(this.counts.source, this.counts.destination, transport(this.plainValue("transport")));
    const bothWays = (stated: string) => ({
      outcome: "established" as const,
      outcomeReason: `${stated}, bytes both ways`,
    });
    for (const { value } of this.actions.toSorted((a, b) => b.rank - a.rank)) {
      // `ConsoleLogin=Success`: the name says that it is about a login.
      const login = auth || isAboutLogin(value.key.replace(/([a-z])([A-Z])/g, "$1 $2"));
      const found = outcomeOfWord(value.value, login);
      if (!found || (found.outcome === "permitted" && this.statusCode !== undefined)) continue;
      const stated = `${value.key}=${value.value.slice(0, 60)}`;
      if (answer === "data" && (found.outcome === "permitted" || isEnding(found.outcome, found.word)))
        return bothWays(stated);
      if (found.outcome !== "permitted") return { outcome: found.outcome, outcomeReason: stated };
      // A filter's "allow" says nothing of an answer.
      if (answer === "none") return { outcome: "unanswered", outcomeReason: `${stated}, nothing came back` };
      return { outcome: "unknown", outcomeReason: `${stated}: permitted; an answer is not shown` };
    }
    if (this.statusCode !== undefined) return httpOutcome(this.statusCode);
    for (const number of this.numbers) {
      const outcome = windowsLogon(number, line) ?? signInResult(number, line);
      if (outcome !== undefined) return { outcome, outcomeReason: `event or result ${number}` };
    }
    if (this.outcome && !(answer === "data" && isEnding(this.outcome.outcome, this.outcome.reason)))
      return { outcome: this.outcome.outcome, outcomeReason: this.outcome.reason };
    if (answer === "data" && this.plain.get("method") === undefined) return bothWays("counters");
    if (this.plain.has("login")) return { outcome: "authenticated", outcomeReason: "a user who logged in is named" };
    return { outcome: "unknown" };
  }

  private endpoint(side: "source" | "destination"): Endpoint | undefined {
    const end = this.ends[side];
    const out: Endpoint = { ...this.counts[side] };
    if (end.ip) out.ip = end.ip.value;
    if (end.port) out.port = end.port.value;
    // A time of day before an address (`05:06:07 UTC:192.0.2.1`) is no name.
    if (end.domain && canonicalIp(end.domain.value) === undefined && !/^[\d:.]*$/.test(end.domain.value))
      out.domain = end.domain.value;
    const nat = this.nat[side];
    if (nat.ip !== undefined && nat.ip !== out.ip) out.nat = nat;
    return Object.keys(out).length > 0 ? out : undefined;
  }

  /** @param line What was read, for words that colour the record (login, request). */
  result(line: string, context: LineContext): FormatResult {
    const { initiator, reason } = settleEnds(this, line);
    const event: Event = {};
    const timestamp = this.settleTime(context);
    if (timestamp !== undefined) event.timestamp = timestamp;
    const source = this.endpoint("source");
    const destination = this.endpoint("destination");
    if (source) event.source = source;
    if (destination) event.destination = destination;
    const outcome = this.settleOutcome(line);
    this.describe(event);
    const result: FormatResult = { event, ...outcome, initiator };
    if (reason !== undefined) result.initiatorReason = reason;
    if (initiator === "destination" && outcome.outcome === "blocked") {
      result.initiator = "unknown";
      result.initiatorReason = `${reason ?? "a reply"}, but blocked: one that nobody asked for`;
    }
    // Flow records and packets (NetFlow exports, nfdump): one direction each, and two together show traffic both ways.
    // A packet that was blocked is one direction too; of UDP from a service's port it may be a late answer to an own question.
    const alone =
      outcome.outcome === "unknown" ||
      (outcome.outcome === "blocked" && !/\budp\b/i.test(this.plainValue("transport") ?? line.slice(0, 1000)));
    if (initiator === "unknown" && alone && source?.port && destination?.port)
      if (this.counts.destination.bytes === undefined && this.counts.destination.packets === undefined)
        result.oneWay = true;
    if (this.service && (!event.destination?.ip || !event.source?.ip)) result.observerIsAsset = true;
    if (this.notes.length > 0) result.notes = this.notes;
    return result;
  }

  private describe(event: Event): void {
    const value = (kind: Kind): string | undefined => this.plainValue(kind);
    const network: NonNullable<Event["network"]> = {};
    const t = transport(value("transport"));
    const direction = value("direction");
    if (t !== undefined && t.length <= 16) network.transport = t;
    if (value("protocol") !== undefined) network.protocol = value("protocol")!.toLowerCase().slice(0, 64);
    if (direction !== undefined) network.direction = direction.toLowerCase().slice(0, 32);
    if (this.forwarded.length > 0) network.forwarded_ip = this.forwarded;
    if (Object.keys(network).length > 0) event.network = network;
    const action = this.actions.toSorted((a, b) => b.rank - a.rank)[0];
    if (action) event.event = { action: action.value.value };
    if (value("user") !== undefined) event.user = { name: value("user")! };
    if (value("host") !== undefined && /^[\w.:-]{1,255}$/.test(value("host")!)) event.host = { name: value("host")! };
    if (value("url") !== undefined) event.url = { original: value("url")! };
    if (value("agent") !== undefined) event.user_agent = { original: value("agent")! };
    if (this.statusCode !== undefined || value("method") !== undefined) {
      event.http = {};
      if (value("method") !== undefined) event.http.request = { method: value("method")! };
      if (this.statusCode !== undefined) event.http.response = { status_code: this.statusCode };
    }
    const [question, type] = [value("question"), value("question.type")];
    if (this.answers.length > 0 || this.answerNames.length > 0 || question !== undefined) {
      event.dns = {};
      if (this.answers.length > 0) event.dns.resolved_ip = this.answers;
      if (this.answerNames.length > 0) event.dns.answers = this.answerNames.map((data) => ({ data }));
      if (question !== undefined) event.dns.question = { name: question, ...(type === undefined ? {} : { type }) };
    }
    this.names.describe(event);
    if (value("observer.ip") !== undefined) {
      const ip = findAddresses(value("observer.ip")!)[0]?.ip;
      if (ip !== undefined) event.observer = { ip };
    }
  }
}

/**
 * Names, mail addresses and fingerprints in lines that no format knows: by the fields' names, and by the sentences of resolvers and
 * mail servers.
 */
import type { Event } from "../../model/event.js";
import { hostOfField, mailsIn } from "../../model/host.js";
import { canonicalIp } from "../../model/ip.js";
import type { Facts } from "./facts.js";
import type { Kind } from "./keys.js";
import { wordTable } from "../../model/word-table.js";

/** Digits of each digest; a field of another length holds something else. */
const DIGITS: Readonly<Record<string, number>> = wordTable({ md5: 32, sha1: 40, sha256: 64, sha512: 128 });
type Digest = "md5" | "sha1" | "sha256" | "sha512";

const ABSOLUTE = /^(?:https?|wss?|ftp):\/\/(?:[^/?#@\s]{0,255}@)?([^/?#\s]{1,255})/i;

/** What fields say of names; the first of a kind counts. */
export class NamedFacts {
  private asked: string | undefined;
  private urlHost: string | undefined;
  private header: string | undefined;
  private serverName: string | undefined;
  private readonly from: string[] = [];
  private readonly to: string[] = [];
  private readonly hash: Partial<Record<Digest, string>> = {};
  private readonly tls: { ja3?: string; ja3s?: string; ja4?: string } = {};

  /** Takes a field of one of these kinds; false for any other. */
  take(kind: Kind, value: string): boolean {
    const [group, part] = kind.split(".") as [string, string | undefined];
    if (kind === "asked.host") this.asked ??= hostOfField(value);
    else if (kind === "asked.header") this.header ??= hostOfField(value);
    else if (kind === "asked.sni") this.serverName ??= hostOfField(value);
    else if (group === "mail") this.mail(part === "from" ? "from" : "to", value);
    else if (group === "hash") this.digest(part as Digest, value);
    else if (group === "tls") this.fingerprint(part as "ja3" | "ja3s" | "ja4", value);
    else return false;
    return true;
  }

  /** A URL that was asked for; a path alone names no host. */
  askedUrl(url: string): void {
    this.urlHost ??= hostOfUrl(url);
  }

  mail(end: "from" | "to", text: string): void {
    const list = this[end];
    for (const mail of mailsIn(text)) if (list.length < 32 && !list.includes(mail)) list.push(mail);
  }

  private digest(name: Digest, value: string): void {
    if (value.length === DIGITS[name] && /^[0-9a-f]+$/i.test(value)) this.hash[name] ??= value.toLowerCase();
  }

  private fingerprint(name: "ja3" | "ja3s" | "ja4", value: string): void {
    if (/^[0-9a-z_]{32,40}$/i.test(value)) this.tls[name] ??= value.toLowerCase();
  }

  /** Adds what was learned; fields without a value stay absent. */
  describe(event: Event): void {
    // A server logs whatever Host header it is sent; a sensor that names both ends saw it on its way out.
    const header = event.source?.ip !== undefined && event.destination?.ip !== undefined ? this.header : undefined;
    const domain = this.asked ?? this.urlHost ?? header;
    if (domain !== undefined) event.url = { ...event.url, domain };
    const { ja3, ja3s, ja4 } = this.tls;
    const client = {
      ...(this.serverName === undefined ? {} : { server_name: this.serverName }),
      ...(ja3 === undefined ? {} : { ja3 }),
      ...(ja4 === undefined ? {} : { ja4 }),
    };
    const tls = {
      ...(Object.keys(client).length > 0 ? { client } : {}),
      ...(ja3s === undefined ? {} : { server: { ja3s } }),
    };
    if (Object.keys(tls).length > 0) event.tls = tls;
    const email = {
      ...(this.from.length > 0 ? { from: { address: this.from } } : {}),
      ...(this.to.length > 0 ? { to: { address: this.to } } : {}),
    };
    if (Object.keys(email).length > 0) event.email = email;
    if (Object.keys(this.hash).length > 0) event.file = { hash: this.hash };
  }
}

function hostOfUrl(url: string): string | undefined {
  const host = ABSOLUTE.exec(url)?.[1];
  const name = host === undefined ? undefined : hostOfField(host);
  // An address is an end of its own kind.
  return name !== undefined && /[a-z]/.test(name) ? name : undefined;
}

/** Groups: `name` asked for, `type`, `answer`. */
const QUESTIONS: readonly RegExp[] = [
  // BIND: query log, failures, response policy zones, refusals. https://bind9.readthedocs.io/en/latest/reference.html#logging
  /: query: (?<name>\S{1,255}) IN (?<type>[A-Z0-9]{1,10})\b/,
  /: query failed \([A-Za-z ]{1,20}\) for (?<name>[^\s/]{1,255})\/IN\/(?<type>[A-Z0-9]{1,10})\b/,
  /: (?:disabled )?rpz \S{1,12} \S{1,12} rewrite (?<name>[^\s/]{1,255})(?:\/(?<type>[A-Z0-9]{1,10})\/IN)? via\b/,
  /: query (?:\(cache\) )?'(?<name>[^\s/']{1,255})\/(?<type>[A-Z0-9]{1,10})\/IN' denied/,
  // dnsmasq and Pi-hole
  /\bquery\[(?<type>[A-Z0-9]{1,10})\] (?<name>\S{1,255}) from \S/,
  /\bforwarded (?<name>\S{1,255}) to \S/,
  /\b(?:reply|cached|config|gravity blocked|exactly (?:denied|blacklisted)|regex (?:denied|blacklisted)) (?<name>\S{1,255}) is (?<answer>\S{1,255})/,
  // Unbound, log-queries
  /\binfo: \S{3,64} (?<name>\S{1,255}) (?<type>[A-Z0-9]{1,10}) IN\b/,
];

/** Microsoft's DNS debug log: direction, peer, response mark, type and name. */
const MICROSOFT =
  /\bPACKET {1,4}[0-9A-F]{8,16} (?:UDP|TCP) (?<way>Rcv|Snd) \S{3,64} {1,16}[0-9a-f]{4} (?<reply>[R ]) [A-Z?] \[[^\]]{0,60}\] {1,4}(?<type>[A-Z0-9]{1,10}) {1,12}(?<name>\(\d{1,3}\)\S{1,400})/;

/** Reads a resolver's or a mail server's sentence. */
export function readNames(line: string, facts: Facts): void {
  const text = line.length > 4096 ? line.slice(0, 4096) : line;
  const packet = text.includes("PACKET") ? MICROSOFT.exec(text)?.groups : undefined;
  if (packet) {
    question(facts, packet["name"]!, packet["type"]);
    // A query sent, or an answer received: the peer is a server that this one asked.
    if ((packet["way"] === "Snd") !== (packet["reply"] === "R")) {
      Object.assign(facts.ends.destination, facts.ends.source);
      facts.ends.source = {};
      facts.reached ??= packet["way"]!;
    }
    return;
  }
  for (const says of QUESTIONS) {
    const groups = says.exec(text)?.groups;
    if (!groups) continue;
    question(facts, groups["name"]!, groups["type"]);
    const answer = groups["answer"];
    if (answer !== undefined && answer.includes(".") && /[a-z]/i.test(answer)) facts.answerName(answer);
    break;
  }
  mailLog(text, facts);
  hostsBefore(text, facts);
}

const HOST_AND_ADDRESS = /(?<![A-Za-z0-9_.-])([A-Za-z0-9_.-]{1,253})\[([0-9A-Fa-f.:]{2,45})\]/g;

/** `mail.evil.example[192.0.2.1]`, as Postfix writes its peers: the name, by reverse DNS or by look-up, of an end that is known. */
function hostsBefore(text: string, facts: Facts): void {
  for (const m of text.matchAll(HOST_AND_ADDRESS)) {
    const ip = canonicalIp(m[2]);
    if (ip === undefined || !m[1]!.includes(".")) continue;
    for (const side of ["source", "destination"] as const)
      if (facts.ends[side].ip?.value === ip) facts.ends[side].domain ??= { value: m[1]!, rank: 1 };
  }
}

function question(facts: Facts, name: string, type: string | undefined): void {
  const host = hostOfField(name);
  if (host === undefined) return;
  facts.field("question", { kind: "question", rank: 6 }, host);
  if (type !== undefined) facts.field("type", { kind: "question.type", rank: 6 }, type);
}

/** Exim: `<=` is a message that arrived, `=>` and `->` are deliveries. https://www.exim.org/exim-html-current/doc/html/spec_html/ch-log_files.html */
const EXIM = /^.{0,80} (<=|=>|->|==|\*\*) (\S{3,320}@\S{1,255})/;

function mailLog(text: string, facts: Facts): void {
  const exim = EXIM.exec(text);
  if (exim) facts.names.mail(exim[1] === "<=" ? "from" : "to", exim[2]!);
  // Postfix' queue manager takes a message up once it has been accepted.
  const taken =
    exim?.[1] === "<=" ? "<=" : /\bfrom=<[^>]{0,320}>, size=\d{1,12}, nrcpt=\d{1,6} \((queue active)\)/.exec(text)?.[1];
  if (taken !== undefined) facts.outcome ??= { outcome: "established", reason: `"${taken}": accepted`, rank: 1 };
}

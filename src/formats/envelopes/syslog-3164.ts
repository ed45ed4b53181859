import { canonicalIp } from "../../model/ip.js";
import type { Envelope, EnvelopeFields, LineContext, ParsedTime } from "../format.js";
import { civilTime, parseEpoch, parseIsoTime, zoneOffset, milliseconds } from "../time.js";
import { isHost, readTag, stripPriority } from "./header.js";
import { monthOf } from "../months.js";

/** `12: `, `000456: `, `: ` before the time, and the clock's state (`*` not set, `.` not in sync): Cisco IOS and NX-OS. */
const CISCO_PREFIX =
  /^(?:\d{0,10}: {1,2}){0,2}(?:([A-Za-z0-9][\w.-]{0,63}): (?=[*.]?[A-Z][a-z]{2} [ \d]))?[*.]?(?=[A-Z0-9])/;
/** Cisco Meraki: `1 1377449842.514782056 MX84 flows …`. */
const MERAKI = /^1 (\d{10}\.\d{1,9}) (\S{1,64}) /;
/**
 * `Mmm dd [yyyy] hh:mm:ss[.fff] [yyyy]`, the weekday before it where a device adds one. Groups: month, day, year, time
 * parts, fraction, year.
 */
const BSD_TIME =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (?:(\d{4}) )?(\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?: (\d{4})(?= |:(?: |$)|$))?/;
/** NX-OS: `2021 Mar  4 05:06:07`. */
const YEAR_FIRST = /^(\d{4}) ([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?/;
const ISO =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z| UTC| GMT| ?[+-]\d{2}:?\d{2})?(?= |: )/;
const ZONE = /^ ([A-Z]{2,5}|[+-]\d{2}:?\d{2})(?=:? )/;
/** `daemon.info ` after the time or the host: OpenWrt, syslog-ng's default on embedded systems. */
const FACILITY =
  /^(?:kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|local[0-7])\.(?:debug|info|notice|warn|warning|err|error|crit|alert|emerg|panic) /;
/** A payload that needs no host before it: key=value, CEF, JSON, Cisco's `%FACILITY-N-MNEMONIC`. */
const PAYLOAD = /^(?:[A-Za-z_][\w.-]{0,63}=|CEF: ?\d|LEEF:|\{|%[A-Z])/;

/** A payload after time and host that no application's own line has there: another syslog header, PAN-OS, JSON, CEF, several pairs. */
const TELLING =
  /^ {0,3}(?:<\d|[A-Z][a-z]{2} [ \d]\d \d\d:|1 \d{4}-\d\d-|\d{0,2},\d{4}\/\d\d\/\d\d |\{\s{0,20}"|CEF: ?\d|LEEF:|%[A-Z]|[A-Za-z_][\w.-]{0,40}="?[^\s=]{0,100} [A-Za-z_][\w.-]{0,40}=)/;

/** rsyslog and syslogd pack repeated messages: `message repeated 3 times: [ Failed password … ]`. */
const REPEATED = /^message repeated \d{1,9} times: \[(?=.*\]$)/;

const CHAIN = /^[\w.-]{1,64}\/[0-9A-Fa-f:.]{3,45}$/;

interface Header {
  /** Asked only of what turns out to be syslog: many an application's own line begins with a time. */
  time: () => ParsedTime | undefined;
  length: number;
  iso: boolean;
  /** ISO 8601 with a space between date and time. */
  parted: boolean;
  /** ISO 8601 with a numeric offset. */
  offset: boolean;
}

interface Opened {
  fields: EnvelopeFields;
  message: string;
  /** The tag had a pid. */
  pid?: boolean;
}

function readTime(text: string): Header | undefined {
  const c = text.charCodeAt(0);
  const iso = (c >= 48 && c <= 57) || /^[A-Z][a-z]{2} \d{4}-/.test(text) ? ISO.exec(text) : null;
  if (iso) return readIso(text, iso[0]);
  if (c >= 48 && c <= 57) {
    const y = YEAR_FIRST.exec(text);
    const month = y && monthOf(y[2]!);
    if (!y || !month) return undefined;
    return withZone(text, y[0].length, (zone) =>
      civilTime(+y[1]!, month, +y[3]!, +y[4]!, +y[5]!, +y[6]!, milliseconds(y[7]), zone),
    );
  }
  const m = BSD_TIME.exec(text);
  const month = m && monthOf(m[1]!);
  if (!m || !month) return undefined;
  const year = m[3] ?? m[8];
  return withZone(text, m[0].length, (zone) =>
    civilTime(year === undefined ? undefined : +year, month, +m[2]!, +m[4]!, +m[5]!, +m[6]!, milliseconds(m[7]), zone),
  );
}

function readIso(text: string, stated: string): Header {
  // journalctl -o short-full puts the weekday before it and the zone's name behind.
  const bare = stated.replace(/^[A-Z][a-z]{2} /, "");
  const common = { iso: true, parted: bare[10] === " ", offset: /[+-]\d{2}:?\d{2}$/.test(bare) };
  const read = { time: () => parseIsoTime(bare), length: stated.length, ...common };
  if (zoneAfter(text, stated.length) === undefined) return read;
  const time = read.time();
  if (time?.kind !== "local" || time.year === undefined) return read;
  const { year } = time;
  const zoned = withZone(text, stated.length, (zone) =>
    civilTime(year, time.month, time.day, time.hour, time.minute, time.second, time.millisecond, zone),
  );
  return { ...zoned, ...common };
}

function zoneAfter(text: string, length: number): { offset: number; length: number } | undefined {
  const zone = ZONE.exec(text.slice(length, length + 8));
  const offset = zone ? zoneOffset(zone[1]!) : undefined;
  return offset === undefined ? undefined : { offset, length: zone![0].length };
}

function withZone(text: string, length: number, build: (zone: number | undefined) => ParsedTime | undefined): Header {
  const zone = zoneAfter(text, length);
  return {
    time: () => build(zone?.offset),
    length: length + (zone?.length ?? 0),
    iso: false,
    parted: false,
    offset: false,
  };
}

/**
 * RFC 3164 as devices send it: priority optional, time with or without fraction, year and zone, ISO 8601 times (rsyslog's file
 * format, journalctl -o short-iso), host an address or missing, tag with or without pid, Cisco's sequence numbers, and
 * a payload straight after the priority.
 */
export const syslog3164: Envelope = {
  id: "syslog-3164",
  title: "BSD syslog",
  reference:
    "RFC 3164; rsyslog templates RSYSLOG_TraditionalFileFormat and RSYSLOG_FileFormat; Cisco IOS system messages",
  unwrap(line, context) {
    const first = line.charCodeAt(0);
    // "<", a digit, a capital, "*", "." or ":" begin every form.
    if (
      !(
        first === 60 ||
        (first >= 65 && first <= 90) ||
        (first >= 48 && first <= 57) ||
        first === 42 ||
        first === 46 ||
        first === 58
      )
    )
      return undefined;
    const { rest, pri } = stripPriority(line);
    const prefix = CISCO_PREFIX.exec(rest);
    const skipped = prefix ? prefix[0].length : 0;
    const header = readTime(skipped === 0 ? rest : rest.slice(skipped));
    if (!header) return pri ? unwrapBare(rest, context) : undefined;
    const after = rest.slice(skipped + header.length);
    const opened = unwrapAfterTime(after, header, pri, context);
    const repeated = opened && REPEATED.exec(opened.message);
    if (repeated) opened.message = opened.message.slice(repeated[0].length, -1).trim();
    if (opened && prefix?.[1] !== undefined) opened.fields.hostname ??= prefix[1];
    return opened;
  },
};

/** `<189>date=2021-03-04 …`, `<4>host CEF:0|…`, `<134>program[1]: …`: a priority, and no time. */
function unwrapBare(rest: string, context: LineContext): Opened | undefined {
  const text = rest.replace(/^ {1,4}/, "");
  if (text === "") return undefined;
  const meraki = MERAKI.exec(text);
  const time = meraki && parseEpoch(meraki[1]!);
  if (meraki && time) {
    const timestamp = context.resolveTime(time);
    const fields: EnvelopeFields = { hostname: meraki[2]!, ...(timestamp === undefined ? {} : { timestamp }) };
    return { fields, message: text.slice(meraki[0].length) };
  }
  if (PAYLOAD.test(text)) return { fields: {}, message: text };
  const tag = readTag(text);
  if (tag) return tagged({}, text, tag);
  const space = text.indexOf(" ");
  const host = space > 0 ? text.slice(0, space) : "";
  const next = text.slice(space + 1);
  if (host !== "" && isHost(host) && PAYLOAD.test(next)) return { fields: { hostname: host }, message: next };
  return { fields: {}, message: text };
}

function unwrapAfterTime(after: string, header: Header, pri: boolean, context: LineContext): Opened | undefined {
  let text = after;
  // "time: %SEC-6-…" (Cisco without a host).
  const colon = /^ {0,2}: {0,2}/.exec(text);
  if (colon && !header.iso) text = text.slice(colon[0].length);
  else if (text.startsWith(" ")) text = text.replace(/^ {1,3}/, "");
  else return undefined;
  const facility = FACILITY.exec(text);
  if (facility) text = text.slice(facility[0].length);
  const parts = hostAndTag(text, facility !== null);
  // An ISO time begins many an application's own line: only a host with a tag or a telling payload after it, or a priority before
  // it, make it syslog.
  if (header.iso && !pri && !isWrapped(parts, header)) return undefined;
  const time = header.time();
  if (time) {
    const timestamp = context.resolveTime(time);
    if (timestamp !== undefined) parts.fields.timestamp = timestamp;
  }
  return parts;
}

/** "…Z Login failed: x" is no host with a program: without a pid, only rsyslog's and journald's numeric offset vouches for the tag. */
function isWrapped(parts: Opened, header: Header): boolean {
  const { hostname, program } = parts.fields;
  if (hostname === undefined) return false;
  if (program !== undefined) return parts.pid === true || (!header.parted && header.offset);
  return !header.parted && TELLING.test(parts.message);
}

function hostAndTag(text: string, tagFirst: boolean): Opened {
  if (PAYLOAD.test(text)) return tagged({}, text, readTag(text));
  const space = text.indexOf(" ");
  const token = space < 0 ? text : text.slice(0, space);
  const stated = token.endsWith(":") ? token.slice(0, -1) : token;
  // syslog-ng's chain of hosts: the first sent it.
  const bare = CHAIN.test(stated) ? stated.slice(0, stated.indexOf("/")) : stated;
  const tag = readTag(text);
  // "sshd[12]: …" stands where the host should: there is no host. "10.0.0.1: …" is a host all the same.
  if (tag && (tagFirst || tag.pid || token.endsWith(":")) && canonicalIp(bare) === undefined)
    return tagged({}, text, tag);
  if (space < 0 || !isHost(bare)) return { fields: {}, message: text };
  let rest = text.slice(space + 1).replace(/^ {1,3}/, "");
  if (rest.startsWith(": ")) rest = rest.slice(2);
  const facility = FACILITY.exec(rest);
  if (facility) rest = rest.slice(facility[0].length);
  return tagged({ hostname: bare }, rest, readTag(rest));
}

function tagged(
  fields: EnvelopeFields,
  text: string,
  tag: { program: string; length: number; pid: boolean } | undefined,
): Opened {
  if (!tag) return { fields, message: text };
  // Cisco's mnemonic (`%ASA-6-302013:`) is program and part of the message at once. So is a CEF header.
  if (tag.program.startsWith("%") || tag.program === "CEF" || tag.program === "LEEF")
    return { fields: { ...fields, program: tag.program }, message: text };
  return { fields: { ...fields, program: tag.program }, message: text.slice(tag.length), pid: tag.pid };
}

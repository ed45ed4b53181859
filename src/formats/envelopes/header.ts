/** The parts that syslog headers share: priority, octet count, host and tag. */

const OCTET_COUNT = /^\d{1,7} (?=<\d{1,3}>)/;
const PRIORITY = /^<\d{1,3}>/;

/** Drops an octet count (RFC 6587 3.4.1) and a priority; `pri` tells whether one stood there. */
export function stripPriority(line: string): { rest: string; pri: boolean } {
  let rest = line;
  const count = OCTET_COUNT.exec(rest);
  if (count) rest = rest.slice(count[0].length);
  const priority = PRIORITY.exec(rest);
  return priority ? { rest: rest.slice(priority[0].length), pri: true } : { rest, pri: false };
}

/** Words that stand where a host would in an application's own log. */
const LEVELS: ReadonlySet<string> = new Set(
  (
    "trace debug verbose info information informational notice warn warning wrn err error crit critical fatal severe alert emerg " +
    "panic inf dbg ftl fine finer finest config stdout stderr main audit"
  ).split(" "),
);
const HOST = /^(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}|\[?[0-9A-Fa-f:.]{3,45}(?:%[\w.]{1,16})?\]?)$/;

/** True when a token may be a HOSTNAME: a name, an IPv4 or an IPv6 address, and no log level. */
export function isHost(token: string): boolean {
  return token.length <= 255 && HOST.test(token) && !LEVELS.has(token.toLowerCase());
}

const TAG =
  /^([A-Za-z_%(/][\w.%/@+*()-]{0,127}|\d{1,3}[A-Za-z][\w.-]{0,63})(?:\[([^\]\s]{0,64})\])?(?: (?:\([^()]{0,64}\)|<\w{1,16}>))?\s?:(?=\s|$)\s?/;
/** A tag that carries a pid is one even without the colon: `sshd[12] Accepted`. */
const TAG_PID = /^([A-Za-z_/][\w./@+*-]{0,127})\[(\d{1,10})\]:?\s?/;

/** TAG (RFC 3164 4.1.3) at the start of `text`: program without pid, and the length of tag, pid, colon and one space. */
export function readTag(text: string): { program: string; length: number; pid: boolean } | undefined {
  const m = TAG.exec(text) ?? TAG_PID.exec(text);
  return m ? { program: m[1]!, length: m[0].length, pid: m[2] !== undefined } : undefined;
}

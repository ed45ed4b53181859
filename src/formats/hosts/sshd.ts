/**
 * OpenSSH server. Every line is about a client that came to this machine, so it is the source; only `Connection from A on B`
 * and dropped connections name the machine's own address.
 */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { tell, type Sentence } from "../messages.js";
import { NAMES_ADDRESS } from "../speaker.js";

const AT = String.raw`(?<ip>[\w.:%-]{2,255})(?: port (?<port>\d{1,5}))?`;
/** With the port stated, which tells the address from the end of a user name. */
const AT_PORT = String.raw`(?<ip>[\w.:%-]{2,255}) port (?<port>\d{1,5})`;
const FROM = String.raw` from ${AT}`;
const END = String.raw`(?: ssh2?)?(?:: .*)?(?: \[preauth\])?$`;
const re = (source: string): RegExp => new RegExp(source);

interface SshdSentence extends Sentence {
  /** Literals of which a line that it says something of holds at least one. */
  marks: readonly string[];
}
const ENDED = [
  "Connection closed by ",
  "Connection reset by ",
  "Disconnected from ",
  "Received disconnect from ",
  "Disconnecting ",
] as const;

/** In trial order: what is surer, and what happens more often, stands first. Wordings from OpenSSH's auth.c, packet.c, sshd.c. */
export const SSHD_SENTENCES: readonly SshdSentence[] = [
  {
    marks: ["Failed "],
    says: re(String.raw`^Failed (?<method>\S{1,40}) for (?:(?:invalid|illegal) user )?(?<user>.*)${FROM}${END}`),
    outcome: "refused",
    reason: "failed login",
    action: "ssh_login",
  },
  {
    marks: ["Accepted "],
    says: re(String.raw`^Accepted (?<method>\S{1,40}) for (?<user>.*)${FROM}${END}`),
    outcome: "authenticated",
    reason: "accepted login",
    action: "ssh_login",
  },
  {
    marks: ["Invalid user ", "Illegal user "],
    says: re(String.raw`^(?:Invalid|Illegal) user (?<user>.*)${FROM}$`),
    outcome: "refused",
    reason: "invalid user",
    action: "ssh_login",
  },
  {
    marks: ENDED,
    says: re(
      String.raw`^(?:Connection (?:closed|reset) by|Disconnected from|Disconnecting) \w{1,16} user (?<user>.*) ${AT_PORT}(?:: .*)? \[preauth\]$`,
    ),
    outcome: "refused",
    reason: "ended before authentication",
  },
  {
    marks: ENDED,
    says: re(
      String.raw`^(?:Connection (?:closed|reset) by|Disconnected from|Received disconnect from|Disconnecting) ${AT}(?:: ?.*)? \[preauth\]$`,
    ),
    outcome: "refused",
    reason: "ended before authentication",
  },
  {
    marks: ENDED,
    says: re(
      String.raw`^(?:Disconnected from|Connection (?:closed|reset) by|Disconnecting) user (?<user>.*) ${AT_PORT}(?:: .*)?$`,
    ),
    outcome: "authenticated",
    reason: "the session of a logged-in user ended",
  },
  {
    marks: ["Starting session: ", "Close session: user "],
    says: re(String.raw`^(?:Starting session: .{1,80} for|Close session: user) (?<user>.*)${FROM} id \d{1,10}$`),
    outcome: "authenticated",
    reason: "a session of a logged-in user",
    action: "ssh_session",
  },
  {
    marks: ["Received disconnect from "],
    says: re(String.raw`^Received disconnect from ${AT}: ?\d{1,3}: .*$`),
    outcome: "established",
    reason: "disconnected after authentication, or by an old server that does not say",
  },
  {
    marks: ["refused connect from "],
    says: re(String.raw`^refused connect from .*\((?<ip>[\w.:%-]{2,64})\)$`),
    outcome: "blocked",
    reason: "refused by TCP wrappers",
  },
  {
    marks: ["refused connect from "],
    says: re(String.raw`^refused connect from ${AT}$`),
    outcome: "blocked",
    reason: "refused by TCP wrappers",
  },
  {
    marks: ["drop connection #"],
    says: re(
      String.raw`^drop connection #\d{1,6} from \[?(?<ip>[\w.:%]{2,64})\]?:(?<port>\d{1,5}) on \[?(?<near>[\w.:%]{2,64})\]?:(?<nearPort>\d{1,5}) `,
    ),
    outcome: "blocked",
    reason: "dropped: MaxStartups or a penalty",
  },
  {
    marks: ["Connection from "],
    says: re(String.raw`^Connection from ${AT} on (?<near>[\w.:%]{2,64}) port (?<nearPort>\d{1,5})(?: .*)?$`),
    outcome: "unknown",
    reason: "a connection was opened",
    action: "ssh_connection",
  },
  {
    marks: ["Timeout before authentication for "],
    says: re(String.raw`^Timeout before authentication for connection from ${AT} to (?<near>[\w.:%]{2,64}), pid`),
    outcome: "refused",
    reason: "timeout before authentication",
  },
  {
    marks: ["Timeout before authentication for "],
    says: re(String.raw`^Timeout before authentication for ${AT}`),
    outcome: "refused",
    reason: "timeout before authentication",
  },
  {
    marks: [" not allowed because "],
    says: re(String.raw`^User (?<user>.*)${FROM} not allowed because `),
    outcome: "refused",
    reason: "user not allowed",
  },
  {
    marks: ["maximum authentication attempts exceeded for ", "Too many authentication failures for "],
    says: re(
      String.raw`^(?:maximum authentication attempts exceeded|Too many authentication failures) for (?:invalid user )?(?<user>.*)${FROM}${END}`,
    ),
    outcome: "refused",
    reason: "too many failed logins",
  },
  {
    marks: ["PAM: "],
    says: re(String.raw`^PAM: .{1,200} for (?:illegal user )?(?<user>.*)${FROM}$`),
    outcome: "refused",
    reason: "PAM refused",
  },
  {
    marks: ["Authentication tried for "],
    says: re(
      String.raw`^Authentication tried for (?<user>.*) with correct key but not from a permitted host \(host=.*, ip=(?<ip>[\w.:%]{2,64})`,
    ),
    outcome: "refused",
    reason: "host not permitted",
  },
  {
    marks: ["ROOT LOGIN REFUSED FROM "],
    says: re(String.raw`^ROOT LOGIN REFUSED FROM ${AT}`),
    outcome: "refused",
    reason: "root login refused",
  },
  {
    marks: [
      "Did not receive identification string",
      "Bad protocol version identification ",
      "Magic value check failed ",
    ],
    says: re(
      String.raw`^(?:Did not receive identification string|Bad protocol version identification .*|Magic value check failed .*)${FROM}$`,
    ),
    outcome: "refused",
    reason: "no SSH client",
  },
  {
    marks: ["Unable to negotiate with ", "Protocol major versions differ for "],
    says: re(String.raw`^(?:Unable to negotiate with|Protocol major versions differ for) ${AT}`),
    outcome: "refused",
    reason: "no common algorithm or protocol",
  },
  {
    marks: [": Connection from "],
    says: re(
      String.raw`^(?:banner exchange|ssh_dispatch_run_fatal): Connection from (?:\w{1,16} user (?<user>.*) )?${AT_PORT}: `,
    ),
    outcome: "refused",
    reason: "protocol error",
  },
  {
    marks: ["Postponed ", "Partial "],
    says: re(String.raw`^(?:Postponed|Partial) (?<method>\S{1,40}) for (?:invalid user )?(?<user>.*)${FROM}${END}`),
    outcome: "unknown",
    reason: "login in progress",
  },
  {
    marks: ["reverse mapping checking getaddrinfo for "],
    says: re(String.raw`^reverse mapping checking getaddrinfo for .{1,255} \[(?<ip>[\w.:%]{2,64})\]`),
    outcome: "unknown",
    reason: "reverse mapping failed",
  },
  {
    marks: [" maps to "],
    says: re(String.raw`^Address (?<ip>[\w.:%]{2,64}) maps to `),
    outcome: "unknown",
    reason: "reverse mapping failed",
  },
  {
    marks: ENDED,
    says: re(String.raw`^Connection (?:closed|reset) by ${AT}$`),
    outcome: "unknown",
    reason: "connection ended",
  },
];
/** `Format.marks` of a format that knows the sentences alone. */
export const SSHD_MARKS = [...new Set(SSHD_SENTENCES.flatMap(({ marks }) => marks))];

/** Any other sentence of sshd's: a client is named after one of these words. */
const OTHER: readonly Sentence[] = [
  {
    says: /(?:from|by|with|for|new|client|rhost=)[ =]?\[?(?<ip>\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{2,41})\]?(?:(?: port |:)(?<port>\d{1,5}))?/,
    outcome: "unknown",
    reason: "sshd names the address",
  },
];

const PROGRAM = /^sshd(?:-session|-auth)?$/;
const OWN_TAG = /^(?:sshd(?:-session|-auth)?)(?:\[\d{1,10}\])?: /;
const LEVEL = /^(?:error|fatal|debug\d|info): /;

export const sshd: Format = {
  id: "openssh.sshd",
  prose: true,
  title: "OpenSSH server",
  reference: "https://man.openbsd.org/sshd_config#LogLevel",
  marks: ["sshd", ...SSHD_MARKS],
  parse(line: string, _context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    const tag = OWN_TAG.exec(line);
    const known = (program !== undefined && PROGRAM.test(program)) || tag !== null;
    // Another program's line is not ours, however it is worded.
    if (!known && program !== undefined) return undefined;
    const message = (tag ? line.slice(tag[0].length) : line).trim().replace(LEVEL, "");
    // PAM speaks in many programs' names: pam.ts.
    if (message.startsWith("pam_") || message.startsWith("PAM ")) return undefined;
    const told = { process: program ?? "sshd", timestamp: envelope?.timestamp };
    const result = tell(message, SSHD_SENTENCES, told) ?? (known ? tell(message, OTHER, told) : undefined);
    if (result || !known || NAMES_ADDRESS.test(message)) return result;
    return { event: {}, outcome: "unknown", initiator: "unknown", observerIsAsset: true };
  },
};

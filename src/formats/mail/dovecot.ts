/** Dovecot: `rip` is the client, `lip` the server's own address. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { parseIsoTime } from "../time.js";
import { timeOf } from "../fields.js";
import { tell, type Sentence } from "../messages.js";

const ENDS = String.raw`.*\brip=(?<ip>[0-9A-Fa-f.:]{2,45})(?:, lip=(?<near>[0-9A-Fa-f.:]{2,45}))?`;
const SERVICE = String.raw`^(?:imap|pop3|submission|managesieve|lmtp)-login: (?:Info: )?`;
const BACKEND = String.raw`\b(?:pam|sql|ldap|passwd-file|passwd|shadow|lua|dict|static|oauth2)\((?<user>[^,()]{0,255}),(?<ip>[0-9A-Fa-f.:]{2,45})[,)]`;
const re = (source: string): RegExp => new RegExp(source);

const SENTENCES: readonly Sentence[] = [
  {
    says: re(String.raw`${SERVICE}(?:Login|Logged in): user=<(?<user>[^>]{0,255})>${ENDS}`),
    outcome: "authenticated",
    reason: "logged in",
    action: "mail_login",
  },
  {
    says: re(
      String.raw`${SERVICE}[^<]{0,300}\((?:auth failed|no auth attempts|tried to use)[^<]{0,200}user=<(?<user>[^>]{0,255})>${ENDS}`,
    ),
    outcome: "refused",
    reason: "no successful login",
    action: "mail_login",
  },
  {
    says: re(String.raw`${SERVICE}[^<]{0,300}user=<(?<user>[^>]{0,255})>${ENDS}`),
    outcome: "unknown",
    reason: "the client's session ended",
  },
  { says: re(String.raw`${SERVICE}${ENDS}`), outcome: "unknown", reason: "the client connected" },
  {
    says: re(
      String.raw`^auth(?:-worker)?(?:\([^)]{0,255}\))?: .{0,200}?${BACKEND}.*(?:unknown user|[Pp]assword mismatch|failed|disabled)`,
    ),
    outcome: "refused",
    reason: "authentication failed",
    action: "mail_login",
  },
];

export const dovecot: Format = {
  id: "dovecot.dovecot",
  prose: true,
  title: "Dovecot: IMAP, POP3 and submission logins",
  reference: "https://doc.dovecot.org/2.3/configuration_manual/logging/",
  marks: ["rip=", "auth: ", "auth(", "auth-worker"],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    if (program !== undefined && !program.startsWith("dovecot")) return undefined;
    const head = /^(?:(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\S{0,12}) )?(?:dovecot(?:\[\d{1,10}\])?: )?/.exec(line)!;
    const message = line.slice(head[0].length);
    if (!/^(?:imap|pop3|submission|managesieve|lmtp|auth)/.test(message)) return undefined;
    const timestamp = head[1] === undefined ? envelope?.timestamp : timeOf(context, parseIsoTime(head[1]));
    return tell(message, SENTENCES, { process: "dovecot", timestamp });
  },
};

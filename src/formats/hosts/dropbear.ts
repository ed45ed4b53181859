/** Dropbear SSH server, as routers and small devices run it. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { tell, type Sentence } from "../messages.js";

const AT = String.raw`<?(?<ip>\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{2,41}?):(?<port>\d{1,5})>?`;
const re = (source: string): RegExp => new RegExp(source);

const SENTENCES: readonly Sentence[] = [
  {
    says: re(String.raw`^(?<method>Password|PAM password|Pubkey) auth succeeded for '(?<user>.*)' .*?from ${AT}$`),
    outcome: "authenticated",
    reason: "accepted login",
    action: "ssh_login",
  },
  {
    says: re(String.raw`^Bad (?:PAM )?password attempt for '(?<user>.*)' from ${AT}$`),
    outcome: "refused",
    reason: "failed login",
    action: "ssh_login",
  },
  {
    says: re(
      String.raw`^Login attempt (?:for nonexistent user|with wrong user .*|for invalid user .*)(?: '.*')? from ${AT}$`,
    ),
    outcome: "refused",
    reason: "invalid user",
    action: "ssh_login",
  },
  {
    says: re(String.raw`^Exit before auth(?: \(user '(?<user>.*)', \d{1,4} fails\))?(?: from ${AT})?:`),
    outcome: "refused",
    reason: "ended before authentication",
  },
  {
    says: re(String.raw`^Exit \((?<user>[^)]*)\)(?: from ${AT})?:`),
    outcome: "authenticated",
    reason: "the session of a logged-in user ended",
  },
  {
    says: re(String.raw`^Child connection from ${AT}$`),
    outcome: "unknown",
    reason: "a connection was opened",
    action: "ssh_connection",
  },
];

export const dropbear: Format = {
  id: "dropbear.sshd",
  prose: true,
  title: "Dropbear SSH server",
  reference: "https://github.com/mkj/dropbear/blob/master/src/svr-authpasswd.c",
  marks: [
    " auth succeeded for '",
    "password attempt for '",
    "Login attempt ",
    "Exit before auth",
    "Exit (",
    "Child connection from ",
  ],
  parse(line: string, _context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    if (program !== undefined && program !== "dropbear") return undefined;
    const message = line.replace(/^dropbear(?:\[\d{1,10}\])?: /, "").trim();
    return tell(message, SENTENCES, { process: "dropbear", timestamp: envelope?.timestamp });
  },
};

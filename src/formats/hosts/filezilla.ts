/**
 * FileZilla Server: its log up to 0.9 (`(000001) date - (not logged in) (ip)> …`) and from 1.0 (`<< [FTP Session 1 ip] …`). The old one does
 * not tell an answer from a command, so that a client can write any answer: only who is logged in, in the server's own label, says a
 * login. In the new one `<<` is the server's.
 */
import { sentence } from "../firewalls/patterns.js";
import { speakerFormat } from "../speaker.js";

const STRANGER = "^- \\(not logged in\\) \\(ADDR\\)> ";
/** An account's name may be a mail address and hold spaces. */
const KNOWN = "^- (?!\\(not logged in\\))(?<user>[^()]{1,255}) \\(ADDR\\)> ";
const SESSION = "\\[FTP Session \\d{1,10} ADDR(?: (?<user>[^\\]]{1,255}))?\\] ";

export const filezilla = speakerFormat({
  id: "filezilla.server",
  title: "FileZilla Server",
  reference: "https://github.com/lukaspavelka/Windows-FileZilla-Server-Log-Analyzer",
  head: /^(?:\(\d{6}\) ?(?<time>\d{1,4}[./-]\d{1,2}[./-]\d{1,4} \d{1,2}:\d\d:\d\d(?: [AP]M)?)? ?(?=- .{1,270}? \([0-9A-Fa-f.:]{2,45}\)> )|(?:(?<time2>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z?) )?(?=(?:<<|>>|==|DI|!!) \[(?:FTP Session \d|Throttled Authenticator, FTP Session: \d)))/,
  process: "filezilla-server",
  sentences: [
    { says: sentence(KNOWN), outcome: "authenticated", reason: "a session of a logged-in user", action: "ftp_session" },
    { says: sentence(`${STRANGER}530 `), outcome: "refused", reason: "530", action: "ftp_login" },
    { says: sentence(STRANGER), outcome: "unknown", reason: "not logged in", action: "ftp_session" },
    { says: sentence(`^<< ${SESSION}230[ -]`), outcome: "authenticated", reason: "reply 230", action: "ftp_login" },
    {
      says: sentence(`^<< ${SESSION}(?:530|421)[ -]`),
      outcome: "refused",
      reason: "reply 530 or 421",
      action: "ftp_login",
    },
    {
      says: sentence(`^(?:<<|>>|==|!!) ${SESSION}`),
      outcome: "unknown",
      reason: "an FTP session",
      action: "ftp_session",
    },
    {
      says: sentence(
        "^DI \\[Throttled Authenticator, FTP Session: \\d{1,10}\\] Recording failed login for user (?<user>.{0,255}) from IP ADDR\\.$",
      ),
      outcome: "refused",
      reason: "failed login",
      action: "ftp_login",
    },
    {
      says: sentence(
        "^DI \\[Throttled Authenticator, FTP Session: \\d{1,10}\\] Authenticating user (?<user>.{0,255}) from IP ADDR\\.$",
      ),
      outcome: "unknown",
      reason: "a login is tried",
      action: "ftp_login",
    },
  ],
});

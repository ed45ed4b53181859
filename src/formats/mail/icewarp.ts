/**
 * IceWarp, SMTP log: `ip [thread] time text`, where `>>>` is what IceWarp sent and `<<<` what it got, in sessions it received and in those it began. Only
 * what it sent tells which one it is: an answer (`>>> 250 …`) or a command (`>>> MAIL …`). A number it got may be a server's answer or any
 * client's text.
 */
import { ADDRESS } from "../firewalls/patterns.js";
import type { Initiator, Outcome } from "../../model/event.js";
import type { Sentence } from "../messages.js";
import { speakerFormat } from "../speaker.js";

const VERB = "(?:EHLO|HELO|MAIL|RCPT|DATA|AUTH|STARTTLS|BDAT|RSET|NOOP|QUIT)(?: |$)";

function row(text: string, outcome: Outcome, reason: string, more: Partial<Sentence> = {}): Sentence {
  const says = new RegExp(
    `^(?<ip>${ADDRESS}) {1,16}\\[[0-9A-F]{4,8}\\] (?:\\w{3}, .{20,24} [+-]\\d{4}|\\d\\d:\\d\\d:\\d\\d) ${text}`,
  );
  return { says, outcome, reason, ...more };
}
const UNCLEAR: { initiator: Initiator; initiatorReason: string } = {
  initiator: "unknown",
  initiatorReason: "the line does not say which side began the session",
};

export const icewarp = speakerFormat({
  id: "icewarp.smtp",
  title: "IceWarp: SMTP log",
  reference:
    "https://support.icewarp.com/hc/en-us/articles/115001364728-What-do-the-icons-in-the-Session-History-tab-mean-",
  marks: [" >>> ", " <<< ", " *** ", "connected"],
  head: /^(?=[0-9A-Fa-f.:]{2,45} {1,16}\[[0-9A-F]{4,8}\] (?:\w{3}, (?<time>\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4})|\d\d:\d\d:\d\d) (?:>>> |<<< |\*\*\* |Connected|Disconnected))/,
  process: "icewarp",
  sentences: [
    row(">>> 235[ -]", "authenticated", "answer 235", { action: "mail_login" }),
    row(">>> [45]\\d\\d[ -]", "refused", "an answer of refusal", { action: "smtp-in" }),
    row(">>> 220[ -]", "unknown", "the greeting", { action: "smtp-in" }),
    row(">>> \\d{3}[ -]", "established", "an answer to the client", { action: "smtp-in" }),
    row(`>>> ${VERB}`, "unknown", "a command to a server", { away: true, action: "smtp-out" }),
    row(`<<< ${VERB}`, "unknown", "a command of the client", { action: "smtp-in" }),
    row("", "unknown", "a session with this address", UNCLEAR),
  ],
});

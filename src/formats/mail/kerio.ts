/** Kerio Connect (MailServer): mail and security logs. `Sent` lines name no server. */
import { sentence } from "../firewalls/patterns.js";
import { speakerFormat } from "../speaker.js";

const FROM = "<(?<from>[^<>]{0,320})>";
const TO = "<(?<to>[^<>]{0,320})>";

export const kerio = speakerFormat({
  id: "kerio.connect",
  title: "Kerio Connect (MailServer): mail and security logs",
  reference:
    "http://www.internetaccessmonitor.com/eng/support/docs/keriomail/ch11s04.php; https://github.com/fail2ban/fail2ban/blob/master/config/filter.d/kerio.conf",
  marks: ["Sender-Host: ", " login from ", "Administration login into ", "Spam attack detected", "IP address "],
  head: /^\[(?<time>\d{1,2}\/[A-Z][a-z]{2}\/\d{4} \d\d:\d\d:\d\d)\] (?=Recv: |SMTP: |HTTP: |SMTP Spam attack |Attempt to deliver |IP address |Relay attempt |Client with IP |Message from IP |Failed |Administration login )/,
  process: "kerio",
  sentences: [
    {
      says: sentence(
        `^Recv: Queue-ID: [0-9a-f-]{8,30}, Service: \\w{2,12}, From: ${FROM}, To: ${TO}, ?Size: \\d{1,15}, User: (?<user>[^,\\s]{1,320}), Sender-Host: ADDR(?:,|$)`,
      ),
      outcome: "authenticated",
      reason: "mail of a logged-in user was taken",
      action: "received",
    },
    {
      says: sentence(
        `^(?:Recv: Queue-ID: [0-9a-f-]{8,30}, Service: \\w{2,12}|SMTP|HTTP)[,:] From: ${FROM}, To: ${TO}, ?Size: \\d{1,15}, Sender-Host: ADDR(?:,|$)`,
      ),
      outcome: "established",
      reason: "mail was taken",
      action: "received",
    },
    {
      says: sentence("^Failed (?<method>[A-Z\\d]{2,12}) login from ADDR(?:,| with |$)"),
      outcome: "refused",
      reason: "failed login",
      action: "mail_login",
    },
    {
      says: sentence("^SMTP: User (?<user>.{1,320}) doesn't exist\\. Attempt from IP address ADDR\\.$"),
      outcome: "refused",
      reason: "no such user",
      action: "mail_login",
    },
    {
      says: sentence("^Administration login into .{1,60} from ADDR failed: "),
      outcome: "refused",
      reason: "failed administration login",
      action: "admin_login",
    },
    {
      says: sentence(`^Attempt to deliver to unknown recipient ${TO}, from ${FROM}, IP address ADDR$`),
      outcome: "refused",
      reason: "unknown recipient",
    },
    {
      says: sentence(`^IP address ADDR found in DNS blacklist [^,]{1,120}, mail from ${FROM} to ${TO} rejected$`),
      outcome: "refused",
      reason: "in a DNS blacklist: rejected",
    },
    {
      says: sentence(`^IP address ADDR found in DNS blacklist [^,]{1,120}, mail from ${FROM} to ${TO}$`),
      outcome: "unknown",
      reason: "in a DNS blacklist",
    },
    {
      says: sentence(`^Relay attempt from IP address ADDR, mail from ${FROM} to ${TO} rejected$`),
      outcome: "refused",
      reason: "relay attempt rejected",
    },
    { says: sentence("^SMTP Spam attack detected from ADDR, client "), outcome: "refused", reason: "spam attack" },
    {
      says: sentence("^Client with IP address ADDR has no reverse DNS entry, connection rejected "),
      outcome: "refused",
      reason: "connection rejected",
    },
    {
      says: sentence(`^Message from IP address ADDR, sender ${FROM} rejected: `),
      outcome: "refused",
      reason: "message rejected",
    },
  ],
});

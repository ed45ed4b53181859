/** Mail servers that log in sentences: Zimbra, Courier, Cyrus, qmail's tcpserver, OpenSMTPD. */
import { sentence } from "../firewalls/patterns.js";
import type { Sentence } from "../messages.js";
import { speakerFormat } from "../speaker.js";

/** `oip` is the client; with a proxy before the store, `ip` is the proxy. */
const OIP = "^\\[[^\\]]{0,400}\\] \\[(?=[^\\]]{0,1000}?\\boip=ADDR[;,\\]])[^\\]]{0,1000}\\] ";
const OWN_IP = "^\\[[^\\]]{0,400}\\] \\[(?=[^\\]]{0,1000}?\\bip=ADDR[;,\\]])[^\\]]{0,1000}\\] ";
const FAILED =
  "(?:\\w{2,40} - )?.{0,160}?(?:authentication failed|error=authentication failed|invalid password|account not found|account lockout)";

const zimbraRows = (lead: string): readonly Sentence[] => [
  {
    says: sentence(`${lead}${FAILED}(?: for \\[(?<user>[^\\]]{1,320})\\])?`),
    outcome: "refused",
    reason: "authentication failed",
    action: "mail_login",
  },
  {
    says: sentence(
      `${lead}security - cmd=(?:Auth|AdminAuth|GssApi)\\w{0,12}; account=(?<user>[^;]{1,320}); protocol=\\w{1,12};$`,
    ),
    outcome: "authenticated",
    reason: "cmd=Auth",
    action: "mail_login",
  },
  {
    says: sentence(`${lead}(?:imap|pop) - user (?<user>\\S{1,320}) authenticated`),
    outcome: "authenticated",
    reason: "authenticated",
    action: "mail_login",
  },
  { says: sentence(lead), outcome: "established", reason: "a request of this client" },
];

const ZIMBRA_LEVELS = ["INFO", "WARN", "ERROR", "DEBUG", "TRACE", "FATAL"];

export const zimbra = speakerFormat({
  id: "zimbra.mailbox",
  title: "Zimbra mailbox and audit logs",
  reference: "https://wiki.zimbra.com/wiki/Log_Files",
  marks: ZIMBRA_LEVELS.map((level) => ` ${level} `),
  head: new RegExp(
    `^(?<time>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d,\\d{3}) (?:${ZIMBRA_LEVELS.join("|")}) {1,2}(?=\\[[^\\]]{1,400}\\] \\[)`,
  ),
  process: "zimbra",
  sentences: [...zimbraRows(OIP), ...zimbraRows(OWN_IP)],
});

export const courier = speakerFormat({
  id: "courier.courier",
  title: "Courier IMAP, POP3 and authentication",
  reference: "https://www.courier-mta.org/imap/",
  marks: ["imapd", "pop3d", "courier"],
  programs: /^(?:imapd|pop3d|courier(?:imap|pop3)?(?:login|d)|imapd-ssl|pop3d-ssl|courierd|courier(?:tcp|esmtp)d)$/,
  sentences: [
    {
      says: sentence("^LOGIN, user=(?<user>.{0,320}), ip=\\[ADDR\\]"),
      outcome: "authenticated",
      reason: "LOGIN",
      action: "mail_login",
    },
    {
      says: sentence("^LOGIN FAILED, (?:method=\\w{1,20}, )?(?:user=(?<user>.{0,320}), )?ip=\\[ADDR\\]"),
      outcome: "refused",
      reason: "LOGIN FAILED",
      action: "mail_login",
    },
    {
      says: sentence(
        "^(?:LOGOUT|TIMEOUT|DISCONNECTED)(?:, user=(?<user>.{1,320}))?, ip=\\[ADDR\\], .{0,200}(?:headers=|rcvd=|top=)",
      ),
      outcome: "authenticated",
      reason: "a session ended",
    },
    {
      says: sentence("^(?:LOGOUT|TIMEOUT|DISCONNECTED|Connection), ip=\\[ADDR\\]"),
      outcome: "unknown",
      reason: "the connection was made or ended",
    },
    { says: sentence("^error,relay=ADDR,"), outcome: "refused", reason: "error" },
  ],
});

export const cyrus = speakerFormat({
  id: "cyrus.imap",
  title: "Cyrus IMAP",
  reference: "https://www.cyrusimap.org/imap/reference/admin.html",
  marks: ["imap", "pop3", "sieve", "lmtp", "httpd", "nntp"],
  programs: /^(?:(?:cyrus|master)\/)?(?:imaps?|pop3s?|sieve|lmtp|lmtpunix|httpd|timsieved|nntp)(?:d)?$/,
  sentences: [
    {
      says: sentence("^login: (?<name>\\S{0,253}) ?\\[ADDR\\] (?<user>\\S{1,320}) \\S{1,40}(?:\\+TLS)? User logged in"),
      outcome: "authenticated",
      reason: "User logged in",
      action: "mail_login",
    },
    {
      says: sentence("^badlogin: (?<name>\\S{0,253}) ?\\[ADDR\\] "),
      outcome: "refused",
      reason: "badlogin",
      action: "mail_login",
    },
    {
      says: sentence("^(?:accepted|starttls: |executed|open: )?.{0,60}?\\[ADDR\\]"),
      outcome: "unknown",
      reason: "Cyrus names the client",
    },
  ],
});

export const tcpserver = speakerFormat({
  id: "djb.tcpserver",
  title: "tcpserver, as qmail and djb's daemons run under it",
  reference: "https://cr.yp.to/ucspi-tcp/tcpserver.html",
  marks: ["tcpserver", "qmail-", "smtpd", "pop3d"],
  programs: /^(?:tcpserver|qmail-\w{2,20}|smtpd|pop3d)$/,
  head: /^(?:@[0-9a-f]{24} )?(?:tcpserver: )(?=(?:ok|deny|pid) \d)/,
  sentences: [
    {
      says: sentence(
        "^(?:tcpserver: )?ok \\d{1,10} (?<nearName>[\\w.-]{0,253}):NEAR:(?<nearPort>\\d{1,5}) (?<name>[\\w.-]{0,253}):ADDR:[^:]{0,64}:(?<port>\\d{1,5})",
      ),
      outcome: "unknown",
      reason: "ok: the connection was let in",
      action: "connect",
    },
    {
      says: sentence(
        "^(?:tcpserver: )?deny \\d{1,10} (?<nearName>[\\w.-]{0,253}):NEAR:(?<nearPort>\\d{1,5}) (?<name>[\\w.-]{0,253}):ADDR:[^:]{0,64}:(?<port>\\d{1,5})",
      ),
      outcome: "blocked",
      reason: "deny",
      action: "connect",
    },
    {
      says: sentence("^(?:tcpserver: )?pid \\d{1,10} from ADDR$"),
      outcome: "unknown",
      reason: "a client connected",
      action: "connect",
    },
  ],
});

export const opensmtpd = speakerFormat({
  id: "openbsd.smtpd",
  title: "OpenSMTPD",
  reference: "https://man.openbsd.org/smtpd.8",
  marks: ["smtpd"],
  programs: /^smtpd$/,
  sentences: [
    {
      says: sentence("^[0-9a-f]{16} smtp (?:event=)?connected (?:address|host)=ADDR(?: host=(?<name>\\S{1,253}))?"),
      outcome: "unknown",
      reason: "a client connected",
      action: "connect",
    },
    {
      says: sentence(
        '^[0-9a-f]{16} smtp (?:event=)?authentication (?:address=ADDR .{0,255}?)?user=(?<user>\\S{1,255}) .{0,255}?result="?ok',
      ),
      outcome: "authenticated",
      reason: "authentication",
      action: "mail_login",
    },
    {
      says: sentence("^[0-9a-f]{16} smtp (?:event=)?failed-command (?:address=ADDR )?"),
      outcome: "refused",
      reason: "failed-command",
    },
    {
      says: sentence(
        "^[0-9a-f]{16} mta (?:event=)?(?:connecting) .{0,20}?(?:address=)?(?:smtps?(?:\\+\\w{1,12})?://)?ADDR(?::(?<port>\\d{1,5}))?",
      ),
      outcome: "unknown",
      reason: "it goes to a relay",
      away: true,
    },
    {
      says: sentence(
        '^[0-9a-f]{16} mta (?:event=)?delivery .{0,400}?to=<(?<to>[^<>]{0,320})> .{0,400}?relay="ADDR (?:\\([^()]{0,253}\\))?".{0,200}?result="Ok"',
      ),
      outcome: "established",
      reason: 'result="Ok"',
      away: true,
    },
    {
      says: sentence(
        '^[0-9a-f]{16} mta (?:event=)?delivery .{0,400}?to=<(?<to>[^<>]{0,320})> .{0,400}?relay="ADDR (?:\\([^()]{0,253}\\))?"',
      ),
      outcome: "unknown",
      reason: "a delivery that failed",
      away: true,
    },
  ],
});

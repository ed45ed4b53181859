/** What stands behind a mail server: content filters, greylisting, policy and authentication checks. They name the client that sent. */
import { sentence } from "../firewalls/patterns.js";
import type { Sentence } from "../messages.js";
import { speakerFormat } from "../speaker.js";

const MAIL = "<(?<from>[^<>]{0,320})> -> <(?<to>[^<>]{0,320})>";

const AMAVIS: readonly Sentence[] = [
  {
    says: sentence(
      `^\\([\\w-]{1,24}\\) Blocked [\\w-]{2,24} .{0,300}?, (?:[\\w-]{1,32} (?:LOCAL )?)?\\[ADDR\\](?::(?<port>\\d{1,5}))? (?:\\[[^\\]]{2,45}\\] )?${MAIL}`,
    ),
    outcome: "refused",
    reason: "Blocked",
    action: "blocked",
  },
  {
    says: sentence(
      `^\\([\\w-]{1,24}\\) Passed [\\w-]{2,24} .{0,300}?, (?:[\\w-]{1,32} (?:LOCAL )?)?\\[ADDR\\](?::(?<port>\\d{1,5}))? (?:\\[[^\\]]{2,45}\\] )?${MAIL}`,
    ),
    outcome: "established",
    reason: "Passed",
    action: "passed",
  },
];

export const amavis = speakerFormat({
  id: "amavis.amavis",
  title: "amavisd",
  reference: "https://gitlab.com/amavis/amavis/-/blob/master/README_FILES/README.customize",
  marks: ["amavis"],
  programs: /^amavisd?(?:-new)?$/,
  process: "amavis",
  sentences: AMAVIS,
});

const RSPAMD: readonly Sentence[] = [
  {
    says: sentence(
      "rspamd_task_write_log: .{0,400}?\\bip: ADDR, .{0,200}?from: <(?<from>[^<>]{0,320})>, \\(default: [FT] \\((?:reject|soft reject)\\)",
    ),
    outcome: "refused",
    reason: "rspamd: reject",
  },
  {
    says: sentence("rspamd_task_write_log: .{0,400}?\\bip: ADDR, .{0,200}?from: <(?<from>[^<>]{0,320})>, \\(default: "),
    outcome: "established",
    reason: "rspamd: a message was scanned",
  },
  {
    says: sentence("rspamd_task_write_log: .{0,400}?\\bip: ADDR,"),
    outcome: "unknown",
    reason: "rspamd: a message was scanned",
  },
];

export const rspamd = speakerFormat({
  id: "rspamd.rspamd",
  title: "Rspamd",
  reference: "https://docs.rspamd.com/configuration/logging/",
  marks: ["rspamd"],
  programs: /^rspamd(?:_proxy)?$/,
  head: /^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?) #\d{1,10}\((?:normal|rspamd_proxy|controller|main|proxy)\) /,
  process: "rspamd",
  sentences: RSPAMD,
});

const POLICY: readonly Sentence[] = [
  {
    says: sentence(
      "^action=(?:greylist|reject|defer)\\b.{0,200}?, client_name=(?<name>[^,]{1,253}), client_address=ADDR(?:/\\d{1,3})?(?:, sender=(?<from>[^,]{0,320}))?(?:, recipient=(?<to>[^,]{0,320}))?$",
    ),
    outcome: "refused",
    reason: "greylisted",
  },
  {
    says: sentence(
      "^action=\\w{2,16}\\b.{0,200}?, client_name=(?<name>[^,]{1,253}), client_address=ADDR(?:/\\d{1,3})?(?:, sender=(?<from>[^,]{0,320}))?(?:, recipient=(?<to>[^,]{0,320}))?$",
    ),
    outcome: "unknown",
    reason: "passed by the policy",
  },
  {
    says: sentence(
      "(?:^|; )(?:action=)?(?:550|reject|5\\d\\d).{0,300}?client-ip=ADDR; helo=\\S{1,255}; envelope-from=(?<from>[^\\s;]{0,320}); receiver=(?<to>[^\\s;]{0,320})",
    ),
    outcome: "refused",
    reason: "SPF: rejected",
  },
  {
    says: sentence(
      "client-ip=ADDR; helo=\\S{1,255}; envelope-from=(?<from>[^\\s;]{0,320}); receiver=(?<to>[^\\s;]{0,320})",
    ),
    outcome: "unknown",
    reason: "SPF was checked",
  },
  {
    says: sentence("^[0-9A-Za-z]{8,20}: (?<name>[\\w.-]{1,253}) \\[ADDR\\] not (?:internal|authenticated)"),
    outcome: "unknown",
    reason: "a message of this client",
  },
  {
    says: sentence(
      "^Message \\S{6,32} from ADDR \\((?<from>[^()]{0,320})\\) to .{1,1000}? is (?:spam|infected|whitelisted|not spam)",
    ),
    outcome: "established",
    reason: "MailScanner: the message had been taken",
  },
];

const POLICY_PROGRAMS = [
  "postgrey",
  "policyd-spf",
  "policy-spf",
  "opendkim",
  "opendmarc",
  "MailScanner",
  "policyd",
  "sqlgrey",
  "milter-greylist",
];

export const mailPolicy = speakerFormat({
  id: "mail.policy",
  title: "Mail policy services: postgrey, SPF policy, OpenDKIM, OpenDMARC, MailScanner",
  reference: "https://postgrey.schweikert.ch/",
  marks: POLICY_PROGRAMS,
  programs: new RegExp(`^(?:${POLICY_PROGRAMS.join("|")})$`),
  sentences: POLICY,
});

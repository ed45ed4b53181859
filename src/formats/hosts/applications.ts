/** Administration panels, hypervisors and telephony servers that log in sentences. The client is the source. */
import { sentence } from "../firewalls/patterns.js";
import { parseEpoch } from "../time.js";
import { speakerFormat } from "../speaker.js";

/** Events of the security framework that are no refusal. */
const AST_REMOTE = 'RemoteAddress="IPV[46]/\\w{2,4}/ADDR/(?<port>\\d{1,5})"';
const AST_LOCAL = 'LocalAddress="IPV[46]/\\w{2,4}/NEAR/(?<nearPort>\\d{1,5})"';
const AST_FROM = `.{0,200}?(?:,AccountID="(?<user>[^"]{0,255})")?,SessionID="[^"]{0,255}",${AST_LOCAL},${AST_REMOTE}`;

export const asterisk = speakerFormat({
  id: "asterisk.asterisk",
  title: "Asterisk and FreePBX",
  reference: "https://docs.asterisk.org/Deployment/Asterisk-Security-Framework/",
  marks: ["asterisk", "] SECURITY[", "] NOTICE[", "] WARNING[", "] ERROR[", "] VERBOSE["],
  programs: /^asterisk$/,
  head: /^\[(?<time>(?:\d{4}-\d\d-\d\d|[A-Z][a-z]{2} [ \d]\d) \d\d:\d\d:\d\d(?:\.\d{1,6})?)\] (?:SECURITY|NOTICE|WARNING|ERROR|VERBOSE)\[\d{1,10}\](?:\[C-[0-9a-f]{8}\])?:? /,
  process: "asterisk",
  sentences: [
    {
      says: sentence(`SecurityEvent="SuccessfulAuth"${AST_FROM}`),
      outcome: "authenticated",
      reason: "SuccessfulAuth",
      action: "sip_login",
    },
    {
      says: sentence(`SecurityEvent="(?:FailedACL|UnexpectedAddress|LoadAverageLimit|SessionLimit)"${AST_FROM}`),
      outcome: "blocked",
      reason: "refused before a login",
    },
    { says: sentence(`SecurityEvent="ChallengeSent"${AST_FROM}`), outcome: "unknown", reason: "ChallengeSent" },
    {
      says: sentence(`SecurityEvent="\\w{4,40}"${AST_FROM}`),
      outcome: "refused",
      reason: "a failed request",
      action: "sip_login",
    },
    {
      says: sentence("Registration from '.{0,255}' failed for '\\[?ADDR\\]?(?::(?<port>\\d{1,5}))?' - "),
      outcome: "refused",
      reason: "Registration failed",
      action: "sip_login",
    },
    {
      says: sentence("Request '?\\w{2,20}'? from '.{0,255}' failed for '\\[?ADDR\\]?(?::(?<port>\\d{1,5}))?' "),
      outcome: "refused",
      reason: "Request failed",
      action: "sip_login",
    },
    {
      says: sentence(
        "(?:Host ADDR failed (?:MD5 authentication|to authenticate)|Call from '.{0,255}' \\(ADDR2\\) to extension|No registration for peer '.{0,255}' \\(from ADDR2\\))".replaceAll(
          "ADDR2",
          "[^()]{1,64}",
        ),
      ),
      outcome: "refused",
      reason: "failed to authenticate",
      action: "sip_login",
    },
    {
      says: sentence("Call from '[^']{0,255}' \\(ADDR:(?<port>\\d{1,5})\\) to extension .{0,200}rejected"),
      outcome: "refused",
      reason: "the call was rejected",
    },
    {
      says: sentence(
        "(?:Failed to authenticate (?:user|device) .{0,400}?|Rejecting unknown SIP connection from |Sending fake auth rejection for .{0,300}?)\\[?ADDR\\]?(?::(?<port>\\d{1,5}))?",
      ),
      outcome: "refused",
      reason: "failed to authenticate",
      action: "sip_login",
    },
  ],
});

export const webmin = speakerFormat({
  id: "webmin.webmin",
  title: "Webmin, Usermin and Virtualmin",
  reference: "https://webmin.com/docs/modules/webmin-actions-log/",
  programs: /^(?:webmin|usermin|perl|miniserv)$/,
  // The number is the epoch; the date beside it is local.
  head: /^(?<time>\d{9,11})\.\d{1,12}\.\d{1,6} \[\d{1,2}\/[A-Z][a-z]{2}\/\d{4} \d\d:\d\d:\d\d\] /,
  time: parseEpoch,
  process: "miniserv.pl",
  sentences: [
    {
      says: sentence('^(?<user>\\S{1,255}) \\S{1,64} ADDR global miniserv\\.pl "failed"'),
      outcome: "refused",
      reason: "failed",
      action: "login",
    },
    {
      says: sentence('^(?<user>\\S{1,255}) \\S{1,64} ADDR global miniserv\\.pl "login"'),
      outcome: "authenticated",
      reason: "login",
      action: "login",
    },
    {
      says: sentence('^(?<user>[^\\s-]\\S{0,254}) \\S{1,64} ADDR \\S{1,64} \\S{1,128} "'),
      outcome: "authenticated",
      reason: "an action of a logged-in user",
    },
    {
      says: sentence(
        "^(?:Invalid login as|Non-existent login as|Security alert: Invalid login as) (?<user>.{1,255}) from ADDR$",
      ),
      outcome: "refused",
      reason: "Invalid login",
      action: "login",
    },
    {
      says: sentence("^Successful login as (?<user>.{1,255}) from ADDR$"),
      outcome: "authenticated",
      reason: "Successful login",
      action: "login",
    },
    { says: sentence("^Security alert: Host ADDR blocked"), outcome: "blocked", reason: "host blocked" },
  ],
});

export const proxmox = speakerFormat({
  id: "proxmox.pve",
  title: "Proxmox VE, Backup Server and Mail Gateway",
  reference: "https://pve.proxmox.com/wiki/Fail2ban",
  marks: [
    "pvedaemon",
    "pveproxy",
    "proxmox-backup-",
    "pmgdaemon",
    "pmgproxy",
    "authentication failure; rhost=",
    "successful auth for user '",
  ],
  programs: /^(?:pvedaemon|pveproxy|proxmox-backup-(?:api|proxy)|pmgdaemon|pmgproxy)$/,
  // The backup server's own file, `auth.log`.
  head: /^(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)): (?=authentication failure; rhost=|successful auth for user ')/,
  sentences: [
    {
      says: sentence(
        "^authentication failure; rhost=(?:::ffff:)?(?:\\[(?:::ffff:)?)?ADDR\\]?(?::(?<port>\\d{1,5}))? user=(?<user>\\S{1,255}) msg=",
      ),
      outcome: "refused",
      reason: "authentication failure",
      action: "login",
    },
    {
      says: sentence("^successful auth for user '(?<user>[^']{1,255})'$"),
      outcome: "authenticated",
      reason: "successful auth",
      action: "login",
      initiator: "unknown",
    },
  ],
});

export const vmware = speakerFormat({
  id: "vmware.esxi",
  title: "VMware ESXi and vCenter: logins",
  reference: "https://knowledge.broadcom.com/external/article/306962",
  programs:
    /^(?:Hostd|hostd|vpxd|Vpxa|vobd|vpxd-svcs|sso|websso|ssoAdminServer|rhttpproxy|Rhttpproxy|vmauthd|vsphere-client|envoy-access)$/,
  sentences: [
    {
      says: sentence("\\bUser (?<user>\\S{1,255}?)@ADDR logged in as "),
      outcome: "authenticated",
      reason: "logged in",
      action: "login",
    },
    {
      says: sentence("\\bUser (?<user>\\S{1,255}?)@ADDR logged out"),
      outcome: "authenticated",
      reason: "logged out",
      action: "logout",
    },
    {
      says: sentence("\\b(?:Cannot login|Failed login attempt for user|Cannot login user) (?<user>\\S{1,255}?)@ADDR"),
      outcome: "refused",
      reason: "Cannot login",
      action: "login",
    },
    {
      says: sentence("\\b(?:Accepted password for user|accepted user) (?<user>\\S{1,255}) from ADDR"),
      outcome: "authenticated",
      reason: "Accepted password",
      action: "login",
    },
    {
      says: sentence("\\bRejected password for user (?<user>\\S{1,255}) from ADDR"),
      outcome: "refused",
      reason: "Rejected password",
      action: "login",
    },
    {
      says: sentence("\\bRemote access for ESXi local user account '(?<user>[^']{1,255})' has been locked .{0,120}$"),
      outcome: "refused",
      reason: "account locked",
      initiator: "unknown",
    },
  ],
});

/** `2021-03-04 05:06:07,123::WARNING::[interface:657] Unsuccessful login attempt from …` in any of its languages: the place is fixed. */
export const sabnzbd = speakerFormat({
  id: "sabnzbd.sabnzbd",
  title: "SABnzbd",
  reference: "https://sabnzbd.org/wiki/advanced/fail2ban",
  marks: ["::[interface:"],
  head: /^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3})::(?:WARNING|INFO|ERROR|DEBUG)::\[interface:\d{1,6}\] /,
  process: "sabnzbd",
  sentences: [
    {
      says: sentence("^[^\\d\\[(:]{8,120} \\[?ADDR\\]?(?: \\(X-Forwarded-For: (?<forwarded>[^()]{2,400})\\))? \\["),
      outcome: "refused",
      reason: "unsuccessful login",
      action: "login",
    },
  ],
});

/** Pipe-separated audit trail: who, what, action, application, when, client, server. */
export const cas = speakerFormat({
  id: "apereo.cas",
  title: "Apereo CAS audit trail",
  reference: "https://apereo.github.io/cas/7.0.x/audits/Audits.html",
  marks: ["[org.apereo.inspektr.audit."],
  head: /^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) INFO \[org\.apereo\.inspektr\.audit\.[\w.]{1,120}\] - /,
  process: "cas",
  sentences: [
    {
      says: sentence(
        "\\|(?:AUTHENTICATION_FAILED|SERVICE_ACCESS_ENFORCEMENT_FAILED|TICKET_GRANTING_TICKET_NOT_CREATED|SERVICE_TICKET_NOT_CREATED)\\|(?<user>[^|]{0,255})\\|ADDR\\|NEAR$",
      ),
      outcome: "refused",
      reason: "AUTHENTICATION_FAILED",
      action: "login",
    },
    {
      says: sentence(
        "\\|(?:AUTHENTICATION_SUCCESS|TICKET_GRANTING_TICKET_CREATED|SERVICE_TICKET_CREATED)\\|(?<user>[^|]{0,255})\\|ADDR\\|NEAR$",
      ),
      outcome: "authenticated",
      reason: "AUTHENTICATION_SUCCESS",
      action: "login",
    },
    {
      says: sentence("\\|[A-Z_]{4,60}\\|(?<user>[^|]{0,255})\\|ADDR\\|NEAR$"),
      outcome: "unknown",
      reason: "an audited action",
    },
  ],
});

/** Servers of Unix hosts that log in sentences: FTP, LDAP, Kerberos, SMB, super-servers and TCP wrappers. The client is the source. */
import { sentence } from "../firewalls/patterns.js";
import type { Sentence } from "../messages.js";
import { speakerFormat } from "../speaker.js";

/** `host (name[203.0.113.7])`, and the dash that syslog lines have after it. */
const SESSION = "^(?:\\S{1,253} )?\\((?<name>[\\w.:-]{0,253})\\[ADDR\\]\\)(?: -|:)? ?";

export const proftpd = speakerFormat({
  id: "proftpd.proftpd",
  title: "ProFTPD",
  reference: "http://www.proftpd.org/docs/howto/Logging.html",
  marks: ["proftpd"],
  programs: /^proftpd$/,
  head: /^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) \S{1,253} proftpd\[\d{1,10}\]:? /,
  process: "proftpd",
  sentences: [
    {
      says: sentence(
        `${SESSION}USER (?<user>.{0,255}?): (?:no such user found|Login successful\\.$)`.replace(
          "|Login successful\\.$",
          "",
        ),
      ),
      outcome: "refused",
      reason: "no such user",
      action: "ftp_login",
    },
    {
      says: sentence(`${SESSION}USER (?<user>.{0,255}?) \\(Login failed\\)`),
      outcome: "refused",
      reason: "Login failed",
      action: "ftp_login",
    },
    {
      says: sentence(`${SESSION}USER (?<user>.{0,255}?): Login successful\\.?$`),
      outcome: "authenticated",
      reason: "Login successful",
      action: "ftp_login",
    },
    {
      says: sentence(`${SESSION}(?:ANON|ANONYMOUS) (?<user>.{0,255}?): Login successful`),
      outcome: "authenticated",
      reason: "Login successful",
      action: "ftp_login",
    },
    {
      says: sentence(`${SESSION}(?:SECURITY VIOLATION|Maximum login attempts|Connection refused|.{0,80}denied)`),
      outcome: "refused",
      reason: "refused",
      action: "ftp_login",
    },
    { says: sentence(SESSION), outcome: "unknown", reason: "a session of this client" },
  ],
});

export const pureftpd = speakerFormat({
  id: "pureftpd.pureftpd",
  title: "Pure-FTPd",
  reference: "https://www.pureftpd.org/project/pure-ftpd/doc/",
  marks: ["pure-ftpd"],
  programs: /^pure-ftpd(?:-\w{1,16})?$/,
  process: "pure-ftpd",
  sentences: [
    {
      says: sentence("^\\([^()@]{0,255}@ADDR\\) \\[WARNING\\] Authentication failed for user \\[(?<user>.{0,255})\\]$"),
      outcome: "refused",
      reason: "Authentication failed",
      action: "ftp_login",
    },
    {
      says: sentence("^\\((?:\\?|[^()@]{0,255})@ADDR\\) \\[INFO\\] (?<user>.{1,255}) is now logged in$"),
      outcome: "authenticated",
      reason: "is now logged in",
      action: "ftp_login",
    },
    {
      says: sentence("^\\([^()@?]{1,255}@ADDR\\) \\[NOTICE\\] .{1,1000} (?:uploaded|downloaded|deleted)"),
      outcome: "authenticated",
      reason: "a transfer of a logged-in user",
      action: "ftp_transfer",
    },
    { says: sentence("^\\([^()@]{0,255}@ADDR\\) "), outcome: "unknown", reason: "a session of this client" },
  ],
});

export const slapd = speakerFormat({
  id: "openldap.slapd",
  title: "OpenLDAP slapd",
  reference: "https://www.openldap.org/doc/admin26/slapdconf2.html#loglevel",
  marks: ["slapd"],
  programs: /^slapd$/,
  sentences: [
    {
      says: sentence(
        "^conn=\\d{1,12} fd=\\d{1,8} ACCEPT from IP=\\[?ADDR\\]?:(?<port>\\d{1,5}) \\(IP=(?:0\\.0\\.0\\.0|\\[::\\]|\\[?NEAR\\]?):(?<nearPort>\\d{1,5})\\)",
      ),
      outcome: "unknown",
      reason: "ACCEPT",
      action: "connect",
    },
    {
      says: sentence("^conn=\\d{1,12} .{0,40}?from (?:IP=)?\\[?ADDR\\]?:(?<port>\\d{1,5})"),
      outcome: "unknown",
      reason: "slapd names the client",
    },
  ],
});

export const kdc = speakerFormat({
  id: "mit.kdc",
  title: "Kerberos: MIT krb5kdc and kadmind, Heimdal kdc",
  reference: "https://web.mit.edu/kerberos/krb5-latest/doc/admin/admin_commands/krb5kdc.html",
  programs: /^(?:krb5kdc|kadmind?|kdc)$/,
  head: /^(?<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d) (?:\S{1,253} )?(?:krb5kdc|kadmind|kdc)(?:\[\d{1,10}\])?(?:\(\w{1,12}\))?:? /,
  process: "krb5kdc",
  sentences: [
    {
      says: sentence("^(?:AS|TGS)_REQ \\([^()]{0,255}\\) ADDR: ISSUE: .{0,255}?, (?<user>[^\\s,]{1,255}) for "),
      outcome: "authenticated",
      reason: "ISSUE",
      action: "kerberos",
    },
    {
      says: sentence("^(?:AS|TGS)_REQ \\([^()]{0,255}\\) ADDR: NEEDED_PREAUTH: (?<user>[^\\s,]{1,255}) for "),
      outcome: "unknown",
      reason: "NEEDED_PREAUTH",
      action: "kerberos",
    },
    {
      says: sentence("^(?:AS|TGS)_REQ \\([^()]{0,255}\\) ADDR: [A-Z_]{4,40}: .{0,255}?(?<user>[^\\s,]{1,255}) for "),
      outcome: "refused",
      reason: "an error to the request",
      action: "kerberos",
    },
    {
      says: sentence("^(?:AS|TGS)-REQ (?<user>\\S{1,255}) from IPv[46]:ADDR for "),
      outcome: "unknown",
      reason: "a request",
      action: "kerberos",
    },
    {
      says: sentence("^Request: kadm5_\\w{2,40}, .{0,255}?, success, client=(?<user>[^,]{1,255}), .{0,255}?addr=ADDR"),
      outcome: "authenticated",
      reason: "kadmin: success",
      action: "kadmin",
    },
    {
      says: sentence(
        "^Unauthorized request: kadm5_\\w{2,40}, .{0,400}?client=(?<user>[^,]{1,255}), .{0,255}?addr=ADDR",
      ),
      outcome: "refused",
      reason: "kadmin: unauthorized",
      action: "kadmin",
    },
  ],
});

const SMB_AUTH =
  "^(?:Auth|Authorization): \\[[^\\]]{0,80}\\] user \\[.{0,255}?\\]\\\\\\[(?<user>.{0,255}?)\\] at \\[[^\\]]{10,60}\\] with \\[[^\\]]{0,64}\\] status \\[STATUS\\] .{0,400}? remote host \\[ipv[46]:ADDR:(?<port>\\d{1,5})\\] .{0,600}?local host \\[ipv[46]:NEAR:(?<nearPort>\\d{1,5})\\]";

export const samba = speakerFormat({
  id: "samba.smbd",
  title: "Samba: authentication audit and full_audit",
  reference: "https://wiki.samba.org/index.php/Setting_up_Audit_Logging",
  marks: ["smbd", "samba", "nmbd", "winbindd", "Auth: [", "Authorization: ["],
  programs: /^(?:smbd|samba|smbd_audit|nmbd|winbindd)$/,
  head: /^(?:\[(?<time>\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?), {1,2}\d{1,2}\S{0,80}\] )?(?=Auth(?:orization)?: \[(?:.{0,600}? at \[(?<time2>[^\]]{10,60})\])?)/,
  process: "smbd",
  sentences: [
    {
      says: sentence(SMB_AUTH.replace("STATUS", "NT_STATUS_OK")),
      outcome: "authenticated",
      reason: "NT_STATUS_OK",
      action: "smb_login",
    },
    {
      says: sentence(SMB_AUTH.replace("STATUS", "NT_STATUS_\\w{2,60}")),
      outcome: "refused",
      reason: "authentication failed",
      action: "smb_login",
    },
    {
      says: sentence("^(?<user>[^|\\s]{1,255})\\|ADDR\\|.{0,400}?\\|ok(?:\\||$)"),
      outcome: "authenticated",
      reason: "full_audit: ok",
      action: "smb",
    },
    {
      says: sentence("^(?<user>[^|\\s]{1,255})\\|ADDR\\|.{0,400}?\\|fail"),
      outcome: "refused",
      reason: "full_audit: fail",
      action: "smb",
    },
    {
      says: sentence(
        "^(?:\\S{1,253} )?\\((?:ipv[46]:)?ADDR(?::(?<port>\\d{1,5}))?\\) (?:connect to service|signed connect)",
      ),
      outcome: "authenticated",
      reason: "connected to a share",
      action: "smb",
    },
    {
      says: sentence("^(?:Denied connection from|Connection denied from) (?:.{0,255}? \\()?ADDR"),
      outcome: "blocked",
      reason: "Denied connection",
      action: "smb",
    },
  ],
});

const WRAPPERS: readonly Sentence[] = [
  {
    says: sentence("^(?:warning: .{0,200}: )?refused connect from (?:.{0,255}? ?[(\\[])?(?:::ffff:)?ADDR"),
    outcome: "blocked",
    reason: "refused by TCP wrappers",
  },
  { says: sentence("^FAIL: \\S{1,64} \\w{2,24} from=(?:::ffff:)?ADDR"), outcome: "blocked", reason: "xinetd: FAIL" },
  {
    says: sentence("^START: \\S{1,64} (?:pid=\\d{1,10} )?from=(?:::ffff:)?ADDR"),
    outcome: "unknown",
    reason: "xinetd: START",
    action: "connect",
  },
  { says: sentence("^EXIT: \\S{1,64} .{0,80}?(?:from=)(?:::ffff:)?ADDR"), outcome: "unknown", reason: "xinetd: EXIT" },
  {
    says: sentence("^connect from (?:\\S{1,253} \\()?(?:::ffff:)?ADDR"),
    outcome: "unknown",
    reason: "a client connected",
    action: "connect",
  },
];

export const wrappers = speakerFormat({
  id: "unix.superserver",
  title: "xinetd, inetd and TCP wrappers",
  reference: "https://man7.org/linux/man-pages/man8/xinetd.8.html",
  programs: /^(?:xinetd|inetd|in\.\w{2,16}d|tcpd|telnetd|rlogind|rshd|portmap|rpcbind|libwrap)$/,
  sentences: WRAPPERS,
});

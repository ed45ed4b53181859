/**
 * Web applications that tell of logins in sentences. The client is the source and the machine that logged the asset. User names are the
 * client's own text: what follows a name is anchored at the end of the line, so that a name with " from 192.0.2.1" in it forges no end.
 */
import { sentence } from "../firewalls/patterns.js";
import type { Format } from "../format.js";
import type { Sentence } from "../messages.js";
import { speakerFormat, type Speaker } from "../speaker.js";

const USER = "(?<user>.{0,255})";

/** As `sentence`, with `USER` for the client's name. */
const re = (source: string): RegExp => sentence(source.replaceAll("USER", USER));

const refused = (says: string, reason: string, action = "login"): Sentence => ({
  says: re(says),
  outcome: "refused",
  reason,
  action,
});
const accepted = (says: string, reason: string, action = "login"): Sentence => ({
  says: re(says),
  outcome: "authenticated",
  reason,
  action,
});
const blocked = (says: string, reason: string): Sentence => ({ says: re(says), outcome: "blocked", reason });
const noted = (says: string, reason: string): Sentence => ({ says: re(says), outcome: "unknown", reason });

const FAIL2BAN = "https://github.com/fail2ban/fail2ban/blob/master/fail2ban/tests/files/logs";
const HUB = "https://github.com/crowdsecurity/hub/blob/master/parsers/s01-parse";

const JOOMLA_LEVELS = ["INFO", "WARNING", "NOTICE", "ERROR", "CRITICAL", "ALERT", "EMERGENCY", "DEBUG"] as const;

const SPEAKERS: readonly Speaker[] = [
  {
    // `wordpress(www.example.com)[123]: Authentication failure for admin from 192.0.2.1`
    id: "wordpress.wp-fail2ban",
    title: "WordPress: WP fail2ban",
    reference: "https://github.com/wp-fail2ban/docs/tree/5.2/events",
    programs: /^(?:wordpress|wp)\b/,
    head: /^(?:wordpress|wp)(?:\([\w.:-]{1,253}\))?\[\d{1,10}\]: /,
    process: "wordpress",
    sentences: [
      accepted("^Accepted password for USER from ADDR$", "Accepted password"),
      refused("^Authentication (?:failure for|attempt for unknown user) USER from ADDR$", "Authentication failure"),
      refused(
        "^(?:REST |XML-RPC )(?:multicall )?[Aa]uthentication failure (?:for USER )?from ADDR$",
        "authentication failure",
      ),
      refused("^Empty username from ADDR$", "Empty username"),
      blocked(
        "^Blocked (?:(?:username )?authentication attempt for USER|user enumeration attempt) from ADDR$",
        "Blocked",
      ),
      refused("^Pingback error .{0,200} generated from ADDR$", "Pingback error", "pingback"),
      noted(
        "^(?:Pingback requested|Spammed comment|Comment attempt .{0,200}|Untrusted X-Forwarded-For header) from ADDR$",
        "a request",
      ),
    ],
  },
  {
    id: "roundcube.webmail",
    title: "Roundcube: userlogins and errors logs",
    reference: `${FAIL2BAN}/roundcube-auth`,
    marks: ["roundcube", "Successful login for ", "Failed login for ", "Failed 2fa for ", "IMAP Error: "],
    programs: /^roundcube$/,
    head: /^\[(?<time>\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d(?:\.\d{1,6})? [+-]\d{4})\]:? /,
    process: "roundcube",
    sentences: [
      accepted(
        "^(?:<\\w{1,64}> )?Successful login for USER \\(ID: \\d{1,12}\\) from ADDR(?:\\((?:[^()]{1,200})\\))? in session \\w{1,128}$",
        "Successful login",
      ),
      refused(
        "^(?:<\\w{1,64}> )?Failed (?:login|2fa) for USER from ADDR(?:\\((?:[^()]{1,200})\\))? in session \\w{1,128}(?: \\(error: -?\\d{1,6}\\))?$",
        "Failed login",
      ),
      refused("^(?:<\\w{1,64}> )?FAILED login for USER from ADDR$", "FAILED login"),
      // The mail server's answer stands behind, and may repeat the name.
      refused(
        "^(?:<\\w{1,64}> )?IMAP Error: Login failed for USER from ADDR(?:\\([^()]{1,200}\\))?(?:\\. (?:(?! from ).){0,600}(?: user=\\k<user>)?(?: in)? in \\S{1,255}\\.php on line \\d{1,6} \\([A-Z]{3,8} \\S{1,1024}\\))?$",
        "Login failed",
      ),
    ],
  },
  {
    id: "phpmyadmin.phpmyadmin",
    title: "phpMyAdmin: authentication log",
    reference: `${FAIL2BAN}/phpmyadmin-syslog`,
    marks: ["phpMyAdmin"],
    programs: /^phpMyAdmin$/,
    head: /^(?<time>[A-Z][a-z]{2} \d{1,2} \d{4} \d\d:\d\d:\d\d): phpmyadmin: /,
    process: "phpMyAdmin",
    sentences: [
      refused("^user denied: USER \\([\\w -]{1,64}\\) from ADDR$", "user denied"),
      accepted("^user authenticated: USER from ADDR$", "user authenticated"),
    ],
  },
  {
    id: "joomla.error",
    title: "Joomla: error log",
    reference: "https://blog.andrehotzler.de/en/blog/technology/63-protect-joomla-login-with-fail2ban.html",
    marks: JOOMLA_LEVELS.map((level) => `\t${level}`),
    // The text is in the site's language; the category is not.
    head: new RegExp(
      `^(?<time>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d[+-]\\d\\d:\\d\\d)\\t(?=(?:${JOOMLA_LEVELS.join("|")})[ \\t])`,
    ),
    process: "joomla",
    sentences: [
      refused("^[A-Z]{4,9}[ \\t]ADDR\\tjoomlafailure\\t", "joomlafailure"),
      noted("^[A-Z]{4,9}[ \\t]ADDR\\t[\\w.-]{1,64}\\t", "a request of this client"),
    ],
  },
  {
    id: "rocketchat.login",
    title: "Rocket.Chat: failed logins",
    reference:
      "https://github.com/RocketChat/Rocket.Chat/blob/develop/apps/meteor/app/authentication/server/lib/logLoginAttempts.ts",
    marks: ["Failed login detected"],
    head: /^(?:.{0,80}[ \]➔])?(?=Failed login detected - Username\[)/,
    process: "rocketchat",
    sentences: [
      refused(
        "^Failed login detected - Username\\[(?<user>[^\\[\\]]{0,255})\\] ClientAddress\\[ADDR\\] ForwardedFor\\[",
        "Failed login detected",
      ),
    ],
  },
  {
    id: "redmine.redmine",
    title: "Redmine: logins",
    reference: "https://www.redmine.org/projects/redmine/wiki/HowTo_Configure_Fail2ban_For_Redmine",
    marks: ["Failed login for '", "Successful authentication for '"],
    head: /^(?:[DIWEF], \[(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}) #\d{1,10}\] {1,3}[A-Z]{4,7} -- : )?(?:\[[^\]]{0,128}\] )?(?=Failed login for '|Successful authentication for ')/,
    process: "redmine",
    sentences: [
      refused(
        "^Failed login for 'USER' from ADDR at \\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d ?(?:UTC|Z|[+-]\\d\\d:?\\d\\d)?$",
        "Failed login",
      ),
      accepted(
        "^Successful authentication for 'USER' from ADDR at \\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d ?(?:UTC|Z|[+-]\\d\\d:?\\d\\d)?$",
        "Successful authentication",
      ),
    ],
  },
  {
    id: "gitlab.application",
    title: "GitLab: application log",
    reference: `${FAIL2BAN}/gitlab`,
    marks: ["Failed Login: username="],
    head: /^(?:(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z): )?(?=Failed Login: username=)/,
    process: "gitlab",
    sentences: [refused("^Failed Login: username=USER ip=ADDR$", "Failed Login")],
  },
  {
    id: "gitea.gitea",
    title: "Gitea and Forgejo: logins",
    reference: `${HUB}/LePresidente/gitea-logs.yaml`,
    marks: ["Failed authentication attempt for ", "invalid credentials from "],
    head: /^(?:(?<time>\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d) )?(?:\.\.\.|[\w-]{1,40}\/)[\w./-]{1,120}\.go:\d{1,6}:\w{1,80}\(\) \[[A-Z]\] (?:\[[\w-]{1,40}\] )?/,
    process: "gitea",
    sentences: [
      // The name is written twice: one with a space in it could stand for either.
      refused(
        "^Failed authentication attempt for (?<user>\\S{1,255}) from \\[?ADDR\\]?:(?:0|(?<port>\\d{1,5})): ",
        "Failed authentication attempt",
      ),
      refused("^invalid credentials from \\[?ADDR\\]?:(?:0|(?<port>\\d{1,5}))(?:$|[^\\d])", "invalid credentials"),
    ],
  },
  {
    id: "vaultwarden.vaultwarden",
    title: "Vaultwarden",
    reference: "https://github.com/dani-garcia/vaultwarden/wiki/Fail2Ban-Setup",
    marks: ["][vaultwarden::"],
    head: /^\[(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}(?:[+-]\d{4})?)\]\[vaultwarden::[\w:]{1,120}\]\[[A-Z]{4,5}\] /,
    process: "vaultwarden",
    sentences: [
      refused(
        "^Username or password is incorrect\\. Try again\\. IP: ADDR\\. Username: ",
        "Username or password is incorrect",
      ),
      refused(
        "^(?:Invalid admin token\\.|Token is invalid!|Invalid TOTP code! Server time: [\\d :-]{19} UTC) IP: ADDR$",
        "an invalid token",
      ),
      accepted("^User USER logged in successfully\\. IP: ADDR$", "logged in successfully"),
    ],
  },
  {
    id: "bitwarden.server",
    title: "Bitwarden server: identity log",
    reference: `${HUB}/MariuszKociubinski/bitwarden-logs.yaml`,
    marks: ["Failed login attempt"],
    head: /^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [+-]\d\d:\d\d) \[(?:WRN|INF|ERR|FTL|DBG)\] /,
    process: "bitwarden",
    sentences: [refused("^Failed login attempt(?:, 2FA invalid)?\\. ADDR$", "Failed login attempt")],
  },
  {
    id: "homeassistant.core",
    title: "Home Assistant: failed logins and bans",
    reference: "https://www.home-assistant.io/integrations/http/#ip-filtering-and-banning",
    marks: ["[homeassistant.components.http.ban]"],
    head: /^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{3})?) [A-Z]{4,8} \(\w{1,40}\) \[homeassistant\.components\.http\.ban\] /,
    process: "homeassistant",
    sentences: [
      refused(
        "^Login attempt or request with invalid authentication from (?<name>[\\w.:-]{1,253}) \\(ADDR\\)\\.",
        "invalid authentication",
      ),
      blocked("^Banned IP ADDR for too many login attempts$", "Banned IP"),
    ],
  },
  {
    id: "jellyfin.jellyfin",
    title: "Jellyfin: logins",
    reference: `${HUB}/LePresidente/jellyfin-logs.yaml`,
    marks: ["jellyfin", "Authentication request for "],
    programs: /^jellyfin$/,
    head: /^\[(?:(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [+-]\d\d:\d\d)|\d\d:\d\d:\d\d)\] \[[A-Z]{3}\] (?:\[\d{1,8}\] )?(?:[\w.]{1,160}: )?(?=Authentication request for )/,
    process: "jellyfin",
    sentences: [
      refused('^Authentication request for "?(?<user>.{0,255}?)"? has been denied \\(IP: "?ADDR"?\\)\\.$', "denied"),
      {
        ...accepted('^Authentication request for "?(?<user>.{0,255}?)"? has succeeded\\.$', "succeeded"),
        initiator: "unknown",
      },
    ],
  },
  {
    id: "emby.server",
    title: "Emby Server: logins",
    reference: `${HUB}/LePresidente/emby-logs.yaml`,
    marks: ["AUTH-ERROR: "],
    head: /^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) [A-Z][a-z]{3,5} Server: (?=AUTH-ERROR: )/,
    process: "emby",
    sentences: [refused("^AUTH-ERROR: ADDR - ", "AUTH-ERROR")],
  },
  {
    id: "adguard.log",
    title: "AdGuard Home: its own log",
    reference: `${HUB}/LePresidente/adguardhome-logs.yaml`,
    marks: ["/control/login: ", '" successfully logged in from ip '],
    head: /^(?<time>\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6}) (?:\d{1,10}#\d{1,10} )?\[(?:info|error|debug)\] /,
    process: "AdGuardHome",
    sentences: [
      // The host that was asked for stands before the address; older releases wrote the client there.
      refused(
        "^POST \\S{1,255} /control/login: from ip ADDR: invalid username or password$",
        "invalid username or password",
      ),
      refused("^POST ADDR /control/login: invalid username or password$", "invalid username or password"),
      accepted('^auth: user "USER" successfully logged in from ip ADDR$', "successfully logged in"),
    ],
  },
  {
    id: "audiobookshelf.server",
    title: "Audiobookshelf: logins",
    reference: `${HUB}/plague-doctor/audiobookshelf-logs.yaml`,
    marks: ["Auth] "],
    head: /^(?:\[(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3})\] [A-Z]{4,5}: )?\[(?:Local|Oidc)?Auth\] /,
    process: "audiobookshelf",
    sentences: [
      refused(
        '^Failed login attempt for username "USER" from ip ADDR \\([\\w ]{1,64}\\)(?: \\(\\w{1,40}\\.js:\\d{1,6}\\))?$',
        "Failed login attempt",
      ),
      accepted('^User "USER" logged in from ip ADDR(?: \\(\\w{1,40}\\.js:\\d{1,6}\\))?$', "logged in"),
    ],
  },
  {
    id: "janeczku.calibre-web",
    title: "Calibre-Web: logins",
    reference: `${HUB}/Jgigantino31/calibre-web-logs.yaml`,
    marks: ['" IP-address: '],
    head: /^\[(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3})\] {1,4}[A-Z]{4,8} \{cps\.\w{1,40}:\d{1,6}\} /,
    process: "calibre-web",
    sentences: [refused('^Login failed for user "USER" IP-address: ADDR$', "Login failed")],
  },
  {
    id: "cpanel.login",
    title: "cPanel and WHM: login log",
    reference: "https://docs.cpanel.net/knowledge-base/cpanel-product/the-cpanel-log-files/",
    marks: ["[cpaneld]", "[whostmgrd]", "[webmaild]", "[cpdavd]", "[cpsrvd]"],
    head: /^\[(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4})\] \w{4,6} \[(?:cpaneld|whostmgrd|webmaild|cpdavd|cpsrvd)\] /,
    process: "cpsrvd",
    sentences: [
      refused('^ADDR - (?<user>\\S{0,255}|"[^"]{0,255}") "[^"]{0,4096}" (?:FAILED|DEFERRED) LOGIN ', "FAILED LOGIN"),
      noted('^ADDR - \\S{0,255} "[^"]{0,4096}" ', "a login"),
    ],
  },
  {
    id: "uptimekuma.uptimekuma",
    title: "Uptime Kuma and Dockge: logins",
    reference: `${HUB}/timokoessler/uptime-kuma-logs.yaml`,
    marks: ["[AUTH] "],
    head: /^(?:(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?(?:Z|[+-]\d\d:\d\d)) )?\[AUTH\] [A-Z]{4,5}: /,
    process: "uptime-kuma",
    sentences: [
      refused(
        "^(?:Incorrect username or password|Invalid token provided) for user USER\\. IP=ADDR$",
        "Incorrect username or password",
      ),
    ],
  },
  {
    id: "firefly.firefly-iii",
    title: "Firefly III: audit log",
    reference: `${HUB}/vspaziani/fireflyiii.yaml`,
    marks: [": AUDIT: "],
    head: /^\[(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\] [\w-]{1,32}\.[A-Z]{4,9}: AUDIT: /,
    process: "firefly-iii",
    sentences: [
      refused(
        '^Login failed\\. Attempt for user "USER" failed\\. \\(ADDR(?: \\([^() ]{1,255}\\))? -> [A-Z]{3,7}:[^\\s()]{1,2048}\\)$',
        "Login failed",
      ),
      refused(
        "^MFA failure count is set to \\d{1,6}\\. \\(ADDR(?: \\([^() ]{1,255}\\))? -> [A-Z]{3,7}:[^\\s()]{1,2048}\\)$",
        "MFA failed",
      ),
      noted(
        "^.{1,400} \\(ADDR(?: \\([^() ]{1,255}\\))? -> [A-Z]{3,7}:[^\\s()]{1,2048}\\)$",
        "a request of this client",
      ),
    ],
  },
  {
    id: "hestia.hestiacp",
    title: "HestiaCP: failed logins",
    reference: `${HUB}/LearningSpot/hestiacp-logs.yaml`,
    marks: [" failed to login"],
    head: /^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?=\S{1,255} \S{3,45} failed to login$)/,
    process: "hestia",
    sentences: [refused("^(?<user>\\S{1,255}) ADDR failed to login$", "failed to login")],
  },
  {
    id: "immich.server",
    title: "Immich: failed logins",
    reference: `${HUB}/gauth-fr/immich-logs.yaml`,
    marks: ["AuthService"],
    head: /^\[Nest\] \d{1,10} {1,3}- (?<time>\d{1,2}\/\d{1,2}\/\d{4}, \d{1,2}:\d\d:\d\d(?:.[AP]M)?) {1,8}[A-Z]{3,7} \[[\w:]{0,20}AuthService(?:~\w{1,40})?\] /,
    process: "immich",
    sentences: [refused("^Failed login attempt for user USER from ip address ADDR$", "Failed login attempt")],
  },
  {
    id: "overseerr.overseerr",
    title: "Overseerr and Jellyseerr: failed logins",
    reference: `${HUB}/LePresidente/jellyseerr-logs.yaml`,
    marks: ["][API]: ", "][Auth]: "],
    head: /^(?:(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) )?\[\w{4,5}\]\[(?:API|Auth)\]: /,
    process: "overseerr",
    sentences: [
      refused(
        '^Failed (?:sign-in|login) attempt [\\w ,]{1,160} \\{(?:"account":\\{)?"ip":"ADDR"',
        "Failed sign-in attempt",
      ),
    ],
  },
  {
    id: "lemonldap-ng.portal",
    title: "LemonLDAP::NG: logins",
    reference: `${HUB}/firewall-services/lemonldap-ng-logs.yaml`,
    marks: ["LLNG", "lemonldap-ng"],
    programs: /^(?:LLNG|lemonldap-ng)$/,
    sentences: [
      refused("^(?:\\[\\w{4,7}\\] |Lemonldap::NG : )?Bad password for USER \\(ADDR\\)$", "Bad password"),
      refused("^(?:\\[\\w{4,7}\\] |Lemonldap::NG : )?USER was not found in LDAP directory \\(ADDR\\)$", "unknown user"),
    ],
  },
  {
    id: "mailu.admin",
    title: "Mailu admin: rate limits",
    reference: `${HUB}/mwinters-stuff/mailu-admin-logs.yaml`,
    marks: [" in limiter: "],
    head: /^\[(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3})\] [A-Z]{4,8} in limiter: /,
    process: "mailu",
    sentences: [
      {
        ...blocked("^Authentication attempt from ADDR (?:for .{1,255} )?has been rate-limited\\.$", "rate-limited"),
        action: "login",
      },
    ],
  },
  {
    id: "mealie.mealie",
    title: "Mealie: failed logins",
    reference: `${HUB}/Jgigantino31/mealie-logs.yaml`,
    marks: ["Incorrect username or password from "],
    head: /^(?:\[\w{4,8}\|\w{1,40}\|L\d{1,6}\] (?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d): |[A-Z]{4,8} {1,8}(?<time2>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d) - )(?=Incorrect )/,
    process: "mealie",
    sentences: [refused("^Incorrect username or password from ADDR$", "Incorrect username or password")],
  },
  {
    id: "meshcentral.meshcentral",
    title: "MeshCentral: logins",
    reference: `${HUB}/a1ad/meshcentral-logs.yaml`,
    marks: ["Failed password for ", "Accepted password for "],
    // sshd's own words, without its last.
    head: /^(?:\w{1,32}\[\d{1,10}\]: )?(?=(?:Accepted|Failed) password for .{0,255} from [0-9A-Fa-f:.]{2,45} port \d{1,5}$)/,
    process: "meshcentral",
    sentences: [
      refused("^Failed password for USER from ADDR port (?<port>\\d{1,5})$", "Failed password"),
      accepted("^Accepted password for USER from ADDR port (?<port>\\d{1,5})$", "Accepted password"),
    ],
  },
  {
    id: "odoo.odoo",
    title: "Odoo: logins",
    reference: `${HUB}/crowdsecurity/odoo-logs.yaml`,
    marks: ["odoo.addons.base.models.res_users: "],
    head: /^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) \d{1,10} [A-Z]{4,8} \S{1,128} odoo\.addons\.base\.models\.res_users: /,
    process: "odoo",
    sentences: [
      refused("^Login failed for db:\\S{1,128} login:USER from ADDR$", "Login failed"),
      accepted("^Login successful for db:\\S{1,128} login:USER from ADDR$", "Login successful"),
    ],
  },
  {
    id: "ombi.ombi",
    title: "Ombi: failed logins",
    reference: `${HUB}/LePresidente/ombi-logs.yaml`,
    marks: ["Failed login attempt by IP: "],
    head: /^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [+-]\d\d:\d\d) \[Warning\] (?=Failed login attempt by IP: )/,
    process: "ombi",
    sentences: [refused("^Failed login attempt by IP: ADDR$", "Failed login attempt")],
  },
  {
    id: "pf.webgui",
    title: "pfSense and OPNsense: web GUI logins",
    reference: `${HUB}/crowdsecurity/pfsense-gui-logs.yaml`,
    marks: [" authentication error for ", "Successful login for user '"],
    head: /^\/[\w./-]{1,80}\.php: (?=(?:webConfigurator|Web GUI) authentication error for |Successful login for user ')/,
    process: "php-fpm",
    sentences: [
      refused(
        "^(?:webConfigurator|Web GUI) authentication error for (?:user )?'USER' from:? ADDR$",
        "authentication error",
      ),
      accepted("^Successful login for user 'USER' from: ADDR(?: \\([\\w .-]{1,128}\\))?$", "Successful login"),
    ],
  },
  {
    id: "paperless.ngx",
    title: "Paperless-ngx: failed logins",
    reference: `${FAIL2BAN}/paperless-ngx`,
    marks: ["[paperless.auth]"],
    head: /^\[(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3})\] \[[A-Z]{4,8}\] \[paperless\.auth\] /,
    process: "paperless",
    sentences: [
      refused("^Login failed for user `USER` from (?:private )?IP `ADDR\\.?`\\.?$", "Login failed"),
      refused(
        "^No authentication provided(?:\\.|, )?.{0,40} from (?:private )?IP `ADDR\\.?`\\.?$",
        "No authentication provided",
      ),
    ],
  },
  {
    id: "servarr.servarr",
    title: "Sonarr, Radarr, Prowlarr and kin: logins",
    reference: `${HUB}/schiz0phr3ne/sonarr-logs.yaml`,
    marks: ["Auth-Failure ip", "Auth-Unauthorized ip", "Auth-Success ip", "Auth-Logout ip"],
    head: /^(?:(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{1,4})\|(?:Warn|Info|Debug)\|Auth\||\[(?:Warn|Info|Debug)\] Auth: )(?=Auth-)/,
    sentences: [
      refused("^Auth-(?:Failure|Unauthorized) ip ADDR ", "Auth-Failure"),
      accepted("^Auth-Success ip ADDR username ", "Auth-Success"),
      accepted("^Auth-Logout ip ADDR username ", "Auth-Logout", "logout"),
    ],
  },
  {
    id: "stirling.pdf",
    title: "Stirling-PDF: failed logins",
    reference: `${HUB}/crowdsecurity/stirling-pdf-logs.yaml`,
    marks: [" from IP: "],
    head: /^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) [A-Z]{4,5} {1,2}(?:s\.)[\w.$]{1,120} \[[^\]]{1,80}\] /,
    process: "stirling-pdf",
    sentences: [
      refused("^Failed login attempt from IP: \\[?ADDR\\]?$", "Failed login attempt"),
      refused(
        "^(?:Invalid password|Username not found|Invalid credentials) for user: USER from IP: \\[?ADDR\\]?$",
        "Invalid password",
      ),
    ],
  },
  {
    id: "sympa.wwsympa",
    title: "Sympa: web interface",
    reference: `${HUB}/cyrille37/sympa_ww-logs.yaml`,
    marks: ["wwsympa"],
    programs: /^wwsympa$/,
    sentences: [
      // The arguments before the brackets are the client's own text.
      refused(
        "^\\w{3,8} main::\\w{0,80}(?:\\((?:(?!\\[client ).){0,2000}\\))? \\[robot [^\\]]{1,253}\\] \\[session \\w{1,64}\\] \\[client ADDR\\](?: \\[\\w{2,8} [^\\]]{0,255}\\]){0,3} Access denied in ",
        "Access denied",
        "request",
      ),
      noted(
        "^\\w{3,8} main::\\w{0,80}(?:\\((?:(?!\\[client ).){0,2000}\\))? \\[robot [^\\]]{1,253}\\] \\[session \\w{1,64}\\] \\[client ADDR\\]",
        "a request of this client",
      ),
    ],
  },
  {
    id: "zoneminder.web",
    title: "ZoneMinder: logins",
    reference: `${HUB}/baudneo/zoneminder-logs.yaml`,
    marks: ["web_php["],
    head: /^(?<time>\d\d\/\d\d\/\d\d(?:,)? \d{1,2}:\d\d:\d\d(?:.[AP]M [A-Z]{2,5})?\.\d{1,6}) web_php\[\d{1,10}\]\.[A-Z]{3} /,
    process: "zoneminder",
    sentences: [
      refused(
        "^\\[ADDR\\] \\[(?:Login denied for user |Could not retrieve user |Unable to authenticate user)",
        "Login denied",
      ),
      accepted("^\\[ADDR\\] \\[Login successful for user ", "Login successful"),
      noted("^\\[ADDR\\] \\[", "a request of this client"),
    ],
  },
];

export const appSentences: readonly Format[] = SPEAKERS.map(speakerFormat);

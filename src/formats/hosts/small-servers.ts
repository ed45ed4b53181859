/** Telephony, chat, storage and monitoring servers, and tarpits, that log in sentences. The client is the source. */
import { sentence } from "../firewalls/patterns.js";
import type { Format, ParsedTime } from "../format.js";
import { civilTime } from "../time.js";
import { speakerFormat, type Speaker } from "../speaker.js";

const HUB = "https://github.com/crowdsecurity/hub/blob/master/parsers/s01-parse";
const FAIL2BAN = "https://github.com/fail2ban/fail2ban/blob/master/fail2ban/tests/files/logs";

/** `20260402:100550.669`, as Zabbix writes it. Local. */
function zabbixTime(stated: string): ParsedTime | undefined {
  const m = /^(\d{4})(\d\d)(\d\d):(\d\d)(\d\d)(\d\d)\.(\d{3})$/.exec(stated);
  return m ? civilTime(+m[1]!, +m[2]!, +m[3]!, +m[4]!, +m[5]!, +m[6]!, +m[7]!) : undefined;
}

/** `0304 05:06:07.684962`, as Go's and Google's loggers write it: month and day without a year. Local. */
function glogTime(stated: string): ParsedTime | undefined {
  const m = /^(\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{3})\d{3}$/.exec(stated);
  return m ? civilTime(undefined, +m[1]!, +m[2]!, +m[3]!, +m[4]!, +m[5]!, +m[6]!) : undefined;
}

const SPEAKERS: readonly Speaker[] = [
  {
    id: "skeeto.endlessh",
    title: "endlessh and endlessh-go, SSH tarpits",
    reference: "https://github.com/skeeto/endlessh#sample",
    marks: ["endlessh", "ACCEPT host=", "CLOSE host="],
    programs: /^endlessh(?:-go)?$/,
    head: /^(?:(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) |I(?<time2>\d{4} \d\d:\d\d:\d\d\.\d{6}) {1,8}\d{1,8} client\.go:\d{1,5}\] )(?=(?:ACCEPT|CLOSE) host=)/,
    time: glogTime,
    process: "endlessh",
    sentences: [
      {
        says: sentence("^ACCEPT host=(?:::ffff:)?ADDR port=(?<port>\\d{1,5}) "),
        outcome: "established",
        reason: "ACCEPT",
        action: "connect",
      },
      {
        says: sentence("^CLOSE host=(?:::ffff:)?ADDR port=(?<port>\\d{1,5}) .{0,80}bytes=[1-9]"),
        outcome: "established",
        reason: "CLOSE, and bytes were sent",
        action: "disconnect",
      },
      {
        says: sentence("^CLOSE host=(?:::ffff:)?ADDR port=(?<port>\\d{1,5}) "),
        outcome: "established",
        reason: "CLOSE",
        action: "disconnect",
      },
    ],
  },
  {
    id: "signalwire.freeswitch",
    title: "FreeSWITCH: registrations and access lists",
    reference: `${HUB}/crowdsecurity/freeswitch.yaml`,
    marks: ["] sofia_reg.c:"],
    head: /^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}) (?:\d{1,3}\.\d\d% )?\[[A-Z]{4,8}\] sofia_reg\.c:\d{1,6} /,
    process: "freeswitch",
    sentences: [
      {
        says: sentence(
          "^SIP auth failure \\([A-Z]{3,12}\\) on sofia profile '[^']{0,128}' for \\[(?<user>.{0,255})\\] from ip ADDR$",
        ),
        outcome: "refused",
        reason: "SIP auth failure",
        action: "sip_login",
      },
      {
        says: sentence(
          "^SIP auth challenge \\([A-Z]{3,12}\\) on sofia profile '[^']{0,128}' for \\[(?<user>.{0,255})\\] from ip ADDR$",
        ),
        outcome: "unknown",
        reason: "SIP auth challenge",
        action: "sip_login",
      },
      {
        says: sentence("^Can't find user \\[(?<user>.{0,255})\\] from ADDR$"),
        outcome: "refused",
        reason: "Can't find user",
        action: "sip_login",
      },
      {
        says: sentence('^IP ADDR Rejected by (?:\\w{1,16} )?acl(?: "|$)'),
        outcome: "blocked",
        reason: "Rejected by acl",
      },
    ],
  },
  {
    id: "teamspeak.server",
    title: "TeamSpeak 3 server: query logins",
    reference: `${HUB}/crowdsecurity/teamspeak3-logs.yaml`,
    marks: ["|Query"],
    head: /^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6})\|[A-Z]{4,8} {0,4}\|Query {0,16}\| {0,4}\d{0,4} {0,4}\| {0,4}/,
    process: "ts3server",
    sentences: [
      {
        says: sentence(
          '^query from \\d{1,12} \\[?ADDR\\]?:(?<port>\\d{1,5}) attempted to login with account "(?<user>.{0,255})" and failed!$',
        ),
        outcome: "refused",
        reason: "and failed",
        action: "login",
      },
      {
        says: sentence("^query from \\d{1,12} \\[?ADDR\\]?:(?<port>\\d{1,5}) "),
        outcome: "unknown",
        reason: "a query client",
      },
    ],
  },
  {
    id: "pterodactyl.wings",
    title: "Pterodactyl Wings: SFTP logins",
    reference: `${HUB}/lourys/pterodactyl-wings-logs.yaml`,
    marks: ["failed to validate user credentials "],
    head: /^ ?[A-Z]{4,5}: \[(?<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d\.\d{3})\] (?=failed to validate user credentials )/,
    process: "wings",
    sentences: [
      {
        says: sentence(
          "^failed to validate user credentials \\([\\w ]{1,64}\\) ip=\\[?ADDR\\]?:(?<port>\\d{1,5}) (?:method=\\w{1,32} )?subsystem=sftp username=(?<user>.{0,255})$",
        ),
        outcome: "refused",
        reason: "failed to validate user credentials",
        action: "sftp_login",
      },
    ],
  },
  {
    id: "zabbix.agent",
    title: "Zabbix agent and server: refused connections",
    reference: "https://www.zabbix.com/documentation/current/en/manual/appendix/config/zabbix_agentd",
    marks: ["failed to accept an incoming connection: "],
    head: /^ {0,6}\d{1,10}:(?<time>\d{8}:\d{6}\.\d{3}) /,
    time: zabbixTime,
    process: "zabbix_agentd",
    sentences: [
      {
        says: sentence('^failed to accept an incoming connection: connection from "(?:::ffff:)?ADDR" rejected'),
        outcome: "blocked",
        reason: "not among the allowed hosts",
      },
    ],
  },
  {
    id: "synology.dsm",
    title: "Synology DSM: connection log",
    reference: "https://cloud.google.com/chronicle/docs/ingestion/default-parsers/synology",
    marks: ["Connection", "] from [", "] was blocked "],
    programs: /^Connection$/,
    head: /^(?:Connection: )?(?=(?:User \[.{0,255}\] from \[[0-9A-Fa-f:.]{2,45}\] |Host \[[0-9A-Fa-f:.]{2,45}\] was blocked ))/,
    process: "synolog",
    sentences: [
      {
        says: sentence(
          "^User \\[(?<user>[^\\[\\]]{0,255})\\] from \\[ADDR\\] logged in successfully via \\[[\\w ./-]{1,64}\\]\\.$",
        ),
        outcome: "authenticated",
        reason: "logged in successfully",
        action: "login",
      },
      {
        says: sentence(
          "^User \\[(?<user>.{0,255})\\] from \\[ADDR\\] failed to log in via \\[[\\w ./-]{1,64}\\] due to [\\w ,]{1,128}\\.$",
        ),
        outcome: "refused",
        reason: "failed to log in",
        action: "login",
      },
      {
        says: sentence("^User \\[(?<user>.{0,255})\\] from \\[ADDR\\] logged out the server via \\[[\\w ./-]{1,64}\\]"),
        outcome: "authenticated",
        reason: "logged out",
        action: "logout",
      },
      {
        says: sentence("^Host \\[ADDR\\] was blocked via \\[[\\w ./-]{1,64}\\]\\.?$"),
        outcome: "blocked",
        reason: "was blocked",
      },
    ],
  },
  {
    id: "qnap.qulog",
    title: "QNAP QTS: connection log",
    reference: "QNAP Turbo NAS user manual, System Logs",
    marks: ["qlogd", "qulogd"],
    programs: /^qu?logd$/,
    sentences: [
      {
        says: sentence(
          "^conn log: Users: (?<user>[^,]{0,255}), Source IP: ADDR, Computer name: [^,]{0,255}, Connection type: [\\w ()/-]{1,32}, Accessed resources: [^,]{0,255}, Action: Login Fail$",
        ),
        outcome: "refused",
        reason: "Login Fail",
        action: "login",
      },
      {
        says: sentence(
          "^conn log: Users: (?<user>[^,]{0,255}), Source IP: ADDR, Computer name: [^,]{0,255}, Connection type: [\\w ()/-]{1,32}, Accessed resources: [^,]{0,255}, Action: (?:Login (?:OK|Success)|Logout)$",
        ),
        outcome: "authenticated",
        reason: "Login OK",
        action: "login",
      },
      {
        says: sentence("^conn log: Users: [^,]{0,255}, Source IP: ADDR, Computer name: "),
        outcome: "unknown",
        reason: "a connection of this client",
      },
    ],
  },
  {
    id: "qbittorrent.webapi",
    title: "qBittorrent: web API logins",
    reference: `${HUB}/gilbsgilbs/qbittorrent-logs.yaml`,
    marks: ["WebAPI login "],
    head: /^\([NWIC]\) (?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d) - (?=WebAPI login )/,
    process: "qbittorrent",
    sentences: [
      {
        says: sentence("^WebAPI login success\\. IP: ADDR$"),
        outcome: "authenticated",
        reason: "login success",
        action: "login",
      },
      {
        says: sentence("^WebAPI login failure\\. Reason: IP has been banned, IP: ADDR(?:, username: |$)"),
        outcome: "blocked",
        reason: "IP has been banned",
        action: "login",
      },
      {
        says: sentence(
          "^WebAPI login failure\\. Reason: [\\w ]{1,64}(?:, attempt count: \\d{1,9})?, IP: ADDR(?:, username: |$)",
        ),
        outcome: "refused",
        reason: "login failure",
        action: "login",
      },
    ],
  },
  {
    id: "tildeslash.monit",
    title: "Monit: web interface",
    reference: `${FAIL2BAN}/monit`,
    marks: ["monit", "HttpRequest: access denied", "' supplied "],
    programs: /^monit$/,
    head: /^\[[A-Z]{2,5} (?<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)\] error {1,6}: /,
    process: "monit",
    sentences: [
      {
        says: sentence("^HttpRequest: access denied -- client \\[?ADDR\\]?: "),
        outcome: "refused",
        reason: "access denied",
        action: "login",
      },
      {
        says: sentence("^Warning: Client '\\[?ADDR\\]?' supplied (?:unknown user|wrong password) "),
        outcome: "refused",
        reason: "unknown user or wrong password",
        action: "login",
      },
    ],
  },
  {
    id: "processone.ejabberd",
    title: "ejabberd: failed logins",
    reference: `${FAIL2BAN}/ejabberd-auth`,
    marks: [">@ejabberd_"],
    head: /^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) \[[a-z]{4,9}\] <[\d.]{3,32}>@ejabberd_\w{1,32}:\w{1,64}:\d{1,6} /,
    process: "ejabberd",
    sentences: [
      {
        says: sentence(
          "^\\(\\{socket_state,[^()]{1,200}\\}\\) Failed authentication for (?<user>.{0,255}) from (?:IP )?ADDR$",
        ),
        outcome: "refused",
        reason: "Failed authentication",
        action: "login",
      },
    ],
  },
  {
    id: "eclipse.mosquitto",
    title: "Mosquitto: connections",
    reference: `${FAIL2BAN}/mosquitto`,
    marks: ["mosquitto", "New connection from "],
    programs: /^mosquitto$/,
    head: /^(?<time>\d{10}): (?=New (?:connection|client connected) from )/,
    process: "mosquitto",
    sentences: [
      {
        says: sentence("^New connection from \\[?ADDR\\]?:(?<port>\\d{1,5}) on port (?<nearPort>\\d{1,5})\\.$"),
        outcome: "unknown",
        reason: "New connection",
        action: "connect",
      },
    ],
  },
];

export const smallServers: readonly Format[] = SPEAKERS.map(speakerFormat);

/** Database servers that log in sentences: MySQL and MariaDB, PostgreSQL, SQL Server, Redis, Cassandra. The client is the source. */
import type { Sentence } from "../messages.js";
import { sentence } from "../firewalls/patterns.js";
import { speakerFormat } from "../speaker.js";

const MYSQL: readonly Sentence[] = [
  {
    says: sentence("Access denied for user '(?<user>.{0,255})'@'ADDR' (?:\\(using password: |to database )"),
    outcome: "refused",
    reason: "Access denied",
    action: "database-login",
  },
  {
    says: sentence("Access denied for user '(?<user>.{0,255})'@'(?<ip>[A-Za-z0-9][\\w.-]{0,252})' \\(using password: "),
    outcome: "refused",
    reason: "Access denied",
    action: "database-login",
  },
  {
    says: sentence(
      "Aborted connection \\d{1,20} to db: '.{0,200}' user: 'unauthenticated' host: '(?<ip>[\\w.:-]{1,253})'",
    ),
    outcome: "refused",
    reason: "aborted before a login",
  },
  {
    says: sentence(
      "Aborted connection \\d{1,20} to db: '.{0,200}' user: '(?<user>.{0,200})' host: '(?<ip>[\\w.:-]{1,253})'",
    ),
    outcome: "unknown",
    reason: "the connection was aborted",
  },
  {
    says: sentence(
      "(?:IP address 'ADDR' (?:could not be resolved|has been resolved)|Hostname '[^']{1,253}' does not resolve to 'ADDR2')".replace(
        "ADDR2",
        "[^']{1,64}",
      ),
    ),
    outcome: "unknown",
    reason: "its name was looked up",
  },
  {
    says: sentence(
      "Host '(?<ip>[\\w.:-]{1,253})' is (?:not allowed to connect|blocked because of many connection errors)",
    ),
    outcome: "blocked",
    reason: "the host may not connect",
  },
  {
    // General query log: `12 Connect root@203.0.113.7 on db using TCP/IP`; a refused one is followed by "Access denied".
    says: sentence("\\bConnect\\s{1,4}(?<user>[^\\s@]{0,255})@(?<ip>[\\w.:-]{1,253}) (?:on |as )"),
    outcome: "unknown",
    reason: "a client connected",
  },
];

/** https://dev.mysql.com/doc/refman/8.4/en/error-log-format.html; https://mariadb.com/docs/server/server-management/server-monitoring-logs/error-log */
export const mysql = speakerFormat({
  id: "mysql.error",
  title: "MySQL and MariaDB: error and general query logs",
  reference: "https://dev.mysql.com/doc/refman/8.4/en/error-log-format.html",
  marks: [
    "mysql",
    "mariadb",
    "Access denied for user '",
    "Aborted connection ",
    "IP address '",
    "' does not resolve to '",
    "' is not allowed to connect",
    "' is blocked because of many connection errors",
    "Connect",
  ],
  programs: /^(?:mysqld|mariadbd|mysql|mariadb)(?:_safe)?$/,
  head: /^(?:(?<time>\d{4}-\d\d-\d\d[T ] ?\d{1,2}:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)?|\d{6} {1,2}\d{1,2}:\d\d:\d\d)\s{1,4})?(?:0x[0-9a-f]{1,16}|\d{1,20}) (?=\[(?:Note|Warning|ERROR|System)\]|Connect\s)|^(?<time2>\d{6} {1,2}\d{1,2}:\d\d:\d\d) (?=\[(?:Note|Warning|ERROR)\])/,
  process: "mysqld",
  sentences: MYSQL,
});

/** An address in log_line_prefix: behind the time of day, which looks like a part of an IPv6 address. */
const pg = (source: string): RegExp =>
  sentence(source.replace("PREFIX_ADDR", "(?<![\\w.])(?<!\\d:)(?!\\d\\d:\\d\\d:\\d\\d)ADDR"));

const PG: readonly Sentence[] = [
  {
    says: sentence("connection received: host=(?<ip>[\\w.:-]{1,253}) port=(?<port>\\d{1,5})"),
    outcome: "unknown",
    reason: "a client connected",
    action: "connect",
  },
  {
    says: sentence(
      '(?:FATAL|ERROR|DETAIL|LOG): {1,2}no pg_hba\\.conf entry for (?:replication connection from )?host "ADDR", user "(?<user>[^"]{0,255})"',
    ),
    outcome: "blocked",
    reason: "no pg_hba.conf entry",
    action: "database-login",
  },
  {
    says: sentence('pg_hba\\.conf rejects (?:replication )?connection for host "ADDR", user "(?<user>[^"]{0,255})"'),
    outcome: "blocked",
    reason: "pg_hba.conf rejects it",
    action: "database-login",
  },
  {
    says: sentence(
      "disconnection: session time: .{1,40} user=(?<user>.{0,255}) database=.{0,255} host=(?<ip>[\\w.:-]{1,253}) port=(?<port>\\d{1,5})$",
    ),
    outcome: "authenticated",
    reason: "a session ended",
  },
  {
    // %h or %r in log_line_prefix: the client before the severity.
    says: pg(
      '^.{0,120}?PREFIX_ADDR(?:\\((?<port>\\d{1,5})\\))?.{0,200}?\\b(?:FATAL|ERROR): {1,2}(?:password|Peer|Ident|LDAP|GSSAPI|certificate|PAM|RADIUS|SSPI|BSD) authentication failed for user "(?<user>[^"]{0,255})"',
    ),
    outcome: "refused",
    reason: "authentication failed",
    action: "database-login",
  },
  {
    says: pg(
      '^.{0,120}?PREFIX_ADDR(?:\\((?<port>\\d{1,5})\\))?.{0,200}?\\b(?:FATAL|ERROR): {1,2}(?:role "[^"]{0,255}" does not exist|database "[^"]{0,255}" does not exist|no pg_hba|unsupported frontend protocol|sorry, too many clients|expected authentication|no PostgreSQL user name)',
    ),
    outcome: "refused",
    reason: "refused at login",
    action: "database-login",
  },
  {
    says: pg(
      "^.{0,120}?PREFIX_ADDR(?:\\((?<port>\\d{1,5})\\))?.{0,200}?\\bLOG: {1,2}connection authorized: user=(?<user>\\S{0,255})",
    ),
    outcome: "authenticated",
    reason: "connection authorized",
    action: "database-login",
  },
  {
    says: pg(
      "^.{0,120}?PREFIX_ADDR(?:\\((?<port>\\d{1,5})\\))?.{0,24}?(?:@|\\[\\d{1,10}\\]).{0,120}?\\b(?:LOG|FATAL|ERROR|WARNING|STATEMENT|DETAIL|HINT|NOTICE|PANIC): {1,2}",
    ),
    outcome: "unknown",
    reason: "a client's session",
  },
];

const PG_SEVERITIES = ["LOG", "FATAL", "ERROR", "WARNING", "DETAIL", "HINT", "STATEMENT", "PANIC", "NOTICE"] as const;

export const postgresql = speakerFormat({
  id: "postgresql.log",
  title: "PostgreSQL server log",
  reference: "https://www.postgresql.org/docs/current/runtime-config-logging.html",
  marks: ["postgres", ...PG_SEVERITIES.map((severity) => `${severity}:  `)],
  programs: /^postgres(?:ql)?(?:[@-][\w.-]{1,32})?$/,
  // Any prefix, but the severity must be PostgreSQL's own, with its two blanks.
  head: new RegExp(
    String.raw`^(?=.{4,300}?\b(?:${PG_SEVERITIES.join("|")}): {2}\S)(?:(?=.{0,80}?(?<![\d-])(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?(?: (?:UTC|GMT|[A-Z]{3,4}|[+-]\d{2,4}))?))|)`,
  ),
  process: "postgres",
  sentences: PG,
});

const MSSQL: readonly Sentence[] = [
  {
    says: sentence("^Login succeeded for user '(?<user>.{0,255})'\\. .{0,300}\\[CLIENT: {1,2}ADDR\\]"),
    outcome: "authenticated",
    reason: "Login succeeded",
    action: "database-login",
  },
  {
    says: sentence("^(?:Login failed|Logon failed)(?: for user '(?<user>.{0,255})')?.{0,600}\\[CLIENT: {1,2}ADDR\\]"),
    outcome: "refused",
    reason: "Login failed",
    action: "database-login",
  },
  {
    says: sentence(
      "^(?:The login packet used|Length specified in network packet|SSPI handshake failed|The login is from|Could not connect because).{0,600}\\[CLIENT: {1,2}ADDR\\]",
    ),
    outcome: "refused",
    reason: "refused at login",
    action: "database-login",
  },
  { says: sentence("\\[CLIENT: {1,2}ADDR\\]"), outcome: "unknown", reason: "SQL Server names the client" },
];

export const mssql = speakerFormat({
  id: "microsoft.sqlserver",
  title: "Microsoft SQL Server ERRORLOG",
  reference:
    "https://learn.microsoft.com/sql/relational-databases/errors-events/mssqlserver-18456-database-engine-error",
  marks: ["mssql", "sqlservr", "[CLIENT: "],
  programs: /^(?:MSSQLSERVER|MSSQL\$\w{1,32}|sqlservr|mssql)$/,
  head: /^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d\d) (?:Logon|spid\d{1,6}s?|Server|Backup) {2,12}(?:(?:Error|Fehler): \d{1,6}, .{0,80}?\d\. )?/,
  process: "sqlservr",
  sentences: MSSQL,
});

const REDIS: readonly Sentence[] = [
  {
    says: sentence("^Accepted ADDR:(?<port>\\d{1,5})$"),
    outcome: "unknown",
    reason: "a client connected",
    action: "connect",
  },
  {
    says: sentence("^Possible SECURITY ATTACK detected.{0,300}$"),
    outcome: "refused",
    reason: "not Redis' protocol",
  },
  {
    says: sentence("^(?:Replica|Slave) (?:\\[?ADDR\\]?:(?<port>\\d{1,5})) asks for synchronization"),
    outcome: "established",
    reason: "a replica asked for the data",
  },
  {
    says: sentence("^Connecting to MASTER ADDR:(?<port>\\d{1,5})"),
    outcome: "unknown",
    reason: "it goes to its master",
    away: true,
  },
  {
    says: sentence("^Synchronization with (?:replica|slave) ADDR:(?<port>\\d{1,5}) succeeded"),
    outcome: "established",
    reason: "the replica got the data",
  },
];

export const redis = speakerFormat({
  id: "redis.log",
  title: "Redis and Valkey",
  reference: "https://redis.io/docs/latest/operate/oss_and_stack/management/security/",
  marks: [
    "redis",
    "valkey",
    "Accepted ",
    "Possible SECURITY ATTACK detected",
    " asks for synchronization",
    "Connecting to MASTER ",
    "Synchronization with ",
  ],
  programs: /^(?:redis|valkey)(?:-server|-sentinel)?$/,
  head: /^(?:\d{1,10}:[MSCX] (?<time>\d{1,2} [A-Z][a-z]{2}(?: \d{4})? \d\d:\d\d:\d\d\.\d{3}) [.*#-] |\[\d{1,10}\] (?<time2>\d{1,2} [A-Z][a-z]{2} \d\d:\d\d:\d\d\.?\d{0,3}) [.*#-] )/,
  process: "redis-server",
  sentences: REDIS,
});

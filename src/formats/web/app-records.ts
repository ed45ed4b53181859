/**
 * Web applications that log fields: `key=value`, JSON, or columns. The client is the source and the machine that logged the asset.
 * Which message is a refusal stands in tables; any other is `unknown`.
 */
import { wordTable } from "../../model/word-table.js";
import { auditFormat, first as firstOf, judgedAs as of, loginOutcome, type Judged } from "../cloud/audit.js";
import { timeOfValue } from "../fallback/find-time.js";
import type { Format, FormatResult, LineContext } from "../format.js";
import { parseObject, string, type Json } from "../json-fields.js";
import { parseEpoch, parseIsoTime } from "../time.js";
import { addressAndPort, httpOutcome, integer, keyValues, text } from "../values.js";
import { has, jsonFormat, first } from "./json-reader.js";
import { webResult, type WebRecord } from "./record.js";

const HUB = "https://github.com/crowdsecurity/hub/blob/master/parsers/s01-parse";

/** The fields of one line, whatever the notation. */
type Fields = Readonly<Record<string, string | undefined>>;

interface AppKind {
  readonly id: string;
  readonly title: string;
  readonly reference: string;
  /** A literal that every such line holds. */
  readonly mark: string;
  readonly is: (f: Fields) => boolean;
  readonly web: (f: Fields) => WebRecord;
  readonly judge: (f: Fields) => Judged | undefined;
}

/** Top-level texts, numbers and booleans of a record. */
function flat(record: Json): Fields {
  const out: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const key in record) {
    const value = record[key];
    const read = typeof value === "boolean" ? String(value) : string(value);
    if (read !== undefined) out[key] = read;
  }
  return out;
}

/** `key=value` text and JSON of one product, as two formats. */
function both({ id, title, reference, mark, is, web, judge }: AppKind): [Format, Format] {
  const read = (f: Fields, context: LineContext): FormatResult | undefined =>
    is(f) ? webResult(web(f), context, judge(f)) : undefined;
  return [
    {
      id,
      title,
      reference,
      marks: [`${mark}=`],
      parse: (line, context) => (line.includes(`${mark}=`) ? read(keyValues(line), context) : undefined),
    },
    {
      id: `${id}-json`,
      title: `${title}, JSON`,
      reference,
      json: true,
      parse: (line, context, _envelope, record) =>
        record && line.includes(`"${mark}"`) ? read(flat(record), context) : undefined,
    },
  ];
}

const isAddress = (value: string | undefined): boolean => addressAndPort(value).ip !== undefined;

const authelia = both({
  id: "authelia.authelia",
  title: "Authelia: authentication attempts",
  reference: `${HUB}/LePresidente/authelia-logs.yaml`,
  mark: "remote_ip",
  is: (f) => f["msg"] !== undefined && f["path"]?.startsWith("/api/") === true && isAddress(f["remote_ip"]),
  web: (f) => ({
    time: timeOfValue(f["time"]),
    client: f["remote_ip"],
    method: f["method"],
    uri: f["path"],
    user: /^(?:Uns|S)uccessful [\w ]{1,40} authentication attempt (?:made )?by user '([^']{1,255})'/.exec(
      f["msg"]!,
    )?.[1],
  }),
  judge(f) {
    const msg = f["msg"]!;
    if (/^Unsuccessful [\w ]{1,40} authentication attempt/.test(msg))
      return of("refused", "Unsuccessful authentication");
    if (/^Successful [\w ]{1,40} authentication attempt made by user '/.test(msg))
      return of("authenticated", "Successful authentication");
    return msg.startsWith("Error occurred getting details for user ")
      ? of("refused", "the user does not exist")
      : of("unknown", "a message of the portal");
  },
});

const GRAFANA: Readonly<Record<string, Judged>> = wordTable({
  "Invalid username or password": of("refused", "Invalid username or password"),
  Unauthorized: of("refused", "Unauthorized"),
});

const grafana = both({
  id: "grafana.server",
  title: "Grafana: requests and logins",
  reference: `${HUB}/LePresidente/grafana-logs.yaml`,
  mark: "remote_addr",
  is: (f) =>
    f["logger"] !== undefined &&
    f["msg"] !== undefined &&
    f["t"] !== undefined &&
    f["userId"] !== undefined &&
    isAddress(f["remote_addr"]),
  web: (f) => ({
    time: timeOfValue(f["t"]),
    client: f["remote_addr"],
    method: f["method"],
    uri: f["path"],
    status: f["status"],
    bytesOut: f["size"],
    referrer: f["referer"],
    // Of a user that has signed in; `anonymous` has the id 0.
    user: f["userId"] === "0" ? undefined : f["uname"],
  }),
  judge: (f) =>
    GRAFANA[f["msg"]!] ?? (f["status"] === undefined ? of("unknown", "a message of the server") : undefined),
});

const miniflux = both({
  id: "miniflux.miniflux",
  title: "Miniflux: logins",
  reference: `${HUB}/jbowdre/miniflux-logs.yaml`,
  mark: "authentication_failed",
  is: (f) => f["msg"] !== undefined && isAddress(f["client_ip"]),
  web: (f) => ({
    time: timeOfValue(f["time"]),
    client: f["client_ip"],
    agent: f["user_agent"],
    user: f["username"],
  }),
  judge: (f) =>
    f["authentication_failed"] === "true"
      ? of("refused", "authentication_failed=true")
      : of("unknown", "a message of the server"),
});

const navidrome = both({
  id: "navidrome.navidrome",
  title: "Navidrome: requests",
  reference: `${HUB}/sdwilsh/navidrome-logs.yaml`,
  mark: "remoteAddr",
  is: (f) => f["httpStatus"] !== undefined && f["msg"]?.startsWith("HTTP: ") === true && isAddress(f["remoteAddr"]),
  web(f) {
    const m = /^HTTP: ([A-Z]{3,8}) (\S{1,8192})$/.exec(f["msg"]!);
    return {
      time: timeOfValue(f["time"]),
      client: f["remoteAddr"],
      method: m?.[1],
      uri: m?.[2],
      status: f["httpStatus"],
      bytesOut: f["responseSize"],
      agent: f["userAgent"],
    };
  },
  judge: () => undefined,
});

/** `type=LOGIN_ERROR, realmId=…, clientId=…, userId=…, ipAddress=192.0.2.1, …`; the client writes its own id and what follows the address. */
const KEYCLOAK =
  /^(?:(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) [A-Z]{4,5} {1,2}\[org\.(?:key|keycloak)\.events\] \([^()]{1,80}\) )?type="?(?<type>[A-Z_]{3,60})"?, realmId="?[^",\s=]{0,255}"?,(?: realmName="?[^",\s=]{0,255}"?,)? clientId="?[^",\s=]{0,255}"?, userId="?[\w:-]{1,255}"?,(?: sessionId="?[\w-]{1,128}"?,)? ipAddress="?(?<ip>[0-9A-Fa-f:.]{2,45})"?(?:,|$)/;
const KEYCLOAK_LOGINS: ReadonlySet<string> = new Set([
  "LOGIN",
  "CODE_TO_TOKEN",
  "REFRESH_TOKEN",
  "CLIENT_LOGIN",
  "TOKEN_EXCHANGE",
  "IDENTITY_PROVIDER_LOGIN",
  "LOGOUT",
  "USER_INFO_REQUEST",
]);

const keycloak: Format = {
  id: "keycloak.events",
  title: "Keycloak: events",
  reference: "https://www.keycloak.org/docs/latest/server_admin/#event-types",
  marks: ["realmId="],
  parse(line, context) {
    if (!line.includes("realmId=") || !line.includes("ipAddress=")) return undefined;
    const g = KEYCLOAK.exec(line)?.groups;
    if (!g || !isAddress(g["ip"])) return undefined;
    const type = g["type"]!;
    const rest = line.slice(line.indexOf("ipAddress="));
    const name = /, username="?([^",\s]{1,255})"?(?:,|$)/.exec(rest)?.[1];
    return webResult(
      {
        time: g["time"] === undefined ? undefined : parseIsoTime(g["time"]),
        client: g["ip"],
        user: text(name),
        action: type,
      },
      context,
      type.endsWith("_ERROR")
        ? of("refused", `type=${type}`)
        : of(KEYCLOAK_LOGINS.has(type) ? "authenticated" : "unknown", `type=${type}`),
    );
  },
};

const nextcloud: Format = auditFormat(
  {
    id: "nextcloud.log",
    title: "Nextcloud and ownCloud: application log",
    reference: "https://docs.nextcloud.com/server/latest/admin_manual/configuration_server/logging_configuration.html",
  },
  [
    {
      has: ["reqId", "level", "time", "remoteAddr", "app", "message"],
      time: ["time"],
      client: ["remoteAddr"],
      user: ["user"],
      action: ["url"],
      agent: ["userAgent"],
      vendor: "Nextcloud",
      product: "Nextcloud",
      judge(r) {
        const message = string(r["message"]) ?? "";
        if (message.startsWith("Login failed: ")) return loginOutcome(false, "Login failed");
        if (message.startsWith("Bruteforce attempt from ")) return loginOutcome(false, "Bruteforce attempt");
        if (message.startsWith("Trusted domain error. ")) return loginOutcome(false, "Trusted domain error");
        if (r["app"] === "admin_audit" && message.startsWith("Login successful: "))
          return loginOutcome(true, "Login successful");
        return firstOf(r, ["user"]) === undefined
          ? { outcome: "unknown", outcomeReason: "a message of the server" }
          : loginOutcome(true, "a request of a user that is logged in");
      },
    },
  ],
);

const gitlabRails: Format = jsonFormat({
  id: "gitlab.rails",
  title: "GitLab: production_json.log and api_json.log",
  reference: "https://docs.gitlab.com/administration/logs/#production_jsonlog",
  is: (r) =>
    has(r, "correlation_id", "path", "method", "status") &&
    (has(r, "controller") || has(r, "route")) &&
    (isAddress(first(r, ["remote_ip"])) || isAddress(first(r, ["meta.remote_ip"]))),
  names: {
    time: ["time"],
    client: ["remote_ip", "meta.remote_ip"],
    method: ["method"],
    host: ["host"],
    uri: ["path"],
    status: ["status"],
    agent: ["ua"],
    user: ["meta.user", "username"],
  },
});

/** https://docs.gitlab.com/administration/logs/#auth_jsonlog: `env` is what the rate limit did. */
const RACK_ATTACK: Readonly<Record<string, Judged>> = wordTable({
  throttle: of("blocked", "Rack_Attack: throttle"),
  blocklist: of("blocked", "Rack_Attack: blocklist"),
  track: of("unknown", "Rack_Attack: track"),
  safelist: of("unknown", "Rack_Attack: safelist"),
});

const gitlabAuth: Format = jsonFormat({
  id: "gitlab.auth",
  title: "GitLab: auth_json.log",
  reference: "https://docs.gitlab.com/administration/logs/#auth_jsonlog",
  is: (r) => r["message"] === "Rack_Attack" && has(r, "env", "remote_ip"),
  names: {
    time: ["time"],
    client: ["remote_ip"],
    method: ["request_method"],
    uri: ["path", "fullpath"],
    user: ["meta.user"],
    rule: ["matched"],
  },
  judge: (_out, r) => RACK_ATTACK[string(r["env"]) ?? ""] ?? of("unknown", "Rack_Attack"),
});

const AUTHENTIK: Readonly<Record<string, Judged>> = wordTable({
  login: of("authenticated", "action=login"),
  logout: of("authenticated", "action=logout"),
  authorize_application: of("authenticated", "action=authorize_application"),
  login_failed: of("refused", "action=login_failed"),
  invalid_identifier: of("refused", "action=invalid_identifier"),
});

const authentik: Format = jsonFormat({
  id: "goauthentik.authentik",
  title: "authentik: events",
  reference: `${HUB}/firix/authentik-logs.yaml`,
  is: (r) => string(r["logger"])?.startsWith("authentik.") === true && has(r, "event", "client_ip", "action"),
  names: {
    time: ["timestamp"],
    client: ["client_ip"],
    host: ["host"],
    user: ["user.username", "identifier", "context.username"],
    action: ["action"],
  },
  judge: (_out, r) => AUTHENTIK[string(r["action"]) ?? ""] ?? of("unknown", "an event"),
});

const mattermostRecord = (r: Json): Judged => {
  const code = integer(string(r["http_code"]));
  return code === undefined || code < 400
    ? of("unknown", "a message of the server")
    : of("refused", `http_code=${code}`);
};

function mattermostResult(r: Json, time: string | undefined, context: LineContext): FormatResult | undefined {
  const client = string(r["ip_addr"]);
  if (!isAddress(client) || string(r["request_id"]) === undefined || string(r["path"]) === undefined) return undefined;
  return webResult(
    { time: timeOfValue(time), client, method: string(r["method"]), uri: string(r["path"]) },
    context,
    mattermostRecord(r),
  );
}

/** `2019-07-09T10:07:28.113+0200	error	mlog/log.go:172	Login failed …	{"path": …}` */
const mattermost: Format = {
  id: "mattermost.server",
  title: "Mattermost: server log",
  reference: "https://github.com/fail2ban/fail2ban/blob/master/fail2ban/tests/files/logs/mattermost",
  marks: ['"ip_addr"'],
  parse(line, context) {
    if (!line.includes('"ip_addr"') || !line.includes("\t{")) return undefined;
    const columns = line.split("\t", 6);
    if (columns.length !== 5 || !/^[a-z]{4,8}$/.test(columns[1]!)) return undefined;
    const record = parseObject(columns[4]!);
    return record && mattermostResult(record, columns[0], context);
  },
};

const mattermostJson: Format = {
  id: "mattermost.server-json",
  title: "Mattermost: server log, JSON",
  reference: mattermost.reference,
  json: true,
  parse(line, context, _envelope, r) {
    if (!r || !line.includes('"ip_addr"') || r["caller"] === undefined) return undefined;
    return mattermostResult(r, string(r["ts"]) ?? string(r["timestamp"]), context);
  },
};

const ntfy: Format = jsonFormat({
  id: "ntfy.server",
  title: "ntfy: server log",
  reference: `${HUB}/Jgigantino31/ntfy-logs.yaml`,
  is: (r) => has(r, "visitor_id", "visitor_ip", "message") && isAddress(first(r, ["visitor_ip"])),
  names: {
    time: ["time"],
    client: ["visitor_ip"],
    method: ["http_method"],
    uri: ["http_path"],
    status: ["http_status"],
    user: ["user_name"],
  },
  judge(_out, r) {
    const status = integer(string(r["http_status"]));
    if (status !== undefined) return httpOutcome(status);
    const error = string(r["error"]);
    return error === "unauthorized" || error === "forbidden"
      ? of("refused", `error=${error}`)
      : of("unknown", "a message of the server");
  },
});

const kasm: Format = jsonFormat({
  id: "kasm.workspaces",
  title: "Kasm Workspaces: logins",
  reference: `${HUB}/crowdsecurity/kasm-logs.yaml`,
  is: (r) => has(r, "metric_name", "request_ip", "asctime"),
  names: { time: ["timestamp"], client: ["request_ip"], uri: ["path_info"], agent: ["user_agent"] },
  judge(_out, r) {
    const metric = string(r["metric_name"]) ?? "";
    return metric.startsWith("account.login.failed")
      ? of("refused", `metric_name=${metric.slice(0, 80)}`)
      : of("unknown", "a metric");
  },
});

const opensearchDashboards: Format = jsonFormat({
  id: "opensearch.dashboards",
  title: "OpenSearch Dashboards and Kibana 7: responses",
  reference: `${HUB}/bouddha-fr/opensearch-dashboard-logs.yaml`,
  is: (r) => r["type"] === "response" && has(r, "req.remoteAddress", "res.statusCode"),
  names: {
    time: ["@timestamp"],
    client: ["req.remoteAddress"],
    host: ["req.headers.host"],
    method: ["req.method"],
    uri: ["req.url"],
    status: ["res.statusCode"],
    agent: ["req.userAgent"],
    referrer: ["req.referer"],
  },
});

const SFTPGO_LOGIN =
  /^User "(?<user>.{1,255})" logged in with "[\w+-]{1,64}",? from ip "(?<ip>[0-9A-Fa-f:.]{2,45})"(?:,|$)/;
const SFTPGO_ADDED =
  /^connection added, local address "(?<near>[^"\s]{2,64})", remote address "(?<far>[^"\s]{2,64})", num open connections: \d{1,9}$/;

/** https://docs.sftpgo.com/latest/logs/ */
const sftpgo: Format = {
  id: "drakkan.sftpgo",
  title: "SFTPGo: logins, connections, transfers and HTTP requests",
  reference: `${HUB}/Azlaroc/sftpgo-logs.yaml`,
  json: true,
  parse(line, context, _envelope, r) {
    if (!r || !line.includes('"sender"')) return undefined;
    const sender = string(r["sender"]);
    const time = timeOfValue(string(r["time"]));
    if (sender === "connection_failed" && r["client_ip"] !== undefined && r["login_type"] !== undefined)
      return webResult(
        { time, client: string(r["client_ip"]), user: string(r["username"]), action: sender },
        context,
        of("refused", "connection_failed"),
      );
    const message = string(r["message"]);
    if (message === undefined || r["connection_id"] === undefined) return undefined;
    const login = SFTPGO_LOGIN.exec(message)?.groups;
    if (login)
      return webResult(
        { time, client: login["ip"], user: login["user"], action: "login" },
        context,
        of("authenticated", "logged in"),
      );
    const added = SFTPGO_ADDED.exec(message)?.groups;
    return (
      added &&
      webResult(
        { time, client: added["far"], server: added["near"], action: "connect" },
        context,
        of("established", "connection added"),
      )
    );
  },
};

/** `… [ERROR] [/server/…go:72][client IP="192.0.2.1, 192.168.32.1" requestID="…" user agent="…"]: failed to authenticate user:…` */
const HARBOR =
  /^(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) \[[A-Z]{4,7}\] \[[\w./:-]{1,160}\]\[client IP="(?<client>[0-9A-Fa-f:., ]{2,400})" requestID="[\w-]{0,80}" user agent="/;

const harbor: Format = {
  id: "goharbor.core",
  title: "Harbor: core log",
  reference: `${HUB}/LePresidente/harbor-logs.yaml`,
  marks: ['][client IP="'],
  parse(line, context) {
    const at = line.indexOf('][client IP="');
    if (at < 0 || at > 240) return undefined;
    const g = HARBOR.exec(line)?.groups;
    if (!g) return undefined;
    const failed = line.includes('"]: failed to authenticate user:', at);
    return webResult(
      { time: parseIsoTime(g["time"]!), client: g["client"] },
      context,
      failed ? of("refused", "failed to authenticate") : of("unknown", "a message of the server"),
    );
  },
};

/** `2022-06-09 12:22:07.353044 [INFO] [1226038] [192.0.2.1:61120-5#Example] User 'x' failed to authenticate.` */
const LITESPEED =
  /^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}) \[[A-Z]{4,8}\] \[\d{1,10}\] \[(?<client>[0-9A-Fa-f:.]{2,45}|\[[0-9A-Fa-f:.]{2,45}\]):(?<port>\d{1,5})(?:[:-][^\]\s]{0,200})?\] /;

const litespeed: Format = {
  id: "litespeed.error",
  title: "LiteSpeed and OpenLiteSpeed: error log",
  reference: `${HUB}/crowdsecurity/litespeed-logs.yaml`,
  parse(line, context) {
    if (line.charCodeAt(26) !== 32 || line.charCodeAt(27) !== 91) return undefined;
    const m = LITESPEED.exec(line);
    const g = m?.groups;
    if (!m || !g || !isAddress(g["client"])) return undefined;
    const message = line.slice(m[0].length);
    const refused =
      /^(?:\[STDERR\] )?\[WebAdmin Console\] Failed Login Attempt - /.test(message) ||
      /^User '.{0,255}' failed to authenticate\.$/.test(message);
    return webResult(
      { time: parseIsoTime(g["time"]!), client: g["client"], clientPort: g["port"] },
      context,
      refused ? of("refused", "failed to authenticate") : of("unknown", "a message about this client"),
    );
  },
};

/** `https://example.com|1430068525|user|192.0.2.1|uri|referrer|uid|link|message`: syslog's format of Drupal's watchdog. */
const DRUPAL = /^https?:\/\/[^|\s]{1,255}\|(?<time>\d{9,11})\|(?<type>[\w -]{1,64})\|(?<ip>[0-9A-Fa-f:.]{2,45})\|/;
/** The client writes URI and referrer: only a line with just as many bars says which part is the message. */
const DRUPAL_TAIL =
  /^(?<uri>[^|]{0,4096})\|(?<referrer>[^|]{0,4096})\|(?<uid>\d{1,12})\|[^|]{0,1024}\|(?<message>[^|]{0,4096})$/;

function drupalJudge(type: string, message: string | undefined): Judged {
  if (type === "access denied" || type === "page not found") return of("refused", type);
  if (message === undefined) return of("unknown", "a message of the site");
  if (/^Login attempt failed (?:for|from) /.test(message)) return of("refused", "Login attempt failed");
  return message.startsWith("Session opened for ") && type === "user"
    ? of("authenticated", "Session opened")
    : of("unknown", "a message of the site");
}

const drupal: Format = {
  id: "drupal.watchdog",
  title: "Drupal: watchdog, by syslog",
  reference: "https://github.com/fail2ban/fail2ban/blob/master/fail2ban/tests/files/logs/drupal-auth",
  marks: ["http://", "https://"],
  parse(line, context) {
    if (!line.startsWith("http")) return undefined;
    const m = DRUPAL.exec(line);
    const g = m?.groups;
    if (!m || !g || !isAddress(g["ip"])) return undefined;
    const tail = DRUPAL_TAIL.exec(line.slice(m[0].length))?.groups;
    return webResult(
      { time: parseEpoch(g["time"]!), client: g["ip"], uri: tail?.["uri"], referrer: tail?.["referrer"] },
      context,
      drupalJudge(g["type"]!, tail?.["message"]),
    );
  },
};

/** Columns: time, thread, user, request, session, address, URL, message. Since 9.5 a `url:` of the request may follow the thread. */
const JIRA =
  /^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}(?:[+-]\d{4})?) (?<thread>[\w.-]{1,80}) (?:url: [^;\s]{1,400}; user: \S{1,255} )?(?<user>\S{1,255}) \d{1,5}x\d{1,9}x\d{1,5} [\w-]{1,64} (?<client>[0-9A-Fa-f:.,]{2,200}) \S{1,2048} (?<message>.{1,1024})$/;

function jiraJudge(message: string): Judged {
  if (/^The user '.{0,255}' has FAILED authentication\./.test(message)) return of("refused", "FAILED authentication");
  if (/^The user '.{0,255}' has PASSED authentication\.$/.test(message))
    return of("authenticated", "PASSED authentication");
  return of("unknown", "an event of the session");
}

const jira: Format = {
  id: "atlassian.jira-security",
  title: "Jira: security log",
  reference: "https://confluence.atlassian.com/display/JIRAKB/How+to+analyze+the+atlassian-jira-security.log+file",
  parse(line, context) {
    if (line.charCodeAt(19) !== 44 || line.charCodeAt(10) !== 32) return undefined;
    const g = JIRA.exec(line)?.groups;
    if (!g || !isAddress(g["client"]!.split(",", 1)[0])) return undefined;
    const judged = jiraJudge(g["message"]!);
    return webResult(
      { time: parseIsoTime(g["time"]!), client: g["client"], user: g["user"] === "anonymous" ? undefined : g["user"] },
      context,
      judged,
    );
  },
};

export const appRecords: readonly Format[] = [
  ...authelia,
  ...grafana,
  ...miniflux,
  ...navidrome,
  keycloak,
  nextcloud,
  gitlabRails,
  gitlabAuth,
  authentik,
  mattermost,
  mattermostJson,
  ntfy,
  kasm,
  opensearchDashboards,
  sftpgo,
  harbor,
  litespeed,
  drupal,
  jira,
];

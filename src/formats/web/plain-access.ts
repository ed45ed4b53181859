/**
 * Request lines of application servers and frameworks that are neither Apache's nor JSON: Express (morgan `short`, `dev` names no
 * client), Gin, Uvicorn, Werkzeug, Rails, PHP's server, Atlassian's and others'. A table of patterns with named groups.
 */
import type { Format, FormatResult, LineContext, ParsedTime } from "../format.js";
import { timeOfValue } from "../fallback/find-time.js";
import { ctime, forwardedList } from "../fields.js";
import { parseClfTime, parseIsoTime } from "../time.js";
import { addressAndPort, keyValues } from "../values.js";
import { webResult } from "./record.js";

interface Pattern {
  readonly dataset: string;
  /** What its lines begin with, as bits. */
  readonly begins: number;
  /** A literal that every such line holds. */
  readonly mark: string;
  readonly line: RegExp;
  time?(stated: string): ParsedTime | undefined;
}

/** Addresses, and clocks. */
const ADDRESS = 1;
const BRACKET = 2;
/** `2021-03-04`, `2021/03/04`. */
const DASHED = 4;
const SLASHED = 8;
/** A word, a blank. */
const OTHER = 16;
const ANY = 31;

/** Spares lines of other formats most of the patterns. */
function beginningOf(line: string): number {
  const c = line.charCodeAt(0);
  if (c === 91) return BRACKET | ADDRESS;
  if (c >= 48 && c <= 57) return /^\d{4}-/.test(line) ? DASHED : /^\d{4}\//.test(line) ? SLASHED : ADDRESS;
  return /^[A-Fa-f.:]/.test(line) ? ADDRESS | OTHER : OTHER;
}

const IP = "(?<client>[0-9a-fA-F.:]{3,45}|\\[[0-9a-fA-F.:]{3,45}\\])";
const METHOD = "(?<method>[A-Z]{3,10})";

const PATTERNS: readonly Pattern[] = [
  {
    dataset: "morgan.short",
    begins: ADDRESS,
    mark: " ms",
    line: new RegExp(
      `^${IP} (?<user>\\S{1,128}) ${METHOD} (?<uri>\\S{1,8192}) HTTP/[\\d.]{1,3} (?<status>\\d{3}) (?<bytes>\\d{1,15}|-) - [\\d.]{1,16} ms$`,
    ),
  },
  {
    dataset: "gin.access",
    begins: BRACKET,
    mark: "[GIN",
    line: new RegExp(
      `^\\[GIN(?:-debug)?\\] (?<time>\\d{4}/\\d\\d/\\d\\d - \\d\\d:\\d\\d:\\d\\d) \\| {0,8}(?<status>\\d{3}) {0,8}\\| {0,20}\\S{1,24} {0,8}\\| {0,40}${IP} {0,8}\\| {0,8}${METHOD} {1,16}"?(?<uri>[^"\\s]{1,8192})`,
    ),
    time: (stated) => parseIsoTime(stated.replace(" - ", " ")),
  },
  {
    dataset: "uvicorn.access",
    begins: ADDRESS | BRACKET | OTHER,
    mark: ' - "',
    line: new RegExp(
      `^(?:INFO: {1,8}| ?\\[BACKEND\\]\\[(?<time>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d)\\] )?${IP}:(?<port>\\d{1,5}) - "(?<request>[A-Z]{3,10} [^"]{1,8192} HTTP/[\\d.]{1,3})" (?<status>\\d{3})(?: [A-Z][\\w' -]{1,40})?$`,
    ),
    time: parseIsoTime,
  },
  {
    dataset: "werkzeug.access",
    begins: ADDRESS | OTHER,
    mark: '] "',
    line: new RegExp(
      `^(?:INFO:werkzeug:)?${IP} - (?<user>\\S{1,128}) \\[(?<time>\\d\\d/[A-Z][a-z]{2}/\\d{4} \\d\\d:\\d\\d:\\d\\d)\\] "(?<request>[^"]{0,8192})" (?<status>\\d{3}) (?<bytes>\\d{1,15}|-)$`,
    ),
    time: timeOfValue,
  },
  {
    dataset: "rails.access",
    begins: ANY,
    mark: "Started ",
    line: new RegExp(
      `Started ${METHOD} "(?<uri>[^"]{1,8192})" for ${IP} at (?<time>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d [+-]\\d{4})$`,
    ),
    time: parseIsoTime,
  },
  {
    // nginx's `upstreamlog` of many handbooks: `[date] client - user - host to: upstream: request status …`.
    dataset: "nginx.access",
    begins: BRACKET,
    mark: " to: ",
    line: new RegExp(
      `^\\[(?<time>\\d{2}/[A-Z][a-z]{2}/\\d{4}:[\\d:]{8} [+-]\\d{4})\\] ${IP} - (?<user>\\S{1,128}) - (?<host>\\S{1,255})(?: \\S{1,255})? to: [^"]{1,300}?: (?<request>[A-Z]{3,10} \\S{1,8192} HTTP/[\\d.]{1,3})(?: (?<status>\\d{3})(?: |$))?`,
    ),
    time: parseClfTime,
  },
  {
    // Common log format with an ISO date, a host or a port between date and request, or without ident and user.
    dataset: "web.access",
    begins: ADDRESS,
    mark: '"',
    line: new RegExp(
      `^${IP}(?: (?:-|\\S{1,64}) (?<user>\\S{1,128}))? \\[(?<time>[^\\]]{16,40})\\](?: "?(?<host>[\\w.:-]{1,255})"?)? "(?<request>[A-Z]{3,16} [^"]{1,8192})" (?<status>\\d{3}) (?<bytes>\\d{1,15}|-)(?: "(?<referrer>[^"]{0,4096})" "(?<agent>[^"]{0,4096})")?(?: |$)`,
    ),
    time: timeOfValue,
  },
  {
    // Zoraxy; `origin` is the Host that was asked for.
    dataset: "zoraxy.access",
    begins: SLASHED,
    mark: "[client: ",
    line: new RegExp(
      `^(?<time>\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d) (?:\\[[\\d .:-]{19,32}\\] )?\\[router:[^\\]]{0,64}\\] \\[origin:(?<host>[^\\]]{0,255})\\] \\[client: ${IP}\\](?: \\[useragent: (?<agent>[^\\]]{0,2048})\\])? ${METHOD} (?<uri>\\S{1,8192}) (?<status>\\d{3})$`,
    ),
    time: parseIsoTime,
  },
  {
    // Confluence: `%t %{X-AUSERNAME}o %I %h %r %s %Dms %b %{Referer}i %{User-Agent}i`.
    dataset: "confluence.access",
    begins: BRACKET,
    mark: "ms ",
    line: new RegExp(
      `^\\[(?<time>\\d{2}/[A-Z][a-z]{2}/\\d{4}:[\\d:]{8} [+-]\\d{4})\\] (?<user>\\S{1,128}) [\\w.-]{1,80} ${IP} (?<request>[A-Z]{3,10} \\S{1,8192} HTTP/[\\d.]{1,3}) (?<status>\\d{3}) \\d{1,9}ms (?<bytes>\\d{1,15}|-) (?<referrer>\\S{1,4096})(?: (?<agent>.{0,2048}))?$`,
    ),
    time: parseClfTime,
  },
  {
    // Bitbucket: in (`i`) and out (`o`) of a request. Of a list of addresses the first is the client.
    dataset: "bitbucket.access",
    begins: ADDRESS,
    mark: ' | "',
    line: new RegExp(
      `^${IP}(?:,[0-9a-fA-F.:,]{2,200})? \\| https? \\| [io][*@]?\\w{1,40} \\| (?<user>\\S{1,128}) \\| (?<time>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d,\\d{3}) \\| "(?<request>[A-Z]{3,10} [^"]{1,8192})" \\| "(?<referrer>[^"]{0,4096})" "(?<agent>[^"]{0,4096})" \\| (?<status>\\d{3}|-) \\| (?:\\d{1,15}|-) \\| (?<bytes>\\d{1,15}|-) \\|`,
    ),
    time: parseIsoTime,
  },
  {
    // The router of Gitea and Forgejo.
    dataset: "gitea.router",
    begins: ANY,
    mark: " router: completed ",
    line: new RegExp(
      `^(?:(?<time>\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d) )?\\S{1,160} \\[[A-Z]\\] (?:\\[[\\w-]{1,40}\\] )?router: completed ${METHOD} (?<uri>\\S{1,8192}) for ${IP}:(?<port>\\d{1,5}), (?<status>\\d{3}) `,
    ),
    time: parseIsoTime,
  },
  {
    dataset: "odoo.access",
    begins: DASHED,
    mark: " werkzeug: ",
    line: new RegExp(
      `^(?<time>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d,\\d{3}) \\d{1,10} [A-Z]{4,8} \\S{1,128} werkzeug: ${IP} - - \\[[^\\]]{16,40}\\] "(?<request>[^"]{1,8192})" (?<status>\\d{3}) `,
    ),
    time: parseIsoTime,
  },
  {
    dataset: "gotify.access",
    begins: DASHED,
    mark: " | ",
    line: new RegExp(
      `^(?<time>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:Z|[+-]\\d\\d:\\d\\d)) \\| {0,4}(?<status>\\d{3}) \\| {0,16}\\S{2,24} \\| {0,40}${IP} \\| ${METHOD} {1,16}"(?<uri>[^"]{1,8192})"$`,
    ),
    time: parseIsoTime,
  },
  {
    dataset: "mealie.access",
    begins: OTHER,
    mark: " - [",
    line: new RegExp(
      `^[A-Z]{4,8} {1,8}(?<time>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d) - \\[(?<client>[0-9a-fA-F.:]{2,45}):(?<port>\\d{1,5})\\] (?<status>\\d{3}) [A-Z][\\w' -]{1,40} "(?<request>[A-Z]{3,10} [^"]{1,8192} HTTP/[\\d.]{1,3})"$`,
    ),
    time: parseIsoTime,
  },
  {
    dataset: "couchdb.access",
    begins: BRACKET,
    mark: "[notice] ",
    line: new RegExp(
      `^\\[notice\\] (?<time>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z) \\S{1,253}@\\S{1,253} <[\\d.]{3,32}> \\w{1,32} (?<host>\\S{1,255}) ${IP} (?<user>\\S{1,128}) ${METHOD} (?<uri>\\S{1,8192}) (?<status>\\d{3}) \\w{2,16} \\d{1,12}$`,
    ),
    time: parseIsoTime,
  },
  {
    dataset: "thehive.access",
    begins: DASHED | BRACKET,
    mark: "AccessLogFilter [",
    line: new RegExp(
      `^(?:(?<time>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d,\\d{3}) )?\\[\\w{4,5}\\] (?:from )?[\\w.]{1,80}AccessLogFilter \\[[^\\]]{0,80}\\] ${IP} ${METHOD} (?<uri>\\S{1,8192}) took \\d{1,12}ms and returned (?<status>\\d{3}) (?<bytes>\\d{1,15}) bytes$`,
    ),
    time: parseIsoTime,
  },
  {
    dataset: "filebrowser.access",
    begins: SLASHED,
    mark: ": ",
    line: new RegExp(
      `^(?<time>\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d) (?<uri>/\\S{0,8192}): (?<status>\\d{3}) ${IP} (?:<nil>|[\\w/])`,
    ),
    time: parseIsoTime,
  },
  {
    dataset: "joplin.access",
    begins: DASHED | ADDRESS,
    mark: " App: ",
    line: new RegExp(
      `^(?:\\d\\d:\\d\\d:\\d\\d \\d{1,3}\\|app {0,4}\\| )?(?<time>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d): \\[error\\] App: (?<status>\\d{3}): ${METHOD} (?<uri>\\S{1,8192}): ${IP}: `,
    ),
    time: parseIsoTime,
  },
  {
    dataset: "joplin.access",
    begins: DASHED | ADDRESS,
    mark: ": App: ",
    line: new RegExp(
      `^(?:\\d\\d:\\d\\d:\\d\\d \\d{1,3}\\|app {0,4}\\| )?(?<time>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d): App: ${IP}: [\\d.]{1,12} \\w{1,3}: ${METHOD} (?<uri>\\S{1,8192}) \\((?<status>\\d{3})\\) \\(`,
    ),
    time: parseIsoTime,
  },
  {
    dataset: "php.server",
    begins: BRACKET,
    mark: "]: ",
    line: new RegExp(
      `^\\[(?<time>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d \\d{4})\\] ${IP}:(?<port>\\d{1,5}) \\[(?<status>\\d{3})\\]: (?:${METHOD} )?(?<uri>/\\S{0,8192})`,
    ),
    time: (stated) => ctime(stated)?.time,
  },
];

/** nginx's stream module: a TCP or UDP session, judged by its counters. */
const STREAM = new RegExp(
  `^${IP} \\[(?<time>\\d{2}/[A-Z][a-z]{2}/\\d{4}:[\\d:]{8} [+-]\\d{4})\\] (?<transport>TCP|UDP) (?<status>\\d{3}) (?<sent>\\d{1,15}) (?<received>\\d{1,15}) [\\d.]{1,16}(?: |$)`,
);

function streamed(line: string, context: LineContext): FormatResult | undefined {
  const g = STREAM.exec(line)?.groups;
  if (!g || addressAndPort(g["client"]).ip === undefined) return undefined;
  const both = Number(g["sent"]) > 0 && Number(g["received"]) > 0;
  const out = webResult(
    {
      time: parseClfTime(g["time"]!),
      client: g["client"],
      bytesIn: g["received"],
      bytesOut: g["sent"],
      dataset: "nginx.stream",
    },
    context,
    both
      ? { outcome: "established", outcomeReason: "bytes both ways" }
      : g["status"] === "403"
        ? { outcome: "blocked", outcomeReason: "status 403" }
        : {
            outcome: g["status"] === "200" ? "unknown" : "refused",
            outcomeReason: `status ${g["status"]!}, no bytes one way`,
          },
  );
  out.event.network = { ...out.event.network, transport: g["transport"]!.toLowerCase() };
  return out;
}

const ROUTER = " heroku[router]: ";

/** Heroku's router: `at=info method=GET path="/" host=… fwd="client" …`; `fwd` is the forwarded-for list. */
function heroku(line: string, start: number, context: LineContext): FormatResult | undefined {
  const pairs = keyValues(line.slice(start));
  const { fwd } = pairs;
  if (fwd === undefined || forwardedList(fwd) === undefined) return undefined;
  return webResult(
    {
      time: start === 0 ? undefined : parseIsoTime(line),
      client: forwardedList(fwd)!.at(-1),
      forwarded: fwd.includes(",") ? fwd : undefined,
      method: pairs["method"],
      uri: pairs["path"],
      host: pairs["host"],
      status: pairs["status"],
      bytesOut: pairs["bytes"],
      dataset: "heroku.router",
    },
    context,
  );
}

export const plainAccess: Format = {
  id: "web.plain",
  title: "Express (morgan), Gin, Uvicorn, Werkzeug, Rails, PHP server, Confluence, Bitbucket, CouchDB: request lines",
  reference: "https://github.com/expressjs/morgan#predefined-formats",
  parse(line: string, context: LineContext): FormatResult | undefined {
    if (line.includes(" fwd=")) {
      const router = line.startsWith("at=") ? 0 : line.indexOf(ROUTER) + ROUTER.length;
      if (router === 0 || (router > ROUTER.length && router < 100)) return heroku(line, router, context);
    }
    const begins = beginningOf(line);
    const stream =
      (begins & ADDRESS) !== 0 && (line.includes("] TCP ") || line.includes("] UDP "))
        ? streamed(line, context)
        : undefined;
    if (stream) return stream;
    for (const pattern of PATTERNS) {
      if ((pattern.begins & begins) === 0 || !line.includes(pattern.mark)) continue;
      const g = pattern.line.exec(line)?.groups;
      if (!g || addressAndPort(g["client"]).ip === undefined) continue;
      const stated = g["time"];
      return webResult(
        {
          time: stated === undefined ? undefined : pattern.time?.(stated),
          client: g["client"],
          clientPort: g["port"],
          // A bare number there is the port.
          host: /^\d+$/.test(g["host"] ?? "") ? undefined : g["host"],
          referrer: g["referrer"],
          agent: g["agent"],
          method: g["method"],
          uri: g["uri"],
          request: g["request"],
          status: g["status"],
          bytesOut: g["bytes"],
          user: g["user"],
          dataset: pattern.dataset,
        },
        context,
      );
    }
    return undefined;
  },
};

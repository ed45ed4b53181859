/**
 * Request lines of application servers and frameworks that are neither Apache's nor JSON: Express (morgan `short`, `dev` names no
 * client), Gin, Uvicorn, Werkzeug, Rails, PHP's server, IIS's own format. A table of patterns with named groups.
 */
import type { EnvelopeFields, Format, FormatResult, LineContext, ParsedTime } from "../format.js";
import { timeOfValue } from "../fallback/find-time.js";
import { ctime } from "../fields.js";
import { civilTime, parseIsoTime } from "../time.js";
import { addressAndPort } from "../values.js";
import { webResult } from "./record.js";

interface Pattern {
  readonly dataset: string;
  /** A literal that every such line holds. */
  readonly mark: string;
  readonly line: RegExp;
  time?(stated: string): ParsedTime | undefined;
}

const IP = "(?<client>[0-9a-fA-F.:]{3,45}|\\[[0-9a-fA-F.:]{3,45}\\])";
const METHOD = "(?<method>[A-Z]{3,10})";

const PATTERNS: readonly Pattern[] = [
  {
    dataset: "morgan.short",
    mark: " ms",
    line: new RegExp(
      `^${IP} (?<user>\\S{1,128}) ${METHOD} (?<uri>\\S{1,8192}) HTTP/[\\d.]{1,3} (?<status>\\d{3}) (?<bytes>\\d{1,15}|-) - [\\d.]{1,16} ms$`,
    ),
  },
  {
    dataset: "gin.access",
    mark: "[GIN",
    line: new RegExp(
      `^\\[GIN(?:-debug)?\\] (?<time>\\d{4}/\\d\\d/\\d\\d - \\d\\d:\\d\\d:\\d\\d) \\| {0,8}(?<status>\\d{3}) {0,8}\\| {0,20}\\S{1,24} {0,8}\\| {0,40}${IP} {0,8}\\| {0,8}${METHOD} {1,16}"?(?<uri>[^"\\s]{1,8192})`,
    ),
    time: (stated) => parseIsoTime(stated.replace(" - ", " ")),
  },
  {
    dataset: "uvicorn.access",
    mark: ' - "',
    line: new RegExp(
      `^(?:INFO: {1,8})?${IP}:(?<port>\\d{1,5}) - "(?<request>[A-Z]{3,10} [^"]{1,8192} HTTP/[\\d.]{1,3})" (?<status>\\d{3})(?: [A-Z][\\w' -]{1,40})?$`,
    ),
  },
  {
    dataset: "werkzeug.access",
    mark: '] "',
    line: new RegExp(
      `^(?:INFO:werkzeug:)?${IP} - (?<user>\\S{1,128}) \\[(?<time>\\d\\d/[A-Z][a-z]{2}/\\d{4} \\d\\d:\\d\\d:\\d\\d)\\] "(?<request>[^"]{0,8192})" (?<status>\\d{3}) (?<bytes>\\d{1,15}|-)$`,
    ),
    time: timeOfValue,
  },
  {
    dataset: "rails.access",
    mark: "Started ",
    line: new RegExp(
      `Started ${METHOD} "(?<uri>[^"]{1,8192})" for ${IP} at (?<time>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d [+-]\\d{4})$`,
    ),
    time: parseIsoTime,
  },
  {
    dataset: "php.server",
    mark: "]: ",
    line: new RegExp(
      `^\\[(?<time>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d \\d{4})\\] ${IP}:(?<port>\\d{1,5}) \\[(?<status>\\d{3})\\]: (?:${METHOD} )?(?<uri>/\\S{0,8192})`,
    ),
    time: (stated) => ctime(stated)?.time,
  },
];

export const plainAccess: Format = {
  id: "web.plain",
  title: "Express (morgan), Gin, Uvicorn, Werkzeug, Rails, PHP server: request lines",
  reference: "https://github.com/expressjs/morgan#predefined-formats",
  parse(line: string, context: LineContext, _envelope?: EnvelopeFields): FormatResult | undefined {
    for (const pattern of PATTERNS) {
      if (!line.includes(pattern.mark)) continue;
      const g = pattern.line.exec(line)?.groups;
      if (!g || addressAndPort(g["client"]).ip === undefined) continue;
      const stated = g["time"];
      return webResult(
        {
          time: stated === undefined ? undefined : pattern.time?.(stated),
          client: g["client"],
          clientPort: g["port"],
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

const NATIVE =
  /^(?<client>[0-9a-fA-F.:]{3,45}), (?<user>[^,]{1,128}), (?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{2}|\d{4}), (?<hour>\d{1,2}):(?<minute>\d\d):(?<second>\d\d), (?<site>[A-Z0-9]{3,16}), (?<computer>[^,]{1,64}), (?<server>[0-9a-fA-F.:]{3,45}), (?<taken>\d{1,12}), (?<in>\d{1,15}), (?<out>\d{1,15}), (?<status>\d{1,5}), \d{1,10}, (?<method>[^,]{1,32}), (?<uri>[^,]{1,8192})(?:, (?<query>[^,]{0,8192}))?,?/;

/** Microsoft's IIS log format: fixed columns divided by commas, local time, the month first. */
export const iisNative: Format = {
  id: "iis.native",
  title: "IIS: Microsoft IIS log format",
  reference: "https://learn.microsoft.com/en-us/windows/win32/http/iis-logging",
  parse(line: string, context: LineContext, _envelope?: EnvelopeFields): FormatResult | undefined {
    if (!line.includes(", ")) return undefined;
    const g = NATIVE.exec(line)?.groups;
    if (!g) return undefined;
    const [a, b] = [Number(g["month"]), Number(g["day"])];
    const year = g["year"]!.length === 2 ? 2000 + Number(g["year"]) : Number(g["year"]);
    const [month, day] = a > 12 ? [b, a] : [a, b];
    return webResult(
      {
        time: civilTime(year, month, day, Number(g["hour"]), Number(g["minute"]), Number(g["second"])),
        client: g["client"],
        user: g["user"],
        server: g["server"],
        bytesIn: g["in"],
        bytesOut: g["out"],
        status: g["status"],
        method: g["method"],
        uri: g["uri"],
        query: g["query"],
        hostname: g["computer"],
      },
      context,
    );
  },
};

/** Microsoft's IIS log format: fixed columns divided by commas, local time, the month first. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { civilTime } from "../time.js";
import { webResult } from "./record.js";

const NATIVE =
  /^(?<client>[0-9a-fA-F.:]{3,45}), (?<user>[^,]{1,128}), (?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{2}|\d{4}), (?<hour>\d{1,2}):(?<minute>\d\d):(?<second>\d\d), (?<site>[A-Z0-9]{3,16}), (?<computer>[^,]{1,64}), (?<server>[0-9a-fA-F.:]{3,45}), (?<taken>\d{1,12}), (?<in>\d{1,15}), (?<out>\d{1,15}), (?<status>\d{1,5}), \d{1,10}, (?<method>[^,]{1,32}), (?<uri>[^,]{1,8192})(?:, (?<query>[^,]{0,8192}))?,?/;

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

/** Barracuda Web Security Gateway (web filter): `http_scan: epoch 1 client server type client url bytes BYF action reason …`. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { parseEpoch } from "../time.js";
import { addressAndPort } from "../values.js";
import { proxyResult } from "./record.js";

const LINE =
  /^(?:http_scan(?:\[\d{1,8}\])?: )?(\d{10}(?:\.\d{1,6})?) \d{1,3} ([0-9a-fA-F.:]{3,45}) ([0-9a-fA-F.:]{3,45}) (\S{1,120}) [0-9a-fA-F.:]{3,45} (\S{1,8192}) (\d{1,15}) BYF (ALLOWED|BLOCKED|DETECTED|MONITORED|WARNED) (\S{1,40}) /;

export const barracudaWebFilter: Format = {
  id: "barracuda.web_filter",
  title: "Barracuda Web Security Gateway: traffic log",
  reference:
    "https://campus.barracuda.com/product/websecuritygateway/doc/6160442/syslog-and-the-barracuda-web-security-gateway/",
  marks: [" BYF "],
  parse(line: string, context: LineContext, _envelope?: EnvelopeFields): FormatResult | undefined {
    if (!line.includes(" BYF ")) return undefined;
    const m = LINE.exec(line);
    if (!m || addressAndPort(m[2]).ip === undefined) return undefined;
    const user = /\[([^\]@:]{0,40}:)?([^\]]{1,128})\]/.exec(line.slice(m[0].length))?.[2];
    return proxyResult(
      {
        time: parseEpoch(m[1]!),
        client: m[2]!,
        server: m[3]!,
        uri: m[5]!,
        received: m[6]!,
        action: m[7]!,
        rule: m[8]!,
        user: user === "ANON" ? undefined : user,
      },
      context,
    );
  },
};

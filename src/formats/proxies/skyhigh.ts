/**
 * Skyhigh (McAfee) Web Gateway access log: `[date] "user" client status "request" "categories" "reputation" "media" bytes…`. The last of the
 * quoted numbers is the block reason, 0 for none. The server's address is not logged: only the URL names it.
 */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { requestLine, tokens } from "../fields.js";
import { parseClfTime } from "../time.js";
import { proxyOutcome, proxyResult, type ProxyRecord } from "./record.js";

const HEAD =
  /^\[(\d{1,2}\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d(?: [+-]\d{4})?)\] "([^"]{0,255})" ([0-9a-fA-F.:]{3,45}) (\d{1,3}) "/;
const HEADER = /^#time_stamp /;

export const skyhigh: Format = {
  id: "skyhigh.web_gateway",
  title: "Skyhigh (McAfee) Web Gateway: access log",
  reference: "https://success.skyhighsecurity.com/Skyhigh_Secure_Web_Gateway_(On_Prem)",
  parse(line: string, context: LineContext, _envelope?: EnvelopeFields): FormatResult | undefined {
    if (line[0] !== "[" && line[0] !== "#") return undefined;
    if (HEADER.test(line)) return { event: {}, outcome: "unknown", initiator: "unknown" };
    const m = HEAD.exec(line);
    if (!m) return undefined;
    const all = tokens(line, m[0].length - 1, 24);
    const { method, original } = requestLine(all[0]?.text);
    if (method === undefined || original === undefined) return undefined;
    const counters = all.filter((t) => t.kind === "bare" && /^\d{1,15}$/.test(t.text)).map((t) => t.text);
    const at = all.findIndex((t) => t.kind === "bare" && /^\d{1,15}$/.test(t.text));
    const quoted = all.slice(at < 0 ? all.length : at).filter((t) => t.kind === "quoted");
    const reason = quoted.find((t) => /^\d{1,4}$/.test(t.text))?.text;
    const record: ProxyRecord = {
      time: parseClfTime(m[1]!),
      user: m[2]!,
      client: m[3]!,
      status: m[4]!,
      method,
      uri: original,
      received: counters[0],
      sent: counters[1],
      agent: quoted[0]?.text,
    };
    if (reason !== undefined && reason !== "0")
      return proxyResult(record, context, { outcome: "blocked", outcomeReason: `block reason ${reason}` });
    // 403 without a reason came from the server.
    return proxyResult(record, context, proxyOutcome(record));
  },
};

/**
 * Barracuda Web Application Firewall: `date time zone unit TYPE …`, the default columns of web firewall (WF), access (TR), network firewall
 * (NF) and audit logs.
 */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import type { Outcome } from "../../model/event.js";
import { tokens } from "../fields.js";
import { parseIsoTime, parseOffset, zoneOffset } from "../time.js";
import { addressAndPort, httpOutcome, integer, text } from "../values.js";
import { webResult, type WebRecord } from "./record.js";
import { wordTable } from "../../model/word-table.js";

const HEAD =
  /^(?:<\d{1,3}>)?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?) ([+-]\d{4}|[A-Z]{1,5}) {1,3}(?:\S{1,64} {1,3})?(WF|TR|NF|AUDIT) /;

export const barracudaWaf: Format = {
  id: "barracuda.waf",
  title: "Barracuda Web Application Firewall",
  reference:
    "https://campus.barracuda.com/product/webapplicationfirewall/doc/4259935/how-to-configure-syslog-and-other-logs/",
  marks: [" WF ", " TR ", " NF ", " AUDIT "],
  parse(line: string, context: LineContext, _envelope?: EnvelopeFields): FormatResult | undefined {
    const m = HEAD.exec(line);
    if (!m) return undefined;
    const zone = parseOffset(m[2]!) === undefined && zoneOffset(m[2]!) === undefined ? "" : m[2]!;
    const time = parseIsoTime(`${m[1]!}${/^[A-Z]/.test(zone) && !/^(?:UTC|GMT|Z)$/.test(zone) ? "" : zone}`);
    const f = tokens(line, m[0].length, 64).map((t) => t.text);
    const read = KINDS[m[3]!]!(f);
    if (!read || addressAndPort(read.record.client).ip === undefined) return undefined;
    return webResult({ ...read.record, time, dataset: `barracuda.waf.${m[3]!.toLowerCase()}` }, context, read.judged);
  },
};

interface Read {
  record: WebRecord;
  judged?: { outcome: Outcome; outcomeReason?: string };
}

const KINDS: Readonly<Record<string, (f: readonly string[]) => Read | undefined>> = wordTable({
  /** Severity, attack, client, port, application, port, rule, rule type, action, follow-up, detail, method, URL, … */
  WF: (f) => {
    const record: WebRecord = {
      client: f[2],
      clientPort: f[3],
      server: f[4],
      serverPort: f[5],
      rule: f[6],
      action: f[8],
      method: f[11],
      uri: f[12],
      agent: f[15],
    };
    const stopped = /^(?:DENY|BLOCK|DROP|RESET|REDIRECT|CLOAK)/i.test(f[8] ?? "");
    return {
      record,
      judged: stopped
        ? { outcome: "blocked", outcomeReason: `${f[8]!} ${f[1] ?? ""}` }
        : { outcome: "unknown", outcomeReason: `${f[8] ?? "-"} ${f[1] ?? ""}` },
    };
  },
  /** Application, port, client, port, login, certificate, method, protocol, host, version, status, sent, received, … */
  TR: (f) => {
    const status = integer(f[10]);
    const user = text(f[4]);
    const judged = httpOutcome(status);
    return {
      record: {
        server: f[0],
        serverPort: f[1],
        client: f[2],
        clientPort: f[3],
        user,
        method: f[6],
        host: f[8],
        status: f[10],
        bytesOut: f[11],
        bytesIn: f[12],
        uri: f[22],
        query: f[23],
        referrer: f[24],
        agent: f[26],
      },
      judged:
        judged.outcome === "established" && user !== undefined
          ? { outcome: "authenticated", outcomeReason: `status ${status!} with user ${user}` }
          : judged,
    };
  },
  /** Severity, protocol, source, port, destination, port, action, … */
  NF: (f) => ({
    record: { client: f[2], clientPort: f[3], server: f[4], serverPort: f[5], action: f[6] },
    judged: /^(?:DENY|BLOCK|DROP)/i.test(f[6] ?? "")
      ? { outcome: "blocked", outcomeReason: f[6]! }
      : { outcome: "unknown", outcomeReason: `${f[6] ?? "-"}: an answer is not shown` },
  }),
  /** Administrator, client type, address, port, transaction, … */
  AUDIT: (f) => {
    const what = f[4] ?? "";
    return {
      record: { user: f[0], client: f[2], clientPort: f[3], action: what },
      judged: /FAIL|UNSUCCESSFUL/i.test(what)
        ? { outcome: "refused", outcomeReason: what }
        : { outcome: "authenticated", outcomeReason: `an administrator's ${what}` },
    };
  },
});

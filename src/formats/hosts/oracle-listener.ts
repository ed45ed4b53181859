/** Oracle's net listener log: `time * connect data * client's address * event * service * return code`. */
import type { EnvelopeFields, Format, FormatResult, LineContext, ParsedTime } from "../format.js";
import { shaped, timestamp } from "../shape.js";
import { civilTime, parseIsoTime } from "../time.js";
import { addressAndPort, port, text } from "../values.js";
import { monthOf } from "../months.js";

const HEAD =
  /^(?:\d{1,2}-[A-Za-z]{3}-\d{4} \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)) \* /;
/** The client's end as the listener saw it; `CID=` inside the connect data is the client's own word. */
const FROM =
  / \* \(ADDRESS=\(PROTOCOL=(?<transport>\w{2,8})\)\(HOST=(?<host>[\w.:%-]{2,253})\)\(PORT=(?<port>\d{1,5})\)\) \* (?<event>\w{2,40})(?: \* (?<service>[^*]{1,255}?))? \* (?<code>\d{1,6})$/;

/** `24-MAR-2021 05:06:07`, the database's local time, or ISO 8601. */
function timeOf(stated: string): ParsedTime | undefined {
  const m = /^(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d)/.exec(stated);
  const month = m && monthOf(m[2]!);
  return m && month ? civilTime(+m[3]!, month, +m[1]!, +m[4]!, +m[5]!, +m[6]!) : parseIsoTime(stated);
}

export const oracleListener: Format = {
  id: "oracle.listener",
  title: "Oracle net listener log",
  reference:
    "https://docs.oracle.com/en/database/oracle/oracle-database/19/netag/troubleshooting-oracle-net-services.html",
  marks: ["(ADDRESS=(PROTOCOL="],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const head = HEAD.exec(line);
    const m = head && line.length <= 8192 ? FROM.exec(line) : null;
    if (!head || !m) return undefined;
    const {
      transport,
      host,
      port: stated,
      event,
      code,
    } = m.groups as Record<"transport" | "host" | "port" | "event" | "code", string>;
    const time = timeOf(head[0]);
    const { ip } = addressAndPort(host);
    return shaped({
      event: {
        timestamp: timestamp(time, context, envelope),
        source: ip === undefined ? { domain: host } : { ip, port: port(stated) },
        network: { transport: transport === "tcps" ? "tcp" : transport },
        event: { action: text(event), outcome: code === "0" ? "success" : "failure" },
      },
      // The listener hands the client on; whether it may log in is the database's to say.
      outcome: code === "0" ? "established" : "refused",
      outcomeReason: `${event}, return code ${code}`,
      initiator: "source",
      observerIsAsset: true,
    });
  },
};

/**
 * MailEnable, SMTP activity log: time, `SMTP-IN` or `SMTP-OU`, message, socket, address, command, its arguments, answer, bytes sent and received,
 * parted by tabs. An argument is the client's and may hold tabs: a line whose columns are not those of the log says no outcome.
 */
import type { Event, Outcome } from "../../model/event.js";
import { canonicalIp } from "../../model/ip.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { mailEnds } from "../messages.js";
import { shaped, timestamp } from "../shape.js";
import { civilTime, eitherOrder } from "../time.js";

const HEAD = /^(\d\d)\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)\tSMTP-(IN|OU)\t/;

function outcomeOf(code: string, away: boolean): Outcome {
  if (away) return code === "" ? "unknown" : "established";
  if (code === "235") return "authenticated";
  if (/^[45]/.test(code)) return "refused";
  return code === "" || code === "220" ? "unknown" : "established";
}

export const mailenable: Format = {
  id: "mailenable.smtp",
  title: "MailEnable: SMTP activity log",
  reference: "http://www.mailenable.com/kb/Content/Article.asp?ID=me020170",
  marks: ["\tSMTP-"],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (line.charCodeAt(17) !== 9 || !line.startsWith("SMTP-", 18)) return undefined;
    const m = HEAD.exec(line);
    const f = line.slice(0, 8192).split("\t", 16);
    const ip = canonicalIp(f[4]);
    if (!m || ip === undefined) return undefined;
    const time = eitherOrder(civilTime(2000 + +m[3]!, +m[1]!, +m[2]!, +m[4]!, +m[5]!, +m[6]!), "month-first");
    const away = m[7] === "OU";
    const whole = f.length >= 10 && f.length <= 12 && /^\d{1,12}$/.test(f[8]!) && /^\d{1,12}$/.test(f[9]!);
    const code = whole && !/^\d{3}[ -]/.test(f[10] ?? "") ? (/^\d{3}(?=[ -]|$)/.exec(f[7]!)?.[0] ?? "") : "";
    const outcome = outcomeOf(code, away);
    const sender = f[5] === "MAIL" ? f[6] : undefined;
    const recipient = f[5] === "RCPT" ? f[6] : undefined;
    return shaped({
      event: {
        timestamp: timestamp(time, context, envelope),
        source: away ? undefined : { ip },
        destination: away ? { ip } : undefined,
        event: { action: `smtp-${away ? "out" : "in"}`, outcome: outcome === "refused" ? "failure" : undefined },
        email: mailEnds(sender, recipient),
      } as Event,
      outcome,
      outcomeReason: `SMTP-${m[7]!}${code === "" ? "" : ` ${code}`}`,
      initiator: "source",
      observerIsAsset: true,
    });
  },
};

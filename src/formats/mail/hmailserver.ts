/** hMailServer: tab-separated, quoted. `SMTPC` is its own client: the address is the server it went to. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { shaped, timestamp } from "../shape.js";
import { parseIsoTime } from "../time.js";
import { addressAndPort } from "../values.js";

const LINE =
  /^"(?<kind>SMTPD|SMTPC|IMAPD|POP3D|POP3C)"\t\d{1,12}\t\d{1,12}\t"(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3})"\t"(?<ip>[0-9A-Fa-f.:]{2,45})"\t"(?<way>SENT|RECEIVED): (?<said>.{0,2000})"$/;

export const hmailserver: Format = {
  id: "hmailserver.log",
  title: "hMailServer",
  reference: "https://www.hmailserver.com/documentation/latest/?page=reference_logging",
  marks: ['\t"SENT: ', '\t"RECEIVED: '],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (!line.startsWith('"') || line.length > 8192) return undefined;
    const m = LINE.exec(line);
    if (!m) return undefined;
    const { kind, time: stated, ip, way, said } = m.groups as Record<"kind" | "time" | "ip" | "way" | "said", string>;
    const time = parseIsoTime(stated);
    const away = kind.endsWith("C");
    const far = addressAndPort(ip);
    const code = /^(?:\S{1,32} )?(\d{3}|\+OK|-ERR|OK|NO|BAD)\b/.exec(said)?.[1] ?? "";
    const login =
      /^(?:235|230)$/.test(code) || /^\S{1,32} OK LOGIN/.test(said) || said.startsWith("+OK Mailbox locked");
    const refused = /^[45]\d\d$|^(?:-ERR|NO|BAD)$/.test(code);
    const server = way === "SENT";
    const outcome = away
      ? server
        ? "unknown"
        : "established"
      : server
        ? login
          ? "authenticated"
          : refused
            ? "refused"
            : /^220$/.test(code) || code === ""
              ? "unknown"
              : "established"
        : "established";
    return shaped({
      event: {
        timestamp: timestamp(time, context, envelope),
        source: away ? undefined : far,
        destination: away ? far : undefined,
        event: { action: kind.toLowerCase() },
      },
      outcome,
      outcomeReason: `${kind} ${way}${code === "" ? "" : ` ${code}`}`,
      initiator: "source",
      observerIsAsset: true,
    });
  },
};

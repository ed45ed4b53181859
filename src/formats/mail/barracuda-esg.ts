/**
 * Barracuda Email Security Gateway, mail syslog: `client[ip] id start end SERVICE …`. `RECV` and `SCAN` have the client and an action; `SEND` has
 * 127.0.0.1 in its place and numbers its actions otherwise, so it names no end. The subject is the sender's text and stands last.
 */
import type { Outcome } from "../../model/event.js";
import { wordTable } from "../../model/word-table.js";
import { ADDRESS } from "../firewalls/patterns.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { hostName, mailEnds } from "../messages.js";
import { shaped, timestamp } from "../shape.js";
import { parseEpoch } from "../time.js";
import { addressAndPort } from "../values.js";

/** Of `RECV` and `SCAN`. */
const ACTIONS: Readonly<Record<string, readonly [Outcome, string]>> = wordTable<readonly [Outcome, string]>({
  "0": ["established", "allowed"],
  "1": ["unknown", "aborted"],
  "2": ["refused", "blocked"],
  "3": ["refused", "quarantined"],
  "4": ["established", "tagged"],
  "5": ["refused", "deferred"],
  "6": ["refused", "quarantined for the user"],
  "7": ["established", "whitelisted"],
  "8": ["established", "encrypted"],
  "9": ["established", "redirected"],
});
const LINE = new RegExp(
  `^(?:(?:inbound/pass[12]|scan|outbound/smtp)(?:\\[\\d{1,10}\\])?: )?(?:(?<name>[^\\s[\\]]{0,253})\\[(?<ip>${ADDRESS})\\]|(?<bare>${ADDRESS})) [\\w-]{10,60} (?<start>\\d{1,12}) \\d{1,12} (?<service>RECV|SCAN|SEND) (?<rest>.{1,4000})$`,
);

export const barracudaEsg: Format = {
  id: "barracuda.email_gateway",
  title: "Barracuda Email Security Gateway: mail syslog",
  reference: "https://campus.barracuda.com/product/emailsecuritygateway/article/BSF/Syslog/",
  marks: [" RECV ", " SCAN ", " SEND "],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (!/ (?:RECV|SCAN|SEND) /.test(line.slice(0, 400))) return undefined;
    const g = LINE.exec(line)?.groups;
    if (!g) return undefined;
    const time = timestamp(parseEpoch(g["start"]!), context, envelope);
    if (g["service"] === "SEND")
      return {
        event: { ...(time === undefined ? {} : { timestamp: time }), event: { action: "send" } },
        outcome: "unknown",
        initiator: "unknown",
        observerIsAsset: true,
      };
    const words = g["rest"]!.split(" ", 8);
    // SCAN has a field before the sender and the score before the action.
    const scan = g["service"] === "SCAN";
    const [from, to] = scan ? [words[1], words[2]] : [words[0], words[1]];
    const action = ACTIONS[(scan ? words[4] : words[2]) ?? ""];
    return shaped({
      event: {
        timestamp: time,
        source: { ip: addressAndPort(g["ip"] ?? g["bare"]).ip, domain: hostName(g["name"]) },
        event: { action: g["service"]!.toLowerCase(), outcome: action?.[0] === "refused" ? "failure" : undefined },
        email: mailEnds(from, to),
      } as FormatResult["event"],
      outcome: action?.[0] ?? "unknown",
      outcomeReason: `${g["service"]!}: ${action?.[1] ?? "an action that is not known"}`,
      initiator: "source",
      observerIsAsset: true,
    });
  },
};

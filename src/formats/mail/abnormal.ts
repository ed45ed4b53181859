/** Abnormal Security: messages of the threat log. It looks at mailboxes, so a message in it had been delivered, whatever was done with it later. */
import type { Event } from "../../model/event.js";
import { canonicalIp } from "../../model/ip.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { objects, string, type Json } from "../json-fields.js";
import { mailEnds } from "../messages.js";
import { shaped, timestamp } from "../shape.js";
import { parseIsoTime } from "../time.js";
import { at } from "../web/json-reader.js";
import { onPage, recordsWithHit } from "./pages.js";

function message(one: Json, context: LineContext, envelope: EnvelopeFields | undefined): FormatResult | undefined {
  if (one["abxMessageId"] === undefined || one["senderIpAddress"] === undefined) return undefined;
  const from = [at(one, "fromAddress"), at(one, "returnPath")].filter((v) => v !== undefined).join(", ");
  const to = [at(one, "recipientAddress"), at(one, "toAddresses")].filter((v) => v !== undefined).join(", ");
  const ip = canonicalIp(string(one["senderIpAddress"]));
  return shaped({
    event: {
      timestamp: timestamp(parseIsoTime(string(one["receivedTime"]) ?? ""), context, envelope),
      source: { ip },
      event: { action: at(one, "attackType")?.slice(0, 80) },
      email: mailEnds(from, to),
      observer: { vendor: "Abnormal Security" },
    } as Event,
    outcome: "established",
    outcomeReason: "the message had reached a mailbox",
    initiator: ip === undefined ? "unknown" : "source",
    observerIsAsset: true,
  });
}

export const abnormal: Format = {
  id: "abnormal.threats",
  title: "Abnormal Security: threat log, JSON",
  reference:
    "https://app.swaggerhub.com/apis-docs/abnormal-security/abx/1.4.3; https://github.com/rapid7/insightconnect-plugins/blob/develop/plugins/abnormal_security/help.md",
  json: true,
  parse(line: string, context: LineContext, envelope?: EnvelopeFields, record?: Json): FormatResult | undefined {
    if (!record || !line.includes('"abxMessageId"')) return undefined;
    const page = record["threatId"] === undefined ? [] : objects(record["messages"]);
    if (page.length === 0) return message(record, context, envelope);
    const hits = recordsWithHit(page, context);
    return onPage(page.length, hits.length, hits[0] && message(hits[0], context, envelope));
  },
};

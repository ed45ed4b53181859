/**
 * Proofpoint Targeted Attack Protection, SIEM API: messages with a threat and clicks on one. Whether a message was blocked stands in the name of
 * the list it is in, and of a message alone in `quarantineRule`, which blocked ones have; a click alone does not say it. In a
 * click `senderIP` sent the mail and is no end of the click.
 */
import type { Event, Outcome } from "../../model/event.js";
import { canonicalIp } from "../../model/ip.js";
import { wordTable } from "../../model/word-table.js";
import type { Judged } from "../cloud/audit.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { objects, string, type Json } from "../json-fields.js";
import { mailEnds } from "../messages.js";
import { proxyResult } from "../proxies/record.js";
import { shaped, timestamp } from "../shape.js";
import { parseIsoTime } from "../time.js";
import { at } from "../web/json-reader.js";
import { onPage, recordsWithHit } from "./pages.js";

/** The lists of a page, and what became of what is in them. A permitted click shows no answer. */
const LISTS: Readonly<Record<string, Outcome>> = wordTable<Outcome>({
  messagesDelivered: "established",
  messagesBlocked: "refused",
  clicksPermitted: "unknown",
  clicksBlocked: "blocked",
});

const isClick = (record: Json): boolean => record["clickIP"] !== undefined && record["clickTime"] !== undefined;
const isMessage = (record: Json): boolean =>
  record["senderIP"] !== undefined && record["threatsInfoMap"] !== undefined && record["GUID"] !== undefined;

function ofMessage(record: Json): Judged {
  const rule = record["quarantineRule"];
  if (rule === null) return { outcome: "established", outcomeReason: "no quarantineRule" };
  return string(rule) === undefined
    ? { outcome: "unknown" }
    : { outcome: "refused", outcomeReason: `quarantineRule=${string(rule)!.slice(0, 60)}` };
}

/** The digests of the part that was hit, else of the first attachment. */
function hashes(record: Json, observed: readonly string[] | undefined): Event["file"] {
  const parts = objects(record["messageParts"]);
  const digest = (part: Json, name: string): string | undefined => string(part[name])?.toLowerCase();
  const part =
    parts.find((p) => ["sha256", "md5"].some((name) => observed?.includes(digest(p, name) ?? "") === true)) ??
    parts.find((p) => p["disposition"] === "attached");
  if (!part) return undefined;
  const [sha256, md5] = [digest(part, "sha256"), digest(part, "md5")];
  return { hash: { ...(sha256 === undefined ? {} : { sha256 }), ...(md5 === undefined ? {} : { md5 }) } };
}

function message(
  record: Json,
  judged: Judged,
  context: LineContext,
  envelope: EnvelopeFields | undefined,
): FormatResult {
  const from = [at(record, "sender"), at(record, "fromAddress")].filter((v) => v !== undefined).join(", ");
  return shaped({
    event: {
      timestamp: timestamp(parseIsoTime(string(record["messageTime"]) ?? ""), context, envelope),
      source: { ip: canonicalIp(string(record["senderIP"])) },
      event: { action: "message", outcome: judged.outcome === "refused" ? "failure" : undefined },
      email: mailEnds(from, at(record, "recipient")),
      file: hashes(record, context.observed),
    } as Event,
    ...judged,
    initiator: "source",
    observerIsAsset: true,
  });
}

function click(record: Json, judged: Judged, context: LineContext): FormatResult {
  return proxyResult(
    {
      time: parseIsoTime(string(record["clickTime"]) ?? ""),
      client: string(record["clickIP"]),
      user: at(record, "recipient"),
      uri: string(record["url"]),
      agent: string(record["userAgent"]),
      action: "click",
    },
    context,
    judged,
  );
}

function read(
  record: Json,
  stated: Judged | undefined,
  context: LineContext,
  envelope: EnvelopeFields | undefined,
): FormatResult | undefined {
  if (isClick(record))
    return click(
      record,
      stated ?? { outcome: "unknown", outcomeReason: "a click; whether it was let through is not said" },
      context,
    );
  return isMessage(record) ? message(record, stated ?? ofMessage(record), context, envelope) : undefined;
}

export const proofpointTap: Format = {
  id: "proofpoint.tap",
  title: "Proofpoint Targeted Attack Protection: SIEM API, JSON",
  reference: "https://help.proofpoint.com/Threat_Insight_Dashboard/API_Documentation/SIEM_API",
  json: true,
  parse(line: string, context: LineContext, envelope?: EnvelopeFields, record?: Json): FormatResult | undefined {
    if (!record || !(line.includes('"senderIP"') || line.includes('"clickIP"'))) return undefined;
    // The stronger list first: of a page's hits the first is read.
    const lists = Object.keys(LISTS).filter((name) => record[name] !== undefined);
    if (lists.length === 0) return read(record, undefined, context, envelope);
    const all = lists.flatMap((name) => objects(record[name]).map((inner) => ({ name, inner })));
    const hits = recordsWithHit(
      all.map(({ inner }) => inner),
      context,
    );
    const found = all.find(({ inner }) => inner === hits[0]);
    const judged = found && { outcome: LISTS[found.name]!, outcomeReason: found.name };
    return onPage(all.length, hits.length, found && read(found.inner, judged, context, envelope));
  },
};

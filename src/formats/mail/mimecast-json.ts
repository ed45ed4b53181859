/**
 * Mimecast, JSON: SIEM logs of both interfaces (1: the keys of the `|` lines; 2: `aggregateId`, `processingId`), targeted threat protection,
 * rejections and audit events. A receipt's address is who connected, a delivery's the server that was called. Who clicked a URL is
 * named by a mail address only, and `sendingIp` sent the mail with it.
 */
import type { Event, Outcome } from "../../model/event.js";
import { canonicalIp } from "../../model/ip.js";
import { wordTable } from "../../model/word-table.js";
import { timeOfValue } from "../fallback/find-time.js";
import { ADDRESS } from "../firewalls/patterns.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { objects, string, type Json } from "../json-fields.js";
import { mailEnds } from "../messages.js";
import { targetOf } from "../proxies/record.js";
import { shaped, timestamp } from "../shape.js";
import { first, has } from "../web/json-reader.js";
import { onPage, recordsWithHit } from "./pages.js";

/** What was done with a message, in lower case. A held or sandboxed one was kept from its recipient. */
const ACTIONS: Readonly<Record<string, Outcome>> = wordTable<Outcome>({
  acc: "established",
  allow: "established",
  none: "established",
  rej: "refused",
  reject: "refused",
  bnc: "refused",
  bounce: "refused",
  drp: "refused",
  delete: "refused",
  hld: "refused",
  hold: "refused",
  sdbx: "refused",
  block: "refused",
});
const CLICKS: Readonly<Record<string, Outcome>> = wordTable<Outcome>({ block: "blocked" });
const AUDITS: Readonly<Record<string, Outcome>> = wordTable<Outcome>({
  "User Logged On": "authenticated",
  "Logon Authentication Failed": "refused",
});

type Read = Omit<FormatResult, "event"> & { event: Event };

const ip = (record: Json, ...names: string[]): string | undefined => canonicalIp(first(record, names));

function judgement(word: string | undefined): { outcome: Outcome; outcomeReason?: string } {
  if (word === undefined) return { outcome: "unknown" };
  return { outcome: ACTIONS[word.toLowerCase()] ?? "unknown", outcomeReason: `action=${word.slice(0, 40)}` };
}

function digests(record: Json): Event["file"] {
  const hash: { md5?: string; sha1?: string; sha256?: string } = {};
  const named: readonly ["md5" | "sha1" | "sha256", RegExp, readonly string[]][] = [
    ["md5", /^[0-9a-f]{32}$/, ["md5"]],
    ["sha1", /^[0-9a-f]{40}$/, ["sha1"]],
    ["sha256", /^[0-9a-f]{64}$/, ["sha256", "fileHash"]],
  ];
  for (const [name, shape, keys] of named) {
    const value = first(record, keys)?.toLowerCase();
    if (value !== undefined && shape.test(value)) hash[name] = value;
  }
  return Object.keys(hash).length > 0 ? { hash } : undefined;
}

/** A message on its way: who sent it, or who it went to. */
function message(record: Json): Read {
  const delivered = first(record, ["delivered", "Delivered"]);
  const event: Event = {};
  const email = mailEnds(
    first(record, ["senderEnvelope", "Sender", "senderAddress", "fromAddress", "headerFrom"]),
    first(record, ["recipients", "Rcpt", "Recipient", "recipientAddress", "toAddress"]),
  );
  if (email) event.email = email;
  const file = digests(record);
  if (file) event.file = file;
  if (delivered !== undefined) {
    const to = ip(record, "destinationIp", "IP");
    if (to !== undefined) event.destination = { ip: to };
    return {
      event: { ...event, event: { action: "delivery" } },
      outcome: delivered === "true" ? "established" : "unknown",
      outcomeReason: `delivered=${delivered.slice(0, 20)}`,
      initiator: "source",
      observerIsAsset: true,
    };
  }
  const from = ip(record, "senderIp", "IP", "SourceIP", "senderIpAddress", "ipAddress");
  if (from !== undefined) event.source = { ip: from };
  const rejected = first(record, ["rejectionType", "RejType"]);
  const word = first(record, ["action", "Act", "actionTriggered"]);
  // Why it was refused may be stated for what had been taken: only the action says that.
  const judged =
    word === undefined && rejected !== undefined
      ? { outcome: "refused" as const, outcomeReason: `rejected: ${rejected.slice(0, 60)}` }
      : judgement(word);
  return {
    event: { ...event, event: { action: (first(record, ["eventType", "type"]) ?? "message").slice(0, 40) } },
    ...judged,
    initiator: event.source ? "source" : "unknown",
    observerIsAsset: true,
  };
}

function click(record: Json): Read {
  const url = first(record, ["url"]);
  const target = targetOf(url);
  const word = first(record, ["action", "actions"]);
  const event: Event = {
    event: { action: "click" },
    user: { name: first(record, ["userEmailAddress", "recipients"]) },
    url: { original: url, domain: target.domain ?? target.ip, path: target.path },
    destination: { ip: target.ip, domain: target.domain, port: target.port },
  };
  return {
    event,
    outcome: CLICKS[(word ?? "").toLowerCase()] ?? "unknown",
    outcomeReason: `action=${(word ?? "-").slice(0, 40)}${word === undefined ? "" : " of a click; an answer is not shown"}`,
    initiator: "source",
  };
}

const STATED_IP = new RegExp(
  `, Date: \\d{4}-\\d\\d-\\d\\d, Time: [\\d:]{5,8} ?[A-Z+\\-\\d]{1,6}, IP: (${ADDRESS}), Application: `,
  "g",
);

function audit(record: Json): Read {
  const info = (string(record["eventInfo"]) ?? "").slice(0, 4096);
  // Names in the text are the client's own: with two such endings there is no telling which is Mimecast's.
  const stated = [...info.matchAll(STATED_IP)];
  const from = canonicalIp(stated.length === 1 ? stated[0]![1] : undefined);
  const kind = string(record["auditType"]) ?? "";
  const event: Event = { event: { action: kind.slice(0, 80) } };
  if (from !== undefined) event.source = { ip: from };
  const user = string(record["user"]);
  if (user !== undefined) event.user = { name: user };
  return {
    event,
    outcome: AUDITS[kind] ?? "unknown",
    outcomeReason: kind.slice(0, 80),
    initiator: from === undefined ? "unknown" : "source",
    observerIsAsset: true,
  };
}

/** The reader that a record's keys ask for. */
function readerOf(record: Json): ((record: Json) => Read) | undefined {
  const has1 = (...names: string[]): boolean => names.every((name) => has(record, name));
  if (has1("auditType", "eventInfo", "eventTime")) return audit;
  if (has1("ttpDefinition", "url", "userEmailAddress")) return click;
  if (has1("accountId", "aggregateId", "timestamp") && (has1("eventType") || has1("type")))
    return first(record, ["senderIp", "destinationIp"]) === undefined && first(record, ["url"]) !== undefined
      ? click
      : message;
  if (has1("acc", "datetime") && (has1("aCode") || has1("MsgId"))) return message;
  if (has1("senderIpAddress", "impersonationResults")) return message;
  if (has1("fileHash", "actionTriggered", "senderAddress")) return message;
  if (has1("remoteEhlo", "ipAddress", "detectionLevel")) return rejection;
  return undefined;
}

/** A message that was turned away; the log holds no others. */
function rejection(record: Json): Read {
  return { ...message(record), outcome: "refused", outcomeReason: "rejected" };
}

function read(one: Json, context: LineContext, envelope: EnvelopeFields | undefined): FormatResult | undefined {
  const reader = readerOf(one);
  if (!reader) return undefined;
  const { event, ...rest } = reader(one);
  const time = timeOfValue(first(one, ["datetime", "timestamp", "eventTime", "date", "created"]));
  return shaped({
    ...rest,
    event: {
      timestamp: timestamp(time, context, envelope),
      ...event,
      file: event.file ?? digests(one),
      observer: { vendor: "Mimecast", product: "Email Security" },
    } as Event,
  });
}

export const mimecastJson: Format = {
  id: "mimecast.json",
  title: "Mimecast: SIEM, threat protection and audit logs, JSON",
  reference:
    "https://docs.trellix.com/docs/mimecast-log-format; https://developer.services.mimecast.com/siem-tutorial-cg; https://www.sumologic.com/help/docs/integrations/saas-cloud/mimecast/",
  json: true,
  parse(_line: string, context: LineContext, envelope?: EnvelopeFields, record?: Json): FormatResult | undefined {
    if (!record) return undefined;
    if (record["type"] !== "MTA") return read(record, context, envelope);
    // `{"data": [{…}], "type": "MTA"}`: a page of the first interface.
    const page = objects(record["data"]);
    const hits = recordsWithHit(page, context);
    return page.length === 0
      ? undefined
      : onPage(page.length, hits.length, hits[0] && read(hits[0], context, envelope));
  },
};

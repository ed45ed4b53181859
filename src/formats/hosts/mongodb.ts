/** MongoDB: structured log (4.4 and later) and the text before it. `attr.remote` is the client. */
import type { FormatResult, Format, LineContext, EnvelopeFields } from "../format.js";
import { object, string, type Json } from "../json-fields.js";
import { shaped, timestamp } from "../shape.js";
import { parseIsoTime } from "../time.js";
import { addressAndPort } from "../values.js";
import type { Outcome } from "../../model/event.js";
import { speakerFormat } from "../speaker.js";

/** By message; https://www.mongodb.com/docs/manual/reference/log-messages/ */
const MESSAGES: readonly (readonly [RegExp, Outcome, "source" | "away"])[] = [
  [/^(?:Authentication failed|Failed to authenticate|Checking authorization failed)/, "refused", "source"],
  [/^(?:Authentication succeeded|Successfully authenticated)/, "authenticated", "source"],
  [/^Connection (?:accepted|ended)$/, "unknown", "source"],
  [/^(?:client metadata|Received first command|Slow query|Command|Interrupted operation)/i, "established", "source"],
  [/^(?:Connection refused|refusing connection|Unauthorized)/i, "refused", "source"],
  [/^(?:Connecting|Established|Dropping|Ending connection|Marking host)/i, "unknown", "away"],
];

export const mongodb: Format = {
  id: "mongodb.log",
  title: "MongoDB structured log",
  reference: "https://www.mongodb.com/docs/manual/reference/log-messages/",
  json: true,
  parse(_line: string, context: LineContext, envelope?: EnvelopeFields, record?: Json): FormatResult | undefined {
    const stated = string(object(record?.["t"])?.["$date"]);
    const message = string(record?.["msg"]);
    if (!record || stated === undefined || message === undefined || string(record["c"]) === undefined) return undefined;
    const time = parseIsoTime(stated);
    const attr = object(record["attr"]) ?? {};
    const [, outcome, side] = MESSAGES.find(([says]) => says.test(message)) ?? ([/x/, "unknown", "source"] as const);
    const remote = string(attr["remote"] ?? attr["client"]);
    const far = addressAndPort(remote ?? (side === "away" ? string(attr["hostAndPort"] ?? attr["host"]) : undefined));
    const away = remote === undefined && side === "away";
    return shaped({
      event: {
        timestamp: timestamp(time, context, envelope),
        source: away ? undefined : far,
        destination: away ? far : undefined,
        event: { action: message.slice(0, 80) },
        user: { name: string(attr["principalName"] ?? attr["user"]) },
        process: { name: "mongod" },
      },
      outcome,
      outcomeReason: message.slice(0, 80),
      initiator: far.ip === undefined ? "unknown" : "source",
      observerIsAsset: true,
    });
  },
};

const AT = String.raw`(?<ip>\d{1,3}(?:\.\d{1,3}){3}|\[?[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{2,41}?\]?)(?::(?<port>\d{1,5}))`;

export const mongodbText = speakerFormat({
  id: "mongodb.text",
  title: "MongoDB text log, before 4.4",
  reference: "https://www.mongodb.com/docs/v4.2/reference/log-messages/",
  marks: [
    "mongod",
    "mongos",
    "connection accepted from ",
    "end connection ",
    "received client metadata from ",
    "authentication failed for ",
    "Successfully authenticated as principal ",
  ],
  programs: /^mongo[ds](?:\.\d{1,5})?$/,
  head: /^(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d{4})) [IWEFD]\d? [A-Z]{1,12} {1,12}\[[\w.-]{1,60}\] /,
  process: "mongod",
  sentences: [
    {
      says: new RegExp(`^connection accepted from ${AT}`),
      outcome: "unknown",
      reason: "a client connected",
      action: "connect",
    },
    { says: new RegExp(`^end connection ${AT}`), outcome: "unknown", reason: "the connection ended" },
    {
      says: new RegExp(`^received client metadata from ${AT}`),
      outcome: "established",
      reason: "the client sent its metadata",
    },
    {
      says: new RegExp(`authentication failed for (?<user>\\S{1,255}) on \\S{1,255} from client ${AT}`),
      outcome: "refused",
      reason: "authentication failed",
      action: "database-login",
    },
    {
      says: new RegExp(`^Successfully authenticated as principal (?<user>\\S{1,255}) on \\S{1,255} from client ${AT}`),
      outcome: "authenticated",
      reason: "authenticated",
      action: "database-login",
    },
  ],
});

/** Elasticsearch's audit log, one JSON object a line. `origin.address` is the client's, with its port. */
import type { Outcome } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { string, type Json } from "../json-fields.js";
import { forwardedList } from "../fields.js";
import { shaped, timestamp } from "../shape.js";
import { parseIsoTime } from "../time.js";
import { addressAndPort } from "../values.js";
import { wordTable } from "../../model/word-table.js";

const OUTCOMES: Readonly<Record<string, Outcome>> = wordTable({
  authentication_success: "authenticated",
  access_granted: "authenticated",
  run_as_granted: "authenticated",
  authentication_failed: "refused",
  realm_authentication_failed: "refused",
  anonymous_access_denied: "refused",
  access_denied: "refused",
  run_as_denied: "refused",
  tampered_request: "refused",
  connection_denied: "blocked",
  connection_granted: "unknown",
});

export const elasticsearchAudit: Format = {
  id: "elasticsearch.audit",
  title: "Elasticsearch audit log",
  reference: "https://www.elastic.co/guide/en/elasticsearch/reference/current/audit-event-types.html",
  json: true,
  parse(_line: string, context: LineContext, envelope?: EnvelopeFields, record?: Json): FormatResult | undefined {
    const action = string(record?.["event.action"]);
    if (!record || action === undefined || string(record["event.type"]) === undefined) return undefined;
    const origin = string(record["origin.address"]);
    if (
      origin === undefined &&
      string(record["node.id"] ?? record["node.name"] ?? record["cluster.name"]) === undefined
    )
      return undefined;
    const stated = string(record["timestamp"] ?? record["@timestamp"]);
    const time = stated === undefined ? undefined : parseIsoTime(stated);
    const source = addressAndPort(origin);
    const outcome = OUTCOMES[action] ?? "unknown";
    return shaped({
      event: {
        timestamp: timestamp(time, context, envelope),
        source,
        network: { forwarded_ip: forwardedList(string(record["x_forwarded_for"])) },
        event: {
          action,
          outcome:
            outcome === "authenticated"
              ? "success"
              : outcome === "refused" || outcome === "blocked"
                ? "failure"
                : undefined,
        },
        url: { path: string(record["url.path"]) },
        http: { request: { method: string(record["request.method"]) } },
        user: { name: string(record["user.name"]) },
        host: { name: string(record["host.name"] ?? record["node.name"]) },
      },
      outcome,
      outcomeReason: `event.action=${action}`,
      initiator: source.ip === undefined ? "unknown" : "source",
      observerIsAsset: true,
    });
  },
};

/**
 * iboss cloud: web and DLP records, JSON. `ipAddress` is the server that was asked, `sourceIpAddress` the client, `publicIp` what the client is
 * seen by from outside. Date and time stand in two fields and are UTC, as the epoch number beside them shows.
 */
import type { Outcome } from "../../model/event.js";
import { wordTable } from "../../model/word-table.js";
import type { Format } from "../format.js";
import { parseIsoTime } from "../time.js";
import { at, has } from "../web/json-reader.js";
import { jsonGateway } from "./reader.js";
import { proxyOutcome } from "./record.js";

/** What the gateway does with a request, in lower case; `allowed` is decided by the answer. */
const ACTIONS: Readonly<Record<string, Outcome>> = wordTable<Outcome>({
  blocked: "blocked",
  "soft-blocked": "blocked",
});

export const iboss: Format = jsonGateway({
  id: "iboss.web",
  title: "iboss cloud: web and DLP logs, JSON",
  reference: "https://github.com/DataDog/integrations-core/tree/master/iboss",
  is: (record) => has(record, "ibossIpAddress", "logType") && (has(record, "sourceIpAddress") || has(record, "url")),
  names: {
    time: ["proxyTransactionStartTime"],
    client: ["sourceIpAddress", "privateIp"],
    clientPort: ["sourcePort"],
    clientNat: ["publicIp"],
    user: ["username"],
    server: ["ipAddress"],
    serverPort: ["destinationPort"],
    host: ["host"],
    uri: ["url"],
    method: ["requestMethod"],
    status: ["responseCode"],
    sent: ["upstreamByteUsage"],
    received: ["downstreamByteUsage"],
    agent: ["userAgent"],
    referrer: ["referrerUrl"],
    action: ["action", "sAction"],
    rule: ["proxyRule", "ztPolicyName"],
    observer: ["ibossIpAddress"],
    direction: ["directionName"],
  },
  adjust(out, record) {
    out.time ??= parseIsoTime(`${at(record, "logTime") ?? ""} ${at(record, "time") ?? ""}Z`);
  },
  judge(out) {
    const action = out.action ?? "";
    const outcomeReason = `action=${action.slice(0, 60)}`;
    const known = ACTIONS[action.toLowerCase()];
    if (known !== undefined) return { outcome: known, outcomeReason };
    return action.toLowerCase() === "allowed" ? proxyOutcome(out) : { outcome: "unknown", outcomeReason };
  },
});

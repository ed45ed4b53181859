/**
 * Akamai: DataStream 2 and Cloud Monitor requests, and security events of the SIEM API. The edge is Akamai's, and
 * so no end of the traffic: an address on a list may be shared by thousands of sites.
 */
import type { Format } from "../format.js";
import type { Outcome } from "../../model/event.js";
import { at, has, jsonFormat } from "./json-reader.js";
import { decision } from "./record.js";

/** Values are URL-encoded; what does not decode is kept as it is. */
function decoded(value: string | undefined): string | undefined {
  if (value === undefined || !value.includes("%")) return value;
  try {
    return decodeURIComponent(value.slice(0, 8192).replaceAll("+", " "));
  } catch {
    return value;
  }
}

export const akamaiDataStream: Format = jsonFormat({
  id: "akamai.datastream",
  title: "Akamai DataStream 2 and Cloud Monitor",
  reference: "https://techdocs.akamai.com/datastream2/docs/data-set-parameters",
  is: (record) => has(record, "cliIP") || (has(record, "message.cliIP") && has(record, "message.reqHost")),
  names: {
    time: ["reqTimeSec", "start"],
    client: ["cliIP", "message.cliIP"],
    forwarded: ["xForwardedFor", "reqHdr.xForwardedFor"],
    serverPort: ["reqPort", "message.reqPort"],
    host: ["reqHost", "message.reqHost"],
    method: ["reqMethod", "message.reqMethod"],
    uri: ["reqPath", "message.reqPath"],
    query: ["queryStr", "message.reqQuery"],
    status: ["statusCode", "message.status"],
    bytesOut: ["totalBytes", "bytes", "message.bytes"],
    agent: ["UA", "message.UA"],
    referrer: ["referer", "reqHdr.referer"],
    tls: ["tlsVersion"],
  },
  adjust(out) {
    out.agent = decoded(out.agent);
    out.referrer = decoded(out.referrer);
    out.forwarded = decoded(out.forwarded);
  },
  judge(_out, record): { outcome: Outcome; outcomeReason?: string } | undefined {
    const error = at(record, "errorCode");
    return error?.startsWith("ERR_ACCESS_DENIED") === true
      ? { outcome: "blocked", outcomeReason: `errorCode=${error.slice(0, 80)}` }
      : undefined;
  },
});

/** `ruleActions` is a URL-encoded list of base64 words. */
function actionsOf(value: string | undefined): string[] {
  return (decoded(value?.slice(0, 4096)) ?? "")
    .split(";", 64)
    .map((part) => (/^[A-Za-z0-9+/]{4,64}={0,2}$/.test(part) ? Buffer.from(part, "base64").toString("latin1") : part));
}

export const akamaiSiem: Format = jsonFormat({
  id: "akamai.siem",
  title: "Akamai security events (SIEM API)",
  reference: "https://techdocs.akamai.com/siem-integration/reference/api-summary",
  is: (record) => has(record, "attackData.clientIP"),
  names: {
    time: ["httpMessage.start"],
    client: ["attackData.clientIP"],
    host: ["httpMessage.host"],
    serverPort: ["httpMessage.port"],
    method: ["httpMessage.method"],
    uri: ["httpMessage.path"],
    query: ["httpMessage.query"],
    status: ["httpMessage.status"],
    bytesOut: ["httpMessage.bytes"],
    rule: ["attackData.policyId"],
    tls: ["httpMessage.tls"],
    user: [],
  },
  judge(_out, record) {
    const applied = at(record, "attackData.appliedAction");
    const actions = applied === undefined ? actionsOf(at(record, "attackData.ruleActions")) : [applied];
    const stopped = actions.find((action) => decision(action) === "blocked");
    return stopped === undefined ? undefined : { outcome: "blocked", outcomeReason: `ruleActions: ${stopped}` };
  },
});

/** Identity providers: who signed in, from where. */
import { string, type Json } from "../json-fields.js";
import { at, auditFormat, callOutcome, first, loginOutcome } from "./audit.js";
import { wordTable } from "../../model/word-table.js";

const OKTA: Readonly<Record<string, boolean | "open">> = wordTable({
  SUCCESS: true,
  FAILURE: false,
  DENY: false,
  // Policies that let a sign-in go on, and factors still to be given, are no sign-in.
  ALLOW: "open",
  CHALLENGE: "open",
});

export const okta = auditFormat(
  {
    id: "okta.system",
    title: "Okta System Log",
    reference: "https://developer.okta.com/docs/reference/api/system-log/",
  },
  [
    {
      has: ["eventType", "published", "actor", "outcome"],
      time: ["published"],
      client: ["client.ipAddress", "request.ipChain.ip"],
      user: ["actor.alternateId", "actor.displayName"],
      action: ["eventType"],
      agent: ["client.userAgent.rawUserAgent"],
      observer: ["debugContext.debugData.origin", "authenticationContext.issuer.id"],
      vendor: "Okta",
      product: "System Log",
      judge(r, action) {
        const result = string(at(r, "outcome.result")) ?? "";
        const reason = first(r, ["outcome.reason"]);
        const said = `outcome.result=${result}${reason === undefined ? "" : ` (${reason.slice(0, 80)})`}`;
        const known = OKTA[result];
        if (known === "open") return { outcome: "established", outcomeReason: said };
        const signIn = /^user\.(?:session\.start|authentication\.)/.test(action);
        return signIn ? loginOutcome(known, said) : callOutcome(known, said);
      },
    },
  ],
  ["detail"],
);

/** Types of events: https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes */
function auth0(r: Json): ReturnType<typeof loginOutcome> {
  const type = string(r["type"]) ?? "";
  const said = `type=${type}`;
  if (/^(?:limit_|pwd_leak|signup_pwd_leak|ublkdu|api_limit|appi|mgmt_api_rate)/.test(type))
    return { outcome: "blocked", outcomeReason: said };
  if (
    /^(?:s|seacft|seccft|sepft|seoobft|seotpft|sercft|sertft|ssa|slo|sapi|scoa|mgmt_api_read|gd_auth_succeed)$/.test(
      type,
    ) ||
    /^s(?!v|ens|ys|dq|rrt|et)/.test(type)
  )
    return loginOutcome(true, said);
  return /^f|^gd_auth_(?:failed|rejected)$/.test(type)
    ? loginOutcome(false, said)
    : { outcome: "unknown", outcomeReason: said };
}

export const auth0Logs = auditFormat(
  {
    id: "auth0.logs",
    title: "Auth0 tenant logs",
    reference: "https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes",
  },
  [
    {
      has: ["date", "type", "ip", "log_id"],
      time: ["date"],
      client: ["ip", "client_ip"],
      user: ["user_name", "user_id"],
      action: ["type"],
      agent: ["user_agent"],
      observer: ["hostname", "tenant_name"],
      vendor: "Auth0",
      product: "Auth0",
      judge: auth0,
    },
  ],
  ["data"],
);

const ONELOGIN: Readonly<Record<string, boolean>> = wordTable({
  "5": true,
  "6": false,
  "8": true,
  "9": false,
  "12": false,
});

export const oneLogin = auditFormat(
  {
    id: "onelogin.events",
    title: "OneLogin events",
    reference: "https://developers.onelogin.com/api-docs/1/events/event-resource",
  },
  [
    {
      has: ["event_type_id", "created_at", "ipaddr"],
      time: ["created_at", "event_timestamp"],
      client: ["ipaddr"],
      user: ["user_name", "actor_user_name"],
      action: ["event_type_id"],
      observer: ["account_id"],
      vendor: "OneLogin",
      product: "OneLogin",
      judge: (_r, action) => loginOutcome(ONELOGIN[action], `event_type_id=${action}`),
    },
    {
      has: ["event_type_id", "event_timestamp", "ipaddr"],
      time: ["event_timestamp"],
      client: ["ipaddr"],
      user: ["user_name", "actor_user_name"],
      action: ["event_type_id"],
      observer: ["account_id"],
      vendor: "OneLogin",
      product: "OneLogin",
      judge: (_r, action) => loginOutcome(ONELOGIN[action], `event_type_id=${action}`),
    },
  ],
);

export const jumpCloud = auditFormat(
  {
    id: "jumpcloud.insights",
    title: "JumpCloud Directory Insights",
    reference: "https://docs.jumpcloud.com/api/insights/directory/1.0/index.html",
  },
  [
    {
      has: ["event_type", "timestamp", "client_ip", "service"],
      time: ["timestamp"],
      client: ["client_ip"],
      user: ["initiated_by.username", "initiated_by.email", "username"],
      action: ["event_type"],
      agent: ["useragent.name"],
      observer: ["organization"],
      vendor: "JumpCloud",
      product: "Directory Insights",
      judge(r, action) {
        const success = typeof r["success"] === "boolean" ? r["success"] : undefined;
        return /login|auth/.test(action)
          ? loginOutcome(success, `success=${String(success)}`)
          : callOutcome(success ?? true, action);
      },
    },
  ],
);

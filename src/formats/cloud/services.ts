/** Audit logs of services and platforms that an organisation rents or runs. */
import { canonicalIp } from "../../model/ip.js";
import type { Format } from "../format.js";
import { list, number, object, parseObject, string, type Json } from "../json-fields.js";
import { at, auditFormat, callOutcome, first, fits, loginOutcome, readAudit, type AuditKind } from "./audit.js";

export const githubAudit = auditFormat(
  {
    id: "github.audit",
    title: "GitHub audit log",
    reference:
      "https://docs.github.com/organizations/keeping-your-organization-secure/managing-security-settings-for-your-organization/audit-log-events-for-your-organization",
  },
  [
    {
      has: ["action", "actor", "actor_ip"],
      time: ["@timestamp", "created_at"],
      client: ["actor_ip"],
      user: ["actor"],
      action: ["action"],
      agent: ["user_agent"],
      observer: ["org", "business"],
      vendor: "GitHub",
      product: "GitHub",
      judge: (_r, action) =>
        /fail|denied|reject/i.test(action)
          ? loginOutcome(false, `action=${action}`)
          : callOutcome(true, `action=${action}`),
    },
  ],
);

export const gitlabAudit = auditFormat(
  {
    id: "gitlab.audit",
    title: "GitLab audit events",
    reference: "https://docs.gitlab.com/administration/logs/#audit_jsonlog",
  },
  [
    {
      has: ["author_id", "entity_id", "entity_type"],
      time: ["time", "created_at"],
      client: ["ip_address", "details.ip_address"],
      user: ["author_name", "details.author_name"],
      action: ["event_name", "details.custom_message", "custom_message", "details.event_name"],
      observer: ["entity_path", "details.entity_path"],
      vendor: "GitLab",
      product: "GitLab",
      judge(r, action) {
        const failed = first(r, ["failed_login", "details.failed_login"]);
        return failed === undefined
          ? callOutcome(true, action === "" ? "an audit event" : action)
          : loginOutcome(false, `failed_login=${failed}`);
      },
    },
  ],
);

export const slackAudit = auditFormat(
  {
    id: "slack.audit",
    title: "Slack audit logs",
    reference: "https://docs.slack.dev/reference/audit-logs-api/methods-actions-reference",
  },
  [
    {
      has: ["action", "actor", "context", "date_create"],
      time: ["date_create"],
      client: ["context.ip_address"],
      user: ["actor.user.email", "actor.user.name"],
      action: ["action"],
      agent: ["context.ua"],
      observer: ["context.location.domain", "context.location.name"],
      vendor: "Slack",
      product: "Slack",
      judge: (_r, action) =>
        action === "user_login_failed"
          ? loginOutcome(false, `action=${action}`)
          : action === "anomaly"
            ? { outcome: "unknown", outcomeReason: "action=anomaly" }
            : callOutcome(true, `action=${action}`),
    },
  ],
);

export const boxEvents = auditFormat(
  {
    id: "box.events",
    title: "Box enterprise events",
    reference: "https://developer.box.com/reference/resources/event/",
  },
  [
    {
      has: ["event_id", "event_type", "created_by", "ip_address"],
      time: ["created_at"],
      client: ["ip_address"],
      user: ["created_by.login", "created_by.name"],
      action: ["event_type"],
      vendor: "Box",
      product: "Box",
      judge: (_r, action) =>
        /^FAILED_|_FAILED$|_DENIED$/.test(action)
          ? loginOutcome(false, `event_type=${action}`)
          : callOutcome(true, `event_type=${action}`),
    },
  ],
);

export const atlassianAudit = auditFormat(
  {
    id: "atlassian.audit",
    title: "Atlassian audit logs",
    reference: "https://developer.atlassian.com/cloud/admin/organization/rest/api-group-events/",
  },
  [
    {
      has: ["type", "attributes"],
      is: (r) => at(r, "attributes.actor") !== undefined && at(r, "attributes.action") !== undefined,
      time: ["attributes.time"],
      client: ["attributes.location.ip"],
      user: ["attributes.actor.email", "attributes.actor.name"],
      action: ["attributes.action"],
      vendor: "Atlassian",
      product: "Atlassian organisation",
      judge: (_r, action) =>
        /fail|denied/i.test(action) ? loginOutcome(false, `action=${action}`) : callOutcome(true, `action=${action}`),
    },
    {
      has: ["summary", "remoteAddress", "category", "created"],
      time: ["created"],
      client: ["remoteAddress"],
      user: ["authorKey", "author.displayName"],
      action: ["summary"],
      vendor: "Atlassian",
      product: "Jira",
      judge: (_r, action) =>
        /fail|denied/i.test(action) ? loginOutcome(false, action.slice(0, 80)) : callOutcome(true, action.slice(0, 80)),
    },
  ],
);

const salesforce = { vendor: "Salesforce", product: "Salesforce" } as const;

export const salesforceLogin = auditFormat(
  {
    id: "salesforce.login",
    title: "Salesforce logins",
    reference:
      "https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_eventlogfile_login.htm",
  },
  [
    {
      ...salesforce,
      has: ["EVENT_TYPE", "LOGIN_STATUS"],
      time: ["TIMESTAMP_DERIVED", "TIMESTAMP"],
      // CLIENT_IP is behind proxies; SOURCE_IP is whose connection it was.
      client: ["SOURCE_IP", "CLIENT_IP"],
      user: ["USER_NAME", "USER_ID"],
      action: ["EVENT_TYPE"],
      agent: ["BROWSER_TYPE"],
      observer: ["ORGANIZATION_ID"],
      judge(r) {
        const status = string(r["LOGIN_STATUS"]) ?? "";
        return loginOutcome(status === "LOGIN_NO_ERROR", `LOGIN_STATUS=${status}`);
      },
    },
    {
      ...salesforce,
      has: ["SourceIp", "LoginType", "Status"],
      time: ["LoginTime", "EventDate"],
      client: ["SourceIp"],
      user: ["Username", "UserId"],
      action: ["LoginType"],
      agent: ["Browser"],
      judge(r) {
        const status = string(r["Status"]) ?? "";
        return loginOutcome(status === "Success", `Status=${status.slice(0, 80)}`);
      },
    },
  ],
);

const snowflake = { vendor: "Snowflake", product: "Snowflake" } as const;

export const snowflakeLogin = auditFormat(
  {
    id: "snowflake.login_history",
    title: "Snowflake LOGIN_HISTORY",
    reference: "https://docs.snowflake.com/en/sql-reference/account-usage/login_history",
  },
  (["upper", "lower"] as const).map((letters): AuditKind => {
    const named = (name: string): string => (letters === "upper" ? name : name.toLowerCase());
    return {
      ...snowflake,
      has: ["EVENT_TIMESTAMP", "CLIENT_IP", "IS_SUCCESS"].map(named),
      time: [named("EVENT_TIMESTAMP")],
      client: [named("CLIENT_IP")],
      user: [named("USER_NAME")],
      action: [named("EVENT_TYPE")],
      agent: [named("REPORTED_CLIENT_TYPE")],
      judge(r) {
        const stated = r[named("IS_SUCCESS")];
        const success = typeof stated === "boolean" ? String(stated) : (string(stated) ?? "");
        return loginOutcome(/^(?:yes|true)$/i.test(success), `IS_SUCCESS=${success}`);
      },
    };
  }),
);

export const zoomActivity = auditFormat(
  {
    id: "zoom.signin",
    title: "Zoom sign-in and sign-out activities",
    reference: "https://developers.zoom.us/docs/api/",
  },
  [
    {
      has: ["email", "time", "type", "ip_address", "client_type"],
      time: ["time"],
      client: ["ip_address"],
      user: ["email"],
      action: ["type"],
      vendor: "Zoom",
      product: "Zoom",
      judge: (_r, action) =>
        /^sign (?:in|out)$/i.test(action)
          ? loginOutcome(true, `type=${action}`)
          : { outcome: "unknown", outcomeReason: `type=${action}` },
    },
  ],
);

export const wizAudit = auditFormat(
  { id: "wiz.audit", title: "Wiz audit logs", reference: "https://docs.wiz.io/wiz-docs/docs/audit-logs-api" },
  [
    {
      has: ["action", "status", "sourceIP", "timestamp", "requestId"],
      time: ["timestamp"],
      client: ["sourceIP"],
      user: ["user.name", "user.id", "serviceAccount.name"],
      action: ["action"],
      agent: ["userAgent"],
      vendor: "Wiz",
      product: "Wiz",
      judge(r, action) {
        const status = string(r["status"]) ?? "";
        const success = /^success$/i.test(status)
          ? true
          : /^(?:failed|access_denied)$/i.test(status)
            ? false
            : undefined;
        return (/login/i.test(action) ? loginOutcome : callOutcome)(success, `status=${status}`);
      },
    },
  ],
);

export const vaultAudit = auditFormat(
  {
    id: "hashicorp.vault-audit",
    title: "HashiCorp Vault audit log",
    reference: "https://developer.hashicorp.com/vault/docs/audit/schema",
  },
  [
    {
      has: ["type", "time", "request"],
      is: (r) => /^(?:request|response)$/.test(string(r["type"]) ?? "") && at(r, "request.operation") !== undefined,
      time: ["time"],
      client: ["request.remote_address"],
      port: ["request.remote_port"],
      user: ["auth.display_name", "response.auth.display_name", "auth.entity_id"],
      action: ["request.operation"],
      vendor: "HashiCorp",
      product: "Vault",
      judge(r) {
        const error = string(r["error"]);
        if (error !== undefined) return { outcome: "refused", outcomeReason: `error=${error.slice(0, 80)}` };
        const known =
          at(r, "auth.policies") ??
          at(r, "auth.token_type") ??
          at(r, "response.auth.client_token") ??
          at(r, "auth.accessor");
        if (r["type"] === "request") return { outcome: "unknown", outcomeReason: "a request, before its response" };
        return known === undefined
          ? { outcome: "established", outcomeReason: "a response without error, to nobody known" }
          : callOutcome(true, "a response without error");
      },
    },
  ],
);

export const teleportAudit = auditFormat(
  {
    id: "teleport.audit",
    title: "Teleport audit events",
    reference: "https://goteleport.com/docs/reference/audit-events/",
  },
  [
    {
      has: ["event", "code", "time"],
      is: (r) => /^T[A-Z\d]{2,6}[DEIW]$/.test(string(r["code"]) ?? ""),
      time: ["time"],
      client: ["addr.remote", "addr_remote"],
      user: ["user"],
      action: ["event"],
      agent: ["user_agent"],
      observer: ["cluster_name", "server_hostname"],
      vendor: "Teleport",
      product: "Teleport",
      judge(r, action) {
        const code = string(r["code"]) ?? "";
        const success = typeof r["success"] === "boolean" ? r["success"] : undefined;
        const failed = success === false || /[EW]$/.test(code);
        return action === "user.login"
          ? loginOutcome(success ?? !failed, `success=${String(success)}`)
          : callOutcome(!failed, `code=${code}`);
      },
    },
  ],
);

/**
 * Kubernetes API server. Of `sourceIPs` the last is whose connection it was; what stands before it came in headers, which a client
 * can write: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
 */
const kubernetes: AuditKind = {
  has: ["kind", "apiVersion", "auditID"],
  is: (r) => r["kind"] === "Event" && (string(r["apiVersion"]) ?? "").startsWith("audit.k8s.io/"),
  time: ["requestReceivedTimestamp", "stageTimestamp", "timestamp"],
  client: ["sourceIPs"],
  user: ["user.username"],
  action: ["verb"],
  agent: ["userAgent"],
  observer: ["cluster"],
  vendor: "Kubernetes",
  product: "API server",
  judge(r) {
    const code = number(at(r, "responseStatus.code"));
    if (code === undefined) return { outcome: "unknown", outcomeReason: `stage=${string(r["stage"]) ?? ""}` };
    const said = `responseStatus.code=${code}`;
    if (code >= 400) return { outcome: "refused", outcomeReason: said };
    const user = string(at(r, "user.username"));
    return user === undefined || user === "system:anonymous"
      ? { outcome: "established", outcomeReason: `${said}, anonymous` }
      : callOutcome(true, said);
  },
};

function kubernetesRecord(record: Json): Json | undefined {
  if (fits(kubernetes, record)) return record;
  // Azure's kube-audit holds it as text.
  const inner = string(object(record["properties"])?.["log"]);
  const r = inner?.startsWith("{") ? parseObject(inner) : undefined;
  return r && fits(kubernetes, r) ? r : undefined;
}

export const kubernetesAudit: Format = {
  id: "kubernetes.audit",
  title: "Kubernetes API server audit log",
  reference: "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/",
  json: true,
  parse(_line, context, envelope, record) {
    const r = record && kubernetesRecord(record);
    if (!r) return undefined;
    const ips = list(r["sourceIPs"])
      .slice(0, 32)
      .flatMap((ip) => canonicalIp(string(ip)) ?? []);
    const peer = ips.pop();
    const read = readAudit({ ...kubernetes, client: [] }, r, context, envelope);
    const { event } = read;
    if (peer !== undefined) event.source = { ip: peer };
    if (ips.length > 0) event.network = { forwarded_ip: ips };
    return read;
  },
};

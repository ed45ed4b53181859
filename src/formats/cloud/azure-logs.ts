/**
 * Entra ID and Azure's platform logs, as Event Hubs and storage accounts hold them (`category`, `properties`), as Log Analytics exports
 * them (`Type`, flat) and as Graph lists them.
 */
import { number, object, string, type Json } from "../json-fields.js";
import { httpOutcome } from "../values.js";
import { at, auditFormat, callOutcome, first, loginOutcome, type AuditKind, type Judged } from "./audit.js";

const TIME = [
  "time",
  "timeStamp",
  "TimeGenerated",
  "TimeGenerated [UTC]",
  "properties.createdDateTime",
  "createdDateTime",
  "properties.activityDateTime",
  "activityDateTime",
];
const CLIENT = [
  "callerIpAddress",
  "CallerIpAddress",
  "CallerIPAddress",
  "properties.ipAddress",
  "ipAddress",
  "IPAddress",
  "ClientIP",
];
const TENANT = ["tenantId", "TenantId", "resourceId", "_ResourceId"];

function category(r: Json): string {
  return string(r["category"]) ?? string(r["Category"]) ?? string(r["Type"]) ?? "";
}

/** 0 is success; what interrupts a sign-in before it is one (a code to enter, a consent to give) is not yet. */
const INTERRUPTED = new Set([
  "50058",
  "50072",
  "50074",
  "50076",
  "50079",
  "50097",
  "50125",
  "50127",
  "50129",
  "50140",
  "50203",
  "65001",
  "16000",
  "16001",
  "16003",
  "50206",
]);

function signIn(r: Json): Judged {
  const code = first(r, [
    "properties.status.errorCode",
    "status.errorCode",
    "Status.errorCode",
    "ResultType",
    "resultType",
  ]);
  if (code === undefined) return { outcome: "unknown" };
  if (INTERRUPTED.has(code))
    return { outcome: "established", outcomeReason: `errorCode ${code}: interrupted, not signed in` };
  return loginOutcome(/^0$|^success$/i.test(code), `errorCode ${code}`);
}

const signInKind = {
  time: TIME,
  client: CLIENT,
  user: [
    "properties.userPrincipalName",
    "userPrincipalName",
    "UserPrincipalName",
    "properties.servicePrincipalName",
    "servicePrincipalName",
    "ServicePrincipalName",
    "identity",
    "Identity",
  ],
  agent: ["properties.userAgent", "userAgent", "UserAgent"],
  observer: TENANT,
  vendor: "Microsoft",
  product: "Entra ID",
  judge: signIn,
} as const;

export const azureSignIn = auditFormat(
  {
    id: "azure.signinlogs",
    title: "Microsoft Entra sign-in logs",
    reference: "https://learn.microsoft.com/graph/api/resources/signin",
  },
  [
    {
      ...signInKind,
      has: [],
      is: (r) =>
        /^(?:AAD)?(?:NonInteractiveUser|ServicePrincipal|ManagedIdentity)?SignInLogs$|^SigninLogs$/i.test(
          category(r),
        ) || category(r) === "ADFSSignInLogs",
      action: ["operationName", "OperationName"],
    },
    {
      ...signInKind,
      has: ["createdDateTime", "ipAddress", "status", "appDisplayName"],
      action: ["signInEventTypes", "appDisplayName"],
    },
  ],
);

export const azureAudit = auditFormat(
  {
    id: "azure.auditlogs",
    title: "Microsoft Entra audit logs",
    reference: "https://learn.microsoft.com/graph/api/resources/directoryaudit",
  },
  [
    {
      has: [],
      is: (r) =>
        /^AuditLogs$/.test(category(r)) ||
        (r["activityDisplayName"] !== undefined && object(r["initiatedBy"]) !== undefined),
      time: TIME,
      client: [
        "properties.initiatedBy.user.ipAddress",
        "initiatedBy.user.ipAddress",
        "InitiatedBy.user.ipAddress",
        "properties.initiatedBy.app.ipAddress",
        ...CLIENT,
      ],
      user: [
        "properties.initiatedBy.user.userPrincipalName",
        "initiatedBy.user.userPrincipalName",
        "InitiatedBy.user.userPrincipalName",
        "properties.initiatedBy.app.displayName",
        "initiatedBy.app.displayName",
      ],
      action: ["properties.activityDisplayName", "activityDisplayName", "operationName", "OperationName"],
      observer: TENANT,
      vendor: "Microsoft",
      product: "Entra ID",
      judge(r) {
        const result = first(r, ["properties.result", "result", "Result", "resultType", "ResultType"]) ?? "";
        if (!/^(?:success|failure)$/i.test(result)) return { outcome: "unknown", outcomeReason: `result=${result}` };
        return callOutcome(/^success$/i.test(result), `result=${result}`);
      },
    },
  ],
);

const ACTIVITY =
  /^(?:Administrative|Security|ServiceHealth|Alert|Recommendation|Policy|Autoscale|ResourceHealth|Write|Delete|Action|AzureActivity)$/;

/** `Start` and `Accept` come before the end: who asked was known, what came of it is in the next record. */
function activity(r: Json): Judged {
  const status =
    first(r, ["resultType", "ActivityStatusValue", "ActivityStatus", "status.value", "status", "resultSignature"]) ??
    "";
  if (/^succe/i.test(status)) return callOutcome(true, `status ${status}`);
  if (/^fail|denied|unauthorized|forbidden/i.test(status))
    return { outcome: "refused", outcomeReason: `status ${status}` };
  return { outcome: /^(?:start|accept)/i.test(status) ? "established" : "unknown", outcomeReason: `status ${status}` };
}

export const azureActivity = auditFormat(
  {
    id: "azure.activitylogs",
    title: "Azure Activity log",
    reference: "https://learn.microsoft.com/azure/azure-monitor/essentials/activity-log-schema",
  },
  [
    {
      has: [],
      is: (r) =>
        (ACTIVITY.test(category(r)) && (r["callerIpAddress"] ?? r["CallerIpAddress"]) !== undefined) ||
        (object(r["authorization"]) !== undefined &&
          object(r["operationName"]) !== undefined &&
          r["caller"] !== undefined),
      time: [...TIME, "eventTimestamp"],
      client: [...CLIENT, "httpRequest.clientIpAddress"],
      user: [
        "identity.claims.http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
        "caller",
        "Caller",
        "identity.claims.name",
      ],
      action: ["operationName", "operationName.value", "OperationNameValue", "OperationName"],
      observer: ["resourceId", "_ResourceId"],
      vendor: "Microsoft",
      product: "Azure Activity",
      judge: activity,
    },
  ],
);

/** Storage, Key Vault, App Service and the like: HTTP statuses, or `succeeded`. */
function platform(r: Json): Judged {
  // Web application firewalls of Front Door and Application Gateway; what they only noticed is judged by its status elsewhere.
  const action = /Firewall/.test(category(r)) ? first(r, ["properties.action"]) : undefined;
  if (action !== undefined)
    return { outcome: /^block/i.test(action) ? "blocked" : "unknown", outcomeReason: `action=${action}` };
  const succeeded = at(r, "properties.succeeded") ?? r["succeeded_s"];
  if (succeeded !== undefined) {
    const said = typeof succeeded === "boolean" ? String(succeeded) : (string(succeeded) ?? "");
    return callOutcome(said === "true", `succeeded=${said}`);
  }
  const status = number(
    first(r, [
      "properties.httpStatusCode",
      "properties.httpStatus",
      "httpStatusCode_d",
      "HttpStatusCode",
      "statusCode",
      "StatusCode",
      "properties.ScStatus",
      "ScStatus",
      "resultSignature",
    ]),
  );
  const known =
    first(r, [
      "identity.claim.appid",
      "identity.claim.upn",
      "identity.claim.oid",
      "identity.requester.appId",
      "identity_claim_appid_g",
    ]) ?? first(r, ["identity.type", "AuthenticationType"])?.replace(/^Anonymous$/i, "");
  const judged = httpOutcome(status);
  if (judged.outcome === "established" && known !== undefined && known !== "")
    return callOutcome(true, judged.outcomeReason ?? "");
  if (status !== undefined) return judged;
  const result = first(r, ["resultType", "ResultType", "resultDescription"]);
  return { outcome: /^fail/i.test(result ?? "") ? "refused" : "unknown", outcomeReason: `resultType=${result ?? ""}` };
}

const platformKind: Omit<AuditKind, "has"> = {
  time: [...TIME, "properties.event_time"],
  client: [
    "properties.client_ip",
    "client_ip_s",
    "ClientIp",
    "properties.CIp",
    "CIp",
    "properties.clientIp",
    "properties.clientIP",
    ...CLIENT,
  ],
  user: [
    "properties.server_principal_name",
    "server_principal_name_s",
    "identity.claim.upn",
    "identity.requester.upn",
    "properties.CsUsername",
    "identity.claim.appid",
  ],
  action: ["operationName", "OperationName", "properties.action_name"],
  agent: [
    "properties.userAgentHeader",
    "properties.clientInfo",
    "properties.UserAgent",
    "UserAgent",
    "properties.userAgent",
  ],
  observer: ["resourceId", "_ResourceId", "Resource"],
  vendor: "Microsoft",
  product: "Azure",
  judge: platform,
};

/** Read as what they are, requests of visitors, by web/cloud-edge.ts. */
const EDGE = /^(?:ApplicationGateway|Front[Dd]oor|AppServiceHTTPLogs)/;

export const azurePlatform = auditFormat(
  {
    id: "azure.platformlogs",
    title: "Azure resource logs (Key Vault, Storage, App Service, SQL and others)",
    reference: "https://learn.microsoft.com/azure/azure-monitor/reference/logs-index",
  },
  [
    // A resource's id begins so in every log; the client's address tells which of them are about a request.
    {
      ...platformKind,
      has: [],
      is: (r) =>
        !EDGE.test(category(r)) &&
        /^\/subscriptions\//i.test(
          string(r["resourceId"]) ?? string(r["ResourceId"]) ?? string(r["_ResourceId"]) ?? "",
        ) &&
        first(r, ["category", "Category", "Type", "operationName", "OperationName"]) !== undefined &&
        first(r, platformKind.client) !== undefined,
    },
  ],
);

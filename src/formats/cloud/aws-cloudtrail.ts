/** AWS CloudTrail events, bare or in an EventBridge event's `detail`. */
import { string } from "../json-fields.js";
import { at, auditFormat, callOutcome, loginOutcome, type AuditKind } from "./audit.js";

const ANONYMOUS = /^(?:anonymous|anonymous_principal)$/i;

const event: AuditKind = {
  has: ["eventVersion", "eventSource", "eventName"],
  time: ["eventTime"],
  // A service's name (`ec2.amazonaws.com`) or `AWS Internal` when AWS itself made the call.
  client: ["sourceIPAddress"],
  user: [
    "userIdentity.userName",
    "userIdentity.sessionContext.sessionIssuer.userName",
    "userIdentity.arn",
    "userIdentity.principalId",
    "userIdentity.invokedBy",
  ],
  action: ["eventName"],
  agent: ["userAgent"],
  observer: ["recipientAccountId", "userIdentity.accountId"],
  vendor: "AWS",
  product: "CloudTrail",
  judge(r) {
    const login = string(at(r, "responseElements.ConsoleLogin"));
    if (login !== undefined) return loginOutcome(login === "Success", `ConsoleLogin=${login}`);
    const error = string(r["errorCode"]) ?? string(r["errorMessage"]);
    if (error !== undefined) return { outcome: "refused", outcomeReason: `errorCode=${error.slice(0, 80)}` };
    const who = [at(r, "userIdentity.principalId"), at(r, "userIdentity.accountId")];
    if (who.some((id) => ANONYMOUS.test(string(id) ?? "")))
      return { outcome: "established", outcomeReason: "no errorCode, an anonymous call" };
    // The password was right, and the second factor is still to come.
    if (r["eventName"] === "CheckMfa") return { outcome: "established", outcomeReason: "CheckMfa, before the login" };
    if (r["eventType"] === "AwsServiceEvent" && at(r, "userIdentity.type") === undefined)
      return { outcome: "unknown", outcomeReason: "an event of the service itself" };
    return callOutcome(true, "no errorCode");
  },
};

export const awsCloudTrail = auditFormat(
  {
    id: "aws.cloudtrail",
    title: "AWS CloudTrail",
    reference:
      "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
  },
  [event],
  ["detail", "CloudTrailEvent"],
);

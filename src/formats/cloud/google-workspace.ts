/** Google Workspace: activities of the Reports API. */
import { string } from "../json-fields.js";
import { at, auditFormat, callOutcome, type AuditKind } from "./audit.js";

const activity: AuditKind = {
  has: ["id", "events"],
  is: (r) => at(r, "id.applicationName") !== undefined && at(r, "id.time") !== undefined,
  time: ["id.time"],
  client: ["ipAddress"],
  user: ["actor.email", "actor.key", "actor.profileId"],
  action: ["events.name"],
  observer: ["id.customerId"],
  vendor: "Google",
  product: "Workspace",
  judge(r, action) {
    const said = `${string(at(r, "id.applicationName")) ?? ""}: ${action}`;
    if (/^(?:login_failure|.*_denied$|denied_|.*_failure$)/.test(action))
      return { outcome: "refused", outcomeReason: said };
    if (action === "login_success") return { outcome: "authenticated", outcomeReason: said };
    if (action === "login_challenge" || action === "login_verification" || action === "blocked_sender")
      return { outcome: "established", outcomeReason: `${said}, before the login` };
    if (/^(?:account_disabled|gov_attack_warning|suspicious_login|risky_sensitive_action_blocked)/.test(action))
      return { outcome: "unknown", outcomeReason: said };
    return at(r, "actor") === undefined ? { outcome: "unknown", outcomeReason: said } : callOutcome(true, said);
  },
};

export const googleWorkspace = auditFormat(
  {
    id: "google.workspace",
    title: "Google Workspace reports (login, admin, token, drive)",
    reference: "https://developers.google.com/admin-sdk/reports/reference/rest/v1/activities/list",
  },
  [activity],
);

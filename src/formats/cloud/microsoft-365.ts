/** Microsoft 365: the unified audit log and Exchange Online's message trace. */
import { mailsIn } from "../../model/host.js";
import type { Outcome } from "../../model/event.js";
import type { Format, FormatResult } from "../format.js";
import { string } from "../json-fields.js";
import { shaped, timestamp } from "../shape.js";
import { endpoint } from "../values.js";
import { auditFormat, callOutcome, first, loginOutcome, utcTime } from "./audit.js";
import { wordTable } from "../../model/word-table.js";

export const m365Audit = auditFormat(
  {
    id: "microsoft.365-audit",
    title: "Microsoft 365 unified audit log",
    reference: "https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema",
  },
  [
    {
      has: ["CreationTime", "Operation", "RecordType"],
      time: ["CreationTime"],
      // Exchange has both of the first; ActorIpAddress may be that of the service on whose behalf it was done.
      client: ["ClientIP", "ClientIPAddress", "ClientIp", "SenderIp", "ActorIpAddress"],
      user: ["UserId", "UserKey"],
      action: ["Operation"],
      agent: ["UserAgent", "ClientInfoString"],
      observer: ["OrganizationName", "OrganizationId"],
      vendor: "Microsoft",
      product: "Microsoft 365",
      judge(r, action) {
        const status = string(r["ResultStatus"]);
        const said = `Operation=${action}${status === undefined ? "" : `, ResultStatus=${status}`}`;
        if (action === "UserLoginFailed" || action === "ForeignRealmIndexLogonInitialAuthUsingADFSFederatedToken")
          return { outcome: "refused", outcomeReason: said };
        // ResultStatus of a sign-in tells of the request, not of the sign-in: the operation's name does.
        if (action === "UserLoggedIn" || action === "MailboxLogin") return loginOutcome(true, said);
        if (status !== undefined && /^(?:fail|false|denied)/i.test(status))
          return { outcome: "refused", outcomeReason: said };
        if (/^(?:TIMailData|TIUrlClick|AtpDetection|AlertTriggered|AlertEntityGenerated|AlertUpdated)/.test(action))
          return { outcome: "unknown", outcomeReason: said };
        if (/^(?:anonymous|urn:spo:anon)/i.test(string(r["UserId"]) ?? ""))
          return { outcome: "established", outcomeReason: `${said}, an anonymous user` };
        return callOutcome(true, said);
      },
    },
  ],
  ["AuditData", "auditData"],
);

const TRACE: Readonly<Record<string, Outcome>> = wordTable({
  delivered: "established",
  expanded: "established",
  resolved: "established",
  failed: "refused",
  filteredasspam: "blocked",
  quarantined: "blocked",
});

export const m365MessageTrace: Format = {
  id: "microsoft.365-messagetrace",
  title: "Exchange Online message trace",
  reference:
    "https://learn.microsoft.com/previous-versions/office/developer/o365-enterprise-developers/jj984335(v=office.15)",
  json: true,
  parse(_line, context, envelope, r) {
    if (!r || r["SenderAddress"] === undefined || r["RecipientAddress"] === undefined || r["Received"] === undefined)
      return undefined;
    const status = first(r, ["Status"]) ?? "";
    const outcome = TRACE[status.toLowerCase()];
    return shaped({
      event: {
        timestamp: timestamp(utcTime(first(r, ["Received"])), context, envelope),
        source: endpoint({ ip: first(r, ["FromIP"]) }),
        destination: endpoint({ ip: first(r, ["ToIP"]) }),
        network: { protocol: "smtp" },
        event: { action: status },
        email: {
          from: { address: mailsIn(string(r["SenderAddress"]) ?? "") },
          to: { address: mailsIn(string(r["RecipientAddress"]) ?? "") },
        },
        observer: { name: first(r, ["Organization"]), vendor: "Microsoft", product: "Exchange Online" },
      },
      outcome: outcome ?? "unknown",
      outcomeReason: `Status=${status}`,
      initiator: "source",
      observerIsAsset: true,
    } as FormatResult);
  },
};

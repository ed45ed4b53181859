/** Audit logs of password managers. */
import { string } from "../json-fields.js";
import { auditFormat, callOutcome, loginOutcome } from "./audit.js";

const onePassword = { vendor: "1Password", product: "1Password" } as const;

export const onePasswordEvents = auditFormat(
  {
    id: "1password.events",
    title: "1Password events",
    reference: "https://developer.1password.com/docs/events-api/reference/",
  },
  [
    {
      ...onePassword,
      has: ["uuid", "timestamp", "category", "target_user", "client"],
      time: ["timestamp"],
      client: ["client.ip_address"],
      user: ["target_user.email"],
      action: ["type"],
      agent: ["client.app_name"],
      judge(r) {
        const category = string(r["category"]) ?? "";
        return loginOutcome(category === "success", `category=${category}`);
      },
    },
    {
      ...onePassword,
      has: ["uuid", "timestamp", "item_uuid", "vault_uuid", "client"],
      time: ["timestamp"],
      client: ["client.ip_address"],
      user: ["user.email"],
      action: ["action"],
      agent: ["client.app_name"],
      judge: () => callOutcome(true, "an item was used"),
    },
    {
      ...onePassword,
      has: ["uuid", "timestamp", "actor_uuid", "action", "session"],
      time: ["timestamp"],
      client: ["session.ip"],
      user: ["actor_details.email", "actor_uuid"],
      action: ["action"],
      judge: (_r, action) => callOutcome(true, `action=${action}`),
    },
  ],
);

/** Types of events: https://bitwarden.com/help/event-logs/ (1000 signed in, 1005 and 1006 failed). */
export const bitwardenEvents = auditFormat(
  { id: "bitwarden.events", title: "Bitwarden events", reference: "https://bitwarden.com/help/event-logs/" },
  [
    {
      has: ["object", "type", "date", "ipAddress", "device"],
      is: (r) => r["object"] === "event",
      time: ["date"],
      client: ["ipAddress"],
      user: ["actingUserId", "memberId"],
      action: ["type"],
      vendor: "Bitwarden",
      product: "Bitwarden",
      judge: (_r, action) =>
        action === "1005" || action === "1006"
          ? loginOutcome(false, `type=${action}`)
          : action === "1000"
            ? loginOutcome(true, `type=${action}`)
            : callOutcome(true, `type=${action}`),
    },
  ],
);

export const lastPassEvents = auditFormat(
  {
    id: "lastpass.events",
    title: "LastPass reports",
    reference: "https://support.lastpass.com/help/event-reporting-via-api",
  },
  [
    {
      has: ["Time", "Username", "IP_Address", "Action"],
      time: ["Time"],
      client: ["IP_Address"],
      user: ["Username"],
      action: ["Action"],
      vendor: "LastPass",
      product: "LastPass",
      judge(_r, action) {
        const failed = /fail/i.test(action);
        return /^log ?in|failed login/i.test(action)
          ? loginOutcome(!failed, `Action=${action}`)
          : callOutcome(!failed, `Action=${action}`);
      },
    },
  ],
);

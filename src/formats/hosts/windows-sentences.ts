/** Windows events whose values are sentences of a program: OpenSSH, SQL Server, Exchange. */
import { tell } from "../messages.js";
import { SSHD_SENTENCES } from "./sshd.js";
import { addressOf, client, valueOf, type Kind, type WindowsEvent } from "./windows-fields.js";

/** A message of one sentence in the first value (OpenSSH, SQL Server). */
function textOf({ data, message }: WindowsEvent): string {
  return valueOf(data, "payload", "Data") ?? message ?? Object.values(data).join(" ");
}

export function openssh(event: WindowsEvent): Kind | undefined {
  const says = textOf(event)
    .replace(/^sshd(?:-session)?: /, "")
    .replace(/^(?:error|fatal|debug\d|info): /, "");
  const read = tell(says, SSHD_SENTENCES);
  if (!read) return undefined;
  return {
    source: read.event.source,
    destination: read.event.destination,
    outcome: read.outcome,
    outcomeReason: read.outcomeReason,
    initiator: read.initiator,
    user: read.event.user?.name,
    process: "sshd",
    action: read.event.event?.action,
  };
}

export function mssql(event: WindowsEvent): Kind | undefined {
  const says = `${textOf(event)} ${event.message ?? ""} ${Object.values(event.data).slice(0, 16).join(" ")}`;
  const ip = addressOf(/\[CLIENT: {0,2}([0-9A-Fa-f.:]{2,45})\]/.exec(says)?.[1]);
  const good = event.id === 18453 || event.id === 18454 || event.id === 18455;
  const bad =
    event.id === 18456 ||
    (event.id >= 18450 && event.id <= 18489 && !good) ||
    event.id === 17806 ||
    event.id === 17828 ||
    event.id === 17832;
  return {
    source: client(ip),
    outcome: good ? "authenticated" : bad ? "refused" : "unknown",
    outcomeReason: `event ${event.id}`,
    initiator: ip === undefined ? "unknown" : "source",
    user: /for user '([^']{1,255})'/.exec(says)?.[1],
    action: "database-login",
  };
}

/** Exchange's receive connectors (1035, 1020 …) write a sentence. */
export function exchange(event: WindowsEvent): Kind {
  const says = textOf(event);
  const ip = addressOf(
    /source IP address(?: of the client who tried to authenticate to Microsoft Exchange)?(?: is|:)? {0,2}\[?([0-9A-Fa-f.:]{2,45})/i.exec(
      says,
    )?.[1] ?? valueOf(event.data, "3", "2")?.replace(/^\[|\]$/g, ""),
  );
  const failed = /fail|denied|reject/i.test(says) || event.id === 1035;
  return {
    source: client(ip),
    outcome: failed && ip !== undefined ? "refused" : "unknown",
    outcomeReason: `Exchange event ${event.id}`,
    initiator: ip === undefined ? "unknown" : "source",
    action: "mail_login",
  };
}

/** Windows events about logons and sessions: who came, by address or by workstation. */
import { canonicalIp } from "../../model/ip.js";
import type { Outcome } from "../../model/event.js";
import {
  addressOf,
  auditOf,
  baseName,
  client,
  valueOf,
  workstation,
  type Kind,
  type Reader,
  type WindowsEvent,
} from "./windows-fields.js";

function userOf({ data }: WindowsEvent, ...names: readonly string[]): string | undefined {
  const user = valueOf(data, ...names);
  return user === "$" ? undefined : user;
}

/** A logon from elsewhere: who came is named by address, else by workstation. */
export function logon(outcome: Outcome, action: string): Reader {
  return (event) => {
    const { data } = event;
    const ip = addressOf(valueOf(data, "IpAddress", "SourceNetworkAddress", "ClientAddress"));
    const station = workstation(valueOf(data, "WorkstationName", "Workstation", "ClientName"));
    const status = valueOf(data, "SubStatus", "Status");
    const type = valueOf(data, "LogonType");
    return {
      source: client(
        ip ?? station.ip,
        valueOf(data, "IpPort", "ClientPort"),
        ip === undefined ? station.name : undefined,
      ),
      outcome,
      outcomeReason: `event ${event.id}${type === undefined ? "" : `, logon type ${type}`}${outcome === "refused" && status !== undefined ? `, status ${status}` : ""}`,
      initiator: "source",
      user: userOf(event, "TargetUserName", "AccountName"),
      process: baseName(valueOf(data, "ProcessName")),
      action,
    };
  };
}

/** Kerberos and NTLM at a domain controller: `Status` (or `FailureCode`) 0x0 is success. */
export function ticket(action: string): Reader {
  return (event) => {
    const { data } = event;
    const status = valueOf(data, "Status", "FailureCode", "ErrorCode", "ResultCode");
    const good = status === undefined ? auditOf(event) !== "failure" : /^(?:0x)?0+$/i.test(status);
    const ip = addressOf(valueOf(data, "IpAddress", "ClientAddress"));
    const station = workstation(valueOf(data, "Workstation", "WorkstationName"));
    return {
      source: client(
        ip ?? station.ip,
        valueOf(data, "IpPort", "ClientPort"),
        ip === undefined ? station.name : undefined,
      ),
      outcome: good && event.id !== 4771 ? "authenticated" : "refused",
      outcomeReason: `event ${event.id}${status === undefined ? "" : `, status ${status}`}`,
      initiator: "source",
      user: userOf(event, "TargetUserName", "AccountName"),
      action,
    };
  };
}

/** A share that was reached by a user who had logged on; a failure audit is a refusal. */
export function share(event: WindowsEvent): Kind {
  const { data } = event;
  const failed = auditOf(event) === "failure";
  return {
    source: client(addressOf(valueOf(data, "IpAddress")), valueOf(data, "IpPort")),
    outcome: failed ? "refused" : "authenticated",
    outcomeReason: `event ${event.id}, share ${valueOf(data, "ShareName") ?? ""}`,
    initiator: "source",
    user: userOf(event, "SubjectUserName"),
    action: "share-access",
  };
}

/**
 * Credentials of another user were used. On `localhost` a client came in (RDP, SSH); else this machine went to the target server, whose
 * address is not told apart from the caller's, so only its name is read.
 */
export function explicit(event: WindowsEvent): Kind {
  const { data } = event;
  const target = valueOf(data, "TargetServerName");
  const ip = addressOf(valueOf(data, "IpAddress"));
  const named = target?.replace(/^[\w-]{1,32}\/(?=[\w.-]{1,253})/, "").split("/", 1)[0];
  const to = workstation(named);
  const common = {
    user: userOf(event, "TargetUserName", "AccountName"),
    process: baseName(valueOf(data, "ProcessName")),
    action: "logon-explicit",
  };
  if (named === undefined || /^localhost$/i.test(named))
    return {
      ...common,
      source: client(ip, valueOf(data, "IpPort")),
      outcome: "unknown",
      outcomeReason: `event ${event.id}: a logon was tried`,
      initiator: "source",
    };
  return {
    ...common,
    destination: client(to.ip, undefined, to.name),
    outcome: "unknown",
    outcomeReason: `event ${event.id}: a logon was tried there`,
    initiator: "source",
    initiatorReason: "this machine used the credentials at the target server",
    notes: ip !== undefined && ip !== to.ip ? ["the network address of event 4648 may be either end's"] : undefined,
  };
}

/** A Remote Desktop session; the address is the client's. */
export function desktop(outcome: Outcome, action: string): Reader {
  return ({ id, data }) => {
    const stated = valueOf(data, "Address", "Param3", "ClientIP", "ClientAddress", "IPString", "IpAddress", "2");
    const m = /^\[?([0-9A-Fa-f.:]{2,45}?)\]?:(\d{1,5})$/.exec(stated ?? "");
    const ip = addressOf(stated) ?? addressOf(m?.[1]);
    return {
      source: client(ip, canonicalIp(stated) === undefined ? m?.[2] : undefined),
      outcome,
      outcomeReason: `event ${id}`,
      initiator: "source",
      user: valueOf(data, "User", "Param1", "AccountName", "Username", "0"),
      action,
    };
  };
}

/** The Remote Desktop client: `Value` is the server it was told to reach. */
export function desktopClient({ id, data, message }: WindowsEvent): Kind {
  const stated = valueOf(data, "Value", "1") ?? /\(([^()\s]{1,253})\)/.exec(message ?? "")?.[1];
  const to = workstation(stated);
  return {
    destination: client(to.ip, undefined, to.name),
    outcome: "unknown",
    outcomeReason: `event ${id}: the client was told to connect`,
    initiator: "source",
    action: "rdp-client",
  };
}

/** SMB server audit and errors name the client. */
export function smbServer(outcome: Outcome): Reader {
  return ({ id, data, message }) => {
    const stated =
      valueOf(data, "ClientName", "ClientAddress") ??
      /Client (?:Name|Address): {0,2}(\S{1,64})/.exec(message ?? "")?.[1];
    const m = /^\\{0,2}\[?([0-9A-Fa-f.:]{2,45}?)\]?(?::(\d{1,5}))?$/.exec(stated ?? "");
    const ip = addressOf(stated?.replace(/^\\{1,2}/, "")) ?? addressOf(m?.[1]);
    return {
      source: client(ip, m?.[2]),
      outcome,
      outcomeReason: `SMB server event ${id}`,
      initiator: "source",
      user: valueOf(data, "UserName"),
      action: "smb",
    };
  };
}

/** What a Windows event comes to, by the table of kinds. */
import type { Event } from "../../model/event.js";
import type { EnvelopeFields, FormatResult, LineContext } from "../format.js";
import { shaped, timestamp } from "../shape.js";
import { text } from "../values.js";
import { addressOf, auditOf, valueOf, type Kind, type WindowsEvent } from "./windows-fields.js";
import { KINDS } from "./windows-kinds.js";

/** Who wrote it, for the table of kinds: ids are counted by each provider alone. */
const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/Security-Auditing|^Security$|^Microsoft Windows security auditing/i, "security"],
  [/Sysmon/i, "sysmon"],
  [/TerminalServices-LocalSessionManager/i, "rdp-session"],
  [/TerminalServices-RemoteConnectionManager/i, "rdp-connection"],
  [/TerminalServices-(?:ClientActiveXCore|RDPClient)/i, "rdp-client"],
  [/TerminalServices-Gateway/i, "rdp-gateway"],
  [/RemoteDesktopServices-RdpCoreTS/i, "rdp-core"],
  [/PowerShell/i, "powershell"],
  [/DNS-Client/i, "dns-client"],
  [/DNSServer|DNS-Server/i, "dns-server"],
  [/^OpenSSH/i, "openssh"],
  [/^MSSQL|SQLServer/i, "mssql"],
  [/Bits-Client/i, "bits"],
  [/SMBServer/i, "smb-server"],
  [/SMBClient/i, "smb-client"],
  [/^MSExchange/i, "exchange"],
  [/WinRM/i, "winrm"],
  [/NTLM/i, "ntlm"],
];

export function familyOf(event: Pick<WindowsEvent, "provider" | "channel">): string {
  const named = `${event.provider}`;
  const found = FAMILIES.find(([says]) => says.test(named));
  if (found) return found[1];
  const channel = event.channel ?? "";
  return FAMILIES.find(([says]) => says.test(channel))?.[1] ?? "";
}

/** An event that no row knows: an address under a name that tells its place is that end, and nothing is said of the outcome. */
function plain(event: WindowsEvent): Kind {
  const { data } = event;
  const ip = addressOf(
    valueOf(data, "IpAddress", "ClientAddress", "ClientIP", "CallerIP", "SourceAddress", "SourceIp", "IPAddress"),
  );
  const to = addressOf(
    valueOf(data, "DestAddress", "DestinationIp", "DestinationAddress", "RemoteAddress", "DestinationIP"),
  );
  return {
    source: ip === undefined ? undefined : { ip },
    destination: to === undefined ? undefined : { ip: to },
    outcome: "unknown",
    initiator: ip !== undefined && to === undefined ? "source" : "unknown",
  };
}

/** Every event is its host's own; `Computer` is the asset. */
export function windowsResult(
  event: WindowsEvent,
  context: LineContext,
  envelope: EnvelopeFields | undefined,
): FormatResult {
  const family = familyOf(event);
  const kind = KINDS[`${family}:${event.id}`]?.(event) ?? KINDS[family]?.(event) ?? plain(event);
  const {
    source,
    destination,
    outcome,
    outcomeReason,
    initiator,
    initiatorReason,
    oneWay,
    user,
    process,
    action,
    notes,
    ...rest
  } = kind;
  const told: Event = {
    timestamp: timestamp(event.time, context, envelope),
    source,
    destination,
    ...rest,
    event: {
      action: action ?? `event-${event.id}`,
      outcome:
        auditOf(event) ??
        (outcome === "authenticated"
          ? "success"
          : outcome === "refused" || outcome === "blocked"
            ? "failure"
            : undefined),
      dataset: family === "" ? "windows.event" : `windows.${family}`,
    },
    user: { name: user },
    host: { name: text(event.computer) },
    process: { name: process },
  };
  return shaped({
    event: told,
    outcome,
    ...(outcomeReason === undefined ? {} : { outcomeReason }),
    initiator,
    ...(initiatorReason === undefined ? {} : { initiatorReason }),
    ...(oneWay === true ? { oneWay } : {}),
    ...(notes === undefined ? {} : { notes: [...notes] }),
    observerIsAsset: true,
  });
}

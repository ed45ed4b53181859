/** What counters and event numbers say of how far traffic came. */
import type { Outcome } from "../../model/event.js";

export interface Count {
  bytes?: number;
  packets?: number;
}

export type Answer = "none" | "data" | "unclear";

/** A lone RST or ICMP error back, with its link layer. */
const BARE_PACKET = 66;

/**
 * Whether the counters of both ends show that the far end answered. One packet back over TCP is as likely a reset, and so are
 * as few bytes as a packet without data has.
 */
export function answered(source: Count, destination: Count, transport: string | undefined): Answer | undefined {
  const sent = source.bytes ?? source.packets;
  const back = destination.bytes ?? destination.packets;
  if (sent === undefined || back === undefined) return undefined;
  if (back === 0) return "none";
  if (sent === 0) return "unclear";
  if (transport !== undefined && transport !== "tcp") return "data";
  if (destination.packets === 1) return "unclear";
  if (destination.packets === undefined && (destination.bytes ?? 0) <= BARE_PACKET) return "unclear";
  return "data";
}

/** A session that carried data may end by a reset or by idling: neither unsays the data. */
export function isEnding(outcome: Outcome | "permitted", stated: string): boolean {
  return (
    outcome === "unanswered" || (outcome === "refused" && /\brst\b|reset|abort/i.test(stated.replaceAll("_", " ")))
  );
}

/** https://learn.microsoft.com/en-us/previous-versions/windows/it-pro/windows-10/security/threat-protection/auditing/basic-audit-logon-events */
const LOGON_EVENTS: readonly { provider: RegExp; outcomes: ReadonlyMap<string, Outcome> }[] = [
  {
    provider: /Microsoft-Windows-Security-Auditing/i,
    outcomes: new Map([
      ["4624", "authenticated"],
      ["4778", "authenticated"],
      ["4625", "refused"],
      ["4771", "refused"],
    ]),
  },
  {
    provider: /TerminalServices-LocalSessionManager/i,
    outcomes: new Map([
      ["21", "authenticated"],
      ["25", "authenticated"],
    ]),
  },
];

/** Logon events of Windows. The numbers mean nothing outside their provider. */
export function windowsLogon(number: string, line: string): Outcome | undefined {
  return LOGON_EVENTS.find(({ provider, outcomes }) => outcomes.has(number) && provider.test(line))?.outcomes.get(
    number,
  );
}

/** 0 for success, another number for why not: said of sign-ins only. */
export function signInResult(number: string, line: string): Outcome | undefined {
  if (!/^\d{1,7}$/.test(number) || !/SignInLogs|sign-in activity|UserLoggedIn|UserLoginFailed/i.test(line))
    return undefined;
  return number === "0" ? "authenticated" : "refused";
}

/**
 * Pulse / Ivanti Connect Secure: the standard form (`time - host - [address] user(realm)[roles] - message`) and WELF. The bracketed
 * address (`src`) is the user's; what the message names is where the gateway went for them.
 */
import type { Outcome } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { addressAndPort, endpoint, keyValues, text } from "../values.js";
import { findTime } from "../fallback/find-time.js";
import { shaped, timestamp } from "../shape.js";

const STANDARD =
  /^(?:PulseSecure|Juniper|Ivanti)?:? ?(?:[- ]{0,8})(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)?)(?: [A-Z]{2,5})? - (\S{1,128}) - \[([0-9A-Fa-f.:]{2,45})\] (.{0,255}?)\(([^)]{0,255})\)\[([^\]]{0,512})\](?:\[[^\]]{0,255}\])? - (.*)$/;

/** Message → outcome, in order. Ids are of the Log Message Reference. */
const OUTCOMES: readonly (readonly [RegExp, Outcome, string])[] = [
  [
    /\bLogin (?:failed|denied)|[Aa]uthentication failed|authentication.{0,40} failed|denied|rejected|AUT2(?:3457|4327|2673)|lockout|invalid (?:user|password|credential)/,
    "refused",
    "login failed",
  ],
  [
    /\bLogin succeeded|[Aa]uthentication successful|session (?:started|resumed)|Session (?:started|ended|resumed|timed out)|[Ll]ogout|Closed connection|VPN Tunneling|Connected to|WebRequest (?:ok|completed)|Agent login succeeded|realm restrictions successfully passed|AUT(?:24326|31504|22673|24804)/,
    "authenticated",
    "a logged-in user",
  ],
];

function outcomeOf(message: string): { outcome: Outcome; outcomeReason: string } | undefined {
  // What the user typed may stand anywhere in it: only the beginning is the gateway's own sentence.
  const own = message.slice(0, 160);
  for (const [says, outcome, outcomeReason] of OUTCOMES) if (says.test(own)) return { outcome, outcomeReason };
  return undefined;
}

interface Record {
  time: number | undefined;
  host: string | undefined;
  address: string | undefined;
  user: string | undefined;
  message: string;
}

function result(r: Record): FormatResult {
  const tunnel = /\bIPv[46] address(?:\(es\))? ([0-9A-Fa-f.:]{2,45})/.exec(r.message);
  const judged = outcomeOf(r.message);
  const { ip } = addressAndPort(r.address);
  const stated = /^[A-Z]{3}\d{5}/.exec(r.message)?.[0];
  return shaped({
    event: {
      timestamp: r.time,
      // The gateway's own messages carry its loopback address.
      source: endpoint({
        ip: ip === "127.0.0.1" || ip === "::1" ? undefined : ip,
        natIp: tunnel?.[1]?.replace(/\.$/, ""),
      }),
      network: { protocol: "ssl-vpn" },
      event: { action: stated ?? r.message.slice(0, 80) },
      user: { name: text(r.user?.trim()) },
      observer: { name: r.host, vendor: "Ivanti", product: "Connect Secure" },
    },
    outcome: judged?.outcome ?? "unknown",
    outcomeReason: judged?.outcomeReason,
    initiator: "source",
    initiatorReason: "the user's address",
    observerIsAsset: true,
  });
}

export const pulse: Format = {
  id: "ivanti.connect-secure",
  title: "Pulse Secure / Ivanti Connect Secure",
  reference: "https://help.ivanti.com/ps/help/en_US/ICS/22.x/ag/logging_and_monitoring.htm",
  marks: [" vpn=", "] - "],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const welf = line.includes(" vpn=") && line.includes("msg=") && line.includes("realm=");
    if (welf) {
      const f = keyValues(line);
      if (f["vpn"] === undefined || f["msg"] === undefined || !/^"?[A-Z]{3}\d{5}/.test(f["msg"])) return undefined;
      const time = f["time"] === undefined ? undefined : findTime(f["time"])?.time;
      return result({
        time: timestamp(time, context, envelope),
        host: text(f["vpn"]) ?? text(f["fw"]),
        address: f["src"],
        user: f["user"],
        message: f["msg"],
      });
    }
    if (!line.includes(" - [")) return undefined;
    const m = STANDARD.exec(line.replace(/^[\s-]{1,8}/, ""));
    if (!m) return undefined;
    return result({
      time: timestamp(findTime(m[1]!)?.time, context, envelope),
      host: m[2],
      address: m[3],
      user: m[4]!.replace(/^[\w -]{1,64}::/, ""),
      message: m[7]!,
    });
  },
};

/** FortiGate `type=event` logs: VPN, administrator and user logins. The FortiGate itself is the asset. */
import { canonicalIp } from "../../model/ip.js";
import type { Endpoint, Outcome } from "../../model/event.js";
import type { FormatResult } from "../format.js";
import { endpoint, integer, text, transport } from "../values.js";
import { wordTable } from "../../model/word-table.js";

type Fields = Record<string, string>;

/** SSL VPN and dial-up actions, Log Message Reference 39424..39953. */
const VPN_ACTIONS: Readonly<Record<string, Outcome>> = wordTable({
  "tunnel-up": "authenticated",
  "tunnel-down": "authenticated",
  "tunnel-stats": "authenticated",
  "phase2-up": "authenticated",
  "ssl-tunnel-established": "authenticated",
  "ssl-web-pass": "authenticated",
  "ssl-web-deny": "blocked",
  "ssl-login-fail": "refused",
  "ssl-exit-fail": "refused",
  "ssl-exit-error": "refused",
  "ssl-new-con": "established",
  "ssl-alert": "established",
});

const SUCCESS = new Set(["success", "logon", "authentication_success"]);
const FAILURE = new Set([
  "failed",
  "failure",
  "fail",
  "negotiate_error",
  "esp_error",
  "error",
  "timed_out",
  "dpd_failure",
]);

/** Admin and user logins, whatever the subtype calls them. */
const LOGIN = /^(?:login|logon|auth-logon|authentication|auth|ssh-login)$/i;

function remote(f: Fields): Endpoint | undefined {
  return endpoint({
    ip: f["remip"],
    port: f["remport"],
    // What the device received came from the far end.
    bytes: f["rcvdbyte"],
    natIp: text(f["tunnelip"]) ?? text(f["assignip"]),
  });
}

function local(f: Fields): Endpoint | undefined {
  return endpoint({ ip: f["locip"], port: f["locport"], bytes: f["sentbyte"] });
}

/** `ui="https(203.0.113.7)"`, `ui="GUI(203.0.113.7)"`, `ui="203.0.113.7"`. */
function consoleAddress(ui: string | undefined): string | undefined {
  const inner = ui === undefined ? null : /\(([0-9A-Fa-f:.]{2,45})\)/.exec(ui);
  return canonicalIp(inner?.[1] ?? ui);
}

function vpn(f: Fields): FormatResult {
  const action = f["action"] ?? "";
  const status = f["status"];
  const ownBegan = f["role"] === "initiator" || (f["role"] === undefined && f["init"] === "local");
  const farBegan = f["role"] === "responder" || f["init"] === "remote" || action.startsWith("ssl-");
  let outcome: Outcome = VPN_ACTIONS[action] ?? "unknown";
  let outcomeReason = `action=${action}`;
  if (status !== undefined && FAILURE.has(status)) {
    outcome = "refused";
    outcomeReason = `${outcomeReason}, status=${status}`;
  } else if (outcome === "unknown" && status !== undefined && SUCCESS.has(status)) {
    // An IKE exchange that made progress has been answered, but a phase alone is no login.
    outcome = "established";
    outcomeReason = `${outcomeReason}, status=${status}`;
  } else if (outcome === "authenticated" && f["tunneltype"]?.startsWith("ssl") && text(f["user"]) === undefined) {
    outcome = "established";
    outcomeReason = `${outcomeReason}, no user named`;
  }
  const far = remote(f);
  const near = local(f);
  const tunnelUser = f["tunneltype"]?.startsWith("ssl") ?? false;
  const began = ownBegan ? "own" : farBegan || tunnelUser ? "far" : "unknown";
  return {
    event: {
      source: began === "own" ? near : far,
      destination: began === "own" ? far : near,
      network: { protocol: tunnelUser || action.startsWith("ssl-") ? "ssl-vpn" : "ipsec" },
    },
    outcome,
    outcomeReason,
    initiator: began === "unknown" ? "unknown" : "source",
    initiatorReason:
      began === "own"
        ? "role=initiator: the FortiGate began the negotiation"
        : began === "far"
          ? "remip reached the FortiGate"
          : "the log does not say which peer began",
    observerIsAsset: true,
  };
}

function login(f: Fields, source: Endpoint | undefined, destination: Endpoint | undefined): FormatResult | undefined {
  const console_ = consoleAddress(f["ui"]);
  const from = source ?? endpoint({ ip: console_ });
  if (!from) return undefined;
  const status = f["status"] ?? "";
  const action = f["action"] ?? "";
  let outcome: Outcome = "unknown";
  if (FAILURE.has(status)) outcome = "refused";
  else if (SUCCESS.has(status) && (LOGIN.test(action) || console_ !== undefined)) outcome = "authenticated";
  // A change made through the console is made by someone who is logged in.
  else if (console_ !== undefined && text(f["user"]) !== undefined && status === "") outcome = "authenticated";
  return {
    event: {
      source: from,
      destination,
      network: { protocol: /^[a-z]+/i.exec(f["method"] ?? f["ui"] ?? "")?.[0]?.toLowerCase() },
    },
    outcome,
    outcomeReason: status === "" ? `action=${action}` : `action=${action}, status=${status}`,
    initiator: "source",
    initiatorReason: "srcip or ui names who acted",
    observerIsAsset: true,
  };
}

/**
 * One event log. `source` and `destination` are made of srcip and dstip.
 * Reference: https://docs.fortinet.com/document/fortigate/7.6.0/fortios-log-message-reference/
 */
export function fortigateEvent(
  f: Fields,
  source: Endpoint | undefined,
  destination: Endpoint | undefined,
): FormatResult {
  if (f["remip"] !== undefined && text(f["remip"]) !== undefined) return vpn(f);
  const acted = destination?.port === undefined ? login(f, source, destination) : undefined;
  if (acted) return acted;
  if (source)
    return {
      event: { source, destination, network: { transport: transport(f["proto"]) } },
      outcome: "unknown",
      outcomeReason: `action=${f["action"] ?? ""}`,
      initiator: integer(f["dstport"]) === undefined ? "unknown" : "source",
    };
  const server = endpoint({ ip: canonicalIp(text(f["server"])) });
  return {
    event: { source: server ? undefined : endpoint({ ip: canonicalIp(text(f["ip"])) }), destination: server },
    outcome: "unknown",
    initiator: server ? "source" : "unknown",
    observerIsAsset: true,
  };
}

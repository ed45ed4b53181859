/** Zeek's logs that are not about one session of an application: files, notices, oddities, hosts, DHCP. */
import type { FormatResult } from "../format.js";
import { endpoint } from "../values.js";
import { hashes } from "./zeek-names.js";
import { addressesIn, type ZeekRecord } from "./zeek-record.js";

/** Since Zeek 5.1 files.log names the connection; before, only who sent and who received. */
export function files(r: ZeekRecord): FormatResult {
  const connection = r.text("id.orig_h") !== undefined;
  const sender = addressesIn(r.list("tx_hosts"))[0];
  const receiver = addressesIn(r.list("rx_hosts"))[0];
  return {
    event: {
      ...(connection ? {} : { source: endpoint({ ip: sender }), destination: endpoint({ ip: receiver }) }),
      network: { protocol: r.text("source")?.toLowerCase() },
      file: hashes(r),
    },
    outcome: "established",
    outcomeReason: "a file was carried",
    ...(connection
      ? { initiator: "source", initiatorReason: "id.orig_h is the client" }
      : { initiator: "unknown", initiatorReason: "tx_hosts sent the file; who began is not in the line" }),
  };
}

export function notice(r: ZeekRecord): FormatResult {
  const connection = r.text("id.orig_h") !== undefined;
  return {
    event: {
      ...(connection
        ? {}
        : { source: endpoint({ ip: r.text("src") }), destination: endpoint({ ip: r.text("dst"), port: r.text("p") }) }),
      event: { action: r.text("note") },
      rule: { name: r.text("note") },
    },
    outcome: "unknown",
    outcomeReason: "a notice does not say how far the traffic came",
    ...(connection
      ? { initiator: "source", initiatorReason: "id.orig_h is the connection's originator" }
      : { initiator: "unknown", initiatorReason: "src and dst of a notice do not say who began" }),
  };
}

export function weird(r: ZeekRecord): FormatResult {
  return {
    event: { event: { action: r.text("name") } },
    outcome: "unknown",
    initiator: "unknown",
    initiatorReason: "an oddity may be seen midstream",
  };
}

/** Logs about a host on its own. */
export function hostOnly(r: ZeekRecord): FormatResult {
  return { event: { host: { ip: addressesIn([r.text("host") ?? ""])[0] } }, outcome: "unknown", initiator: "unknown" };
}

export function dhcp(r: ZeekRecord): FormatResult {
  const given = r.text("assigned_addr") !== undefined;
  return {
    event: {
      source: endpoint({
        ip: [r.text("client_addr"), r.text("assigned_addr"), r.text("requested_addr")].find(
          (ip) => ip !== undefined && ip !== "0.0.0.0",
        ),
        domain: r.text("host_name"),
      }),
      destination: endpoint({ ip: r.text("server_addr") }),
      network: { protocol: "dhcp", transport: "udp" },
    },
    outcome: given ? "established" : "unknown",
    initiator: "source",
    initiatorReason: "DHCP clients ask",
    ...(given ? { outcomeReason: "assigned_addr is set" } : {}),
  };
}

/** FortiWeb attack, traffic and event logs. The web server is the asset; behind a balancer the client is the source all the same. */
import type { Event } from "../../model/event.js";
import { parseIsoTime } from "../time.js";
import { httpOutcome, keyValues } from "../values.js";
import { keyedFormat, type Fields, type Judgement } from "./keyed.js";
import { isBlocked } from "./verdict.js";

function judge(f: Fields, event: Event): Judgement {
  const action = f["action"] ?? "";
  if (f["type"] === "event") {
    const ip = /\(([0-9A-Fa-f:.]{2,45})\)/.exec(f["ui"] ?? "")?.[1];
    if (event.source === undefined && ip !== undefined) event.source = { ip };
    const failed = /fail|denied/i.test(f["status"] ?? "");
    return {
      outcome: failed
        ? "refused"
        : ip !== undefined && /^(?:login|success)/i.test(f["status"] ?? action)
          ? "authenticated"
          : "unknown",
      outcomeReason: `action=${action}, status=${f["status"] ?? ""}`,
      initiator: event.source ? "source" : "unknown",
      observerIsAsset: true,
    };
  }
  const blocked = isBlocked(action) || /deny|block|period/i.test(action);
  return {
    ...(blocked
      ? { outcome: "blocked", outcomeReason: `action=${action}` }
      : f["type"] === "traffic" && event.http?.response?.status_code !== undefined
        ? httpOutcome(event.http.response.status_code)
        : { outcome: "established", outcomeReason: `action=${action}: a request was seen` }),
    initiator: "source",
    initiatorReason: "a client's request",
    observerIsAsset: true,
  };
}

export const fortiweb = keyedFormat({
  id: "fortinet.fortiweb",
  title: "FortiWeb attack, traffic and event logs",
  reference: "FortiWeb Log Message Reference, Fortinet",
  vendor: "Fortinet",
  product: "FortiWeb",
  marks: ['device_id="FV', "device_id=FV"],
  find(line) {
    if (!line.includes("log_id=") || !/\bdevice_id="?FV/.test(line)) return -1;
    return line.slice(0, 420).search(/\b(?:v\d{1,4}[a-z]{0,3})?date=\d{4}-/);
  },
  fields(line, start) {
    const pairs = keyValues(line.slice(start), /,time=/.test(line) ? "," : "");
    return Object.fromEntries(Object.entries(pairs).filter(([, value]) => value !== "none"));
  },
  names: {
    src: "src original_src",
    sport: "src_port",
    dst: "dst",
    dport: "dst_port",
    transport: "proto",
    protocol: "service",
    action: "action",
    user: "user_name user",
    url: "http_url",
    domain: "http_host",
    method: "http_method",
    status: "http_retcode",
    agent: "http_agent",
    referrer: "http_refer",
    rule: "signature_subclass main_type policy",
    device: "device_id",
  },
  time(f) {
    const zone = /GMT([+-])(\d{1,2}):(\d\d)/.exec(f["timezone"] ?? "");
    const offset = zone ? `${zone[1]}${zone[2]!.padStart(2, "0")}:${zone[3]}` : "";
    return parseIsoTime(`${f["date"] ?? ""} ${f["time"] ?? ""}${offset}`);
  },
  judge,
});

/** FortiMail history (`type=statistics`), event, anti-virus, anti-spam and encryption logs. The mail server is the asset. */
import type { Event } from "../../model/event.js";
import { parseIsoTime } from "../time.js";
import { keyValues } from "../values.js";
import { keyedFormat, type Fields, type Judgement } from "./keyed.js";
import { readAddress } from "./keyed.js";

function judge(f: Fields, event: Event): Judgement {
  const far = { initiator: "source", observerIsAsset: true } as const;
  if (f["type"] === "statistics" || f["type"] === "spam" || f["type"] === "virus") {
    const said = `disposition=${f["disposition"] ?? ""}, classifier=${f["classifier"] ?? ""}`;
    const refused = /reject|discard|defer|delay|disconnect/i.test(f["disposition"] ?? "");
    return { outcome: refused ? "refused" : "established", outcomeReason: said, ...far };
  }
  const ui = /\(([0-9A-Fa-f:.]{2,45})\)/.exec(f["ui"] ?? "")?.[1] ?? readAddress(f["ui"]).ip;
  if (event.source === undefined && ui !== undefined) event.source = { ip: ui };
  const words = `${f["status"] ?? ""} ${f["action"] ?? ""} ${(f["msg"] ?? "").slice(0, 120)}`;
  if (/fail|denied|reject/i.test(words))
    return { outcome: "refused", outcomeReason: `status=${f["status"] ?? ""}`, ...far };
  if (/login/i.test(words) && /success|logged in/i.test(words))
    return { outcome: "authenticated", outcomeReason: `status=${f["status"] ?? ""}`, ...far };
  return { outcome: "unknown", initiator: event.source ? "source" : "unknown", observerIsAsset: true };
}

export const fortimail = keyedFormat({
  id: "fortinet.fortimail",
  title: "FortiMail logs",
  reference: "FortiMail Log Message Reference, Fortinet",
  vendor: "Fortinet",
  product: "FortiMail",
  prose: true,
  marks: ['device_id="FE', "device_id=FE"],
  find(line) {
    if (!line.includes("log_id=") || !/\bdevice_id="?FE/.test(line)) return -1;
    return line.slice(0, 420).search(/\bdate=\d{4}-/);
  },
  fields(line, start) {
    const f = keyValues(line.slice(start), /,time=/.test(line) ? "," : "");
    // `client_name="host.example [203.0.113.7]"` in older versions.
    const ip = f["client_ip"] ?? /\[([0-9A-Fa-f:.]{2,45})\]/.exec(f["client_name"] ?? "")?.[1];
    const name = f["client_name"]?.split(" ", 1)[0];
    return {
      ...f,
      ...(ip === undefined ? {} : { client_ip: ip }),
      ...(name === undefined ? {} : { client_host: name }),
    };
  },
  names: {
    src: "client_ip",
    sname: "client_host",
    dst: "dst_ip",
    direction: "direction",
    action: "disposition action",
    user: "user",
    rule: "classifier virus",
    device: "device_id",
  },
  time: (f) => parseIsoTime(`${f["date"] ?? ""} ${f["time"] ?? ""}`),
  judge,
});

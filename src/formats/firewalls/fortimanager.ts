/** FortiManager and FortiAnalyzer event logs: administrators' logins and changes. The appliance is the asset. */
import type { Event } from "../../model/event.js";
import { parseIsoTime } from "../time.js";
import { keyValues } from "../values.js";
import { keyedFormat, readAddress, type Fields, type Judgement } from "./keyed.js";

function judge(f: Fields, event: Event): Judgement {
  const from =
    /\(([0-9A-Fa-f:.]{2,45})\)/.exec(f["userfrom"] ?? f["user_from"] ?? "")?.[1] ?? readAddress(f["userfrom"]).ip;
  if (event.source === undefined && from !== undefined) event.source = { ip: from };
  const words = `${f["operation"] ?? ""} ${f["action"] ?? ""} ${f["performed_on"] ?? ""} ${(f["msg"] ?? "").slice(0, 160)}`;
  const failed = /fail|denied|invalid|block/i.test(`${words} ${f["status"] ?? ""}`);
  const acted = event.source !== undefined && event.user?.name !== undefined;
  return {
    outcome: failed ? "refused" : acted ? "authenticated" : "unknown",
    outcomeReason: failed ? "the log says it failed" : acted ? "an administrator's action" : words.trim().slice(0, 60),
    initiator: event.source ? "source" : "unknown",
    observerIsAsset: true,
  };
}

export const fortimanager = keyedFormat({
  id: "fortinet.fortimanager",
  title: "FortiManager and FortiAnalyzer event logs",
  reference: "FortiManager and FortiAnalyzer Log Message Reference, Fortinet",
  vendor: "Fortinet",
  product: "FortiManager",
  prose: true,
  marks: ["log_id="],
  find(line) {
    if (!line.includes("log_id=")) return -1;
    if (!/\blog_id="?\d/.test(line) || !/\b(?:device_id|devid)="?(?:FMG|FAZ|FM|FL)/.test(line)) return -1;
    return line.slice(0, 420).search(/\b(?:log)?date=\d{4}-|\bstime=/);
  },
  fields: (line, start) => keyValues(line.slice(start), /,time=/.test(line) ? "," : ""),
  names: {
    src: "src srcip remote_ip",
    action: "operation action",
    user: "user",
    device: "devname device_id devid",
  },
  time: (f) => parseIsoTime(`${f["date"] ?? f["logdate"] ?? ""} ${f["time"] ?? f["logtime"] ?? ""}${f["tz"] ?? ""}`),
  judge,
});

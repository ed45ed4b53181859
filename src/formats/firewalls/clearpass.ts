/** HPE Aruba ClearPass Policy Manager session and audit exports: `Common.Username=…,Common.NAS-IP-Address=…,RADIUS.…`. */
import type { Event } from "../../model/event.js";
import { keyedFormat, splitPairs, type Fields, type Judgement } from "./keyed.js";
import { parseIsoTime } from "../time.js";

const SPACES = ["Common", "RADIUS", "TACACS", "WEBAUTH"];
const MARK = new RegExp(`\\b(?:${SPACES.join("|")})\\.[A-Z][\\w.-]{1,48}=`);

function judge(f: Fields, event: Event): Judgement {
  const status =
    f["Common.Login-Status"] ?? f["Common.Request-Status"] ?? f["TACACS.Auth-Status"] ?? f["Common.Error-Code"] ?? "";
  const outcome = /^(?:ACCEPT|Success|0|PASS)$/i.test(status)
    ? "authenticated"
    : /REJECT|FAIL|TIMEOUT|DENY/i.test(status)
      ? "refused"
      : "unknown";
  return {
    outcome,
    outcomeReason: status === "" ? "no status" : `status ${status}`,
    initiator: event.source ? "source" : "unknown",
    observerIsAsset: true,
  };
}

export const clearpass = keyedFormat({
  id: "aruba.clearpass",
  title: "HPE Aruba ClearPass Policy Manager sessions",
  reference: 'ClearPass Policy Manager User Guide, "Syslog Export Filters"',
  vendor: "HPE Aruba",
  product: "ClearPass",
  marks: SPACES.map((name) => `${name}.`),
  find: (line) => (line.includes(",") && line.includes("=") ? line.slice(0, 420).search(MARK) : -1),
  fields: (line, start) => splitPairs(line.slice(start, start + 8192), ","),
  names: {
    // The network device is the observer: the end is the client, where its address is stated.
    src: "RADIUS.Acct-Framed-IP-Address Common.Host-IP-Address TACACS.Remote-Address WEBAUTH.Host-IP-Address",
    user: "Common.Username TACACS.Username RADIUS.Auth-Username",
    device: "Common.NAS-IP-Address RADIUS.Acct-NAS-IP-Address",
    rule: "Common.Service",
  },
  time: (f) => parseIsoTime(f["Common.Request-Timestamp"] ?? f["RADIUS.Acct-Timestamp"] ?? ""),
  judge,
});

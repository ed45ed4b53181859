/** Formats that are columns in a fixed order, without a header: each is a table of names that `keys.ts` understands. */
import type { Format, FormatResult } from "../format.js";
import { packetBeginning, TCP } from "../initiator.js";
import { splitColumns } from "./delimited.js";
import { Facts } from "./facts.js";
import { meaningOf } from "./keys.js";

interface Layout {
  id: string;
  title: string;
  reference: string;
  /** Matches the line's beginning and nothing else's. */
  mark: RegExp;
  delimiter: "," | " ";
  /** Names of the columns of this line; empty for columns that are not read. */
  columns(values: readonly string[]): readonly string[];
  /** What the layout knows beyond its names. */
  adjust?(values: readonly string[], result: FormatResult): void;
}

/** Puts names at their positions. */
function at(names: Readonly<Record<number, string>>): readonly string[] {
  const out: string[] = [];
  for (const [position, name] of Object.entries(names)) out[Number(position)] = name;
  return Array.from(out, (name) => name ?? "");
}

const PANOS_ENDS = {
  6: "timestamp",
  7: "src_ip",
  8: "dst_ip",
  9: "nat_src_ip",
  10: "nat_dst_ip",
  12: "src_user",
  14: "app",
  24: "src_port",
  25: "dst_port",
  26: "nat_src_port",
  27: "nat_dst_port",
  29: "proto",
  30: "action",
};
const PANOS_TRAFFIC = at({ ...PANOS_ENDS, 32: "src_bytes", 33: "dst_bytes" });
const PANOS_THREAT = at({ ...PANOS_ENDS, 31: "url" });

const panos: Layout = {
  id: "paloalto.panos",
  title: "Palo Alto Networks PAN-OS traffic and threat logs",
  reference:
    "https://docs.paloaltonetworks.com/pan-os/11-1/pan-os-admin/monitoring/use-syslog-for-monitoring/syslog-field-descriptions",
  mark: /^\d{0,2},\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d,[^,]{0,40},(?:TRAFFIC|THREAT),/,
  delimiter: ",",
  columns: (values) => (values[3] === "TRAFFIC" ? PANOS_TRAFFIC : PANOS_THREAT),
  adjust(_values, result) {
    result.initiator = "source";
    result.initiatorReason = "a session's own source and destination";
  },
};

const panosVpn: Layout = {
  id: "paloalto.globalprotect",
  title: "Palo Alto Networks GlobalProtect logs",
  reference:
    "https://docs.paloaltonetworks.com/pan-os/11-1/pan-os-admin/monitoring/use-syslog-for-monitoring/syslog-field-descriptions/globalprotect-log-fields",
  mark: /^\d{0,2},\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d,[^,]{0,40},GLOBALPROTECT,/,
  delimiter: ",",
  columns(values) {
    // A client that came by IPv6 has 0.0.0.0 in the IPv4 column.
    const v6 = values[16] !== undefined && values[16].includes(":") && values[16] !== "::";
    return at({ 6: "timestamp", 12: "user", [v6 ? 16 : 15]: "client_ip" });
  },
  adjust(values, result) {
    const status = values[28] ?? "";
    const [event, stage] = [values[8] ?? "", values[9] ?? ""];
    result.observerIsAsset = true;
    result.event.event = { ...result.event.event, action: event };
    if (status === "failure") result.outcome = "refused";
    // Before the login stage is passed, a success is no more than an answer of the portal.
    else if (status === "success")
      result.outcome =
        /auth|login|connected|tunnel|configuration/.test(`${event} ${stage}`) &&
        !/prelogin|before-login/.test(`${event} ${stage}`)
          ? "authenticated"
          : "established";
    result.outcomeReason = `${event} ${stage}: ${status}`.trim();
  },
};

const PF_COMMON = { 6: "action", 7: "direction" };
const PF_V4 = at({ ...PF_COMMON, 16: "proto", 18: "src_ip", 19: "dst_ip" });
const PF_V6 = at({ ...PF_COMMON, 12: "proto", 15: "src_ip", 16: "dst_ip" });
const PF_V4_PORTS = at({ ...PF_COMMON, 16: "proto", 18: "src_ip", 19: "dst_ip", 20: "src_port", 21: "dst_port" });
const PF_V6_PORTS = at({ ...PF_COMMON, 12: "proto", 15: "src_ip", 16: "dst_ip", 17: "src_port", 18: "dst_port" });

function pfProtocol(values: readonly string[]): string {
  return (values[8] === "4" ? values[16] : values[12]) ?? "";
}

const pf: Layout = {
  id: "pf.filterlog",
  title: "pfSense and OPNsense filterlog",
  reference: "https://docs.netgate.com/pfsense/en/latest/monitoring/logs/raw-filter-format.html",
  mark: /^\d{0,6},\d{0,6},[^,]{0,64},[^,]{0,64},[^,]{1,32},[\w-]{1,20},(?:pass|block|reject|rdr|nat|binat|scrub|match),(?:in|out),[46],/,
  delimiter: ",",
  columns(values) {
    const ports = /^(?:tcp|udp|sctp)$/i.test(pfProtocol(values));
    if (values[8] === "4") return ports ? PF_V4_PORTS : PF_V4;
    return ports ? PF_V6_PORTS : PF_V6;
  },
  adjust(values, result) {
    result.oneWay = true;
    const protocol = pfProtocol(values).toLowerCase();
    const flags = (values[8] === "4" ? values[23] : values[20]) ?? "";
    if (protocol === "tcp" && /^[SAFRPUEWC.]{1,9}$/.test(flags)) {
      const bits = (flags.includes("S") ? TCP.SYN : 0) | (flags.includes("A") ? TCP.ACK : 0);
      Object.assign(result, packetBeginning(bits, `tcp-flags=${flags}`));
      return;
    }
    // pf is stateful: what it passes and logs opened a state; what it blocks may belong to anything.
    result.initiator = values[6] === "pass" && protocol === "udp" ? "source" : "unknown";
    result.initiatorReason = values[6] === "pass" ? "a pass is logged when a state is made" : "a single packet";
  },
};

/** Application load balancer: the time of writing first; the request's own creation comes late in the line and is not needed. */
const ELB_NEW = at({
  1: "timestamp",
  3: "client",
  4: "backend",
  8: "elb_status_code",
  12: "request",
  13: "user_agent",
});
const ELB_CLASSIC = at({
  0: "timestamp",
  2: "client",
  3: "backend",
  7: "elb_status_code",
  11: "request",
  12: "user_agent",
});
const ELB_TYPE = /^(?:https?|h2|grpcs?|wss?)$/;

const elb: Layout = {
  id: "aws.elb",
  title: "AWS application and classic load balancer access logs",
  reference: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html",
  mark: /^(?:(?:https?|h2|grpcs?|wss?) )?\d{4}-\d\d-\d\dT[\d:.]{8,20}Z \S{1,300} \[?[0-9a-fA-F.:]{3,45}\]?:\d{1,5} (?:\S{1,60}:\d{1,5}|-) -?\d/,
  delimiter: " ",
  columns: (values) => (ELB_TYPE.test(values[0] ?? "") ? ELB_NEW : ELB_CLASSIC),
  adjust(values, result) {
    const request = values[ELB_TYPE.test(values[0] ?? "") ? 12 : 11] ?? "";
    const [method, url] = request.split(" ");
    if (method && /^[A-Z]{3,10}$/.test(method)) result.event.http = { ...result.event.http, request: { method } };
    if (url) result.event.url = { original: url };
    result.initiator = "source";
    result.initiatorReason = "a client's request to the load balancer";
    result.observerIsAsset = true;
  },
};

const ENVOY = at({
  0: "timestamp",
  1: "request",
  2: "status",
  8: "x_forwarded_for",
  9: "user_agent",
  12: "upstream_host",
});
const ISTIO = at({
  0: "timestamp",
  1: "request",
  2: "status",
  11: "x_forwarded_for",
  12: "user_agent",
  15: "upstream_host",
  19: "downstream_remote_address",
});

const envoy: Layout = {
  id: "envoy.access",
  title: "Envoy and Istio access logs, default formats",
  reference: "https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage",
  mark: /^\[\d{4}-\d\d-\d\dT[\d:.]{8,20}Z\] "[^"]{0,8192}" \d{1,3} /,
  delimiter: " ",
  // Envoy does not escape quotes: one in a user agent adds columns, and then none can be trusted.
  columns: (values) => (values.length === 13 ? ENVOY : values.length === 22 ? ISTIO : []),
  adjust(values, result) {
    const [method, url] = (values[1] ?? "").split(" ");
    if (method && /^[A-Z]{3,10}$/.test(method)) result.event.http = { ...result.event.http, request: { method } };
    if (url) result.event.url = { original: url };
    result.initiator = "source";
    result.initiatorReason = "a request that the proxy passed on";
  },
};

function formatOf(layout: Layout): Format {
  return {
    id: layout.id,
    title: layout.title,
    reference: layout.reference,
    parse(line, context) {
      if (!layout.mark.test(line)) return undefined;
      const values = splitColumns(line, layout.delimiter);
      const facts = new Facts();
      for (const [i, name] of layout.columns(values).entries()) {
        const value = values[i];
        const meaning = name === "" ? undefined : meaningOf(name);
        if (meaning && value !== undefined) facts.field(name, meaning, value);
      }
      if (!facts.hasRoles) return undefined;
      const result = facts.result("", context);
      layout.adjust?.(values, result);
      return result;
    },
  };
}

export const layoutFormats: readonly Format[] = [panos, panosVpn, pf, elb, envoy].map(formatOf);

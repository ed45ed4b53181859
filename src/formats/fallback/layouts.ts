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
  delimiter: ",";
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

export const layoutFormats: readonly Format[] = [panos, panosVpn, pf].map(formatOf);

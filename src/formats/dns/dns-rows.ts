/** DNS services that log columns: Route 53 hosted zones, Cisco Umbrella, NextDNS. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { splitColumns } from "../fallback/delimited.js";
import { findTime, timeOfValue } from "../fallback/find-time.js";
import { keyValues } from "../values.js";
import { parseIsoTime } from "../time.js";
import { timestamp } from "../shape.js";
import { dnsResult } from "./dns-event.js";

const ROUTE53 =
  /^\d\.\d (\d{4}-\d\d-\d\dT[\d:.]{8,12}Z) (Z[A-Z0-9]{4,32}) (\S{1,1024}) ([A-Z0-9]{1,16}) ([A-Z]{3,16}) (UDP|TCP) ([A-Z0-9-]{2,16}) ([0-9A-Fa-f.:]{2,45}) (\S{1,64})$/;

export const route53Zone: Format = {
  id: "aws.route53-zone",
  title: "Amazon Route 53 public hosted zone query logs",
  reference: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html",
  marks: [" UDP ", " TCP "],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const m = line[1] === "." ? ROUTE53.exec(line.trimEnd()) : null;
    if (!m) return undefined;
    const told = dnsResult({
      timestamp: timestamp(parseIsoTime(m[1]!), context, envelope),
      client: m[8],
      name: m[3],
      type: m[4],
      rcode: m[5],
      transport: m[6],
      action: "query",
    });
    // The subnet that the resolver passed on (EDNS client subnet) is no address of an end.
    return m[9] === "-" ? told : { ...told, notes: [...(told.notes ?? []), `EDNS client subnet ${m[9]}`] };
  },
};

export const nextdns: Format = {
  id: "nextdns.log",
  title: "NextDNS logs, downloaded as CSV",
  reference: "https://help.nextdns.io/",
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const { firstLine } = context;
    if (!firstLine.startsWith("timestamp,domain,query_type,")) return undefined;
    if (line === firstLine) return { event: {}, outcome: "unknown", initiator: "unknown" };
    const names = firstLine.split(",");
    const v = splitColumns(line, ",");
    const f = (name: string): string | undefined => v[names.indexOf(name)];
    if (v.length < names.length - 1) return undefined;
    const status = f("status") ?? "";
    return dnsResult({
      timestamp: timestamp(timeOfValue(f("timestamp") ?? ""), context, envelope),
      client: f("client_ip"),
      name: f("domain"),
      type: f("query_type"),
      user: f("device_name"),
      action: status === "" ? "query" : status,
      rule: f("reasons"),
      ...(status === "blocked" ? { outcome: "blocked" as const, reason: "status=blocked" } : {}),
    });
  },
};

const CEF = /CEF: ?\d\|Infoblox\|[^|]{1,64}\|[^|]{0,64}\|([^|]{1,64})\|([^|]{0,128})\|[^|]{0,16}\|/;

/** Infoblox writes hits of its response policy zones as CEF, inside named's syslog line. */
export const infobloxCef: Format = {
  id: "infoblox.rpz",
  title: "Infoblox DNS Firewall (RPZ) and threat protection, CEF",
  reference: "https://docs.infoblox.com/space/nios85/35482388/Viewing+RPZ+Hits",
  marks: ["|Infoblox|"],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (!line.includes("|Infoblox|")) return undefined;
    const m = CEF.exec(line.slice(0, 600));
    if (!m || m.index > 200) return undefined;
    const f = keyValues(line.slice(m.index + m[0].length));
    const message = f["msg"] ?? "";
    const rpz = /rpz (\S{1,24}) (\S{1,24}) rewrite (\S{1,1024}) \[([A-Z0-9]{1,16})\] via (\S{1,1024})/.exec(message);
    const action = rpz?.[2] ?? f["InfobloxB1PolicyAction"] ?? f["InfobloxPolicyAction"] ?? f["act"] ?? m[2]!;
    const passed = /passthru|passthrough|log|alert/i.test(action);
    return dnsResult({
      timestamp: timestamp(
        timeOfValue(f["rt"] ?? f["start"] ?? "") ?? findTime(line.slice(0, m.index))?.time,
        context,
        envelope,
      ),
      client: f["src"],
      clientPort: f["spt"],
      server: f["dst"],
      serverPort: f["dpt"],
      name: rpz?.[3] ?? f["fqdn"] ?? f["destinationDnsDomain"],
      type: rpz?.[4] ?? f["qtype"] ?? f["InfobloxDNSQType"],
      rcode: f["InfobloxDNSRCode"],
      action: `${m[1]!} ${action}`.trim(),
      rule: rpz?.[5],
      ...(passed
        ? {}
        : /drop|block|nxdomain|nodata|substitute|cname|local/i.test(`${action} ${m[2]!}`)
          ? { outcome: "blocked" as const, reason: `response policy: ${action}` }
          : {}),
    });
  },
};

/** `2021-03-04 05:06:07.123Z [admin]: Login_Allowed - - to=AdminConnector ip=192.0.2.5 auth=LOCAL group=admins apparently_via=GUI`. */
const AUDIT =
  /^(?:(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z) )?\[([^\]]{1,128})\]: (Login_Allowed|Login_Denied|Logout|First_Login)\b/;

export const infobloxAudit: Format = {
  id: "infoblox.audit",
  title: "Infoblox NIOS administrators' logins",
  reference: "https://docs.infoblox.com/space/nios85/35420434/Monitoring+Tools",
  marks: ["]: Login_", "]: Logout", "]: First_Login"],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const m = line.includes("]: Log") || line.includes("]: First_Login") ? AUDIT.exec(line) : null;
    if (!m) return undefined;
    // What follows `ip=` is the appliance's own; a name with a space is written with \\040.
    const ip = / ip=([0-9A-Fa-f.:]{2,45})(?= |$)/.exec(line.slice(m[0].length))?.[1];
    const denied = m[3] === "Login_Denied";
    const told = dnsResult({
      timestamp: timestamp(m[1] === undefined ? undefined : findTime(m[1])?.time, context, envelope),
      client: ip,
      user: m[2],
      action: m[3],
      outcome: denied ? "refused" : "authenticated",
      reason: m[3],
    });
    const { network: _network, dns: _dns, ...event } = told.event;
    return { ...told, event };
  },
};

/** dnscrypt-proxy's query log: time, client, name, type, return code or action, duration, server; parted by tabs. */
const DNSCRYPT =
  /^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\]\t([0-9A-Fa-f.:]{2,45})\t"?([^\t"]{1,1024})"?\t([A-Z0-9]{1,16})\t([A-Z_]{2,24})(?:\t|$)/;

export const dnscryptProxy: Format = {
  id: "dnscrypt.proxy",
  title: "dnscrypt-proxy query log",
  reference: "https://github.com/DNSCrypt/dnscrypt-proxy/wiki/Logging",
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const m = line.charCodeAt(0) === 91 && line.includes("\t") ? DNSCRYPT.exec(line) : null;
    if (!m) return undefined;
    const said = m[5]!;
    const kept = /^(?:REJECT|DROP|BLOCK)/.test(said);
    const passed = /^(?:PASS|FORWARD|CLOAK|SYNTH)$/.test(said);
    return dnsResult({
      timestamp: timestamp(findTime(m[1]!)?.time, context, envelope),
      client: m[2],
      name: m[3],
      type: m[4],
      rcode: kept || passed ? undefined : said,
      action: said,
      ...(kept
        ? { outcome: "blocked" as const, reason: said }
        : passed
          ? { outcome: "established" as const, reason: said }
          : {}),
    });
  },
};

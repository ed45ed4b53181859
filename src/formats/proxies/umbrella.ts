/**
 * Cisco Umbrella and Secure Access: CSV of the S3 export (DNS, proxy, IP, cloud firewall, admin audit). No header: each kind is told by what
 * stands in its columns. The internal address is the client, the external one what it was translated to.
 */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { splitColumns } from "../fallback/delimited.js";
import { timeOf } from "../fields.js";
import { compact } from "../shape.js";
import { parseIsoTime } from "../time.js";
import { addressAndPort, text, transport } from "../values.js";
import { proxyResult } from "./record.js";

const HEAD = /^(?:"",)?"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d",/;

export const umbrella: Format = {
  id: "cisco.umbrella",
  title: "Cisco Umbrella and Secure Access: DNS, proxy, IP and firewall logs, CSV",
  reference: "https://docs.umbrella.com/deployment-umbrella/docs/log-formats-and-versioning",
  parse(line: string, context: LineContext, _envelope?: EnvelopeFields): FormatResult | undefined {
    if (line[0] !== '"' || !HEAD.test(line)) return undefined;
    const f = splitColumns(line.slice(0, 16_384).replaceAll('", "', '","'), ",");
    return (
      dns(f, context) ??
      firewall(f, context) ??
      intrusion(f, context) ??
      proxy(f, context) ??
      connection(f, context) ??
      audit(f, context)
    );
  },
};

/** Umbrella's times are UTC. */
function time(stated: string | undefined, context: LineContext): number | undefined {
  return stated === undefined ? undefined : timeOf(context, parseIsoTime(`${stated}Z`));
}

function ip(value: string | undefined): string | undefined {
  return addressAndPort(value).ip;
}

/** `time, identity, identities, internal, external, action, "1 (A)", NOERROR, name, categories …` */
function dns(f: readonly string[], context: LineContext): FormatResult | undefined {
  const type = /^(\d{1,5}) \(([\w-]{1,16})\)$/.exec(f[6] ?? "");
  if (!type) return undefined;
  const internal = ip(f[3]);
  const external = ip(f[4]);
  const action = f[5] ?? "";
  return {
    event: compact({
      timestamp: time(f[0], context),
      source: {
        ip: internal ?? external,
        nat: internal === undefined || internal === external ? undefined : { ip: external },
      },
      network: { protocol: "dns" },
      event: { dataset: "cisco.umbrella.dns", action: text(action) },
      dns: {
        question: { name: text(f[8]?.replace(/\.$/, "")), type: type[2] },
        response_code: text(f[7]),
      },
      user: { name: text(f[1]) },
    }),
    outcome: /^Blocked/i.test(action) ? "blocked" : f[7] === "NOERROR" ? "established" : "unknown",
    outcomeReason: `${action}, ${f[7] ?? "-"}`,
    initiator: "source",
  };
}

/** `time, origins, identity, type, direction, protocol, size, source, port, destination, port, data centre, rule, verdict …` */
function firewall(f: readonly string[], context: LineContext): FormatResult | undefined {
  if (!/^(?:IN|OUT)BOUND$/i.test(f[4] ?? "") || ip(f[7]) === undefined) return undefined;
  const verdict = f[13] ?? "";
  return proxyResult(
    {
      time: parseIsoTime(`${f[0]!}Z`),
      client: f[7],
      clientPort: f[8],
      server: f[9],
      serverPort: f[10],
      transport: transport(f[5]),
      direction: f[4],
      action: verdict,
      rule: f[12],
      user: f[2],
      dataset: "cisco.umbrella.firewall",
    },
    context,
    /^(?:BLOCK|DENY|DROP)/i.test(verdict)
      ? { outcome: "blocked", outcomeReason: verdict }
      : { outcome: "unknown", outcomeReason: `${verdict}: permitted; an answer is not shown` },
  );
}

/** `time, identities, types, generator, signature, message, list, severity, class, CVEs, protocol, session, source, port, destination, port, action`. */
function intrusion(f: readonly string[], context: LineContext): FormatResult | undefined {
  if (f.length < 17 || ip(f[12]) === undefined || ip(f[14]) === undefined) return undefined;
  const action = f[16] ?? "";
  const out = proxyResult(
    {
      time: parseIsoTime(`${f[0]!}Z`),
      client: f[12],
      clientPort: f[13],
      server: f[14],
      serverPort: f[15],
      transport: f[10],
      action,
      rule: f[5],
      user: f[1],
      dataset: "cisco.umbrella.intrusion",
    },
    context,
    /^(?:BLOCK|DROP)/i.test(action)
      ? { outcome: "blocked", outcomeReason: action }
      : { outcome: "unknown", outcomeReason: `${action}: a signature matched` },
  );
  out.initiator = "unknown";
  out.initiatorReason = "a signature may match either direction";
  return out;
}

/** `time, identity, internal, external, destination, content type, verdict, url, referrer, agent, status, sent, received …`; an older layout has one column more before the addresses. */
function proxy(f: readonly string[], context: LineContext): FormatResult | undefined {
  const at = [2, 3].find((n) =>
    /^(?:ALLOWED|BLOCKED|WARNED|PROXIED|ISOLATED|QUARANTINED|ALLOW|BLOCK)$/i.test(f[n + 4] ?? ""),
  );
  if (at === undefined || (ip(f[at]) ?? ip(f[at + 1])) === undefined) return undefined;
  return proxyResult(
    {
      time: parseIsoTime(`${f[0]!}Z`),
      client: ip(f[at]) === undefined ? f[at + 1] : f[at],
      clientNat: f[at + 1],
      server: f[at + 2],
      action: f[at + 4],
      uri: f[at + 5],
      referrer: f[at + 6],
      agent: f[at + 7],
      status: f[at + 8],
      sent: f[at + 9],
      received: f[at + 10],
      user: f[1],
      method: f.slice(at + 11, at + 40).find((v) => /^(?:GET|POST|PUT|HEAD|CONNECT|DELETE|OPTIONS|PATCH)$/.test(v)),
      dataset: "cisco.umbrella.proxy",
    },
    context,
  );
}

/** `time, identity, source, port, destination, port, categories, identity types`: what the IP layer enforcement stopped. */
function connection(f: readonly string[], context: LineContext): FormatResult | undefined {
  if (
    ip(f[2]) === undefined ||
    ip(f[4]) === undefined ||
    !/^\d{0,5}$/.test(f[3] ?? "x") ||
    !/^\d{0,5}$/.test(f[5] ?? "x")
  )
    return undefined;
  return proxyResult(
    {
      time: parseIsoTime(`${f[0]!}Z`),
      client: f[2],
      clientPort: f[3],
      server: f[4],
      serverPort: f[5],
      action: f[6],
      user: f[1],
      dataset: "cisco.umbrella.ip",
    },
    context,
    { outcome: "unknown", outcomeReason: "the IP log does not say what became of it" },
  );
}

/** `id, time, email, user, type, action, address, before, after`: an administrator's change. */
function audit(f: readonly string[], context: LineContext): FormatResult | undefined {
  if (!/^\d{4}-\d\d-\d\d /.test(f[1] ?? "") || ip(f[6]) === undefined) return undefined;
  return {
    event: compact({
      timestamp: time(f[1], context),
      source: { ip: ip(f[6]) },
      event: { dataset: "cisco.umbrella.audit", action: text(`${f[4] ?? ""} ${f[5] ?? ""}`.trim()) },
      user: { name: text(f[2]) },
    }),
    outcome: "authenticated",
    outcomeReason: `an administrator's ${f[5] ?? "action"}`,
    initiator: "source",
    observerIsAsset: true,
  };
}

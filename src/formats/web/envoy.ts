/**
 * Envoy and Istio access logs: the default text formats and JSON. A sidecar that carries a pod's traffic out (`outbound|…`,
 * `PassthroughCluster`) and a gateway that reached a public server are about that leg: the upstream host is the destination.
 * Otherwise the client is the source, and the address it connected to, or else the upstream host, the destination.
 */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import type { Outcome } from "../../model/event.js";
import { isPrivate, tokens } from "../fields.js";
import type { Json } from "../json-fields.js";
import { parseIsoTime } from "../time.js";
import { addressAndPort, httpOutcome, integer, text } from "../values.js";
import { fill, has } from "./json-reader.js";
import { clientOf, webResult, type WebRecord } from "./record.js";

interface EnvoyRecord extends WebRecord {
  flags?: string | undefined;
  upstream?: string | undefined;
  cluster?: string | undefined;
  /** The socket's ends on the client's side. */
  downstreamRemote?: string | undefined;
  downstreamLocal?: string | undefined;
}

const REFERENCE = "https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage";
/** Envoy writes the answer itself then: the upstream said nothing (response flags). */
const NO_ANSWER = /\b(?:UF|UH|UT|NR|NC|LR|DF|NoRoute|UpstreamConnectionFailure|NoHealthyUpstream)\b/;
const DENIED = /\b(?:RL|UAEX|RBAC|RateLimited|UnauthorizedExternalService)\b/;

const HEAD = /^\[(\d{4}-\d\d-\d\dT[\d:.]{8,20}Z)\] "([^"]{0,8192})" (\d{1,3}|-) /;

export const envoyAccess: Format = {
  id: "envoy.access",
  title: "Envoy and Istio: access log, default formats",
  reference: REFERENCE,
  marks: ['Z] "'],
  parse(line: string, context: LineContext, _envelope?: EnvelopeFields): FormatResult | undefined {
    if (line[0] !== "[") return undefined;
    const m = HEAD.exec(line);
    if (!m) return undefined;
    const all = tokens(line.slice(0, 24_576), m[0].length, 40);
    // `bytes bytes duration time "forwarded" "agent" …` after a part that differs between the two formats.
    const start = all.findIndex(
      (t, i) =>
        t.kind === "bare" &&
        [0, 1, 2, 3].every((n) => /^(?:\d{1,15}|-)$/.test(all[i + n]?.text ?? "") && all[i + n]?.kind === "bare") &&
        all[i + 4]?.kind === "quoted",
    );
    if (start < 0) return undefined;
    const value = (n: number): string | undefined => text(all[start + n]?.text);
    const record: EnvoyRecord = {
      time: parseIsoTime(m[1]!),
      ...(m[2] === "- - -" ? {} : { request: m[2]! }),
      status: m[3]!,
      flags: text(all[0]?.text),
      bytesIn: value(0),
      bytesOut: value(1),
      client: value(4),
    };
    // Quotes are not escaped: with one in a header the rest is shifted, and may be the client's own making.
    const rest = all.length - start;
    if (rest === 9 || rest === 14 || rest === 15)
      Object.assign(record, { agent: value(5), host: value(7), upstream: value(8) });
    if (rest === 14 || rest === 15)
      Object.assign(record, {
        cluster: value(9),
        downstreamLocal: value(11),
        downstreamRemote: value(12),
        sni: value(13),
      });
    return envoyResult(record, context);
  },
};

const NAMES = {
  time: ["start_time", "startTime", "timestamp", "@timestamp"],
  client: ["x_forwarded_for", "xff", "forwarded_for", "x-forwarded-for"],
  method: ["method"],
  uri: ["path", "x_envoy_original_path", "x-envoy-origin-path", ":path", "uri_path", "uri"],
  host: [":authority", "authority", "host"],
  status: ["response_code", "responseCode", "status"],
  flags: ["response_flags", "responseFlags"],
  bytesIn: ["bytes_received", "bytesReceived"],
  bytesOut: ["bytes_sent", "bytesSent"],
  agent: ["user_agent", "userAgent", "user-agent"],
  upstream: ["upstream_host", "upstreamHost"],
  cluster: ["upstream_cluster", "upstreamCluster"],
  downstreamRemote: ["downstream_remote_address", "downstream_direct_remote_address", "downstreamRemoteAddress"],
  downstreamLocal: ["downstream_local_address", "downstreamLocalAddress"],
  sni: ["requested_server_name"],
} as const;

/** Operator names that no other log uses; an owner may leave some out. */
const MARKS = [
  "response_flags",
  "responseFlags",
  "upstream_cluster",
  "upstream_host",
  "downstream_remote_address",
  ":authority",
  "x-envoy-origin-path",
] as const;

export const envoyJson: Format = {
  id: "envoy.json",
  title: "Envoy and Istio: access log, JSON",
  reference: REFERENCE,
  json: true,
  parse(_line: string, context: LineContext, _envelope?: EnvelopeFields, record?: Json): FormatResult | undefined {
    if (!record) return undefined;
    if (MARKS.filter((mark) => has(record, mark)).length < 2) return undefined;
    return envoyResult(fill<EnvoyRecord>(record, NAMES), context);
  },
};

function envoyResult(record: EnvoyRecord, context: LineContext): FormatResult {
  const upstream = addressAndPort(record.upstream?.replace(/^(?:tcp|udp):\/\//, ""));
  const outbound = /^(?:outbound|PassthroughCluster|BlackHoleCluster)/.test(record.cluster ?? "");
  const listed = clientOf(record.client);
  // The socket's far end, which Envoy already takes from the header where it trusts the hop before it.
  const client = record.downstreamRemote ?? record.client;
  const inside = clientOf(client).ip;
  const away =
    outbound || (upstream.ip !== undefined && !isPrivate(upstream.ip) && (inside === undefined || isPrivate(inside)));
  // Before a passthrough the client was already calling the far server; a black hole leaves only that address.
  const server = away ? (record.upstream ?? record.downstreamLocal) : (record.downstreamLocal ?? record.upstream);
  const out = webResult(
    {
      ...record,
      client,
      ...(record.downstreamRemote !== undefined && listed.ip !== undefined ? { forwarded: record.client } : {}),
      server: server?.replace(/^(?:tcp|udp):\/\//, ""),
    },
    context,
    away ? leaving(record) : arriving(record),
  );
  if (away) out.observerIsAsset = false;
  if (!away && upstream.ip !== undefined && record.downstreamLocal !== undefined)
    out.notes = [...(out.notes ?? []), `upstream ${upstream.ip}`];
  return out;
}

interface Judged {
  outcome: Outcome;
  outcomeReason?: string;
}

function stream(record: EnvoyRecord): Judged | undefined {
  const status = integer(record.status);
  if (status !== undefined && status >= 100) return undefined;
  const [from, back] = [integer(record.bytesIn) ?? 0, integer(record.bytesOut) ?? 0];
  return from > 0 && back > 0 ? { outcome: "established", outcomeReason: "bytes both ways" } : { outcome: "unknown" };
}

/** A request that came in. */
function arriving(record: EnvoyRecord): Judged {
  const flags = record.flags ?? "";
  if (DENIED.test(flags)) return { outcome: "blocked", outcomeReason: `response flags ${flags}` };
  return stream(record) ?? httpOutcome(integer(record.status));
}

/** A request that went out: any answer of the far server is traffic both ways. */
function leaving(record: EnvoyRecord): Judged {
  const flags = record.flags ?? "";
  if (record.cluster === "BlackHoleCluster" || DENIED.test(flags))
    return { outcome: "blocked", outcomeReason: `response flags ${flags}, cluster ${record.cluster ?? "-"}` };
  if (NO_ANSWER.test(flags)) return { outcome: "unanswered", outcomeReason: `response flags ${flags}` };
  const read = stream(record);
  if (read) return read;
  return { outcome: "established", outcomeReason: `status ${record.status ?? "-"} from the upstream host` };
}

/**
 * AWS load balancers: Application (access and connection logs), Classic and Network. The client is the source; the target, which is the
 * owner's own, stands as the destination. `time` is when the answer was sent.
 */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import type { Outcome } from "../../model/event.js";
import { splitColumns } from "../fallback/delimited.js";
import { parseIsoTime } from "../time.js";
import { addressAndPort, httpOutcome, integer, text } from "../values.js";
import { webResult, type WebRecord } from "./record.js";

const ALB = /^(?:https?|h2|grpcs?|wss?) \d{4}-\d\d-\d\dT[\d:.]{8,20}Z \S{1,300} \S{3,60} /;
const CLASSIC =
  /^\d{4}-\d\d-\d\dT[\d:.]{8,20}Z \S{1,300} \[?[0-9a-fA-F.:]{3,45}\]?:\d{1,5} (?:\S{1,60}:\d{1,5}|-) -?\d/;
const NLB = /^tls \d\.\d \d{4}-\d\d-\d\dT[\d:.]{8,20}Z? \S{1,300} \S{1,100} \S{3,60} /;
const CONNECTION = /^\d{4}-\d\d-\d\dT[\d:.]{8,20}Z [0-9a-fA-F.:]{3,45} \d{1,5} \d{1,5} (?:TLSv[\d.]{1,3}|-) \S/;

interface Judged {
  outcome: Outcome;
  outcomeReason?: string;
}

export const awsElb: Format = {
  id: "aws.elb",
  title: "AWS load balancers: access and connection logs",
  reference: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html",
  parse(line: string, context: LineContext, _envelope?: EnvelopeFields): FormatResult | undefined {
    const read = ALB.test(line) ? application : CLASSIC.test(line) ? classic : NLB.test(line) ? network : undefined;
    const out =
      read?.(splitColumns(line, " ")) ?? (CONNECTION.test(line) ? connection(splitColumns(line, " ")) : undefined);
    if (!out || addressAndPort(out.record.client).ip === undefined) return undefined;
    return webResult(out.record, context, out.judged);
  },
};

interface Read {
  record: WebRecord;
  judged: Judged;
}

/** Status, request and counters stand alike in both; the application balancer has the type in front. */
function request(all: readonly string[], from: number): WebRecord {
  const value = (n: number): string | undefined => text(all[from + n]);
  const line = value(11);
  const m = line === undefined ? null : /^(\S{1,32}) (\S+)/.exec(line);
  const asked = m && m[1] !== "-" ? { method: m[1]!, uri: m[2]! } : {};
  return {
    time: parseIsoTime(all[from]!),
    client: value(2),
    server: value(3),
    status: value(7),
    bytesIn: value(9),
    bytesOut: value(10),
    ...asked,
    agent: value(12),
    tls: value(14),
  };
}

function application(all: readonly string[]): Read {
  const record = request(all, 1);
  const sni = text(all[18]);
  const actions = text(all[22]) ?? "";
  const status = integer(record.status);
  const judged = httpOutcome(status);
  const last = actions.split(",").at(-1) ?? "";
  // The firewall's verdict is the last action only when it ended the matter.
  if (last === "waf" && status === 403)
    return {
      record: { ...record, sni },
      judged: { outcome: "blocked", outcomeReason: "actions_executed=waf, status 403" },
    };
  if (/^(?:waf,)?authenticate,/.test(actions) && judged.outcome === "established")
    return {
      record: { ...record, sni },
      judged: { outcome: "authenticated", outcomeReason: `actions_executed=${actions}, status ${status!}` },
    };
  return { record: { ...record, sni }, judged };
}

function classic(all: readonly string[]): Read {
  const record = request(all, 0);
  return { record, judged: integer(record.status) ? httpOutcome(integer(record.status)) : counted(record) };
}

/** TCP and TLS listeners: only the counters tell. */
function counted(record: WebRecord): Judged {
  const [from, back] = [integer(record.bytesIn) ?? 0, integer(record.bytesOut) ?? 0];
  if (from > 0 && back > 0) return { outcome: "established", outcomeReason: "bytes both ways" };
  if (text(record.server) === undefined) return { outcome: "refused", outcomeReason: "no target took the connection" };
  return { outcome: "unknown", outcomeReason: "no bytes from the target" };
}

function network(all: readonly string[]): Read {
  const value = (n: number): string | undefined => text(all[n]);
  const record: WebRecord = {
    time: parseIsoTime(all[2]!.endsWith("Z") ? all[2]! : `${all[2]!}Z`),
    client: value(5),
    server: value(6),
    bytesIn: value(9),
    bytesOut: value(10),
    tls: value(15),
    sni: value(17),
  };
  return { record, judged: counted(record) };
}

/** Application balancer's connection log: the handshake alone. */
function connection(all: readonly string[]): Read {
  const verify = all.find((t) => /^(?:Failed|Success)(?::\w{1,64})?$/.test(t));
  const tls = text(all[4]);
  const judged: Judged = verify?.startsWith("Failed")
    ? { outcome: "refused", outcomeReason: `tls_verify_status=${verify}` }
    : { outcome: "unknown", outcomeReason: "a connection: requests stand in the access log" };
  return {
    record: {
      time: parseIsoTime(all[0]!),
      client: all[1]!,
      clientPort: all[2]!,
      serverPort: all[3]!,
      tls,
    },
    judged,
  };
}

/**
 * Azure flow logs of network security groups (versions 1 and 2) and of virtual networks. A record holds the flows of a minute as tuples
 * of text. The group is stateful and names the ends as the flow began; counters are of both directions.
 */
import type { Endpoint } from "../../model/event.js";
import { answered } from "../fallback/evidence.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { list, object, string, type Json } from "../json-fields.js";
import { shaped, timestamp } from "../shape.js";
import { parseEpoch } from "../time.js";
import { endpoint, text, transport } from "../values.js";
import { type Judged, utcTime } from "./audit.js";

/** A tuple, its fields named alike for all versions. */
interface Flow {
  time: string | undefined;
  source: Endpoint | undefined;
  destination: Endpoint | undefined;
  transport: string | undefined;
  inbound: boolean;
  judged: Judged;
  rule: string | undefined;
}

const MOST_FLOWS = 20_000;
const DEEPEST = 4;
const PROTOCOL: ReadonlyMap<string | undefined, string> = new Map([
  ["T", "tcp"],
  ["U", "udp"],
]);

/** B: begun, C: goes on, E: ended; counters come with C and E. D (virtual networks) is denied. */
function judge(
  state: string,
  action: string,
  source: Endpoint,
  destination: Endpoint,
  protocol: string | undefined,
): Judged {
  const said = [action && `action ${action}`, state && `state ${state}`].filter((s) => s !== "").join(", ");
  if (action === "D" || state === "D") return { outcome: "blocked", outcomeReason: said };
  const answer = answered(source, destination, protocol);
  const counts = `${said}, ${source.bytes ?? 0} bytes sent, ${destination.bytes ?? 0} back`;
  if (answer === "data") return { outcome: "established", outcomeReason: counts };
  if (answer === "none" && state === "E" && (source.packets ?? 0) > 0)
    return { outcome: "unanswered", outcomeReason: counts };
  return { outcome: "unknown", outcomeReason: answer === undefined ? `${said}: counts no bytes` : counts };
}

interface Columns {
  direction: number;
  state: number;
  action: number | undefined;
  counters: number;
}
/** `1542110377,10.0.0.4,13.67.143.118,44931,443,T,O,A,B,,,,` */
const GROUP: Columns = { direction: 6, action: 7, state: 8, counters: 9 };
/** `1663146003599,10.0.0.6,52.239.184.180,23956,443,6,O,B,NX,0,0,0,0`; the ninth tells of encryption. */
const NETWORK: Columns = { direction: 6, action: undefined, state: 7, counters: 9 };

function readTuple(tuple: string, at: Columns, rule: string | undefined): Flow | undefined {
  const f = tuple.split(",", 16).map((value) => value.trim());
  if (f.length < 8) return undefined;
  const protocol = PROTOCOL.get(f[5]) ?? transport(f[5]);
  const source = endpoint({ ip: f[1], port: f[3], packets: text(f[at.counters]), bytes: text(f[at.counters + 1]) });
  const destination = endpoint({
    ip: f[2],
    port: f[4],
    packets: text(f[at.counters + 2]),
    bytes: text(f[at.counters + 3]),
  });
  if (source?.ip === undefined || destination?.ip === undefined) return undefined;
  return {
    time: f[0],
    source,
    destination,
    transport: protocol,
    inbound: f[at.direction] === "I",
    judged: judge(
      f[at.state] ?? "",
      at.action === undefined ? "" : (f[at.action] ?? ""),
      source,
      destination,
      protocol,
    ),
    rule,
  };
}

/** Ranks as the verdict ladder does, so that a record's worst flow is not lost behind a probe. */
function rank(flow: Flow, observed: readonly string[]): number {
  const { outcome } = flow.judged;
  const out = observed.includes(flow.destination?.ip ?? "");
  if (out) return outcome === "established" ? 9 : outcome === "blocked" ? 6 : 7;
  return outcome === "established" ? 5 : outcome === "blocked" ? 1 : 3;
}

/** The flow that the record is read as: of those with the address, the one that came furthest, and the first of its like. */
function choose(
  flows: readonly Flow[],
  observed: readonly string[] | undefined,
): { flow: Flow | undefined; held: number } {
  if (observed === undefined) return { flow: flows[0], held: 1 };
  const held = flows.filter((f) => observed.includes(f.source?.ip ?? "") || observed.includes(f.destination?.ip ?? ""));
  let best = held[0];
  for (const flow of held) if (rank(flow, observed) > rank(best!, observed)) best = flow;
  return { flow: best, held: held.length };
}

function tuplesOf(groups: unknown, at: Columns, out: Flow[], rule: string | undefined, depth = 0): void {
  if (depth > DEEPEST) return;
  for (const group of list(groups)) {
    const g = object(group);
    const named = string(g?.["rule"]) ?? rule;
    if (!g) continue;
    tuplesOf(g["flows"], at, out, named, depth + 1);
    tuplesOf(g["flowGroups"], at, out, named, depth + 1);
    for (const tuple of list(g["flowTuples"])) {
      if (out.length >= MOST_FLOWS) return;
      const flow = typeof tuple === "string" ? readTuple(tuple, at, named) : undefined;
      if (flow) out.push(flow);
    }
  }
}

function result(r: Json, flows: Flow[], context: LineContext, envelope: EnvelopeFields | undefined): FormatResult {
  const { flow, held } = choose(flows, context.observed);
  const time = (flow?.time === undefined ? undefined : parseEpoch(flow.time)) ?? utcTime(string(r["time"]));
  const resource = string(r["targetResourceID"]) ?? string(r["resourceId"]);
  return shaped({
    event: {
      timestamp: timestamp(time, context, envelope),
      source: flow?.source,
      destination: flow?.destination,
      network: { transport: flow?.transport, direction: flow && (flow.inbound ? "inbound" : "outbound") },
      rule: { name: flow?.rule },
      observer: { name: resource?.split("/").at(-1), vendor: "Microsoft", product: "Azure flow logs" },
    },
    ...(flow?.judged ?? { outcome: "unknown" }),
    initiator: flow ? "source" : "unknown",
    notes: held > 1 ? [`${held} flows of this record hold the address; the one that came furthest is shown`] : [],
  } as FormatResult);
}

export const azureNsgFlow: Format = {
  id: "azure.nsgflow",
  title: "Azure network security group flow logs",
  reference: "https://learn.microsoft.com/azure/network-watcher/nsg-flow-logs-overview",
  json: true,
  parse(_line, context, envelope, record) {
    const properties = object(record?.["properties"]);
    if (!record || !properties || !Array.isArray(properties["flows"])) return undefined;
    if (record["category"] !== "NetworkSecurityGroupFlowEvent" && properties["Version"] === undefined) return undefined;
    const flows: Flow[] = [];
    tuplesOf(properties["flows"], GROUP, flows, undefined);
    return result(record, flows, context, envelope);
  },
};

export const azureVnetFlow: Format = {
  id: "azure.vnetflow",
  title: "Azure virtual network flow logs",
  reference: "https://learn.microsoft.com/azure/network-watcher/vnet-flow-logs-overview",
  json: true,
  parse(_line, context, envelope, record) {
    const flowRecords = object(record?.["flowRecords"]);
    if (!record || !flowRecords || !Array.isArray(flowRecords["flows"])) return undefined;
    const flows: Flow[] = [];
    tuplesOf(flowRecords["flows"], NETWORK, flows, undefined);
    return result(record, flows, context, envelope);
  },
};

/**
 * Pairing of records that cover one direction, or name two ends without saying who began.
 *
 * NetFlow, VPC flow logs, packet filters and ASA teardowns write the reply to an inbound probe as "own → relay". Taken alone
 * that reads as a callout. All records of one conversation (same protocol, addresses and ports, close in time) are
 * therefore judged together, wherever in the hunt they stand.
 *
 * What decides who began, firmest first: a record that shows it (a lone SYN, a SYN-ACK, `Built inbound`); the ports, when just one
 * end is a service; which direction was seen first. Otherwise it is said to be unknown.
 */
import type { Initiator, Outcome, ParsedLine } from "../model/event.js";
import type { Direction } from "./ladder.js";
import { serverByPort } from "./services.js";

/** One record's share in a conversation. Small: there may be millions. */
export interface ConversationRecord {
  key: string;
  /** Epoch milliseconds; undefined when the record is undated. */
  time: number | undefined;
  /** Milliseconds the record covers, on either side of `time`. */
  span: number;
  /** The record runs from the indicator to the own end. */
  fromIndicator: boolean;
  /** Who began, by this record alone. */
  began: "indicator" | "own" | undefined;
  outcome: Outcome;
  /** Covers one direction only: a record in each direction shows traffic both ways. */
  oneWay: boolean;
}

export interface Resolution {
  direction: Direction;
  outcome: Outcome;
  reasons: string[];
}

/** Records of one conversation may lie this far apart: longer than any flow exporter's active timeout (30 min by default). */
const GAP_MS = 3_600_000;

/** @param role which end of the record the indicator is */
export function conversationRecord(
  parsed: ParsedLine,
  role: "source" | "destination",
  observed: string,
): ConversationRecord | undefined {
  const { event } = parsed;
  const near = role === "source" ? event.destination : event.source;
  const far = role === "source" ? event.source : event.destination;
  if (near?.ip === undefined) return undefined;
  const key = `${event.network?.transport ?? ""}|${observed}|${far?.port ?? ""}|${near.ip}|${near.port ?? ""}`;
  return {
    key,
    time: event.timestamp,
    span: Math.min((event.event?.duration ?? 0) / 1e6, 30 * 86_400_000),
    fromIndicator: role === "source",
    began: whoBegan(parsed.initiator, role),
    outcome: parsed.outcome,
    oneWay: parsed.oneWay === true,
  };
}

/** The initiator as an end of the sighting. */
export function whoBegan(initiator: Initiator, role: "source" | "destination"): "indicator" | "own" | undefined {
  if (initiator === "unknown") return undefined;
  return initiator === role ? "indicator" : "own";
}

/** Outcomes that records of a conversation state, firmest first. */
const FIRMEST: readonly Outcome[] = ["authenticated", "established", "refused", "unanswered", "blocked", "unknown"];

interface Cluster {
  /** Latest moment covered; Infinity where records are undated. Clusters of a key are in order. */
  end: number;
  began: "indicator" | "own" | undefined;
  why: string;
  outcome: Outcome;
  outcomeWhy: string | undefined;
  ownSpoke: boolean;
}

/** Collects records as they come, in any order; answers once all are in. The answer does not depend on the order. */
export class Conversations {
  private readonly byKey = new Map<string, ConversationRecord[]>();
  private readonly clusters = new Map<string, Cluster[]>();

  add(record: ConversationRecord): void {
    const list = this.byKey.get(record.key);
    if (list) list.push(record);
    else this.byKey.set(record.key, [record]);
  }

  /** Judges one record by all that were added for its conversation. */
  resolve(record: ConversationRecord): Resolution {
    let clusters = this.clusters.get(record.key);
    if (!clusters) {
      clusters = split(this.byKey.get(record.key) ?? [record]).map((records) => judge(record.key, records));
      this.clusters.set(record.key, clusters);
    }
    const cluster = clusters[firstEndingAtOrAfter(clusters, record.time ?? Infinity)] ?? judge(record.key, [record]);
    const reasons = [cluster.why];
    if (cluster.outcomeWhy !== undefined) reasons.push(cluster.outcomeWhy);

    // A record that was itself blocked stays so, whatever else was let through.
    let outcome = record.outcome === "blocked" ? "blocked" : cluster.outcome;
    if (cluster.began === undefined)
      return { direction: record.fromIndicator ? "unclear-in" : "unclear-out", outcome, reasons };
    if (cluster.began === "own" && !cluster.ownSpoke && outcome === "blocked") {
      reasons.push(
        "blocked on its way in, and no record of the own end's traffic was found: stray or forged replies look the same",
      );
      return { direction: "unclear-in", outcome, reasons };
    }
    if (cluster.began === "own" && !cluster.ownSpoke && (outcome === "established" || outcome === "authenticated")) {
      // Only the far end's packets were logged. Unsolicited replies (backscatter) look the same, so no callout is claimed.
      outcome = "unknown";
      reasons.push("no record of the own end's traffic was found, so a callout is not shown");
    }
    return { direction: cluster.began === "indicator" ? "inbound" : "outbound", outcome, reasons };
  }
}

/** Binary search: a key's clusters do not overlap, and an adversary may make many. */
function firstEndingAtOrAfter(clusters: readonly Cluster[], time: number): number {
  let low = 0;
  let high = clusters.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (clusters[middle]!.end < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Cuts a key's records where nothing was seen for longer than GAP_MS. An undated record cannot be placed, so all stay together. */
function split(records: ConversationRecord[]): ConversationRecord[][] {
  if (records.some((r) => r.time === undefined)) return [records];
  const sorted = records.toSorted((a, b) => a.time! - a.span - (b.time! - b.span));
  const out: ConversationRecord[][] = [];
  let end = -Infinity;
  for (const record of sorted) {
    if (record.time! - record.span - end > GAP_MS) out.push([]);
    out.at(-1)!.push(record);
    end = Math.max(end, record.time! + record.span);
  }
  return out;
}

function judge(key: string, records: ConversationRecord[]): Cluster {
  const forth = records.filter((r) => r.fromIndicator);
  const back = records.filter((r) => !r.fromIndicator);
  const [began, why] = initiatorOf(key, records, forth, back);

  const stated = FIRMEST.find((outcome) => records.some((r) => r.outcome === outcome)) ?? "unknown";
  const passed = (r: ConversationRecord): boolean => r.outcome !== "blocked";
  const oneWayPair = forth.some((r) => r.oneWay && passed(r)) && back.some((r) => r.oneWay && passed(r));
  let outcome: Outcome = stated;
  let outcomeWhy: string | undefined;
  if (oneWayPair && (stated === "unknown" || stated === "blocked" || stated === "unanswered")) {
    outcome = "established";
    outcomeWhy = "records of both directions were found: traffic both ways";
  } else if (stated === "unknown" && began === "indicator" && forth.length === 0 && back.some((r) => r.oneWay)) {
    outcome = "established";
    outcomeWhy = "the own end replied; the request itself was not logged";
  } else if (stated === "unknown" && records.every((r) => r.oneWay)) {
    outcomeWhy = "no record of the other direction was found";
  }
  const end = records.reduce(
    (latest, r) => Math.max(latest, r.time === undefined ? Infinity : r.time + r.span),
    -Infinity,
  );
  return { end, began, why, outcome, outcomeWhy, ownSpoke: back.length > 0 || forth.some((r) => !r.oneWay) };
}

function initiatorOf(
  key: string,
  records: ConversationRecord[],
  forth: ConversationRecord[],
  back: ConversationRecord[],
): [Cluster["began"], string] {
  const claims = new Set(records.flatMap((r) => (r.began === undefined ? [] : [r.began])));
  if (claims.size === 1) {
    const [began] = claims as Set<"indicator" | "own">;
    return [began, began === "own" ? "the own end began the connection" : "the indicator began the connection"];
  }
  if (claims.size === 2) return [undefined, "records disagree on who began the connection"];

  const [, , farPort, , nearPort] = key.split("|") as [string, string, string, string, string];
  const number = (text: string): number | undefined => (text === "" ? undefined : Number(text));
  const server = serverByPort(number(farPort), number(nearPort));
  if (server === "b")
    return [
      "indicator",
      `own port ${nearPort} is the service, so the indicator's port ${farPort} is the client's: a reply is no callout`,
    ];
  if (server === "a") return ["own", `the indicator's port ${farPort} is the service, so the own end is the client`];

  const earliest = (list: ConversationRecord[]): number =>
    list.reduce((least, r) => Math.min(least, r.time ?? NaN), Infinity);
  const a = earliest(forth);
  const b = earliest(back);
  if (forth.length > 0 && back.length > 0) {
    if (a < b) return ["indicator", "the indicator's traffic was seen first, the own end's is the reply"];
    if (b < a) return ["own", "the own end's traffic was seen first"];
  }
  return [undefined, "who began is not known: one direction only, and ports and flags do not tell"];
}

/**
 * Event + indicator → role, outcome, window, verdict, reasons. Pure: no clock, no files.
 *
 * A line that tells the whole story is judged at once. One that covers a single direction, or does not say who began, is
 * returned as `pending` with its conversation record, and judged by `settle` once every record of the hunt is in.
 */
import { createHash } from "node:crypto";

import type { Event, Outcome, ParsedLine } from "../model/event.js";
import type { Indicator } from "../model/indicator.js";
import { LEVEL_OF, type Judgement, type SightingRole, type Verdict, type Window } from "../model/sighting.js";
import { beyondPublicPage } from "./access.js";
import { conversationRecord, whoBegan, type ConversationRecord, type Resolution } from "./conversation.js";
import { FAMILY, LADDER, type Direction } from "./ladder.js";
import type { OwnNetworks } from "./own.js";
import { placeOf } from "./place.js";

/** What triage needs to know of an indicator. */
export type TriageIndicator = Pick<Indicator, "type" | "value" | "role" | "labels" | "validFrom" | "validUntil">;

/** A judgement that waits for the other records of its conversation. */
export interface Pending {
  record: ConversationRecord;
  role: SightingRole;
  window: Window;
  asset: string;
  reasons: string[];
  /** The record's own words on the outcome, given when the conversation does not overrule it. */
  outcomeReason: string | undefined;
  access: string | undefined;
  indicator: string;
}

export type Triage = { judgement: Judgement; pending?: undefined } | { judgement?: undefined; pending: Pending };

/** @param observed canonical address in the line; @param path the log's path, the asset's name when nothing better is known */
export function triage(
  parsed: ParsedLine,
  indicator: TriageIndicator,
  observed: string,
  path: string,
  own: OwnNetworks,
): Triage {
  const { event } = parsed;
  const { role, field } = placeOf(event, observed);
  const window = windowOf(event.timestamp, indicator);
  const reasons = [
    role === "mention" ? "the indicator stands in the line, but is no end of the traffic" : `${field} is the indicator`,
  ];
  if (role === "forwarded") reasons.push("behind a proxy or balancer; a client can write this header itself");

  const done = (verdict: Verdict, asset: string, outcome: Outcome = parsed.outcome): Triage => ({
    judgement: judgement(verdict, role, outcome, window, asset, indicator.value, [...reasons, ...(parsed.notes ?? [])]),
  });

  if (own.contains(observed)) {
    reasons.push(
      own.stated ? "the address lies in --own" : "the address lies in a private range, taken as own (--own not given)",
    );
    return done("own-asset", observed);
  }
  if (role === "mention") return done("mention", bystander(event, own, path));
  if (role === "answer" || role === "question") {
    reasons.push(role === "answer" ? "a name was resolved to the indicator" : "the indicator was asked for");
    return done("resolution", event.source?.ip ?? observerName(event) ?? path);
  }

  // A web server's log that names the indicator as the server: elsewhere an asset's own log also tells of what it reached.
  const served = parsed.observerIsAsset === true && event.http !== undefined && parsed.initiator === "source";
  if (role === "destination" && served && event.source?.ip !== undefined) {
    reasons.push(`the machine that logged has this address, and was reached by ${event.source.ip}`);
    return done("own-asset", observed);
  }
  if (role === "translated" && field === "source.nat.ip" && own.contains(event.source?.ip)) {
    reasons.push(`own traffic (${event.source!.ip}) left translated to the indicator: it is your public address`);
    return done("own-asset", observed);
  }
  // A translated address stands for the end it translates; a forwarded one for the client, which is the source.
  const end: "source" | "destination" =
    role === "destination" || field === "destination.nat.ip" ? "destination" : "source";
  const asset = end === "source" ? nearOfInbound(event, role, path) : nearOfOutbound(event, path);
  const near = end === "source" ? event.destination?.ip : event.source?.ip;
  if (own.stated && near !== undefined && role !== "forwarded" && !own.contains(near))
    reasons.push(`${near} is not in --own; taken as yours because your log holds it`);

  const access = end === "source" ? beyondPublicPage(event) : undefined;
  if (role === "source" || role === "destination") {
    // A blocked packet whose sender began it is judged by itself: nothing that came with it makes it more or less.
    const open = parsed.outcome === "unknown" || (parsed.oneWay === true && parsed.outcome !== "blocked");
    const stray = parsed.outcome === "blocked" && parsed.initiator === "destination";
    const undecided = open || stray || parsed.initiator === "unknown";
    const record = undecided ? conversationRecord(parsed, role, observed) : undefined;
    if (record) {
      if (parsed.initiatorReason !== undefined) reasons.push(parsed.initiatorReason);
      return {
        pending: {
          record,
          role,
          window,
          asset,
          reasons: [...reasons, ...(parsed.notes ?? [])],
          outcomeReason: outcomeReason(parsed.outcome, parsed.outcomeReason),
          access,
          indicator: indicator.value,
        },
      };
    }
  }

  const began = role === "forwarded" ? "indicator" : whoBegan(parsed.initiator, end);
  const direction: Direction =
    began === "indicator" ? "inbound" : began === "own" ? "outbound" : end === "source" ? "unclear-in" : "unclear-out";
  if (parsed.initiatorReason !== undefined) reasons.push(parsed.initiatorReason);
  reasons.push(DIRECTION_REASON[direction]);
  const why = outcomeReason(parsed.outcome, parsed.outcomeReason);
  if (why !== undefined) reasons.push(why);
  return done(verdictOf(direction, parsed.outcome, access, reasons), asset);
}

/** Judges a pending sighting by what its conversation came to. */
export function settle(pending: Pending, resolution: Resolution): Judgement {
  const reasons = [...pending.reasons, ...resolution.reasons];
  const { direction, outcome } = resolution;
  if (outcome === pending.record.outcome && pending.outcomeReason !== undefined) reasons.push(pending.outcomeReason);
  const verdict = verdictOf(direction, outcome, pending.access, reasons);
  return judgement(verdict, pending.role, outcome, pending.window, pending.asset, pending.indicator, reasons);
}

/** Finding id: the same indicator, asset and family give the same id in every hunt. */
export function findingId(indicator: string, asset: string, verdict: Verdict): string {
  const key = JSON.stringify([indicator, asset, FAMILY[verdict]]);
  let id = ids.get(key);
  if (id === undefined) {
    id = createHash("sha256").update(key).digest("hex").slice(0, 16);
    if (ids.size >= 65_536) ids.clear();
    ids.set(key, id);
  }
  return id;
}
const ids = new Map<string, string>();

const DIRECTION_REASON: Readonly<Record<Direction, string>> = {
  inbound: "inbound: the indicator began it",
  outbound: "outbound: the own end began it",
  "unclear-in": "who began is not known: it may be a reply",
  "unclear-out": "who began is not known: it may be a reply",
};

function verdictOf(direction: Direction, outcome: Outcome, access: string | undefined, reasons: string[]): Verdict {
  const verdict = LADDER[direction][outcome];
  if (verdict !== "contact" || access === undefined) return verdict;
  reasons.push(access);
  return "access";
}

function outcomeReason(outcome: Outcome, reason: string | undefined): string | undefined {
  return reason === undefined ? undefined : `${reason}: ${outcome === "unknown" ? "outcome unknown" : outcome}`;
}

function judgement(
  verdict: Verdict,
  role: SightingRole,
  outcome: Outcome,
  window: Window,
  asset: string,
  indicator: string,
  reasons: string[],
): Judgement {
  return {
    role,
    outcome,
    window,
    verdict,
    level: LEVEL_OF[verdict],
    reasons,
    asset,
    finding: findingId(indicator, asset, verdict),
  };
}

function windowOf(time: number | undefined, indicator: TriageIndicator): Window {
  const { validFrom, validUntil } = indicator;
  if (time === undefined || (validFrom === undefined && validUntil === undefined)) return "unknown";
  if (validFrom !== undefined && time < validFrom) return "before";
  if (validUntil !== undefined && time > validUntil) return "after";
  return "inside";
}

function observerName(event: Event): string | undefined {
  return event.host?.name ?? event.host?.ip ?? event.observer?.name ?? event.observer?.ip;
}

/** The own end of inbound traffic. Behind a proxy the destination of the line is the balancer's, so the site's name goes first. */
function nearOfInbound(event: Event, role: SightingRole, path: string): string {
  if (role === "forwarded") return event.url?.domain ?? event.destination?.ip ?? observerName(event) ?? path;
  // A server that listens at every address names none.
  const at = event.destination?.ip;
  const named = at === "0.0.0.0" || at === "::" ? undefined : at;
  return named ?? event.destination?.domain ?? observerName(event) ?? event.url?.domain ?? path;
}

function nearOfOutbound(event: Event, path: string): string {
  return event.source?.ip ?? event.source?.domain ?? observerName(event) ?? path;
}

/** Whose line a mention is: the end that is own, else the machine that logged. */
function bystander(event: Event, own: OwnNetworks, path: string): string {
  const source = event.source?.ip;
  const destination = event.destination?.ip;
  const sourceOwn = own.contains(source);
  if (sourceOwn !== own.contains(destination)) return (sourceOwn ? source : destination)!;
  return observerName(event) ?? path;
}

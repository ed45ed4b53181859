/**
 * Event + indicator → role, outcome, window, verdict, reasons. Pure: no clock, no files.
 *
 * A line that tells the whole story is judged at once. One that covers a single direction, or does not say who began, is
 * returned as `pending` with its conversation record, and judged by `settle` once every record of the hunt is in.
 */
import { hash } from "node:crypto";

import type { Event, Outcome, ParsedLine } from "../model/event.js";
import type { Indicator, IndicatorType } from "../model/indicator.js";
import { levelOf, type Judgement, type SightingRole, type Verdict, type Window } from "../model/sighting.js";
import { beyondPublicPage } from "./access.js";
import { conversationRecord, whoBegan, type ConversationRecord, type Resolution } from "./conversation.js";
import { FAMILY, LADDER, type Direction } from "./ladder.js";
import { isName, readName } from "./names.js";
import type { OwnNetworks } from "./own.js";
import { isAddressType, placeOf, type Place } from "./place.js";

/** What triage, and the sighting after it, need to know of an indicator. */
export type TriageIndicator = Pick<
  Indicator,
  "type" | "value" | "role" | "labels" | "validFrom" | "validUntil" | "ports" | "confidence" | "tlp" | "benign"
>;

/** What a judgement names the finding by, and caps its level by. */
type Judged = Pick<TriageIndicator, "type" | "value" | "benign">;

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
  /** Why no more than a callout-attempt may be claimed. */
  attempt: string | undefined;
  indicator: Judged;
}

export type Triage = { judgement: Judgement; pending?: undefined } | { judgement?: undefined; pending: Pending };

/**
 * @param tokens the indicator's tokens in the line, canonical; @param path the log's path, the asset's name when nothing better is
 * known
 */
export function triage(
  parsed: ParsedLine,
  indicator: TriageIndicator,
  tokens: readonly string[],
  path: string,
  own: OwnNetworks,
): Triage & { observed: string } {
  const place = placeOf(parsed.event, indicator, tokens);
  const judged = judge(parsed, indicator, place, path, own) as Triage & { observed: string };
  judged.observed = place.observed;
  return judged;
}

function judge(parsed: ParsedLine, indicator: TriageIndicator, place: Place, path: string, own: OwnNetworks): Triage {
  const { event } = parsed;
  const { field, observed } = place;
  const window = windowOf(event.timestamp, indicator);
  const named = !isAddressType(indicator.type) && place.quoted !== true && isName(field);
  const name = named ? readName(parsed, place, own) : undefined;
  const role = name?.verdict === "mention" ? "mention" : place.role;
  const reasons = [placeReason(place, named), ...(name?.reasons ?? []), ...portReason(event, role, indicator)];
  if (role === "forwarded") reasons.push("behind a proxy or balancer; a client can write this header itself");

  const done = (verdict: Verdict, asset: string, outcome: Outcome = parsed.outcome): Triage => ({
    judgement: judgement(verdict, role, outcome, window, asset, indicator, [...reasons, ...(parsed.notes ?? [])]),
  });

  if (own.contains(observed)) {
    reasons.push(
      own.stated ? "the address lies in --own" : "the address lies in a private range, taken as own (--own not given)",
    );
    return done("own-asset", observed);
  }
  if (role === "mention") return done("mention", bystander(event, own, path));
  if (name?.verdict !== undefined) return done(name.verdict, name.asset ?? nearOfName(event, role, path));
  if (role === "answer" || role === "question") {
    reasons.push(role === "answer" ? "a name was resolved to the indicator" : "the indicator was asked for");
    return done("resolution", event.source?.ip ?? observerName(event) ?? path);
  }

  // A web server's log that names the indicator as the server: elsewhere an asset's own log also tells of what it reached.
  const served = parsed.observerIsAsset === true && event.http !== undefined && parsed.initiator === "source";
  if (field === "destination.ip" && served && event.source?.ip !== undefined) {
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
  const asset = name?.asset ?? (end === "source" ? nearOfInbound(event, role, path) : nearOfOutbound(event, path));
  const near = name?.asset ?? (end === "source" ? event.destination?.ip : event.source?.ip);
  if (own.stated && near !== undefined && role !== "forwarded" && !own.contains(near))
    reasons.push(`${near} is not in --own; taken as yours because your log holds it`);

  const access = end === "source" ? beyondPublicPage(event) : undefined;
  if (role === "source" || role === "destination") {
    // A blocked packet whose sender began it is judged by itself: nothing that came with it makes it more or less.
    const open = parsed.outcome === "unknown" || (parsed.oneWay === true && parsed.outcome !== "blocked");
    const stray = parsed.outcome === "blocked" && parsed.initiator === "destination";
    const undecided = open || stray || parsed.initiator === "unknown";
    const record = undecided && isFlow(field) ? conversationRecord(parsed, role, observed) : undefined;
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
          attempt: name?.attempt,
          indicator: { type: indicator.type, value: indicator.value, ...benignOf(indicator) },
        },
      };
    }
  }

  // Whoever is asked for by name did not begin it, whichever way the record runs.
  const asked = named && !isFlow(field);
  const began =
    role === "forwarded"
      ? "indicator"
      : asked && parsed.initiator === "destination"
        ? "own"
        : whoBegan(parsed.initiator, end);
  const direction: Direction =
    began === "indicator" ? "inbound" : began === "own" ? "outbound" : end === "source" ? "unclear-in" : "unclear-out";
  if (parsed.initiatorReason !== undefined) reasons.push(parsed.initiatorReason);
  reasons.push(DIRECTION_REASON[direction]);
  const why = outcomeReason(parsed.outcome, parsed.outcomeReason);
  if (why !== undefined) reasons.push(why);
  return done(verdictOf(direction, parsed.outcome, { access, attempt: name?.attempt }, reasons), asset);
}

/** Judges a pending sighting by what its conversation came to. */
export function settle(pending: Pending, resolution: Resolution): Judgement {
  const reasons = [...pending.reasons, ...resolution.reasons];
  const { direction, outcome } = resolution;
  if (outcome === pending.record.outcome && pending.outcomeReason !== undefined) reasons.push(pending.outcomeReason);
  const verdict = verdictOf(direction, outcome, pending, reasons);
  return judgement(verdict, pending.role, outcome, pending.window, pending.asset, pending.indicator, reasons);
}

/** Types whose values may be those of another type: an MD5 is as long as a JA3, and a user-agent is any text. */
const COLLIDING: ReadonlySet<IndicatorType> = new Set<IndicatorType>(["ja3", "ja3s", "user-agent"]);

/** Finding id: the same indicator, asset and family give the same id in every hunt. */
export function findingId({ type, value }: Judged, asset: string, verdict: Verdict): string {
  const key = JSON.stringify([COLLIDING.has(type) ? `${type} ${value}` : value, asset, FAMILY[verdict]]);
  return hash("sha256", key, "hex").slice(0, 16);
}

const DIRECTION_REASON: Readonly<Record<Direction, string>> = {
  inbound: "inbound: the indicator began it",
  outbound: "outbound: the own end began it",
  "unclear-in": "who began is not known: it may be a reply",
  "unclear-out": "who began is not known: it may be a reply",
};

/** @param facts what raises a contact and what holds a callout down, each with its reason */
function verdictOf(
  direction: Direction,
  outcome: Outcome,
  facts: { access: string | undefined; attempt: string | undefined },
  reasons: string[],
): Verdict {
  const verdict = LADDER[direction][outcome];
  if (verdict === "callout" && facts.attempt !== undefined) {
    reasons.push(facts.attempt);
    return "callout-attempt";
  }
  if (verdict !== "contact" || facts.access === undefined) return verdict;
  reasons.push(facts.access);
  return "access";
}

function placeReason({ role, field, quoted }: Place, named: boolean): string {
  if (role !== "mention" || named) return `${field} is the indicator`;
  return `the indicator stands in ${quoted ? field : "the line"}, but is no end of the traffic`;
}

/** A port that came with the address is no condition: the reader is told whether it was this one. */
function portReason(event: Event, role: SightingRole, { ports, type }: TriageIndicator): string[] {
  if ((role !== "source" && role !== "destination") || ports === undefined || ports.length === 0) return [];
  const port = event[role]?.port;
  if (port === undefined || type === "url") return [];
  const listed = ports.length > 8 ? `${ports.slice(0, 8).join(", ")}, …` : ports.join(", ");
  return [
    ports.includes(port)
      ? `${role}.port ${port} is among the indicator's ports`
      : `${role}.port ${port} is not among the indicator's ports (${listed})`,
  ];
}

/** Fields whose records may each cover one direction. What a client asks for is told by the client's end alone. */
function isFlow(field: string): boolean {
  return field.endsWith(".ip") || field === "source.domain" || field === "destination.domain";
}

function benignOf({ benign }: Pick<TriageIndicator, "benign">): { benign?: string[] } {
  return benign === undefined || benign.length === 0 ? {} : { benign };
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
  indicator: Judged,
  reasons: string[],
): Judgement {
  const { benign } = benignOf(indicator);
  if (benign) reasons.push(`known as benign (${benign.slice(0, 5).join(", ")}): its level is low at most`);
  return {
    role,
    outcome,
    window,
    verdict,
    level: levelOf(verdict, benign),
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

/** The own end where a name decided: who asked, who sent, or who got the mail. */
function nearOfName(event: Event, role: SightingRole, path: string): string {
  if (role === "source") return nearOfInbound(event, role, path);
  return event.source?.ip ?? observerName(event) ?? path;
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

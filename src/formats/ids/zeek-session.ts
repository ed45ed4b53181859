/** How a reader of one of Zeek's logs states a session and a login. */
import type { Event, Outcome } from "../../model/event.js";
import type { FormatResult } from "../format.js";
import type { ZeekRecord } from "./zeek-record.js";

export type Reader = (r: ZeekRecord) => FormatResult;

/** A log whose id.orig_h is the client: its analyser has seen the client speak. */
export function session(event: Event, outcome: Outcome, outcomeReason?: string): FormatResult {
  return {
    event,
    outcome,
    initiator: "source",
    initiatorReason: "id.orig_h is the client",
    ...(outcomeReason === undefined ? {} : { outcomeReason }),
  };
}

/** `T` authenticated, `F` refused, unset: nothing was seen either way. */
export function login(
  event: Event,
  success: boolean | undefined,
  field: string,
  otherwise: Outcome = "unknown",
): FormatResult {
  if (success === undefined) return session(event, otherwise, `${field} is not set`);
  return session(event, success ? "authenticated" : "refused", `${field}=${success ? "T" : "F"}`);
}

/** The verdict ladder as a table: direction × outcome → verdict. DESIGN, "The verdict ladder". */
import type { Outcome } from "../model/event.js";
import type { Verdict } from "../model/sighting.js";

/** Who reached whom, seen from the own asset. `unclear`: an end of the traffic, but who began it is not known. */
export type Direction = "inbound" | "outbound" | "unclear-in" | "unclear-out";

export const LADDER: Readonly<Record<Direction, Readonly<Record<Outcome, Verdict>>>> = {
  inbound: {
    blocked: "probe-blocked",
    refused: "probe",
    unanswered: "probe",
    unknown: "probe",
    established: "contact",
    authenticated: "access",
  },
  outbound: {
    blocked: "callout-attempt",
    refused: "callout-attempt",
    unanswered: "callout-attempt",
    unknown: "callout-attempt",
    established: "callout",
    authenticated: "callout",
  },
  // The record runs from the indicator to the asset and nothing says who began: no more than an inbound touch is claimed.
  "unclear-in": {
    blocked: "probe-blocked",
    refused: "probe",
    unanswered: "probe",
    unknown: "probe",
    established: "contact",
    authenticated: "access",
  },
  // From the asset to the indicator: it may be a reply, so never `callout`; it may be a callout, so never less than an attempt.
  "unclear-out": {
    blocked: "callout-attempt",
    refused: "callout-attempt",
    unanswered: "callout-attempt",
    unknown: "callout-attempt",
    established: "callout-attempt",
    authenticated: "callout-attempt",
  },
};

/** Sightings of one family, indicator and asset make one finding. */
export const FAMILY: Readonly<Record<Verdict, "own" | "outbound" | "inbound" | "resolution" | "mention">> = {
  "own-asset": "own",
  callout: "outbound",
  "callout-attempt": "outbound",
  access: "inbound",
  contact: "inbound",
  probe: "inbound",
  "probe-blocked": "inbound",
  resolution: "resolution",
  mention: "mention",
};

/** Where in an event the indicator stands. */
import type { Event } from "../model/event.js";
import type { SightingRole } from "../model/sighting.js";

/** A place, and the ECS field that holds the address there. */
export interface Place {
  role: SightingRole;
  field: string;
}

type FieldReader = (event: Event) => string | readonly string[] | undefined;

/** Strongest first: an address that is an end of the traffic is not also a mention of it. */
const PLACES: readonly (readonly [SightingRole, string, FieldReader])[] = [
  ["source", "source.ip", (e) => e.source?.ip],
  ["destination", "destination.ip", (e) => e.destination?.ip],
  ["translated", "destination.nat.ip", (e) => e.destination?.nat?.ip],
  ["translated", "source.nat.ip", (e) => e.source?.nat?.ip],
  ["forwarded", "network.forwarded_ip", (e) => e.network?.forwarded_ip],
  ["answer", "dns.resolved_ip", (e) => e.dns?.resolved_ip],
  ["question", "dns.question.name", (e) => e.dns?.question?.name],
];

/** @param observed canonical address */
export function placeOf(event: Event, observed: string): Place {
  for (const [role, field, read] of PLACES) {
    const value = read(event);
    if (typeof value === "string" ? value === observed : value?.includes(observed)) return { role, field };
  }
  return { role: "mention", field: "event.original" };
}

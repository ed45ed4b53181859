/** Where the hunt's sightings meet the report's JSON: used by the main thread and by every worker. */
import type { SerialiseTail } from "../hunt/collector.js";
import type { Serialise } from "../hunt/batch.js";
import { sightingHead, sightingTail } from "../report/sighting-json.js";

export const serialise: Serialise = (sighting, judgement) => ({
  head: sightingHead(sighting),
  tail: judgement && sightingTail(sighting, judgement),
});

export const serialiseTail: SerialiseTail = sightingTail;

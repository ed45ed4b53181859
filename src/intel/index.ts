/** Advisories in, one IndicatorSet out. */
export { describeSet, type IndicatorRow } from "./describe.js";
export { loadIntel, type IntelOptions } from "./load.js";
export { normalise, SHORTEST_PREFIX, type Refusal, type Value } from "./normalise.js";
export { refang } from "./refang.js";

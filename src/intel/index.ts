/** Advisories in, one IndicatorSet out. */
export { describeSet, type IndicatorRow } from "./describe.js";
export { diffSets, type FieldChange, type SetDiff } from "./diff.js";
export { loadIntel, type IntelInput, type IntelOptions } from "./load.js";
export { parseConfidence, parseTlp } from "./markings.js";
export { normalise, type Refusal, type Value } from "./normalise.js";
export { refang } from "./refang.js";
export type { Environment, TaxiiAccess } from "./taxii-access.js";
export type { Loss } from "./writer.js";
export { WRITERS } from "./writers.js";
export { warningJudge, type WarningOptions } from "./warning-lists.js";

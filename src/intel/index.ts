/** Advisories in, one IndicatorSet out. */
export { describeSet, type IndicatorRow } from "./describe.js";
export { diffSets, type FieldChange } from "./diff.js";
export { loadIntel, type IntelInput, type IntelOptions } from "./load.js";
export { normalise } from "./normalise.js";
export type { Environment, TaxiiAccess } from "./taxii-access.js";
export type { Loss } from "./writer.js";
export { WRITERS } from "./writers.js";
export { warningJudge, type WarningOptions } from "./warning-lists.js";

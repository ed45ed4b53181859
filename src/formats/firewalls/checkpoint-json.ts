/** Check Point Log Exporter's JSON: the same names as its other forms. */
import { keyedJson } from "./keyed-json.js";
import { CHECKPOINT_NAMES, checkpointTime, judgeCheckpoint } from "./checkpoint.js";

export const checkpointJson = keyedJson({
  id: "checkpoint.json",
  title: "Check Point Log Exporter, JSON",
  reference: "Check Point sk122323, Log Exporter",
  vendor: "Check Point",
  product: "Security Gateway",
  dataset: "checkpoint.firewall",
  is: (record) => typeof record["loguid"] === "string" && (record["origin"] ?? record["originsicname"]) !== undefined,
  names: CHECKPOINT_NAMES,
  time: (f) => checkpointTime(f, ""),
  judge: judgeCheckpoint,
});

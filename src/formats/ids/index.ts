/** Sensors: Zeek, Suricata, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { suricataEve } from "./suricata-eve.js";
import { suricataFast } from "./suricata-fast.js";
import { zeekJson } from "./zeek-json.js";
import { zeekTsv } from "./zeek-tsv.js";

export const idsFormats: readonly Format[] = [suricataEve, zeekJson, zeekTsv, suricataFast];

/** Sensors, flow exporters and honeypots, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { crowdsecJson, crowdsecText, fail2ban, mailcowNetfilter, watchers } from "./bans.js";
import { flowJsonFormats } from "./flow-json.js";
import { argus, nfdump, silk, yaf } from "./flow-text.js";
import { cowrieText, honeypotJsonFormats } from "./honeypots.js";
import { sensorFormats } from "./sensors.js";
import { snortJson, snortText } from "./snort.js";
import { suricataEve } from "./suricata-eve.js";
import { suricataFast } from "./suricata-fast.js";
import { ossecText, wazuhJson } from "./wazuh.js";
import { zeekJson } from "./zeek-json.js";
import { zeekTsv } from "./zeek-tsv.js";

export const idsFormats: readonly Format[] = [
  suricataEve,
  ...honeypotJsonFormats,
  ...flowJsonFormats,
  ...sensorFormats,
  snortJson,
  wazuhJson,
  crowdsecJson,
  zeekJson,
  zeekTsv,
  suricataFast,
  snortText,
  fail2ban,
  mailcowNetfilter,
  watchers,
  ossecText,
  cowrieText,
  crowdsecText,
  nfdump,
  silk,
  yaf,
  argus,
];

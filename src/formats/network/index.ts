/** Network formats in trial order. Each rejects a foreign line by a literal or two, so the order costs little. */
import type { Format } from "../format.js";
import { awsVpcFlow } from "./aws-vpc-flow.js";
import { ciscoAsa } from "./cisco-asa.js";
import { fortigate } from "./fortigate.js";
import { iptables } from "./iptables.js";
import { suricataEve } from "./suricata-eve.js";
import { suricataFast } from "./suricata-fast.js";
import { zeekJson } from "./zeek-json.js";
import { zeekTsv } from "./zeek-tsv.js";

export const networkFormats: readonly Format[] = [
  fortigate,
  ciscoAsa,
  iptables,
  suricataEve,
  zeekJson,
  zeekTsv,
  suricataFast,
  awsVpcFlow,
];

/** AWS Network Firewall: Suricata's events, each in an `event` member. */
import type { Format } from "../format.js";
import { suricataEve } from "../ids/suricata-eve.js";
import { object, string } from "../json-fields.js";

export const awsNetworkFirewall: Format = {
  id: "aws.networkfirewall",
  title: "AWS Network Firewall",
  reference: "https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-logging-contents.html",
  json: true,
  parse(line, context, envelope, record) {
    const event = object(record?.["event"]);
    const name = string(record?.["firewall_name"]);
    if (!event || name === undefined) return undefined;
    const read = suricataEve.parse(line, context, envelope, event);
    if (!read) return undefined;
    const observer = { name, vendor: "AWS", product: "Network Firewall" };
    return { ...read, event: { ...read.event, observer } };
  },
};

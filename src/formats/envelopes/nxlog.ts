import { wrapper } from "./json-wrapper.js";

export const nxlog = wrapper({
  id: "nxlog",
  title: "NXLog JSON of syslog and file input",
  reference: "https://docs.nxlog.co/refman/current/xm/json.html",
  is: (r) => typeof r["SourceModuleName"] === "string" && r["EventID"] === undefined,
  message: ["raw_event", "Message"],
  time: ["EventTime", "EventReceivedTime"],
  host: ["Hostname", "HostName"],
  program: ["SourceName"],
});

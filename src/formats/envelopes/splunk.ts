import { wrapper } from "./json-wrapper.js";

export const splunk = wrapper({
  id: "splunk",
  title: "Splunk JSON export, HTTP event collector and Cribl events",
  reference: "https://docs.splunk.com/Documentation/Splunk/latest/Data/FormateventsforHTTPEventCollector",
  is: (r) =>
    typeof r["_raw"] === "string" ||
    (typeof r["result"] === "object" && r["result"] !== null && "_raw" in r["result"]) ||
    (r["event"] !== undefined && (typeof r["sourcetype"] === "string" || typeof r["index"] === "string")),
  message: ["_raw", "result._raw", "event"],
  time: ["_time", "result._time", "time"],
  host: ["host", "result.host"],
});

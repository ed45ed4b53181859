import { wrapper } from "./json-wrapper.js";

export const azure = wrapper({
  id: "azure-diagnostics",
  title: "Azure resource logs around a line",
  reference: "https://learn.microsoft.com/en-us/azure/azure-monitor/essentials/resource-logs-schema",
  is: (r) =>
    typeof r["category"] === "string" &&
    typeof r["properties"] === "object" &&
    (r["resourceId"] !== undefined || r["ResourceId"] !== undefined || r["operationName"] !== undefined),
  message: [
    "properties.log",
    "properties.RawData",
    "properties.rawData",
    "properties.SyslogMessage",
    "properties.resultDescription",
    "properties.message",
    "properties.Message",
    "properties.msg",
  ],
  time: ["time", "timestamp"],
  host: ["properties.HostName", "properties.Computer", "properties.pod"],
});

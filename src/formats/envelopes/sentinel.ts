import { wrapper } from "./json-wrapper.js";

export const sentinel = wrapper({
  id: "microsoft-sentinel",
  title: "Log Analytics and Microsoft Sentinel tables around a line",
  reference: "https://learn.microsoft.com/en-us/azure/azure-monitor/reference/tables/syslog",
  is: (r) =>
    (typeof r["SyslogMessage"] === "string" || typeof r["RawData"] === "string" || typeof r["LogEntry"] === "string") &&
    ("TimeGenerated" in r || "TimeGenerated [UTC]" in r || "Computer" in r),
  message: ["SyslogMessage", "RawData", "LogEntry"],
  time: ["EventTime", "TimeGenerated", "TimeGenerated [UTC]", "EventTime [UTC]"],
  host: ["HostName", "Computer"],
  program: ["ProcessName"],
});

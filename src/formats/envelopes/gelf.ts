import { wrapper } from "./json-wrapper.js";

export const gelf = wrapper({
  id: "gelf",
  title: "Graylog extended log format",
  reference: "https://go2docs.graylog.org/current/getting_in_log_data/gelf.html",
  is: (r) => typeof r["short_message"] === "string" && (r["version"] !== undefined || r["host"] !== undefined),
  message: ["full_message", "short_message"],
  time: ["timestamp"],
  host: ["host"],
  program: ["_SYSLOG_IDENTIFIER", "_program", "_application_name", "_container_name"],
});

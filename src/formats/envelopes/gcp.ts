import { wrapper } from "./json-wrapper.js";

export const gcpLogEntry = wrapper({
  id: "gcp-logentry",
  title: "Google Cloud Logging LogEntry",
  reference: "https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry",
  is: (r) => typeof r["logName"] === "string" && (r["textPayload"] !== undefined || r["jsonPayload"] !== undefined),
  message: ["textPayload", "jsonPayload.message", "jsonPayload.MESSAGE", "jsonPayload.log", "jsonPayload"],
  time: ["timestamp", "receiveTimestamp"],
  host: ["labels.compute.googleapis.com/resource_name", "jsonPayload._HOSTNAME", "resource.labels.instance_id"],
  program: ["resource.labels.container_name", "jsonPayload.SYSLOG_IDENTIFIER"],
});

import { wrapper } from "./json-wrapper.js";

export const datadog = wrapper({
  id: "datadog",
  title: "Datadog log archives and exports",
  reference: "https://docs.datadoghq.com/logs/log_configuration/archives/",
  is: (r) =>
    r["ddsource"] !== undefined ||
    r["ddtags"] !== undefined ||
    (typeof r["date"] === "string" && typeof r["service"] === "string" && r["attributes"] !== undefined) ||
    (r["type"] === "log" && typeof r["attributes"] === "object"),
  message: ["message", "attributes.message", "content.message"],
  time: ["date", "timestamp", "attributes.timestamp"],
  host: ["host", "hostname", "attributes.host"],
  program: ["service", "attributes.service"],
});

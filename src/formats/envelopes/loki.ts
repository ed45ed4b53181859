import { wrapper } from "./json-wrapper.js";

export const loki = wrapper({
  id: "loki",
  title: "Grafana Loki query results and pushed streams",
  reference: "https://grafana.com/docs/loki/latest/reference/loki-http-api/",
  is: (r) =>
    typeof r["line"] === "string" &&
    (typeof r["labels"] === "object" || r["timestamp"] !== undefined || r["ts"] !== undefined),
  message: ["line"],
  time: ["timestamp", "ts"],
  host: ["labels.hostname", "labels.host", "labels.nodename", "labels.instance"],
  program: ["labels.syslog_identifier", "labels.app", "labels.container"],
});

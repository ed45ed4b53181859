import { wrapper } from "./json-wrapper.js";

export const graylog = wrapper({
  id: "graylog",
  title: "Graylog message export",
  reference: "https://go2docs.graylog.org/current/making_sense_of_your_log_data/export_search_results.html",
  is: (r) =>
    typeof r["gl2_source_input"] === "string" ||
    typeof r["gl2_remote_ip"] === "string" ||
    typeof r["gl2_message_id"] === "string",
  message: ["full_message", "message"],
  time: ["timestamp"],
  host: ["source"],
  program: ["application_name"],
});

import { wrapper } from "./json-wrapper.js";

export const vector = wrapper({
  id: "vector",
  title: "Vector log events",
  reference: "https://vector.dev/docs/reference/configuration/sources/",
  is: (r) => typeof r["source_type"] === "string" && typeof r["message"] === "string",
  message: ["message"],
  time: ["timestamp"],
  host: ["host", "hostname"],
  program: ["appname", "kubernetes.container_name", "container_name"],
});

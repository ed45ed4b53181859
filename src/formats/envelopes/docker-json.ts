import { wrapper } from "./json-wrapper.js";

export const dockerJson = wrapper({
  id: "docker-json",
  title: "Docker json-file logging driver",
  reference: "https://docs.docker.com/engine/logging/drivers/json-file/",
  is: (r) =>
    typeof r["log"] === "string" &&
    (r["stream"] === "stdout" || r["stream"] === "stderr" || typeof r["time"] === "string"),
  message: ["log"],
  time: ["time"],
  host: ["kubernetes.host", "attrs.hostname"],
  program: ["kubernetes.container_name", "container_name", "attrs.tag"],
});

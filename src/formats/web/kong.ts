/** Kong's log plugins (http-log, file-log): one object a request. */
import { has, jsonFormat } from "./json-reader.js";

export const kong = jsonFormat({
  id: "kong.access",
  title: "Kong: request log, JSON",
  reference: "https://docs.konghq.com/hub/kong-inc/file-log/",
  is: (record) => has(record, "client_ip", "request.method") && has(record, "response.status"),
  names: {
    time: ["started_at", "@timestamp", "timestamp"],
    client: ["client_ip"],
    forwarded: ["request.headers.x-forwarded-for", "request.headers.x-real-ip"],
    host: ["request.headers.host"],
    method: ["request.method"],
    uri: ["request.url", "request.uri"],
    status: ["response.status"],
    bytesIn: ["request.size"],
    bytesOut: ["response.size"],
    agent: ["request.headers.user-agent"],
    referrer: ["request.headers.referer"],
    user: ["consumer.username", "authenticated_entity.consumer_id"],
    tls: ["request.tls.version"],
    rule: ["route.name"],
  },
});

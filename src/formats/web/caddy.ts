/**
 * Caddy 2: access and error log, JSON. `client_ip` is `remote_ip`, or what trusted proxies forwarded. Headers are lists; `user_id`
 * is set once a user has been verified.
 */
import { object } from "../json-fields.js";
import { addressAndPort } from "../values.js";
import { has, jsonFormat } from "./json-reader.js";

export const caddy = jsonFormat({
  id: "caddy.access",
  title: "Caddy: access and error log, JSON",
  reference: "https://caddyserver.com/docs/logging#structured-logs",
  is: (record) =>
    object(record["request"]) !== undefined &&
    (has(record, "request.remote_ip") || has(record, "request.remote_addr") || has(record, "request.client_ip")) &&
    has(record, "request.method", "request.uri"),
  names: {
    time: ["ts", "time", "timestamp"],
    client: ["request.client_ip", "request.remote_ip", "request.remote_addr"],
    peer: ["request.remote_ip", "request.remote_addr"],
    clientPort: ["request.remote_port"],
    forwarded: ["request.headers.X-Forwarded-For", "request.headers.X-Real-Ip", "request.headers.Cf-Connecting-Ip"],
    host: ["request.host"],
    method: ["request.method"],
    uri: ["request.uri"],
    status: ["status"],
    bytesIn: ["bytes_read"],
    bytesOut: ["size"],
    agent: ["request.headers.User-Agent"],
    referrer: ["request.headers.Referer"],
    user: ["user_id"],
    sni: ["request.tls.server_name"],
  },
  adjust(out) {
    if (addressAndPort(out.peer).ip !== addressAndPort(out.client).ip) delete out.clientPort;
  },
});

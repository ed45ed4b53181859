/**
 * Access logs that an administrator wrote as JSON (nginx `log_format … escape=json`, Apache `LogFormat "{…}"`, API gateways, Fastly,
 * Gravitee): nobody fixes the names, so the usual ones are known. Who came, what was asked and the answer must all be there.
 */
import { addressAndPort } from "../values.js";
import { has, jsonFormat, first } from "./json-reader.js";

const CLIENT = [
  "remote_addr",
  "remoteAddr",
  "remote-address",
  "remote_address",
  "remoteAddress",
  "remote_ip",
  "remoteIp",
  "remoteIP",
  "client_ip",
  "clientIp",
  "clientIP",
  "client_addr",
  "clientip",
  "clientHost",
  "client_address",
  "source_ip",
  "remote_host",
  "remotehost",
  "client",
  "ip",
  "a",
  "h",
];
const STATUS = [
  "status",
  "status_code",
  "statusCode",
  "response_status",
  "response_code",
  "responseCode",
  "response",
  "http_status",
  "httpStatus",
  "statuscode",
  "code",
  "s",
];
const METHOD = ["request_method", "requestMethod", "method", "http_method", "httpMethod", "verb", "m"];
const REQUEST = ["request", "request_line", "requestLine", "http_request", "r"];
const FORWARDED = [
  "http_x_forwarded_for",
  "x_forwarded_for",
  "xForwardedFor",
  "x-forwarded-for",
  "X-Forwarded-For",
  "forwarded_for",
  "forwardedFor",
  "xff",
  "proxy_add_x_forwarded_for",
  "http_x_real_ip",
  "x_real_ip",
  "http_cf_connecting_ip",
  "http_true_client_ip",
];

const AGENT = ["http_user_agent", "user_agent", "userAgent", "useragent", "request_user_agent", "agent", "user-agent"];
const OUTGOING = /^[^/"]{0,40}\b(?:outgoing|outbound|egress|upstream|client request|http client|sending|fetch)/i;

export const jsonAccess = jsonFormat({
  id: "json.access",
  title: "nginx, Apache, API gateways, Fastly and kin: access log, JSON with the usual names",
  reference: "https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format",
  is(record) {
    const status = first(record, STATUS);
    if (status === undefined || !/^\d{3}$/.test(status)) return false;
    const client = first(record, CLIENT);
    if (client === undefined || addressAndPort(client.split(",", 1)[0]).ip === undefined) return false;
    const request = first(record, REQUEST);
    if (request !== undefined && /^[A-Z]{3,10} \S/.test(request)) return true;
    // A program's note on a request that it sent itself names the far server in the same words.
    if (OUTGOING.test(`${first(record, ["msg", "message", "logger", "kind", "event"]) ?? ""}`)) return false;
    if (/^[a-z]{2,6}:\/\//i.test(first(record, ["url", "uri", "request_url"]) ?? "") && !has(record, "http_user_agent"))
      return first(record, AGENT) !== undefined && /^[A-Z]{3,10}$/.test(first(record, METHOD) ?? "");
    const method = first(record, METHOD);
    return method !== undefined && /^[A-Z]{3,10}$/.test(method) && !has(record, "event_type");
  },
  names: {
    time: [
      "time_iso8601",
      "@timestamp",
      "timestamp",
      "time_local",
      "time",
      "ts",
      "requestTime",
      "request_time_iso8601",
      "datetime",
      "date",
      "msec",
      "t",
      "start_time",
      "requestTimeEpoch",
    ],
    client: CLIENT,
    clientPort: ["remote_port", "client_port", "remotePort", "clientPort"],
    forwarded: FORWARDED,
    server: ["server_addr", "serverAddr", "server_ip", "local-address", "local_address", "localAddress"],
    serverPort: ["server_port", "serverPort"],
    host: ["http_host", "host", "vhost", "virtual_host", "domainName", "request_host", "server_name", "httpHost"],
    method: METHOD,
    uri: ["request_uri", "requestUri", "uri", "url", "request_url", "path", "request_path", "resourcePath", "u"],
    query: ["args", "query_string", "query", "queryString", "q"],
    request: REQUEST,
    status: STATUS,
    bytesIn: ["request_length", "requestLength", "bytes_received", "bytes_in"],
    bytesOut: [
      "body_bytes_sent",
      "bytes_sent",
      "bytes",
      "response_body_size",
      "responseLength",
      "bytes_out",
      "size",
      "resp_bytes",
      "B",
      "b",
    ],
    agent: AGENT,
    referrer: ["http_referer", "http_referrer", "referer", "referrer", "request_referer"],
    user: ["remote_user", "remoteUser", "auth_user"],
    sni: ["ssl_server_name", "tls_server_name"],
    tls: ["ssl_protocol", "tls_version", "tls_protocol"],
    ja3: ["ja3", "http_ssl_ja3_hash", "tls_client_ja3"],
  },
});

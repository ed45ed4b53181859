/**
 * Traefik's access log as JSON. `ClientHost` is the client, or the forwarded-for list of a trusted proxy (Traefik drops the header
 * of others); `ClientAddr` is who connected. The nearest hop that a list names is its last.
 */
import { forwardedList } from "../fields.js";
import { addressAndPort } from "../values.js";
import { has, jsonFormat } from "./json-reader.js";

export const traefikJson = jsonFormat({
  id: "traefik.json",
  title: "Traefik: access log, JSON",
  reference: "https://doc.traefik.io/traefik/observability/access-logs/",
  is: (record) => has(record, "ClientHost") && (has(record, "DownstreamStatus") || has(record, "RequestMethod")),
  names: {
    time: ["StartUTC", "StartLocal", "time"],
    client: ["ClientHost"],
    peer: ["ClientAddr"],
    clientPort: ["ClientPort"],
    forwarded: ["request_X-Forwarded-For", "request_X-Real-Ip"],
    host: ["RequestHost", "RequestAddr"],
    method: ["RequestMethod"],
    uri: ["RequestPath"],
    status: ["DownstreamStatus", "OriginStatus"],
    bytesIn: ["RequestContentSize"],
    bytesOut: ["DownstreamContentSize"],
    agent: ["request_User-Agent"],
    referrer: ["request_Referer"],
    user: ["ClientUsername"],
    tls: ["TLSVersion"],
  },
  adjust(out) {
    const peer = addressAndPort(out.peer);
    const listed = forwardedList(out.client);
    if (listed && listed.length > 1) {
      out.forwarded = [listed.join(", "), out.forwarded ?? "-"].join(", ");
      out.client = listed.at(-1)!;
    }
    // The port belongs to who connected.
    if (peer.ip !== undefined && peer.ip !== addressAndPort(out.client).ip) delete out.clientPort;
  },
});

/**
 * Traefik's access log as JSON. `ClientHost` is the client, or the forwarded-for list of a trusted proxy (Traefik drops the header
 * of others); `ClientAddr` is who connected. The nearest hop that a list names is its last.
 */
import { forwardedList } from "../fields.js";
import type { Format } from "../format.js";
import { ADDRESS } from "../firewalls/patterns.js";
import { speakerFormat } from "../speaker.js";
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

/** Traefik's own log: what it hands on. The client is the source and the service behind it the destination. */
export const traefikText: Format = speakerFormat({
  id: "traefik.log",
  title: "Traefik: its own log, streams handed on",
  reference: "https://github.com/crowdsecurity/hub/blob/master/parsers/s01-parse/aidalinfo/tcpudp-flood-traefik.yaml",
  head: /^time="(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d))" level=debug msg="(?=Handling )/,
  process: "traefik",
  marks: ['msg="Handling '],
  sentences: [
    {
      says: new RegExp(
        `^Handling (?:UDP stream|connection) from \\[?(?<ip>${ADDRESS})\\]?:(?<port>\\d{1,5}) to \\[?(?<near>${ADDRESS})\\]?:(?<nearPort>\\d{1,5})"$`,
      ),
      outcome: "unknown",
      reason: "Handling: the answer is not shown",
      action: "connect",
    },
  ],
});

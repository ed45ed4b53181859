/**
 * Haraka: the lines that open and close a connection. The closing one counts messages and recipients (accepted/deferred/refused); the host name and
 * HELO in it are the client's, without spaces, and the last answer may quote a recipient, so the counts are read by their place.
 */
import { sentence } from "../firewalls/patterns.js";
import { speakerFormat } from "../speaker.js";

const CLOSED =
  '^disconnect ip=ADDR rdns=(?<name>\\S{0,253}) helo="\\S{0,255}" relay=[YN] early=[YN] esmtp=[YN] tls=[YN] pipe=[YN] errors=\\d{1,6} txns=\\d{1,6} ';

export const haraka = speakerFormat({
  id: "haraka.log",
  title: "Haraka",
  reference: "https://github.com/haraka/Haraka/blob/master/connection.js",
  marks: ["haraka", "connect ip="],
  programs: /^haraka$/,
  head: /^(?:(?<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d{3})\d{0,6}Z? {1,2})?\[NOTICE\] (?:\[[\w.-]{1,60}\] )?\[core\] (?=(?:dis)?connect ip=)/,
  process: "haraka",
  sentences: [
    {
      says: sentence("^connect ip=ADDR port=(?<port>\\d{1,5}) local_ip=NEAR local_port=(?<nearPort>\\d{1,5})(?: |$)"),
      outcome: "unknown",
      reason: "a client connected",
      action: "connect",
    },
    {
      says: sentence(`${CLOSED}rcpts=\\d{1,6}/\\d{1,6}/\\d{1,6} msgs=[1-9]\\d{0,6}/\\d{1,6}/\\d{1,6} `),
      outcome: "established",
      reason: "messages were accepted",
      action: "disconnect",
    },
    {
      says: sentence(
        `${CLOSED}rcpts=\\d{1,6}/(?:[1-9]\\d{0,5}/\\d{1,6}|\\d{1,6}/[1-9]\\d{0,5}) msgs=0/\\d{1,6}/\\d{1,6} `,
      ),
      outcome: "refused",
      reason: "recipients were refused",
      action: "disconnect",
    },
    {
      says: sentence(
        `${CLOSED}rcpts=\\d{1,6}/\\d{1,6}/\\d{1,6} msgs=0/(?:[1-9]\\d{0,5}/\\d{1,6}|\\d{1,6}/[1-9]\\d{0,5}) `,
      ),
      outcome: "refused",
      reason: "messages were refused",
      action: "disconnect",
    },
    {
      says: sentence(`${CLOSED}rcpts=\\d{1,6}/\\d{1,6}/\\d{1,6} msgs=0/0/0 bytes=\\d{1,15} lr="[45]\\d\\d `),
      outcome: "refused",
      reason: "the last answer was an error",
      action: "disconnect",
    },
    { says: sentence(CLOSED), outcome: "unknown", reason: "nothing was sent", action: "disconnect" },
  ],
});

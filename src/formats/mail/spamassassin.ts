/** SpamAssassin's daemon. Its client is the mail server that has a message checked; message ids are the sender's text and stand last. */
import { sentence } from "../firewalls/patterns.js";
import { speakerFormat } from "../speaker.js";

export const spamassassin = speakerFormat({
  id: "apache.spamassassin",
  title: "SpamAssassin's spamd",
  reference: "https://docs.sekoia.io/integration/categories/email/spamassassin/",
  marks: ["spamd"],
  programs: /^spamd$/,
  head: /^(?=spamd: (?:connection from |result: ))/,
  process: "spamd",
  sentences: [
    {
      says: sentence("^spamd: connection from (?<name>\\S{1,253}) \\[ADDR\\](?::| at port )(?<port>\\d{1,5})(?: |$)"),
      outcome: "unknown",
      reason: "a client connected",
      action: "connect",
    },
    {
      says: sentence(
        "^spamd: result: [.Y] -?\\d{1,4} - \\S{0,3000} scantime=[\\d.]{1,12},size=\\d{1,12},user=[^,]{0,255},uid=\\d{1,10},required_score=[\\d.-]{1,8},rhost=[^,]{0,253},raddr=ADDR,rport=(?<port>\\d{1,5}),",
      ),
      outcome: "established",
      reason: "a message was checked",
      action: "result",
    },
  ],
});

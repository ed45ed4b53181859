/** CrushFTP, session log: `SESSION|date|[HTTP:session:user:ip] …`. What follows the bracket is partly the client's and says no outcome but one. */
import { sentence } from "../firewalls/patterns.js";
import { speakerFormat } from "../speaker.js";

const CLIENT = "^\\[[A-Z]{3,6}:[^:\\]]{1,80}:(?<user>[^:\\]]{0,255}):ADDR\\]";

export const crushftp = speakerFormat({
  id: "crushftp.session",
  title: "CrushFTP: session log",
  reference:
    "https://research.splunk.com/web/75dfd9f4-ca64-45d0-9422-4bde6d26a59e/ (CrushFTP Max Simultaneous Users From IP)",
  marks: ["SESSION|"],
  head: /^SESSION\|(?<time>\d{1,2}\/\d{1,2}\/\d{4} \d{1,2}:\d\d:\d\d\.\d{1,3})\|(?=\[[A-Z]{3,6}:)/,
  process: "crushftp",
  sentences: [
    {
      says: sentence(`${CLIENT}.{0,40}?User access not allowed\\. {1,2}Max simultaneous users from your IP`),
      outcome: "refused",
      reason: "too many sessions of this address",
    },
    { says: sentence(CLIENT), outcome: "unknown", reason: "a session of this client" },
  ],
});

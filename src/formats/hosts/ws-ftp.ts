/** WS_FTP Server: `mmdd hh:mm:ss (session) …`. The year is not in the line. */
import { sentence } from "../firewalls/patterns.js";
import type { ParsedTime } from "../format.js";
import { speakerFormat } from "../speaker.js";
import { civilTime } from "../time.js";

function time(stated: string): ParsedTime | undefined {
  const m = /^(\d\d)(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(stated);
  return m ? civilTime(undefined, +m[1]!, +m[2]!, +m[3]!, +m[4]!, +m[5]!) : undefined;
}

const USER = "^\\S{1,253} S\\(\\d{1,4}\\) ADDR (?<user>\\S{1,255}) ";

export const wsFtp = speakerFormat({
  id: "ipswitch.ws_ftp",
  title: "WS_FTP Server",
  reference: "http://www.ipswitch.com/Support/WS_FTP-Server/guide/v5/ch12_logman4.html",
  head: /^(?<time>[01]\d[0-3]\d \d\d:\d\d:\d\d) \([0-9a-f]{8}\) /,
  time,
  process: "ws_ftp",
  sentences: [
    {
      says: sentence("^ADDR:(?<port>\\d{1,5}) connected to NEAR:(?<nearPort>\\d{1,5})$"),
      outcome: "unknown",
      reason: "a client connected",
      action: "connect",
    },
    {
      says: sentence(`${USER}logon success \\([^()]{1,20}\\)$`),
      outcome: "authenticated",
      reason: "logon success",
      action: "ftp_login",
    },
    {
      says: sentence(`${USER}logoff R:\\d{1,9} D:\\d{1,9} P:\\d{1,9}$`),
      outcome: "authenticated",
      reason: "the session of a logged-in user ended",
      action: "ftp_logoff",
    },
    {
      says: sentence("^ADDR connection closed$"),
      outcome: "unknown",
      reason: "the connection ended",
      action: "disconnect",
    },
    { says: sentence(USER), outcome: "unknown", reason: "a session of this client" },
  ],
});

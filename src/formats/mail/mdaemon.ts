/**
 * MDaemon: session, screening and dynamic screening logs. Only the line that opens a session and those of the screening name an address; what
 * became of the session stands in lines without one.
 */
import { sentence } from "../firewalls/patterns.js";
import type { ParsedTime } from "../format.js";
import { civilTime, parseIsoTime } from "../time.js";
import { speakerFormat } from "../speaker.js";

/** `Tue 2021-03-02 05:06:07.123: 05: `, older ones without fraction and level; `210302 050607123 I [1002FA89] 0x415041A1 ` (DynScrn). */
const HEAD =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{3})?): (?:\d\d: )?(?=Accepting |Host screening |Location Screening: )|(?<time2>\d{6} \d{9}) [A-Z] \[[0-9A-F]{8}\] 0x[0-9A-F]{8} (?=Block List: ))/;

function packed(stated: string): ParsedTime | undefined {
  const m = /^(\d\d)(\d\d)(\d\d) (\d\d)(\d\d)(\d\d)(\d{3})$/.exec(stated);
  return m ? civilTime(2000 + +m[1]!, +m[2]!, +m[3]!, +m[4]!, +m[5]!, +m[6]!, +m[7]!) : parseIsoTime(stated);
}

export const mdaemon = speakerFormat({
  id: "mdaemon.session",
  title: "MDaemon: session and screening logs",
  reference: "https://help.mdaemon.com/MDaemon/en/log_options_2.html",
  marks: ["Accepting ", "Host screening refused ", "Location Screening: ", ": Blocking IP:"],
  head: HEAD,
  time: packed,
  process: "mdaemon",
  sentences: [
    {
      says: sentence(
        "^Accepting (?:SMTP|POP|IMAP|MSA) connection from \\[?ADDR:(?<port>\\d{1,5})\\]? to \\[?NEAR:(?<nearPort>\\d{1,5})\\]?$",
      ),
      outcome: "unknown",
      reason: "a client connected",
      action: "connect",
    },
    {
      says: sentence(
        "^Host screening refused connection to NEAR:(?<nearPort>\\d{1,5}) from \\S{0,253} ?\\[ADDR:(?<port>\\d{1,5})\\] \\(",
      ),
      outcome: "blocked",
      reason: "host screening refused the connection",
    },
    {
      says: sentence(
        "^Location Screening: IP ADDR matched to country .{0,120}?; connection blocked; port (?<nearPort>\\d{1,5})$",
      ),
      outcome: "blocked",
      reason: "location screening",
    },
    {
      says: sentence("^Block List: \\w{2,12}: Blocking IP:ADDR \\("),
      outcome: "blocked",
      reason: "dynamic screening",
    },
  ],
});

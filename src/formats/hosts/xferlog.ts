/**
 * xferlog(5): transfers of wu-ftpd, ProFTPD, vsftpd and Pure-FTPd. The file's name is the client's and stands between fields that are read from
 * either end. Who transferred had logged in; `a` is anonymous.
 */
import type { Event, Outcome } from "../../model/event.js";
import { ctime } from "../fields.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { shaped, timestamp } from "../shape.js";
import { addressAndPort, integer, text } from "../values.js";

/** After the time: seconds, host, bytes, file, type, action, way, access, user, service, method, id, end. */
const START = /^ ?\d{1,9} (\S{1,253}) (\d{1,15}) (?=\S)/;
const END = / [ab] \S{1,8} ([oid]) ([agr]) (\S{1,255}) (\S{1,32}) [01] \S{1,64} ([ci])$/;

export const xferlog: Format = {
  id: "ftp.xferlog",
  title: "FTP transfer log (xferlog): wu-ftpd, ProFTPD, vsftpd, Pure-FTPd",
  reference: "http://www.castaglia.org/proftpd/doc/xferlog.html; xferlog(5)",
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (!/ [01] \S{1,64} [ci]$/.test(line.slice(-70))) return undefined;
    const dated = ctime(line);
    const rest = dated ? line.slice(dated.length) : line;
    const start = START.exec(rest);
    const end = start && END.exec(rest.slice(-400));
    if (!start || !end || (!dated && envelope?.timestamp === undefined)) return undefined;
    const host = start[1]!;
    const { ip } = addressAndPort(host);
    const bytes = integer(start[2]);
    const [, way, access, user] = end;
    const outcome: Outcome = access === "a" ? "established" : "authenticated";
    return shaped({
      event: {
        timestamp: timestamp(dated?.time, context, envelope),
        source: { ip, domain: ip === undefined ? text(host) : undefined, bytes: way === "i" ? bytes : undefined },
        destination: way === "o" ? { bytes } : undefined,
        event: { action: way === "i" ? "upload" : way === "o" ? "download" : "delete" },
        user: { name: text(user) },
      } as Event,
      outcome,
      outcomeReason: `a transfer of ${access === "a" ? "an anonymous" : "a logged-in"} user`,
      initiator: "source",
      observerIsAsset: true,
    });
  },
};

/** vsftpd's own log (`log_ftp_protocol`, `vsftpd_log_file`). The date is local. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { ctime, timeOf } from "../fields.js";
import { tell, type Sentence } from "../messages.js";

const CLIENT = String.raw`: Client "(?<ip>[0-9A-Fa-f.:]{2,45})"`;
const USER = String.raw`^\[pid \d{1,10}\] \[(?<user>.{0,255})\] `;
const re = (source: string): RegExp => new RegExp(source);

const SENTENCES: readonly Sentence[] = [
  { says: re(`${USER}FAIL LOGIN${CLIENT}`), outcome: "refused", reason: "FAIL LOGIN", action: "ftp_login" },
  { says: re(`${USER}OK LOGIN${CLIENT}`), outcome: "authenticated", reason: "OK LOGIN", action: "ftp_login" },
  {
    says: re(`${USER}OK (?:UPLOAD|DOWNLOAD|DELETE|MKDIR|RMDIR|RENAME|CHMOD)${CLIENT}`),
    outcome: "authenticated",
    reason: "a file action of a logged-in user",
    action: "ftp_transfer",
  },
  { says: re(`${USER}FAIL [A-Z]{2,12}${CLIENT}`), outcome: "refused", reason: "a failed action" },
  { says: re(`${USER}FTP response${CLIENT}, "5`), outcome: "refused", reason: "FTP reply 5xx" },
  {
    says: re(String.raw`^\[pid \d{1,10}\] CONNECT${CLIENT}, "Connection refused`),
    outcome: "blocked",
    reason: "refused",
  },
  {
    says: re(String.raw`^\[pid \d{1,10}\] (?:\[.{0,255}\] )?[A-Za-z ]{2,20}${CLIENT}`),
    outcome: "unknown",
    reason: "the client connected",
  },
];

export const vsftpd: Format = {
  id: "vsftpd.vsftpd",
  prose: true,
  title: "vsftpd",
  reference: "https://security.appspot.com/vsftpd/vsftpd_conf.html",
  marks: [': Client "'],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const dated = ctime(line);
    const message = dated ? line.slice(dated.length + 1) : line;
    if (!message.startsWith("[pid ")) return undefined;
    const timestamp = timeOf(context, dated?.time) ?? envelope?.timestamp;
    return tell(message, SENTENCES, { process: "vsftpd", timestamp });
  },
};

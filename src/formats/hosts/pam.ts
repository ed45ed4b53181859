/** PAM's own sentences, whatever program they stand under, and util-linux login. The remote host is the source. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { tell, type Sentence } from "../messages.js";

const PAM: readonly Sentence[] = [
  {
    says: /authentication failures?; .{0,600}?\brhost=(?<ip>[\w.:%-]{2,255})(?: {1,2}user=(?<user>.*))?/,
    outcome: "refused",
    reason: "PAM: authentication failure",
    action: "login",
  },
  {
    says: /^pam_[\w-]{1,40}\([^)]{1,80}\): .{0,600}?\brhost=(?<ip>[\w.:%-]{2,255})/,
    outcome: "unknown",
    reason: "PAM names the remote host",
  },
];

const LOGIN: readonly Sentence[] = [
  {
    says: /^FAILED LOGIN (?:SESSION )?(?:\(?\d{1,6}\)?)?.{0,80}?(?:FROM|from) '?(?<ip>[\w.:%-]{2,255})'? FOR '?(?<user>[^',]{1,255})/,
    outcome: "refused",
    reason: "failed login",
    action: "login",
  },
  {
    says: /^(?:ROOT |DIALUP AT \S{1,40} BY )?LOGIN ON (?<tty>\S{1,40}) BY (?<user>.{1,255}) FROM (?<ip>[\w.:%-]{2,255})$/,
    outcome: "authenticated",
    reason: "login",
    action: "login",
  },
  {
    says: /^ROOT LOGIN {1,2}(?:ON|on) '?\S{1,40}'? (?:FROM|from) '?(?<ip>[\w.:%-]{2,255})'?$/,
    outcome: "authenticated",
    reason: "root login",
    action: "login",
  },
];

export const pam: Format = {
  id: "linux.pam",
  prose: true,
  title: "Linux-PAM and login",
  reference: "https://man7.org/linux/man-pages/man8/pam_unix.8.html",
  marks: ["rhost=", "FAILED LOGIN ", "LOGIN ON ", "ROOT LOGIN "],
  parse(line: string, _context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const message = line.replace(/^[\w./-]{1,64}(?:\[\d{1,10}\])?: (?=pam_|PAM )/, "");
    const spoken =
      message.startsWith("pam_") || message.startsWith("PAM ") || message.startsWith("authentication failure; ");
    if (!spoken && !/^(?:FAILED LOGIN|ROOT LOGIN|LOGIN ON|DIALUP AT)/.test(message)) return undefined;
    const service = /^pam_[\w-]{1,40}\(([\w./-]{1,64})[:)]/.exec(message)?.[1];
    return tell(message, spoken ? PAM : LOGIN, {
      process: service ?? envelope?.program ?? "login",
      timestamp: envelope?.timestamp,
    });
  },
};

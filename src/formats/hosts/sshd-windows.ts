/** OpenSSH server on Windows, `sshd.log`: the process's number and the time before sshd's own sentences; before 7.7 without a date. */
import { speakerFormat } from "../speaker.js";
import { SSHD_MARKS, SSHD_SENTENCES } from "./sshd.js";

export const sshdWindows = speakerFormat({
  id: "openssh.windows",
  title: "OpenSSH server on Windows: sshd.log",
  reference:
    "https://github.com/PowerShell/Win32-OpenSSH/wiki/Logging-Facilities; https://github.com/PowerShell/Win32-OpenSSH/issues/1565",
  marks: SSHD_MARKS,
  head: /^\d{1,10} (?:(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) |\d\d:\d\d:\d\d \d{3} )(?=[A-Z])/,
  process: "sshd",
  sentences: SSHD_SENTENCES,
});

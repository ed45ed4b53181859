/** Hosts: logins and daemons, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { auditd, laurel } from "./auditd.js";
import { mssql, mysql, postgresql, redis } from "./databases.js";
import { mongodb, mongodbText } from "./mongodb.js";
import { dropbear } from "./dropbear.js";
import { pam } from "./pam.js";
import { windowsJson } from "./windows-json.js";
import { windowsText } from "./windows-text.js";
import { windowsXml } from "./windows-xml.js";
import { sshd } from "./sshd.js";
import { vsftpd } from "./vsftpd.js";

export const hostFormats: readonly Format[] = [
  windowsXml,
  windowsJson,
  windowsText,
  auditd,
  laurel,
  mongodb,
  mongodbText,
  mysql,
  mssql,
  redis,
  sshd,
  pam,
  dropbear,
  vsftpd,
  postgresql,
];

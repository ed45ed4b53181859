/** Hosts: logins and daemons, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { asterisk, cas, proxmox, sabnzbd, vmware, webmin } from "./applications.js";
import { auditd, laurel } from "./auditd.js";
import { mssql, mysql, postgresql, redis } from "./databases.js";
import { commands } from "./commands.js";
import { elasticsearchAudit } from "./elasticsearch-audit.js";
import { oracleListener } from "./oracle-listener.js";
import { mongodb, mongodbText } from "./mongodb.js";
import { crushftp } from "./crushftp.js";
import { dropbear } from "./dropbear.js";
import { filezilla } from "./filezilla.js";
import { pam } from "./pam.js";
import { windowsJson } from "./windows-json.js";
import { windowsLines } from "./windows-lines.js";
import { windowsText } from "./windows-text.js";
import { windowsXml } from "./windows-xml.js";
import { kdc, proftpd, pureftpd, samba, slapd, wrappers } from "./services.js";
import { smallServers } from "./small-servers.js";
import { sshd } from "./sshd.js";
import { sshdWindows } from "./sshd-windows.js";
import { vsftpd } from "./vsftpd.js";
import { wsFtp } from "./ws-ftp.js";
import { xferlog } from "./xferlog.js";

export const hostFormats: readonly Format[] = [
  windowsXml,
  windowsJson,
  windowsText,
  windowsLines,
  auditd,
  laurel,
  commands,
  elasticsearchAudit,
  oracleListener,
  mongodb,
  mongodbText,
  mysql,
  mssql,
  redis,
  sshd,
  proxmox,
  pam,
  dropbear,
  vsftpd,
  xferlog,
  filezilla,
  crushftp,
  wsFtp,
  sshdWindows,
  proftpd,
  pureftpd,
  slapd,
  kdc,
  samba,
  wrappers,
  asterisk,
  webmin,
  vmware,
  sabnzbd,
  cas,
  ...smallServers,
  postgresql,
];

/** Hosts: logins and daemons, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { dropbear } from "./dropbear.js";
import { pam } from "./pam.js";
import { sshd } from "./sshd.js";
import { vsftpd } from "./vsftpd.js";

export const hostFormats: readonly Format[] = [sshd, pam, dropbear, vsftpd];

/** The formats of network services, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { apacheAccess } from "./apache-access.js";
import { apacheError } from "./apache-error.js";
import { dovecot } from "./dovecot.js";
import { dropbear } from "./dropbear.js";
import { haproxy } from "./haproxy.js";
import { nginxError } from "./nginx-error.js";
import { openvpn } from "./openvpn.js";
import { pam } from "./pam.js";
import { squid } from "./squid.js";
import { sshd } from "./sshd.js";
import { strongswan } from "./strongswan.js";
import { vsftpd } from "./vsftpd.js";
import { w3c } from "./w3c.js";

/** Squid's emulated access lines are Apache's with a field more, so squid comes before apacheAccess. */
export const serviceFormats: readonly Format[] = [
  sshd,
  pam,
  dropbear,
  strongswan,
  dovecot,
  vsftpd,
  nginxError,
  apacheError,
  haproxy,
  squid,
  apacheAccess,
  w3c,
  openvpn,
];

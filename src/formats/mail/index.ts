/** Mail servers, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { dovecot } from "./dovecot.js";
import { esa } from "./esa.js";
import { exchange } from "./exchange.js";
import { exim } from "./exim.js";
import { amavis, mailPolicy, rspamd } from "./filters.js";
import { messageTrace, mimecast, proofpoint } from "./gateways.js";
import { hmailserver } from "./hmailserver.js";
import { postfix } from "./postfix.js";
import { sendmail } from "./sendmail.js";
import { courier, cyrus, opensmtpd, tcpserver, zimbra } from "./servers.js";

export const mailFormats: readonly Format[] = [
  postfix,
  exim,
  exchange,
  sendmail,
  mimecast,
  proofpoint,
  messageTrace,
  esa,
  hmailserver,
  zimbra,
  amavis,
  rspamd,
  mailPolicy,
  courier,
  cyrus,
  tcpserver,
  opensmtpd,
  dovecot,
];

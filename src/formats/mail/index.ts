/** Mail servers, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { abnormal } from "./abnormal.js";
import { barracudaEsg } from "./barracuda-esg.js";
import { dovecot } from "./dovecot.js";
import { esa } from "./esa.js";
import { exchange } from "./exchange.js";
import { exim } from "./exim.js";
import { amavis, mailPolicy, rspamd } from "./filters.js";
import { messageTrace, mimecast, proofpoint } from "./gateways.js";
import { haraka } from "./haraka.js";
import { hmailserver } from "./hmailserver.js";
import { icewarp } from "./icewarp.js";
import { kerio } from "./kerio.js";
import { mailenable } from "./mailenable.js";
import { mdaemon } from "./mdaemon.js";
import { mimecastJson } from "./mimecast-json.js";
import { postfix } from "./postfix.js";
import { proofpointTap } from "./proofpoint-tap.js";
import { sendmail } from "./sendmail.js";
import { courier, cyrus, opensmtpd, tcpserver, zimbra } from "./servers.js";
import { spamassassin } from "./spamassassin.js";
import { stalwart } from "./stalwart.js";

export const mailFormats: readonly Format[] = [
  postfix,
  exim,
  exchange,
  sendmail,
  mimecast,
  mimecastJson,
  proofpointTap,
  abnormal,
  barracudaEsg,
  proofpoint,
  messageTrace,
  esa,
  hmailserver,
  mailenable,
  mdaemon,
  kerio,
  icewarp,
  haraka,
  stalwart,
  zimbra,
  amavis,
  rspamd,
  spamassassin,
  mailPolicy,
  courier,
  cyrus,
  tcpserver,
  opensmtpd,
  dovecot,
];

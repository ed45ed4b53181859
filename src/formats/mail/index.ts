/** Mail servers, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { dovecot } from "./dovecot.js";
import { exchange } from "./exchange.js";
import { exim } from "./exim.js";
import { postfix } from "./postfix.js";
import { sendmail } from "./sendmail.js";

export const mailFormats: readonly Format[] = [postfix, exim, exchange, sendmail, dovecot];

/** Mail servers, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { dovecot } from "./dovecot.js";

export const mailFormats: readonly Format[] = [dovecot];

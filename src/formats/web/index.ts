/** Web servers and load balancers, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { apacheAccess } from "./apache-access.js";
import { apacheError } from "./apache-error.js";
import { haproxy } from "./haproxy.js";
import { nginxError } from "./nginx-error.js";
import { w3c } from "./w3c.js";

export const webFormats: readonly Format[] = [nginxError, apacheError, haproxy, apacheAccess, w3c];

/** Firewalls, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { ciscoAsa } from "./cisco-asa.js";
import { fortigate } from "./fortigate.js";
import { iptables } from "./iptables.js";

export const firewallFormats: readonly Format[] = [fortigate, ciscoAsa, iptables];

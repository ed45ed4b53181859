/** Remote access: VPNs, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { openvpn } from "./openvpn.js";
import { strongswan } from "./strongswan.js";

export const remoteAccessFormats: readonly Format[] = [strongswan, openvpn];

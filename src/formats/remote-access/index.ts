/** Remote access: VPNs, AAA servers and remote control, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { ciscoIse } from "./cisco-ise.js";
import { duoJson, duoProxy } from "./duo.js";
import { openvpn } from "./openvpn.js";
import { ppp, softether } from "./ppp.js";
import { pulse } from "./pulse.js";
import { freeradius, nps } from "./radius.js";
import { remoteDesktopFormats } from "./remote-desktop.js";
import { pluto, strongswan } from "./strongswan.js";
import { wireguard } from "./wireguard.js";

export const remoteAccessFormats: readonly Format[] = [
  strongswan,
  pluto,
  wireguard,
  ciscoIse,
  pulse,
  nps,
  freeradius,
  ppp,
  duoJson,
  duoProxy,
  softether,
  ...remoteDesktopFormats,
  openvpn,
];

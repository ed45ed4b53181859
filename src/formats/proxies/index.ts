/** Forward proxies and web gateways, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { barracudaWebFilter } from "./barracuda.js";
import { cato } from "./cato.js";
import { e2guardian } from "./e2guardian.js";
import { forcepoint } from "./forcepoint.js";
import { cloudflareAccess, cloudflareGateway, menlo, netskope, skyhighCloud } from "./gateways.js";
import { iboss } from "./iboss.js";
import { skyhigh } from "./skyhigh.js";
import { dante, privoxy, tinyproxy } from "./small-proxies.js";
import { sophosWeb } from "./sophos-web.js";
import { squid } from "./squid.js";
import { umbrella } from "./umbrella.js";
import { untangle, untangleSyslog } from "./untangle.js";
import { zscaler, zscalerJson, zscalerPrivate } from "./zscaler.js";

export const proxyFormats: readonly Format[] = [
  squid,
  umbrella,
  zscaler,
  forcepoint,
  skyhigh,
  sophosWeb,
  barracudaWebFilter,
  e2guardian,
  dante,
  tinyproxy,
  privoxy,
  zscalerJson,
  zscalerPrivate,
  netskope,
  skyhighCloud,
  menlo,
  iboss,
  cato,
  untangle,
  untangleSyslog,
  cloudflareGateway,
  cloudflareAccess,
];

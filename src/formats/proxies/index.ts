/** Forward proxies and web gateways, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { squid } from "./squid.js";

export const proxyFormats: readonly Format[] = [squid];

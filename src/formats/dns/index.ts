/** Name servers and resolvers, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";

export const dnsFormats: readonly Format[] = [];

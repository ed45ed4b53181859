/** Name servers and resolvers, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { bind, dnstap } from "./bind.js";
import { coredns } from "./coredns.js";
import { dnsJsonFormats } from "./dns-json.js";
import { infobloxCef, nextdns, route53Zone, umbrellaDns } from "./dns-rows.js";
import { dnsmasq, iscDhcp, technitium } from "./dnsmasq.js";
import { powerdns } from "./powerdns.js";
import { knot, nsd, unbound } from "./unbound.js";
import { windowsDnsAnalytical, windowsDnsDebug, windowsDnsJson } from "./windows-dns.js";

export const dnsFormats: readonly Format[] = [
  infobloxCef,
  bind,
  unbound,
  dnsmasq,
  iscDhcp,
  powerdns,
  coredns,
  windowsDnsDebug,
  windowsDnsAnalytical,
  windowsDnsJson,
  technitium,
  nsd,
  knot,
  dnstap,
  route53Zone,
  umbrellaDns,
  nextdns,
  ...dnsJsonFormats,
];

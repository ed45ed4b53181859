/** Name servers, resolvers and DHCP servers, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { bind, dnstap } from "./bind.js";
import { coredns } from "./coredns.js";
import { dnsJsonFormats } from "./dns-json.js";
import { dnscryptProxy, infobloxAudit, infobloxCef, nextdns, route53Zone } from "./dns-rows.js";
import { iscDhcp, keaDhcp, microsoftDhcp } from "./dhcp.js";
import { dnsmasq, technitium } from "./dnsmasq.js";
import { powerdns } from "./powerdns.js";
import { knot, nsd, unbound } from "./unbound.js";
import { windowsDnsAnalytical, windowsDnsDebug, windowsDnsJson } from "./windows-dns.js";

export const dnsFormats: readonly Format[] = [
  infobloxCef,
  infobloxAudit,
  bind,
  unbound,
  dnsmasq,
  iscDhcp,
  keaDhcp,
  microsoftDhcp,
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
  nextdns,
  dnscryptProxy,
  ...dnsJsonFormats,
];

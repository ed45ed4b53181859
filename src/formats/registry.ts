/** Every format, once. Order: envelopes from the outside in, formats from the specific to the general. */
import { compose, cri } from "./envelopes/container.js";
import { sophosUtmHeader } from "./envelopes/sophos-utm.js";
import { syslog3164 } from "./envelopes/syslog-3164.js";
import { syslog5424 } from "./envelopes/syslog-5424.js";
import type { Envelope, Format } from "./format.js";
import { cloudFormats } from "./cloud/index.js";
import { dnsFormats } from "./dns/index.js";
import { firewallFormats } from "./firewalls/index.js";
import { hostFormats } from "./hosts/index.js";
import { idsFormats } from "./ids/index.js";
import { mailFormats } from "./mail/index.js";
import { proxyFormats } from "./proxies/index.js";
import { remoteAccessFormats } from "./remote-access/index.js";
import { webFormats } from "./web/index.js";

/** Tried in order; RFC 5424 before RFC 3164, whose loose grammar would take its `1`. */
export const ENVELOPES: readonly Envelope[] = [syslog5424, cri, sophosUtmHeader, syslog3164, compose];

/** Squid's emulated access lines are Apache's with a field more, so proxies come before web servers. */
export const FORMATS: readonly Format[] = [
  ...firewallFormats,
  ...idsFormats,
  ...cloudFormats,
  ...hostFormats,
  ...remoteAccessFormats,
  ...mailFormats,
  ...dnsFormats,
  ...proxyFormats,
  ...webFormats,
];

/** What the fallbacks are called in `formats list`. */
export const FALLBACKS: readonly { id: string; title: string }[] = [
  { id: "json", title: "JSON, by the names of its keys" },
  { id: "delimited", title: "columns named by a header line" },
  { id: "key-value", title: "key=value pairs, by the names of their keys" },
  { id: "free-text", title: "sentences, by the words around an address" },
];

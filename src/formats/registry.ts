/** Every format, once. Order: envelopes from the outside in, formats from the specific to the general. */
import { envelopeFormats, envelopes } from "./envelopes/index.js";
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

/** Tried in order. */
export const ENVELOPES: readonly Envelope[] = envelopes;

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
  ...envelopeFormats,
];

/** What the fallbacks are called in `formats list`. */
export const FALLBACKS: readonly { id: string; title: string }[] = [
  { id: "json", title: "JSON, by the names of its keys" },
  { id: "delimited", title: "columns named by a header line" },
  { id: "key-value", title: "key=value pairs, by the names of their keys" },
  { id: "free-text", title: "sentences, by the words around an address" },
];

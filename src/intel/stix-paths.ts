/**
 * Which object paths of STIX patterns hold what can be hunted, as tables. Names: STIX 2.1 chapter 6, and the custom ones that
 * OpenCTI, MISP's export and vendors of TLS fingerprints use.
 */
import type { IndicatorType } from "../model/indicator.js";
import type { ObjectPath } from "./stix-pattern.js";
import { wordTable } from "../model/word-table.js";

/** The end of a connection that a path is about. */
export type Side = "src" | "dst";

export type Target =
  /** `as`: what its values are; undefined where the text tells. */
  | { use: "value"; as?: IndicatorType; side?: Side }
  /** Goes with the address of the same side. */
  | { use: "port"; side: Side }
  /** Says nothing that the value beside it does not say: an address's type, the transport protocol. */
  | { use: "implied" }
  | { use: "none"; reason: string };

/** `network-traffic:dst_ref.value`, quotes and list steps left out. */
export function pathText({ type, steps }: ObjectPath): string {
  return `${type}:${steps.join(".")}`;
}

const VALUES: Readonly<Record<string, Target>> = wordTable({
  "ipv4-addr:value": { use: "value" },
  "ipv6-addr:value": { use: "value" },
  "domain-name:value": { use: "value", as: "domain-name" },
  "domain-name:resolves_to_refs.value": { use: "value" },
  "ipv4-addr:resolves_to_refs.value": { use: "none", reason: "a network card's address: not hunted" },
  "hostname:value": { use: "value", as: "domain-name" },
  "x-opencti-hostname:value": { use: "value", as: "domain-name" },
  "url:value": { use: "value", as: "url" },
  "email-addr:value": { use: "value", as: "email-addr" },
  "email-message:from_ref.value": { use: "value", as: "email-addr" },
  "email-message:sender_ref.value": { use: "value", as: "email-addr" },
  "email-message:additional_header_fields.reply-to": { use: "value", as: "email-addr" },
  "network-traffic:src_ref.value": { use: "value", side: "src" },
  "network-traffic:dst_ref.value": { use: "value", side: "dst" },
  "network-traffic:src_port": { use: "port", side: "src" },
  "network-traffic:dst_port": { use: "port", side: "dst" },
  "network-traffic:src_ref.type": { use: "implied" },
  "network-traffic:dst_ref.type": { use: "implied" },
  "network-traffic:protocols": { use: "implied" },
  "network-traffic:extensions.http-request-ext.request_header.user-agent": { use: "value", as: "user-agent" },
  "network-traffic:extensions.http-request-ext.request_header.host": { use: "value" },
  "network-traffic:extensions.http-request-ext.request_value": { use: "value", as: "url" },
  "user-agent:value": { use: "value", as: "user-agent" },
  "x-user-agent:value": { use: "value", as: "user-agent" },
});

type Reasons = readonly (readonly [RegExp, string])[];

/** Whose hashes, texts or addresses are not what they look like. */
const NOT_AS_THEY_LOOK: Reasons = [
  [/^email-message:(?:to|cc|bcc)_refs/, "a recipient of the e-mail: not hunted"],
  [/^email-message:subject/, "an e-mail's subject: not hunted"],
  [/^x509-certificate:/, "a certificate's property: not hunted"],
  [/\bimphash|\bpe_imphash/, "a fuzzy or partial hash: not hunted"],
  [/\.sections\.|\.optional_header\./, "a hash of a part of a file: not hunted"],
];

/** Objects and properties that are understood and stand in no log as they are. */
const REFUSED: Reasons = [
  [/^(?:file|artifact):.*\b(?:name|path|parent_directory_ref)|_raw_ref\.name$/, "a file name or path: not hunted"],
  [/^directory:/, "a file name or path: not hunted"],
  [/^windows-registry-key:/, "a registry key: not hunted"],
  [/^mutex:/, "a mutex: not hunted"],
  [/^process:/, "a process's property: not hunted"],
  [/^autonomous-system:|belongs_to_refs/, "an autonomous system: not hunted"],
  [/^mac-addr:/, "a network card's address: not hunted"],
  [/^user-account:/, "an account: not hunted"],
  [/^software:/, "a software name: not hunted"],
];

/** Hash algorithms in any spelling, without hyphens, in lower case. */
const HASHES: ReadonlySet<string> = new Set(["md5", "sha1", "sha256", "sha512"]);

function hashTarget(name: string): Target {
  if (HASHES.has(name.replaceAll(/[-_]/g, ""))) return { use: "value", as: "file" };
  return { use: "none", reason: `a hash of the kind ${name.toUpperCase().slice(0, 40)}: not hunted` };
}

/** The last step of a custom property or object with a TLS fingerprint: `x_ja3_hash`, `x-ja3:value`. */
const FINGERPRINT_WORD = /(?:^|[^a-z0-9])(ja3s|ja3|ja4)(?![a-z0-9])/;
const FINGERPRINT_FORM =
  /^(?:value|hash|md5|digest|fingerprint|(?:x[-_])?ja(?:3s?|4)(?:[-_](?:hash|md5|digest|fingerprint|fingerprint[-_]md5|value))?)$/;

function fingerprint(whole: string, last: string): Target | undefined {
  if (!FINGERPRINT_FORM.test(last)) return undefined;
  const named = FINGERPRINT_WORD.exec(last)?.[1] ?? FINGERPRINT_WORD.exec(whole)?.[1];
  return named === undefined ? undefined : { use: "value", as: named as IndicatorType };
}

/** Paths come from the publisher: longer ones mean nothing. */
const MAX_PATH = 300;

export function targetOf(path: ObjectPath): Target {
  const whole = pathText(path).toLowerCase();
  if (whole.length > MAX_PATH) return { use: "none", reason: "an object path that is not known" };
  const known = VALUES[whole];
  if (known) return known;
  const misleading = NOT_AS_THEY_LOOK.find(([test]) => test.test(whole));
  if (misleading) return { use: "none", reason: misleading[1] };
  const last = path.steps.at(-1)!.toLowerCase();
  const holder = path.steps.at(-2)?.toLowerCase();
  if (holder === "hashes") return hashTarget(last);
  const refused = REFUSED.find(([test]) => test.test(whole));
  if (refused) return { use: "none", reason: refused[1] };
  return fingerprint(whole.replaceAll("_", "-"), last) ?? { use: "none", reason: "an object path that is not known" };
}

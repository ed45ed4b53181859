/**
 * Names of columns in published CSV files and of fields in published JSON, as tables. A name is compared in lower case with `_`
 * for every run of spaces, dots and hyphens; a dotted name is also tried without its first parts, so `event.tlp` is `tlp`.
 *
 * Sources: CERT-FR's CSV (CERTFR-2021-IOC-003), MISP's CSV export and PyMISP's CSV examples
 * (https://github.com/MISP/PyMISP), abuse.ch ThreatFox, Feodo Tracker, URLhaus, MalwareBazaar and SSLBL exports, OpenCTI's
 * indicator export, AlienVault OTX's pulses.
 */
import type { IndicatorType } from "../model/indicator.js";
import type { Statement } from "./candidate.js";

/** What a column may say. */
export type Field =
  | "type"
  | "tlp"
  | "labels"
  | "role"
  | "validFrom"
  | "validUntil"
  | "published"
  | "confidence"
  | "comment"
  | "feed"
  | "object"
  | "revision"
  | "ports"
  | "exact"
  | "forDetection";

/** What is kept as it is written, and as what. */
export const PLAIN_FIELDS = [
  ["type", "statedType"],
  ["published", "published"],
  ["confidence", "confidence"],
  ["comment", "comment"],
  ["feed", "feed"],
  ["object", "object"],
  ["revision", "revision"],
] as const satisfies readonly (readonly [Field, keyof Statement])[];

/** Spellings of a truth value, in lower case. */
export const NO: ReadonlySet<string> = new Set(["0", "false", "no", "n"]);
export const YES: ReadonlySet<string> = new Set(["1", "true", "yes", "y"]);

/**
 * A column with indicators. `alone`: an attribute of the indicator as often as an indicator: taken only where a row has no other.
 * `beside`: may stand with others in one row and is an indicator all the same.
 */
export interface ValueColumn {
  as?: IndicatorType;
  beside?: true;
  alone?: true;
  /** Its name says that it holds indicators, whatever they are. */
  generic?: true;
}

const DOMAIN: ValueColumn = { as: "domain-name", beside: true };
const FILE: ValueColumn = { as: "file", beside: true };

/** Best first: the order only decides between columns whose content is alike. */
const INDICATOR_NAMES: readonly (readonly [ValueColumn, string])[] = [
  [
    { generic: true },
    "signature_component_value value indicator indicator_value ioc iocs ioc_value observable observable_value x_opencti_observable_value threat_indicator indicator_name artifact",
  ],
  [{ beside: true }, "ip ips ip_address ipaddress ip_addr ip_addresses ipv4 ipv6 ipv4_address ipv6_address"],
  [
    {},
    "dst_ip ip_dst dstip destination_ip dest_ip src_ip ip_src srcip source_ip c2_ip cc_ip attacker_ip malicious_ip network cidr netblock range subnet",
  ],
  [{ as: "url", beside: true }, "url urls malicious_url c2_url payload_url"],
  [DOMAIN, "domain domains domain_name fqdn hostname hostnames dns_name c2_domain malicious_domain"],
  [{}, "host address addr c2 c2_server c2_address"],
  [{ as: "email-addr", beside: true }, "email email_address email_addr sender sender_address email_from"],
  [FILE, "sha256 sha256_hash sha_256 hash_sha256 file_sha256 filehash_sha256 sha256sum"],
  [FILE, "sha1 sha1_hash sha_1 hash_sha1 file_sha1 filehash_sha1 sha1sum"],
  [FILE, "md5 md5_hash hash_md5 file_md5 filehash_md5 md5sum"],
  [FILE, "sha512 sha512_hash sha_512 hash_sha512 file_hash filehash hash hashes"],
  [{ as: "ja3", beside: true }, "ja3 ja3_md5 ja3_hash ja3_fingerprint ja3_fingerprint_md5"],
  [{ as: "ja3s", beside: true }, "ja3s ja3s_md5 ja3s_hash ja3s_fingerprint"],
  [{ as: "ja4", beside: true }, "ja4 ja4_hash ja4_fingerprint"],
  [{ as: "user-agent", alone: true }, "user_agent useragent http_user_agent ua user_agents"],
];

/** Columns that hold values which are no indicators: where to read more, who said it, and digests that only look like hashes. */
const NEVER: ReadonlySet<string> = new Set(
  "reference references ref refs link links urlhaus_link urlhaus_reference threatfox_link source_url report_url external_references external_reference external_link permalink virustotal vt_link blog info_url more_info urlhaus_download virustotal_link imphash ssdeep tlsh telfhash gimphash dhash_icon pehash authentihash vhash uuid malware_malpedia".split(
    " ",
  ),
);

/** Best first within a field. */
const FIELD_NAMES: Readonly<Record<Field, string>> = {
  type: "type indicator_type ioc_type observable_type value_type x_opencti_main_observable_type entity_type",
  tlp: "tlp tlp_marking marking markings object_marking traffic_light_protocol",
  labels:
    "apts apt label labels tag tags tag1 tag2 tag3 attribute_tag event_tag malware malware_family malware_printable family threat_actor threat_actors actor campaign threat_name signature listingreason threat malware_name object_label malware_families adversary",
  role: "role threat_type",
  validFrom:
    "valid_from validfrom first_seen firstseen first_seen_utc firstseen_utc firstseenutc valid_since first_observed start_time",
  validUntil:
    "valid_until validuntil valid_to expiration expires expires_at expiration_date expiry last_seen lastseen last_seen_utc lastseen_utc last_online last_observed",
  published:
    "published date event_date date_added dateadded created created_at publication_date listingdate listing_date timestamp",
  confidence: "confidence confidence_level reliability score abuse_confidence_score x_opencti_score",
  comment:
    "comment comments description desc note notes threat_type_desc ioc_type_desc listing_reason x_opencti_description",
  feed: "title_desensitized event_info feed feed_name report report_name source_name title",
  object: "signature_component_uuid attribute_uuid uuid ioc_id",
  revision: "revision modified last_modified updated updated_at",
  ports: "ports port dst_port dstport destination_port dest_port c2_port",
  exact: "exact",
  forDetection: "to_ids",
};

export const FIELDS = Object.keys(FIELD_NAMES) as Field[];

interface Known {
  rank: number;
  column: ValueColumn;
}

const VALUE_NAMES: ReadonlyMap<string, Known> = new Map(
  INDICATOR_NAMES.flatMap(([column, names]) => names.split(" ").map((name) => ({ name, column }))).map(
    ({ name, column }, rank): [string, Known] => [name, { rank, column }],
  ),
);

const FIELD_RANKS: Readonly<Record<Field, ReadonlyMap<string, number>>> = Object.fromEntries(
  FIELDS.map((field) => [field, new Map(FIELD_NAMES[field].split(" ").map((name, rank) => [name, rank]))]),
) as unknown as Record<Field, ReadonlyMap<string, number>>;

/** Longer ones are no names, but text that happens to stand in the first row. */
const MAX_NAME = 100;

/** A name in the tables' own spelling. */
const PLAIN_NAME = /^[a-z0-9_]{1,100}$/;

/** The forms under which a header is looked up: whole, then without its first dotted parts. */
function forms(header: string): string[] {
  if (header.length > MAX_NAME) return [];
  if (PLAIN_NAME.test(header) && !header.includes("__")) return [header];
  const parts = header
    .trim()
    .toLowerCase()
    .split(".")
    .map((part) => part.trim().replace(/[\s_-]+/g, "_"));
  return parts.map((_, i) => parts.slice(i).join("_"));
}

function lookUp<T>(names: ReadonlyMap<string, T>, header: string): T | undefined {
  for (const form of forms(header)) {
    const found = names.get(form);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Lower is better; Infinity when the name is unknown. */
export function indicatorRank(header: string): number {
  return lookUp(VALUE_NAMES, header)?.rank ?? Number.POSITIVE_INFINITY;
}

/** What the name says of the column's values; undefined when it is not one for indicators. */
export function valueColumn(header: string): ValueColumn | undefined {
  return lookUp(VALUE_NAMES, header)?.column;
}

export function isIndicatorColumn(header: string): boolean {
  return valueColumn(header) !== undefined;
}

/** Its values are no indicators, whatever they look like. */
export function isReference(header: string): boolean {
  return forms(header).some((form) => NEVER.has(form));
}

/** Every field that a name stands for, by the order of the fields: JSON has as many names to look up as it has keys. */
const BY_NAME = new Map<string, { field: Field; order: number; rank: number }[]>();
for (const [order, field] of FIELDS.entries())
  for (const [name, rank] of FIELD_RANKS[field])
    BY_NAME.set(name, [...(BY_NAME.get(name) ?? []), { field, order, rank }]);

/** The field that a name stands for, and how good a name for it it is. */
export function fieldOf(header: string): { field: Field; rank: number } | undefined {
  let best: { field: Field; order: number; rank: number } | undefined;
  for (const form of forms(header))
    for (const known of BY_NAME.get(form) ?? []) if (best === undefined || known.order < best.order) best = known;
  return best && { field: best.field, rank: best.rank };
}

export function isKnownColumn(header: string): boolean {
  return isIndicatorColumn(header) || fieldOf(header) !== undefined;
}

/** The part of a dotted name before the last dot: what the column is about. */
function subject(header: string): string {
  return header.slice(0, Math.max(0, header.lastIndexOf("."))).toLowerCase();
}

/**
 * Which columns hold each field, best first. Columns about the same thing as the indicator's own
 * (`signature_component.type` beside `signature_component.value`) go before others.
 */
export function fieldColumns(headers: readonly string[], indicatorColumn: number): Record<Field, number[]> {
  const own = subject(headers[indicatorColumn] ?? "");
  const of = (field: Field): number[] =>
    headers
      .map((header, index) => ({
        index,
        rank: lookUp(FIELD_RANKS[field], header) ?? Number.POSITIVE_INFINITY,
        own: subject(header) === own,
      }))
      .filter((column) => column.rank !== Number.POSITIVE_INFINITY && column.index !== indicatorColumn)
      .sort((a, b) => Number(b.own) - Number(a.own) || a.rank - b.rank || a.index - b.index)
      .map((column) => column.index);
  return Object.fromEntries(FIELDS.map((field) => [field, of(field)])) as Record<Field, number[]>;
}

/** `ipv4` and `ipv6`, `ip4_address` and `ip6_address`: one indicator column written as two. */
export function arePaired(a: string, b: string): boolean {
  const [x, y] = [forms(a)[0] ?? "", forms(b)[0] ?? ""];
  return x !== y && x.replace(/[46]/, "") === y.replace(/[46]/, "") && isIndicatorColumn(a) && isIndicatorColumn(b);
}

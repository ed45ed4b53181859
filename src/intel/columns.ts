/**
 * Names of columns in published CSV files, as a table. A name is compared in lower case with `_` for every run of spaces,
 * dots and hyphens; a dotted name is also tried without its first parts, so `event.tlp` is `tlp`.
 *
 * Sources: CERT-FR's CSV (CERTFR-2021-IOC-003), MISP's CSV export and PyMISP's CSV examples
 * (https://github.com/MISP/PyMISP), abuse.ch ThreatFox, Feodo Tracker and URLhaus exports, OpenCTI's indicator export.
 */

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
  | "feed";

/** Names of the column with the indicators, best first: they only decide between columns whose content is alike. */
const INDICATOR_NAMES: readonly string[] = [
  "signature_component_value",
  "value",
  "indicator",
  "indicator_value",
  "ioc",
  "ioc_value",
  "observable",
  "observable_value",
  "ip",
  "ips",
  "ip_address",
  "ipaddress",
  "ip_addr",
  "ipv4",
  "ipv6",
  "ipv4_address",
  "ipv6_address",
  "dst_ip",
  "ip_dst",
  "destination_ip",
  "dest_ip",
  "src_ip",
  "ip_src",
  "source_ip",
  "host",
  "address",
  "addr",
  "network",
  "cidr",
  "range",
  "subnet",
  "url",
];

/** Best first within a field. */
const FIELD_NAMES: Readonly<Record<Field, readonly string[]>> = {
  type: ["type", "indicator_type", "ioc_type", "observable_type", "value_type", "x_opencti_main_observable_type"],
  tlp: ["tlp", "tlp_marking", "marking", "markings", "object_marking", "traffic_light_protocol"],
  labels: [
    "apts",
    "apt",
    "label",
    "labels",
    "tag",
    "tags",
    "tag1",
    "tag2",
    "tag3",
    "attribute_tag",
    "event_tag",
    "malware",
    "malware_family",
    "malware_printable",
    "family",
    "threat_actor",
    "threat_actors",
    "actor",
    "campaign",
    "threat_name",
  ],
  role: ["role", "threat_type"],
  validFrom: ["valid_from", "validfrom", "first_seen", "firstseen", "first_seen_utc", "firstseen_utc"],
  validUntil: [
    "valid_until",
    "validuntil",
    "expiration",
    "expires",
    "expiration_date",
    "last_seen",
    "lastseen",
    "last_seen_utc",
    "lastseen_utc",
    "last_online",
  ],
  published: [
    "published",
    "date",
    "event_date",
    "date_added",
    "dateadded",
    "created",
    "created_at",
    "publication_date",
  ],
  confidence: ["confidence", "confidence_level", "reliability", "score"],
  comment: ["comment", "comments", "description", "note", "notes"],
  feed: ["title_desensitized", "event_info", "feed", "feed_name", "report", "report_name", "source_name", "title"],
};

export const FIELDS = Object.keys(FIELD_NAMES) as Field[];

/** The forms under which a header is looked up: whole, then without its first dotted parts. */
function forms(header: string): string[] {
  const parts = header
    .trim()
    .toLowerCase()
    .split(".")
    .map((part) => part.trim().replace(/[\s_-]+/g, "_"));
  return parts.map((_, i) => parts.slice(i).join("_"));
}

function rankIn(names: readonly string[], header: string): number {
  for (const form of forms(header)) {
    const rank = names.indexOf(form);
    if (rank >= 0) return rank;
  }
  return Number.POSITIVE_INFINITY;
}

/** Lower is better; Infinity when the name is unknown. */
export function indicatorRank(header: string): number {
  return rankIn(INDICATOR_NAMES, header);
}

export function isIndicatorColumn(header: string): boolean {
  return header.length <= 100 && indicatorRank(header) !== Number.POSITIVE_INFINITY;
}

export function isKnownColumn(header: string): boolean {
  return isIndicatorColumn(header) || FIELDS.some((field) => rankIn(FIELD_NAMES[field], header) !== Infinity);
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
      .map((header, index) => ({ index, rank: rankIn(FIELD_NAMES[field], header), own: subject(header) === own }))
      .filter((column) => column.rank !== Number.POSITIVE_INFINITY && column.index !== indicatorColumn)
      .sort((a, b) => Number(b.own) - Number(a.own) || a.rank - b.rank || a.index - b.index)
      .map((column) => column.index);
  return {
    type: of("type"),
    tlp: of("tlp"),
    labels: of("labels"),
    role: of("role"),
    validFrom: of("validFrom"),
    validUntil: of("validUntil"),
    published: of("published"),
    confidence: of("confidence"),
    comment: of("comment"),
    feed: of("feed"),
  };
}

/** `ipv4` and `ipv6`, `ip4_address` and `ip6_address`: one indicator column written as two. */
export function arePaired(a: string, b: string): boolean {
  const [x, y] = [forms(a)[0]!, forms(b)[0]!];
  return x !== y && x.replace(/[46]/, "") === y.replace(/[46]/, "") && isIndicatorColumn(a) && isIndicatorColumn(b);
}

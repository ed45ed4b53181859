/**
 * Zeek's intelligence framework (https://docs.zeek.org/en/lts/frameworks/intel.html): tab-separated, one item a line. The columns
 * `meta.cif_*` are those of its policy/integration/collective-intel; without that script Zeek passes over them. What has no column
 * stands in the description.
 */
import type { Indicator, IndicatorType } from "../model/indicator.js";
import {
  blocksOf,
  circumstances,
  commentsOf,
  feedsOf,
  flat,
  instant,
  lossesOf,
  lost,
  tagList,
} from "./write-common.js";
import type { Loss, Writer } from "./writer.js";

/** `Intel::Type` of Zeek's base scripts. User-agents are seen as software; fingerprints need a package of their own. */
const TYPES: Readonly<Partial<Record<IndicatorType, string>>> = {
  "ipv4-addr": "Intel::ADDR",
  "ipv6-addr": "Intel::ADDR",
  "domain-name": "Intel::DOMAIN",
  url: "Intel::URL",
  "email-addr": "Intel::EMAIL",
  file: "Intel::FILE_HASH",
  "user-agent": "Intel::SOFTWARE",
};

const MAX_DESCRIPTION = 4000;

const COLUMNS = ["source", "desc", "cif_tags", "cif_confidence", "cif_firstseen", "cif_lastseen"];

/** What Zeek's reader takes for a comment or for nothing. */
const SPECIAL = /^(?:#|-$|\(empty\)$)/;

/** Tabs and line ends separate; a backslash begins an escape in Zeek's reader. */
function cell(text: string | number | undefined): string {
  const one = flat(String(text ?? ""));
  if (one === "") return "-";
  const escaped = one.replaceAll("\\", "\\x5c");
  return SPECIAL.test(escaped) ? `\\x${escaped.charCodeAt(0).toString(16)}${escaped.slice(1)}` : escaped;
}

function description(indicator: Indicator): string {
  const { role, ports } = indicator;
  const parts = [
    ...(role === "unknown" ? [] : [`role ${role}`]),
    ...(ports === undefined ? [] : [`ports ${ports.join(" ")}`]),
    ...commentsOf(indicator),
    ...circumstances(indicator),
  ];
  return parts.join("; ").slice(0, MAX_DESCRIPTION);
}

/** What is said of the item, in the order of `COLUMNS`. */
function meta(indicator: Indicator): { cells: string[]; left: string[] } {
  const { tlp, labels, confidence, validFrom, validUntil } = indicator;
  const { list, left } = tagList(labels);
  const cells = [
    feedsOf(indicator).join(", ") || "lookback",
    description(indicator),
    [tlp?.toLowerCase(), list].filter(Boolean).join(","),
    confidence,
    validFrom === undefined ? "" : instant(validFrom),
    validUntil === undefined ? "" : instant(validUntil),
  ].map(cell);
  return { cells, left };
}

/** The items that stand for an indicator. */
function items(indicator: Indicator): { text: string; type: string }[] {
  const { type, value, range } = indicator;
  const own = TYPES[type];
  if (own === undefined) return [];
  if (range !== undefined)
    return blocksOf(range).map((text) => ({ text, type: text.includes("/") ? "Intel::SUBNET" : own }));
  return [{ text: type === "url" ? value.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "") : value, type: own }];
}

export const zeekWriter: Writer = {
  id: "zeek",
  write(indicators) {
    const losses: Loss[] = [];
    const lines = [["#fields", "indicator", "indicator_type", ...COLUMNS.map((name) => `meta.${name}`)].join("\t")];
    for (const indicator of indicators) {
      const all = items(indicator);
      if (all.length === 0) {
        losses.push(lost(indicator, "the indicator"));
        continue;
      }
      const { cells, left } = meta(indicator);
      for (const { text, type } of all) lines.push([cell(text), type, ...cells].join("\t"));
      if (left.length > 0) losses.push(lost(indicator, "a label of its labels"));
      if (indicator.type === "url") losses.push(lost(indicator, "its scheme"));
      losses.push(
        ...lossesOf(indicator, [
          "subdomains",
          "span",
          "confidenceWord",
          "published",
          "statedType",
          "object",
          "related",
        ]),
      );
    }
    return { text: `${lines.join("\n")}\n`, losses };
  },
};

/** Words of publishers for TLP markings, roles and labels, as tables. */
import type { IndicatorRole, Tlp } from "../model/indicator.js";
import { wordTable } from "../model/word-table.js";

/** TLP 2.0 (https://www.first.org/tlp/) and TLP 1.0's WHITE, least strict first. */
export const TLP_ORDER: readonly Tlp[] = [
  "TLP:CLEAR",
  "TLP:WHITE",
  "TLP:GREEN",
  "TLP:AMBER",
  "TLP:AMBER+STRICT",
  "TLP:RED",
];

/** `white`, `TLP:WHITE`, `tlp:amber+strict`, `TLP AMBER STRICT`; undefined when it is no marking. */
export function parseTlp(text: string): Tlp | undefined {
  const word = text
    .trim()
    .toUpperCase()
    .replace(/^TLP\s{0,2}[:=_-]?\s{0,2}/, "")
    .replace(/[\s_+-]{1,3}STRICT$/, "+STRICT")
    .replace(/^"|"$/g, "");
  return TLP_ORDER.find((tlp) => tlp.slice(4) === word);
}

/** Strongest first: with several explicit roles for one value, the first of these wins. */
export const ROLE_ORDER: readonly IndicatorRole[] = ["c2", "relay", "delivery", "scanner", "unknown"];

/** A publisher's words for a role. `ip-src` and `ip-dst` are not among them, on purpose. */
const ROLE_WORDS: Readonly<Record<string, IndicatorRole>> = wordTable({
  c2: "c2",
  cnc: "c2",
  cc: "c2",
  "c&c": "c2",
  botnet_cc: "c2",
  "command-and-control": "c2",
  command_and_control: "c2",
  relay: "relay",
  orb: "relay",
  proxy: "relay",
  anonymization: "relay",
  scanner: "scanner",
  scanning: "scanner",
  delivery: "delivery",
  payload_delivery: "delivery",
  malware_download: "delivery",
});

export function parseRole(text: string): IndicatorRole | undefined {
  const word = text.trim().toLowerCase();
  return ROLE_WORDS[word];
}

const MAX_LABEL = 200;
const EMPTY_LABELS = new Set(["", "-", "none", "null", "n/a", "nan", "unknown", "[]"]);

/** Splits at commas, semicolons and pipes outside double quotes. */
function splitList(text: string): string[] {
  const out: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"') quoted = !quoted;
    else if (!quoted && (c === "," || c === ";" || c === "|")) {
      out.push(text.slice(start, i));
      start = i + 1;
    }
  }
  out.push(text.slice(start));
  return out;
}

/**
 * A cell of tags to labels and a marking: `['APT31', 'X']`, `a, b`, MISP's `misp-galaxy:threat-actor="APT31"` (the cluster's
 * name) and `tlp:green` (a marking, not a label).
 */
export function parseTags(cell: string): { labels: string[]; tlp?: Tlp } {
  const body = cell.trim().replace(/^\[|\]$/g, "");
  const labels: string[] = [];
  let tlp: Tlp | undefined;
  for (const part of splitList(body)) {
    let label = part.trim().replace(/^["']|["']$/g, "");
    if (EMPTY_LABELS.has(label.toLowerCase())) continue;
    if (/^tlp\b/i.test(label)) {
      const marking = parseTlp(label);
      if (marking) {
        tlp = stricter(tlp, marking);
        continue;
      }
    }
    const galaxy = /^misp-galaxy:[^="]{1,80}="([^"]{1,200})"?$/.exec(label);
    if (galaxy) label = galaxy[1]!;
    labels.push(label.slice(0, MAX_LABEL));
  }
  return tlp ? { labels, tlp } : { labels };
}

export function stricter(a: Tlp | undefined, b: Tlp | undefined): Tlp | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return TLP_ORDER.indexOf(a) >= TLP_ORDER.indexOf(b) ? a : b;
}

/** Words of STIX 2.1's confidence scales (appendix A: None/Low/Med/High, 0 to 10, admiralty) and of MISP's taxonomy. */
const CONFIDENCE_WORDS: Readonly<Record<string, number>> = wordTable({
  none: 0,
  low: 15,
  med: 50,
  medium: 50,
  moderate: 50,
  high: 85,
  "completely-confident": 100,
  "usually-confident": 75,
  "fairly-confident": 50,
  "rarely-confident": 25,
  unconfident: 0,
});

/** `85`, `85%`, `0.85`, `85/100`, `101/127`, `high` to 0 to 100; undefined for words that no scale of ours holds. */
export function parseConfidence(text: string): number | undefined {
  const word = text.trim().toLowerCase();
  if (Object.hasOwn(CONFIDENCE_WORDS, word)) return CONFIDENCE_WORDS[word];
  const m = /^(\d{1,3}(?:\.\d{1,6})?)\s?(?:%|\/\s?([1-9]\d{0,2}))?$/.exec(word);
  if (!m) return undefined;
  if (m[2] !== undefined)
    return Number(m[1]) <= Number(m[2]) ? Math.round((Number(m[1]) / Number(m[2])) * 100) : undefined;
  const n = Number(m[1]) <= 1 && m[1]!.includes(".") ? Number(m[1]) * 100 : Number(m[1]);
  return n <= 100 ? Math.round(n) : undefined;
}

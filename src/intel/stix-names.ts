/** Identifiers that STIX and its extensions fix, for reading and writing alike. */
import type { Tlp } from "../model/indicator.js";
import { wordTable } from "../model/word-table.js";

/**
 * TLP 1.0 markings (STIX 2.1, 7.2.1.4) and TLP 2.0's (OASIS cti-stix-common-objects, extension-definition-specifications/tlp-2.0).
 * Their AMBER of TLP 1.0 is AMBER+STRICT in 2.0 for some and AMBER for others: kept as AMBER.
 */
export const TLP_MARKINGS: Readonly<Record<string, Tlp>> = wordTable({
  "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "TLP:WHITE",
  "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "TLP:GREEN",
  "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "TLP:AMBER",
  "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "TLP:RED",
  "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "TLP:CLEAR",
  "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "TLP:GREEN",
  "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "TLP:AMBER",
  "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "TLP:AMBER+STRICT",
  "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "TLP:RED",
});

/** What TLP 2.0's marking definitions carry their level in. */
export const TLP2_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

/** What STIX has no property for, as a property extension of indicators (STIX 2.1, 7.3): see `LookbackExtension`. */
export const LOOKBACK_EXTENSION = "extension-definition--6c1f6e5e-6a0b-5d0c-8f55-0d2f8c1f6a11";

export interface LookbackExtension {
  extension_type: "property-extension";
  /** `relay`, `c2`, `delivery`, `scanner`, and `unknown` where other properties could be taken for one. */
  role?: string;
  /** Ports that came with the value, which is hunted whatever the port. */
  ports?: number[];
  /** A domain that is meant without its subdomains. */
  exact?: boolean;
  /** A range of addresses, `first-last`, that the pattern has as blocks. */
  range?: string;
  /** All labels, when some of them would be read as a marking or a vocabulary's word. */
  labels?: string[];
}

/** Start of validity, which STIX demands, of an indicator that has none. */
export const OPEN_START = "1970-01-01T00:00:00.000Z";

/** Objects whose names say whose indicator it is. Their names become labels; an attack pattern is only kept as related. */
export const RELATED_TYPES: ReadonlySet<string> = new Set([
  "intrusion-set",
  "campaign",
  "malware",
  "threat-actor",
  "infrastructure",
  "tool",
  "attack-pattern",
]);

/**
 * Words of indicator-type-ov (STIX 2.1) and indicator-label-ov (STIX 2.0), which stand in `labels` there: they tell nothing apart.
 */
const VOCABULARY: ReadonlySet<string> = new Set([
  "anomalous-activity",
  "anonymization",
  "benign",
  "compromised",
  "malicious-activity",
  "attribution",
  "unknown",
]);

/** True for a label that is nothing but a label: no word of the vocabularies, no marking, no tag of MISP's. */
export function isPlainLabel(label: string): boolean {
  return label.trim() !== "" && !VOCABULARY.has(label) && !/^(?:misp:|misp-galaxy:|tlp)/i.test(label);
}

/**
 * MISP's attribute types (https://www.misp-project.org/datamodels/), as far as they differ from the words of `stated-types.ts`:
 * values of two parts, and values that must not be taken for what they look like.
 */
import type { IndicatorType } from "../model/indicator.js";
import { statedKind } from "./stated-types.js";
import { wordTable } from "../model/word-table.js";

/** One part of a value that `|` divides. */
export type Part = "address" | "domain-name" | "port";

export interface MispKind {
  as?: IndicatorType;
  /** The value's parts, in order. */
  parts?: readonly [Part, Part];
  /** The value is `file name|digest`. */
  digestLast?: true;
  /** Why it is not hunted. */
  refused?: string;
}

const OTHER_DIGEST = "a digest of a kind that logs do not hold: not hunted";

const KINDS: Readonly<Record<string, MispKind>> = wordTable({
  "domain|ip": { parts: ["domain-name", "address"] },
  "hostname|port": { parts: ["domain-name", "port"] },
  "ip-src|port": { parts: ["address", "port"] },
  "ip-dst|port": { parts: ["address", "port"] },
  "onion-address": { as: "domain-name" },
  "target-email": { refused: "an address of the victim: not hunted" },
});

/** As long as the hashes that are hunted, and none of them; alone and after a file's name. */
const OTHER_DIGESTS =
  /^(?:filename\|)?(?:sha224|sha384|sha512\/224|sha512\/256|sha3-224|sha3-256|sha3-384|sha3-512|authentihash|vhash|cdhash)$/;

/** Fingerprints have object relations of their own and types they share with others: a JA3S is an `md5`. */
const BY_RELATION: ReadonlySet<string | undefined> = new Set(["ja3", "ja3s", "ja4"]);

/** How to read a value of this type; `relation` is what its object calls it. */
export function mispKind(type: string, relation?: string): MispKind {
  const word = type.trim().toLowerCase();
  const byRelation = relation === undefined ? undefined : statedKind(relation);
  if (byRelation?.as !== undefined && BY_RELATION.has(byRelation.as)) return { as: byRelation.as };
  if (Object.hasOwn(KINDS, word)) return KINDS[word]!;
  if (OTHER_DIGESTS.test(word)) return { refused: OTHER_DIGEST };
  const kind = statedKind(word);
  if (kind === undefined) return { refused: `MISP's type "${type.slice(0, 60)}": not hunted` };
  if (kind.refused !== undefined) return { refused: kind.refused };
  const known: MispKind = {};
  if (kind.as !== undefined) known.as = kind.as;
  if (kind.digestLast) known.digestLast = true;
  return known;
}

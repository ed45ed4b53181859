/** What one intel source may be told about itself, by `--intel FILE,role=c2` or by an entry in lookback.yaml: one table for both. */
import { existsSync } from "node:fs";
import { READER_IDS } from "../intel/ids.js";
import type { IntelInput, TaxiiAccess } from "../intel/index.js";
import { parseConfidence, parseTlp } from "../intel/markings.js";
import { isTaxiiAddress, parseTaxiiAddress, withoutUserinfo } from "../intel/taxii-address.js";
import { INDICATOR_ROLES, type IndicatorRole } from "../model/indicator.js";
import { usage } from "./usage.js";
import { parseTimeBound } from "./values.js";

type Setter = (input: IntelInput, value: string) => void;

function oneOf<T extends string>(name: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw usage(`${name} takes one of ${choices.join(", ")}, not "${value}"`);
  return found;
}

function access(key: keyof TaxiiAccess): Setter {
  return (input, value) => (input.access = { ...input.access, [key]: value });
}

/** Keys as `--intel` writes them; lookback.yaml has the same with underscores. */
export const INPUT_KEYS: Readonly<Record<string, Setter>> = {
  role: (input, value) => (input.role = oneOf<IndicatorRole>("role", value, INDICATOR_ROLES)),
  label: (input, value) => (input.labels = [...(input.labels ?? []), value]),
  "valid-from": (input, value) => (input.validFrom = parseTimeBound(value, "valid-from", "start")),
  "valid-until": (input, value) => (input.validUntil = parseTimeBound(value, "valid-until", "end")),
  confidence: (input, value) => {
    const confidence = parseConfidence(value);
    if (confidence === undefined) throw usage(`confidence takes 0 to 100, or low, medium or high, not "${value}"`);
    input.confidence = confidence;
  },
  tlp: (input, value) => {
    const tlp = parseTlp(value);
    if (tlp === undefined) throw usage(`tlp takes a marking such as amber or TLP:GREEN, not "${value}"`);
    input.tlp = tlp;
  },
  format: (input, value) => (input.format = oneOf("format", value, READER_IDS)),
  column: (input, value) => (input.column = value),
  name: (input, value) => (input.feed = value),
  // TAXII servers only. Names of variables and files: the secrets themselves are never given on a command line.
  "token-env": access("tokenEnv"),
  "password-env": access("passwordEnv"),
  "key-passphrase-env": access("keyPassphraseEnv"),
  cert: access("cert"),
  key: access("key"),
  ca: access("ca"),
};

/** The longest tail of `,key=value` pairs with keys of ours: a path may hold commas and equals signs of its own. */
const TAIL = new RegExp(`,(?:${Object.keys(INPUT_KEYS).join("|")})=`);

/** `FILE`, or `FILE,role=c2,label=APT31`. A file whose very name reads so is that file. Throws LookbackError `usage`. */
export function intelInput(text: string): IntelInput {
  const start = tailOf(text);
  if (start < 0 || existsSync(text)) {
    checkInput({ path: text }, text);
    return { path: text };
  }
  const input: IntelInput = { path: text.slice(0, start) };
  // Split before each key, so that a value may hold commas.
  const pairs = text.slice(start + 1).split(new RegExp(`,(?=(?:${Object.keys(INPUT_KEYS).join("|")})=)`));
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    INPUT_KEYS[pair.slice(0, equals)]!(input, pair.slice(equals + 1));
  }
  checkInput(input, isTaxiiAddress(text) ? withoutUserinfo(text) : text);
  return input;
}

/** Where the tail begins; -1 when there is none. Not in the user and password of an address: they would end up in errors. */
function tailOf(text: string): number {
  if (!isTaxiiAddress(text)) return text.search(TAIL);
  const authority = text.indexOf("://") + 3;
  const path = text.slice(authority).search(/[/?#]/);
  if (path < 0) return -1;
  const start = text.slice(authority + path).search(TAIL);
  return start < 0 ? -1 : authority + path + start;
}

/** What holds for a source as a whole. Throws LookbackError `usage`. */
export function checkInput(input: IntelInput, where: string): void {
  const { path, validFrom, validUntil } = input;
  if (validFrom !== undefined && validUntil !== undefined && validUntil < validFrom)
    throw usage(`${where}: valid-until lies before valid-from`);
  if (!isTaxiiAddress(path)) {
    if (input.access !== undefined) throw usage(`${where}: credentials are for a TAXII server (taxii+https://…)`);
    return;
  }
  parseTaxiiAddress(path);
  if (input.format !== undefined || input.column !== undefined)
    throw usage(`${where}: a TAXII server gives STIX: it takes no format and no column`);
}
